"""Where a site of a stated area could go: every position on a grid is screened, and the best are measured exactly.

A mask of cells is a screen, never the answer. Cells that lie wholly inside both site and constraint prove an overlap,
and where not even touched cells meet there is none; between the two the exact shapes decide.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.fft
import shapely
from numpy.typing import NDArray
from shapely import affinity

from gis.analysis.land_prices import LandPrices
from gis.errors import InputError
from gis.kernel.cells import cell_shares

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Ids = NDArray[np.int16]

EXCLUDE, CONDITIONAL, PENALTY = "exclude", "conditional", "penalty"
MODES = (EXCLUDE, CONDITIONAL, PENALTY)
ANCHOR = "anchor"
TOUCH, NOISE = 1.0, 0.01
"""m²: an overlap up to this is a boundary that two shapes share; and more than what transforms are off."""
TIE = 1e-9
"""Scores (0 to 1) that differ by no more are equal: sums of floating point differ in their last digits."""
MOST_CELLS = 4_000_000
IN_A_BLOCK = 8
"""How many positions of each part of the grid are measured at most where sites must lie apart."""
_ARC = 32
"""Chords in a quarter of a circle."""
OPEN, BEYOND, EDGE = -1, -2, -3
"""Of a position that no constraint can close, of one where no template lies on the grid, and of one that only the exact
shapes decide."""
Spectrum = NDArray[np.complex128]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Constraint:
    """Land that a site must not touch (`exclude`), may take on a condition (`conditional`), or had better not (`penalty`).

    `shape` is in the CRS of the search, with its buffer. `weight` is what taking all of the site would cost the score.
    """

    name: str
    mode: str
    shape: shapely.Geometry
    weight: float = 0.0

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError("siting.mode", mode=self.mode, known=", ".join(MODES))


@dataclass(frozen=True)
class Criterion:
    """What a site had better be near to: `weight` is its share in the score.

    `uncertainty` is how far (m) the shape may lie from where it is drawn.
    """

    name: str
    shape: shapely.Geometry
    weight: float = 1.0
    uncertainty: float = 0.0


@dataclass(frozen=True)
class Anchor:
    """What a site must lie within `within` m of, boundary to boundary; `uncertainty` (m) as of a criterion."""

    shape: shapely.Geometry
    within: float
    uncertainty: float = 0.0


@dataclass(frozen=True)
class Grid:
    """Square cells of `cell` m from the corner (`west`, `south`)."""

    west: float
    south: float
    cell: float
    columns: int
    rows: int

    @property
    def diagonal(self) -> float:
        """Return the length of the diagonal, m."""
        return self.cell * math.hypot(self.columns, self.rows)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north, m: up to a cell more than was asked for."""
        return (
            self.west, self.south, self.west + self.cell * self.columns, self.south + self.cell * self.rows,
        )  # fmt: skip

    def shares(self, shape: shapely.Geometry) -> Floats:
        """Return which part of each cell a polygon covers, exactly; row 0 is the southernmost."""
        return _shares(shape, self.west, self.south, self.cell, self.columns, self.rows)


@dataclass(frozen=True)
class Rejection:
    """Why positions fall: for the best turn of the site at each of them, and counted over all turns.

    `killer` holds at each position (the cell in the middle of the site's box) the number of the first constraint that
    surely closes it, OPEN, EDGE or BEYOND. `table` has a row a constraint: positions it is the first to close by the screen and
    by measure, and those that only it closes, which would open without it.
    """

    grid: Grid
    killer: Ids
    names: tuple[str, ...]
    table: pd.DataFrame


@dataclass(frozen=True)
class Placement:
    """The sites found, the best first, and why the others fell. `positions` counts those screened, over all turns.

    `unmeasured` counts positions that the screen leaves open, or to measuring, and nobody measured, where fewer sites than
    wished were found.
    """

    sites: gpd.GeoDataFrame
    rejection: Rejection
    positions: int
    verified: int
    unmeasured: int = 0


def rectangle(area: float, aspect: float = 1.0) -> shapely.Polygon:
    """Return a rectangle of exactly `area` m², `aspect` times as long as wide, around the origin."""
    if not (area > 0 and aspect >= 1):
        raise InputError("siting.template", area=area, aspect=aspect)
    long = math.sqrt(area * aspect)
    return shapely.box(-long / 2, -area / long / 2, long / 2, area / long / 2)


def scaled(shape: shapely.Geometry, area: float) -> shapely.Geometry:
    """Return a shape around the origin, enlarged or reduced to exactly `area` m²; holes and parts stay."""
    if shape.is_empty or not shape.area > 0 or not area > 0:
        raise InputError("siting.template", area=area, aspect="-")
    middle = shape.centroid
    home = affinity.translate(shape, -middle.x, -middle.y)
    factor = math.sqrt(area / home.area)
    return affinity.scale(home, factor, factor, origin=(0, 0))


def turned(shape: shapely.Geometry, degrees: float) -> shapely.Geometry:
    """Return a shape turned about the origin, counterclockwise."""
    return affinity.rotate(shape, degrees, origin=(0, 0))


def search_grid(window: tuple[float, float, float, float], cell: float) -> Grid:
    """Return the grid over a window (west, south, east, north in m).

    Raises
    ------
    InputError
        Where the window is empty or has more than 4 million cells.
    """
    west, south, east, north = window
    columns, rows = (math.ceil(length / cell) if cell > 0 else 0 for length in (east - west, north - south))
    if columns < 1 or rows < 1 or columns * rows > MOST_CELLS:
        raise InputError("siting.window", cells=f"{max(columns, 0) * max(rows, 0):,}", most=f"{MOST_CELLS:,}")
    return Grid(west, south, cell, columns, rows)


def place(
    templates: Sequence[shapely.Geometry],
    constraints: Sequence[Constraint],
    grid: Grid,
    crs: str,
    *,
    anchor: Anchor | None = None,
    criteria: Sequence[Criterion] = (),
    count: int = 10,
    prices: LandPrices | None = None,
    apart: float = 0.0,
    most_verified: int = 5_000,
    progress: Progress | None = None,
) -> Placement:
    """Return the best positions of the templates on a grid, each measured exactly.

    Parameters
    ----------
    templates
        Polygons in m around the origin, each turn of a site one.
    constraints
        In the order in which they are asked.
    prices
        What land costs: by bands of price until the sites are chosen, which are measured by every parcel.
    apart
        Least distance in m between the centers of two sites that are returned.
    most_verified
        How many positions are measured exactly, the most promising first, of those that are surely open and of those that
        the screen leaves undecided; where sites must lie apart, the best of every part of the grid beside them.
    progress
        Called with the part done, from 0 to 1; what it raises ends the search.

    Returns
    -------
    Placement
        `sites` with `template`, the columns of `measured`, `rank_low`, `rank_high` and `pareto`.
    """
    excluded = [one for one in constraints if one.mode == EXCLUDE]
    screens = [_Screen(grid, one.shape) for one in excluded]
    costs = [(one.weight, _Screen(grid, one.shape)) for one in constraints if one.mode != EXCLUDE and one.weight]
    if prices is not None:
        costs += [(prices.weight * price, _Screen(grid, land)) for price, land in prices.bands()]
    near = None if anchor is None else _anchor_screens(grid, anchor)
    fields = [(one.weight, _distance_field(grid, one.shape)) for one in criteria]
    names = (*(one.name for one in excluded), *([] if anchor is None else [ANCHOR]))
    killer = np.full((grid.rows, grid.columns), BEYOND, dtype=np.int16)
    counts = np.zeros((2, len(names)), dtype=np.int64)
    promising, positions, allowed = {OPEN: [_no_positions()], EDGE: [_no_positions()]}, 0, 0
    block = math.floor(apart / 2 / grid.cell)
    for number, template in enumerate(templates):
        if progress:
            progress(number / (len(templates) + 1))
        mask = _Mask(template, grid.cell)
        if mask.columns > grid.columns or mask.rows > grid.rows:
            continue
        sure, maybe = _closed(mask, screens, near, grid)
        here = _first(sure, maybe)
        positions += here.size
        counts[0] += np.bincount(here[here >= 0], minlength=len(names))
        counts[1] += (sure & (maybe.sum(axis=0) == 1)).sum(axis=(1, 2))
        _note(killer, here, mask)
        loss = _loss(mask, template.area, costs, fields, grid, here.shape)
        for kind, known in promising.items():
            known.append(_best(loss, here == kind, number, most_verified, block))
        allowed += int((here < 0).sum())
    best = [_chosen(pd.concat(known, ignore_index=True), most_verified, block) for known in promising.values()]
    chosen = pd.concat(best).sort_values("loss", kind="stable", ignore_index=True)
    shapes = _positioned(chosen, templates, grid)
    sites = measured(shapes, constraints, grid.diagonal, anchor, criteria).assign(
        template=chosen["template"].to_numpy()
    )
    failed = sites["killer"].value_counts().reindex(list(names), fill_value=0).to_numpy()
    order = sites["loss"] if prices is None else chosen["loss"].reset_index(drop=True)
    sites = gpd.GeoDataFrame(sites.assign(order=order)[sites["killer"].isna()], geometry="geometry", crs=crs)
    kept = spaced(sites.sort_values("order", kind="stable", ignore_index=True), apart, count)
    sites = ranked(with_prices(kept.drop(columns="order"), constraints, criteria, prices), criteria)
    if progress:
        progress(1.0)
    table = pd.DataFrame(
        {
            "constraint": pd.Series(names, dtype=object),
            "first_closed": counts[0],
            "measured_closed": failed,
            "only_closed": counts[1],
        }
    )
    left = 0 if len(sites) == count else allowed - len(chosen)
    return Placement(sites, Rejection(grid, killer, names, table), positions, len(chosen), left)


def _note(killer: Ids, here: Ids, mask: "_Mask") -> None:
    """Keep in the middle of each position the killer of the best turn: open goes before undecided, that before the last to be asked."""
    row, column = mask.rows // 2, mask.columns // 2
    known = killer[row : row + here.shape[0], column : column + here.shape[1]]
    closed = np.where((known == EDGE) | (here == EDGE), EDGE, np.maximum(known, here))
    known[:] = np.where((known == OPEN) | (here == OPEN), OPEN, closed)


class _Mask:
    """A template on cells, its box's south-west corner on a corner of the grid."""

    def __init__(self, template: shapely.Geometry, cell: float) -> None:
        west, south, east, north = template.bounds
        self.columns, self.rows = (max(1, math.ceil(length / cell - 1e-9)) for length in (east - west, north - south))
        self.share = _shares(template, west, south, cell, self.columns, self.rows)
        whole = self.share >= 1
        self.cells = {
            "share": self.share, "touched": (self.share > 0).astype(float), "inside": whole.astype(float),
            "rim": np.where(whole, 0.0, self.share),
        }  # fmt: skip
        self._spectra: dict[tuple[str, tuple[int, ...]], Spectrum] = {}

    def spectrum(self, name: str, shape: tuple[int, ...]) -> Spectrum:
        """Return the transform of the cells of a name, turned for a correlation."""
        if (name, shape) not in self._spectra:
            self._spectra[name, shape] = np.conj(scipy.fft.rfft2(self.cells[name], shape, workers=-1))
        return self._spectra[name, shape]


class _Screen:
    """A shape on the grid of the search, ready to be met by any mask."""

    def __init__(self, grid: Grid, shape: shapely.Geometry) -> None:
        self.grid = grid
        share = grid.shares(shape)
        self.shape = tuple(scipy.fft.next_fast_len(size, real=True) for size in share.shape)
        self.inside, self.touched, self.share = (
            scipy.fft.rfft2(values, self.shape, workers=-1) for values in (share >= 1, share > 0, share)
        )

    def meets(self, mask: _Mask, *pairs: tuple[str, Spectrum]) -> Floats:
        """Return for every position the sum of products of cells of a mask and of this shape, over all pairs."""
        product = sum(spectrum * mask.spectrum(name, self.shape) for name, spectrum in pairs)
        whole = scipy.fft.irfft2(product, self.shape, workers=-1)
        return np.asarray(whole[: self.grid.rows - mask.rows + 1, : self.grid.columns - mask.columns + 1])

    def least_shared(self, mask: _Mask) -> Floats:
        """Return what area (m²) a mask surely shares: cells that one of the two covers wholly share all of the other."""
        return self.grid.cell**2 * self.meets(mask, ("inside", self.share), ("rim", self.inside))


def _anchor_screens(grid: Grid, anchor: Anchor) -> tuple[_Screen, _Screen]:
    """Return the land within reach of an anchor, a little more and at most: arcs are drawn with chords."""
    wide, close = anchor.within / math.cos(math.pi / (4 * _ARC)), anchor.within
    return tuple(_Screen(grid, anchor.shape.buffer(width, quad_segs=_ARC)) for width in (wide, close))  # type: ignore[return-value]


def _closed(
    mask: _Mask, screens: Sequence[_Screen], near: tuple[_Screen, _Screen] | None, grid: Grid
) -> tuple[Truths, Truths]:
    """Return for each constraint and position whether it is surely closed, and whether it may be."""
    size = grid.rows - mask.rows + 1, grid.columns - mask.columns + 1
    sure = [screen.least_shared(mask) > TOUCH + NOISE for screen in screens]
    maybe = [screen.meets(mask, ("touched", screen.touched)) > 0.5 for screen in screens]
    if near is not None:
        sure.append(near[0].meets(mask, ("touched", near[0].touched)) < 0.5)
        maybe.append(near[1].meets(mask, ("inside", near[1].inside)) < 0.5)
    return np.array(sure, dtype=bool).reshape(-1, *size), np.array(maybe, dtype=bool).reshape(-1, *size)


def _first(sure: Truths, maybe: Truths) -> Ids:
    """Return at each position the number of the first constraint that surely closes it, EDGE where one may, else OPEN."""
    if not len(sure):
        return np.full(sure.shape[1:], OPEN, dtype=np.int16)
    rest = np.where(maybe.any(axis=0), EDGE, OPEN)
    return np.where(sure.any(axis=0), sure.argmax(axis=0), rest).astype(np.int16)


def _loss(
    mask: _Mask,
    area: float,
    costs: Sequence[tuple[float, _Screen]],
    fields: Sequence[tuple[float, Floats]],
    grid: Grid,
    size: tuple[int, ...],
) -> Floats:
    """Return about what each position loses: weights by the share of the site that costs, and by distance."""
    loss = np.zeros(size)
    for weight, screen in costs:
        loss += weight * screen.meets(mask, ("share", screen.share)) * grid.cell**2 / area
    for weight, field in fields:
        row, column = mask.rows // 2, mask.columns // 2
        loss += weight * field[row : row + size[0], column : column + size[1]]
    return loss


def _distance_field(grid: Grid, shape: shapely.Geometry) -> Floats:
    """Return about how far each cell is from a shape, in parts of the diagonal of the grid."""
    columns, rows = (np.arange(size) + 0.5 for size in (grid.columns, grid.rows))
    x, y = np.meshgrid(grid.west + grid.cell * columns, grid.south + grid.cell * rows)
    shapely.prepare(shape)
    return np.asarray(shapely.distance(shape, shapely.points(x, y)) / grid.diagonal)


def _no_positions() -> pd.DataFrame:
    return pd.DataFrame({"template": [], "row": [], "column": [], "loss": []}).astype(
        {"template": int, "row": int, "column": int}
    )


def _best(loss: Floats, allowed: Truths, template: int, most: int, block: int) -> pd.DataFrame:
    """Return the allowed positions of least loss, `most` of them at most, and the best of every block of positions."""
    rows, columns = np.nonzero(allowed)
    values = loss[rows, columns]
    if len(values) > most:
        kept = np.argpartition(values, most)[:most]
        if block > 1:
            order = np.argsort(values, kind="stable")
            parts = (rows[order] // block) * loss.shape[1] + columns[order] // block
            kept = np.union1d(kept, order[np.unique(parts, return_index=True)[1]])
        kept = np.sort(kept)
        rows, columns, values = rows[kept], columns[kept], values[kept]
    return pd.DataFrame({"template": template, "row": rows, "column": columns, "loss": values})


def _chosen(promising: pd.DataFrame, most: int, block: int) -> pd.DataFrame:
    """Return the positions to measure, the least loss first."""
    known = promising.sort_values("loss", kind="stable", ignore_index=True)
    wanted = known.index < most
    if block > 1 and len(known):
        parts = known.groupby([known["row"] // block, known["column"] // block])
        wanted |= parts.cumcount().to_numpy() < max(1, min(IN_A_BLOCK, most // parts.ngroups))
    return known[wanted]


def measured(
    shapes: NDArray[np.object_],
    constraints: Sequence[Constraint],
    diagonal: float,
    anchor: Anchor | None = None,
    criteria: Sequence[Criterion] = (),
) -> pd.DataFrame:
    """Return every exact measure of shapes, in their order.

    Parameters
    ----------
    diagonal
        The distance (m) that is the worst.

    Returns
    -------
    DataFrame
        `geometry`, `killer` (the first constraint that a shape breaks, None where it breaks none), `area`, a column
        `area.NAME` (m²) for each conditional or penalty constraint and `distance.NAME` (m) for each criterion, `gap` to the
        anchor, `near` (whether that is surely within reach), `loss`, and `score` (1 is best, 0 worst) with `score_low` and
        `score_high`, between which uncertain places leave it.
    """
    table: dict[str, NDArray] = {"geometry": shapes, "area": shapely.area(shapes)}
    killer = np.full(len(shapes), None, dtype=object)
    loss, spread = np.zeros(len(shapes)), np.zeros((2, len(shapes)))
    for one in constraints:
        shared = _shared_area(shapes, one.shape)
        if one.mode == EXCLUDE:
            killer[(shared > TOUCH) & _none(killer)] = one.name
        else:
            table[f"area.{one.name}"] = shared
            loss += one.weight * shared / table["area"]
    if anchor is not None:
        table["gap"] = shapely.distance(shapes, anchor.shape)
        table["near"] = table["gap"] + anchor.uncertainty <= anchor.within
        killer[(table["gap"] > anchor.within) & _none(killer)] = ANCHOR
    for criterion in criteria:
        distance = shapely.distance(shapes, criterion.shape)
        table[f"distance.{criterion.name}"] = distance
        loss += criterion.weight * distance / diagonal
        spread[0] += criterion.weight * np.minimum(distance, criterion.uncertainty) / diagonal
        spread[1] += criterion.weight * criterion.uncertainty / diagonal
    whole = sum(one.weight for one in constraints if one.mode != EXCLUDE) + sum(one.weight for one in criteria)
    share = whole or np.nan
    table |= {"loss": loss, "score": 1 - loss / share}
    table |= {"score_low": 1 - (loss + spread[1]) / share, "score_high": 1 - (loss - spread[0]) / share}
    return pd.DataFrame(table).assign(killer=killer)


def with_prices(
    sites: gpd.GeoDataFrame,
    constraints: Sequence[Constraint],
    criteria: Sequence[Criterion],
    prices: LandPrices | None,
) -> gpd.GeoDataFrame:
    """Return measured sites with what their land costs in loss and score, exactly; `price.low` and `price.high` are in parts
    of the dearest."""
    if prices is None:
        return sites
    told = prices.measured(sites.geometry.to_numpy())
    before = sum(one.weight for one in constraints if one.mode != EXCLUDE) + sum(one.weight for one in criteria)
    share = (before + prices.weight) or np.nan
    losses = {
        "loss": sites["loss"].to_numpy() + prices.weight * told["loss"].to_numpy(),
        "low": _lost(sites, "score_high", before) + prices.weight * told["loss_low"].to_numpy(),
        "high": _lost(sites, "score_low", before) + prices.weight * told["loss_high"].to_numpy(),
    }
    return sites.assign(
        **{"price.low": told["loss_low"].to_numpy(), "price.high": told["loss_high"].to_numpy(), "loss": losses["loss"]},
        score=1 - losses["loss"] / share, score_low=1 - losses["high"] / share, score_high=1 - losses["low"] / share,
    )  # fmt: skip


def _lost(sites: gpd.GeoDataFrame, score: str, weights: float) -> Floats:
    """Return the loss behind a score; nothing where nothing had a weight."""
    return (1 - sites[score].to_numpy(dtype=float)) * weights if weights else np.zeros(len(sites))


def _none(killer: NDArray[np.object_]) -> Truths:
    return np.array([one is None for one in killer], dtype=bool)


def _positioned(chosen: pd.DataFrame, templates: Sequence[shapely.Geometry], grid: Grid) -> NDArray[np.object_]:
    """Return each template moved to its position."""
    shapes = np.empty(len(chosen), dtype=object)
    corners = np.column_stack([grid.west + grid.cell * chosen["column"], grid.south + grid.cell * chosen["row"]])
    for number, rows in chosen.reset_index(drop=True).groupby("template").groups.items():
        template = templates[int(number)]
        points, owners = shapely.get_coordinates([template] * len(rows), return_index=True)
        moved = np.array([template] * len(rows), dtype=object)
        offset = corners[rows] - np.array(template.bounds[:2])
        shapes[rows] = shapely.set_coordinates(moved, points + offset[owners])
    return shapes


def _shared_area(shapes: NDArray[np.object_], other: shapely.Geometry) -> Floats:
    """Return the area in m² that each shape shares with another."""
    shapely.prepare(other)
    area = np.zeros(len(shapes))
    met = shapely.intersects(other, shapes)
    whole = np.zeros(len(shapes), dtype=bool)
    whole[met] = shapely.contains(other, shapes[met])
    area[whole] = shapely.area(shapes[whole])
    part = met & ~whole
    area[part] = shapely.area(shapely.intersection(shapes[part], other))
    return area


def spaced(sites: gpd.GeoDataFrame, apart: float, count: int) -> gpd.GeoDataFrame:
    """Return the first sites whose centers lie at least `apart` m from every earlier one, `count` of them at most."""
    middles = shapely.get_coordinates(sites.centroid.to_numpy())
    kept: list[int] = []
    for number, middle in enumerate(middles):
        if len(kept) == count:
            break
        if not kept or np.hypot(*(middles[kept] - middle).T).min() >= apart:
            kept.append(number)
    return sites.iloc[kept].reset_index(drop=True)


def ranked(sites: gpd.GeoDataFrame, criteria: Sequence[Criterion] = ()) -> gpd.GeoDataFrame:
    """Return sites with the best and the worst rank that each may have, and whether it is Pareto-best.

    Two sites are told apart where the intervals of their scores are; one beats another only where it does so wherever
    what is uncertain may lie.
    """
    low, high = (sites[name].to_numpy(dtype=float) for name in ("score_low", "score_high"))
    before = (low[None, :] > high[:, None] + TIE).sum(axis=1)
    behind = (high[None, :] < low[:, None] - TIE).sum(axis=1)
    less = [name for name in sites if str(name).startswith(("area.", "distance."))]
    sway = {f"distance.{one.name}": one.uncertainty for one in criteria}
    costs = sites[less].to_numpy(dtype=float)
    off = np.broadcast_to([sway.get(name, 0.0) for name in less], costs.shape)
    if "price.low" in sites:
        least, most = (sites[f"price.{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        costs, off = np.column_stack([costs, (least + most) / 2]), np.column_stack([off, (most - least) / 2])
    best = pareto(costs, off)
    return sites.assign(rank_low=before + 1, rank_high=len(sites) - behind, pareto=best)


def pareto(costs: Floats, sway: Floats | float = 0.0) -> Truths:
    """Tell which rows no other row beats: none is as good everywhere and better somewhere; less is better.

    `sway` is how far each cost may be off, to either side: one, one a column, or one a cost.
    """
    most, least = (costs + sway)[:, None, :], (costs - sway)[None, :, :]
    return np.asarray(~((most <= least).all(axis=2) & (most < least).any(axis=2)).any(axis=0))


def _shares(shape: shapely.Geometry, west: float, south: float, cell: float, columns: int, rows: int) -> Floats:
    """Return which part of each cell a polygon covers, exactly; row 0 is the southernmost."""
    rings = [
        (shapely.get_coordinates(ring) - (west, south)) / cell
        for part in shapely.get_parts(shapely.orient_polygons(shape))
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return cell_shares(rings, columns, 0, rows) if rings else np.zeros((rows, columns))
