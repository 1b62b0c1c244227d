"""A land-use plan for people: names, numbers that add up as printed, bars, sentences, and its regions on a map."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from html import escape
from typing import Any

import altair as alt
import geopandas as gpd
import numpy as np
import pandas as pd

from gis.analysis.landuse import CONTESTED, DIFFERENCE, REST, SPECIAL, TOTAL, UNASSIGNED
from gis.crs import MAP_CRS, reproject
from gis.i18n import either, t
from gis.kernel.rounding import half_even, rounded_parts
from gis.model import SCHEMATIC
from gis.study.landuse import LandUse
from gis.units import AREA_UNITS, area_text
from gis.view.features import screen_geojson
from gis.view.map import layer_elements
from gis.view.tables import label
from layers.declare import Column, Layer, Style
from layers.palette import BLUE, INK

AMOUNTS = ("former_area", "planned_area", "geodesic_area", "paid_area", "free_area")
SHOWN = (
    "use", "former_area", "change_area", "planned_area", "share_pct", "geodesic_area", "paid_area", "free_area",
    "plan_phase", "note",
)  # fmt: skip
OF_BLOCKS = ("placement", "supply")
"""Tables with a row a block."""
SHARE_STEP = Decimal("0.1")
INDENT = "\u3000"
COLORS: dict[str, str] = {
    "industrial": "#8d6fb0", "mixed": "#b07d9c", "support": "#d08a4e", "public": "#8a9299", "housing": "#d9b84a",
    "commercial": "#c65b5b", "reserve": "#b8bec4", "other": "#9aa3ab", "road": "#8a9299", "park": "#5d9c59",
    "green": "#7cb46b", "river": "#6f9fc8", "pond": "#6f9fc8", CONTESTED: "#c0392b", UNASSIGNED: "#e4e7eb",
    DIFFERENCE: "#e4e7eb",
}  # fmt: skip
OWN_COLOR = "#7f8c9a"
REGIONS, BLOCKS = "plan_regions", "plan_blocks"
OUTLINE = Layer(
    name="plan_site", path="plan", source="plan", geometry="Polygon", group="imported", grade=None,
    style=Style(fill=BLUE, stroke=BLUE, weight=3, fill_opacity=0.0),
    columns=tuple(Column(name) for name in ("id", "name", "grade", "source")), title="plan",
)  # fmt: skip


def use_word(name: str, korean: str, english: str) -> str:
    """Return what people call a row: the words of a use, or of what is no use."""
    if name in (*SPECIAL, TOTAL):
        return t(f"landuse.row_{name}")
    words = either(korean, english)
    return t("landuse.rest", use=words) if name.endswith(REST) else words


def printed(table: pd.DataFrame, unit: str = "m2") -> pd.DataFrame:
    """Return the table of a plan as it is printed: rounded so that the printed numbers of parts add to the whole.

    Areas stay in m², at whole steps of `unit`; shares at 0.1 %.
    """
    size, step = float(AREA_UNITS[unit]), Decimal(1) if unit in ("m2", "pyeong") else Decimal("0.01")
    shown = table.copy()
    for column in AMOUNTS:
        exact = dict(zip(table["id"], table[column] / size, strict=True))
        rounded = _rounded(table, exact, step)
        shown[column] = [float(rounded[name]) * size if name in rounded else np.nan for name in table["id"]]
    rest = shown.loc[shown["id"] == DIFFERENCE, "planned_area"].sum()
    shown["change_area"] = shown["planned_area"] - shown["former_area"] - np.where(shown["id"] == TOTAL, rest, 0.0)
    shares = _rounded(table, dict(zip(table["id"], table["share_pct"], strict=True)), SHARE_STEP)
    shown["share_pct"] = [float(shares[name]) if name in shares else np.nan for name in table["id"]]
    shown["use"] = [
        INDENT * max(0, row["level"] - 1) + use_word(row["id"], row["use"], row["use_en"])
        for row in table.to_dict("records")
    ]
    return shown[list(SHOWN)]


def _rounded(table: pd.DataFrame, exact: Mapping[str, float], step: Decimal) -> dict[str, Decimal]:
    """Return the numbers of one column at multiples of `step`, parts adding to the row above them."""
    found: dict[str, Decimal] = {}
    if not np.isnan(exact[TOTAL]):
        found[TOTAL] = half_even(exact[TOTAL], step)
    above = {TOTAL: table[table["level"] == 1]["id"].tolist()}
    for row in table[table["level"] > 0].to_dict("records"):
        parts = table.loc[(table["parent"] == row["id"]) & (table["level"] == row["level"] + 1), "id"].tolist()
        if parts:
            above[row["id"]] = parts
    for whole, parts in above.items():
        known = [name for name in parts if not np.isnan(exact[name])]
        values = [exact[name] for name in known]
        if whole in found and abs(math.fsum(values) - exact[whole]) <= float(step) / 2:
            found |= zip(known, rounded_parts(values, found[whole], step), strict=True)
        else:
            found |= {name: half_even(value, step) for name, value in zip(known, values, strict=True)}
    return found


def supply_shown(table: pd.DataFrame, unit: str = "m2") -> pd.DataFrame:
    """Return 업종별 공급면적 as it is printed: rounded so that the rows add to the whole."""
    if table.empty:
        return table
    size, step = float(AREA_UNITS[unit]), Decimal(1) if unit in ("m2", "pyeong") else Decimal("0.01")
    total = half_even(table["supply_area"].iloc[-1] / size, step)
    rows = rounded_parts((table["supply_area"].iloc[:-1] / size).tolist(), total, step)
    shares = rounded_parts(
        table["share_pct"].fillna(0.0).iloc[:-1].tolist(),
        half_even(table["share_pct"].fillna(0.0).iloc[-1], SHARE_STEP),
        SHARE_STEP,
    )
    return table.assign(
        block=[t(f"landuse.row_{name}") if name in (DIFFERENCE, TOTAL) else name for name in table["block"]],
        supply_area=[float(value) * size for value in (*rows, total)],
        share_pct=[*map(float, shares), float(half_even(table["share_pct"].fillna(0.0).iloc[-1], SHARE_STEP))],
    )


def site_name(site: Mapping[str, Any]) -> str:
    """Return what people call a site in their language: the label of a complex, else its own name."""
    known = label("place", site["id"])
    return str(site["name"]) if known == site["id"] else known


def plan_sentences(found: LandUse, unit: str = "m2") -> list[str]:
    """Return what a reader must know about a plan: both areas of the site, its grade, what it adds to."""
    site = found.site
    official = t("landuse.none_stated") if pd.isna(site["official_area"]) else area_text(site["official_area"], unit)
    said = [
        t(
            "landuse.site", name=site_name(site), planar=area_text(site["planar_area"], unit), crs=site["planar_crs"],
            geodesic=area_text(site["area"], unit), official=official,
        )
    ]  # fmt: skip
    if site["grade"] == SCHEMATIC:
        own = found.grade == SCHEMATIC
        said.append(
            t("landuse.schematic", name=site_name(site))
            if own
            else t("landuse.schematic_outline", name=site_name(site))
        )
    if found.kind is None:
        return [*said, t("landuse.no_plan")]
    basis = t(f"landuse.basis_{found.basis}")
    said.append(t(f"landuse.from_{found.kind}", plan=found.plan, basis=basis, whole=area_text(found.whole, unit)))
    for name in (UNASSIGNED, CONTESTED, DIFFERENCE):
        area = found.amount(name)
        if not np.isnan(area):
            said.append(t(f"landuse.has_{name}", area=area_text(area, unit), share=f"{100 * area / found.whole:,.2f}"))
    if len(found.unmatched):
        said.append(t("landuse.unmatched", count=len(found.unmatched), words=", ".join(found.unmatched["use"][:8])))
    if found.table["former_area"].notna().any():
        row = found.table.iloc[-1]
        said.append(
            t(
                "landuse.changed", former=area_text(row["former_area"], unit), planned=area_text(row["former_area"] + row["change_area"], unit),
                change=_signed(row["change_area"], unit),
            )
        )  # fmt: skip
    return said


def _signed(area: float, unit: str) -> str:
    return f"{'+' if area >= 0 else '−'}{area_text(abs(area), unit)}"


def fault_sentences(found: LandUse, unit: str = "m2", most: int = 10) -> list[str]:
    """Return what is wrong with a plan in words, the first ones."""
    rows = found.faults.to_dict("records")
    said = [fault_sentence(row, unit) for row in rows[:most]]
    return said if len(rows) <= most else [*said, t("landuse.more_faults", count=len(rows) - most)]


def fault_sentence(row: Mapping[str, Any], unit: str = "m2") -> str:
    """Return one fault of a plan in words."""
    words: Callable[..., str] = t
    return words(
        f"landuse.said.{row['plan_fault']}", row=row["row"], zone=row["zone"], other=row["other_zone"],
        area=_signed(row["fault_area"], unit) if row["plan_fault"].endswith("differs") else area_text(row["fault_area"], unit),
    )  # fmt: skip


def shares_chart(table: pd.DataFrame) -> alt.LayerChart:
    """Return bars of the shares of the whole, the largest categories, former beside planned where both are known."""
    rows = table[table["level"] == 1]
    shown = printed(table).set_index(table["id"])
    frames = []
    whole_former = table["former_area"].iloc[-1]
    kinds = [("planned", "share_pct")] + ([("former", None)] if whole_former > 0 else [])
    for kind, column in kinds:
        shares = (
            shown.loc[rows["id"], "share_pct"] if column else 100 * rows.set_index("id")["former_area"] / whole_former
        )
        frames.append(
            pd.DataFrame(
                {
                    "use": [use_word(row["id"], row["use"], row["use_en"]) for row in rows.to_dict("records")],
                    "share": shares.to_numpy(), "state": t(f"landuse.{kind}"),
                    "color": [color_of(name) for name in rows["id"]],
                }
            )
        )  # fmt: skip
    bars = pd.concat(frames, ignore_index=True)
    bars["text"] = [f"{share:.1f} %" for share in bars["share"]]
    order = list(dict.fromkeys(bars["use"]))
    base = alt.Chart(bars).encode(
        y=alt.Y("use:N", sort=order, title=None, axis=alt.Axis(labelLimit=220)),
        yOffset=alt.YOffset("state:N", sort=[t("landuse.former"), t("landuse.planned")]),
        x=alt.X("share:Q", title="%"),
        tooltip=[
            alt.Tooltip("use:N", title=t("column.use")),
            alt.Tooltip("state:N", title=" "),
            alt.Tooltip("text:N", title="%"),
        ],
    )
    drawn = base.mark_bar().encode(
        color=alt.Color("color:N", scale=None),
        opacity=alt.Opacity(
            "state:N",
            scale=alt.Scale(domain=[t("landuse.planned"), t("landuse.former")], range=[1.0, 0.4]),
            legend=alt.Legend(title=None) if len(kinds) > 1 else None,
        ),
    )
    texts = base.mark_text(align="left", dx=4, color=INK).encode(text="text:N")
    return (drawn + texts).properties(height=40 + len(order) * (24 if len(kinds) == 1 else 40))


def color_of(name: str) -> str:
    """Return the color of a use: its own, or that of the category it lies in."""
    while name not in COLORS and "." in name:
        name = name.rpartition(".")[0]
    return COLORS.get(name, OWN_COLOR)


def regions_layer(found: LandUse) -> Layer | None:
    """Return the layer that draws the regions of a plan, a color a use; None where the plan was typed."""
    if found.regions is None:
        return None
    classes = tuple((name, color_of(name)) for name in found.regions["id"])
    style = Style(fill=OWN_COLOR, stroke=INK, weight=1.0, fill_opacity=0.6, class_column="id", classes=classes)
    return Layer(
        REGIONS, REGIONS, "plan", "Polygon", "imported", None, style,
        tuple(Column(name) for name in ("id", "name", "grade", "source")), title=REGIONS,
    )  # fmt: skip


def map_elements(found: LandUse, selected: str | None, table: str = "landuse") -> list[Any]:
    """Return the regions of a plan, or its blocks where the table is of blocks, and above them the outline of the site."""
    layer, shapes = drawn_shapes(found, table)
    line = replace(OUTLINE, geometry="LineString")  # a surface would hatch the regions below it and catch their clicks
    rim = found.shape.set_geometry(found.shape.boundary)
    outline = layer_elements(line, screen_geojson(rim, line, "m2"), stamp="")
    if layer is None or shapes is None:
        return outline
    return [*layer_elements(layer, screen_geojson(shapes, layer, "m2"), stamp="", selected_id=selected), *outline]


def drawn_shapes(found: LandUse, table: str) -> tuple[Layer | None, gpd.GeoDataFrame | None]:
    """Return the layer and the shapes that a table of a plan has on the map; none where the plan was typed."""
    if table not in OF_BLOCKS:
        return regions_layer(found), region_table(found)
    if found.blocks is None:
        return None, None
    style = Style(fill=COLORS["industrial"], stroke=INK, weight=1.5, fill_opacity=0.5)
    layer = Layer(
        BLOCKS, BLOCKS, "plan", "Polygon", "imported", None, style,
        tuple(Column(name) for name in ("id", "name", "grade", "source")), title=BLOCKS, named=True,
    )  # fmt: skip
    return layer, block_table(found)


def block_table(found: LandUse) -> gpd.GeoDataFrame | None:
    """Return the blocks of a plan as one layer to take away, with the industries that each is open to."""
    if found.blocks is None:
        return None
    rows = found.placement.set_index("block").reindex(found.blocks["id"])
    return found.blocks.assign(
        name=found.blocks["id"], **{name: rows[name].to_numpy() for name in ("ksic", "industry_name", "supply_area")},
        grade=found.grade, source=found.plan,
    )  # fmt: skip


def map_bounds(found: LandUse) -> tuple[float, float, float, float]:
    """Return what the map shows at first, in degrees: the site with some room around it."""
    west, south, east, north = reproject(found.shape, MAP_CRS).total_bounds
    pad = max(east - west, north - south, 0.002) / 8
    return west - pad, south - pad, east + pad, north + pad


def legend_html(found: LandUse, table: str = "landuse") -> str:
    """Return the colors of the uses with their words, for the map beside the table; blocks carry their names."""
    regions = region_table(found)
    items = [] if regions is None or table in OF_BLOCKS else zip(regions["id"], regions["name"], strict=True)
    drawn = "".join(
        f'<span class="gis-item"><span class="gis-box" style="background:{color_of(name)};border:1px solid {INK}"></span>'
        f"{escape(words)}</span>"
        for name, words in items
    )
    return f'<div class="gis-legend">{drawn}</div>'


def region_table(found: LandUse) -> gpd.GeoDataFrame | None:
    """Return the regions of a plan as one layer to take away; None where the plan was typed."""
    if found.regions is None:
        return None
    table = found.table.set_index("id")
    names = [name if name in table.index else name + REST for name in found.regions["id"]]
    rows = table.loc[names]
    words = [
        use_word(name, row["use"], row["use_en"]) for name, row in zip(names, rows.to_dict("records"), strict=True)
    ]
    made = found.regions.assign(
        name=words, planned_area=rows["planned_area"].to_numpy(), geodesic_area=rows["geodesic_area"].to_numpy(),
        share_pct=rows["share_pct"].to_numpy(), grade=found.grade, source=found.plan,
    )  # fmt: skip
    order = {name.removesuffix(REST): place for place, name in enumerate(found.table["id"])}
    return made.loc[sorted(made.index, key=order.__getitem__)]
