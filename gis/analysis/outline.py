"""Outlines as a person changes them: moved, turned, brought to an exact area, divided; holes and parts survive.

Shapes are planar, in the TM belt of the study; areas are m² in that belt (좌표면적).
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.spatial import KDTree
from shapely import affinity
from shapely.ops import split

from gis.errors import InputError, ShapeFault

DIGITS = 9
"""Digits of a degree that a proposed outline keeps: a tenth of a millimeter."""
SCREEN_DEGREE = 1e-6
"""Degrees to which a browser rounds."""
LEAST_AREA = 1.0
"""m²: a smaller part is what a division leaves by rounding."""
ROUNDED = 1e-3
"""m: how far rounded corners may stand from the border that they divide."""


def proposed_shape(geometry: object) -> shapely.Geometry:
    """Return a GeoJSON polygon or multipolygon (degrees), its digits cut and its rings in the order of RFC 7946.

    Raises
    ------
    InputError
        Where it is no polygon, is empty, crosses itself, or lies off Korea.
    """
    try:
        shape = shapely.geometry.shape(geometry)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise InputError("drawn_shape", reason=error) from error
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise InputError("drawn_shape", reason=shape.geom_type)
    flat = shapely.transform(shapely.force_2d(shape), lambda points: points.round(DIGITS))
    if flat.is_empty or not flat.is_valid:
        raise InputError("drawn_shape", reason=ShapeFault(shapely.is_valid_reason(flat)))
    west, south, east, north = flat.bounds
    if not (west >= 124 and east <= 132 and south >= 33 and north <= 39):
        raise InputError("shape.off_korea", west=west, south=south, east=east, north=north)
    return shapely.orient_polygons(flat)


def redrawn(drawings: Sequence[object], original: shapely.Geometry | None) -> shapely.Geometry:
    """Return what polygons drawn on the map (GeoJSON, degrees) make together.

    A browser gives six digits back. A corner that lies where the original had one keeps all of its digits, so that what
    nobody touched is the same.

    Raises
    ------
    InputError
        Where nothing is drawn, or what is drawn is no site.
    """
    shapes = [proposed_shape(drawing) for drawing in drawings]
    if not shapes:
        raise InputError("shape.nothing")
    if original is not None:
        corners = shapely.get_coordinates(original)
        known = KDTree(corners)

        def snapped(points: NDArray[np.float64]) -> NDArray[np.float64]:
            distances, places = known.query(points, distance_upper_bound=SCREEN_DEGREE)
            found = np.isfinite(distances)
            return np.where(found[:, None], corners[np.where(found, places, 0)], points)

        shapes = [shapely.transform(shape, snapped) for shape in shapes]
    return proposed_shape(shapely.geometry.mapping(shapely.union_all(shapes)))


def moved(shape: shapely.Geometry, east: float, north: float) -> shapely.Geometry:
    """Return a shape moved by so many m.

    Raises
    ------
    InputError
        Where one of them is no number.
    """
    require_numbers(east, north)
    return affinity.translate(shape, east, north)


def turned(shape: shapely.Geometry, degrees: float) -> shapely.Geometry:
    """Return a shape turned about its centroid, counterclockwise.

    Raises
    ------
    InputError
        Where the angle is no number.
    """
    require_numbers(degrees)
    return affinity.rotate(shape, degrees, origin="centroid")


def require_numbers(*values: float) -> None:
    """Refuse what is not finite."""
    if not all(map(math.isfinite, values)):
        raise InputError("shape.number", values=", ".join(map(str, values)))


def resized(shape: shapely.Geometry, area: float) -> shapely.Geometry:
    """Return a shape enlarged or reduced about its centroid to exactly `area` m².

    Raises
    ------
    InputError
        Where the area is no number above 0.
    """
    if not (math.isfinite(area) and area > 0):
        raise InputError("shape.area", area=area)
    factor = math.sqrt(area / shape.area)
    return affinity.scale(shape, factor, factor, origin="centroid")


def divided(shape: shapely.Geometry, line: shapely.LineString) -> list[shapely.Geometry]:
    """Return the parts into which a line divides a shape: what lies on its left, what lies on its right.

    Raises
    ------
    InputError
        Where the line does not run through the shape from border to border.
    """
    pieces = [piece for piece in split(shape, line).geoms if piece.area >= LEAST_AREA]
    sides: dict[bool, list[shapely.Geometry]] = {}
    for piece in pieces:
        sides.setdefault(_is_left(piece, line), []).append(piece)
    if len(pieces) < 2 or len(sides) < 2:
        raise InputError("shape.no_cut")
    return [shapely.union_all(sides[left]) for left in (True, False)]


def _is_left(piece: shapely.Geometry, line: shapely.LineString) -> bool:
    """Tell on which side of the nearest segment of a line a piece lies, seen along the line."""
    point = piece.representative_point()
    segments = [shapely.LineString(ends) for ends in zip(line.coords[:-1], line.coords[1:], strict=True)]
    (x0, y0), (x1, y1) = min(segments, key=point.distance).coords
    return (x1 - x0) * (point.y - y0) - (y1 - y0) * (point.x - x0) > 0


def parted(shape: shapely.Geometry, areas: Sequence[float], azimuth: float = 90.0) -> list[shapely.Geometry]:
    """Return a shape in parts of the stated areas (m²), one after the other in the direction `azimuth`, then the rest.

    Cuts run straight across that direction (degrees from north, clockwise). A rest below 1 m² belongs to the last part.

    Raises
    ------
    InputError
        Where an area is not above 0, or they are more than the shape has.
    """
    if not areas or not all(math.isfinite(area) and area > 0 for area in areas):
        raise InputError("shape.area", area=", ".join(map(str, areas)) or "-")
    if sum(areas) > shape.area + LEAST_AREA:
        raise InputError("shape.too_much", asked=sum(areas), area=shape.area)
    home = affinity.rotate(shape, azimuth - 90, origin=(0, 0))
    west, south, east, north = home.bounds

    def strip(start: float, end: float) -> shapely.Geometry:
        return shapely.intersection(home, shapely.box(start, south - 1, end, north + 1))

    cuts = [west - 1]
    for total in [sum(areas[: number + 1]) for number in range(len(areas))]:
        if total >= shape.area - LEAST_AREA:
            cuts.append(east + 1)
            break
        cuts.append(brentq(lambda x, total=total: strip(west - 1, x).area - total, west, east, xtol=1e-9))
    if cuts[-1] < east:
        cuts.append(east + 1)
    parts = [strip(start, end) for start, end in itertools.pairwise(cuts)]
    return [affinity.rotate(part, 90 - azimuth, origin=(0, 0)) for part in parts]


def divides(parts: Sequence[shapely.Geometry], shape: shapely.Geometry) -> bool:
    """Tell whether parts divide a shape: they cover it, nothing beside it, and no place twice, but for rounded corners."""
    together = shapely.union_all(list(parts))
    slack = max(LEAST_AREA, ROUNDED * shape.length)
    twice = sum(part.area for part in parts) - together.area
    return bool(together.symmetric_difference(shape).area <= slack and twice <= slack)
