"""Layers as the map shows them: GeoJSON in degrees, coarse enough for a screen, with a tooltip each."""

import json
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gis.crs import MAP_CRS, reproject
from gis.i18n import either, t
from gis.model import PROPOSED, SCHEMATIC
from gis.units import area_text, length_text
from gis.view.tables import label
from layers.declare import Layer

SCREEN_TOLERANCE = {"boundary": 20.0}
"""How far in m a line may be moved for the screen, by group of layers; measuring never uses these shapes."""
FINE_TOLERANCE = 2.0
SCREEN_FEATURES = 2_000
"""More than this many shapes make a browser without a graphics card stall."""
MAP_COLUMNS = ("precision", "center", "center_uncertainty")


def screen_geojson(frame: gpd.GeoDataFrame, layer: Layer, area_unit: str) -> dict[str, Any]:
    """Return a layer (in its belt) for the map: 5 decimals, names in the reader's language, one tooltip a feature."""
    shown = drawn_on_screen(frame)
    if layer.geometry == "Polygon" and layer.group != "imported":
        shown.geometry = shapely.coverage_simplify(
            shown.geometry.to_numpy(), SCREEN_TOLERANCE.get(layer.group, FINE_TOLERANCE)
        )
    elif layer.geometry != "Point":
        shown.geometry = shapely.simplify(shown.geometry.to_numpy(), FINE_TOLERANCE)
    shown = reproject(shown, MAP_CRS)
    if "center_uncertainty" in shown and layer.named:
        middle = reproject(frame.set_geometry(frame.centroid), MAP_CRS).geometry
        shown["center"] = list(zip(middle.x.round(6), middle.y.round(6), strict=True))
    shapes = json.loads(shapely.to_geojson(shapely.GeometryCollection(list(shown.geometry))))["geometries"]
    features = [
        {
            "type": "Feature",
            "geometry": _trimmed(shape),
            "properties": {
                "id": row["id"],
                "name": display_name(row),
                layer.label_column: display_name(row),
                **_grade(row),
                "tooltip": _tooltip(row, layer, area_unit),
                **{name: row[name] for name in (layer.style.class_column, *MAP_COLUMNS) if name and name in row},
            },
        }
        for shape, row in zip(shapes, pd.DataFrame(shown.drop(columns="geometry")).to_dict("records"), strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _grade(row: dict[str, Any]) -> dict[str, Any]:
    """Return the grade of a feature, and the stamp of one that a scenario proposes."""
    if pd.isna(row["grade"]) and str(row.get("source")).startswith("scenario:"):
        return {"grade": PROPOSED, "proposed": t("scenario.one")}
    return {"grade": row["grade"]}


def drawn_on_screen(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that the map draws: all, or of very many the largest; measuring always uses all."""
    if len(frame) <= SCREEN_FEATURES:
        return frame.copy()
    size = frame.area if (frame.area > 0).any() else frame.length
    return frame.loc[size.nlargest(SCREEN_FEATURES).index].sort_index(kind="stable").copy()


def display_name(row: dict[str, Any] | pd.Series) -> str:
    """Return a feature's short name in the reader's language."""
    short = label("place", row["id"])
    return short if short != row["id"] else either(row["name"], row.get("name_en"))


def _trimmed(shape: dict[str, Any]) -> dict[str, Any]:
    def trim(node: Any) -> Any:
        return round(node, 5) if isinstance(node, float) else [trim(item) for item in node]

    return {"type": shape["type"], "coordinates": trim(shape["coordinates"])}


def _tooltip(row: dict[str, Any], layer: Layer, area_unit: str) -> str:
    lines = [display_name(row)]
    if pd.notna(row.get("full_name")) and row["full_name"] != row["name"]:
        lines.append(row["full_name"])
    if layer.geometry == "Polygon" and pd.notna(row.get("official_area")):
        lines.append(f"{t('column.official_area')} {area_text(row['official_area'], area_unit)}")
    if pd.notna(row.get("category")):
        lines.append(label("category", row["category"]))
    if pd.notna(row.get("precision")):
        lines.append(f"{t('column.precision')} ±{length_text(row['precision'], 10)}")
    if pd.notna(row.get("center_uncertainty")) and row["grade"] == SCHEMATIC:
        lines.append(t("map.schematic_center", distance=length_text(row["center_uncertainty"], 10)))
    return "\n".join(lines)
