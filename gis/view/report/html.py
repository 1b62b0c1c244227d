"""A document as one HTML file that opens from a disk: pictures and data inside, nothing asked of a network."""

import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from gis.io.columns import fitted_columns
from gis.io.document import Block, Chapter, Document, Figure, cell_texts, is_number
from gis.io.fonts import own_faces
from gis.io.layout import laid_out
from gis.view.assets import asset_texts

PAPER, PAPER_ACROSS = 510.0, 757.0
"""pt between the margins of a printed page, upright and across."""
FOLDER = Path(__file__).parent
IDENTITY = re.compile(r'(\bid="|url\(#|href="#)([\w.:-]+)')
LEAFLET = re.compile(r"/leaflet(@[\d.]+)?[\w./-]*/leaflet\.(js|css)$")


def html_text(document: Document, *, live: bool = True) -> str:
    """Return a document as HTML; `live` adds a map that can be moved."""
    pictures = {
        f"{chapter.name}/{block.name}": _picture(block, f"{chapter.name}-{block.name}")
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Figure)
    }
    told = _page(document, pictures, live, "")
    return _page(document, pictures, live, own_faces(told))


def _page(document: Document, pictures: dict[str, Markup], live: bool, faces: str) -> str:
    return _template().render(
        doc=document,
        faces=_safe(faces),
        chapters=_chapters(document),
        pictures=pictures,
        texts=cell_texts,
        columns=lambda rows, across: fitted_columns(rows, PAPER_ACROSS if across else PAPER),
        rights=lambda rows: [is_number(rows, name) for name in rows.columns],
        css=_safe((FOLDER / "report.css").read_text(encoding="utf-8")),
        script=_safe((FOLDER / "report.js").read_text(encoding="utf-8")),
        shapes={name: _safe(text.replace("<", "\\u003c")) for name, text in document.shapes.items()},
        leaflet=_leaflet() if live and document.shapes else None,
    )


def _chapters(document: Document) -> list[tuple[Chapter, int, bool, list[tuple[Block, int, bool]]]]:
    """Return chapters with their number and blocks with theirs, and which lie across when they are printed."""
    found: list[tuple[Chapter, int, bool, list[tuple[Block, int, bool]]]] = []
    for across, one, number in laid_out(document):
        if isinstance(one, Chapter):
            found.append((one, number, across, []))
        else:
            found[-1][3].append((one, number, across))
    return found


def _safe(text: str) -> Markup:
    """Return a text of ours that stands in the page as it is."""
    return Markup(text)


def _picture(figure: Figure, name: str) -> Markup:
    """Return an SVG whose ids no other picture of the page has, with what it shows for those who hear it."""
    own = IDENTITY.sub(lambda found: f"{found[1]}{name}-{found[2]}", figure.svg)
    drawn = own[own.index("<svg") :]
    spoken = Markup.escape(figure.alt)
    label = re.sub(r'\s(role|aria-label|width|height)="[^"]*"', "", drawn[: drawn.index(">")])
    return _safe(f'{label} role="img" aria-label="{spoken}"{drawn[drawn.index(">") :]}')


@cache
def _template() -> jinja2.Template:
    place = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return place.from_string((FOLDER / "report.html").read_text(encoding="utf-8"))


@cache
def _leaflet() -> dict[str, Markup]:
    """Return the script and style of Leaflet, which folium brings."""
    found = {match[2]: text for url, text in asset_texts().items() if (match := LEAFLET.search(url))}
    return {kind: _safe(re.sub(r"url\([^)]*\)", "none", text) if kind == "css" else text.replace("</script", "<\\/script"))
            for kind, text in found.items()}  # fmt: skip
