"""Frozen values, and the one mapping from inner names to names that carry their unit.

Inside frames SI has no suffix; whatever leaves (JSON, CSV, XLSX, files) has one.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

Frame = TypeVar("Frame", bound=pd.DataFrame)

OUTWARD: dict[str, str] = {
    "area": "area_m2",
    "planar_area": "planar_area_m2",
    "official_area": "official_area_m2",
    "site_area": "site_area_m2",
    "building_area": "building_area_m2",
    "perimeter": "perimeter_m",
    "sigma": "sigma_m2",
    "sigma_correlated": "sigma_correlated_m2",
    "distance": "distance_m",
    "duration": "seconds",
    "low": "low_m",
    "high": "high_m",
    "distance_before": "distance_before_m",
    "low_before": "low_before_m",
    "high_before": "high_before_m",
    "gap": "gap_m",
    "shared_boundary": "shared_boundary_m",
    "overlap": "overlap_m2",
    "tolerance": "tolerance_m",
    "near_within": "near_within_m",
    "precision": "precision_m",
    "before_area": "before_area_m2",
    "area_before": "area_before_m2",
    "area_after": "area_after_m2",
    "register_area": "register_area_m2",
    "incorporated_area": "incorporated_area_m2",
    "figure_area": "figure_area_m2",
    "parcel_area": "parcel_area_m2",
    "thickness": "thickness_m",
    "land_price": "land_price_krw",
    "vertex_sigma": "vertex_sigma_m",
    "center_uncertainty": "center_uncertainty_m",
    "hint_radius": "hint_radius_m",
    "x_n": "x_n_m",
    "y_e": "y_e_m",
    "length": "length_m",
    "x_difference": "x_difference_m",
    "coordinate_product": "coordinate_product_m2",
    "double_area": "double_area_m2",
    "calculated_area": "calculated_area_m2",
    "residual": "residual_m",
    "residual_n": "residual_n_m",
    "residual_e": "residual_e_m",
    "left_out": "left_out_m",
    "resolution": "resolution_m",
    "lowest": "lowest_m",
    "highest": "highest_m",
    "former_area": "former_area_m2",
    "change_area": "change_area_m2",
    "planned_area": "planned_area_m2",
    "geodesic_area": "geodesic_area_m2",
    "paid_area": "paid_area_m2",
    "free_area": "free_area_m2",
    "fault_area": "fault_area_m2",
    "supply_area": "supply_area_m2",
    "smallest_plot": "smallest_plot_m2",
    "priced_area": "priced_area_m2",
    "public_price": "public_price_krw",
    "cost_low": "cost_low_krw",
    "cost_high": "cost_high_krw",
}
INWARD: dict[str, str] = {outer: inner for inner, outer in OUTWARD.items()}

AREA_COLUMNS = (
    "id", "name", "area", "planar_area", "planar_crs", "perimeter", "official_area",
    "difference_pct", "sigma", "sigma_correlated", "grade", "source", "note",
)  # fmt: skip
SHARE_COLUMNS = ("id", "unit_code", "unit_name", "area", "share_pct", "grade")
DISTANCE_COLUMNS = (
    "from", "to", "measure", "distance", "duration", "low", "high",
    "from_lon", "from_lat", "to_lon", "to_lat", "grade", "label",
)  # fmt: skip
ADJACENCY_COLUMNS = (
    "a", "b", "relation", "possible_relations", "gap", "low", "high",
    "shared_boundary", "overlap", "tolerance", "separated_by", "de9im", "grade", "near_within",
)  # fmt: skip
VERTEX_COLUMNS = ("part", "ring", "no", "x_n", "y_e", "azimuth_deg", "length", "lon", "lat")
CALCULATION_COLUMNS = (
    "part", "ring", "no", "x_n", "y_e", "x_difference", "coordinate_product", "double_area", "calculated_area",
)  # fmt: skip
TERRAIN_COLUMNS = ("figure", "band_from", "band_to", "band_unit", "planar_area", "share_pct", "area", "note")
LAYER_COLUMNS = ("name", "title", "kind", "geometry", "features", "grade", "source", "base_date")

SCHEMATIC = "D"
PROPOSED = "proposed"
"""What stands in the place of a grade where an outline is what somebody wants: nothing was measured."""
SCOPES = ("cluster", "cluster_cheomdan3", "region")
LINK_KINDS = ("material", "service", "knowledge")
STATUSES = ("operating", "building", "planned")
EVIDENCE = ("stated", "inferred", "plan")
"""What a link rests on, the firmest first."""
BASES = ("plan", "fact")
RANKS = ("notice", "statistics", "agency", "press", "derived")
READINGS = ("value", "multiple", "growth", "points", "level")
"""What a stated target may mean: itself, so many % of a baseline, so many % more, so many points more, a level."""
BOUNDS = ("odd", "at_least")
"""Words that make a stated figure a range: 25만여 is no less and less than the next digit, 10조 이상 is no less."""


@dataclass(frozen=True)
class ChainModel:
    """The value chain as data: its stages, who hosts them where, the hand-overs, and those that a source states.

    Columns as in `data/chain/`; a row a stage, a host, a link, a flow.
    """

    stages: pd.DataFrame
    hosts: pd.DataFrame
    links: pd.DataFrame
    flows: pd.DataFrame


@dataclass(frozen=True)
class Range:
    """An amount that is only known to lie from `low` to `high`, neither below 0; an end that nobody knows is NaN."""

    low: float = math.nan
    high: float = math.nan

    @property
    def known(self) -> bool:
        """Whether both ends are known."""
        return not (math.isnan(self.low) or math.isnan(self.high))

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.high + other.high)

    def __mul__(self, other: "Range") -> "Range":
        return Range(self.low * other.low, self.high * other.high)

    def __truediv__(self, other: "Range") -> "Range":
        """Return what one unit of `other` gets; unknown where that may be nothing."""
        return Range(self.low / other.high, self.high / other.low) if other.low > 0 else Range()


PlainName = Annotated[str, Field(min_length=1, max_length=80)]
ScenarioId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Geometry = dict[str, Any]
"""A polygon or multipolygon as GeoJSON, in degrees with nine digits."""


class _Strict(BaseModel):
    """Values of exactly the stated types, and no others beside them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SitePart(_Strict):
    """A part of a site that is built at its own time: `opens` is the first year of use, None where it is open."""

    name: PlainName
    geometry: Geometry
    opens: Annotated[int, Field(ge=2000, le=2100)] | None = None


class ProposedSite(_Strict):
    """A site that somebody proposes: in the place of the complex of its id, or beside the others.

    `parts` (단계) divide it where it is built in several steps.
    """

    id: ScenarioId
    name: PlainName
    geometry: Geometry
    parts: tuple[SitePart, ...] = ()


class Branching(_Strict):
    """What a scenario was branched off: a scenario, and the number of its revision."""

    scenario: ScenarioId
    number: int


class StatedRate(_Strict):
    """A rate (원단위) or factor as somebody states it, from `low` to `high`."""

    low: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    high: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    note: Annotated[str, Field(max_length=2_000)] | None = None


class Scenario(_Strict):
    """An alternative (대안): what is otherwise than in the data. What it does not name is as it is there.

    `hosts` holds rows of the value chain by their id, None for one that is gone; `slips` years by phase, negative ones
    earlier; `siting` what a site was asked to be like, and `weights` of what counts how much, as pages and files have them.
    `rates` are those that it came with from another workspace, where they are otherwise than here.
    """

    title: PlainName
    note: Annotated[str, Field(max_length=2_000)] = ""
    confidential: bool = False
    branched: Branching | None = None
    sites: tuple[ProposedSite, ...] = ()
    hosts: dict[str, dict[str, Any] | None] = {}
    slips: dict[str, Annotated[int, Field(ge=-30, le=30)]] = {}
    siting: dict[str, Any] = {}
    weights: dict[str, Any] = {}
    rates: dict[str, StatedRate] = {}

    def site(self, site_id: str) -> ProposedSite | None:
        """Return the site of an id; None where the scenario has none."""
        return next((one for one in self.sites if one.id == site_id), None)


def outward(frame: Frame) -> Frame:
    """Return `frame` with names that carry their unit."""
    return frame.rename(columns=OUTWARD)


def inward(frame: Frame) -> Frame:
    """Return `frame` with the names that analysis uses."""
    return frame.rename(columns=INWARD)


def worse_grade(*grades: str | None) -> str | None:
    """Return the grade that a figure from several boundaries deserves: the worst; None where one is not stated.

    A schematic boundary makes the figure schematic, whatever the other is.
    """
    if SCHEMATIC in grades:
        return SCHEMATIC
    return None if any(pd.isna(grade) for grade in grades) else max(str(grade) for grade in grades)
