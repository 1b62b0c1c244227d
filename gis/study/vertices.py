"""The boundary of one site as a list of coordinates (경계점 좌표조서) and its area by coordinates (구적표)."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from gis.analysis.area import geodesic_areas, planar_areas
from gis.analysis.vertices import (
    Boundary,
    boundary,
    calculation_table,
    double_area,
    farthest_point,
    full_numbers,
    main_bends,
    vertex_table,
)
from gis.crs import BeltOrigin, belt_origin
from gis.io.read import Reading
from gis.study.sites import SiteRef, site


@dataclass(frozen=True)
class Bends:
    """What leaving points out costs: from how many, within what tolerance (m), by how much area (m²), how far off (m)."""

    tolerance: float
    points: int
    area_change: Decimal
    farthest: float


@dataclass(frozen=True)
class BoundaryReport:
    """The two tables of a boundary, and what stands at the head of them.

    Parameters
    ----------
    points, calculation
        As in `gis.analysis.vertices.vertex_table` and `calculation_table`.
    calculated_area
        m², from the printed coordinates, in exact decimals.
    planar_area, area
        m², of the outline before it was rounded: 좌표면적 in the belt, 타원체면적 on GRS80.
    merged_points, lost_rings
        What rounding to the centimeter took away.
    """

    id: str
    name: str
    grade: str | None
    source: str | None
    crs: str
    origin: BeltOrigin
    points: pd.DataFrame
    calculation: pd.DataFrame
    parts: int
    rings: int
    calculated_area: Decimal
    planar_area: float
    area: float
    merged_points: int
    lost_rings: int
    bends: Bends | None = None

    @property
    def area_difference(self) -> Decimal:
        """Return by how much (m²) the area of the printed coordinates differs from that of the outline before rounding."""
        return self.calculated_area - Decimal(repr(self.planar_area))


def boundary_report(ref: SiteRef, simplify: float | None = None, reading: Reading | None = None) -> BoundaryReport:
    """Return the boundary of a site, all its points, or its main bend points within `simplify` m."""
    frame = site(ref, reading).frame
    whole = boundary(frame)
    shown = whole if simplify is None else main_bends(whole, simplify)
    row = frame.iloc[0]
    return BoundaryReport(
        id=str(row["id"]),
        name=str(row["name"]),
        grade=None if pd.isna(row["grade"]) else str(row["grade"]),
        source=None if pd.isna(row["source"]) else str(row["source"]),
        crs=shown.crs,
        origin=belt_origin(shown.crs),
        points=_points(whole, shown),
        calculation=calculation_table(shown),
        parts=shown.rings[-1].part,
        rings=len(shown.rings),
        calculated_area=double_area(shown) / 2,
        planar_area=float(planar_areas(frame).iloc[0]),
        area=float(geodesic_areas(frame).iloc[0]),
        merged_points=whole.merged_points,
        lost_rings=whole.lost_rings,
        bends=None if simplify is None else _bends(whole, shown, simplify),
    )


def _points(whole: Boundary, shown: Boundary) -> pd.DataFrame:
    """Return the list of points; main bend points also with their numbers in the whole list."""
    table = vertex_table(shown)
    return table if shown is whole else table.assign(whole_no=full_numbers(whole, shown))


def _bends(whole: Boundary, shown: Boundary, tolerance: float) -> Bends:
    return Bends(
        tolerance=tolerance,
        points=sum(len(one.points) for one in whole.rings),
        area_change=(double_area(shown) - double_area(whole)) / 2,
        farthest=farthest_point(whole, shown),
    )
