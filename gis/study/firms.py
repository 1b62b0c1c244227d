"""Firms and people: what a register or a table says about the complexes and the districts, end to end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import study
from gis.analysis import firms as _firms
from gis.analysis import people as _people
from gis.crs import GWANGJU_BELT, KOREA_LON_LAT, MAP_CRS, known_crs, reproject
from gis.errors import InputError, UnknownNameError
from gis.io import catalog, store
from gis.io.firms import Register, industries, read_register
from gis.io.names import aliases
from gis.io.people import People, read_people
from gis.io.store import StoredLayer
from gis.study import value_chain
from gis.study.imports import Keeping, keep_rows

FIRMS, PEOPLE = "Firms", "People"
"""Kinds of what is kept without shapes."""
STORIES = {
    FIRMS: ("file", "columns", "unreadable", "encoding", "sheet", "header_line", "dropped"),
    PEOPLE: ("file", "as_of", "unreadable", "encoding", "measures"),
}
"""What is kept of how each was read."""
FIRM_TABLES = ("firms", "industries", "quotients", "stages", "unmatched", "dropped")
LEVELS = ("emd", "sigungu")
SHOWN_COLUMNS = (
    "row", "firm", "complex_name", "complex", "agreement", "ksic", "industry_name", "ksic_others", "product",
    "address", "lot_address", "employees", "site_area", "building_area", "lon", "lat", "x", "y", "by_name",
    "name_verdict", "by_point", "point_verdict", "candidates", "reason", "region", "register_no",
)  # fmt: skip


@dataclass(frozen=True)
class FirmReport:
    """What a register of firms says about the complexes; `counts` are the numbers behind its sentences."""

    file: str
    encoding: str | None
    sheet: str | None
    header_line: int
    columns: dict[str, str]
    digits: int
    reference: str | None
    firms: pd.DataFrame
    industries: pd.DataFrame
    quotients: pd.DataFrame
    stages: pd.DataFrame
    unmatched: pd.DataFrame
    dropped: pd.DataFrame
    counts: dict[str, int]
    unreadable: dict[str, int]

    def table(self, name: str) -> pd.DataFrame:
        """Return one of `FIRM_TABLES`."""
        return {one: getattr(self, one) for one in FIRM_TABLES}[name]


@dataclass(frozen=True)
class PeopleReport:
    """What a table of people says about the districts: `units` with figures, what is left, and the totals."""

    file: str
    level: str
    kind: str
    as_of: str | None
    measures: tuple[str, ...]
    units: pd.DataFrame
    unmatched: pd.DataFrame
    totals: pd.DataFrame
    unreadable: dict[str, int]


def firm_report(
    source: Path | bytes | str,
    file: str | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    digits: int = 2,
    crs: str | None = None,
    reference: Path | str | None = None,
    outlines: gpd.GeoDataFrame | None = None,
) -> FirmReport:
    """Return firms by complex and industry, quotients, stages, and what was left out, of one register.

    Parameters
    ----------
    source
        A file, its bytes, or the name of a register that was kept.
    file
        What to call the register, with its ending; needed where `source` is bytes.
    digits
        How fine the industries are: 2 (중분류) to 5.
    crs
        CRS of the columns x and y; without it they are kept and not used.
    reference
        Another register that location quotients compare with; this one by default.
    outlines
        The complexes as polygons in the work CRS; the bundled outlines by default.
    """
    _firms.require_digits(digits)
    register = register_of(source, file, encoding=encoding, sheet=sheet)
    shapes = study.layer(study.COMPLEXES) if outlines is None else outlines
    points, counts = firm_points(register.firms, crs)
    margins = catalog.vertex_sigmas().to_dict()
    matched = _firms.match_firms(register.firms, shapes, aliases(), points, margins)
    whole = None if reference is None else register_of(reference)
    return _report(register, matched, counts, digits, whole)


def register_of(
    source: Path | bytes | str, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> Register:
    """Return a register of firms from a file, from bytes, or as it was kept under a name."""
    if not isinstance(source, str):
        return read_register(source, file, encoding=encoding, sheet=sheet)
    rows, story = _kept(source, FIRMS)
    firms = rows.astype({name: object for name in rows.columns if rows[name].dtype == "str"})
    told = {name: story[name] for name in STORIES[FIRMS]}
    return Register(firms=firms.where(firms.notna(), None), **told | {"dropped": pd.DataFrame(told["dropped"])})


def people_of(
    source: Path | bytes | str, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> People:
    """Return a table of people from a file, from bytes, or as it was kept under a name."""
    if not isinstance(source, str):
        return read_people(source, file, encoding=encoding, sheet=sheet)
    rows, story = _kept(source, PEOPLE)
    told = {name: story[name] for name in STORIES[PEOPLE]}
    return People(rows=rows, **told | {"measures": tuple(told["measures"])})


def _kept(name: str, kind: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    stored = store.layer(name)
    if stored.kind != kind:
        raise InputError("not_of_kind", layer=name, kind=kind)
    return store.table(stored.name), stored.story


def keep_firms(
    source: Path | bytes,
    file: str,
    keeping: Keeping | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> StoredLayer:
    """Keep a register of firms, without its personal data, and return how it is listed."""
    known = read_register(source, file, encoding=encoding, sheet=sheet)
    told = {name: getattr(known, name) for name in STORIES[FIRMS]} | {"dropped": known.dropped.to_dict("records")}
    return keep_rows(FIRMS, known.firms, told, source, file, keeping)


def keep_people(
    source: Path | bytes,
    file: str,
    keeping: Keeping | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> StoredLayer:
    """Keep a table of people, and return how it is listed."""
    people = read_people(source, file, encoding=encoding, sheet=sheet)
    told = {name: getattr(people, name) for name in STORIES[PEOPLE]}
    return keep_rows(PEOPLE, people.rows, told, source, file, keeping)


def kept_or_file(named: str) -> Path | str:
    """Return the name of a table that was kept, or else the file that a person named."""
    known = {one.name for one in store.layers() if one.kind in (FIRMS, PEOPLE)}
    return named if named in known else Path(named)


def kept_tables(kind: str) -> dict[str, str]:
    """Return name and title of every register of firms, or table of people, that was kept."""
    return {one.name: one.title for one in store.layers() if one.kind == kind}


def _report(
    register: Register, matched: pd.DataFrame, counts: dict[str, int], digits: int, reference: Register | None
) -> FirmReport:
    known, used = industries(), value_chain.model()
    own = _firms.counted(matched)
    codes = _firms.industry_codes(own["ksic"], digits)
    basis = None if reference is None else _firms.own_rows(reference.firms)
    return FirmReport(
        file=register.file,
        encoding=register.encoding,
        sheet=register.sheet,
        header_line=register.header_line,
        columns=register.columns,
        digits=digits,
        reference=None if reference is None else reference.file,
        firms=matched[list(SHOWN_COLUMNS)],
        industries=_firms.firms_by_industry(matched, known, digits),
        quotients=_firms.location_quotients(matched, known, digits, basis),
        stages=_firms.stages_present(matched, used.stages, used.hosts, known, list(value_chain.places()["id"])),
        unmatched=_firms.unmatched_rows(matched),
        dropped=register.dropped,
        counts={
            **counts,
            "rows": len(matched),
            "firms": len(own),
            "matched": int(matched["complex"].notna().sum()),
            "disagree": int(matched["reason"].eq("disagree").sum()),
            "apart": int(matched["agreement"].eq("apart").sum()),
            "repeated": int(matched["reason"].eq("repeated").sum()),
            "no_firm": int(matched["reason"].eq("no_firm").sum()),
            "without_code": int(own["ksic"].isna().sum()),
            "coarser": int((own["ksic"].notna() & codes.isna()).sum()),
            "several_codes": int(own["ksic_others"].notna().sum()),
            "employees_known": int(own["employees"].count()),
        },
        unreadable=register.unreadable,
    )


def firm_points(firms: pd.DataFrame, crs: str | None = None) -> tuple[gpd.GeoSeries, dict[str, int]]:
    """Return where each firm is, in the belt of Gwangju, empty where nobody says, and how many points were usable.

    Longitude and latitude go first; x and y count only in a stated `crs`. Points outside Korea are left out. Where
    x and y put nothing near the complexes and the other order does, they are taken as surveyors write them: x north.
    """
    degrees = gpd.GeoSeries(_shapes(firms["lon"], firms["lat"]), index=firms.index, crs=MAP_CRS)
    counts = {"swapped": 0, "without_crs": 0}
    planar = firms[["x", "y"]].notna().all(axis=1) & degrees.isna()
    if planar.any() and crs is None:
        counts["without_crs"] = int(planar.sum())
    elif planar.any():
        found = {order: _in_degrees(firms.loc[planar, list(order)], str(crs)) for order in (("x", "y"), ("y", "x"))}
        order = max(found, key=lambda one: _near_home(found[one]))
        degrees[planar] = found[order]
        counts["swapped"] = int(planar.sum()) if order == ("y", "x") else 0
    west, south, east, north = KOREA_LON_LAT
    stated = degrees.notna()
    inside = degrees.x.between(west, east) & degrees.y.between(south, north)
    degrees[~inside] = None
    counts |= {"points": int(inside.sum()), "outside_korea": int((stated & ~inside).sum())}
    work = reproject(gpd.GeoDataFrame(geometry=degrees), GWANGJU_BELT)
    return work.geometry, counts


def _shapes(x: pd.Series, y: pd.Series) -> np.ndarray:
    known = (x.notna() & y.notna()).to_numpy()
    shapes = np.full(len(x), None, dtype=object)
    shapes[known] = gpd.points_from_xy(x[known], y[known])
    return shapes


def _in_degrees(pairs: pd.DataFrame, crs: str) -> gpd.GeoSeries:
    frame = gpd.GeoDataFrame(
        geometry=_shapes(pairs.iloc[:, 0], pairs.iloc[:, 1]), index=pairs.index, crs=known_crs(crs)
    )
    return reproject(frame, MAP_CRS).geometry


def _near_home(degrees: gpd.GeoSeries) -> int:
    """Return how many points lie within the districts that the product knows; x east wins a tie."""
    west, south, east, north = study.layer("sigungu").to_crs(MAP_CRS).total_bounds
    return int((degrees.x.between(west, east) & degrees.y.between(south, north)).sum())


def people_report(
    source: Path | bytes | str,
    file: str | None = None,
    *,
    level: str | None = None,
    boundaries: study.SourceLayer | str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> PeopleReport:
    """Return population and workers by district, with what found no boundary and which boundary found no figure.

    Parameters
    ----------
    level
        `emd` (by 동) or `sigungu` (sums, exact); by 동 where `boundaries` are given, else sums.
    boundaries
        행정동 polygons with their codes, or the name of a file or layer of them; the bundled ones are 법정동.

    Raises
    ------
    InputError
        Where the codes of the table and of the boundaries are of different kinds.
    """
    chosen = level or ("emd" if boundaries is not None else "sigungu")
    if chosen not in LEVELS:
        raise UnknownNameError("level", level=chosen, known=", ".join(LEVELS))
    table = people_of(source, file, encoding=encoding, sheet=sheet)
    if chosen == "sigungu":
        joined = _people.sum_by_sigungu(table.rows, table.measures, study.layer("sigungu"), table.file)
    else:
        drawn = study.source_layer(boundaries or "emd") if not isinstance(boundaries, study.SourceLayer) else boundaries
        shapes = drawn.frame
        joined = _people.join_units(table.rows, table.measures, shapes, table.file)
    return PeopleReport(
        file=table.file,
        level=chosen,
        kind=joined.kind,
        as_of=table.as_of,
        measures=table.measures,
        units=joined.units,
        unmatched=joined.unmatched,
        totals=joined.totals,
        unreadable=table.unreadable,
    )
