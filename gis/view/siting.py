"""Found sites as they are read: tables, sentences, the map of what killed the others, the Pareto chart, files."""

import base64
import json
from html import escape
from typing import Any

import altair as alt
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.elements import MacroElement
from folium.raster_layers import ImageOverlay

from gis import study
from gis.analysis.siting import BEYOND, EDGE, OPEN
from gis.analysis.weights import GATE
from gis.crs import MAP_CRS, reproject
from gis.i18n import t
from gis.io.elevation import Grid as PictureGrid
from gis.io.elevation import class_picture
from gis.io.themes import themes
from gis.io.write import layer_bytes, plain_rows
from gis.model import outward
from gis.study.siting import ANCHOR, CHAIN, NO_DATA, PRICE, Found, site_geometry
from gis.study.siting_land import SLOPE, SLOPE_UNKNOWN
from gis.study.weights import Answer
from gis.units import area_text, interval_text, length_text
from gis.view.features import screen_geojson
from gis.view.map import layer_elements
from gis.view.tables import label, layer_title
from layers.declare import Column, Layer, Style
from layers.palette import BLUE, GREEN, INK, OLIVE, ORANGE, PLUM, PURPLE, SKY, STONE, VERMILION

SITES = Layer(
    name="found_sites", path="siting", source="siting", geometry="Polygon", group="imported", grade=None,
    style=Style(fill=GREEN, stroke=INK, weight=1.8, fill_opacity=0.35),
    columns=tuple(Column(name) for name in ("id", "name", "grade", "source")), title="siting", named=True,
)  # fmt: skip
KILLERS = (VERMILION, BLUE, ORANGE, PURPLE, SKY, OLIVE, PLUM)
"""Colors of constraints in the order in which they are asked; with more, they begin anew."""
OPACITY = 0.55
PICTURE_CELLS = 400_000
SITE_COLUMNS = (
    "id", "rank_low", "rank_high", "form", "aspect", "turn_deg", "area", "planar_area", "planar_crs", "compactness",
    "width_m", "anchor_low_m", "anchor_high_m", "sure", "conditional_area_m2", "penalty_area_m2", "green_belt_m2", "preserved_m2",
    "replacement_low_m2", "replacement_high_m2", "land_price", "priced_pct", "score", "score_low", "score_high", "pareto", "lon", "lat", "note",
)  # fmt: skip
PEOPLE_COLUMNS = (
    "id", "place_rank", "form", "planar_area", "area", "compactness", "width_m", "anchor_low_m", "anchor_high_m", "sure",
    "conditional_area_m2", "penalty_area_m2", "replacement_low_m2", "replacement_high_m2", "land_price", "priced_pct",
)  # fmt: skip
RELEASE_RULE = "siting.release_rule"


def rule_name(name: str) -> str:
    """Return what people call a rule or criterion: a theme, a layer, the anchor, the slope."""
    if name in (ANCHOR, SLOPE, SLOPE_UNKNOWN, PRICE):
        return t(f"siting.rule_{name.replace('.', '_')}")
    head, mark, buffer = name.partition("@")
    layer, colon, classes = head.partition(":")
    if layer == CHAIN:
        return t("siting.rule_chain", place=label("place", classes))
    values = ", ".join(_value_name(one) for one in classes.split("|")) if colon else ""
    called = values if colon and layer == study.COMPLEXES else f"{_layer_name(layer)}{': ' if colon else ''}{values}"
    return f"{called} + {buffer.removesuffix('m')} m" if mark else called


def _layer_name(name: str) -> str:
    """Return what people call a theme, a layer or a file."""
    theme = themes().get(name)
    if theme is not None:
        return theme.called
    layer = study.known_layers().get(name)
    return layer_title(layer) if layer else name


def _value_name(value: str) -> str:
    """Return what people call a value that narrows a layer: a place, a category, else as it stands."""
    place = label("place", value)
    return place if place != value else label("category", value)


def sites_table(found: Found) -> pd.DataFrame:
    """Return a row a site as it leaves: full doubles, null for what is not known."""
    sites = pd.DataFrame(found.sites.drop(columns="geometry")).rename(columns={"width": "width_m"})
    sites = sites.assign(planar_area=sites["area"], area=sites["geodesic_area"], planar_crs=found.belt)
    sites = sites.rename(columns={name: f"{name}_m2" for name in ("conditional_area", "penalty_area")})
    near = found.nearness[found.nearness["criterion"] == ANCHOR].set_index("site")[["low", "high"]]
    near = near.astype(float).rename(columns={"low": "anchor_low_m", "high": "anchor_high_m"})
    sites = sites.join(near).reindex(columns=[name for name in SITE_COLUMNS if name != "note"])
    if len(found.releases):
        sums = found.releases.set_index("site")
        for name, column in (
            ("green_belt_m2", "area"), ("preserved_m2", "preserved"),
            ("replacement_low_m2", "replacement_low"), ("replacement_high_m2", "replacement_high"),
        ):  # fmt: skip
            sites[name] = sums[column].reindex(sites.index)
    return sites.assign(note=[_note(found, sure) for sure in found.sites["sure"]]).reset_index(drop=True)


def _note(found: Found, sure: bool) -> str | None:
    said = [] if found.ranks else [t("siting.no_land", of=found.themes)]
    said += [] if sure else [t("siting.not_sure")]
    return " ".join(said) or None


def people_sites(found: Found) -> pd.DataFrame:
    """Return the sites as people read them: ranks as an interval, forms in words."""
    table = sites_table(found)
    ranks = [_rank_text(*pair) for pair in zip(table["rank_low"], table["rank_high"], strict=True)]
    table = table.assign(
        place_rank=ranks, form=[form_text(row) for row in table.to_dict("records")],
        compactness=table["compactness"].map("{:.2f}".format),
        sure=[t("word.yes") if one else t("word.unknown") for one in table["sure"]],
    )  # fmt: skip
    kept = [name for name in PEOPLE_COLUMNS if name in table and table[name].notna().any()]
    return table[kept]


def _rank_text(low: Any, high: Any) -> str | None:
    if pd.isna(low):
        return None
    return str(low) if low == high else f"{low}~{high}"


def form_text(row: dict[str, Any]) -> str:
    """Return the form of a site in words: a rectangle with its sides' ratio, turned by so many degrees."""
    if pd.isna(row["turn_deg"]):
        return t(f"siting.form_{row['form']}")
    aspect = "" if pd.isna(row["aspect"]) else f"{row['aspect']:g}"
    return t(f"siting.form_{row['form']}", aspect=aspect, turn=f"{row['turn_deg']:g}")


def rejected_table(found: Found) -> pd.DataFrame:
    """Return a row a constraint: its state, its land in the window, and which positions it closes."""
    rules = found.rules
    share = 100 * rules["first_closed"].astype(float) / max(found.positions, 1)
    return pd.DataFrame(
        {
            "constraint": rules["rule"], "mode": rules["mode"], "data_state": rules["state"], "titles": rules["titles"],
            "planar_area": rules["area"].astype(float), "uncertainty_m": rules["uncertainty"].astype(float),
            "first_closed": rules["first_closed"], "first_pct": share, "measured_closed": rules["measured_closed"],
            "only_closed": rules["only_closed"],
        }
    )  # fmt: skip


def people_rejected(found: Found) -> pd.DataFrame:
    """Return the constraints as people read them."""
    table = rejected_table(found)
    return table.assign(
        constraint=table["constraint"].map(rule_name), mode=[t(f"siting.mode_{one}") for one in table["mode"]],
        data_state=[t("word.no_data") if one == NO_DATA else t("siting.loaded") for one in table["data_state"]],
        titles=[" · ".join(map(_layer_name, one.split("|"))) or None for one in table["titles"]],
        uncertainty_m=table["uncertainty_m"].where(table["uncertainty_m"] > 0),
    ).dropna(axis=1, how="all")  # fmt: skip


def takings_table(found: Found) -> pd.DataFrame:
    """Return what each site takes of conditional and penalty land; null where nothing is loaded."""
    return found.takings.rename(columns={"rule": "constraint", "area": "planar_area"}).assign(
        note=[t("word.no_data") if pd.isna(area) else None for area in found.takings["area"]]
    )


def people_takings(found: Found) -> pd.DataFrame:
    """Return the same as people read it."""
    table = takings_table(found).dropna(subset=["planar_area"])
    return table.assign(
        constraint=table["constraint"].map(rule_name), mode=[t(f"siting.mode_{one}") for one in table["mode"]]
    ).dropna(axis=1, how="all")


def nearness_table(found: Found) -> pd.DataFrame:
    """Return how far each site is from what it should be near to, m; an interval where that is uncertain."""
    return found.nearness


def people_nearness(found: Found) -> pd.DataFrame:
    """Return the same as people read it."""
    return found.nearness.assign(criterion=found.nearness["criterion"].map(rule_name)).dropna(axis=1, how="all")


def release_table(found: Found) -> pd.DataFrame:
    """Return the green belt of each site by grade and kind of land, m²."""
    return found.green_belt.rename(columns={"area": "planar_area"})


def people_release(found: Found) -> pd.DataFrame:
    """Return the same as people read it."""
    table = release_table(found)
    unknown = t("word.no_data")
    return table.assign(
        environment_grade=table["environment_grade"].fillna(unknown),
        land_kind=[t(f"siting.land_{one}") if one else unknown for one in table["land_kind"]],
    )


def failures_table(found: Found) -> pd.DataFrame:
    """Return forms and seeds that gave no site, and why."""
    return found.failures


def people_failures(found: Found) -> pd.DataFrame:
    """Return the same as people read it."""
    table = found.failures
    return table.assign(
        form=[t(f"siting.form_{one}", aspect="" if pd.isna(aspect) else f"{aspect:g}", turn="0") for one, aspect in zip(table["form"], table["aspect"], strict=True)],
        failure=[t(f"siting.failure_{one}") for one in table["failure"]],
    ).drop(columns="aspect").dropna(axis=1, how="all")  # fmt: skip


def head_sentence(found: Found, unit: str) -> str:
    """Return how many sites were found of how many positions."""
    return t(
        "siting.head", count=len(found.sites), area=area_text(found.wish.area, unit), positions=f"{found.positions:,}",
        verified=f"{found.verified:,}",
    )  # fmt: skip


def land_sentence(found: Found) -> str:
    """Return how much of what speaks of land the answer rests on."""
    if not found.ranks:
        kept = [t("siting.kept_unasked", loaded=found.loaded)] if found.loaded else []
        return " ".join([t("siting.no_land", of=found.themes), *kept])
    return t("siting.land", used=found.used, of=found.themes, loaded=found.loaded)


def sentences(found: Found, unit: str) -> list[str]:
    """Return what was found, what it rests on, and what makes it doubtful."""
    said = [land_sentence(found)]
    missing = found.rules.loc[found.rules["state"] == NO_DATA, "rule"]
    if len(missing):
        said.append(t("siting.missing", rules=", ".join(map(rule_name, missing))))
    short = found.rules.loc[found.rules["short"].astype(bool), "rule"]
    if len(short):
        said.append(t("siting.short", rules=", ".join(map(rule_name, short))))
    if found.anchor_uncertainty > 0:
        said.append(t("siting.anchor_sways", sway=length_text(found.anchor_uncertainty, 10)))
    if len(found.sites) and not found.sites["sure"].all():
        said.append(t("siting.unsure", count=int((~found.sites["sure"].astype(bool)).sum())))
    if found.unmeasured:
        said.append(t("siting.unmeasured", count=f"{found.unmeasured:,}"))
    if found.positions:
        said.append(relaxation_sentence(found))
    if len(found.failures):
        said.append(failure_sentence(found))
    return [*said, pareto_sentence(found), *release_sentences(found, unit)]


def relaxation_sentence(found: Found) -> str:
    """Return the one constraint whose relaxation frees most, and how many positions that are."""
    closed = found.rules.dropna(subset=["only_closed"])
    closed = closed[closed["only_closed"] > 0]
    if closed.empty:
        return t("siting.frees_none")
    best = closed.loc[closed["only_closed"].astype(float).idxmax()]
    share = 100 * best["only_closed"] / max(found.positions, 1)
    return t("siting.frees", rule=rule_name(best["rule"]), count=f"{best['only_closed']:,}", share=f"{share:.1f}")


def failure_sentence(found: Found) -> str:
    """Return how many forms and seeds gave no site, by reason."""
    counts = found.failures["failure"].value_counts()
    reasons = [t("siting.failed_by", reason=t(f"siting.failure_{why}"), count=count) for why, count in counts.items()]
    return t("siting.failed", count=len(found.failures), reasons=", ".join(reasons))


def pareto_sentence(found: Found) -> str:
    """Return which sites no other beats, or why that is not told."""
    if not found.ranks:
        return t("siting.no_pareto")
    best = found.sites.loc[found.sites["pareto"].fillna(False).astype(bool), "id"]
    return t("siting.pareto", count=len(found.sites), best=len(best), ids=", ".join(best) or "-")


def release_sentences(found: Found, unit: str) -> list[str]:
    """Return for each site what green belt it takes and the replacement that asks for, with its rule and source."""
    said, none = [], []
    for row in found.releases.to_dict("records"):
        if row["area"] < 1:
            none.append(row["site"])
            continue
        if pd.isna(row["preserved"]):
            said.append(t("siting.release_unknown", site=row["site"], area=area_text(row["area"], unit)))
            continue
        low, high = (area_text(row[name], unit) for name in ("replacement_low", "replacement_high"))
        said.append(
            t(
                "siting.release", site=row["site"], area=area_text(row["area"], unit),
                preserved=area_text(row["preserved"], unit), replacement=low if low == high else f"{low}~{high}",
            )
        )  # fmt: skip
    said += [t(RELEASE_RULE)] if said else []
    return said + ([t("siting.release_none", sites=", ".join(none))] if none else [])


def site_elements(found: Found, unit: str, selected: str | None = None) -> list[MacroElement]:
    """Return the found sites for the map, the one that is chosen heavier."""
    drawn = screen_geojson(found.sites, SITES, unit)
    for feature, row in zip(drawn["features"], sites_table(found).to_dict("records"), strict=True):
        feature["properties"]["tooltip"] = "\n".join(_tooltip(row, unit))
    return layer_elements(SITES, drawn, stamp="", selected_id=selected)


def _tooltip(row: dict[str, Any], unit: str) -> list[str]:
    lines = [row["id"], form_text(row), area_text(row["planar_area"], unit)]
    if not pd.isna(row["anchor_low_m"]):
        lines.append(f"{t('siting.rule_anchor')} {interval_text(row['anchor_low_m'], row['anchor_high_m'])}")
    rank = _rank_text(row["rank_low"], row["rank_high"])
    return [*lines, *([t("siting.rank_is", rank=rank)] if rank else [])]


def killer_elements(found: Found) -> list[MacroElement]:
    """Return the picture of the first constraint that closes each position, at the middle of the site that would stand there."""
    grid = found.rejection.grid
    step = max(1, round((grid.columns * grid.rows / PICTURE_CELLS) ** 0.5))
    classes = np.ascontiguousarray(found.rejection.killer[::-1][::step, ::step])
    north = grid.south + grid.cell * grid.rows
    picture = PictureGrid(grid.west, north, grid.cell, grid.cell, grid.columns, grid.rows, None)
    colors = {number: killer_color(number) for number in range(len(found.rejection.names))} | {EDGE: STONE}
    png, (west, south, east, north) = class_picture(classes, picture, step, found.belt, colors)
    url = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    return [ImageOverlay(url, [[south, west], [north, east]], opacity=OPACITY, interactive=False)]


def killer_color(number: int) -> str:
    """Return the color of a constraint by its place."""
    return KILLERS[number % len(KILLERS)]


def killer_legend(found: Found) -> list[tuple[str, str, float]]:
    """Return each constraint with its color and the share (%) of positions of the map that it is the first to close."""
    killer = found.rejection.killer
    told = max(int((killer != BEYOND).sum()), 1)
    rows = [
        (rule_name(name), killer_color(number), 100 * float((killer == number).sum()) / told)
        for number, name in enumerate(found.rejection.names)
    ]
    more = ((EDGE, "siting.edge", STONE), (OPEN, "siting.open", "transparent"))
    return [*rows, *((t(key), color, 100 * float((killer == kind).sum()) / told) for kind, key, color in more)]


def killer_legend_html(found: Found) -> str:
    """Return swatches of the constraints on the map."""
    drawn = "".join(
        f"<span class='gis-item' role='listitem'><span class='gis-box' style='background:{color};border:1px solid {INK}'>"
        f"</span>{escape(name)} {share:.1f} %</span>"
        for name, color, share in killer_legend(found)
    )
    title = escape(t("siting.killer_title"))
    return f"<div class='gis-legend' role='list' aria-label='{title}'><b>{title}</b>{drawn}</div>"


def pareto_table(found: Found) -> pd.DataFrame:
    """Return the points of the chart: conditional and penalty land against the distance to the anchor."""
    table = sites_table(found)
    cost = table[["conditional_area_m2", "penalty_area_m2"]].sum(axis=1, min_count=1)
    return pd.DataFrame(
        {
            "id": table["id"], "cost_m2": cost, "low": table["anchor_low_m"], "high": table["anchor_high_m"],
            "pareto": [None if pd.isna(one) else t("word.yes") if one else t("word.no") for one in table["pareto"]],
        }
    ).dropna(axis=1, how="all")  # fmt: skip


def pareto_chart(found: Found) -> alt.LayerChart | None:
    """Return costly land against distance, a bar where the distance is an interval; None where one of the two is not told."""
    table = pareto_table(found)
    if not {"cost_m2", "low", "pareto"} <= set(table.columns):
        return None
    points = table.assign(cost=table["cost_m2"] / 10_000, near=table["low"] / 1_000, far=table["high"] / 1_000)
    points = points.assign(middle=(points["near"] + points["far"]) / 2)
    base = alt.Chart(points).encode(
        y=alt.Y("cost:Q", title=t("siting.axis_cost")),
        tooltip=[alt.Tooltip("id:N"), alt.Tooltip("cost:Q", format=",.2f")],
    )
    across = alt.X("near:Q", title=t("siting.axis_near"), scale=alt.Scale(zero=False))
    best = alt.Color(
        "pareto:N",
        title=t("column.pareto"),
        scale=alt.Scale(domain=[t("word.yes"), t("word.no")], range=[VERMILION, STONE]),
    )
    bars = base.mark_rule(strokeWidth=2).encode(x=across, x2="far:Q", color=best)
    marks = base.mark_point(size=70, filled=True).encode(x="middle:Q", color=best)
    names = base.mark_text(dy=-10, color=INK).encode(x="middle:Q", text="id:N")
    return (bars + marks + names).properties(height=280)


def site_bytes(found: Found, ending: str) -> bytes:
    """Return the sites as a file: GeoJSON in degrees with 9 decimals (a tenth of a millimeter), else in the belt."""
    table = sites_table(found)
    frame = gpd.GeoDataFrame(
        table.assign(name=table["id"], grade=None, source=t("siting.made_by")), geometry=found.sites.geometry.to_numpy(),
        crs=found.belt,
    )  # fmt: skip
    if ending == ".geojson":
        return _geojson_bytes(found, table)
    degrees = ending == ".kml"
    return layer_bytes(frame.set_index("id", drop=False), ending, "sites", MAP_CRS if degrees else found.belt)


def _geojson_bytes(found: Found, table: pd.DataFrame) -> bytes:
    """Return GeoJSON whose areas hold to 1 m²: with the usual 7 decimals they would be some m² off."""
    outer = outward(table)
    features = [
        {"type": "Feature", "id": row["id"], "properties": row, "geometry": site_geometry(found, row["id"])}
        for row in plain_rows(outer)
    ]
    collection = {"type": "FeatureCollection", "name": "sites", "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode("utf-8")


def tables(found: Found) -> dict[str, pd.DataFrame]:
    """Return every table as it leaves, by the name of its sheet."""
    return {
        "sites": sites_table(found), "rejected": rejected_table(found), "takings": takings_table(found),
        "distances": nearness_table(found), "green_belt": release_table(found), "failures": failures_table(found),
    }  # fmt: skip


def people_tables(found: Found) -> dict[str, pd.DataFrame]:
    """Return every table as people read it."""
    return {
        "sites": people_sites(found), "rejected": people_rejected(found), "takings": people_takings(found),
        "distances": people_nearness(found), "green_belt": people_release(found), "failures": people_failures(found),
    }  # fmt: skip


def bounds(found: Found) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the search in degrees."""
    box = gpd.GeoDataFrame(geometry=[shapely.box(*found.rejection.grid.bounds)], crs=found.belt)
    west, south, east, north = reproject(box, MAP_CRS).total_bounds
    return float(west), float(south), float(east), float(north)


def weights_table(answer: Answer) -> pd.DataFrame:
    """Return a row a criterion: its weight, and how consistent the comparisons behind all of them are."""
    found = answer.weights
    return pd.DataFrame(
        {
            "criterion": found.weights.index, "weight_share": found.weights.to_numpy(), "consistency_ratio": found.ratio,
            "random_index": found.index, "largest_eigenvalue": found.largest_eigenvalue, "gate": GATE,
            "passes": found.passes,
        }
    )  # fmt: skip


def people_weights(answer: Answer) -> pd.DataFrame:
    """Return the weights in percent."""
    table = weights_table(answer)
    return pd.DataFrame(
        {"criterion": table["criterion"].map(rule_name), "weight_pct": 100 * table["weight_share"].astype(float)}
    )


def ranking_table(answer: Answer) -> pd.DataFrame | None:
    """Return the alternatives with their weighted scores, the best first; None where nothing is ranked."""
    if answer.ranking is None:
        return None
    scores = answer.ranking
    return pd.DataFrame({"alternative": scores.index, "score_pct": 100 * scores.to_numpy()})


def people_flips(answer: Answer) -> pd.DataFrame | None:
    """Return what change of each weight turns the ranking, in percent; None where nothing is ranked."""
    if answer.flips is None:
        return None
    table = answer.flips
    return pd.DataFrame(
        {
            "criterion": table["criterion"].map(rule_name), "weight_pct": 100 * table["weight"],
            "flips_at_pct": 100 * table["flips_at"], "change_pct": 100 * table["change"], "first_now": table["first"],
            "first_then": table["then"],
        }
    )  # fmt: skip


def weight_sentences(answer: Answer) -> list[str]:
    """Return how consistent the comparisons are, by which table, what was filled in, and what turns the ranking."""
    found = answer.weights
    if found.ratio is None:
        said = [t("siting.weights_stated")]
    else:
        words = "siting.weights_pass" if found.passes else "siting.weights_fail"
        index = t(f"siting.index_{found.index}")
        said = [t(words, ratio=f"{found.ratio:.4f}", gate=f"{GATE:.2f}", index=index)]
    filled = found.completed
    if filled is not None and len(filled):
        said += [
            t("siting.weights_filled", one=rule_name(row["criterion"]), other=rule_name(row["other_criterion"]),
              value=f"{row['comparison']:.2f}")
            for row in filled.to_dict("records")
        ]  # fmt: skip
    return said + ([flip_sentence(answer)] if answer.flips is not None else [])


def flip_sentence(answer: Answer) -> str:
    """Return the least change of a weight that puts another alternative first."""
    turning = None if answer.flips is None else answer.flips.dropna(subset=["flips_at"])
    if turning is None or turning.empty:
        return t("siting.flip_none", first="-" if answer.ranking is None else str(answer.ranking.index[0]))
    row = turning.iloc[0]
    return t(
        "siting.flip", criterion=rule_name(row["criterion"]), weight=f"{100 * row['weight']:.1f}",
        at=f"{100 * row['flips_at']:.1f}", first=row["first"], then=row["then"],
    )  # fmt: skip
