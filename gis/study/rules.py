"""법정 기준 검토 of one site, end to end: its plan against the rules of a file, with what only a person can say."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gis import study
from gis.analysis import claims as _claims
from gis.analysis import rules as _rules
from gis.analysis.area import area_sigmas
from gis.analysis.landuse import DIFFERENCE, SPECIAL
from gis.analysis.rules import CHOICES, FACTS, Case, Quantity, RuleBook
from gis.crs import crs_name
from gis.errors import InputError, UnknownNameError
from gis.io import catalog, decisions, plans
from gis.io.read import Reading
from gis.model import SCHEMATIC
from gis.study.landuse import LandUse, PlanSource, land_use, site_key
from gis.study.sites import SiteRef, site
from gis.units import parse_area, parse_length

GIVEN: dict[str, str] = {
    "buffer_green_width": "m", "arterial_width": "m", "smallest_public_green": "m2", "smallest_plot": "m2",
    "mixed_industry_share": "pct", "restricted_area": "m2", "rental_area": "m2", "former_area": "m2",
    "building_coverage": "pct", "floor_area_ratio": "pct",
}  # fmt: skip
"""Numbers that a person states, and their unit."""
TOPIC = "check"
"""Under what the workspace keeps what a person says of a site."""
OUTSIDE_CAPITAL = ("29", "46")
"""Codes of the provinces that the bundled districts hold: 광주, 전남."""


@dataclass(frozen=True)
class Settings:
    """What a person says of a site and of a law that leaves things open: plain values.

    `legal_type` is an id or a name; None takes what the public record states.
    """

    legal_type: str | None = None
    switches: tuple[str, ...] = ()
    given: tuple[tuple[str, float], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    rules: str | None = None


@dataclass(frozen=True)
class Review:
    """The verdicts on one site, the rules that do not apply, and what each adjustment does."""

    land_use: LandUse
    book: RuleBook
    case: Case
    legal_type: str | None
    type_source: str | None
    table: pd.DataFrame
    skipped: pd.DataFrame
    effects: pd.DataFrame
    counts: Mapping[str, int] = field(default_factory=dict)


def kept(ref: SiteRef) -> Settings:
    """Return what a person said of a site, as it was kept last; what no rule asks for any more is left out."""
    found = decisions.latest(TOPIC, site_key(ref))
    return Settings() if found is None else _settings(found.content)


def _settings(content: Mapping[str, Any]) -> Settings:
    return Settings(
        legal_type=content["legal_type"],
        switches=tuple(content["switches"]),
        given=tuple((name, float(value)) for name, value in content["given"] if name in GIVEN),
        facts=tuple((name, word) for name, word in content["facts"] if word in FACTS.get(name, ())),
        choices=tuple((name, word) for name, word in content["choices"] if word in CHOICES.get(name, ())),
    )


def keep(ref: SiteRef, settings: Settings) -> None:
    """Keep what a person says of a site, beside what was said before; what is kept already is not kept again."""
    said = replace(settings, rules=None)
    if said != kept(ref):
        decisions.append(TOPIC, site_key(ref), {name: value for name, value in asdict(said).items() if name != "rules"})


def undo(ref: SiteRef) -> None:
    """Say of a site again what was said before.

    Raises
    ------
    InputError
        Where nothing was said.
    """
    decisions.undo(TOPIC, site_key(ref))


def undone(ref: SiteRef) -> int:
    """Return how often somebody went back to what was said of a site before."""
    return sum(one.restores is not None for one in decisions.history(TOPIC, site_key(ref)))


def rule_book(path: str | None = None) -> RuleBook:
    """Return the rules of a file, or the bundled ones."""
    content, name = plans.rules_content(None if path is None else Path(path))
    return _rules.book_of(content, name)


def review(
    ref: SiteRef, source: PlanSource | None = None, settings: Settings | None = None, reading: Reading | None = None
) -> Review:
    """Return what the rules say of a site and its plan.

    Raises
    ------
    DataFileError
        Where a row of the rules is broken (it is named).
    UnknownNameError
        Where a legal type is none.
    InputError
        Where a switch, fact or number is none.
    """
    settings = settings or Settings()
    book = rule_book(settings.rules)
    found = land_use(ref, source, reading)
    stated, type_source = stated_type(str(found.site["id"]), ref)
    legal_type = _legal_type(book, settings.legal_type, stated)
    case = case_of(ref, found, legal_type, settings, reading)
    table, skipped, effects = _rules.check(book, case)
    counts = {verdict: int(table["verdict"].eq(verdict).sum()) for verdict in _rules.VERDICTS}
    return Review(
        land_use=found,
        book=book,
        case=case,
        legal_type=legal_type,
        type_source=None if settings.legal_type is not None else type_source,
        table=table,
        skipped=skipped,
        effects=effects,
        counts=counts | {"all": len(table), "skipped": len(skipped)},
    )


def stated_type(subject: str, ref: SiteRef) -> tuple[str | None, str | None]:
    """Return the legal type of a bundled complex in the words of the public record, and the source that states it."""
    if ref.drawn is not None or ref.source not in (subject, study.COMPLEXES):
        return None, None
    claims = catalog.claims()
    mine = claims[(claims["subject"] == subject) & (claims["quantity"] == "legal_type") & claims["source"].notna()]
    used = _claims.claim_in_use(claims, subject, "legal_type")
    if mine.empty or used is None or used["source"] is None:
        return None, None
    return str(used["value"]), str(used["source"])


def _legal_type(book: RuleBook, chosen: str | None, stated: str | None) -> str | None:
    found = book.legal_type(stated if chosen is None else chosen)
    if chosen is not None and found is None:
        raise UnknownNameError(
            "rules.type", type=chosen, known=", ".join(f"{one.id} ({one.name})" for one in book.types)
        )
    return found


def case_of(
    ref: SiteRef, found: LandUse, legal_type: str | None, settings: Settings, reading: Reading | None = None
) -> Case:
    """Return what is known of a site and its plan, measured or stated."""
    given, facts, choices = dict(settings.given), dict(settings.facts), dict(settings.choices)
    _require_known(given, facts, choices)
    row = site(ref, reading)
    facts = known_facts(row) | facts
    return Case(
        site=_site_area(row, found),
        perimeter=Quantity(float(row.frame.length.iloc[0]), schematic=found.site["grade"] == SCHEMATIC),
        legal_type=legal_type,
        flags=found.flags,
        unassigned=math.fsum(value for value in (found.amount(name) for name in SPECIAL) if not math.isnan(value)),
        free=_free(found),
        smallest_green=found.smallest_green,
        smallest_plot=found.smallest_plot,
        restricted=found.restricted,
        use_changes=_use_changes(found),
        area_change=_area_change(found, given),
        given={name: value for name, value in given.items() if name != "former_area"},
        facts=facts,
        choices=choices,
        switches=frozenset(settings.switches),
        grade=found.grade,
    )


def _require_known(given: Mapping[str, float], facts: Mapping[str, str], choices: Mapping[str, str]) -> None:
    for name, value in given.items():
        if name not in GIVEN:
            raise InputError("one_of", name="--set", value=name, known=", ".join((*GIVEN, *FACTS)))
        if not (math.isfinite(value) and value >= 0):
            raise InputError("rules.given", name=name, value=value)
    for known, stated in ((FACTS, facts), (CHOICES, choices)):
        for name, word in stated.items():
            if name not in known or word not in known[name]:
                raise InputError("one_of", name=name, value=word, known=", ".join(known.get(name, tuple(known))))


def stated_value(text: str) -> tuple[str, float | str]:
    """Return the name and value in `NAME=VALUE`: numbers in the unit of the name, facts in words.

    Raises
    ------
    InputError
        Where the name is unknown or the value no number of its unit.
    """
    name, _, value = (part.strip() for part in text.partition("="))
    if name in FACTS:
        return name, value
    if name not in GIVEN or not value:
        raise InputError("one_of", name="--set", value=text, known=", ".join(f"{one}=…" for one in (*GIVEN, *FACTS)))
    if GIVEN[name] == "m2":
        return name, parse_area(value)
    if GIVEN[name] == "m":
        return name, parse_length(value)
    try:
        return name, float(value.removesuffix("%").strip())
    except ValueError:
        raise InputError("rules.given", name=name, value=value) from None


def _site_area(row: study.SourceLayer, found: LandUse) -> Quantity:
    """Return the 구역면적 with its error: a stated official area has none, a schematic outline nothing to decide on."""
    if found.basis == "official":
        return Quantity(found.whole)
    sigma = area_sigmas(row.frame, catalog.vertex_sigmas())["sigma_correlated"].iloc[0]
    return Quantity(found.whole, float(sigma), found.site["grade"] == SCHEMATIC)


def known_facts(row: study.SourceLayer) -> dict[str, str]:
    """Return what the bundled districts say of a site (one row): that it lies outside the capital area, or nothing."""
    return {"region": "outside"} if _in_bundled_districts(row) else {}


def _in_bundled_districts(row: study.SourceLayer) -> bool:
    """Tell whether a site lies wholly in 광주 or 전남, which are outside the capital area; their rim is good to a meter."""
    units, shape = study.layer("sigungu", crs_name(row.frame.crs)), row.frame.geometry.iloc[0]
    near = units[units["id"].str.startswith(OUTSIDE_CAPITAL) & units.intersects(shape)]
    return bool(near.union_all().buffer(1.0).covers(shape))


def _free(found: LandUse) -> float:
    """Return the land (m²) that goes without payment; NaN where the plan does not say it of every use."""
    return math.nan if found.kind is None else found.amount("total", "free_area")


def _use_changes(found: LandUse) -> dict[str, float] | None:
    """Return by how many percent each use changes, those of the second level too; None without a former plan."""
    table = found.table
    if found.kind is None or not table["former_area"].notna().any():
        return None
    rows = table[table["level"].isin([1, 2]) & ~table["id"].isin(SPECIAL)]
    changed = rows[(rows["former_area"] > 0) | (rows["planned_area"] > 0)]
    return {
        row["id"]: 100 * row["change_area"] / row["former_area"] if row["former_area"] > 0 else math.inf
        for row in changed.to_dict("records")
    }


def _area_change(found: LandUse, given: Mapping[str, float]) -> float:
    """Return by how many percent the site's area changes; NaN where nobody says what it was."""
    former = given.get("former_area", math.nan)
    rest = found.amount(DIFFERENCE)
    if math.isnan(former) and found.kind == "typed" and (math.isnan(rest) or abs(rest) < 1):
        former = found.amount("total", "former_area")  # of a table that leaves nothing open
    return 100 * (found.whole - former) / former if former > 0 else math.nan
