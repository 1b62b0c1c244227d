"""What is known about one complex, as HTML: every text escaped, every figure with its source."""

from html import escape

import pandas as pd

from gis.i18n import either, t
from gis.model import EVIDENCE, PROPOSED, SCHEMATIC
from gis.study.cards import Card
from gis.units import area_text
from gis.view.sentences import adjacency_sentence, conflict_sentence, link_distance
from gis.view.tables import label, value_text

CARD_QUANTITIES = (
    "official_area", "area_gwangju", "area_hampyeong", "phase1_area", "phase2_area", "industrial_area",
    "land_price", "sold_share", "unsold_area", "firms", "workers_planned", "residents_planned", "cost",
    "greenbelt_area", "greenbelt_share", "jobs",
)  # fmt: skip
TEXT_QUANTITIES = ("legal_type", "status", "developer", "role")


def card_html(card: Card, area_unit: str) -> str:
    """Return the card of one complex."""
    site = card.site
    parts = [
        f"<h3>{escape(label('place', site['id']))}</h3>",
        f"<p class='gis-muted'>{escape(either(site['name'], site['name_en']))}</p>",
        f"<p>{_badge(label('grade', PROPOSED if pd.isna(site['grade']) else site['grade']), 'schematic' if site['grade'] == SCHEMATIC else 'plain')}</p>",
        _facts(_area_rows(card, area_unit)),
        _facts(_claim_rows(card, TEXT_QUANTITIES + CARD_QUANTITIES, area_unit)),
        _section("card.phases", [_step_line(card, row) for row in card.steps.to_dict("records")]),
        _section("card.industries", _list_lines(card, "industries")),
        _section("card.tenants", _list_lines(card, "tenant")),
        _section("card.neighbors", [escape(adjacency_sentence(row)) for row in card.neighbors.to_dict("records")]),
        _section("card.links_in", _link_lines(card, "to", "from")),
        _section("card.links_out", _link_lines(card, "from", "to")),
        _section(
            "card.conflicts",
            [escape(conflict_sentence(row, card.claims, area_unit)) for row in card.conflicts.to_dict("records")],
        ),
    ]
    return f"<div class='gis-card'>{''.join(parts)}</div>"


def source_badge(rank: object, title: object) -> str:
    """Return a small mark with the rank of a source, its title behind it; what has none says so."""
    if rank is None or pd.isna(rank):
        return _badge(t("word.no_source"), "unsourced")
    return f"<span class='gis-badge' title='{escape(str(title), quote=True)}'>{escape(label('rank', rank))}</span>"


def _area_rows(card: Card, area_unit: str) -> list[tuple[str, str]]:
    area = card.area
    note = _muted(t("note.schematic_area")) if area["grade"] == SCHEMATIC else ""
    planar, geodesic = escape(area_text(area["planar_area"], area_unit)), escape(area_text(area["area"], area_unit))
    return [
        (t("column.planar_area"), f"{planar} {_muted(area['planar_crs'])} {note}"),
        (t("column.area"), f"{geodesic} {_muted('GRS80')}"),
    ]


def _claim_rows(card: Card, quantities: tuple[str, ...], area_unit: str) -> list[tuple[str, str]]:
    """Return a row for each quantity and definition: the claim in use, and how many others there are."""
    rows = []
    for quantity in quantities:
        claims = card.claims[card.claims["quantity"] == quantity]
        for _, same in claims.groupby("definition", sort=False):
            claim = (same[same["in_use"]] if same["in_use"].any() else same).iloc[0]
            parts = [escape(value_text(claim, area_unit)), _muted(str(claim["as_of"] or "")), _source(card, claim)]
            if len(same) > 1:
                parts.append(_muted(t("word.and_more", count=len(same) - 1)))
            if claims["definition"].nunique() > 1:
                parts.append("<br>" + _muted(either(claim["definition"], claim["definition_en"])))
            rows.append((label("quantity", quantity), " ".join(parts)))
    return rows


def _list_lines(card: Card, quantity: str) -> list[str]:
    rows = card.claims[card.claims["quantity"] == quantity].to_dict("records")
    return [
        f"{escape(value_text(row))} {_muted(either(row['note'], row['note_en']))} {_source(card, row)}" for row in rows
    ]


def _source(card: Card, claim: dict | pd.Series) -> str:
    return source_badge(claim["rank"], card.source_titles.get(claim["source"], claim["source"]))


def _step_line(card: Card, row: dict) -> str:
    period = "–".join(str(row[key]) for key in ("date", "date_end") if row[key]) or t("word.year_unknown")
    phase, status = either(row["name"], row["name_en"]), label("status", row["status"])
    badge = source_badge(card.source_ranks.get(row["source"]), card.source_titles.get(row["source"]))
    return f"<b>{escape(period)}</b> {escape(label('step', row['key']))} {_muted(f'{phase} · {status}')} {badge}"


def _link_lines(card: Card, here: str, there: str) -> list[str]:
    rows = card.links[(card.links[here] == card.site["id"]) & (card.links[there] != card.site["id"])]
    return [_link_line(str(place), together) for place, together in rows.groupby(there, sort=False)]


def _link_line(place: str, together: pd.DataFrame) -> str:
    """Return one place with its hand-overs, each kind of evidence apart: stated says no more than the record."""
    span = "" if place == "export" else escape(link_distance(together.iloc[0]))
    ordered = sorted(together.groupby("evidence"), key=lambda group: EVIDENCE.index(str(group[0])))
    badges = " ".join(_badge(f"{label('evidence', kind)} {len(rows)}", "plain") for kind, rows in ordered)
    lists = "".join(
        f"<div>{escape(label('evidence', kind))}: {_muted(_hand_overs(rows))}</div>" for kind, rows in ordered
    )
    return f"<details><summary><b>{escape(label('place', place))}</b> {span} {badges}</summary>{lists}</details>"


def _hand_overs(rows: pd.DataFrame) -> str:
    pairs = zip(rows["stage_from"], rows["stage_to"], strict=True)
    return ", ".join(dict.fromkeys(f"{label('stage', giver)} → {label('stage', taker)}" for giver, taker in pairs))


def _muted(text: str) -> str:
    return f"<span class='gis-muted'>{escape(text)}</span>"


def _facts(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{value}</td></tr>" for name, value in rows)
    return f"<table class='gis-facts'>{cells}</table>"


def _section(key: str, lines: list[str]) -> str:
    if not lines:
        return f"<h4>{escape(t(key))}</h4><p class='gis-muted'>{escape(t('word.no_data'))}</p>"
    return f"<h4>{escape(t(key))}</h4><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def _badge(text: str, kind: str) -> str:
    return f"<span class='gis-badge gis-{kind}'>{escape(text)}</span>"
