"""What a person says of a site beside what is measured, planned and stated in the record: kept, with a way back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from gis.analysis.consequences import UTILITIES
from gis.errors import InputError
from gis.io import decisions
from gis.io.unit_values import unit_values
from gis.model import Range
from gis.study.landuse import site_key
from gis.study.rates import ranged
from gis.study.sites import SiteRef

TOPIC = "consequences"
"""Under what the workspace keeps what a person says of a site."""
AMOUNTS: dict[str, str] = {
    "site_area": "m2", "industrial_area": "m2", "paid_area": "m2", "workers": "persons", "residents": "persons", "firm_demand_area": "m2",
}  # fmt: skip
"""Amounts of a site that a person may state, and their unit."""


@dataclass(frozen=True)
class Reach:
    """Who is counted within which distance (m): a table of people that was kept, and the districts of its codes."""

    distance: float = 10_000.0
    people: str | None = None
    boundaries: str | None = None


class _Content(BaseModel):
    ranges: list[tuple[str, float, float]]
    reach: Reach


@dataclass(frozen=True)
class Said:
    """What a person says of a site: ranges by name, of `AMOUNTS`, of supply (`supply.power`) and of parts of the cost
    (`cost.works`)."""

    ranges: tuple[tuple[str, Range], ...] = ()
    reach: Reach = field(default_factory=Reach)


def stated_range(text: str) -> tuple[str, Range]:
    """Return name and range of `NAME=LOW..HIGH`, as a person states an amount, a supply or a part of the cost."""
    name, _, value = (part.strip() for part in text.partition("="))
    require_name(name)
    return name, ranged(value, AMOUNTS.get(name, ""))


def names() -> list[str]:
    """Return what a person may state of a site."""
    parts = [f"cost.{name}" for name in unit_values().parts["id"]]
    return [*AMOUNTS, *(f"supply.{name}" for name in UTILITIES), *parts]


def require_name(name: str) -> None:
    """Refuse a name that nothing asks for."""
    known = names()
    if name not in known:
        raise InputError("one_of", name="--set", value=name, known=", ".join(f"{one}=…" for one in known))


def kept(ref: SiteRef) -> Said:
    """Return what a person said of a site, as it was kept last."""
    return of_key(site_key(ref))


def of_key(key: str) -> Said:
    """Return what was said of the site of a key (`gis.study.landuse.site_key`)."""
    found = decisions.latest(TOPIC, key)
    if found is None:
        return Said()
    told, known = from_content(found.content), set(names())
    return Said(tuple(one for one in told.ranges if one[0] in known), told.reach)


def keep(ref: SiteRef, said: Said) -> None:
    """Keep what a person says of a site, beside what was said before; what is kept already is not kept again."""
    keep_of_key(site_key(ref), said)


def keep_of_key(key: str, said: Said) -> None:
    """Keep what is said of the site of a key; what is kept already is not kept again."""
    for name, value in said.ranges:
        require_name(name)
        if not value.known:
            raise InputError("consequences.range", text=name)
    if said != of_key(key):
        decisions.append(TOPIC, key, content_of(said))


def content_of(said: Said) -> dict[str, Any]:
    """Return what was said as plain values."""
    return {"ranges": [[name, value.low, value.high] for name, value in said.ranges], "reach": asdict(said.reach)}


def from_content(content: Mapping[str, Any]) -> Said:
    """Return what was said from plain values.

    Raises
    ------
    InputError
        Where they are not of this form.
    """
    try:
        plain = _Content.model_validate(content)
    except ValidationError as error:
        raise InputError("consequences.content", place=".".join(map(str, error.errors()[0]["loc"]))) from error
    return Said(tuple((name, Range(low, high)) for name, low, high in plain.ranges), plain.reach)


def undo(ref: SiteRef) -> None:
    """Say of a site again what was said before."""
    decisions.undo(TOPIC, site_key(ref))


def undone(ref: SiteRef) -> int:
    """Return how often somebody went back to what was said of a site before."""
    return sum(one.restores is not None for one in decisions.history(TOPIC, site_key(ref)))
