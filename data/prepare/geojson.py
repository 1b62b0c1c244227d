"""Read and write the bundled GeoJSON: RFC 7946, 7 decimals, one feature a line."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import GWANGJU_BELT, MAP_CRS

DECIMALS = 7  # about 1 cm
Shapes = Sequence[BaseGeometry] | np.ndarray
Features = tuple[list[dict], list[BaseGeometry]]


def rounded(geometries: Any) -> Any:
    """Return a geometry or an array of them with each vertex moved to 7 decimals, so that shared ones stay shared."""
    return shapely.transform(geometries, lambda lonlat: np.round(lonlat, DECIMALS))


def lonlat(geometries: Shapes) -> np.ndarray:
    """Return planar geometries in degrees, rounded as they are written."""
    return rounded(gpd.GeoSeries(geometries, crs=GWANGJU_BELT).to_crs(MAP_CRS).to_numpy())


def planar(geometries: Shapes) -> np.ndarray:
    """Return geometries in degrees in the working CRS, in m."""
    return gpd.GeoSeries(geometries, crs=MAP_CRS).to_crs(GWANGJU_BELT).to_numpy()


def write(path: Path, rows: list[dict], geometries: list[BaseGeometry]) -> Path:
    """Write one feature a line, in the order given, exteriors counterclockwise; return where."""
    features = [
        {"type": "Feature", "properties": row, "geometry": _mapping(geometry)}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8", newline="\n")
    return path


def read(path: Path) -> gpd.GeoDataFrame:
    """Return a bundled file in degrees, indexed by `id`."""
    collection = json.loads(path.read_text(encoding="utf-8"))
    return gpd.GeoDataFrame.from_features(collection, crs=MAP_CRS).set_index("id")


def _mapping(geometry: BaseGeometry) -> dict:
    oriented = shapely.orient_polygons(shapely.normalize(geometry), exterior_cw=False)
    return json.loads(shapely.to_geojson(oriented))
