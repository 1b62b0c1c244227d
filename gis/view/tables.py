"""Tables as people read them: labels, chosen units, digits that the numbers deserve."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from gis.analysis.chain import Chain
from gis.analysis.claims import number_text
from gis.i18n import language, t
from gis.i18n import table as label_table
from gis.io.store import StoredLayer
from gis.model import OUTWARD, SCHEMATIC
from gis.study import active, export_story, sources
from gis.units import AREA_SYMBOLS, area_text, in_area_unit
from layers.declare import Layer

WORDS: dict[str, str] = {
    "relation": "relation",
    "possible_relations": "relation",
    "measure": "measure",
    "grade": "grade",
    "rank": "rank",
    "status": "status",
    "kind": "link_kind",
    "evidence": "evidence",
    "rule": "rule",
    "subject": "subject",
    "quantity": "quantity",
    "confidence": "confidence",
    "basis": "basis",
    "part": "part",
    "key": "step",
    "shown_as": "shown_as",
    "stage": "stage",
    "stage_from": "stage",
    "stage_to": "stage",
    "place": "place",
    "from": "place",
    "to": "place",
    "a": "place",
    "b": "place",
    "places": "place",
    "unit": "unit",
    "doubt": "column",
    "problem": "problem",
    "action": "problem_action",
    "complex": "place",
    "state": "state",
    "crs_way": "crs_way",
    "by_name": "place",
    "by_point": "place",
    "candidates": "place",
    "agreement": "firms.agreement",
    "name_verdict": "firms.name_verdict",
    "point_verdict": "firms.point_verdict",
    "reason": "firms.reason",
    "comparison": "firms.comparison",
    "why": "firms.why",
    "side": "people.side",
    "figure": "column",
    "raster_kind": "raster.kind",
    "problems": "raster.problem",
    "whole": "register.whole",
    "by": "register.by",
    "section": "register.section",
    "entry": "register.entry",
    "fault": "register.fault",
    "found_in": "register.found_in",
    "differing": "column",
    "plan_fault": "landuse.fault",
    "finding": "rules.finding",
    "theme_way": "overlay.way",
    "functional_adjacency": "functional_adjacency",
    "what": "lost",
    "changed_tables": "chain.tables",
    "change": "change",
    "step": "step",
    "scope": "scope",
    "track": "phases.track",
    "conflict": "phases.conflict",
    "stays": "phases.stays",
    "missing_stages": "stage",
    "frame": "targets.frames",
    "reading": "targets.reading",
}
"""Columns whose values are ids, and the family of labels that names them."""

WRITTEN_AREAS = ("register_area", "incorporated_area")
"""Areas with the digits that the land register writes: 1 m², and 0.1 m² where there are tenths."""

LISTS = (
    "zoning", "hosts", "hosts_en", "separated_by", "values", "claims", "roles", "roles_en", "ksic", "ksic_others",
    "industry_name", "candidates_theme",
)  # fmt: skip
"""Columns of texts that are joined by `|`."""

TIMES = ("stored_at", "adopted_at", "retrieved_at", "kept_at")
"""Columns of moments, in UTC where they are kept, in the reader's own time where they are shown."""

NUMBER_ENDINGS = (("_m", "m", 0), ("seconds", "s", 0), ("_pct", "%", 1), ("_lon", "°", 6), ("_lat", "°", 6))
"""How the name of a number ends when it leaves, its unit, and the decimals it is shown with."""
DECIMALS = {
    "quotient": 2, "employee_quotient": 2, "lon": 6, "lat": 6, "tolerance": 2, "pixel_x": 1, "pixel_y": 1,
    "x_n": 2, "y_e": 2, "residual": 2, "residual_n": 2, "residual_e": 2, "left_out": 2, "resolution": 2,
    "azimuth_deg": 4, "length": 2, "x_difference": 2, "coordinate_product": 4, "double_area": 4, "calculated_area": 5,
    "land_price": 0, "thickness": 3, "figure_share_pct": 2,
    "lowest": 1, "highest": 1, "west": 5, "south": 5, "east": 5, "north": 5,
}  # fmt: skip
"""The decimals of numbers that go without a unit, or that deserve others than their unit says."""


def label(family: str, value: object) -> str:
    """Return the label of an id, or the id itself where the table of labels has none (a person's own id)."""
    known = label_table(language()).get(f"{family}.{value}")
    return _own_name(family, str(value)) if known is None else known


def _own_name(family: str, value: str) -> str:
    """Return what the scenario that is looked at calls a place of its own; else the id itself."""
    now = active.current() if family == "place" else None
    told = None if now is None else now.scenario.site(value)
    return value if told is None else told.name


def told_story(stored: StoredLayer) -> pd.DataFrame:
    """Return how an imported layer came, a row a fact that is known: `item` in words, `value` as text."""
    facts = export_story(stored.name)
    words = {"crs_way": "crs_way", "encoding_way": "encoding_way", "rank": "rank", "grade": "grade"}
    rows = []
    for key, value in facts.items():
        if key == "problems" or value is None or value == "" or isinstance(value, dict | list):
            continue
        said = (
            label(words[key], value)
            if key in words
            else t("word.yes" if value else "word.no")
            if isinstance(value, bool)
            else value
        )
        rows.append({"item": label("story", key), "value": local_time(said) if key in TIMES else str(said)})
    return pd.DataFrame(rows, columns=["item", "value"])


def local_time(moment: str | None) -> str:
    """Return a moment (ISO 8601 with its offset) in the time of this machine, to the minute."""
    return "" if not moment else f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"


def layer_title(layer: Layer) -> str:
    """Return what people call a layer: the label of a bundled one, the own title of an imported one."""
    return layer.title or t(f"layer.{layer.name}")


def with_titles(layers: pd.DataFrame) -> pd.DataFrame:
    """Return a table of layers with their titles in the reader's language."""
    return layers.assign(title=layers["title"].map(lambda title: label_table(language()).get(title, title)))


def value_text(claim: Mapping[str, Any] | pd.Series, area_unit: str = "m2") -> str:
    """Return a claim's value with its unit, areas in the reader's unit, money in the words of the language."""
    stated = [claim[key] for key in ("value", "low", "high")]
    numbers = [float(value) for value in stated if isinstance(value, int | float) and pd.notna(value)]
    if not numbers:
        text = claim["value"] if isinstance(claim["value"], str) else claim["stated"]
        return str(text or t("word.unknown"))
    if claim["unit"] == "m2":
        return "~".join(area_text(number, area_unit) for number in numbers)
    if claim["unit"] == "krw":
        return "~".join(money_text(number) for number in numbers)
    if claim["unit"] == "krw_per_m2":
        numbers = [float(round(number)) for number in numbers]
    unit = label("unit", claim["unit"]) if claim["unit"] else ""
    space = " " if unit and not "가" <= unit[0] <= "힣" else ""
    return "~".join(map(number_text, numbers)) + space + unit


def money_text(amount: float) -> str:
    """Return won as people read it: `4,119억 원`, `411.9 billion won`."""
    sizes = [size.split(":") for size in t("sentence.won_sizes").split()]
    name, power = next(((name, int(power)) for name, power in sizes if amount >= 10 ** int(power)), ("", 0))
    return " ".join(t("sentence.won", number=number_text(amount / 10**power), size=name).split())


def shown(table: pd.DataFrame, area_unit: str = "m2", names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return `table` (inner names) with a person's headers and words; numbers stay numbers, rounded.

    Parameters
    ----------
    area_unit
        The unit of every area; lengths are in m.
    names
        What to call ids of places that the table of labels does not know.
    """
    columns, digits = {}, {}
    for column in _in_one_language(table.columns):
        header, values, decimals = _column(str(column), table[column], area_unit, names or {})
        columns[header] = _place_names(table, values) if column == "name" else values
        if decimals is not None:
            digits[header] = decimals
    people = pd.DataFrame(columns, index=table.index)
    people.attrs["digits"] = digits
    return people


def _in_one_language(columns: pd.Index) -> list[str]:
    """Return the columns without the twin in the other language: `note` for `note_en`, or the other way round."""
    twins = {name.removesuffix("_en") for name in columns if name.endswith("_en")} & set(columns)
    other = {f"{name}_en" for name in twins} if language() == "ko" else twins
    return [name for name in columns if name not in other]


def _place_names(table: pd.DataFrame, names: pd.Series) -> pd.Series:
    """Return names as the data has them in Korean; in English the labels of the places that have one."""
    if language() == "ko" or "id" not in table:
        return names
    labels = table["id"].map(lambda place: label("place", place))
    return labels.where(labels != table["id"], names)


def number_formats(people: pd.DataFrame) -> dict[str, str]:
    """Return how to print each number of a frame made by `shown`: with separators and its own digits."""
    return {header: f"{{:,.{decimals}f}}" for header, decimals in people.attrs.get("digits", {}).items()}


def _column(
    name: str, values: pd.Series, area_unit: str, names: Mapping[str, str]
) -> tuple[str, pd.Series, int | None]:
    """Return header, values, and how many decimals they are shown with; None for texts."""
    outer = OUTWARD.get(name, name)
    header = t(f"column.{name}")
    if outer.endswith("_m2") and name not in DECIMALS:
        digits = 0 if area_unit in ("m2", "pyeong") else 2
        if area_unit == "m2" and name in WRITTEN_AREAS and (values.dropna().astype(float) % 1 > 0).any():
            digits = 1
        converted = values.astype(float).map(lambda area: in_area_unit(area, area_unit))
        return f"{header} ({AREA_SYMBOLS[area_unit]})", converted, digits
    for ending, unit, digits in NUMBER_ENDINGS:
        if outer.endswith(ending):
            return f"{header} ({unit})", values.astype(float), DECIMALS.get(name, digits)
    if name in DECIMALS:
        return header, values.astype(float), DECIMALS[name]
    if name == "source":
        titles = sources().set_index("id")["title"].to_dict()
        return header, values.map(lambda source: titles.get(source, source) or t("word.no_source")), None
    if name == "host_sources":
        titles = sources().set_index("id")["title"].to_dict()
        told = [
            [titles.get(one, one) for one in str(value).split("|")] if isinstance(value, str) else []
            for value in values
        ]
        return header, pd.Series([" · ".join(one) or None for one in told], values.index, dtype=object), None
    if name == "unit_name":
        return header, values.astype(object).where(values.notna(), t("sentence.outside_units")), None
    if name in TIMES:
        return header, values.map(local_time), None
    if name in LISTS:
        return header, values.map(lambda value: value.replace("|", " · ") if isinstance(value, str) else value), None
    if name in WORDS:
        return header, values.map(lambda value: _words(WORDS[name], value, names)), None
    return header, values, 0 if pd.api.types.is_integer_dtype(values) else None


def _words(family: str, value: object, names: Mapping[str, str]) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    return " · ".join(names.get(part) or label(family, part) for part in str(value).split("|"))


def with_area_notes(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of areas with what a reader must know about each."""
    return table.assign(note=[area_note(row) for row in table.to_dict("records")])


def area_note(row: Mapping[str, object]) -> str:
    """Return what a reader must know about an area: schematic outlines are not to be compared."""
    if row["grade"] == SCHEMATIC:
        return t("note.schematic_area")
    return t("note.no_official_area") if pd.isna(row["official_area"]) else ""


def stage_matrix_table(chain: Chain) -> pd.DataFrame:
    """Return stage × place with the status of the firmest host, in words; an empty stage says so."""
    words = chain.matrix.map(lambda status: "" if pd.isna(status) else label("status", status))
    words.index = pd.Index([label("stage", stage) for stage in words.index], name=t("column.stage"))
    words.columns = [label("place", place) for place in words.columns]
    return words
