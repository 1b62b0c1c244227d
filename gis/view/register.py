"""The land schedule as people read it: notes, sums whose printed numbers add up, sentences, and the parcels on a map."""

from decimal import Decimal
from html import escape
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from folium.elements import MacroElement

from gis.analysis.register import LISTED, SAID_PCT
from gis.crs import MAP_CRS, reproject
from gis.i18n import language, t
from gis.io.lands import DISTRICT, land_categories, ownerships
from gis.kernel.rounding import half_even, rounded_parts
from gis.study.register import LandRegister, first_named
from gis.units import AREA_UNITS, area_text, in_area_unit
from gis.view.features import screen_geojson
from gis.view.map import layer_elements
from gis.view.tables import label
from layers.declare import Column, Layer, Style
from layers.palette import BLUE, INK, ORANGE, SKY, VERMILION

TABLES = ("register", "subtotals", "slivers", "balance", "faults", "duplicates")
ROW_COLUMNS = (
    "no", "location", "lot_number", "pnu", "land_category", "register_area", "incorporated_area", "whole", "zoning",
    "ownership", "land_price", "note", "figure_area", "figure_share_pct", "parcel_area", "area", "owner", "grade",
)  # fmt: skip
NOTED = (
    "pnu", "location", "kind", "register_area", "sliver", "outside_area", "figures", "lines", "differing",
    "map_category", "zoning_shares", "zoning_overlap_pct", "unread_area", "map_location",
)  # fmt: skip
"""What the note of a row is made of."""
STATES = ("whole", "part", "sliver")
PARCELS = Layer(
    name="register_parcels",
    path="register",
    source="register",
    geometry="Polygon",
    group="imported",
    grade=None,
    style=Style(
        fill=SKY, stroke=INK, weight=0.8, fill_opacity=0.55,
        class_column="state", classes=(("whole", SKY), ("part", ORANGE), ("sliver", VERMILION)),
    ),
    columns=tuple(Column(name) for name in ("id", "name", "grade", "source", "state")),
    title="register",
)  # fmt: skip
OUTLINE = Layer(
    name="register_site", path="register", source="register", geometry="LineString", group="imported", grade=None,
    style=Style(fill=BLUE, stroke=BLUE, weight=3, fill_opacity=0.0),
    columns=tuple(Column(name) for name in ("id", "name", "grade", "source")), title="register",
)  # fmt: skip


def tables(made: LandRegister) -> dict[str, pd.DataFrame]:
    """Return every table of a land schedule by its name in `TABLES`, numbers as they are, notes in words."""
    drawn = made.schedule
    return {
        "register": _named(register_rows(made)),
        "subtotals": _named(_grouped(drawn.subtotals)),
        "slivers": _named(drawn.slivers),
        "balance": drawn.balance,
        "faults": drawn.faults,
        "duplicates": _named(drawn.duplicates.rename(columns={"side": "found_in"})),
    }


def register_rows(made: LandRegister) -> pd.DataFrame:
    """Return the rows of the schedule with what a reader must know about each."""
    rows = made.schedule.rows
    notes = [row_note(row, made) for row in rows[list(NOTED)].to_dict("records")]
    return rows.assign(note=notes)[list(ROW_COLUMNS)]


def pieces(made: LandRegister) -> gpd.GeoDataFrame:
    """Return the piece of each parcel inside the site, in its belt, with what the schedule says of it.

    A sliver that nobody confirmed has a piece and no row.
    """
    own = ["id", "name", "state", "grade", "source", "location", "figure_area", "geometry"]
    shapes = made.schedule.shapes[own].reset_index(drop=True)
    rows = register_rows(made).assign(id=made.schedule.rows["id"]).drop(columns=["grade", "location", "figure_area"])
    return shapes.merge(_named(rows), on="id", how="left").set_index("id", drop=False)


def row_note(row: dict[str, Any], made: LandRegister) -> str:
    """Return what a reader must know about one parcel."""
    said = [t("register.note.schematic")] if made.schematic else []
    if pd.isna(row["register_area"]):
        said.append(t("register.note.no_register_area"))
    if row["unread_area"] is not None:
        said.append(t("register.note.unread_area", cells=row["unread_area"]))
    if row["pnu"] is None:
        said.append(t("register.note.no_pnu"))
    elif row["kind"] not in ("1", "2"):
        said.append(t("register.note.kind", kind=row["kind"]))
    if row["location"] is None:
        said.append(t("register.note.no_location"))
    if row["map_location"] is not None:
        said.append(t("register.note.map_location", place=row["map_location"]))
    if made.lands is not None and row["lines"] == 0:
        said.append(t("register.note.not_in_table"))
    if row["lines"] > 1:
        columns = [label("column", name) for name in str(row["differing"]).split("|")] if row["differing"] else []
        key = "differing" if columns else "repeated"
        said.append(t(f"register.note.{key}", count=row["lines"], columns=", ".join(columns)))
    if row["figures"] > 1:
        said.append(t("register.note.figures", count=row["figures"]))
    if row["sliver"]:
        said.append(t("register.note.sliver"))
    if pd.notna(row["outside_area"]) and row["outside_area"] >= LISTED:
        said.append(t("register.note.outside", area=f"{row['outside_area']:,.2f}"))
    if row["map_category"] is not None:
        said.append(t("register.note.map_category", category=category_name(row["map_category"])))
    if row["zoning_shares"] is not None:
        said.append(t("register.note.zoning", shares=row["zoning_shares"]))
    if row["zoning_overlap_pct"] >= SAID_PCT:
        said.append(t("register.note.zoning_overlap", share=f"{row['zoning_overlap_pct']:.1f}"))
    return "; ".join(said)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with 지목 and 소유구분 in the reader's language."""
    if language() == "ko":
        return table
    words = _english()
    return table.assign(
        **{name: table[name].map(words.get) for name in ("land_category", "ownership") if name in table}
    )


def category_name(name: str) -> str:
    """Return a 지목 in the reader's language."""
    return name if language() == "ko" else _english().get(name, name)


def _english() -> dict[str, str]:
    """Return the English name of every 지목 and 소유구분."""
    known = pd.concat([land_categories(), ownerships()])
    return dict(zip(known["name"], known["name_en"], strict=True)) | {DISTRICT: t("register.district")}


def _grouped(subtotals: pd.DataFrame) -> pd.DataFrame:
    """Return subtotals with the name of each group; what nobody knows is said so."""
    english = {} if language() == "ko" else _english()
    named = [
        t("register.total") if by == "total" else t("word.no_data") if group is None else english.get(group, group)
        for by, group in zip(subtotals["by"], subtotals["group"], strict=True)
    ]
    return subtotals.assign(group=named)


def printed(made: LandRegister, unit: str) -> dict[str, pd.DataFrame]:
    """Return every table for print: areas rounded in `unit` so that the printed numbers add up."""
    found = tables(made)
    rows, sums, entries = found["register"], found["subtotals"], found["balance"]
    found["register"] = rows.assign(figure_area=adding_up(rows["figure_area"], unit))
    for by in sums["by"].unique():
        mine = sums["by"] == by
        sums.loc[mine, "figure_area"] = adding_up(sums.loc[mine, "figure_area"], unit).to_numpy()
    found["balance"] = _printed_balance(entries, unit)
    return found


def adding_up(areas: pd.Series, unit: str, total: Decimal | None = None) -> pd.Series:
    """Return areas (m²) at the step that `unit` is printed with, so that they add up to their rounded sum or `total`."""
    size, step = float(AREA_UNITS[unit]), _step(unit)
    values = [in_area_unit(area, unit) for area in areas]
    if not values or not np.isfinite(values).all():
        return areas
    whole = half_even(sum(values), step) if total is None else total
    return pd.Series([float(part) * size for part in rounded_parts(values, whole, step)], index=areas.index)


def _step(unit: str) -> Decimal:
    return Decimal(1) if unit in ("m2", "pyeong") else Decimal("0.01")


def _printed_balance(entries: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the balance with both areas rounded so that the entries of each section add up to its first."""
    found, size, step = entries.set_index(["section", "entry"]), float(AREA_UNITS[unit]), _step(unit)
    for column in ("planar_area", "area"):
        values = found[column].copy()
        site = half_even(in_area_unit(values["site", "site_area"], unit), step)
        parts = values["site"].drop("site_area")
        values.loc[[("site", entry) for entry in parts.index]] = adding_up(parts, unit, site).to_numpy()
        values["site", "site_area"] = float(site) * size
        if column == "planar_area" and ("difference", "incorporated") in values.index:
            written = half_even(in_area_unit(values["difference", "incorporated"], unit), step)
            causes = values["difference"].drop(["incorporated", "difference"])
            values.loc[[("difference", entry) for entry in causes.index]] = adding_up(
                causes, unit, written - site
            ).to_numpy()
            values["difference", "incorporated"] = float(written) * size
            values["difference", "difference"] = float(written - site) * size
        found[column] = values
    found["share_pct"] = found["share_pct"].round(1) + 0.0  # no -0.0
    return found.reset_index()[list(entries.columns)]


def sentences(made: LandRegister, unit: str = "m2") -> list[str]:
    """Return what a reader must know about a land schedule, most important first."""
    drawn, counts = made.schedule, made.counts
    entries = drawn.balance.set_index(["section", "entry"])
    planar = entries["planar_area"]
    said = [t("register.schematic", name=made.site)] if made.schematic else []
    said.append(
        t(
            "register.sentence", name=made.site, parcels=f"{counts['parcels']:,}", whole=f"{counts['whole']:,}",
            part=f"{counts['parcels'] - counts['whole']:,}", planar=area_text(planar["site", "site_area"], unit),
            geodesic=area_text(entries.loc[("site", "site_area"), "area"], unit), crs=made.crs,
        )
    )  # fmt: skip
    if ("difference", "incorporated") in planar.index:
        said.append(_difference(_printed_balance(drawn.balance, "m2").set_index(["section", "entry"])))
        said.append(t("register.rounding"))
    else:
        said.append(t("register.no_areas"))
    if counts["unknown"] and ("difference", "incorporated") in planar.index:
        area = area_text(-planar["difference", "no_register_area"])
        said.append(t("register.unknown", count=f"{counts['unknown']:,}", area=area))
    if counts["slivers"]:
        area, width = area_text(planar["site", "slivers"]), made.tolerances.sliver
        said.append(t("register.slivers", count=f"{counts['slivers']:,}", area=area, width=f"{width:g}"))
    if counts["confirmed"]:
        said.append(t("register.confirmed", count=f"{counts['confirmed']:,}"))
    said += [
        t(f"register.{key}", count=f"{counts[key]:,}")
        for key in ("not_in_table", "overlaps", "gaps", "zoning_overlaps", "duplicates")
        if counts[key]
    ]
    if counts["unread_areas"]:
        cells = first_named(drawn.rows["unread_area"].dropna().tolist())
        said.append(t("register.unread_areas", count=f"{counts['unread_areas']:,}", cells=cells))
    if counts["elsewhere"]:
        said.append(t("register.elsewhere", count=f"{counts['elsewhere']:,}", date=made.map_date))
    nothing = t("word.no_data")
    said.append(t("register.sources", parcels=made.parcels, lands=made.lands or nothing, zoning=made.zoning or nothing))
    return said


def _difference(entries: pd.DataFrame) -> str:
    """Return the sum of the schedule, how far it is from the area of the site, and why."""
    found = entries["planar_area"]["difference"]
    causes = found.drop(["incorporated", "difference"])
    told = [
        f"{label('register.entry', entry)} {signed_area(area)}" for entry, area in causes.items() if abs(area) >= LISTED
    ]
    return t(
        "register.difference", incorporated=area_text(found["incorporated"]),
        difference=signed_area(found["difference"]), causes=", ".join(told) or t("word.none"),
        share=f"{100 * found['difference'] / entries['planar_area']['site', 'site_area']:+.3f}".replace("-", "−"),
    )  # fmt: skip


def signed_area(area: float) -> str:
    """Return an area in m² with its sign."""
    return f"{'−' if area < 0 else '+'}{area_text(abs(area))}"


def parcel_features(made: LandRegister) -> dict[str, Any]:
    """Return the parcels inside a site for the map, each with 지번, how it counts and its figure's area."""
    shapes = made.schedule.shapes
    drawn = screen_geojson(shapes, PARCELS, "m2")
    known = shapes.set_index("id")
    for feature in drawn["features"]:
        row = known.loc[feature["properties"]["id"]]
        told = (
            label("register.state", row["state"]),
            f"{t('column.figure_area')} {area_text(row['figure_area'], 'm2')}",
        )
        feature["properties"]["tooltip"] = "\n".join([f"{row['location'] or ''} {row['name']}".strip(), *told])
    return drawn


def map_elements(made: LandRegister, selected: str | None) -> list[MacroElement]:
    """Return the parcels, colored by how they count, and the outline of the site above them."""
    rim = made.shape.set_geometry(made.shape.boundary)  # a line, so that clicks reach the parcels
    outline = layer_elements(OUTLINE, screen_geojson(rim, OUTLINE, "m2"))
    return [*layer_elements(PARCELS, parcel_features(made), stamp="", selected_id=selected), *outline]


def legend_html(made: LandRegister) -> str:
    """Return swatches of the states that occur on the map."""
    colors, there = dict(PARCELS.style.classes), set(made.schedule.shapes["state"])
    drawn = "".join(
        f"<span class='gis-item' role='listitem'><span class='gis-box' style='background:{colors[state]}'></span>"
        f"{escape(t(f'register.state.{state}'))}</span>"
        for state in STATES
        if state in there
    )
    return f"<div class='gis-legend' role='list' aria-label='{escape(t('map.legend'))}'>{drawn}</div>"


def map_bounds(made: LandRegister) -> tuple[float, float, float, float]:
    """Return what the map shows at first, in degrees: the site with some room around it."""
    west, south, east, north = reproject(made.shape, MAP_CRS).total_bounds
    pad = max(east - west, north - south, 0.002) / 8
    return west - pad, south - pad, east + pad, north + pad
