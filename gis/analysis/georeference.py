"""Where a picture of a map lies: a plane transform from its pixels to the belt, fitted to control points.

Pixels count from the top left corner of the picture: x to the right, y down, (0.5, 0.5) the middle of the first.
Ground is x east, y north in m of one TM belt. Errors are of one coordinate: with p parameters (6 affine, 8
projective) and n points, dof = n − p/2 and RMSE = √(Σ(dx² + dy²) / (2·dof)), which estimates the standard deviation
of a coordinate without bias in its square (Mikhail & Gracie 1981, §4.4). Without redundancy (dof = 0) every residual
is 0 and says nothing: RMSE is None, never 0.

A traced corner has that RMSE as its standard error, but never less than the rounding to whole pixels makes
(`vertex_sigma`); neither holds the error of the hand that traced.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from gis.errors import InputError

Method = Literal["affine", "projective"]
METHODS: tuple[Method, ...] = ("affine", "projective")
PARAMETERS: dict[Method, int] = {"affine": 6, "projective": 8}
LEAST_POINTS: dict[Method, int] = {method: count // 2 for method, count in PARAMETERS.items()}
THINNEST = 0.01
"""Least width of the control points as a part of their length; thinner is a line, and nothing holds across it."""
PIXEL_SIGMA = 1 / math.sqrt(12)
"""Standard deviation in pixels of a coordinate that is rounded to whole ones: uniform within ±½."""
_FLAT = 1e-9
_ROUNDS = 30


@dataclass(frozen=True)
class Fit:
    """A transform of pixels to ground, and how well the control points agree with it.

    Parameters
    ----------
    matrix
        3 × 3 from (x, y, 1) in pixels to homogeneous ground coordinates in m, its last element 1.
    residuals
        Fitted minus given, m: east and north, a row a control point in the order given.
    rmse
        m in one coordinate; None without redundancy.
    dof
        Degrees of freedom in points: n − parameters/2.
    left_out
        How far each point lies from where the others put it, m; NaN where they do not suffice.
    worst
        The control point (from 0) without which the others agree best, as in Baarda's data snooping (1968); None below
        two degrees of freedom, where nobody can tell which of them is wrong, and where it lies within a pixel.
    mirrored
        Whether the fit turns the picture over, the usual sign of X and Y interchanged.
    scale
        Ground size of a pixel in the middle of the control points, m.
    stretch
        The greatest scale in any direction divided by the least; 1 for a drawing that is true to shape.
    rotation
        Where the top of the picture points, degrees clockwise from grid north.
    hull
        The control points in pixels, in the order given.
    """

    method: Method
    matrix: np.ndarray
    residuals: np.ndarray
    rmse: float | None
    dof: int
    left_out: np.ndarray
    worst: int | None
    mirrored: bool
    scale: float
    stretch: float
    rotation: float
    hull: np.ndarray


def fit(method: Method, pixels: np.ndarray, ground: np.ndarray) -> Fit:
    """Return the fit of either method; see `affine_fit` and `projective_fit`."""
    return affine_fit(pixels, ground) if method == "affine" else projective_fit(pixels, ground)


def affine_fit(pixels: np.ndarray, ground: np.ndarray) -> Fit:
    """Return the affine transform that fits n ≥ 3 control points by least squares.

    Parameters
    ----------
    pixels, ground
        n × 2: x right and y down in pixels; x east and y north in m.

    Raises
    ------
    InputError
        With too few points, two in one place, or all of them on a line.
    """
    return _fit("affine", pixels, ground)


def projective_fit(pixels: np.ndarray, ground: np.ndarray) -> Fit:
    """Return the projective transform that fits n ≥ 4 control points.

    The normalized direct linear transform (Hartley & Zisserman 2004, §4.1 and §4.4.4, algorithm 4.2), then
    Gauss-Newton steps that make the squared distance on the ground least (transfer error in one image, §4.2.2).

    Raises
    ------
    InputError
        With too few points, three of four on a line, or a horizon across the control points.
    """
    return _fit("projective", pixels, ground)


def transformed(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return n × 2 ground coordinates (m) of n × 2 pixels."""
    spread = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return spread[:, :2] / spread[:, 2:]


def to_ground(known: Fit, points: np.ndarray) -> np.ndarray:
    """Return where pixels lie on the ground: n × 2, x east and y north in m.

    Raises
    ------
    InputError
        Where a pixel lies on or beyond the horizon of a projective fit.
    """
    points = _points(points)
    if len(points) and (_depths(known.matrix, points) * np.sign(_depths(known.matrix, known.hull[:1])) <= _FLAT).any():
        raise InputError("georeference.horizon")
    return transformed(known.matrix, points)


def vertex_sigma(known: Fit) -> float | None:
    """Return the standard error (m) of a coordinate of a traced corner; None without redundancy.

    It is the RMSE, or the rounding to whole pixels where that is larger. The hand that traced may err by more.
    """
    return None if known.rmse is None else max(known.rmse, pixel_rounding(known))


def pixel_rounding(known: Fit) -> float:
    """Return the standard deviation (m) that whole pixels alone give a coordinate."""
    return known.scale * PIXEL_SIGMA


def outside_count(known: Fit, points: np.ndarray) -> int:
    """Return how many pixels lie outside the control points, where the error grows beyond the RMSE."""
    around = shapely.MultiPoint(known.hull).convex_hull
    return int((~shapely.covers(around.buffer(1e-9), shapely.points(_points(points)))).sum())


def traced_polygon(points: np.ndarray, known: Fit) -> shapely.Polygon:
    """Return the polygon on the ground (m of the belt) of a boundary traced in pixels; closing it is optional.

    Raises
    ------
    InputError
        With fewer than three corners, a boundary that crosses itself, a mirrored fit, or one beyond the horizon.
    """
    if known.mirrored:
        raise InputError("georeference.mirrored")
    points = _points(points)
    if len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]
    points = points[np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])] if len(points) else points
    if len(points) < 3:
        raise InputError("georeference.few_corners", count=len(points))
    shape = shapely.Polygon(to_ground(known, points))
    if not shape.is_valid:
        x, y = _first_fault(shape)
        raise InputError("georeference.crossing", x_n=f"{y:,.1f}", y_e=f"{x:,.1f}")
    return shapely.orient_polygons(shape)


def _first_fault(shape: shapely.Polygon) -> tuple[float, float]:
    """Return where a polygon is invalid, which GEOS says as `Self-intersection[180227.16 290504.41]`."""
    x, y = shapely.is_valid_reason(shape).partition("[")[2].rstrip("]").split()[:2]
    return float(x), float(y)


def _fit(method: Method, pixels: np.ndarray, ground: np.ndarray) -> Fit:
    pixels, ground = _points(pixels), _points(ground)
    if len(pixels) != len(ground):
        raise InputError("georeference.pairs", pixels=len(pixels), ground=len(ground))
    _require_spread(method, pixels, ground)
    matrix = _matrix(method, pixels, ground)
    residuals = transformed(matrix, pixels) - ground
    dof = len(pixels) - LEAST_POINTS[method]
    slope = _slope(matrix, pixels.mean(axis=0))
    scales = np.linalg.svd(slope, compute_uv=False)
    scale = math.sqrt(float(scales.prod()))
    left_out, discord = _left_out(method, matrix, pixels, residuals)
    worst = int(np.nanargmin(discord)) if dof >= 2 and np.isfinite(discord).any() else None
    up = slope @ (0.0, -1.0)
    return Fit(
        method=method,
        matrix=matrix,
        residuals=residuals,
        rmse=math.sqrt(float((residuals**2).sum()) / (2 * dof)) if dof > 0 else None,
        dof=dof,
        left_out=left_out,
        worst=worst if worst is not None and left_out[worst] > scale else None,
        mirrored=bool(np.linalg.det(slope) > 0),  # y runs down in pixels and up on the ground
        scale=scale,
        stretch=float(scales[0] / scales[1]),
        rotation=math.degrees(math.atan2(up[0], up[1])) % 360,
        hull=pixels,
    )


def _points(values: np.ndarray) -> np.ndarray:
    points = np.asarray(values, dtype=float).reshape(-1, 2)
    known = np.isfinite(points).all(axis=1)
    if not known.all():
        raise InputError("georeference.not_numbers", row=int(known.argmin()) + 1)
    return points


def _require_spread(method: Method, pixels: np.ndarray, ground: np.ndarray) -> None:
    """Refuse points that leave the transform open: too few, twice the same, or on one line."""
    least = LEAST_POINTS[method]
    if len(pixels) < least:
        raise InputError("georeference.too_few", least=least, enough=least + 1, count=len(pixels))
    for places in (pixels, ground):
        _, first, times = np.unique(places, axis=0, return_inverse=True, return_counts=True)
        twice = np.flatnonzero(times[first] > 1)
        if len(twice):
            raise InputError("georeference.twice", one=twice[0] + 1, other=twice[1] + 1)
        if _thinness(places) < THINNEST:
            raise InputError("georeference.on_a_line")


def _thinness(points: np.ndarray) -> float:
    """Return the least spread of points as a part of their greatest."""
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return float(spread[1] / spread[0]) if spread[0] > 0 else 0.0


def _matrix(method: Method, pixels: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return the transform, found in coordinates of size 1 about 0 (Hartley & Zisserman 2004, §4.4.4)."""
    from_pixels, from_ground = _normal(pixels), _normal(ground)
    here, there = transformed(from_pixels, pixels), transformed(from_ground, ground)
    plain = _affine(here, there) if method == "affine" else _projective(here, there)
    matrix = np.linalg.inv(from_ground) @ plain @ from_pixels
    return matrix / matrix[2, 2]


def _normal(points: np.ndarray) -> np.ndarray:
    """Return the similarity that moves points to the middle 0 with a mean distance of √2."""
    middle = points.mean(axis=0)
    size = math.sqrt(2) / np.linalg.norm(points - middle, axis=1).mean()
    return np.array([[size, 0, -size * middle[0]], [0, size, -size * middle[1]], [0, 0, 1]])


def _affine(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    rows = np.column_stack([here, np.ones(len(here))])
    found, *_ = np.linalg.lstsq(rows, there, rcond=None)
    return np.vstack([found.T, [0, 0, 1]])


def _projective(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    x, y, one, zero = here[:, 0], here[:, 1], np.ones(len(here)), np.zeros(len(here))
    u, v = there.T
    rows = np.concatenate(
        [
            np.column_stack([x, y, one, zero, zero, zero, -u * x, -u * y, -u]),
            np.column_stack([zero, zero, zero, x, y, one, -v * x, -v * y, -v]),
        ]
    )
    _, sizes, basis = np.linalg.svd(rows, full_matrices=len(rows) < 9)  # four points leave one direction open
    matrix = basis[-1].reshape(3, 3)
    if sizes[7] < 1e-6 * sizes[0] or abs(np.linalg.det(matrix)) < 1e-7:
        raise InputError("georeference.three_on_a_line")
    depths = _depths(matrix, here)
    if (depths * np.sign(depths[0]) <= _FLAT).any() or abs(matrix[2, 2]) < _FLAT:
        raise InputError("georeference.horizon")
    return (
        _refined(matrix / matrix[2, 2], here, there)
        if len(here) > LEAST_POINTS["projective"]
        else matrix / matrix[2, 2]
    )


def _refined(matrix: np.ndarray, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the matrix whose squared distances on the ground are least, by Gauss-Newton with halved steps."""
    best, error = matrix, float(((transformed(matrix, here) - there) ** 2).sum())
    for _ in range(_ROUNDS):
        rate, off = _rates(best, here), (there - transformed(best, here)).ravel()
        step, *_ = np.linalg.lstsq(rate, off, rcond=None)
        for share in (1.0, 0.5, 0.25, 0.125):
            tried = best + share * np.append(step, 0).reshape(3, 3)
            new = float(((transformed(tried, here) - there) ** 2).sum())
            if new < error:
                break
        else:
            return best
        gain, best, error = error - new, tried, new
        if gain <= 1e-14 * error:
            break
    return best


def _rates(matrix: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Return how each coordinate (u₁ v₁ u₂ v₂ …) changes with the first eight elements of the matrix."""
    spread = np.column_stack([here, np.ones(len(here))])
    depth = spread @ matrix[2]
    found = transformed(matrix, here)
    rates = np.zeros((2 * len(here), 8))
    rates[0::2, 0:3] = rates[1::2, 3:6] = spread / depth[:, None]
    rates[0::2, 6:8] = -found[:, :1] * here / depth[:, None]
    rates[1::2, 6:8] = -found[:, 1:] * here / depth[:, None]
    return rates


def _depths(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the third homogeneous coordinate: 0 on the horizon, of the other sign beyond it."""
    return np.column_stack([points, np.ones(len(points))]) @ matrix[2]


def _slope(matrix: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return how ground changes with pixels at one place: 2 × 2."""
    depth = float(_depths(matrix, at[None])[0])
    found = transformed(matrix, at[None])[0]
    return (matrix[:2, :2] - np.outer(found, matrix[2, :2])) / depth


def _left_out(
    method: Method, matrix: np.ndarray, pixels: np.ndarray, residuals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each point how far (m) it lies from where the others put it, and the others' sum of squares (m²).

    By the share of each point in its own fit (leverage; Cook & Weisberg 1982, §2.2): exact for an affine fit, of first
    order for a projective one, and quick for a thousand points.
    """
    normal = _normal(pixels)
    rates = _rates(matrix @ np.linalg.inv(normal), transformed(normal, pixels))[:, : PARAMETERS[method]]
    basis = np.linalg.qr(rates / np.linalg.norm(rates, axis=0))[0].reshape(len(pixels), 2, -1)
    free = np.eye(2) - basis @ basis.transpose(0, 2, 1)
    held = np.linalg.eigvalsh(free)[:, 0] < THINNEST**2  # the others leave this place open
    off = np.linalg.solve(np.where(held[:, None, None], np.eye(2), free), residuals[:, :, None])[:, :, 0]
    off[held] = np.nan
    return np.linalg.norm(off, axis=1), (residuals**2).sum() - (residuals * off).sum(axis=1)
