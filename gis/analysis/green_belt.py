"""개발제한구역 within a site: by environmental grade and land category, and the land that must replace it.

In the public case of the 미래차 complex (국가·지역전략사업) the replacement (대체지) is as large as the forest land of grades
1 and 2; the farmland of these grades is released in consultation with the ministry in charge of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.analysis.overlay import partition

PRESERVED = ("1등급", "2등급")
FARMLAND, FOREST, OTHER = "farmland", "forest", "other"
LAND_KINDS = {"전": FARMLAND, "답": FARMLAND, "과수원": FARMLAND, "임야": FOREST}
"""농지법 제2조제1호 가목 (전·답, 과수원); 산지관리법 제2조제1호 (지목이 임야인 토지)."""
COLUMNS = ("environment_grade", "land_kind", "area", "geodesic_area")
_BELT, _GRADE, _LAND = "belt", "grade:", "land:"


@dataclass(frozen=True)
class Release:
    """What of a site is green belt, m²: all of it, its grades 1 and 2, of these farmland and forest land, and the replacement.

    NaN is not known. The replacement lies from `replacement_low` (what surely is forest land of these grades) to
    `replacement_high` (what may be).
    """

    area: float
    preserved: float
    farmland: float
    forest: float
    replacement_low: float
    replacement_high: float


def land_kind(category: str | None) -> str | None:
    """Return what a land category (지목) is to the law: farmland, forest or other; None where it is not known."""
    return None if category is None or pd.isna(category) else LAND_KINDS.get(str(category), OTHER)


def green_belt_rows(
    site: gpd.GeoDataFrame,
    belt: gpd.GeoSeries,
    grades: gpd.GeoSeries | None = None,
    lands: gpd.GeoSeries | None = None,
) -> pd.DataFrame:
    """Return the green belt within a site, a row a grade and kind of land, None where that is not known; the areas in m².

    Parameters
    ----------
    grades, lands
        Polygons whose index is the environmental grade and the kind of land.
    """
    parts = [(belt, [_BELT] * len(belt))]
    parts += [(grades, [f"{_GRADE}{one}" for one in grades.index])] if grades is not None else []
    parts += [(lands, [f"{_LAND}{one}" for one in lands.index])] if lands is not None else []
    shapes = pd.concat([shape.reset_index(drop=True) for shape, _ in parts], ignore_index=True)
    labels = pd.Series([label for _, told in parts for label in told], dtype=object)
    rows = partition(site, gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=site.crs)), labels, 0.0)
    inside = rows[[_BELT in found for found in rows["labels"]]]
    known = pd.DataFrame(
        {
            "environment_grade": [_only(found, _GRADE) for found in inside["labels"]],
            "land_kind": [_only(found, _LAND) for found in inside["labels"]],
            "area": inside["area"].to_numpy(),
            "geodesic_area": inside["geodesic_area"].to_numpy(),
        },
        columns=list(COLUMNS),
    )
    sums = known.groupby(["environment_grade", "land_kind"], dropna=False, as_index=False).sum()
    return sums.astype({"environment_grade": object, "land_kind": object}).replace({np.nan: None})


def _only(labels: Iterable[str], lead: str) -> str | None:
    """Return the one label of a family; None where there is none, or more than one."""
    found = [label.removeprefix(lead) for label in labels if label.startswith(lead)]
    return found[0] if len(found) == 1 else None


def release(rows: pd.DataFrame) -> Release:
    """Return the sums of `green_belt_rows`."""
    area, grade, land = rows["area"].astype(float), rows["environment_grade"], rows["land_kind"]
    preserved, forest, farmland = grade.isin(PRESERVED), land.eq(FOREST), land.eq(FARMLAND)
    if rows.empty:
        return Release(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if not grade.notna().any():
        unknown = float("nan")
        return Release(float(area.sum()), unknown, unknown, unknown, unknown, unknown)
    may_be = (preserved | grade.isna()) & ~farmland & ~land.eq(OTHER)
    lands_known = bool(land.notna().any())
    return Release(
        area=float(area.sum()),
        preserved=float(area[preserved].sum()),
        farmland=float(area[preserved & farmland].sum()) if lands_known else float("nan"),
        forest=float(area[preserved & forest].sum()) if lands_known else float("nan"),
        replacement_low=float(area[preserved & forest].sum()),
        replacement_high=float(area[may_be].sum()),
    )
