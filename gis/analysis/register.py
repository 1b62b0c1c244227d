"""The schedule of incorporated land (편입 토지조서): which parcels a site takes, wholly or in part, and how much of each.

The register's area (공부면적) and the area of the figure (도상면적, planar) measure different things. A whole parcel
counts its register area; a part counts the share of its figure that lies inside, rounded by 시행령 제60조. What no
register area is known for stays unknown, and every area of the site is accounted for.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.area import geodesic_areas
from gis.analysis.overlay import Shared, class_areas, shared_areas
from gis.crs import require_work_crs
from gis.errors import InputError
from gis.kernel.rounding import SQUARE_METER, TENTH, register_area, shares_pct
from gis.model import worse_grade

WHOLE, PART = "전부", "일부"
FOREST_REGISTER = "2"
"""The eleventh digit of a PNU of the 임야대장, whose lots are called 산."""
NOISE = 1e-4
"""m²; neighbors that share a line of the boundary overlap the site by less."""
NOTHING = 2e-7
"""m²; less than that is what numbers of this size cannot tell from 0."""
LISTED = 0.01
"""m² from which an overlap or a gap is listed; the balance counts all."""
SAID_PCT = 0.05
"""% of a piece from which zones that overlap are said, for notes have one decimal."""
MOST_LISTED = 2_000
"""Of each kind of fault."""
LAND_FIELDS = ("land_category", "register_area", "zoning", "ownership", "owner", "land_price")
ROW_COLUMNS = (
    "no", "location", "lot_number", "pnu", "land_category", "register_area", "incorporated_area", "whole", "zoning",
    "ownership", "land_price", "figure_area", "figure_share_pct", "parcel_area", "area", "owner", "grade",
    "id", "legal_code", "kind", "sliver", "outside_area", "figures", "lines", "differing", "map_category", "zoning_shares",
    "zoning_overlap_pct", "unread_area", "map_location",
)  # fmt: skip
SLIVER_COLUMNS = (
    "location", "lot_number", "pnu", "land_category", "figure_area", "figure_share_pct", "thickness", "register_area",
    "incorporated_area", "counted",
)  # fmt: skip
SUBTOTAL_COLUMNS = (
    "by", "group", "count", "whole_count", "unknown_count", "register_area", "incorporated_area", "figure_area",
    "figure_area_share_pct",
)  # fmt: skip
BALANCE_COLUMNS = ("section", "entry", "planar_area", "area", "share_pct")
FAULT_COLUMNS = (
    "fault", "pnu", "lot_number", "other_pnu", "other_lot", "location", "map_location", "planar_area", "x_n", "y_e",
)  # fmt: skip
DUPLICATE_COLUMNS = ("side", "pnu", "lot_number", "row", "land_category", "register_area", "ownership", "land_price", "year", "differing")  # fmt: skip
SUBTOTALS = ("land_category", "ownership", "location")


@dataclass(frozen=True)
class Tolerances:
    """What counts as nothing: a piece thinner than `sliver` m, and the share from which a figure is whole.

    `counted` names slivers (PNU) that a person confirmed; `count_slivers` confirms all.
    """

    sliver: float = 0.1
    whole_share: float = 0.999999
    count_slivers: bool = False
    counted: Collection[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not 0 <= self.sliver <= 10:
            raise InputError("register.sliver", value=self.sliver)
        if not 0 < self.whole_share <= 1:
            raise InputError("register.whole_share", value=self.whole_share)


@dataclass(frozen=True)
class Schedule:
    """The land schedule of one site: parcels, thin overlaps, sums, where every m² of the site is, and what is doubtful.

    `shapes` are the pieces inside the site with `state` (whole, part, sliver), for a map.
    """

    rows: pd.DataFrame
    slivers: pd.DataFrame
    subtotals: pd.DataFrame
    balance: pd.DataFrame
    faults: pd.DataFrame
    duplicates: pd.DataFrame
    shapes: gpd.GeoDataFrame


def schedule(
    site: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    lands: pd.DataFrame | None = None,
    units: gpd.GeoDataFrame | None = None,
    zones: gpd.GeoDataFrame | None = None,
    tolerances: Tolerances | None = None,
    shared: Shared = shared_areas,
) -> Schedule:
    """Return which parcels `site` takes, wholly or in part, and the area of each.

    Parameters
    ----------
    site
        One polygon in a TM belt.
    parcels
        Polygons in the same belt with `pnu`, `address`, `map_lot` and `map_category` (what is written on the map), `grade`,
        `source` and, where the layer says them, `LAND_FIELDS`; figures of one PNU are one parcel.
    lands
        A table with `row`, `pnu`, `LAND_FIELDS` and `unread_area`; what it says goes before what the layer says.
    units
        Polygons of 법정동·리 with `id` (its code of 8 or 10 digits), `full_name` and `precision` (m).
    zones
        Polygons of 용도지역 with `name`, for parcels of which nobody says it.
    shared
        What finds the areas that parcels share with zones and units.
    """
    require_work_crs(site, parcels)
    limits, shape = tolerances or Tolerances(), site.geometry.iloc[0]
    pieces, twins = pieces_inside(shape, parcels, limits)
    told, repeated = told_once(lands, pieces["pnu"])
    places = {} if units is None else dict(zip(units["id"], units["full_name"], strict=True))
    rows = with_map_places(with_zones(described(pieces, told, places), zones, shared), units, shared)
    rows["incorporated_area"] = incorporated_areas(rows)
    outline = site["grade"].iloc[0]
    rows["grade"] = [worse_grade(outline, grade) for grade in rows["grade"]]
    rows["area"] = geodesic_areas(rows)
    rows = rows.sort_values(["pnu", "lot_number"], na_position="last", kind="stable").reset_index(drop=True)
    rows["id"] = rows["pnu"].astype(object).where(rows["pnu"].notna(), "row-" + rows.index.astype(str))
    counted = ~rows["sliver"] | limits.count_slivers | rows["pnu"].isin(list(limits.counted))
    taken = rows[counted].reset_index(drop=True)
    taken.insert(0, "no", np.arange(1, len(taken) + 1))
    faults, union = faults_inside(shape, rows)
    return Schedule(
        rows=pd.DataFrame(taken)[list(ROW_COLUMNS)],
        slivers=pd.DataFrame(rows.assign(counted=counted)[rows["sliver"]])[list(SLIVER_COLUMNS)].reset_index(drop=True),
        subtotals=subtotals(taken),
        balance=balance(site, rows, counted, union),
        faults=faults,
        duplicates=duplicates(rows, twins, repeated),
        shapes=_shapes(rows, counted),
    )


def pieces_inside(
    site: shapely.Geometry, parcels: gpd.GeoDataFrame, limits: Tolerances
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the piece of each parcel inside the site, whole, part or sliver, and the PNU that several figures have."""
    near = np.sort(parcels.sindex.query(site, predicate="intersects"))
    inside = parcels.iloc[near]
    same = parcels["pnu"].isin(inside["pnu"].dropna()) & parcels["pnu"].notna()
    found, twins = one_figure_each(pd.concat([inside, parcels[same].drop(inside.index, errors="ignore")]))
    figures = found.geometry.to_numpy()
    shapely.prepare(site)
    covered = shapely.covers(site, figures)
    kept = figures.copy()
    kept[~covered] = _polygons(shapely.intersection(figures[~covered], site))
    pieces = found.set_geometry(kept, crs=parcels.crs).assign(
        parcel_area=shapely.area(figures), figure_area=shapely.area(kept)
    )
    rest = np.full(len(figures), None, dtype=object)
    rest[~covered] = shapely.difference(figures[~covered], site)
    outside = np.where(covered, 0.0, shapely.area(rest))
    share = pieces["figure_area"].to_numpy() / np.maximum(pieces["parcel_area"].to_numpy(), 1e-12)
    whole = covered | (share >= limits.whole_share)
    whole[~whole] = thin(rest[~whole], limits.sliver) & (share[~whole] > 0.5)
    sliver = ~whole
    sliver[sliver] = thin(kept[sliver], limits.sliver)
    pieces = pieces.assign(
        whole=np.where(whole, WHOLE, PART), sliver=sliver, outside_area=np.where(whole, outside, np.nan),
        figure_share_pct=100 * share, thickness=2 * shapely.area(kept) / np.maximum(shapely.length(kept), 1e-12),
    )  # fmt: skip
    real = covered | (pieces["figure_area"].to_numpy() > NOISE)
    return pieces[real].reset_index(drop=True), twins[twins["pnu"].isin(pieces["pnu"][real])]


def one_figure_each(parcels: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return parcels with the figures of one PNU as one, and those that had several."""
    several = parcels["pnu"].duplicated(keep=False) & parcels["pnu"].notna()
    twins = pd.DataFrame(parcels[several].assign(planar_area=parcels.area)).drop(columns="geometry")
    counted = parcels.assign(figures=1)
    if not several.any():
        return counted, twins
    joined = parcels[several].groupby("pnu", sort=False)
    shapes = joined.geometry.agg(lambda part: shapely.union_all(part.to_numpy()))
    first = counted[~parcels["pnu"].duplicated() | parcels["pnu"].isna()]
    known = first["pnu"].map(shapes)
    whole = np.where(known.notna(), known, first.geometry)
    figures = first["pnu"].map(joined.size()).fillna(1).astype(int)
    return first.set_geometry(whole, crs=parcels.crs).assign(figures=figures), twins


def thin(shapes: np.ndarray, width: float) -> np.ndarray:
    """Tell which shapes are nowhere as wide as `width` m: nothing is left when half of it is taken from every side."""
    if width <= 0:
        return np.asarray(shapely.area(shapes) <= NOISE)
    left = shapely.buffer(shapes, -width / 2, join_style="mitre", quad_segs=1)
    return np.asarray(shapely.is_empty(left) | shapely.is_missing(left))


def _polygons(shapes: np.ndarray) -> np.ndarray:
    """Return shapes without the points and lines that an intersection leaves where two only touch."""
    mixed = ~np.isin(shapely.get_type_id(shapes), [3, 6])
    for place in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[place])
        shapes[place] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), [3, 6])])
    return shapes


def told_once(lands: pd.DataFrame | None, pnus: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what a table says of each PNU, and the rows of those that stand in it more than once.

    Of several years the last counts; where rows of one PNU differ in a column, that column is unknown. Areas that could
    not be read are told by the line of the file: `12: 1,2O4`.
    """
    columns = [*LAND_FIELDS, "lines", "differing", "unread_area"]
    if lands is None:
        return pd.DataFrame(columns=columns, dtype=object), pd.DataFrame()
    mine = lands[lands["pnu"].isin(pnus.dropna())]
    unread = mine["row"].astype("string") + ": " + mine["unread_area"].astype("string")
    mine = mine.assign(unread_area=_objects(unread))
    again = mine["pnu"].duplicated(keep=False)
    single = mine[~again].set_index("pnu").assign(lines=1, differing=None)
    if not again.any():
        return single[columns], mine[again]
    years = mine["year"].astype(float).fillna(-1.0)
    last = mine[again & years.eq(years.groupby(mine["pnu"]).transform("max"))]
    grouped = last.groupby("pnu")
    stated = grouped[list(LAND_FIELDS)]
    agreed = stated.first().where(stated.nunique(dropna=False) <= 1)
    differing = (stated.nunique(dropna=False) > 1).apply(
        lambda row: "|".join(name for name in LAND_FIELDS if row[name]) or None, axis=1
    )
    cells = last["unread_area"].dropna().groupby(last["pnu"]).agg(", ".join).reindex(agreed.index)
    several = agreed.assign(lines=mine[again].groupby("pnu").size(), differing=differing, unread_area=_objects(cells))
    repeated = mine[again].assign(differing=mine.loc[again, "pnu"].map(differing))
    parts = [part[columns].astype(object) for part in (single, several) if len(part)]
    return pd.concat(parts), repeated


def described(pieces: gpd.GeoDataFrame, told: pd.DataFrame, places: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return pieces with 소재지, 지번 and what the table, or else the layer itself, says of each parcel."""
    numbers = lot_numbers(pieces["pnu"])
    known = pieces.assign(
        lot_number=numbers.where(numbers.notna(), pieces["map_lot"]),
        legal_code=pieces["pnu"].str[:10],
        kind=pieces["pnu"].str[10:11],
    )
    known["location"] = locations(known["legal_code"], pieces["address"], places)
    found = told.reindex(pieces["pnu"].to_numpy()).set_axis(pieces.index)
    for name in LAND_FIELDS:
        own = pieces[name] if name in pieces else pd.Series(None, index=pieces.index, dtype=object)
        silent = found["differing"].astype("string").str.contains(rf"\b{name}\b").fillna(False).astype(bool)
        known[name] = _objects(found[name].where(found[name].notna() | silent, own))
    for name in ("register_area", "land_price"):
        known[name] = pd.to_numeric(known[name], errors="coerce").astype(float)
    stated = known["land_category"]
    known["land_category"] = stated.where(stated.notna(), known["map_category"])
    known["map_category"] = known["map_category"].where(stated.notna() & known["map_category"].ne(stated), None)
    return known.assign(
        lines=found["lines"].fillna(0).astype(int),
        differing=_objects(found["differing"]),
        unread_area=_objects(found["unread_area"]),
    )


def lot_numbers(pnus: pd.Series) -> pd.Series:
    """Return the 지번 in each PNU: `12`, `12-3`, `산 12-3`; None where there is no PNU."""
    main, sub = pnus.str[11:15].str.lstrip("0"), pnus.str[15:19].str.lstrip("0")
    text = main.where(sub.eq(""), main + "-" + sub)
    found = text.where(pnus.str[10].ne(FOREST_REGISTER), "산 " + text)
    return found.astype(object).where(pnus.notna(), None).rename("lot_number")


def _objects(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), None)


def locations(codes: pd.Series, addresses: pd.Series, places: Mapping[str, str]) -> pd.Series:
    """Return the 소재지 of each 법정동 code, or the address without its 지번 where nobody knows the code."""
    named = codes.map(places)
    short = codes.str[:8].map(places).where(codes.str.endswith("00").fillna(False))
    bare = addresses.astype("string").str.replace(r"\s*(?:산\s*)?\d+(?:-\d+)?\s*\D{0,4}$", "", regex=True).str.strip()
    written = _objects(bare.where(bare.ne("")))
    found = named.where(named.notna(), short)
    return _objects(found.where(found.notna(), written)).rename("location")


def with_zones(
    rows: gpd.GeoDataFrame, zones: gpd.GeoDataFrame | None, shared: Shared = shared_areas
) -> gpd.GeoDataFrame:
    """Return rows with the 용도지역 of the largest share where nobody says one, and there all shares in % as text.

    `zoning_overlap_pct` is how much of the piece lies in more than one zone and counts in the shares of each.
    """
    if zones is None:
        return rows.assign(zoning_shares=None, zoning_overlap_pct=np.nan)
    asked = rows[rows["zoning"].isna()]
    parts = class_areas(asked, zones, zones["name"], shared)
    parts = parts[parts["area"] > NOISE].assign(row=lambda part: asked.index[part["parcel"]])
    overlaps = parts[parts["labels"].map(len) > 1].groupby("row")["area"].sum()
    each = parts.explode("labels").groupby(["row", "labels"], sort=False)["area"].sum()
    sums = each.reset_index().sort_values(["row", "area", "labels"], ascending=[True, False, True])
    share = 100 * sums["area"] / sums["row"].map(rows["figure_area"])
    texts = (sums["labels"] + " " + share.map("{:.1f} %".format)).groupby(sums["row"]).agg(", ".join)
    largest = sums.groupby("row")["labels"].first()
    return rows.assign(
        zoning=rows["zoning"].where(rows["zoning"].notna(), _objects(largest.reindex(rows.index))),
        zoning_shares=_objects(texts.reindex(rows.index)),
        zoning_overlap_pct=100 * overlaps.reindex(rows.index) / rows["figure_area"],
    )


def with_map_places(
    rows: gpd.GeoDataFrame, units: gpd.GeoDataFrame | None, shared: Shared = shared_areas
) -> gpd.GeoDataFrame:
    """Return rows with `map_location`: where the map of 법정동·리 has those whose PNU names another place; None elsewhere.

    A piece lies elsewhere where it is farther from its own 법정동·리 than the map is right; the land of a code that the
    map does not know is all that lies beyond it.
    """
    if units is None:
        return rows.assign(map_location=None)
    known = units.reset_index(drop=True)
    places = pd.Series(known.index, index=known["id"])
    codes = rows["legal_code"]
    short = codes.str[:8].where(codes.str.endswith("00").fillna(False))
    own = codes.map(places).fillna(short.map(places))
    most = shared(rows, known).sort_values("area", ascending=False, kind="stable").drop_duplicates("parcel")
    there = pd.Series(most["feature"].to_numpy(), index=rows.index[most["parcel"]]).reindex(rows.index)
    asked = codes.notna() & there.notna() & there.ne(own)
    beyond = shapely.coverage_union_all(known.geometry.to_numpy()).boundary if (asked & own.isna()).any() else None
    homes = [beyond if pd.isna(number) else known.geometry.iloc[int(number)] for number in own[asked]]
    far = shapely.distance(rows.geometry[asked].to_numpy(), np.array(homes, dtype=object)) > known["precision"].max()
    elsewhere = there[asked][far].map(known["full_name"])
    return rows.assign(map_location=_objects(elsewhere.reindex(rows.index)))


def in_tenths(rows: pd.DataFrame) -> pd.Series:
    """Tell which parcels are registered to 0.1 m²: those with tenths, and those of a 법정동 where half have them.

    The step goes by the map of a district (1:600, or 경계점좌표등록부), which no table names; one parcel in ten of such
    a district happens to have no tenths.
    """
    own = rows["register_area"].mod(1).gt(0)
    known = own.where(rows["register_area"].notna()).astype(float)
    return own | known.groupby(rows["legal_code"]).transform("mean").ge(0.5)


def incorporated_areas(rows: pd.DataFrame) -> pd.Series:
    """Return the 편입면적 in m²: all of the register area, or the share of the figure, half to even; NaN where unknown.

    The share of a figure is right to a billionth; the product is taken to a millionth of a m² before it is rounded, so
    that 100.5 m² of a half are 100.5.
    """
    area, whole = rows["register_area"].to_numpy(float), rows["whole"].eq(WHOLE).to_numpy()
    share = rows["figure_share_pct"].to_numpy(float) / 100
    found = np.where(whole, area, np.nan)
    tenths = in_tenths(rows).to_numpy()
    for place in np.flatnonzero(~whole & np.isfinite(area)):
        step = TENTH if tenths[place] else SQUARE_METER
        part = round(float(area[place]) * float(share[place]), 6)
        found[place] = min(float(register_area(part, step)), float(area[place]))
    return pd.Series(found, index=rows.index, name="incorporated_area")


def subtotals(rows: pd.DataFrame) -> pd.DataFrame:
    """Return counts and sums by 지목, 소유구분 and 리, and the total; sums of what is known, unknown where nothing is."""
    total = rows["figure_area"].sum()
    parts = [_sums(rows, name, rows[name]).sort_values("figure_area", ascending=False) for name in SUBTOTALS]
    table = pd.concat([*parts, _sums(rows, "total", pd.Series("total", index=rows.index))], ignore_index=True)
    return table.assign(figure_area_share_pct=shares_pct(table["figure_area"], total))[list(SUBTOTAL_COLUMNS)]


def _sums(rows: pd.DataFrame, by: str, groups: pd.Series) -> pd.DataFrame:
    grouped = rows.groupby(groups.rename("group"), dropna=False, sort=False)
    areas = {name: grouped[name].agg(_sum) for name in ("register_area", "incorporated_area", "figure_area")}
    counts = {
        "count": grouped.size(),
        "whole_count": grouped["whole"].agg(lambda words: int(words.eq(WHOLE).sum())),
        "unknown_count": grouped["register_area"].agg(lambda values: int(values.isna().sum())),
    }
    table = pd.DataFrame(counts | areas).reset_index(names="group")
    return table.assign(by=by, group=_objects(table["group"]))


def _sum(values: pd.Series) -> float:
    """Return the sum of what is known, exact on the written digits; NaN where nothing is."""
    known = values.dropna()
    return float(sum(map(Decimal, map(repr, known.astype(float).tolist())), Decimal(0))) if len(known) else float("nan")


def faults_inside(site: shapely.Geometry, rows: gpd.GeoDataFrame) -> tuple[pd.DataFrame, shapely.Geometry]:
    """Return overlaps of parcels, gaps without one and parcels whose PNU names another place, and all as one shape.

    The largest come first.
    """
    shapes = rows.geometry.to_numpy()
    union = shapely.union_all(shapes) if len(shapes) else shapely.Polygon()
    gaps = shapely.get_parts(_polygons(np.array([shapely.difference(site, union)], dtype=object)))
    found = [_gap_rows(gaps[shapely.area(gaps) >= LISTED]), _place_rows(rows[rows["map_location"].notna()])]
    if rows["figure_area"].sum() - union.area > NOISE:
        found.append(_overlap_rows(rows))
    table = pd.concat(found, ignore_index=True).sort_values("planar_area", ascending=False, kind="stable")
    return table.groupby("fault").head(MOST_LISTED).reset_index(drop=True), union


def _gap_rows(gaps: np.ndarray) -> pd.DataFrame:
    points = shapely.point_on_surface(gaps)
    return pd.DataFrame(
        {"fault": "gap", "planar_area": shapely.area(gaps), "x_n": shapely.get_y(points), "y_e": shapely.get_x(points)},
        columns=list(FAULT_COLUMNS),
    )


def _place_rows(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    points = shapely.point_on_surface(rows.geometry.to_numpy())
    found = pd.DataFrame(rows).assign(
        fault="place", planar_area=rows["figure_area"], x_n=shapely.get_y(points), y_e=shapely.get_x(points)
    )
    return found.reindex(columns=list(FAULT_COLUMNS))


def _overlap_rows(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes = rows.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    common = shapely.intersection(shapes[left], shapes[right])
    area = shapely.area(common)
    real = area >= LISTED
    points = shapely.point_on_surface(_polygons(common[real]))
    one, other = rows.iloc[left[real]], rows.iloc[right[real]]
    return pd.DataFrame(
        {
            "fault": "overlap", "pnu": one["pnu"].to_numpy(), "lot_number": one["lot_number"].to_numpy(),
            "other_pnu": other["pnu"].to_numpy(), "other_lot": other["lot_number"].to_numpy(),
            "planar_area": area[real], "x_n": shapely.get_y(points), "y_e": shapely.get_x(points),
        },
        columns=list(FAULT_COLUMNS),
    )  # fmt: skip


def balance(
    site: gpd.GeoDataFrame, rows: gpd.GeoDataFrame, counted: pd.Series, union: shapely.Geometry
) -> pd.DataFrame:
    """Return where every m² of the site is, and what lies between the sum of the schedule and the area of the site.

    In each section the entries below the first add up to it: 구역면적 = figures counted + slivers − overlaps + gaps, and
    편입면적 − 구역면적 by its causes.
    """
    planar, ground = float(site.geometry.iloc[0].area), float(geodesic_areas(site.iloc[[0]]).iloc[0])
    taken, thin_ones = rows[counted], rows[~counted]
    known = taken["incorporated_area"].notna()
    whole, per_planar = np.array([planar, ground]), np.array([1.0, ground / planar])
    figures, slivers = (_both(part) for part in (taken, thin_ones))
    overlaps = (figures[0] + slivers[0] - union.area) * per_planar
    gaps = (planar - union.area) * per_planar
    # nodes on edges bend them, by 1e-7 of the area; the figures take that up, so that all adds to the site
    bent = np.array([1.0, (ground - gaps[1] + overlaps[1]) / ((figures + slivers)[1] or 1.0)])
    figures, slivers = figures * bent, slivers * bent
    sections = [
        ("site", "site_area", whole), ("site", "figures", figures), ("site", "slivers", slivers),
        ("site", "overlaps", -overlaps), ("site", "gaps", gaps),
    ]  # fmt: skip
    table = [(section, entry, *areas) for section, entry, areas in sections]
    if known.any():
        written = _sum(taken["incorporated_area"])
        causes = {
            "register_difference": written - float(taken.loc[known, "figure_area"].sum()),
            "no_register_area": -float(taken.loc[~known, "figure_area"].sum()),
            "slivers": -slivers[0], "overlaps": overlaps[0], "gaps": -gaps[0],
        }  # fmt: skip
        table += [
            ("difference", "incorporated", written, np.nan),
            ("difference", "difference", written - planar, np.nan),
        ]
        table += [("difference", entry, area, np.nan) for entry, area in causes.items()]
    found = pd.DataFrame(table, columns=list(BALANCE_COLUMNS[:-1]))
    areas = found[["planar_area", "area"]]
    found[["planar_area", "area"]] = areas.where(areas.abs().ge(NOTHING) | areas.isna(), 0.0)
    return found.assign(share_pct=100 * found["planar_area"] / planar)


def _both(rows: gpd.GeoDataFrame) -> np.ndarray:
    return np.array([rows["figure_area"].sum(), rows["area"].sum()], dtype=float)


def duplicates(rows: pd.DataFrame, twins: pd.DataFrame, repeated: pd.DataFrame) -> pd.DataFrame:
    """Return the PNU that stand more than once in the layer (`layer`) or in the table (`table`), row by row."""
    lots = rows.drop_duplicates("pnu").set_index("pnu")["lot_number"]
    sides = [part.assign(side=side) for side, part in (("layer", twins), ("table", repeated)) if len(part)]
    if not sides:
        return pd.DataFrame(columns=list(DUPLICATE_COLUMNS))
    table = pd.concat(sides, ignore_index=True)
    table = table.assign(lot_number=table["pnu"].map(lots)).reindex(columns=list(DUPLICATE_COLUMNS))
    return table.sort_values(["side", "pnu"], kind="stable").reset_index(drop=True)


def _shapes(rows: gpd.GeoDataFrame, counted: pd.Series) -> gpd.GeoDataFrame:
    """Return the pieces for a map: `id`, `name` (지번), `state`, `grade`."""
    state = np.select([rows["sliver"] & ~counted, rows["whole"].eq(WHOLE)], ["sliver", "whole"], "part")
    kept = pd.DataFrame(
        {"id": rows["id"], "name": rows["lot_number"].fillna("?"), "state": state, "grade": rows["grade"]}
    )
    return gpd.GeoDataFrame(
        kept.assign(location=rows["location"], figure_area=rows["figure_area"], source=rows["source"]),
        geometry=rows.geometry.to_numpy(), crs=rows.crs,
    ).set_index("id", drop=False)  # fmt: skip
