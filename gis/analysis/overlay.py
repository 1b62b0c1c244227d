"""Land shared out among features: one site among the classes of a layer, or the areas that many parcels share with it.

A site is cut into faces: all boundaries are noded once, every point lies in exactly one row, and the rows add to the
site. GEOS's overlay of two polygons is not trusted there: where boundaries nearly coincide it may answer with a wrong
polygon in silence (seen with 3.14). Of many parcels most lie wholly in a feature, which needs no overlay; the rest
is GEOS's, and what it may have got wrong is cut into faces too.
"""

import math
from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.analysis.area import geodesic_areas, require_polygons
from gis.crs import require_work_crs
from gis.errors import InputError, ShapeFault
from gis.kernel.rounding import shares_pct

Shapes = NDArray[np.object_]
Label = str | None
Labels = tuple[Label, ...]
Rows = dict[tuple[Labels, bool], shapely.Geometry]
"""Shapes by their labels, and by whether more than one feature covers them."""

SLIVER = 1.0
"""m: a piece of less mean width (2 × area / perimeter) is likely two boundaries that do not meet, not land."""
GRIDS = (None, 1e-8, 1e-7, 1e-6)
"""m to which boundaries are rounded where they cross: not at all, or where GEOS leaves nearly equal lines without a
node, to the finest grid that gives every crossing its node."""
DUST = 1e-8
"""m: a face of less mean width is the rounding of coordinates, where two boundaries are one."""
ROW_COLUMNS = ("labels", "area", "geodesic_area", "share_pct", "overlap", "slivers", "sliver_area")
CLASS_COLUMNS = ("parcel", "labels", "area")


def partition(
    site: gpd.GeoDataFrame, features: gpd.GeoDataFrame, labels: pd.Series, sliver: float = SLIVER
) -> gpd.GeoDataFrame:
    """Return the site (one row) cut by the classes of `features`: a row a class, a combination of classes, and the rest.

    Parameters
    ----------
    labels
        The class of each feature, in the order of `features`; None where it has none.
    sliver
        Mean width in m below which a piece is counted as a sliver; it stays where it is.

    Returns
    -------
    GeoDataFrame
        `labels` (a tuple: one class, several where features of different classes overlap, none where no feature
        lies), `area` and `geodesic_area` (m²), `share_pct`, `overlap` (m² that more than one feature covers),
        `slivers` and `sliver_area` (m²), and the shape. Largest first, combinations next, the rest last. Both
        areas add to those of the site; whatever the last rounding leaves lies on the largest row.

    Raises
    ------
    InputError
        Where the site or a feature is no polygon, or the site is no single valid one.
    """
    require_work_crs(site, features)
    require_polygons(site)
    if len(site) != 1 or not site.is_valid.all() or _is_dust(site.geometry.to_numpy(), DUST).any():
        raise InputError("overlay.site", reason=ShapeFault(site.is_valid_reason().iloc[0]), count=len(site))
    met = np.sort(features.sindex.query(site.geometry.iloc[0], predicate="intersects"))
    require_polygons(features.iloc[met])
    corner = np.floor(site.total_bounds[:2])  # near the origin a double holds ten times finer coordinates
    shape = _moved(site.geometry.to_numpy(), -corner)[0]
    names = _names(labels)[met].tolist()
    rows = _rows(shape, valid_shapes(_moved(features.geometry.to_numpy()[met], -corner)), names)
    table = _measured(rows, float(site.area.iloc[0]), sliver)
    table = gpd.GeoDataFrame(table, geometry=_moved(table["geometry"].to_numpy(), corner), crs=site.crs)
    return table.assign(geodesic_area=_geodesic_shares(table, site))[[*ROW_COLUMNS, "geometry"]]


def _names(labels: pd.Series) -> Shapes:
    """Return labels as texts; None for what is none."""
    return np.array([None if pd.isna(label) else str(label) for label in labels], dtype=object)


def _geodesic_shares(rows: gpd.GeoDataFrame, site: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the geodesic area of each row, in parts of that of the site.

    A node on an edge bends it off the plane's straight line to the ellipsoid's, by 1e-7 of the area; so rows would not
    add to the site by themselves.
    """
    own = geodesic_areas(rows).to_numpy()
    return np.asarray(own * (float(geodesic_areas(site).iloc[0]) / own.sum()))


def _moved(shapes: Shapes, by: NDArray[np.float64]) -> Shapes:
    return shapely.transform(shapes, lambda points: points + by)


def valid_shapes(shapes: Shapes) -> Shapes:
    """Return polygons repaired that were valid when they were read, and were bent by a change of the belt."""
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapes


def _rows(site: shapely.Geometry, shapes: Shapes, names: Sequence[Label]) -> Rows:
    """Return the shape of each row by its labels and by whether more than one feature covers it."""
    mixed = _mixed(shapes)
    faces, points = _faces(site, shapes, names, mixed)
    groups: dict[tuple[Labels, bool], list[shapely.Geometry]] = {}
    for face, cover in zip(faces, _covers(points, shapes), strict=True):
        several = mixed[cover].sum() > 1  # a point on the border of two that share no land is covered once
        groups.setdefault((_ordered({names[number] for number in cover}), bool(several)), []).append(face)
    return {key: shapely.coverage_union_all(parts) for key, parts in groups.items()}


def _mixed(shapes: Shapes) -> NDArray[np.bool_]:
    """Tell which shapes may share land with another: those whose edges do not match, and all that they touch."""
    if not len(shapes):
        return np.zeros(0, dtype=bool)
    mixed = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    if mixed.any():
        mixed[shapely.STRtree(shapes).query(shapes[mixed], predicate="intersects")[1]] = True
    return mixed


def _faces(
    site: shapely.Geometry, shapes: Shapes, names: Sequence[Label], mixed: NDArray[np.bool_]
) -> tuple[Shapes, Shapes]:
    """Return the faces into which the boundaries of shapes cut the site, and a point inside each.

    Shapes that share no land are dissolved by class first, which their matching edges make cheap: between two of one
    class there is no face.
    """
    alone: dict[Label, list[shapely.Geometry]] = {}
    for number in np.flatnonzero(~mixed):
        alone.setdefault(names[int(number)], []).append(shapes[number])
    areas = [*shapes[mixed], *(shapely.coverage_union_all(parts) for parts in alone.values())]
    west, south, east, north = site.bounds
    near = shapely.clip_by_rect(shapely.boundary(areas), west - 1, south - 1, east + 1, north + 1)
    lines, grid = _noded(np.append(near, site.boundary))
    faces = shapely.get_parts(shapely.polygonize(lines))
    faces = faces[~_is_dust(faces, max(DUST, 4 * grid))]
    points = _inner_points(faces)
    shapely.prepare(site)
    inside = shapely.contains(site, points)
    return faces[inside], points[inside]


def _is_dust(faces: Shapes, width: float) -> NDArray[np.bool_]:
    return 2 * shapely.area(faces) <= width * shapely.length(faces)


def _noded(lines: Shapes) -> tuple[Shapes, float]:
    """Return lines with a node wherever they cross, each once, and the grid in m that it took."""
    for grid in GRIDS:
        noded = shapely.get_parts(shapely.union_all(lines, grid_size=grid))
        if shapely.is_simple(shapely.multilinestrings(_opened(noded))):
            break
    return noded, grid or 0.0


def _opened(lines: Shapes) -> Shapes:
    """Return lines with each ring in two: a ring has no ends, so that whatever meets it would count as a crossing."""
    closed = shapely.is_closed(lines)
    halves = [
        shapely.linestrings(half)
        for ring in lines[closed]
        for points in [shapely.get_coordinates(ring)]
        for half in (points[:2], points[1:])
    ]
    return np.append(lines[~closed], halves)


def _inner_points(faces: Shapes) -> Shapes:
    """Return a point well inside each face: the middle of its largest triangle.

    GEOS's own (`point_on_surface`) lies on the rim of a face that runs out into a needle.
    """
    triangles, face = shapely.get_parts(shapely.constrained_delaunay_triangles(faces), return_index=True)
    order = np.lexsort((-shapely.area(triangles), face))
    first = order[np.unique(face[order], return_index=True)[1]]
    return shapely.centroid(triangles[first])


def _covers(points: Shapes, shapes: Shapes) -> list[NDArray[np.int64]]:
    """Return the numbers of the shapes that cover each point."""
    point, number = shapely.STRtree(shapes).query(points)
    shapely.prepare(shapes)
    covering = shapely.intersects(shapes[number], points[point])
    point, number = point[covering], number[covering]
    order = np.argsort(point, kind="stable")
    return np.split(number[order], np.searchsorted(point[order], np.arange(1, len(points))))[: len(points)]


def _ordered(labels: set[Label]) -> Labels:
    """Return labels in the order of their letters, an unknown one first."""
    return tuple(sorted(labels, key=lambda label: (label is not None, label or "")))


def _measured(shapes: Rows, total: float, sliver: float) -> pd.DataFrame:
    """Return a row for each set of labels, with its planar area and what is doubtful about it."""
    rows = []
    for labels in dict.fromkeys(labels for labels, _ in shapes):
        parts = [shapes[labels, several] for several in (False, True) if (labels, several) in shapes]
        shape = shapely.coverage_union_all(parts) if len(parts) > 1 else parts[0]
        twice = shapes.get((labels, True))
        thin = _slivers(shape, sliver)
        rows.append(
            {
                "labels": labels, "area": shape.area, "overlap": 0.0 if twice is None else twice.area,
                "slivers": len(thin), "sliver_area": math.fsum(thin), "geometry": shape,
            }
        )  # fmt: skip
    table = pd.DataFrame(sorted(rows, key=lambda row: _place(row["labels"], row["area"])))
    largest = int(table["area"].to_numpy().argmax())
    table.loc[largest, "area"] += total - math.fsum(table["area"])
    return table.assign(share_pct=shares_pct(table["area"], total))


def _place(labels: Labels, area: float) -> tuple[int, float, tuple[str, ...]]:
    kind = 2 if not labels else int(len(labels) > 1)
    return kind, -area, tuple(label or "" for label in labels)


def _slivers(shape: shapely.Geometry, width: float) -> list[float]:
    """Return the areas of the parts of a shape that are thinner on average than `width`."""
    parts = shapely.get_parts(shape)
    areas = shapely.area(parts)
    return [float(area) for area in areas[2 * areas < width * shapely.length(parts)]]


def shared_areas(parcels: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the planar area in m² that each parcel shares with each feature, a row a pair that shares any.

    Fast where parcels are many and small and features large. Features may overlap, and so may parcels: each pair is
    measured by itself.

    Returns
    -------
    DataFrame
        `parcel` and `feature` (positions in the frames), in their order, and `area` (m²).

    Raises
    ------
    CrsError
        Where the frames are not in one TM belt.
    InputError
        Where one of them has points or lines.
    """
    require_work_crs(parcels, features)
    require_polygons(parcels)
    require_polygons(features)
    small, large = parcels.geometry.to_numpy(), valid_shapes(_moved(features.geometry.to_numpy(), np.zeros(2)))
    feature, parcel = parcels.sindex.query(large, predicate="intersects")
    shapely.prepare(large)  # copies: a prepared shape must not be seen by another thread
    inside = shapely.contains_properly(large[feature], small[parcel])
    area = shapely.area(small[parcel])
    area[~inside] = common_areas(small[parcel[~inside]], large[feature[~inside]])
    shared = np.flatnonzero(area > 0)
    order = shared[np.lexsort((feature[shared], parcel[shared]))]
    return pd.DataFrame({"parcel": parcel[order], "feature": feature[order], "area": area[order]})


def common_areas(small: Shapes, large: Shapes) -> NDArray[np.float64]:
    """Return the area that each of `small` has in common with its partner of `large`, which it meets.

    Where GEOS fails, finds more than the smaller shape has, or finds all or nothing of a shape and leaves a rest that
    does not fit, its answer is not taken: the two are cut into faces.
    """
    small = valid_shapes(small)
    found, own, dust = _areas(shapely.intersection, small, large), shapely.area(small), DUST * shapely.length(small)
    most = np.minimum(own, shapely.area(large))
    doubtful = ~(found <= most + dust)
    extreme = np.flatnonzero((found <= dust) | (found >= most - dust))
    rest = _areas(shapely.difference, small[extreme], large[extreme])
    doubtful[extreme] |= ~(np.abs(found[extreme] + rest - own[extreme]) <= dust[extreme])
    found[doubtful] = [_face_area(one, other) for one, other in zip(small[doubtful], large[doubtful], strict=True)]
    return found


def _areas(overlay: Callable[[Shapes, Shapes], Shapes], small: Shapes, large: Shapes) -> NDArray[np.float64]:
    """Return the area of what GEOS makes of each pair; NaN where it fails."""
    try:
        return np.asarray(shapely.area(overlay(small, large)))
    except shapely.errors.GEOSException:
        if len(small) == 1:
            return np.full(1, np.nan)
        halves = zip(np.array_split(small, 2), np.array_split(large, 2), strict=True)
        return np.concatenate([_areas(overlay, one, other) for one, other in halves])


def _face_area(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Return the area that two shapes have in common, summed over the faces into which their boundaries cut the first."""
    cut = _cut_areas(one, np.array([other], dtype=object), [None])
    return math.fsum(area for labels, area in cut if labels)


def _cut_areas(parcel: shapely.Geometry, shapes: Shapes, names: Sequence[Label]) -> list[tuple[Labels, float]]:
    """Return the area of each part of a parcel by the labels of the shapes that cover it, from faces near the origin."""
    corner = np.floor(parcel.bounds[:2])
    rows = _rows(_moved(parcel, -corner), valid_shapes(_moved(shapes, -corner)), names)
    return [(labels, shape.area) for (labels, _), shape in rows.items()]


Shared = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], pd.DataFrame]
"""Finds what `shared_areas` finds: the engine has another way for very many parcels."""


def class_areas(
    parcels: gpd.GeoDataFrame, features: gpd.GeoDataFrame, labels: pd.Series, shared: Shared = shared_areas
) -> pd.DataFrame:
    """Return the planar area in m² of each parcel in each class of `features`, and in each combination that overlaps.

    Every point of a parcel counts once, in the row of all classes that claim it; land that none claims has no row.

    Parameters
    ----------
    labels
        The class of each feature, in the order of `features`; None where it has none.

    Returns
    -------
    DataFrame
        `parcel` (position in the frame), `labels` (a tuple, as `partition` has them) and `area` (m²).

    Raises
    ------
    CrsError, InputError
        As `shared_areas` does.
    """
    pairs, names = shared(parcels, features), _names(labels)
    shapes, met = features.geometry.to_numpy(), pairs["feature"].unique()
    mixed = np.zeros(len(features), dtype=bool)
    mixed[met] = _mixed(valid_shapes(shapes[met]))
    overlapping = pairs[mixed[pairs["feature"]]]
    tangled = overlapping.loc[overlapping["parcel"].duplicated(keep=False), "parcel"].unique()
    alone = pairs[~pairs["parcel"].isin(tangled)]
    rows: list[tuple[int, Labels, float]] = [
        (parcel, (names[feature],), area) for parcel, feature, area in alone.itertuples(index=False)
    ]
    for number, mine in pairs[pairs["parcel"].isin(tangled)].groupby("parcel"):
        parcel = parcels.geometry.iloc[number]
        whole = mine["area"].to_numpy() >= parcel.area - DUST * parcel.length
        around, across = mine["feature"].to_numpy()[whole], mine["feature"].to_numpy()[~whole]
        cut = _cut_areas(parcel, shapes[across], names[across].tolist()) if len(across) else [((), parcel.area)]
        rows += [(number, _ordered({*names[around], *found}), area) for found, area in cut if len(around) or found]
    table = pd.DataFrame(rows, columns=list(CLASS_COLUMNS)).groupby(["parcel", "labels"], sort=False, as_index=False)
    return table["area"].sum().sort_values(["parcel", "area"], ascending=[True, False], ignore_index=True)


def inside_measure(site: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> tuple[float, int]:
    """Return how many m of lines lie in the site, and how many of its features reach into it."""
    require_work_crs(site, features)
    shape = site.geometry.iloc[0]
    met = features.geometry.to_numpy()[features.sindex.query(shape, predicate="intersects")]
    return float(shapely.length(shapely.intersection(met, shape)).sum()), len(met)
