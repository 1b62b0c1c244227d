"""Heights and slopes as they are printed: bands in words, areas that add up as printed, a picture for the map."""

import base64
import json
import math
from dataclasses import replace
from decimal import Decimal
from html import escape
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.elements import MacroElement
from folium.raster_layers import ImageOverlay

from gis.analysis.terrain import OUTSIDE, UNKNOWN
from gis.crs import MAP_CRS, reproject
from gis.i18n import t
from gis.io.elevation import Grid, class_picture, class_shapes
from gis.io.write import layer_bytes, plain_rows, stamped
from gis.kernel.rounding import half_even, rounded_parts
from gis.model import SCHEMATIC
from gis.study.terrain import FEW_CELLS, SHAPE_CELLS, TerrainReport, shapeless
from gis.study.vertices import BoundaryReport
from gis.units import AREA_UNITS, area_text, in_area_unit, length_text
from gis.view.features import screen_geojson
from gis.view.map import layer_elements
from gis.view.tables import label
from gis.view.vertices import OUTLINE, marked_name, outline_geojson, safe_name
from layers.declare import Column, Layer, Style
from layers.palette import HEIGHTS, INK, SLOPES, STONE

FIGURES = ("elevation", "slope")
BANDS = Layer(
    name="terrain_bands", path="terrain", source="terrain", geometry="Polygon", group="imported", grade=None,
    style=Style(fill=STONE, stroke=INK, weight=0, fill_opacity=0.0),
    columns=tuple(Column(name) for name in ("id", "name", "grade", "source")), title="terrain",
)  # fmt: skip
HIT_CELLS = 20_000
"""Cells that stand for the picture where it is clicked: of a site of 2 km each is some 15 m."""
FAINT = "38"
"""Opacity of bands beside the chosen one, of ff."""
BAND_UNITS = {"m": " m", "deg": "°", "pct": " %"}
OPACITY = 0.75


def terrain_rows(report: TerrainReport) -> pd.DataFrame:
    """Return the bands as they leave: full doubles, null for what is not known, each row with what to mind."""
    return report.table.drop(columns="band").assign(
        note=_notes(report, t("terrain.schematic")),
        planar_crs=report.crs,
        grade=report.grade,
        dem=None if report.model is None else report.model.name,
    )


def _notes(report: TerrainReport, schematic: str) -> list[str | None]:
    """Return a note a row: what is not known, what of it may be none, and that the site is schematic."""
    table, zero = report.table, _zero_text(report, "terrain.zero_note")
    stamp = [schematic] if report.grade == SCHEMATIC else []
    unknown = table["band"].eq(UNKNOWN) | table["planar_area"].isna()
    around = table["band_from"].fillna(-math.inf).le(0) & table["band_to"].fillna(math.inf).gt(0)
    holds_zero = table["figure"].eq("elevation") & around & ~unknown & bool(zero)
    return [
        "; ".join([t("word.no_data")] * gap + [zero] * at_zero + stamp) or None
        for gap, at_zero in zip(unknown, holds_zero, strict=True)
    ]


def _zero_text(report: TerrainReport, key: str) -> str:
    """Return how much of the site is exactly 0 m high where the file does not say what is no height; else nothing."""
    if report.summary is None or not report.summary.doubtful_zero:
        return ""
    return t(key, share=_share_text(100 * report.summary.doubtful_zero / report.planar_area))


def _share_text(share: float) -> str:
    """Return a share (%) to 0.1; one that is smaller says so."""
    return f"{share:.1f}" if share >= 0.05 else "< 0.1"


def people_bands(report: TerrainReport, figure: str, unit: str = "m2") -> pd.DataFrame:
    """Return the bands of one figure as people read them: printed areas and shares add up to the site's."""
    table = report.table[report.table["figure"] == figure]
    notes = pd.Series(_notes(report, t("word.schematic")), index=report.table.index)[table.index]
    return pd.DataFrame(
        {
            "band": [band_text(row) for row in table.to_dict("records")],
            "planar_area": printed_areas(table["planar_area"], report.planar_area, unit),
            "share_pct": _printed(table["share_pct"], Decimal(100), Decimal("0.1")),
            "area": printed_areas(table["area"], report.area, unit),
            "note": notes,
        }
    )


def printed_areas(areas: pd.Series, total: float, unit: str) -> list[float]:
    """Return areas (m²) at the digits with which `unit` is shown, so that they add to the printed `total`."""
    step = Decimal(1) if unit in ("m2", "pyeong") else Decimal("0.01")
    whole = half_even(in_area_unit(total, unit), step)
    parts = _printed(areas.map(lambda area: in_area_unit(area, unit)), whole, step)
    return [part * float(AREA_UNITS[unit]) for part in parts]


def _printed(parts: pd.Series, total: Decimal, step: Decimal) -> list[float]:
    known = parts.notna()
    rounded = iter(rounded_parts(parts[known].to_numpy(), total, step) if known.any() else [])
    return [float(next(rounded)) if there else math.nan for there in known]


def band_text(row: dict) -> str:
    """Return a band in words: from its lower end on, below its upper one."""
    unit = BAND_UNITS[row["band_unit"]]
    low, high = row["band_from"], row["band_to"]
    if pd.isna(low) and pd.isna(high):
        return t("word.no_data")
    if pd.isna(low):
        return t("terrain.below", value=f"{high:g}{unit}")
    if pd.isna(high):
        return t("terrain.above", value=f"{low:g}{unit}")
    return f"{low:g}–{high:g}{unit}"


def title(report: TerrainReport) -> str:
    """Return what the tables are about; a schematic site says so first."""
    known = label("place", report.id)
    name = t("terrain.title", name=report.name if known == report.id else known)
    return f"[{t('word.schematic')}] {name}" if report.grade == SCHEMATIC else name


def terrain_sentences(report: TerrainReport, unit: str = "m2") -> list[str]:
    """Return what the model says of the site, what it rests on, and what makes it doubtful."""
    return [title(report), *terrain_facts(report, unit), *terrain_doubts(report)]


def terrain_facts(report: TerrainReport, unit: str) -> list[str]:
    """Return areas, heights and slopes in words, and the model that they rest on."""
    said = [t("terrain.areas", planar=area_text(report.planar_area, unit), geodesic=area_text(report.area, unit))]
    model, found = report.model, report.summary
    if model is None or found is None:
        return said
    if found.known_elevation > 0:
        said.append(t("terrain.heights", low=f"{found.low:,.1f}", high=f"{found.high:,.1f}", mean=f"{found.mean:,.1f}"))
    if found.known_slope > 0:
        deg, pct, most = (f"{value:.1f}" for value in (found.slope_deg, found.slope_pct, found.steepest_deg))
        said.append(t("terrain.slopes", deg=deg, pct=pct, most=most))
    cell = cell_text(model.grid)
    said.append(t("terrain.model", title=model.title, date=model.base_date or t("word.year_unknown"), cell=cell))
    said.append(t("terrain.vertical", heights=model.heights or t("terrain.vertical_unknown")))
    if model.grid.resampled:
        said.append(t("terrain.resampled", crs=model.grid.resampled, belt=report.crs, cell=cell))
    return said


def cell_text(grid: Grid) -> str:
    """Return the size of a cell in m."""
    return f"{grid.across:g}" if grid.across == grid.down else f"{grid.across:g} × {grid.down:g}"


def terrain_doubts(report: TerrainReport) -> list[str]:
    """Return what makes the bands doubtful, or that there is nothing to make them from."""
    said = [] if report.model else [t("terrain.none")]
    if report.model and report.model.cells < FEW_CELLS:
        said.append(t("terrain.few_cells", cells=f"{report.model.cells:.0f}", cell=cell_text(report.model.grid)))
    if report.model and report.model.away > 0:
        step = 100 if report.model.away >= 1_000 else 1
        said.append(t("terrain.elsewhere", title=report.model.title, distance=length_text(report.model.away, step)))
    elif (share := _unknown_pct(report)) > 0:
        said.append(t("terrain.gaps", share=_share_text(share)))
    if zero := _zero_text(report, "terrain.zero"):
        said.append(zero)
    return [*said, *([t("terrain.schematic")] if report.grade == SCHEMATIC else [])]


def _unknown_pct(report: TerrainReport) -> float:
    """Return of what percent of the site the slope is not known, where a model is loaded."""
    if report.summary is None or not report.table["band"].eq(UNKNOWN).any():
        return 0.0
    return 100 * (1 - report.summary.known_slope / report.planar_area)


def band_colors(count: int, figure: str) -> list[str]:
    """Return a color for each of `count` bands, from low to high."""
    ramp = HEIGHTS if figure == "elevation" else SLOPES
    ends = [number * (len(ramp) - 1) / max(count - 1, 1) for number in range(count)]
    return [_between(ramp[math.floor(at)], ramp[math.ceil(at)], at % 1) for at in ends]


def _between(one: str, other: str, part: float) -> str:
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def figure_rows(report: TerrainReport, figure: str) -> pd.DataFrame:
    """Return the rows of one figure, each with its `id` on the map and its `name`, the band in words."""
    rows = report.table[report.table["figure"] == figure].reset_index(drop=True)
    names = [band_text(row) for row in rows.to_dict("records")]
    return rows.assign(id=[f"{figure}-{number}" for number in range(1, len(rows) + 1)], name=names)


def colors_of(report: TerrainReport, figure: str) -> dict[int, str]:
    """Return the color of each band of a figure by its number, low to high; what is not known is gray."""
    numbers = figure_rows(report, figure)["band"].tolist()
    known = [number for number in numbers if number != UNKNOWN]
    return dict.fromkeys(numbers, STONE) | dict(zip(known, band_colors(len(known), figure), strict=True))


def band_legend(report: TerrainReport, figure: str) -> list[tuple[str, str]]:
    """Return each row of a figure with its color on the map."""
    colors = colors_of(report, figure)
    return [(row.name, colors[row.band]) for row in figure_rows(report, figure).itertuples(index=False)]


def picture_elements(report: TerrainReport, figure: str, chosen: str | None = None) -> list[MacroElement]:
    """Return the bands of a figure over the site as one picture, all but the chosen one faint; nothing without a model."""
    if report.classes is None or report.model is None:
        return []
    rows = figure_rows(report, figure)
    bright = set(rows.loc[rows["id"] == chosen, "band"]) or set(rows["band"])
    colors = {
        number: color if number in bright else f"{color}{FAINT}" for number, color in colors_of(report, figure).items()
    }
    png, (west, south, east, north) = class_picture(
        report.classes[figure], report.model.grid, report.step, report.crs, colors
    )
    url = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    return [ImageOverlay(url, [[south, west], [north, east]], opacity=OPACITY, interactive=False)]


def hit_geojson(report: TerrainReport, figure: str, unit: str) -> dict[str, Any]:
    """Return unseen shapes over the picture that say which band lies where: of so many cells that a browser can hold them."""
    if report.classes is None or report.model is None:
        return {"type": "FeatureCollection", "features": []}
    classes = report.classes[figure]
    each = math.ceil(math.sqrt(classes.size / HIT_CELLS))
    polygons, numbers = class_shapes(
        np.ascontiguousarray(classes[::each, ::each]), report.model.grid, each * report.step, OUTSIDE
    )
    rows = figure_rows(report, figure)
    lands = [shapely.multipolygons(polygons[numbers == number]) for number in rows["band"]]
    frame = gpd.GeoDataFrame(rows.assign(grade=None, source=None), geometry=lands, crs=report.crs)
    drawn = screen_geojson(frame, BANDS, unit)
    for feature, row in zip(drawn["features"], rows.to_dict("records"), strict=True):
        feature["properties"]["tooltip"] = "\n".join(filter(None, [row["name"], _area_and_share(row, unit)]))
    return {**drawn, "features": [one for one in drawn["features"] if one["geometry"]["coordinates"]]}


def _area_and_share(row: dict, unit: str) -> str:
    return f"{area_text(row['planar_area'], unit)} · {row['share_pct']:.1f} %" if row["planar_area"] > 0 else ""


def hit_elements(report: TerrainReport, figure: str, unit: str) -> list[MacroElement]:
    """Return the unseen shapes for the map: a click names the band."""
    return layer_elements(BANDS, hit_geojson(report, figure, unit), stamp="")


def shapeless_sentence(report: TerrainReport) -> str:
    """Return why bands make no shapes; nothing where they do."""
    why = shapeless(report)
    return "" if why is None else t(f"error.terrain.shapes_{why}", most=f"{SHAPE_CELLS:,}")


def shape_bytes(report: TerrainReport, shapes: gpd.GeoDataFrame, ending: str) -> bytes:
    """Return the shapes of the bands of a figure as a file: GeoJSON in degrees, else in the belt of the site."""
    named = figure_rows(report, str(shapes["figure"].iloc[0])).set_index("band")[["id", "name"]].loc[shapes["band"]]
    known = shapes.drop(columns="band").assign(
        id=named["id"].to_numpy(), name=named["name"].to_numpy(), grade=report.grade,
        source=None if report.model is None else report.model.title,
    )  # fmt: skip
    if ending == ".geojson":
        return _geojson_bytes(known)
    return layer_bytes(known.set_index("id", drop=False), ending, "terrain", report.crs)


def _geojson_bytes(shapes: gpd.GeoDataFrame) -> bytes:
    """Return shapes as GeoJSON (RFC 7946: 7 decimals, outer rings counterclockwise).

    GDAL's own writer repairs what rounding makes touch, which takes many minutes for a hundred thousand shapes.
    """
    placed = shapely.orient_polygons(reproject(shapes, MAP_CRS).geometry.to_numpy())
    rounded = shapely.transform(placed, lambda points: points.round(7))
    features = [
        {"type": "Feature", "id": row["id"], "properties": row, "geometry": json.loads(shapely.to_geojson(shape))}
        for row, shape in zip(plain_rows(stamped(shapes).drop(columns="geometry")), rounded, strict=True)
    ]
    collection = {"type": "FeatureCollection", "name": "terrain", "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode("utf-8")


def outline_elements(boundary: BoundaryReport) -> list[MacroElement]:
    """Return the outline of the site, to lie on the picture: a line alone, whose name says where it is schematic."""
    line = replace(OUTLINE, geometry="LineString", named=True, style=replace(OUTLINE.style, fill_opacity=0.0))
    drawn = outline_geojson(boundary)
    for feature in drawn["features"]:
        feature["properties"]["name"] = marked_name(boundary)
    return layer_elements(line, drawn)


def legend_html(report: TerrainReport, figure: str) -> str:
    """Return swatches of the bands on the map, low to high; nothing without a model."""
    if report.model is None:
        return ""
    name = escape(t(f"column.{figure}"))
    drawn = "".join(
        f"<span class='gis-item' role='listitem'><span class='gis-box' style='background:{color};border:0'></span>"
        f"{escape(words)}</span>"
        for words, color in band_legend(report, figure)
    )
    return f"<div class='gis-legend' role='list' aria-label='{name}'><b>{name}</b>{drawn}</div>"


def file_stem(report: TerrainReport) -> str:
    """Return the name of the files of a report; of a schematic site it says so."""
    return f"terrain_{safe_name(report.id)}{'_schematic' if report.grade == SCHEMATIC else ''}"
