"""The overlay of a site as its table, its sentences and its map; what is printed adds up as the numbers do."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.i18n import either, t
from gis.io.themes import themes
from gis.kernel.rounding import half_even, rounded_parts
from gis.model import SCHEMATIC
from gis.study import known_layers, sources
from gis.study.overlay import Assignment, Overlay, Part, only
from gis.units import AREA_UNITS, area_text, length_text
from gis.view.features import screen_geojson
from gis.view.tables import label
from layers.declare import Column, Layer, Style
from layers.palette import IMPORTED, INK, STONE, VERMILION

TABLE_COLUMNS = (
    "layer", "class", "area", "share_pct", "agency", "note", "theme", "geodesic_area", "overlap", "classes", "law",
    "confidence", "grade",
)  # fmt: skip
SHARE_STEP = Decimal("0.1")
"""% that shares are printed to."""
DRAWN_COLUMNS = tuple(Column(name) for name in ("id", "name", "grade", "source"))


def overlay_table(overlay: Overlay) -> pd.DataFrame:
    """Return every row of every part with the names of the contract; the areas of a part add to the site's own.

    `classes` counts the classes that lie in a row: 0 where no feature lies, null where nothing is loaded.
    """
    rows = [row for part in overlay.parts for row in _part_rows(overlay, part)]
    table = pd.DataFrame(rows, columns=list(TABLE_COLUMNS))
    numbers = dict.fromkeys(("area", "share_pct", "geodesic_area", "overlap"), float)
    return table.astype({**numbers, "classes": "Int64"})


def _part_rows(overlay: Overlay, part: Part) -> list[dict[str, Any]]:
    theme = part.theme
    common = {
        "layer": "|".join(part.layers) or None,
        "theme": theme.name if theme else None,
        "agency": (either(theme.agency, theme.agency_en) or None) if theme else None,
        "law": theme.law if theme else None,
        "confidence": theme.confidence if theme else None,
    }
    if part.rows is None:
        return [{**common, "note": "; ".join(_part_notes(part))}]
    return [
        {
            **common,
            "agency": common["agency"] if row["labels"] else None,
            "class": class_text(part, row["labels"]),
            **{name: row[name] for name in ("area", "geodesic_area", "share_pct", "overlap", "grade")},
            "classes": len(row["labels"]),
            "note": "; ".join(_row_notes(overlay, part, row)),
        }
        for row in part.rows.drop(columns="geometry").to_dict("records")
    ]


def part_title(part: Part) -> str:
    """Return what people call a part: its theme, or its layer."""
    return part.theme.called if part.theme else ", ".join(map(layer_text, part.titles))


def layer_text(title: str) -> str:
    """Return the title of a layer; the label of a bundled one."""
    return label("layer", title)


def class_text(part: Part, labels: tuple[str | None, ...]) -> str:
    """Return what a row is called: its class, `중복: A + B`, or that no feature lies there."""
    if not labels:
        return t("overlay.rest")
    names = [_class_name(part, one) for one in labels]
    return names[0] if len(names) == 1 else t("overlay.both", classes=" + ".join(names))


def _class_name(part: Part, name: str | None) -> str:
    if name is None:
        return t("overlay.unclassed")
    known = [one.called for one in part.theme.classes if one.title == name] if part.theme else []
    if part.theme and name == part.theme.title:
        known = known or [part.theme.called]
    return known[0] if known else layer_text(name)


def _row_notes(overlay: Overlay, part: Part, row: dict[str, Any]) -> list[str]:
    """Return what a reader must know about a row: a schematic site, land counted once, slivers, where nobody looked."""
    notes = []
    if overlay.site["grade"] == SCHEMATIC:
        notes.append(t("overlay.note_schematic"))
    if len(row["labels"]) == 1 and row["overlap"] > 0:
        notes.append(t("overlay.note_twice", area=_square_meters(row["overlap"])))
    if row["slivers"]:
        key = "note_only_slivers" if row["sliver_area"] >= row["area"] * (1 - 1e-9) else "note_slivers"
        words = {"width": f"{overlay.sliver:g}", "count": row["slivers"], "area": _square_meters(row["sliver_area"])}
        notes.append(t(f"overlay.{key}", **words))
    if not row["labels"] and part.short:
        notes.append(t("overlay.note_short"))
    return notes + _part_notes(part)


def _square_meters(area: float) -> str:
    """Return m² with the digits that a sliver needs."""
    return f"{area:,.0f}" if area >= 10 else f"{area:.3g}"


def _part_notes(part: Part) -> list[str]:
    """Return what holds for every row of a part."""
    notes = []
    if part.rows is None and part.theme and not part.layers:
        notes.append(t("overlay.note_no_data", needs=either(part.theme.needs, part.theme.needs_en)))
    if part.rows is None and (part.lengths or part.counts):
        notes.append(t("overlay.note_no_polygons"))
    notes.extend(t("overlay.note_beyond", layer=layer_text(title)) for title in part.beyond)
    for title, length, count in part.lengths:
        notes.append(t("overlay.note_lines", layer=layer_text(title), length=length_text(length), count=count))
    for title, count in part.counts:
        notes.append(t("overlay.note_points", layer=layer_text(title), count=count))
    for title, columns in part.unclassed:
        notes.append(t("overlay.note_unclassed", layer=layer_text(title), known=", ".join(columns[:12])))
    if part.theme and part.theme.confidence != "high" and part.theme.law:
        notes.append(t("overlay.note_confidence", confidence=label("confidence", part.theme.confidence)))
    return notes


def people_table(overlay: Overlay, area_unit: str = "m2") -> pd.DataFrame:
    """Return the rows as they are printed (inner names): titles for ids, and numbers rounded so that they add up.

    Every part that has rows ends with its subtotal, which is the area of the site.
    """
    table = overlay_table(overlay).rename(columns={"area": "planar_area"}).drop(columns=["classes", "confidence"])
    parts = []
    for part, rows in zip(overlay.parts, _split(table, overlay), strict=True):
        titles = ", ".join(map(layer_text, part.titles)) or None
        named = rows.assign(theme=part_title(part), layer=titles)
        parts.append(named if part.rows is None else _with_subtotal(named, overlay, area_unit))
    order = ["theme", "class", "planar_area", "geodesic_area", "share_pct", "overlap", "agency", "grade", "note"]
    return pd.concat(parts, ignore_index=True)[[*order, "layer", "law"]]


def sheet_table(overlay: Overlay) -> pd.DataFrame:
    """Return the rows (inner names) with titles for ids and whole numbers; themes that no layer has are left out."""
    table = overlay_table(overlay).rename(columns={"area": "planar_area"}).drop(columns=["classes", "confidence"])
    named = [
        rows.assign(theme=part_title(part), layer=", ".join(map(layer_text, part.titles)))
        for part, rows in zip(overlay.parts, _split(table, overlay), strict=True)
        if part.layers
    ]
    return pd.concat(named, ignore_index=True) if named else table.head(0)


def is_missing(rows: pd.DataFrame) -> pd.Series:
    """Tell which rows of the table for people are themes that no layer has."""
    return rows["layer"].isna() & rows["class"].isna()


def _split(table: pd.DataFrame, overlay: Overlay) -> list[pd.DataFrame]:
    """Return the rows of each part."""
    sizes = [1 if part.rows is None else len(part.rows) for part in overlay.parts]
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    return [table.iloc[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _with_subtotal(rows: pd.DataFrame, overlay: Overlay, area_unit: str) -> pd.DataFrame:
    """Return the rows of a part rounded to what is printed, and their sum, which is exact in what is printed."""
    totals = {"planar_area": overlay.site["planar_area"], "geodesic_area": overlay.site["area"]}
    subtotal: dict[str, Any] = {"theme": rows["theme"].iloc[0], "class": t("overlay.subtotal")}
    for name, total in totals.items():
        printed, whole = _printed(rows[name].tolist(), total, area_unit)
        rows, subtotal[name] = rows.assign(**{name: printed}), whole
    rows = rows.assign(share_pct=[float(share) for share in printed_shares(rows["share_pct"])])
    subtotal["share_pct"] = 100.0
    sums = pd.DataFrame([subtotal]).reindex(columns=rows.columns).astype(rows.dtypes.to_dict())
    return pd.concat([rows, sums], ignore_index=True)


def printed_shares(shares: pd.Series) -> list[Decimal]:
    """Return the shares (%) of a part as they are printed: they add to 100."""
    return rounded_parts(shares.to_numpy(dtype=float), Decimal(100), SHARE_STEP)


def _printed(areas: list[float], total: float, area_unit: str) -> tuple[list[float], float]:
    """Return areas (m²) and their sum as they are printed in a unit: multiples of its step that add up."""
    size = AREA_UNITS[area_unit]
    step = Decimal(1) if area_unit in ("m2", "pyeong") else Decimal("0.01")
    whole = half_even(float(Fraction(total) / size), step)
    parts = rounded_parts([float(Fraction(area) / size) for area in areas], whole, step)
    return [float(Fraction(part) * size) for part in parts], float(Fraction(whole) * size)


def part_sentence(part: Part) -> str:
    """Return one part in words: which share of the site is of which class."""
    if part.rows is None:
        return t("overlay.no_data", theme=part_title(part), note="; ".join(_part_notes(part)))
    shares = list(zip(part.rows["labels"], printed_shares(part.rows["share_pct"]), strict=True))
    said = [
        t("overlay.share", pct=share, name=class_text(part, labels))
        for labels, share in sorted(shares, key=lambda one: -one[1])
        if share
    ]
    small = len(shares) - len(said)
    more = t("overlay.small_rows", count=small, pct=SHARE_STEP) if small else ""
    doubt = f" {t('overlay.short')}" if part.short and () in set(part.rows["labels"]) else ""
    return t("overlay.sentence", theme=part_title(part), shares=", ".join(said)) + more + doubt


def overlay_sentences(overlay: Overlay) -> list[str]:
    """Return a sentence for each part that has rows, and one that names what is not loaded."""
    lines = [part_sentence(part) for part in overlay.parts if part.layers]
    missing = [part_title(part) for part in overlay.parts if not part.layers]
    return [*lines, t("overlay.missing", themes=", ".join(missing))] if missing else lines


def pieces(overlay: Overlay) -> gpd.GeoDataFrame:
    """Return the shape of every row in the belt of the site, with what the table says of it."""
    table = overlay_table(overlay)
    parts = []
    for part, rows in zip(overlay.parts, _split(table, overlay), strict=True):
        if part.rows is not None:
            ids = [f"{part.key}-{number}" for number in range(1, len(rows) + 1)]
            named = rows.assign(id=ids, name=rows["class"], source=_source_titles(part))
            parts.append(gpd.GeoDataFrame(named, geometry=part.rows.geometry.to_numpy(), crs=part.rows.crs))
    if not parts:
        return gpd.GeoDataFrame({name: [] for name in ("id", "name", "grade", "source")}, geometry=[], crs=None)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True)).set_index("id", drop=False)


def _source_titles(part: Part) -> str:
    known = {one.name: one.source for one in known_layers().values()}
    titles = sources().set_index("id")["title"].to_dict()
    return ", ".join(
        str(titles.get(known.get(name), title)) for name, title in zip(part.layers, part.titles, strict=True)
    )


def drawn_layer(part: Part) -> Layer:
    """Return how the pieces of a part are drawn: its classes in their colors, overlaps in one that no class has."""
    colors = class_colors(part)
    look = Style(fill=STONE, stroke=INK, weight=1, fill_opacity=0.6, class_column="name", classes=tuple(colors.items()))
    return Layer(
        "overlay", "overlay", "overlay", "Polygon", "imported", None, look, DRAWN_COLUMNS, title=part_title(part)
    )  # fmt: skip


def class_colors(part: Part) -> dict[str, str]:
    """Return the color of each row of a part by what it is called."""
    if part.rows is None:
        return {}
    known = {one.title: one.color for one in part.theme.classes} if part.theme else {}
    colors: dict[str, str] = {}
    for labels in part.rows["labels"]:
        spare = IMPORTED[len(colors) % len(IMPORTED)]
        own = known.get(labels[0] or "", spare) if len(labels) == 1 else VERMILION if labels else STONE
        colors[class_text(part, labels)] = own
    return colors


def part_pieces(overlay: Overlay, part: Part) -> gpd.GeoDataFrame:
    """Return the pieces of one part."""
    return pieces(only(overlay, part))


def part_geojson(overlay: Overlay, part: Part, area_unit: str) -> dict[str, Any]:
    """Return the pieces of a part for the map, each with its class, area and share as a tooltip."""
    shown = part_pieces(overlay, part)
    drawn = screen_geojson(shown, drawn_layer(part), area_unit)
    rows, shares = shown.drop(columns="geometry").to_dict("records"), printed_shares(shown["share_pct"])
    for feature, row, share in zip(drawn["features"], rows, shares, strict=True):
        lines = [row["name"], f"{area_text(row['area'], area_unit)} · {share} %"]
        feature["properties"]["tooltip"] = "\n".join(lines + ([row["note"]] if row["note"] else []))
    return drawn


def theme_titles() -> dict[str, str]:
    """Return what people call each theme, by its id."""
    return {name: theme.called for name, theme in themes().items()}


def assignment_table(given: list[Assignment]) -> pd.DataFrame:
    """Return which theme each imported layer is of, how that is known, and where its classes stand."""
    names = theme_titles()
    rows = [
        {
            "layer": one.layer, "title": one.title, "theme": one.theme, "theme_title": names.get(one.theme or ""),
            "theme_way": one.way or ("several" if one.candidates else "unknown"), "class_column": one.class_column,
            "candidates_theme": "|".join(one.candidates) or None,
        }
        for one in given
    ]  # fmt: skip
    columns = ["layer", "title", "theme", "theme_title", "theme_way", "class_column", "candidates_theme"]
    return pd.DataFrame(rows, columns=columns, dtype=object)
