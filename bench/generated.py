"""Land as planners meet it, made up from a fixed seed: a cadastral map with roads, and 지역·지구 layers over it.

Two runs make the same coordinates, on a grid of 1 mm as such files have them. What goes wrong in real files goes wrong
here: parcels whose corners miss their neighbors' by centimeters, districts that leave slivers, overlap or leave holes.
"""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Points = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
BELT = "EPSG:5186"
ORIGIN = (165_000.0, 280_000.0)
BLOCK = (3, 8)
"""Rows and columns of parcels between two roads."""
PARCEL, ROAD = (18.0, 30.0), 10.0
"""m: width and depth of a parcel, width of a road."""
CLASSES = ("제1종일반주거지역", "자연녹지지역", "생산녹지지역", "일반공업지역", "계획관리지역", "농림지역")


def cadastral_map(count: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Return `count` parcels of twelve corners with a `pnu`, in blocks between roads; 4 % miss their neighbors by some cm."""
    chance = np.random.default_rng(seed)
    rows, columns = BLOCK
    blocks = -(-count // (rows * columns))
    across = int(np.ceil(np.sqrt(blocks)))
    size = np.array([columns * PARCEL[0] + ROAD, rows * PARCEL[1] + ROAD])
    places = np.stack(np.divmod(np.arange(blocks), across)[::-1], axis=-1) * size + ORIGIN
    grid = np.stack(np.meshgrid(np.arange(columns + 1) * PARCEL[0], np.arange(rows + 1) * PARCEL[1]), axis=-1)
    corners = places[:, None, None] + grid + chance.uniform(-2.5, 2.5, (blocks, rows + 1, columns + 1, 2))
    rings = cells(corners, 3, 0.5, chance).reshape(-1, 12, 2)[:count]
    torn = chance.random(count) < 0.04
    rings[torn] += chance.normal(0, 0.03, rings[torn].shape)
    pnus = [f"2920010100{1 + number // 9_999 % 2}{number // 19_998:04d}{number % 9_999:04d}" for number in range(count)]
    return gpd.GeoDataFrame({"pnu": pnus}, geometry=shapely.polygons(rings.round(3)), crs=BELT)


def districts(bounds: Bounds, across: int, seed: int) -> gpd.GeoDataFrame:
    """Return a layer of about `across` × `across` districts with a `uname` over `bounds`, corners some 8 m apart.

    One in three has a hole, and half of these holes are filled by another district; one in ten misses its neighbors by
    some cm, one in twenty reaches 20 m over them, and one in twenty is not there.
    """
    chance = np.random.default_rng(seed)
    low, high = np.array(bounds[:2]), np.array(bounds[2:])
    side = (high - low) / across
    grid = np.stack(np.meshgrid(np.arange(across + 1), np.arange(across + 1)), axis=-1) * side + low
    corners = grid + chance.uniform(-0.15, 0.15, grid.shape) * side
    rings = cells(corners, max(int(side.mean() / 8), 8), 0.06 * side.mean(), chance)
    rings = rings.reshape(-1, rings.shape[-2], 2)
    torn, swollen, pierced, missing = chance.random((4, len(rings))) < [[0.1], [0.05], [0.33], [0.05]]
    rings[torn] += chance.normal(0, 0.05, rings[torn].shape)
    middles = corners[:-1, :-1].reshape(-1, 2) + side / 2
    holes = blobs(middles, 0.12 * side.min(), 120, chance)
    shapes = shapely.polygons(rings.round(3))
    shapes[pierced] = [
        shapely.Polygon(ring, [hole])
        for ring, hole in zip(rings[pierced].round(3), holes[pierced].round(3), strict=True)
    ]
    shapes[swollen] = on_the_grid(shapely.buffer(shapes[swollen], 20))
    filled = pierced & (chance.random(len(rings)) < 0.5)
    enclaves = holes[filled] + chance.normal(0, 0.02, holes[filled].shape)
    every = np.concatenate([shapes[~missing], shapely.polygons(enclaves.round(3))])
    return gpd.GeoDataFrame({"uname": chance.choice(CLASSES, len(every))}, geometry=every, crs=BELT)


def theme_layers(bounds: Bounds, count: int) -> list[gpd.GeoDataFrame]:
    """Return `count` layers of districts over `bounds`, from few and large to many and small."""
    return [districts(bounds, 3 + number % 20, seed=100 + number) for number in range(count)]


def sites(bounds: Bounds, count: int, radius: float = 1_000.0, seed: int = 7) -> gpd.GeoDataFrame:
    """Return `count` sites of about `radius` m within `bounds`, each with a hole."""
    chance = np.random.default_rng(seed)
    low, high = np.array(bounds[:2]) + 1.5 * radius, np.array(bounds[2:]) - 1.5 * radius
    middles = chance.uniform(np.minimum(low, high), np.maximum(low, high), (count, 2))
    rims, holes = blobs(middles, radius, 300, chance).round(3), blobs(middles, radius / 5, 60, chance).round(3)
    shapes = [shapely.Polygon(rim, [hole]) for rim, hole in zip(rims, holes, strict=True)]
    return gpd.GeoDataFrame({"id": [f"site-{number}" for number in range(count)]}, geometry=shapes, crs=BELT)


def cells(corners: Points, steps: int, sway: float, chance: np.random.Generator) -> Points:
    """Return the rings of the cells of a grid of corners (…, row, column, xy), of 4 × `steps` points.

    Edges bend by up to about `sway` m, and two neighbors share theirs to the last digit.
    """
    along = edges(corners[..., :-1, :], corners[..., 1:, :], steps, sway, chance)
    up = edges(corners[..., :-1, :, :], corners[..., 1:, :, :], steps, sway, chance)
    low, high = along[..., :-1, :, :, :], along[..., 1:, :, ::-1, :]
    left, right = up[..., :-1, ::-1, :], up[..., 1:, :, :]
    return np.concatenate([side[..., :-1, :] for side in (low, right, high, left)], axis=-2)


def edges(start: Points, end: Points, steps: int, sway: float, chance: np.random.Generator) -> Points:
    """Return lines of `steps` + 1 points from each start to its end, bent by waves that grow shorter and lower."""
    share = np.linspace(0, 1, steps + 1)
    waves = np.arange(1, min(steps, 12) + 1)
    heights = chance.uniform(-1, 1, (*start.shape[:-1], len(waves))) * sway / waves**2
    bend = heights @ np.sin(np.pi * np.outer(waves, share))
    way = end - start
    normal = np.stack([-way[..., 1], way[..., 0]], axis=-1) / np.linalg.norm(way, axis=-1, keepdims=True)
    line = start[..., None, :] + share[:, None] * way[..., None, :] + bend[..., None] * normal[..., None, :]
    line[..., 0, :], line[..., -1, :] = start, end
    return line


def blobs(middles: Points, radius: float, corners: int, chance: np.random.Generator) -> Points:
    """Return round shapes with bays about `middles`."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    waves = np.arange(2, 9)
    heights, phases = chance.normal(0, 0.15, (len(middles), 7)) / waves, chance.uniform(0, 6.28, (len(middles), 7))
    reach = radius * (1 + (heights[..., None] * np.cos(waves[:, None] * turn + phases[..., None])).sum(axis=1))
    return middles[:, None] + reach[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)


def on_the_grid(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes with coordinates of whole mm."""
    return np.asarray(shapely.transform(shapes, lambda points: points.round(3)))
