"""Heights and slopes over a site: how much of it lies in each band, by the exact part of every cell inside.

Slope is that of Horn (1981, Hill shading and the reflectance map, Proc. IEEE 69(1), 14–47): weighted differences over
3 × 3 cells, as `gdaldem slope` has it. A cell with an unknown neighbor has no slope.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from gis.kernel.cells import cell_shares
from gis.kernel.rounding import shares_pct
from gis.model import TERRAIN_COLUMNS

Floats = NDArray[np.float64]
SLOPE_BANDS = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
"""Lower ends of the bands of slope, in degrees or percent."""
SLOPE_UNITS = ("deg", "pct")
MOST_BANDS = 8
UNKNOWN, OUTSIDE = -1, -2
"""Numbers of what is no band: a cell of the site without a value, and a cell outside."""
_NICE = (1.0, 2.0, 5.0, 10.0)


def horn_rises(heights: Floats, across: float, down: float) -> Floats:
    """Return rise over run of each cell but the outermost; NaN where one of the 3 × 3 cells is unknown.

    Parameters
    ----------
    heights
        Rows from north to south, m.
    across, down
        Size of a cell, m.
    """
    a, b, c = heights[:-2, :-2], heights[:-2, 1:-1], heights[:-2, 2:]
    d, e, f = heights[1:-1, :-2], heights[1:-1, 1:-1], heights[1:-1, 2:]
    g, h, i = heights[2:, :-2], heights[2:, 1:-1], heights[2:, 2:]
    to_east = ((c + 2 * f + i) - (a + 2 * d + g)) / (8 * across)
    to_north = ((a + 2 * b + c) - (g + 2 * h + i)) / (8 * down)
    return np.hypot(to_east, to_north) + 0 * e


def slopes(rises: Floats, unit: str) -> Floats:
    """Return rise over run in degrees or percent."""
    return np.degrees(np.arctan(rises)) if unit == "deg" else 100 * rises


def site_rings(site: shapely.Geometry, west: float, north: float, across: float, down: float) -> list[Floats]:
    """Return the rings of a site in cells of a grid, x to the right, y downward; all outer ones turn alike."""
    turned = [orient(part) for part in shapely.get_parts(site)]
    rings = [shapely.get_coordinates(ring) for part in turned for ring in shapely.get_rings(part)]
    return [np.column_stack([(ring[:, 0] - west) / across, (north - ring[:, 1]) / down]) for ring in rings]


def parts_inside(rings: list[Floats], columns: int, row: int, rows: int) -> Floats:
    """Return which part (0 to 1) of each cell of some rows lies inside the site."""
    return cell_shares(list(rings), columns, row, rows)


def band_numbers(values: Floats, edges: Sequence[float]) -> NDArray[np.int16]:
    """Return in which band each value lies: 0 below the first edge, an edge itself in the band above it; unknown −1."""
    numbers = np.digitize(values, edges).astype(np.int16)
    numbers[np.isnan(values)] = UNKNOWN
    return numbers


def nice_edges(low: float, high: float) -> tuple[float, ...]:
    """Return round heights (m) from below `low` to above `high`, at most nine of them."""
    rough = max(high - low, 1.0) / MOST_BANDS
    power = 10.0 ** math.floor(math.log10(rough))
    for step in (power * nice for nice in (*_NICE, 20.0)):
        first, last = math.floor(low / step), math.floor(high / step) + 1
        if last - first <= MOST_BANDS:
            break
    return tuple(round(number * step, 6) for number in range(first, last + 1))


@dataclass
class Sums:
    """Areas (m²) by band, and what a mean needs, added up strip by strip."""

    edges: tuple[float, ...]
    areas: Floats = field(init=False)
    weighted: list[float] = field(default_factory=list)
    low: float = math.inf
    high: float = -math.inf

    def __post_init__(self) -> None:
        self.areas = np.zeros(len(self.edges) + 2)

    def add(self, values: Floats, inside: Floats) -> NDArray[np.int16]:
        """Add cells: their values and their areas inside the site (m²); return their bands."""
        bands = band_numbers(values, self.edges)
        self.areas += np.bincount((bands + 1).ravel(), inside.ravel(), minlength=len(self.areas))
        known = (bands != UNKNOWN) & (inside > 0)
        if known.any():
            self.weighted.append(float((values[known] * inside[known]).sum()))
            self.low, self.high = min(self.low, float(values[known].min())), max(self.high, float(values[known].max()))
        return bands

    @property
    def unknown(self) -> float:
        """Return the area of which nothing is known."""
        return float(self.areas[0])

    @property
    def known(self) -> float:
        """Return the area of which the value is known."""
        return math.fsum(self.areas[1:])

    @property
    def mean(self) -> float:
        """Return the mean by area; NaN where nothing is known."""
        return math.fsum(self.weighted) / self.known if self.known > 0 else math.nan


def band_rows(
    figure: str, unit: str, sums: Sums | None, planar: float, area: float, edges: Sequence[float]
) -> pd.DataFrame:
    """Return a row a band, from low to high, and one for what is not known; the areas add to the site's exactly.

    `band` is its number in `band_numbers`, −1 where nothing is known.

    Parameters
    ----------
    figure, unit
        `elevation` in `m`, or `slope` in `deg` or `pct`.
    sums
        None where there is no elevation model at all; then every area is unknown.
    planar, area
        The site's 좌표면적 and 타원체면적, m²; the latter is shared out as the former (their ratio varies by some
        10⁻⁵ within a site).
    edges
        The ends of the bands that have a row; what lies beyond them has one of its own where there is any.
    """
    bands = list(zip([None, *edges], [*edges, None], strict=True))
    if sums is None:
        rows = [_row(UNKNOWN, *ends, math.nan) for ends in bands[1:] or bands]
    else:
        known = sums.known > 0
        rows = [
            _row(number, low, high, part if known else math.nan)
            for number, ((low, high), part) in enumerate(zip(bands, sums.areas[1:], strict=True))
            if part > 0 or None not in (low, high) or (high is None and figure == "slope")
        ]
        if sums.unknown > 0 or not known:
            rows.append(_row(UNKNOWN, None, None, sums.unknown))
        _close(rows, planar)
    table = pd.DataFrame(rows)
    share = table["planar_area"] / planar if planar > 0 else table["planar_area"] * math.nan
    table = table.assign(
        figure=figure, band_unit=unit, share_pct=shares_pct(table["planar_area"], planar), area=share * area, note=None
    )
    table = table.astype({"band_from": float, "band_to": float})
    return table[[*TERRAIN_COLUMNS, "band"]]


def _row(number: int, low: float | None, high: float | None, area: float) -> dict:
    return {"band": number, "band_from": low, "band_to": high, "planar_area": area}


def _close(rows: list[dict], planar: float) -> None:
    """Let the largest row take what rounding left, so that the rows add to the site's area to the last digit."""
    known = [row for row in rows if not math.isnan(row["planar_area"])]
    largest = max(known, key=lambda row: row["planar_area"])
    for _ in range(3):  # adding the rest rounds again, below what the first time left
        largest["planar_area"] += planar - math.fsum(row["planar_area"] for row in known)
