"""Which complex a name in a register or on a map means: the same name by one rule, or none at all.

The rule compares what is left after NFKC of the letters, without spaces and brackets, without the city in front
and without what kind of complex it is behind; only the very same rest is the same name. What resembles a name
(첨단1 and 첨단3, 평동 and 평동3차) is another one. `data/aliases.toml` holds the spellings and states the rule.
"""

import re
import unicodedata
from collections.abc import Mapping

import pandas as pd

KINDS = ("name", "part", "wider", "other", "unclear")
"""What a spelling is to the complex that it stands under: only `name` means the complex itself."""
VERDICTS = ("matched", "part", "wider", "other", "ambiguous", "unknown", "empty")
PREFIXES = ("전남광주통합특별시", "광주광역시", "광주")
ENDINGS = ("산업단지", "산단", "공단", "후보지")
LEGAL_TYPES = ("국가", "일반")
_BRACKETS = re.compile(r"[(\[{<〈《「『【〔（［](?P<inside>[^()\[\]{}<>]*)[)\]}>〉》」』】〕）］]")
_REMARK = re.compile(r"(광주|광주광역시|전남|전라남도|함평|함평군|장성|장성군|국가|일반|후보지)")
_IGNORED = re.compile(r"[\s()\[\]{}<>〈〉《》「」『』【】〔〕'\"‘’“”]")


def complex_of(names: pd.Series, aliases: pd.DataFrame | Mapping[str, list[str]]) -> pd.Series:
    """Return the id of the complex that each name means, None where it means none or nobody can tell.

    `name_verdicts` says why.

    Parameters
    ----------
    aliases
        Columns `id`, `kind` (one of `KINDS`) and `name`, or the names of each id.
    """
    return name_verdicts(names, aliases)["complex"]


def name_verdicts(names: pd.Series, aliases: pd.DataFrame | Mapping[str, list[str]]) -> pd.DataFrame:
    """Return for each name the complex it means, the verdict, and the complexes that it speaks of.

    Columns `complex` (id or None), `verdict` (one of `VERDICTS`) and `candidates` (ids joined by `|`, None
    where there are none), aligned to `names.index`.
    """
    known = _Known(aliases)
    told = {name: known.verdict(name) for name in names.dropna().unique()}
    rows = [told.get(name, (None, "empty", None)) for name in names]
    return pd.DataFrame(rows, index=names.index, columns=["complex", "verdict", "candidates"], dtype=object)


def plain_name(name: str) -> str:
    """Return a name in ordinary letters, without spaces and brackets: `빛그린 국가산단(광주)` is `빛그린국가산단`."""
    text = unicodedata.normalize("NFKC", str(name)).casefold()
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return _IGNORED.sub("", _BRACKETS.sub(_without_remark, text))


def name_stem(name: str) -> str:
    """Return a name without the city in front and the kind of complex behind: `평동2차일반산단` is `평동2차일반`."""
    stem = plain_name(name)
    prefix = next((word for word in PREFIXES if stem.startswith(word) and stem != word), "")
    stem = stem.removeprefix(prefix)
    while (shorter := _without_ending(stem)) != stem:
        stem = shorter
    return stem


def name_key(name: str) -> str:
    """Return a stem without the legal type: `빛그린국가산업단지` is `빛그린`."""
    stem = name_stem(name)
    legal = next((word for word in LEGAL_TYPES if stem.endswith(word) and stem != word), "")
    return stem.removesuffix(legal)


def _without_remark(found: re.Match[str]) -> str:
    inside = "".join(found["inside"].split())
    return "" if _REMARK.fullmatch(inside) else inside


def _without_ending(stem: str) -> str:
    ending = next((word for word in ENDINGS if stem.endswith(word) and stem != word), "")
    if re.search(r"\d지구$", stem):
        ending = "지구"
    return stem.removesuffix(ending)


class _Known:
    """The spellings by what is left of them."""

    def __init__(self, aliases: pd.DataFrame | Mapping[str, list[str]]) -> None:
        if isinstance(aliases, pd.DataFrame):
            rows = list(aliases[["id", "kind", "name"]].itertuples(index=False, name=None))
        else:
            rows = [(name, "name", spelling) for name, spellings in aliases.items() for spelling in spellings]
        self.stems: dict[str, list[tuple[str, str]]] = {}
        self.keys: dict[str, list[tuple[str, str]]] = {}
        for complex_id, kind, spelling in rows:
            stem, key = name_stem(spelling), name_key(spelling)
            self.stems.setdefault(stem, []).append((complex_id, kind))
            if stem == key or kind == "name":
                self.keys.setdefault(key, []).append((complex_id, kind))

    def verdict(self, name: str) -> tuple[str | None, str, str | None]:
        """Return complex, verdict and candidates of one name."""
        if not plain_name(name):
            return None, "empty", None
        meanings = self.stems.get(name_stem(name)) or self.keys.get(name_key(name))
        if not meanings:
            return None, "unknown", None
        ids, kinds = list(dict.fromkeys(found for found, _ in meanings)), {kind for _, kind in meanings}
        candidates = "|".join(ids)
        if kinds == {"name"} and len(ids) == 1:
            return ids[0], "matched", candidates
        return None, kinds.pop() if len(kinds) == 1 and kinds <= {"part", "wider", "other"} else "ambiguous", candidates
