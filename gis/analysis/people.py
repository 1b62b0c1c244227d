"""Figures by 행정동 joined to boundaries by code, and never to boundaries of another kind.

A 행정동 (how a city is run) and a 법정동 (how land is registered) may share a name and are other areas with other
codes; 통계청 (SGIS) numbers the same 행정동 differently from 행정안전부. Numbers of one kind on polygons of another look
right and are wrong. Sums by 시군구 are exact, for every 행정동 lies in one 시군구.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gis.errors import InputError

KINDS = ("admin", "legal", "either", "sgis", "sgis_old", "mixed", "none")
"""행정동, 법정동, 읍·면 that are the same in both, 통계청 with 8 digits and with 7, several at once, no 동 at all."""
LEVELS = ("sido", "sigungu", "emd", "ri")
FIRST_TOWN, FIRST_ADMIN = 250, 500
"""The three digits of a 동 in the codes of 행정안전부: 법정동 from 101, 읍·면 from 250, 행정동 from 500."""
SGIS_ONLY = {"21", "22", "23", "24", "25", "32", "33", "34", "35", "37", "38", "39"}
"""시도 codes that 통계청 alone uses; 11, 26, 29, 31 and 36 mean one thing there and another at 행정안전부."""
SEJONG = "36110"
_DIGITS = re.compile(r"\d{8}|\d{10}")
UNMATCHED_COLUMNS = ("side", "row", "code", "name", "why")


@dataclass(frozen=True)
class Joined:
    """Figures on boundaries: a row a unit with a boundary, what was left on either side, and the totals.

    In `totals` `matched` + `unmatched` = `total` for each measure.
    """

    units: pd.DataFrame
    unmatched: pd.DataFrame
    totals: pd.DataFrame
    kind: str


def code_levels(codes: pd.Series) -> pd.Series:
    """Return the level of each code, one of `LEVELS`; None where there is no code."""
    return pd.Series([_level(code) for code in codes], codes.index, dtype=object, name="level")


def _level(code: object) -> str | None:
    if not isinstance(code, str):
        return None
    if len(code) == 2 or (len(code) == 10 and code.endswith("00000000")):
        return "sido"
    if len(code) == 5 or (len(code) == 10 and code.endswith("00000")):
        return "sigungu"
    return "ri" if len(code) == 10 and not code.endswith("00") else "emd"


def code_kind(codes: Iterable[object]) -> str:
    """Return whose codes of 동 these are, one of `KINDS`; codes of larger units say nothing."""
    found = [code for code in codes if isinstance(code, str)]
    units = [code for code in found if _level(code) in ("emd", "ri")]
    if not units:
        return "none"
    if any(len(code) == 7 for code in units):
        return "sgis_old"
    short = [code for code in units if len(code) == 8]
    if any(_is_sgis(code) for code in short):
        return "sgis" if len(short) == len(units) else "mixed"
    kinds = {_register_kind(code) for code in units}
    if {"admin", "legal"} <= kinds:
        return "mixed"
    return next((kind for kind in ("admin", "legal") if kind in kinds), "either")


def _is_sgis(code: str) -> bool:
    """Tell whether 8 digits can only be 통계청's: its 시도, or a 시군구 below 100, which 행정안전부 does not have."""
    return code[:2] in SGIS_ONLY or code[2] == "0" or (code[:2] == SEJONG[:2] and code[:5] != SEJONG)


def _register_kind(code: str) -> str:
    number = int(code[5:8])
    if number >= FIRST_ADMIN:
        return "admin"
    return "legal" if number < FIRST_TOWN or _level(code) == "ri" else "either"


def layer_codes(boundaries: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the columns of a layer that hold codes of 동, and the kind of each."""
    found = {}
    for column in boundaries.columns.drop(boundaries.geometry.name):
        texts = [_code_text(value) for value in boundaries[column]]
        if texts and all(texts):
            found[str(column)] = code_kind(texts)
    return {column: kind for column, kind in found.items() if kind != "none"}


def _code_text(value: object) -> str | None:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text if _DIGITS.fullmatch(text) else None


def join_units(people: pd.DataFrame, measures: Sequence[str], boundaries: gpd.GeoDataFrame, file: str) -> Joined:
    """Return the figures of each 행정동 (or 법정동) on its boundary, joined by code.

    Raises
    ------
    InputError
        Where the table and the layer hold codes of different kinds, or one of them holds none: numbers of 행정동 are
        never put on polygons of 법정동. The line says what would work.
    """
    units = people[code_levels(people["code"]) == "emd"]
    kind, layers = code_kind(units["code"]), layer_codes(boundaries)
    column = _matching_column(kind, layers, file)
    places = pd.DataFrame(
        {
            "unit_code": [str(_code_text(value))[:8] for value in boundaries[column]],
            "unit_name": boundaries["full_name" if "full_name" in boundaries else "name"].to_numpy(),
        }
    )
    return _joined(units.assign(key=units["code"].str[:8]), places, measures, kind, people)


def _matching_column(kind: str, layers: dict[str, str], file: str) -> str:
    """Return the column of the layer whose codes are of the table's kind."""
    if kind == "none":
        raise InputError("people.no_emd", file=file)
    if kind == "mixed":
        raise InputError("people.mixed", file=file)
    if kind == "sgis_old":
        raise InputError("people.sgis_old", file=file)
    fitting = [column for column, found in layers.items() if found == kind]
    if kind != "sgis":
        fitting += [column for column, found in layers.items() if "either" in (kind, found) and found in _REGISTERED]
    if fitting:
        return fitting[0]
    if not layers:
        raise InputError("people.layer_without_codes", file=file)
    if kind == "sgis":
        raise InputError("people.sgis_table", file=file)
    if "sgis" in layers.values():
        raise InputError("people.sgis_layer", file=file)
    if kind == "admin":
        raise InputError("people.admin_on_legal", file=file)
    raise InputError("people.legal_on_admin", file=file)


_REGISTERED = ("admin", "legal", "either")


def sum_by_sigungu(people: pd.DataFrame, measures: Sequence[str], sigungu: pd.DataFrame, file: str) -> Joined:
    """Return sums by 시군구 beside the units of `sigungu` (`id`, `full_name`): exact for 행정동 and 법정동 alike.

    The rows of 동 are added up; where a 시군구 has none, its own row is taken as it is. Codes of 통계청 differ, so those
    rows find their 시군구 by its full name. A figure that is hidden or missing is not in the sum;
    `missing` counts such rows.

    Raises
    ------
    InputError
        Where 8-digit codes come without the names of 시도 and 시군구, or the table has no 동 and no 시군구.
    """
    levels = code_levels(people["code"])
    parts = levels == "emd"
    upper = people["code"].str[:5]
    whole = (levels == "sigungu") & ~upper.isin({*upper[parts], *_cities(upper[parts | (levels == "sigungu")])})
    rows = people[parts | whole]
    if rows.empty:
        raise InputError("people.no_emd", file=file)
    kind = code_kind(rows["code"]) if parts.any() else _sigungu_kind(rows["code"])
    if kind == "mixed":
        raise InputError("people.mixed", file=file)
    foreign = kind in ("sgis", "sgis_old")
    named = zip(rows["name"], parts[rows.index], strict=True)
    names = pd.Series([_sigungu_name(name, is_part) for name, is_part in named], rows.index, dtype=object)
    if foreign and not names.str.contains(" ").fillna(False).all():
        raise InputError("people.sgis_names", file=file)
    places = pd.DataFrame({"unit_code": sigungu["id"].to_numpy(), "unit_name": sigungu["full_name"].to_numpy()})
    keys = (
        names.map(dict(zip(places["unit_name"], places["unit_code"], strict=True))) if foreign else rows["code"].str[:5]
    )
    return _joined(rows.assign(key=keys.astype(object).where(keys.notna(), None)), places, measures, kind, people)


def _cities(codes: Iterable[str]) -> set[str]:
    """Return the codes of cities whose 구 stand beside them: 41110 수원시 is the sum of 41111, 41113 and so on."""
    known = set(codes)
    parted = {code[:4] for code in known if not code.endswith("0")}
    return {code for code in known if code.endswith("0") and code[:4] in parted}


def _sigungu_kind(codes: pd.Series) -> str:
    short = [code for code in codes if len(code) == 5]
    return "sgis" if any(_is_sgis(code) for code in short) else "admin"


def _sigungu_name(name: object, is_part: bool) -> str | None:
    """Return the full name of a 시군구, from its own or from that of a 동 in it."""
    return " ".join(name.split()[:-1] if is_part else name.split()) if isinstance(name, str) else None


def _joined(
    rows: pd.DataFrame, places: pd.DataFrame, measures: Sequence[str], kind: str, people: pd.DataFrame
) -> Joined:
    """Return the sums of `rows` by `key` on `places`, what is left on either side, and the totals."""
    known = rows["key"].isin(places["unit_code"])
    grouped = rows[known].groupby("key")[list(measures)]
    sums = grouped.sum(min_count=1).assign(
        rows=grouped.size(),
        missing=rows[known].groupby("key")[list(measures)].agg(lambda found: found.isna().sum()).max(axis=1),
    )
    units = places[places["unit_code"].isin(sums.index)].drop_duplicates("unit_code")
    units = units.join(sums, on="unit_code").reset_index(drop=True)
    uncoded = people[people["code"].isna()]
    bare = places[~places["unit_code"].isin(sums.index)]
    left = pd.concat(
        [
            rows.loc[~known, ["row", "code", "name", *measures]].assign(side="table", why="no_boundary"),
            uncoded[["row", "code", "name", *measures]].assign(side="table", why="no_code"),
            pd.DataFrame({"code": bare["unit_code"], "name": bare["unit_name"]}).assign(side="layer", why="no_figure"),
        ],
        ignore_index=True,
    )
    return Joined(
        units.astype(dict.fromkeys(("rows", "missing"), "Int64")),
        left[[*UNMATCHED_COLUMNS, *measures]].astype({"row": "Int64"} | dict.fromkeys(measures, "Int64")),
        pd.DataFrame([_total(rows, known, measure) for measure in measures]),
        kind,
    )


def _total(rows: pd.DataFrame, known: pd.Series, measure: str) -> dict[str, object]:
    figures = rows[measure]
    return {
        "figure": measure,
        "total": int(figures.sum()),
        "matched": int(figures[known].sum()),
        "unmatched": int(figures[~known].sum()),
        "missing": int(figures.isna().sum()),
    }
