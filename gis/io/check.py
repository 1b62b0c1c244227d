"""What is wrong with the shapes of a file, feature by feature: repaired or set aside, never dropped in silence."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import lies_in_korea
from gis.errors import ShapeFault

PROBLEM_COLUMNS = ("problem", "action", "rows", "count", "area_before", "area_after", "detail")
_JOINED = {"Polygon": shapely.multipolygons, "LineString": shapely.multilinestrings, "Point": shapely.multipoints}
KINDS = {"Polygon": ("Polygon", "MultiPolygon"), "LineString": ("LineString", "MultiLineString", "LinearRing"),
         "Point": ("Point", "MultiPoint")}  # fmt: skip
MAX_CROSSINGS, MOST_LOOKS = 100_000, 2_000_000
"""Of one polygon with itself, and pairs of edges that are compared to count them: 100,000 take seconds to repair,
460,000 half a minute, seven million gigabytes."""
ROW = "file_row"
"""The column that holds where in its file a feature stands, from 1."""


@dataclass(frozen=True)
class Checked:
    """Shapes that can be measured, those set aside, and the list of what was found."""

    frame: gpd.GeoDataFrame
    set_aside: gpd.GeoDataFrame
    problems: pd.DataFrame


def numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with the place of each feature in its file."""
    return frame.reset_index(drop=True).assign(**{ROW: np.arange(1, len(frame) + 1)})


def without_bare(frame: gpd.GeoDataFrame) -> Checked:
    """Set aside features without a shape, with an empty one, or with coordinates that are no numbers; flatten heights.

    A collection becomes a row for each kind of shape that it holds.
    """
    shapes = frame.geometry.to_numpy()
    null = shapely.is_missing(shapes)
    empty = shapely.is_empty(shapes) & ~null
    endless = _endless(shapes) & ~null & ~empty
    high = shapely.has_z(shapes) | shapely.has_m(shapes)
    bare = null | empty | endless
    kept = frame[~bare]
    if high.any():
        kept = kept.set_geometry(shapely.force_2d(shapes[~bare]), crs=frame.crs)
    found = [
        problem("null", "set_aside", frame[ROW][null]),
        problem("empty", "set_aside", frame[ROW][empty]),
        problem("endless", "set_aside", frame[ROW][endless]),
        problem("heights", "flattened", frame[ROW][high & ~bare]),
    ]
    kept, mixed = _exploded(kept)
    return Checked(kept, frame[bare], joined(*found, problem("collection", "split", mixed)))


def _endless(shapes: np.ndarray) -> np.ndarray:
    """Tell which shapes hold a coordinate that is no number, in a hole too, which their bounds overlook."""
    broken = np.zeros(len(shapes), dtype=bool)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    broken[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return broken


def _exploded(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.Series]:
    mixed = frame.geometry.geom_type == "GeometryCollection"
    if not mixed.any():
        return frame, frame[ROW][mixed]
    rows = []
    for number, shape in zip(np.flatnonzero(mixed), frame.geometry[mixed], strict=True):
        parts = _simple_parts(shape)
        kinds = np.array([part.geom_type.removeprefix("Multi") for part in parts])
        for kind, join in _JOINED.items():
            members = parts[kinds == kind]
            if len(members):
                whole = members[0] if len(members) == 1 else join(members)
                rows.append((number, whole))
    gathered = frame.iloc[[number for number, _ in rows]].set_geometry([shape for _, shape in rows], crs=frame.crs)
    whole = gpd.GeoDataFrame(pd.concat([frame[~mixed], gathered]), crs=frame.crs)
    return whole.sort_values(ROW, kind="stable").reset_index(drop=True), frame[ROW][mixed]


def _simple_parts(shape: shapely.Geometry) -> np.ndarray:
    """Return the points, lines and polygons of a collection, those of collections within it too."""
    parts = shapely.get_parts([shape])
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)]


def without_strays(frame: gpd.GeoDataFrame) -> Checked:
    """Set aside features outside Korea, the usual sign of a title block, a wrong CRS or a slip of the keyboard."""
    inside = lies_in_korea(frame)
    return Checked(frame[inside], frame[~inside], problem("outside", "set_aside", frame[ROW][~inside]))


def repaired(frame: gpd.GeoDataFrame) -> Checked:
    """Repair invalid polygons (in a plane in meters) and say by how much each area changed; name shapes drawn twice.

    The repair keeps every ring's inside (GEOS MakeValid, method "structure"); what falls to a line or a point is lost
    from a polygon, and the row says so. A polygon of which nothing is left, or that crosses itself so often that its
    repair would not end, is set aside.
    """
    shapes = frame.geometry.to_numpy()
    broken = ~shapely.is_valid(shapes)
    changes = joined()
    if broken.any():
        before = shapes[broken]
        tangled = np.array([_is_tangled(shape) for shape in before])
        mended = [
            shapely.Polygon() if hopeless else _valid(shape) for shape, hopeless in zip(before, tangled, strict=True)
        ]
        shapes = shapes.copy()
        shapes[broken] = mended
        changes = pd.DataFrame(
            {
                "problem": np.where(tangled, "tangled", "invalid"),
                "action": np.where(shapely.is_empty(mended), "set_aside", "repaired"),
                "rows": frame[ROW][broken].astype(str).to_numpy(),
                "count": 1,
                "area_before": shapely.area(before),
                "area_after": shapely.area(mended),
                "detail": [str(ShapeFault(reason)) for reason in shapely.is_valid_reason(before)],
            }
        )
    gone = shapely.is_empty(shapes)
    kept = frame.set_geometry(shapes, crs=frame.crs)[~gone]
    return Checked(kept, frame[gone], joined(changes, problem("twin", "kept", kept[ROW][_twins(kept)])))


def _is_tangled(shape: shapely.Geometry) -> bool:
    """Tell whether the edges of a polygon cross more often than can be repaired, by a sample of them."""
    points, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts([shape])), return_index=True)
    edges = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)[ring[1:] == ring[:-1]])
    if len(edges) ** 2 < 2 * MAX_CROSSINGS:
        return False
    size = int(np.clip(MOST_LOOKS // len(edges), 10, len(edges)))
    some = np.random.default_rng(0).choice(edges, size, replace=False)
    met = shapely.STRtree(edges).query(some, predicate="intersects").shape[1] / size
    return bool((met - 3) * len(edges) / 2 > MAX_CROSSINGS)  # each meets itself and its two neighbors


def _valid(shape: shapely.Geometry) -> shapely.Geometry:
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if not whole.is_valid:  # GEOS 3.14 leaves halves that share an edge, and joins them when asked again
        whole = shapely.make_valid(whole, method="structure", keep_collapsed=False)
    kind = next((kind for kind, names in KINDS.items() if shape.geom_type in names), None)
    if whole.geom_type in KINDS.get(kind or "", (whole.geom_type,)):
        return whole
    parts = [part for part in shapely.get_parts(whole) if part.geom_type in KINDS.get(kind or "", ())]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _twins(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Tell which features repeat the shape of an earlier one, to the last digit; only equal boxes are looked into."""
    shapes = frame.geometry.to_numpy()
    alike = pd.DataFrame(shapely.bounds(shapes)).duplicated(keep=False).to_numpy()
    twins = np.zeros(len(shapes), dtype=bool)
    if alike.any():
        twins[alike] = pd.Series(shapely.to_wkb(shapely.normalize(shapes[alike]))).duplicated().to_numpy()
    return twins


def problem(
    name: str, action: str, rows: pd.Series, before: float | None = None, after: float | None = None, detail: str = ""
) -> pd.DataFrame:
    """Return one line of the list of problems; no line where no row has it."""
    if len(rows) == 0:
        return joined()
    return pd.DataFrame(
        [(name, action, row_ranges(rows), len(rows), before, after, detail)], columns=list(PROBLEM_COLUMNS)
    ).astype({"area_before": float, "area_after": float})


def joined(*lists: pd.DataFrame) -> pd.DataFrame:
    """Return several lists of problems as one."""
    full = [one for one in lists if len(one)]
    if not full:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in PROBLEM_COLUMNS})
    return pd.concat(full, ignore_index=True)


def row_ranges(rows: pd.Series) -> str:
    """Return row numbers as people write them: `1–3, 7`."""
    numbers = np.unique(rows.to_numpy(dtype=int))
    breaks = np.flatnonzero(np.diff(numbers) > 1)
    starts, ends = numbers[[0, *(breaks + 1)]], numbers[[*breaks, len(numbers) - 1]]
    return ", ".join(
        str(first) if first == last else f"{first}–{last}" for first, last in zip(starts, ends, strict=True)
    )


def by_kind(frame: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return the features of each kind of shape: a layer holds one kind."""
    kinds = frame.geometry.geom_type
    parts = {kind: frame[kinds.isin(names)] for kind, names in KINDS.items()}
    return {kind: part for kind, part in parts.items() if len(part)}
