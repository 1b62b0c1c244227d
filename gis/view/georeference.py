"""How well a picture lies, in words."""

from collections.abc import Iterator

import pandas as pd

from gis.i18n import t
from gis.io.picture import Sheet
from gis.study.pictures import Placed, sheet_scale
from gis.units import area_text


def fit_sentences(known: Placed, sheet: Sheet | None = None) -> Iterator[str]:
    """Yield what a fit says: its error with the degrees of freedom, scale and turn, the worst point, a mirror."""
    found = known.fit
    values = {
        "method": t(f"georeference.{found.method}"),
        "count": len(known.points),
        "scale": f"{found.scale:,.3f}",
        "rotation": f"{found.rotation:.1f}",
        "stretch": f"{found.stretch:.3f}",
    }
    if found.rmse is None:
        yield t("georeference.fit_exact", **values)
    else:
        yield t("georeference.fit", **values, dof=found.dof, rmse=f"{found.rmse:,.2f}")
    scale = None if sheet is None else sheet_scale(sheet, known)
    if scale is not None:
        yield t("georeference.sheet_scale", scale=f"{scale:,}")
    if found.worst is not None:
        yield t("georeference.worst", number=found.worst + 1, distance=f"{found.left_out[found.worst]:,.2f}")
    if found.mirrored:
        yield t("georeference.mirrored")


def outline_sentences(area: pd.Series, vertex_sigma: float | None, outside: int, unit: str) -> Iterator[str]:
    """Yield what the error of a traced outline makes of its area, and how it stands against the notice."""
    if vertex_sigma is not None and pd.notna(area["sigma"]):
        low, high = (area_text(area[name], unit) for name in ("sigma", "sigma_correlated"))
        yield t("georeference.sigma", vertex=f"{vertex_sigma:,.2f}", low=low, high=high)
    if pd.notna(area["difference_pct"]):
        official = area_text(area["official_area"], unit)
        yield t("georeference.official", official=official, difference=f"{area['difference_pct']:+.2f}")
    if outside:
        yield t("georeference.outside", count=outside)
