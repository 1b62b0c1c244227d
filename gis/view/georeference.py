"""How well a picture lies, in words."""

from collections.abc import Iterator

import geopandas as gpd
import pandas as pd

from gis import study
from gis.analysis.georeference import Fit, pixel_rounding, vertex_sigma
from gis.crs import MAP_CRS, reproject
from gis.i18n import t
from gis.io.picture import Sheet
from gis.study.pictures import Placed, sheet_scale
from gis.units import area_text, spread_text


def fit_sentences(known: Placed, sheet: Sheet | None = None) -> Iterator[str]:
    """Yield what a fit says: its error with the degrees of freedom, scale and turn, the worst point, a mirror."""
    found = known.fit
    values = {
        "method": t(f"georeference.{found.method}"),
        "count": len(known.points),
        "scale": f"{found.scale:,.3f}",
        "rotation": f"{round(found.rotation, 1) % 360:.1f}",  # not 360.0
        "stretch": f"{found.stretch:.3f}",
    }
    if found.rmse is None:
        yield t("georeference.fit_exact", **values)
    else:
        yield t("georeference.fit", **values, dof=found.dof, rmse=error_text(found.rmse))
    scale = None if sheet is None else sheet_scale(sheet, known)
    if scale is not None:
        yield t("georeference.sheet_scale", scale=f"{scale:,}")
    if found.worst is not None:
        yield t("georeference.worst", number=found.worst + 1, distance=f"{found.left_out[found.worst]:,.2f}")
    if found.mirrored:
        yield t("georeference.mirrored")


def outline_sentences(frame: gpd.GeoDataFrame, area: pd.Series, known: Fit, outside: int, unit: str) -> Iterator[str]:
    """Yield where a traced outline lies, what its error is and is not, and how its area stands against the notice."""
    middle = reproject(frame, MAP_CRS).geometry.iloc[0].representative_point()
    place = study.place_at(middle.x, middle.y)
    yield t("georeference.place", place=place) if place else t("georeference.no_place")
    sigma = vertex_sigma(known)
    if sigma is not None and known.rmse is not None:
        low, high = (spread_text(area[name], unit) for name in ("sigma", "sigma_correlated"))
        yield t("georeference.sigma", vertex=error_text(sigma), low=low, high=high)
        pixel = f"{known.scale:,.3f}"
        if known.rmse < pixel_rounding(known):
            yield t("georeference.sigma_is_pixel", rmse=error_text(known.rmse), pixel=pixel)
        else:
            yield t("georeference.sigma_is_rmse", pixel=pixel)
    if pd.notna(area["difference_pct"]):
        official = area_text(area["official_area"], unit)
        yield t("georeference.official", official=official, difference=f"{area['difference_pct']:+.2f}")
    if outside:
        yield t("georeference.outside", count=outside)


def error_text(error: float) -> str:
    """Return an error (m) to the centimeter; none is shown as nothing."""
    return "<0.01" if error < 0.005 else f"{error:,.2f}"
