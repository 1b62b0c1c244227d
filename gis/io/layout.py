"""Which pages of a document lie across: the same in every form that has pages."""

from collections.abc import Iterator

from gis.io.columns import is_wide
from gis.io.document import Block, Chapter, Document, Table, Words, numbered


def laid_out(document: Document) -> Iterator[tuple[bool, Chapter | Block, int]]:
    """Yield headings and blocks in order: whether each lies across, and its number.

    A chapter lies across where most of its tables are wide, else from where only wide tables follow; one that is words
    alone lies as the next does. A page of A3 is wide enough upright, and a page of columns has no sides to turn.
    """
    turned: list[tuple[bool, Chapter | Block, int]] = []
    before = False
    for chapter, number, blocks in reversed(list(numbered(document))):
        start = _across_from(chapter.blocks)
        turns = document.paper == "a4" and not document.beside
        worded = all(isinstance(one, Words) for one in chapter.blocks)
        across = [turns and (before if worded else at >= start) for at in range(max(len(blocks), 1))]
        before = across[0]
        told = [(lies, block, at) for lies, (block, at) in zip(across, blocks, strict=False)]
        turned = [(before, chapter, number), *told, *turned]
    yield from turned


def _across_from(blocks: tuple[Block, ...]) -> int:
    """Return the block from where on a chapter lies across."""
    wide = [is_wide(one.rows) if isinstance(one, Table) else None for one in blocks]
    tables = [one for one in wide if one is not None]
    if 2 * sum(tables) > len(tables):
        return 0
    start = len(wide)
    while start and wide[start - 1]:
        start -= 1
    return start
