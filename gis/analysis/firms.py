"""Firms at complexes: matched by name and by point, counted by industry, and beside the roles by plan.

A firm's industry code tells what it is registered for. That it matches a stage of the chain shows neither that the
firm can make what the stage needs nor that it trades with anyone: such a match is inferred, always.
"""

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.analysis.chain import shown_status
from gis.analysis.names import name_verdicts
from gis.crs import require_work_crs
from gis.errors import InputError
from gis.model import SCHEMATIC

DIGITS = (2, 5)
"""How fine a KSIC code can be."""
BORDER = 0.1
"""m; a point this near to a boundary lies on it."""
HOME_REGIONS = ("광주광역시", "광주", "전라남도", "전남", "전남광주통합특별시")
"""Where the complexes lie, as addresses say it: before and after the union of 2026-07-01."""
REGIONS = (
    "서울특별시", "서울시", "서울", "부산광역시", "부산시", "부산", "대구광역시", "대구시", "대구", "인천광역시", "인천시", "인천",
    "대전광역시", "대전시", "대전", "울산광역시", "울산시", "울산", "세종특별자치시", "세종시", "세종", "경기도", "경기",
    "강원특별자치도", "강원도", "강원", "충청북도", "충북", "충청남도", "충남", "전북특별자치도", "전라북도", "전북",
    "경상북도", "경북", "경상남도", "경남", "제주특별자치도", "제주도", "제주", *HOME_REGIONS,
)  # fmt: skip
"""What an address in Korea begins with."""
HOME_DISTRICTS = ("동구", "서구", "남구", "북구", "광산구")
MATCH_COLUMNS = (
    "complex", "by_name", "name_verdict", "by_point", "point_verdict", "agreement", "candidates", "reason",
)  # fmt: skip
NOT_COUNTED = ("repeated", "no_firm")
"""Reasons for which a row is no firm of its own."""
INDUSTRY_ROW_COLUMNS = ("complex", "ksic", "industry_name", "industry_name_en", "firms", "employees", "employees_known")
QUOTIENT_COLUMNS = (
    "complex", "ksic", "industry_name", "industry_name_en", "firms", "complex_firms", "reference_firms",
    "reference_total", "quotient", "employees", "employee_quotient",
)  # fmt: skip
PRESENCE_COLUMNS = (
    "stage", "place", "ksic", "firms", "employees", "employees_known", "roles", "roles_en", "status", "comparison",
    "why", "evidence",
)  # fmt: skip


def match_firms(
    firms: pd.DataFrame,
    outlines: gpd.GeoDataFrame,
    aliases: pd.DataFrame | Mapping[str, list[str]],
    points: gpd.GeoSeries | None = None,
    margins: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return `firms` with the complex of each row, how it was found, and why a row has none.

    The name decides, unless the point lies surely in another complex (`disagree`) or the address in another part of
    the country; then the row has no complex. A point alone decides where the register names no complex that we know,
    and only in an outline that is no schema. Every row has either a `complex` or a `reason`.

    Parameters
    ----------
    outlines
        Polygons in the work CRS with `id`, `grade` and `center_uncertainty` (m; where a schematic one states none,
        anywhere is possible); what is no polygon is left aside. An outline's own `vertex_sigma` goes before `margins`.
    points
        Where each firm is, aligned to `firms`, in the CRS of `outlines`; None or empty where nobody says.
    margins
        How far in m a boundary of each grade may be off; a point nearer to it than that lies on the boundary.
    """
    shapes = outlines[outlines.geom_type.isin(["Polygon", "MultiPolygon"])]
    named = name_verdicts(firms["complex_name"], aliases)
    placed = point_verdicts(points, shapes, margins) if points is not None else _no_points(firms.index)
    drawn = set(shapes["id"])
    told = zip(
        named["complex"], named["verdict"], named["candidates"],
        placed["by_point"], placed["point_verdict"], placed["candidates"], strict=True,
    )  # fmt: skip
    rows = [
        _match(name, verdict, spoken, place, where, near, drawn) for name, verdict, spoken, place, where, near in told
    ]
    match = pd.DataFrame(
        rows, index=firms.index, columns=["complex", "agreement", "candidates", "reason"], dtype=object
    )
    match["by_name"], match["name_verdict"] = named["complex"], named["verdict"]
    match["by_point"], match["point_verdict"] = placed["by_point"], placed["point_verdict"]
    strangers = match["complex"].notna() & other_region(firms)
    match["candidates"] = _none_where(match["candidates"], strangers)
    lost = {"other_region": strangers, "repeated": firms["repeated"].astype(bool), "no_firm": firms["firm"].isna()}
    for reason, rows_lost in lost.items():
        match["reason"] = match["reason"].mask(rows_lost, reason)
        match["complex"] = _none_where(match["complex"], rows_lost)
    return firms.join(match[list(MATCH_COLUMNS)])


def point_verdicts(
    points: gpd.GeoSeries, outlines: gpd.GeoDataFrame, margins: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return the complex that each point surely lies in, the verdict, and the complexes it may lie in.

    `inside`: surely in one. `border`: nearer to a boundary than it is known, so in or out. `several`: in more than
    one. `maybe`: only a schematic outline may hold it, wherever within its center uncertainty that truly lies.
    `outside`: surely in none. `no_point`: nobody says where the firm is.
    """
    require_work_crs(outlines, gpd.GeoDataFrame(geometry=points))
    known = ~(points.isna() | points.is_empty).to_numpy()
    inside, edge, maybe = (np.zeros((len(points), len(outlines)), dtype=bool) for _ in range(3))
    for column, outline in enumerate(outlines.itertuples()):
        gaps = points[known].distance(outline.geometry).to_numpy()
        if outline.grade == SCHEMATIC:
            maybe[known, column] = gaps <= _stated(outline, "center_uncertainty", np.inf)
            continue
        rims = points[known].distance(outline.geometry.boundary).to_numpy()
        margin = max(BORDER, _stated(outline, "vertex_sigma", (margins or {}).get(outline.grade, 0.0)))
        edge[known, column] = rims <= margin
        inside[known, column] = (gaps == 0) & (rims > margin)
    ids = outlines["id"].to_numpy()
    rows = [_point_row(*row, ids) for row in zip(known, inside, edge, maybe, strict=True)]
    return pd.DataFrame(rows, index=points.index, columns=["by_point", "point_verdict", "candidates"], dtype=object)


def _stated(outline: object, column: str, fallback: float) -> float:
    """Return what an outline states of itself, in m, or the fallback."""
    stated = float(getattr(outline, column, None) or np.nan)
    return fallback if np.isnan(stated) else stated


def _point_row(
    known: bool, inside: np.ndarray, edge: np.ndarray, maybe: np.ndarray, ids: np.ndarray
) -> tuple[str | None, str, str | None]:
    if not known:
        return None, "no_point", None
    if inside.sum() == 1 and not edge.any():
        return ids[inside][0], "inside", ids[inside][0]
    held = inside | edge | maybe
    candidates = "|".join(ids[held]) or None
    if inside.sum() > 1:
        return None, "several", candidates
    return None, "border" if edge.any() else "maybe" if maybe.any() else "outside", candidates


def _no_points(index: pd.Index) -> pd.DataFrame:
    row = {"by_point": None, "point_verdict": "no_point", "candidates": None}
    return pd.DataFrame([row] * len(index), index=index, columns=list(row), dtype=object)


def _match(
    named: str | None, verdict: str, name_candidates: str | None,
    placed: str | None, where: str, point_candidates: str | None, drawn: set[str],
) -> tuple[str | None, str, str | None, str | None]:  # fmt: skip
    """Return complex, agreement of name and point, candidates and reason of one row."""
    by_name, by_point = _parts(name_candidates), _parts(point_candidates)
    both = "|".join(dict.fromkeys([*by_name, *by_point])) or None
    if named is not None:
        agreement = _agreement(named, placed, where, by_point, drawn)
        return (None, agreement, both, "disagree") if agreement == "disagree" else (named, agreement, both, None)
    if placed is not None:
        fits = verdict in ("empty", "unknown") or (verdict != "other" and placed in by_name)
        return (placed, "point_only", both, None) if fits else (None, "disagree", both, "disagree")
    if verdict == "empty" and where in ("maybe", "border", "several"):
        return None, "none", both, f"point_{where}"
    return None, "none", both, f"name_{verdict}"


def _agreement(named: str, placed: str | None, where: str, by_point: list[str], drawn: set[str]) -> str:
    if where == "no_point":
        return "name_only"
    if placed is not None:
        return "agree" if placed == named else "disagree"
    if named in by_point:
        return "possible"
    return "apart" if named in drawn else "name_only"


def _parts(candidates: str | None) -> list[str]:
    return candidates.split("|") if candidates else []


def _none_where(values: pd.Series, mask: pd.Series) -> pd.Series:
    kept = [None if hidden else value for value, hidden in zip(values, mask, strict=True)]
    return pd.Series(kept, values.index, dtype=object)


def other_region(firms: pd.DataFrame) -> pd.Series:
    """Tell which firms lie in another part of the country by their address or 시도: 하남 of 경기 is not 하남 of 광주."""
    stated = firms["address"].fillna(firms["lot_address"])
    found = [_region(address) or _region(region) for address, region in zip(stated, firms["region"], strict=True)]
    return pd.Series([region is not None and region not in HOME_REGIONS for region in found], firms.index, dtype=bool)


def _region(address: object) -> str | None:
    """Return the 시도 that an address begins with; `광주시` without a 구 of the city is the one in 경기."""
    words = str(address).split() if isinstance(address, str) else []
    if not words:
        return None
    if words[0] == "광주시":
        return "광주" if len(words) > 1 and words[1] in HOME_DISTRICTS else "경기" if len(words) > 1 else None
    return words[0] if words[0] in REGIONS else None


def industry_codes(codes: pd.Series, digits: int) -> pd.Series:
    """Return codes cut to `digits`; None for one that is coarser, for nobody says what it is at that level."""
    require_digits(digits)
    return pd.Series([_cut(code, digits) for code in codes], codes.index, dtype=object, name="ksic")


def require_digits(digits: int) -> None:
    """Refuse a level that KSIC does not have."""
    if not DIGITS[0] <= digits <= DIGITS[1]:
        raise InputError("firms.digits", digits=digits, first=DIGITS[0], last=DIGITS[1])


def _cut(code: object, digits: int) -> str | None:
    return code[:digits] if isinstance(code, str) and len(code) >= digits else None


def counted(matched: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are firms of their own."""
    return matched[~matched["reason"].isin(NOT_COUNTED)]


def own_rows(firms: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a register that are firms of their own, as `counted` does of matched ones."""
    return firms[firms["firm"].notna() & ~firms["repeated"].astype(bool)]


def firms_by_industry(matched: pd.DataFrame, industries: pd.DataFrame, digits: int = 2) -> pd.DataFrame:
    """Return how many firms and employees each industry has at each complex; None is no complex, or no code.

    `employees` adds up those that are known, of `employees_known` firms; it is unknown where no firm says. The
    counts of all rows add up to the firms of the register.
    """
    own = counted(matched)
    rows = _sums(own, ["complex", "ksic"], industry_codes(own["ksic"], digits))
    rows = _with_names(rows, _names(own, industries, digits))
    order = rows.sort_values(["complex", "firms", "ksic"], ascending=[True, False, True], na_position="last")
    return order[list(INDUSTRY_ROW_COLUMNS)].reset_index(drop=True)


def _sums(own: pd.DataFrame, keys: list[str], codes: pd.Series) -> pd.DataFrame:
    """Return firms and employees by `keys`, one of which is `ksic`."""
    grouped = own.assign(ksic=codes, _firm=1).groupby(keys, dropna=False, sort=False)
    rows = grouped.agg(
        firms=("_firm", "sum"),
        employees=("employees", lambda found: found.sum(min_count=1)),
        employees_known=("employees", "count"),
    ).reset_index()
    rows[keys] = rows[keys].astype(object).where(rows[keys].notna(), None)
    return rows.astype({"firms": int, "employees": "Int64", "employees_known": int})


def _names(own: pd.DataFrame, industries: pd.DataFrame, digits: int) -> dict[str, tuple[str | None, str | None]]:
    """Return the name of each code in Korean and English: as listed, or as the register most often calls the very code."""
    exact = own[own["ksic"].str.len() == digits].dropna(subset=["ksic", "industry_name"])
    counts = exact.groupby(["ksic", "industry_name"]).size().reset_index(name="n")
    usual = counts.sort_values(["ksic", "n", "industry_name"], ascending=[True, False, True]).drop_duplicates("ksic")
    named = {code: (name, None) for code, name in zip(usual["ksic"], usual["industry_name"], strict=True)}
    listed = zip(industries["id"], industries["name"], industries["name_en"], strict=True)
    return named | {code: (name, name_en) for code, name, name_en in listed}


def _with_names(rows: pd.DataFrame, names: Mapping[str, tuple[str | None, str | None]]) -> pd.DataFrame:
    found = [names.get(code, (None, None)) for code in rows["ksic"]]
    korean, english = ([name[place] for name in found] for place in (0, 1))
    return rows.assign(
        industry_name=pd.Series(korean, rows.index, dtype=object),
        industry_name_en=pd.Series(english, rows.index, dtype=object),
    )


def location_quotients(
    matched: pd.DataFrame, industries: pd.DataFrame, digits: int = 2, reference: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the location quotient of each industry at each complex that has a firm of it.

    LQ = (e_ij / e_i) / (E_j / E): the share of industry j at complex i over its share in the reference (Isserman 1977,
    Journal of the American Institute of Planners 43(1), 33-41). Above 1 the complex has more of j than the reference.
    `quotient` counts firms, `employee_quotient` employees of the firms that state theirs. Where a share has no
    denominator the quotient is unknown, not 0. The quotients of a complex, weighted with the shares of the reference,
    add up to 1.

    Parameters
    ----------
    reference
        Rows with `ksic` and `employees` to compare with; all firms of the register by default. Firms without a code
        as fine as `digits` are in no sum.
    """
    own = counted(matched)
    basis = own if reference is None else reference
    coded = own.assign(ksic=industry_codes(own["ksic"], digits)).dropna(subset=["ksic"])
    whole = basis.assign(ksic=industry_codes(basis["ksic"], digits)).dropna(subset=["ksic"])
    here = coded.dropna(subset=["complex"])
    rows = _sums(here, ["complex", "ksic"], here["ksic"])
    totals = _sums(here.assign(ksic=None), ["complex"], here["ksic"]).set_index("complex")
    shares = _sums(whole, ["ksic"], whole["ksic"]).set_index("ksic")
    rows = rows.assign(
        complex_firms=rows["complex"].map(totals["firms"]).astype(int),
        reference_firms=rows["ksic"].map(shares["firms"]).fillna(0).astype(int),
        reference_total=len(whole),
    )
    rows["quotient"] = _quotient(rows["firms"], rows["complex_firms"], rows["reference_firms"], len(whole))
    rows["employee_quotient"] = _quotient(
        rows["employees"],
        rows["complex"].map(totals["employees"]),
        rows["ksic"].map(shares["employees"]),
        shares["employees"].sum(min_count=1),
    )
    rows = _with_names(rows, _names(own, industries, digits))
    order = rows.sort_values(["complex", "quotient", "ksic"], ascending=[True, False, True], na_position="last")
    return order[list(QUOTIENT_COLUMNS)].reset_index(drop=True)


def _quotient(part: pd.Series, of_complex: pd.Series, in_reference: pd.Series, total: object) -> pd.Series:
    """Return (part / of_complex) / (in_reference / total); NaN where a denominator is 0 or something is unknown."""
    here, inside, outside = (pd.to_numeric(values).astype(float) for values in (part, of_complex, in_reference))
    whole = float("nan") if pd.isna(total) else float(total)  # type: ignore[arg-type]
    share = outside.where(outside > 0) / (whole if whole > 0 else np.nan)
    return (here / inside.where(inside > 0)) / share


def stages_present(
    matched: pd.DataFrame,
    stages: pd.DataFrame,
    hosts: pd.DataFrame,
    industries: pd.DataFrame,
    complexes: Iterable[str],
) -> pd.DataFrame:
    """Return for each stage and complex the firms whose code matches, beside the roles that a plan gives there.

    One code stands for several stages, so a firm counts at each. `firms` is unknown, not 0, where the register says
    nothing (`why`): the stage has no code, no firm of the register has a code of that section (a register of
    factories knows no services), or no row of it lies at the complex.
    """
    own = counted(matched)
    own = own.assign(division=industry_codes(own["ksic"], 2))
    sections = dict(zip(industries["id"].str[:2], industries["section"], strict=True))
    covered = set(own["division"].map(sections).dropna())
    plans = hosts.assign(status=shown_status(hosts))[hosts["basis"] == "plan"]
    here = {place: own[own["complex"] == place] for place in complexes}
    rows = [
        _presence(stage, place, found, plans, sections, covered)
        for stage in stages.to_dict("records")
        for place, found in here.items()
    ]
    table = pd.DataFrame(rows, columns=list(PRESENCE_COLUMNS), dtype=object)
    return table.astype(dict.fromkeys(("firms", "employees", "employees_known"), "Int64"))


def _presence(
    stage: dict, place: str, here: pd.DataFrame, plans: pd.DataFrame, sections: dict[str, str], covered: set[str]
) -> dict[str, object]:
    codes = list(stage["ksic"] or [])
    roles = plans[(plans["stage"] == stage["id"]) & (plans["place"] == place)]
    why = _why_unknown(codes, here, sections, covered)
    firms = here[here["division"].isin(codes)]
    found: dict[str, object] = {
        "firms": len(firms),
        "employees": firms["employees"].sum(min_count=min(1, len(firms))),
        "employees_known": int(firms["employees"].count()),
    }
    return {
        "stage": stage["id"],
        "place": place,
        "ksic": "|".join(codes) or None,
        **(found if why is None else dict.fromkeys(found)),
        "roles": "|".join(roles["name"]) or None,
        "roles_en": "|".join(roles["name_en"].fillna(roles["name"])) or None,
        "status": "|".join(dict.fromkeys(roles["status"])) or None,
        "comparison": _comparison(None if why else len(firms), len(roles)),
        "why": why,
        "evidence": "inferred" if codes and why is None else None,
    }


def _why_unknown(codes: list[str], here: pd.DataFrame, sections: dict[str, str], covered: set[str]) -> str | None:
    if not codes:
        return "stage_without_code"
    if not {sections.get(code[:2]) for code in codes} <= covered:
        return "section_not_in_register"
    return "no_rows_here" if here.empty else None


def _comparison(firms: int | None, roles: int) -> str:
    if firms is None:
        return "unknown"
    return {(True, True): "both", (True, False): "firms_only", (False, True): "role_only"}.get(
        (firms > 0, roles > 0), "neither"
    )


def unmatched_rows(matched: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that belong to no complex, with the reason and the complexes that they speak of."""
    columns = [
        "row",
        "firm",
        "complex_name",
        "address",
        "lot_address",
        "ksic",
        "reason",
        "candidates",
        "by_name",
        "by_point",
    ]
    return matched.loc[matched["complex"].isna(), columns].reset_index(drop=True)
