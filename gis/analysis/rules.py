"""법정 기준 검토: rules as data against what a plan measures; a verdict names what it misses and never guesses."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pandas as pd

from gis.errors import DataFileError, InputError

PASS, REVIEW, FAIL, UNDECIDED = "pass", "review", "fail", "undecided"
VERDICTS = (PASS, REVIEW, FAIL, UNDECIDED)
MEETS, MISSES, OPEN = "meets", "misses", "open"
"""What a value says of a threshold, whatever may be said of the verdict."""
MOST = 1e15
"""No number of a rule reaches it; infinity does."""
CONFIDENCES = ("high", "medium", "low")
KINDS = ("range", "minimum", "maximum", "change")
UNITS = ("pct", "m2", "m")
MISS = (FAIL, REVIEW)
MEASURES = (
    "green_ratio", "road_ratio", "industrial_share", "smallest_public_green", "smallest_plot", "buffer_green_width",
    "arterial_width", "mixed_industry_share", "restricted_share", "rental_share", "use_change", "area_change",
    "site_area", "building_coverage", "floor_area_ratio",
)  # fmt: skip
REGIONS = ("outside", "capital")
FACTS: dict[str, tuple[str, ...]] = {
    "developer": ("public", "private"), "designator": ("mayor", "other"), "region": REGIONS,
    "zoning": ("exclusive_industrial", "general_industrial", "semi_industrial", "natural_green", "planned_management"),
}  # fmt: skip
"""What a person states in words, and the words."""
CHOICES: dict[str, tuple[str, ...]] = {"denominator": ("site", "paid"), "parks": ("with", "without")}
"""What a law leaves open and a person may settle; unsettled, both must lead to the same finding."""
VARIANTS = {"industrial_share": "denominator", "green_ratio": "parks"}
CAUTIONS = {"unassigned", "mixed_unknown", "new_use", "lifted"}
"""Reasons that leave any finding to a person: land without a use, a bound lifted without a number …"""
COVERAGE = 2.0
"""Standard deviations within which a value is not told from its threshold (about 95 %)."""
MARGIN = 1e-9
"""Relative: two numbers this close are one, whatever floating-point sums have done to them."""
CHECK_COLUMNS = (
    "law", "law_en", "article", "clause", "threshold", "value", "unit", "verdict", "missing", "rule", "title", "title_en",
    "finding", "reasons", "confidence", "in_force", "at_least", "below", "at_most", "low_value", "high_value",
    "alternatives", "adjustments", "grade", "source", "note", "note_en",
)  # fmt: skip
_BAND_KEYS = {"from", "to", "above", "types", "region", "zoning", "at_least", "below", "at_most", "mixed_cap"}
_RULE_KEYS = {
    "id", "title", "title_en", "law", "article", "clause", "measure", "kind", "unit", "types", "excluded", "needs",
    "miss", "over", "confidence", "band", "note", "note_en", "source",
}  # fmt: skip
_ADJUSTMENT_KEYS = {
    "id", "title", "title_en", "rules", "clause", "group", "lower_pp", "upper_pp", "lifts", "adds", "waives",
    "reduces_to", "most_area", "from", "after", "types", "automatic", "confidence", "note", "note_en", "source",
}  # fmt: skip
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Band:
    """One threshold and when it holds; areas in m², the rest in the unit of the rule."""

    start: float = 0.0
    end: float = math.inf
    above: float | None = None
    types: tuple[str, ...] = ()
    region: str | None = None
    zoning: str | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    mixed_cap: float | None = None


@dataclass(frozen=True)
class Rule:
    """One rule of a law."""

    id: str
    title: str
    title_en: str
    law: str
    law_en: str
    article: str
    clause: str
    in_force: str | None
    source: str
    measure: str
    kind: str
    unit: str
    types: tuple[str, ...]
    excluded: tuple[str, ...]
    needs: Mapping[str, str]
    miss: str
    over: str
    confidence: str
    bands: tuple[Band, ...]
    note: str
    note_en: str


@dataclass(frozen=True)
class Adjustment:
    """A named switch that moves, lifts or waives the threshold of some rules."""

    id: str
    title: str
    title_en: str
    rules: tuple[str, ...]
    clause: str
    group: str
    lower_pp: float
    upper_pp: float
    lifts: str | None
    adds: str | None
    waives: bool
    reduces_to: float | None
    most_area: float | None
    start: float
    after: tuple[str, ...]
    types: tuple[str, ...]
    automatic: bool
    confidence: str
    note: str
    note_en: str


@dataclass(frozen=True)
class LegalType:
    """A legal type of complex, and the words of the public record that mean it."""

    id: str
    name: str
    name_en: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class RuleBook:
    """Rules, adjustments and legal types as one file states them."""

    file: str
    rules: tuple[Rule, ...]
    adjustments: tuple[Adjustment, ...]
    types: tuple[LegalType, ...]

    def legal_type(self, word: str | None) -> str | None:
        """Return the legal type that a word of the public record means."""
        return next((one.id for one in self.types if word in (one.id, one.name, *one.names)), None)


def book_of(content: Mapping[str, Any], file: str) -> RuleBook:
    """Return the rules of a file that was read.

    Raises
    ------
    DataFileError
        Where a row is not what a rule, adjustment, law or type is; the row is named by its id.
    """
    laws, types = content.get("law"), tuple(_legal_type(row, file) for row in _rows(content, "type", file))
    if not isinstance(laws, dict) or not all(isinstance(law, dict) for law in laws.values()):
        raise DataFileError("rules.lacks", file=file, key="[law.…]")
    known = tuple(one.id for one in types)
    rules = tuple(_rule(row, file, laws, known) for row in _rows(content, "rule", file))
    names = tuple(rule.id for rule in rules)
    adjusting = content.get("adjustment", [])
    adjustments = tuple(
        _adjustment(row, file, names, known) for row in (_rows(content, "adjustment", file) if adjusting else [])
    )
    for kind, ids in (("rule", names), ("adjustment", tuple(one.id for one in adjustments)), ("type", known)):
        twice = [name for name, other in pairwise(sorted(ids)) if name == other]
        if twice:
            raise DataFileError("rules.twice", file=file, kind=kind, id=twice[0])
    switches = {one.id for one in adjustments}
    for one in adjustments:
        for other in set(one.after) - switches:
            raise DataFileError("rules.value", file=file, id=one.id, key="after", value=other, known=_listed(switches))
    return RuleBook(file, rules, adjustments, types)


def _rows(content: Mapping[str, Any], key: str, file: str) -> list[dict[str, Any]]:
    rows = content.get(key)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DataFileError("rules.lacks", file=file, key=f"[[{key}]]")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row.get("id"), str) or not row["id"]:
            raise DataFileError("rules.no_id", file=file, key=f"[[{key}]]", number=number)
    return rows


def _legal_type(row: dict[str, Any], file: str) -> LegalType:
    fields = _Row(row, file, {"id", "name", "name_en", "names"})
    return LegalType(row["id"], fields.text("name"), fields.text("name_en", row["id"]), fields.texts("names"))


def _rule(row: dict[str, Any], file: str, laws: Mapping[str, Any], types: tuple[str, ...]) -> Rule:
    fields = _Row(row, file, _RULE_KEYS)
    law = laws[fields.one_of("law", tuple(laws))]
    in_force = law.get("in_force")
    if in_force is not None and not _DATE.fullmatch(str(in_force)):
        raise DataFileError("rules.value", file=file, id=row["id"], key="in_force", value=in_force, known="YYYY-MM-DD")
    kind = fields.one_of("kind", KINDS)
    needs = row.get("needs", {})
    for fact, value in needs.items() if isinstance(needs, dict) else [("needs", needs)]:
        if fact not in FACTS or value not in FACTS[fact]:
            raise DataFileError("rules.value", file=file, id=row["id"], key=fact, value=value, known=_facts_known())
    title = str(law.get("title", row["law"]))
    return Rule(
        id=row["id"],
        title=fields.text("title"),
        title_en=fields.text("title_en", row["id"]),
        law=title,
        law_en=str(law.get("title_en", title)),
        article=fields.text("article"),
        clause=fields.text("clause", ""),
        in_force=None if in_force is None else str(in_force),
        source=fields.text("source", " · ".join(str(law[key]) for key in ("number", "locator") if key in law)),
        measure=fields.one_of("measure", MEASURES),
        kind=kind,
        unit=fields.one_of("unit", UNITS),
        types=fields.several_of("types", types),
        excluded=fields.several_of("excluded", types),
        needs=dict(needs),
        miss=fields.one_of("miss", MISS),
        over=fields.one_of("over", ("site_area", "industrial_area"), "site_area"),
        confidence=fields.one_of("confidence", CONFIDENCES),
        bands=_bands(row, file, kind, types),
        note=fields.text("note", ""),
        note_en=fields.text("note_en", ""),
    )


def _bands(row: dict[str, Any], file: str, kind: str, types: tuple[str, ...]) -> tuple[Band, ...]:
    bands = row.get("band")
    if not isinstance(bands, list) or not bands or not all(isinstance(band, dict) for band in bands):
        raise DataFileError("rules.value", file=file, id=row["id"], key="band", value=bands, known="band = [{ … }]")
    return tuple(_band({"id": row["id"], **band}, file, kind, types) for band in bands)


def _band(row: dict[str, Any], file: str, kind: str, types: tuple[str, ...]) -> Band:
    fields = _Row(row, file, {"id", *_BAND_KEYS})
    made = Band(
        start=fields.number("from", 0.0),
        end=fields.number("to", math.inf),
        above=fields.number("above", None),
        types=fields.several_of("types", types),
        region=fields.one_of("region", REGIONS, None),
        zoning=fields.one_of("zoning", FACTS["zoning"], None),
        at_least=fields.number("at_least", None),
        below=fields.number("below", None),
        at_most=fields.number("at_most", None),
        mixed_cap=fields.number("mixed_cap", None),
    )
    upper = [limit for limit in (made.below, made.at_most) if limit is not None]
    wanted = {"range": (True, 1), "minimum": (True, 0), "maximum": (False, 1), "change": (False, 1)}[kind]
    if (made.at_least is not None, len(upper)) != wanted:
        raise DataFileError("rules.band", file=file, id=row["id"], kind=kind)
    if made.start >= made.end or (made.at_least is not None and upper and made.at_least >= upper[0]):
        raise DataFileError("rules.band_order", file=file, id=row["id"])
    return made


def _adjustment(row: dict[str, Any], file: str, rules: tuple[str, ...], types: tuple[str, ...]) -> Adjustment:
    fields = _Row(row, file, _ADJUSTMENT_KEYS)
    made = Adjustment(
        id=row["id"],
        title=fields.text("title"),
        title_en=fields.text("title_en", row["id"]),
        rules=fields.several_of("rules", rules),
        clause=fields.text("clause", ""),
        group=fields.text("group", row["id"]),
        lower_pp=fields.number("lower_pp", 0.0, signed=True),
        upper_pp=fields.number("upper_pp", 0.0, signed=True),
        lifts=fields.one_of("lifts", ("lower", "upper"), None),
        adds=fields.text("adds", "") or None,
        waives=fields.flag("waives"),
        reduces_to=fields.number("reduces_to", None),
        most_area=fields.number("most_area", None),
        start=fields.number("from", 0.0),
        after=fields.texts("after"),
        types=fields.several_of("types", types),
        automatic=fields.flag("automatic"),
        confidence=fields.one_of("confidence", CONFIDENCES),
        note=fields.text("note", ""),
        note_en=fields.text("note_en", ""),
    )
    if not made.rules:
        raise DataFileError(
            "rules.value", file=file, id=made.id, key="rules", value=row.get("rules"), known=_listed(rules)
        )
    if not (made.lower_pp or made.upper_pp or made.lifts or made.adds or made.waives or made.reduces_to is not None):
        raise DataFileError("rules.no_effect", file=file, id=made.id)
    return made


@dataclass(frozen=True)
class _Row:
    """One row of a rules file, its fields checked as they are read."""

    row: dict[str, Any]
    file: str
    keys: set[str]

    def __post_init__(self) -> None:
        for key in sorted(set(self.row) - self.keys):
            raise DataFileError("rules.key", file=self.file, id=self.row["id"], key=key, known=_listed(self.keys))

    def _wrong(self, key: str, known: str) -> DataFileError:
        return DataFileError(
            "rules.value", file=self.file, id=self.row["id"], key=key, value=self.row.get(key), known=known
        )

    def text(self, key: str, default: str | None = None) -> str:
        value = self.row.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._wrong(key, "text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._wrong(key, "[text, …]")
        return tuple(value)

    def one_of(self, key: str, known: tuple[str, ...], *default: Any) -> Any:
        if key not in self.row and default:
            return default[0]
        if self.row.get(key) not in known:
            raise self._wrong(key, _listed(known))
        return self.row[key]

    def several_of(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        values = self.texts(key)
        if set(values) - set(known):
            raise self._wrong(key, _listed(known))
        return values

    def number(self, key: str, default: Any, *, signed: bool = False) -> Any:
        value = self.row.get(key, default)
        if key not in self.row:
            return default
        sound = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST
        if not sound or (value < 0 and not signed):
            raise self._wrong(key, "0, 1, 2.5 …")
        return float(value)

    def flag(self, key: str) -> bool:
        value = self.row.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true, false")
        return value


def _listed(names: Any) -> str:
    return ", ".join(sorted(names) if isinstance(names, set) else names)


def _facts_known() -> str:
    return "; ".join(f"{fact} = {' | '.join(values)}" for fact, values in FACTS.items())


@dataclass(frozen=True)
class Quantity:
    """A value with what is known of its error: one standard deviation (NaN unknown), and whether it is schematic."""

    value: float
    sigma: float = math.nan
    schematic: bool = False

    def over(self, whole: "Quantity", factor: float = 100.0) -> "Quantity":
        """Return this divided by `whole`, times `factor`; errors of the two are taken as independent."""
        ratio = factor * self.value / whole.value
        known = [
            one.sigma / one.value for one in (self, whole) if one.value and not math.isnan(one.sigma) and one.sigma > 0
        ]
        sigma = abs(ratio) * math.sqrt(math.fsum(part**2 for part in known)) if known else math.nan
        return Quantity(ratio, sigma, self.schematic or whole.schematic)

    def span(self) -> tuple[float, float]:
        """Return the least and the greatest value that the error leaves."""
        reach = 0.0 if math.isnan(self.sigma) else COVERAGE * self.sigma
        return self.value - reach, self.value + reach


@dataclass(frozen=True)
class Measured:
    """What a rule looks at: one value, or one for each way that the law leaves open; or what is missing.

    An alternative that is not known lies between the bounds that stand in its place.
    """

    values: Mapping[str, Quantity] = field(default_factory=dict)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    absent: bool = False


@dataclass(frozen=True)
class Case:
    """What is known of one site and its plan; None or NaN is unknown.

    `perimeter` is m, `flags` the area of every flag, `given` the numbers that a person states (pct, m², m), `facts`
    the words, `choices` what a person settles that the law leaves open.
    """

    site: Quantity
    perimeter: Quantity
    legal_type: str | None = None
    flags: Mapping[str, Quantity] | None = None
    unassigned: float = 0.0
    free: float = math.nan
    smallest_green: Quantity | None = None
    smallest_plot: Quantity | None = None
    restricted: float = math.nan
    use_changes: Mapping[str, float] | None = None
    area_change: float = math.nan
    given: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    switches: frozenset[str] = frozenset()
    grade: str | None = None

    def fact(self, name: str) -> str | None:
        """Return what a person stated of a fact."""
        return self.facts.get(name)


@dataclass(frozen=True)
class Threshold:
    """The bounds that hold for one case after all adjustments; None is no bound."""

    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None

    def finding(self, low: float, high: float) -> str:
        """Return whether all, none or some of the values from `low` to `high` keep the bounds."""
        keeps = self._keeps(low), self._keeps(high)
        if low != high and not any(keeps) and self._crosses(low, high):
            return OPEN
        return MEETS if all(keeps) else OPEN if any(keeps) else MISSES

    def _keeps(self, value: float) -> bool:
        near = MARGIN * max(1.0, abs(value))
        return (
            (self.at_least is None or value >= self.at_least - near)
            and (self.below is None or value < self.below - near)
            and (self.at_most is None or value <= self.at_most + near)
        )

    def _crosses(self, low: float, high: float) -> bool:
        """Tell whether the bounds lie between two values that both break them."""
        upper = self.below if self.at_most is None else self.at_most
        return self.at_least is not None and upper is not None and low < self.at_least and high > upper


def check(book: RuleBook, case: Case) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the verdict on every rule that applies, the rules that do not, and what each adjustment does.

    Raises
    ------
    InputError
        Where a switch is unknown, or stands without the one that it goes on from.
    """
    require_switches(book, case)
    rows, skipped, effects = [], [], []
    for rule in book.rules:
        why = not_applied(rule, case, book)
        if why:
            skipped.append({"rule": rule.id, "title": rule.title, "title_en": rule.title_en, "skipped": why})
            continue
        row = judged(rule, case, book)
        rows.append(row)
        effects += _effects(rule, row, case, book)
    return (
        pd.DataFrame(rows).reindex(columns=list(CHECK_COLUMNS)),
        pd.DataFrame(skipped, columns=["rule", "title", "title_en", "skipped"]),
        pd.DataFrame(
            effects,
            columns=["adjustment", "title", "title_en", "rule", "clause", "in_use", "before", "after", "verdict_before", "verdict_after"],
        ),
    )  # fmt: skip


def require_switches(book: RuleBook, case: Case) -> None:
    """Refuse a switch that no adjustment has, or one whose ground is not switched on."""
    known = {one.id: one for one in book.adjustments}
    for name in sorted(case.switches):
        if name not in known:
            raise InputError("rules.switch", name=name, known=", ".join(known))
        after = known[name].after
        if after and not set(after) & case.switches:
            raise InputError("rules.switch_after", name=name, after=", ".join(after))


def not_applied(rule: Rule, case: Case, book: RuleBook) -> str | None:
    """Return why a rule does not apply, as far as that is known; None where it does or may."""
    if case.legal_type in rule.excluded:
        return "type"
    if any(case.fact(fact) not in (None, wanted) for fact, wanted in rule.needs.items()):
        return "fact"
    if any(one.waives and rule.id in one.rules for one in _in_use(rule, case, book)):
        return "waived"
    if measured(rule, case, []).absent:
        return "absent"
    return None if _large_enough(rule, case) else "size"


def _in_use(rule: Rule, case: Case, book: RuleBook) -> list[Adjustment]:
    """Return the adjustments of a rule that are switched on, or that its legal type brings with it."""
    return [
        one
        for one in book.adjustments
        if rule.id in one.rules
        and (one.id in case.switches or (one.automatic and case.legal_type in one.types))
        and (not one.types or case.legal_type in one.types)
        and case.site.value >= one.start
    ]


def _extent(rule: Rule, case: Case) -> Quantity | None:
    """Return what decides the band of a rule."""
    if rule.over == "site_area":
        return case.site
    return None if case.flags is None else case.flags.get("industrial", Quantity(0.0))


def _lacks(rule: Rule, case: Case) -> list[str]:
    """Return what must be known before a rule has a threshold at all."""
    lacks = []
    if (rule.types or any(band.types for band in rule.bands)) and case.legal_type is None:
        lacks.append("legal_type")
    elif rule.types and case.legal_type not in (*rule.types, *rule.excluded):
        lacks.append("applicability")
    lacks += [fact for fact in rule.needs if case.fact(fact) is None]
    for fact, asked in (("region", "region"), ("zoning", "zoning")):
        if any(getattr(band, asked) for band in rule.bands) and case.fact(fact) is None and _large_enough(rule, case):
            lacks.append(fact)
    if _extent(rule, case) is None:
        lacks.append("plan")
    return lacks


def _large_enough(rule: Rule, case: Case) -> bool:
    """Tell whether the site may have the size of any band."""
    return any(_sized(band, size) for band in rule.bands for size in _sizes(rule, case)) or not _sizes(rule, case)


def _sizes(rule: Rule, case: Case) -> list[float]:
    """Return the size that decides the band of a rule, then the least and the greatest that its error leaves."""
    extent = _extent(rule, case)
    return [] if extent is None else [extent.value, *extent.span()]


def _sized(band: Band, extent: float) -> bool:
    return band.start <= extent < band.end and (band.above is None or extent > band.above)


def _band_in_force(rule: Rule, case: Case, size: float) -> Band | None:
    """Return the first band of a rule that holds for a size, the legal type and the facts; None where none does."""
    fitting = (
        band
        for band in rule.bands
        if _sized(band, size)
        and (not band.types or case.legal_type in band.types)
        and band.region in (None, case.fact("region"))
        and band.zoning in (None, case.fact("zoning"))
    )
    return next(fitting, None)


def threshold_of(band: Band, adjustments: list[Adjustment], case: Case, upper_green: float | None) -> Threshold:
    """Return the bounds of a band with its adjustments; of one group the largest counts once."""
    lower, upper = _shift(adjustments, "lower_pp", case), _shift(adjustments, "upper_pp", case)
    lifted = {one.lifts for one in adjustments if one.lifts}
    at_least = None if band.at_least is None or "lower" in lifted else max(0.0, band.at_least + lower)
    reducing = [one.reduces_to for one in adjustments if one.reduces_to is not None]
    if at_least is not None and reducing:
        formula = at_least if upper_green is None else case.site.value * upper_green / 100 / case.perimeter.value
        at_least = min(at_least, max(*reducing, formula)) if len(reducing) == 1 else min(at_least, max(reducing))
    return Threshold(
        at_least,
        None if band.below is None or "upper" in lifted else band.below + upper,
        None if band.at_most is None or "upper" in lifted else band.at_most + upper,
    )


def _shift(adjustments: list[Adjustment], side: str, case: Case) -> float:
    """Return by how many %p a bound moves."""
    groups: dict[str, float] = {}
    for one in adjustments:
        shift = getattr(one, side)
        if one.most_area is not None:
            shift = math.copysign(min(abs(shift), 100 * one.most_area / case.site.value), shift)
        groups[one.group] = max(groups.get(one.group, 0.0), shift, key=abs)
    return math.fsum(groups.values())


def measured(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    """Return what a rule looks at: as a person states it, else measured from the plan."""
    makers = {
        "green_ratio": _green_ratio, "road_ratio": _road_ratio, "industrial_share": _industrial_share,
        "smallest_public_green": _smallest_green, "smallest_plot": _smallest_plot,
        "mixed_industry_share": _mixed_share, "restricted_share": _restricted_share, "rental_share": _rental_share,
        "use_change": _use_change, "area_change": _area_change, "site_area": _site_area,
    }  # fmt: skip
    maker = makers.get(rule.measure)
    found = Measured(missing=(rule.measure,)) if maker is None else maker(rule, case, adjustments)
    if rule.measure in case.given and not found.absent:
        return Measured({"": Quantity(case.given[rule.measure])})
    return found


def _flag(case: Case, flag: str) -> Quantity:
    return (case.flags or {}).get(flag, Quantity(0.0))


def _plus(one: Quantity, other: Quantity) -> Quantity:
    """Return a sum; errors of neighbors are taken to go together."""
    sigmas = [part.sigma for part in (one, other) if not math.isnan(part.sigma)]
    return Quantity(
        one.value + other.value, math.fsum(sigmas) if sigmas else math.nan, one.schematic or other.schematic
    )


def _green_ratio(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    if case.flags is None:
        return Measured(missing=("plan",))
    green = _flag(case, "green")
    both = {"with": _plus(green, _flag(case, "park")), "without": green}
    return Measured({name: part.over(case.site) for name, part in both.items()}, reasons=_undesignated(case))


def _road_ratio(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    if case.flags is None:
        return Measured(missing=("plan",))
    roads = _flag(case, "road")
    for one in adjustments:
        if one.adds:
            roads = _plus(roads, _flag(case, one.adds))
    return Measured({"": roads.over(case.site)}, reasons=_undesignated(case))


def _undesignated(case: Case) -> tuple[str, ...]:
    """Return the reason that a plan with land of no use gives for caution."""
    return ("unassigned",) if abs(case.unassigned) > 0.001 * case.site.value else ()


def _industrial_share(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    if case.flags is None:
        return Measured(missing=("plan",))
    industrial, mixed = _flag(case, "industrial"), _flag(case, "mixed")
    band = _band_in_force(rule, case, case.site.value)
    counted, reasons = industrial, _undesignated(case)
    if mixed.value > 0 and band is not None and band.mixed_cap is not None:
        share = case.given.get("mixed_industry_share")
        if share is None:
            reasons = (*reasons, "mixed_unknown")
        elif share >= 50:
            counted = _plus(industrial, replace(mixed, value=min(mixed.value, band.mixed_cap / 100 * industrial.value)))
    values, bounds = {"site": counted.over(case.site)}, {}
    if math.isnan(case.free):
        bounds["paid"] = (values["site"].value, 100.0)
    elif case.site.value > case.free:
        values["paid"] = counted.over(replace(case.site, value=case.site.value - case.free))
    else:  # nothing is left to be sold
        bounds["paid"] = (values["site"].value, 100.0)
    return Measured(values, bounds, reasons=reasons)


def _smallest_green(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    if case.flags is not None and _flag(case, "green").value + _flag(case, "park").value == 0:
        return Measured(absent=True)
    if case.smallest_green is None:
        return Measured(missing=("green_shapes",) if case.flags is not None else ("plan",))
    return Measured({"": case.smallest_green})


def _smallest_plot(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    return Measured({"": case.smallest_plot}) if case.smallest_plot else Measured(missing=("plots",))


def _mixed_share(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    if case.flags is not None and _flag(case, "mixed").value == 0:
        return Measured(absent=True)
    return Measured(missing=("mixed_industry_share",))


def _over_industrial(case: Case, area: float | None, missing: str) -> Measured:
    industrial = _flag(case, "industrial")
    if case.flags is None or industrial.value == 0:
        return Measured(missing=("plan",) if area is not None else ("plan", missing))
    return Measured(missing=(missing,)) if area is None else Measured({"": Quantity(area).over(industrial)})


def _restricted_share(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    known = case.given.get("restricted_area", None if math.isnan(case.restricted) else case.restricted)
    return _over_industrial(case, known, "restricted_area")


def _rental_share(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    return _over_industrial(case, case.given.get("rental_area"), "rental_area")


def _use_change(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    if case.use_changes is None:
        return Measured(missing=("plan",) if case.flags is None else ("former_plan",))
    known = {use: change for use, change in case.use_changes.items() if math.isfinite(change)}
    fresh = ("new_use",) if len(known) < len(case.use_changes) else ()
    schematic = case.flags is not None and any(quantity.schematic for quantity in case.flags.values())
    return Measured({"": Quantity(max(map(abs, known.values()), default=0.0), schematic=schematic)}, reasons=fresh)


def _area_change(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    if math.isnan(case.area_change):
        return Measured(missing=("former_area",))
    return Measured({"": Quantity(abs(case.area_change), schematic=case.site.schematic)})


def _site_area(rule: Rule, case: Case, adjustments: list[Adjustment]) -> Measured:
    return Measured({"": case.site})


def judged(rule: Rule, case: Case, book: RuleBook) -> dict[str, Any]:
    """Return the row of one rule: threshold, value, verdict, and what is missing or speaks for caution."""
    adjustments = _in_use(rule, case, book)
    found = measured(rule, case, adjustments)
    lacks = _lacks(rule, case)
    missing = list(dict.fromkeys([*lacks, *found.missing]))
    thresholds = [] if set(lacks) - set(rule.needs) else _thresholds(rule, adjustments, case, book)
    confidence = max([rule.confidence, *(one.confidence for one in adjustments)], key=CONFIDENCES.index)
    reasons = list(found.reasons)
    chosen = _chosen(rule, found, case)
    spans = [chosen[name].span() for name in chosen] + [
        found.bounds[name] for name in found.bounds if _asked(rule, name, case)
    ]
    finding = OPEN
    if not missing and thresholds and spans:
        finding = _finding(thresholds, spans)
        firm = _thresholds(rule, [one for one in adjustments if not one.lifts], case, book)
        reasons += ["lifted"] if finding != _finding(firm, spans) else []
        reasons += _cautions(rule, case, chosen, found, thresholds, finding)
    first = next(iter(chosen.values()), None)
    schematic = any(one.schematic for one in chosen.values()) or _bound_by_schematic(rule, adjustments, case)
    verdict = verdict_of(rule, finding, missing, reasons, confidence, schematic)
    if confidence != "high" and not missing:
        reasons.append("confidence")
    if verdict == REVIEW and finding == MISSES and rule.miss == REVIEW:
        reasons.append("change" if rule.kind == "change" else "exception")
    own = thresholds[0] if thresholds else Threshold()
    return {
        "rule": rule.id, "title": rule.title, "title_en": rule.title_en, "law": rule.law, "law_en": rule.law_en,
        "article": rule.article, "clause": rule.clause, "in_force": rule.in_force,
        "threshold": threshold_code(own, rule.unit) if thresholds else None,
        "value": math.nan if first is None else first.value, "unit": rule.unit, "verdict": verdict,
        "missing": "|".join(missing) or None, "finding": finding if not missing else None,
        "reasons": "|".join(dict.fromkeys(reasons)) or None, "confidence": confidence,
        "at_least": own.at_least, "below": own.below, "at_most": own.at_most,
        "low_value": min((low for low, _ in spans), default=math.nan),
        "high_value": max((high for _, high in spans), default=math.nan),
        "alternatives": _alternatives(found), "adjustments": "|".join(one.id for one in adjustments) or None,
        "grade": case.grade, "source": rule.source, "note": rule.note, "note_en": rule.note_en,
    }  # fmt: skip


def _thresholds(rule: Rule, adjustments: list[Adjustment], case: Case, book: RuleBook) -> list[Threshold]:
    """Return the bounds in force, those of the site's own size first, then those that its error could lead to.

    A size without a band has no bounds.
    """
    upper = _upper_green(case, book) if rule.measure == "buffer_green_width" else None
    bands = [_band_in_force(rule, case, size) for size in _sizes(rule, case)]
    found = [Threshold() if band is None else threshold_of(band, adjustments, case, upper) for band in bands]
    return list(dict.fromkeys(found))


def _upper_green(case: Case, book: RuleBook) -> float | None:
    """Return the upper green ratio (%) of a site, by which a buffer green may be narrowed."""
    rule = next((one for one in book.rules if one.measure == "green_ratio"), None)
    band = None if rule is None else _band_in_force(rule, case, case.site.value)
    return None if rule is None or band is None else threshold_of(band, _in_use(rule, case, book), case, None).below


def _asked(rule: Rule, name: str, case: Case) -> bool:
    """Tell whether one way of measuring counts: the one that is chosen, or all where none is."""
    settled = case.choices.get(VARIANTS.get(rule.measure, ""))
    return name == "" or settled in (None, name)


def _chosen(rule: Rule, found: Measured, case: Case) -> dict[str, Quantity]:
    return {name: value for name, value in found.values.items() if _asked(rule, name, case)}


def _bound_by_schematic(rule: Rule, adjustments: list[Adjustment], case: Case) -> bool:
    """Tell whether a schematic outline would choose the threshold: by its size, or by a width read from its shape."""
    extent = _extent(rule, case)
    by_size = any(band.start > 0 or band.end < math.inf or band.above is not None for band in rule.bands)
    reducing = [one.reduces_to for one in adjustments if one.reduces_to is not None]
    narrowed = len(reducing) == 1 and any((band.at_least or 0.0) > reducing[0] for band in rule.bands)
    by_shape = narrowed and (case.site.schematic or case.perimeter.schematic)
    return by_shape or (by_size and extent is not None and extent.schematic)


def _finding(thresholds: list[Threshold], spans: list[tuple[float, float]]) -> str:
    findings = {threshold.finding(low, high) for threshold in thresholds for low, high in spans}
    return findings.pop() if len(findings) == 1 else OPEN


def _cautions(
    rule: Rule, case: Case, chosen: Mapping[str, Quantity], found: Measured, thresholds: list[Threshold], finding: str
) -> list[str]:
    """Return why a finding is open."""
    if finding != OPEN:
        return []
    cautions = ["band"] if len(thresholds) > 1 else []
    alone = [_finding(thresholds[:1], [value.span()]) for value in chosen.values()]
    if OPEN in alone:
        cautions.append("sigma")
    if len({*alone}) > 1 or any(_asked(rule, name, case) for name in found.bounds):
        cautions.append(VARIANTS.get(rule.measure, "sigma"))
    return cautions


def verdict_of(
    rule: Rule, finding: str, missing: list[str], reasons: list[str], confidence: str, schematic: bool
) -> str:
    """Return the verdict: nothing is decided on what is missing, schematic, within its error, or not confirmed."""
    if missing:
        return UNDECIDED
    if schematic:
        reasons.append("schematic")
        return UNDECIDED
    if finding == OPEN or confidence != "high" or CAUTIONS & set(reasons):
        return REVIEW
    return PASS if finding == MEETS else rule.miss


def threshold_code(threshold: Threshold, unit: str) -> str | None:
    """Return bounds as a machine reads them: `>= 10 and < 13 pct`."""
    parts = [
        f"{sign} {limit:.10g}"
        for sign, limit in ((">=", threshold.at_least), ("<", threshold.below), ("<=", threshold.at_most))
        if limit is not None
    ]
    return f"{' and '.join(parts)} {unit}" if parts else None


def _alternatives(found: Measured) -> str | None:
    """Return every way of measuring with its value: `site=61.7|paid=unknown`."""
    named = {name: f"{value.value:.10g}" for name, value in found.values.items() if name}
    named |= dict.fromkeys(found.bounds, "unknown")
    return "|".join(f"{name}={value}" for name, value in named.items()) or None


def _effects(rule: Rule, row: dict[str, Any], case: Case, book: RuleBook) -> list[dict[str, Any]]:
    """Return what each adjustment of a rule does, or would do, to threshold and verdict."""
    found = []
    for one in book.adjustments:
        if rule.id not in one.rules or (one.types and case.legal_type not in one.types) or case.site.value < one.start:
            continue
        in_use = one.automatic or one.id in case.switches
        plain = replace(book, adjustments=tuple(other for other in book.adjustments if other.id != one.id))
        ground = frozenset() if not one.after or set(one.after) & case.switches else frozenset(one.after[:1])
        with_it = replace(case, switches=case.switches | {one.id} | ground)
        without = judged(rule, replace(case, switches=case.switches - {one.id}), plain)
        waived = not_applied(rule, with_it, book) is not None
        after = None if waived else judged(rule, with_it, book)
        found.append(
            {
                "adjustment": one.id, "title": one.title, "title_en": one.title_en, "rule": rule.id,
                "clause": one.clause, "in_use": in_use, "before": without["threshold"],
                "after": "waived" if after is None else after["threshold"],
                "verdict_before": without["verdict"], "verdict_after": None if after is None else after["verdict"],
            }
        )  # fmt: skip
    return found
