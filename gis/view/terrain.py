"""Heights and slopes as they are printed: bands in words, areas that add up as printed, a picture for the map."""

import base64
import math
from dataclasses import replace
from decimal import Decimal
from html import escape

import pandas as pd
from folium.elements import MacroElement
from folium.raster_layers import ImageOverlay

from gis.i18n import t
from gis.io.elevation import Grid, class_picture
from gis.kernel.rounding import half_even, rounded_parts
from gis.model import SCHEMATIC
from gis.study.terrain import FEW_CELLS, TerrainReport
from gis.study.vertices import BoundaryReport
from gis.units import AREA_UNITS, area_text, in_area_unit
from gis.view.map import layer_elements
from gis.view.tables import label
from gis.view.vertices import OUTLINE, marked_name, outline_geojson, safe_name
from layers.palette import HEIGHTS, SLOPES

FIGURES = ("elevation", "slope")
BAND_UNITS = {"m": " m", "deg": "°", "pct": " %"}
OPACITY = 0.75


def terrain_rows(report: TerrainReport) -> pd.DataFrame:
    """Return the bands as they leave: full doubles, null for what is not known, each row with what to mind."""
    return report.table.drop(columns="missing").assign(
        note=_notes(report, t("terrain.schematic")),
        planar_crs=report.crs,
        grade=report.grade,
        dem=None if report.model is None else report.model.name,
    )


def _notes(report: TerrainReport, schematic: str) -> list[str | None]:
    """Return a note a row: what is not known, and that the site is schematic."""
    stamp = [schematic] if report.grade == SCHEMATIC else []
    unknown = report.table["missing"] | report.table["planar_area"].isna()
    return ["; ".join([t("word.no_data")] * gap + stamp) or None for gap in unknown]


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
    if (share := _unknown_pct(report)) > 0:
        said.append(t("terrain.gaps", share=f"{share:.1f}" if share >= 0.05 else "< 0.1"))
    return [*said, *([t("terrain.schematic")] if report.grade == SCHEMATIC else [])]


def _unknown_pct(report: TerrainReport) -> float:
    """Return of what percent of the site the slope is not known, where a model is loaded."""
    if report.summary is None or not report.table["missing"].any():
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


def band_legend(report: TerrainReport, figure: str) -> list[tuple[str, str]]:
    """Return each band of a figure that has a color on the map: its words and the color."""
    table = report.table[(report.table["figure"] == figure) & ~report.table["missing"]]
    colors = band_colors(_band_count(report, figure), figure)
    first = 0 if figure == "elevation" and table["band_from"].isna().any() else 1
    rows = table.to_dict("records")
    return [(band_text(row), colors[number + first]) for number, row in enumerate(rows)]


def _band_count(report: TerrainReport, figure: str) -> int:
    """Return how many bands the classes of a figure may name: one below the first edge, one from each edge on."""
    classes = (report.classes or {}).get(figure)
    edges = report.bands.slope if figure == "slope" else ()
    return max(len(edges), int(classes.max()) if classes is not None and classes.size else 0) + 1


def picture_elements(report: TerrainReport, figure: str) -> list[MacroElement]:
    """Return the bands of a figure over the site as one picture; nothing where nothing is known."""
    classes = (report.classes or {}).get(figure)
    if classes is None or report.model is None or not (classes >= 0).any():
        return []
    colors = band_colors(_band_count(report, figure), figure)
    png, (west, south, east, north) = class_picture(classes, report.model.grid, report.step, report.crs, colors)
    url = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    return [ImageOverlay(url, [[south, west], [north, east]], opacity=OPACITY, interactive=False)]


def outline_elements(boundary: BoundaryReport) -> list[MacroElement]:
    """Return the outline of the site, to lie on the picture: a line alone, whose name says where it is schematic."""
    line = replace(OUTLINE, geometry="LineString", named=True, style=replace(OUTLINE.style, fill_opacity=0.0))
    drawn = outline_geojson(boundary)
    for feature in drawn["features"]:
        feature["properties"]["name"] = marked_name(boundary)
    return layer_elements(line, drawn)


def legend_html(report: TerrainReport, figure: str) -> str:
    """Return swatches of the bands on the map, low to high."""
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
