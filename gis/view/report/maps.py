"""The maps of a report: where everything lies, each complex at 1:25,000, the links of the chain."""

from dataclasses import replace
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import study
from gis.crs import to_work_crs
from gis.i18n import t
from gis.io.document import Figure
from gis.model import SCHEMATIC
from gis.study.value_chain import place_points
from gis.view.print_map import Drawn, PrintedMap, Sheet, printed_map, sheet_around
from gis.view.tables import label
from layers.declare import Column, Layer, Style
from layers.palette import INK, SKY

TEXT_WIDTH = {"a4": 174.0, "a3": 261.0}
"""mm between the margins of a page."""
MAP_HEIGHT = {"a4": 205.0, "a3": 300.0}
"""mm of a map that has a page of its own."""
USUAL_SCALE = 25_000
DONG_SCALE = 80_000
"""Up to this scale the map has room for the names of dongs."""
SITE = Layer(
    "report_site", "report_site", "report_site", "Polygon", "imported", None, Style(SKY, INK, 2.0, 0.35),
    tuple(Column(name) for name in ("id", "name", "grade", "source")), named=True, title="report_site",
)  # fmt: skip


def layer_drawn(name: str, frame: gpd.GeoDataFrame | None = None, **look: Any) -> Drawn:
    """Return a known layer as a printed map takes it."""
    shapes = to_work_crs(study.source_layer(name).frame) if frame is None else frame
    return Drawn(study.known_layers()[name], shapes, **look)


def ground(sheet: Sheet) -> list[Drawn]:
    """Return the boundaries beneath, with names where there is room."""
    close = sheet.scale <= DONG_SCALE
    return [layer_drawn("emd", faint=True, named=close), layer_drawn("sigungu", faint=True, named=not close)]


def overview_map(
    width: float, links: pd.DataFrame | None = None, stamp: str | None = None, height: float = 150.0
) -> Figure:
    """Return the map (`width` by `height` mm) of all complexes, with the links of the chain where they are given."""
    complexes = to_work_crs(study.complexes())
    sheet = sheet_around(complexes, width, height)
    arcs = [] if links is None else chain_arcs(links)
    layers = [*ground(sheet), layer_drawn("complexes", complexes, named=True)]
    if links is None:
        layers.append(layer_drawn("reference_points", named=True))
    else:
        layers.append(layer_drawn("hosts", named=True))
    name, caption = ("location", t("document.map_all")) if links is None else ("links", t("document.map_links"))
    made = printed_map(sheet, layers, caption, links=arcs, inset=_land(), stamps=_stamps(stamp))
    return figure(name, f"{caption} (1:{made.scale:,})", made, alt_text(complexes, made.scale))


def site_map(frame: gpd.GeoDataFrame, name: str, called: str, paper: str, stamp: str | None = None) -> Figure:
    """Return the map of one site at 1:25,000 where the page allows; a complex is drawn as the complexes are."""
    alone = to_work_crs(frame)
    sheet = sheet_around(alone, TEXT_WIDTH[paper], MAP_HEIGHT[paper], scale=USUAL_SCALE)
    complexes = to_work_crs(study.complexes())
    layers = [*ground(sheet), layer_drawn("complexes", complexes, named=True)]
    if name not in complexes.index:
        layers.append(Drawn(replace(SITE, title=called), alone, named=True))
    layers.append(layer_drawn("reference_points", named=True))
    caption = t("document.map_site", name=called)
    made = printed_map(sheet, layers, caption, inset=_land(), stamps=_stamps(stamp))
    return figure(f"map-{name}", f"{caption} (1:{made.scale:,})", made, alt_text(alone, made.scale))


def figure(name: str, caption: str, made: PrintedMap, alt: str) -> Figure:
    """Return a printed map as a figure; names without room are told."""
    more = f" {t('print.unnamed', count=len(made.unnamed))}" if made.unnamed else ""
    return Figure(name, caption + more, made.svg, made.width, made.height, alt)


def alt_text(sites: gpd.GeoDataFrame, scale: int) -> str:
    """Return what a map shows, for those who hear it."""
    names = ", ".join(label("place", str(one)) if label("place", str(one)) != str(one) else str(called)
                      for one, called in zip(sites["id"], sites["name"], strict=True))  # fmt: skip
    schematic = t("print.alt_schematic") if sites["grade"].eq(SCHEMATIC).any() else ""
    return t("print.alt", names=names, scale=f"{scale:,}", schematic=schematic).strip()


def chain_arcs(links: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one arc for each pair of places, kind and evidence of the links that are served."""
    points = place_points()
    known = links["to"].isin(list(points)) & links["from"].isin(list(points))
    between = links[links["served"].fillna(False).astype(bool) & (links["from"] != links["to"]) & known]
    return [
        {"id": "-".join(key), "from_lonlat": points[key[0]], "to_lonlat": points[key[1]], "kind": key[2], "evidence": key[3]}
        for key, _ in between.groupby(["from", "to", "kind", "evidence"], sort=False)
    ]  # fmt: skip


@cache
def _bundled_land() -> gpd.GeoDataFrame:
    return to_work_crs(study.source_layer("sigungu").frame)


def _land() -> gpd.GeoDataFrame:
    return _bundled_land()


def _stamps(stamp: str | None) -> tuple[str, ...]:
    return () if stamp is None else (stamp,)
