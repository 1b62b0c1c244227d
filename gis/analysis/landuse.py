"""토지이용계획: what a site is to be used for, in parts that add up to it, from zones or from a typed table."""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.area import geodesic_areas, require_polygons
from gis.analysis.overlay import partition
from gis.crs import require_work_crs
from gis.errors import InputError

UNASSIGNED, CONTESTED, DIFFERENCE, TOTAL = "unassigned", "contested", "difference", "total"
"""Rows that are no use: what no zone covers, what two uses claim, what a typed table lacks, and the whole site."""
SPECIAL = (UNASSIGNED, CONTESTED, DIFFERENCE)
OWN, WITHIN = "own:", " > "
"""How the id of a use begins that only a file knows, and what stands between it and the use that it is a part of."""
REST = "#rest"
"""How the id of a row ends that holds what a use has beyond its parts."""
NOISE = 0.01
"""m² below which an area is what rounding leaves of coordinates, not land."""
ROUNDING = 0.1
"""m² up to which parts may miss the whole: printed at 1 m², it is not seen."""
BESIDE = "\t"
"""What stands between a use and whether it goes for payment or free."""
SMALLEST_PLOT = 900.0
"""m², 통합지침 제13조①1마."""
LEAF_COLUMNS = ("area", "geodesic_area", "former", "paid", "free", "phase", "note")
AMOUNTS = ("area", "former", "paid", "free")
TABLE_COLUMNS = (
    "id", "parent", "level", "use", "use_en", "former_area", "change_area", "planned_area", "share_pct",
    "geodesic_area", "paid_area", "free_area", "plan_phase", "note", "grade",
)  # fmt: skip
FAULT_COLUMNS = ("plan_fault", "row", "zone", "other_zone", "fault_area")
SUPPLY_COLUMNS = ("block", "ksic", "industry_name", "supply_area", "share_pct", "note")
PLACEMENT_COLUMNS = ("block", "ksic", "industry_name", "supply_area", "smallest_plot", "restricted", "note")
TOTAL_WORDS = {"합계", "총계", "계", "총면적", "전체", "total", "구역면적"}
SUBTOTAL_WORDS = {"소계", "계", "합계", "subtotal"}
PAID_WORDS, FREE_WORDS = {"유상", "유상귀속", "유상공급", "paid"}, {"무상", "무상귀속", "무상공급", "free"}


@dataclass(frozen=True)
class Use:
    """One category of land use; `parent` is the category it is a part of."""

    id: str
    parent: str | None
    name: str
    name_en: str
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Uses:
    """The categories in their order, and the words by which files name them."""

    known: Mapping[str, Use]
    words: Mapping[str, str]

    def named(self, label: str | None) -> str | None:
        """Return the id of the use that a file calls `label`; None where no word is the same."""
        return self.words.get(plain_label(label))

    def use(self, name: str) -> Use:
        """Return a use by its id; one that a file brought has the words of the file."""
        if name in self.known:
            return self.known[name]
        parent, _, label = name.removeprefix(OWN).rpartition(WITHIN)
        return Use(name, (parent if parent in self.known else OWN + parent) if parent else None, label, label)

    def lineage(self, name: str) -> tuple[str, ...]:
        """Return the ids from the largest category down to this use."""
        found = [name]
        while parent := self.use(found[0]).parent:
            found.insert(0, parent)
        return tuple(found)

    def has_flag(self, name: str, *flags: str) -> bool:
        """Tell whether a use counts as one of `flags`."""
        return name in self.known and bool(self.known[name].flags & set(flags))


def uses_of(records: pd.DataFrame) -> Uses:
    """Return the categories of a table with `id`, `parent`, `name`, `name_en`, `names`, `flags`.

    Raises
    ------
    InputError
        Where a parent is unknown or comes after its part, or two uses go by the same word.
    """
    known: dict[str, Use] = {}
    words: dict[str, str] = {}
    for record in records.to_dict("records"):
        if record["parent"] is not None and record["parent"] not in known:
            raise InputError("landuse.use_parent", id=record["id"], parent=record["parent"])
        known[record["id"]] = Use(
            record["id"], record["parent"], record["name"], record["name_en"] or record["name"],
            frozenset(record["flags"] or ()),
        )  # fmt: skip
        for word in (record["id"], record["name"], record["name_en"] or record["name"], *(record["names"] or ())):
            if words.setdefault(plain_label(word), record["id"]) != record["id"]:
                raise InputError("landuse.use_word", id=record["id"], word=word, other=words[plain_label(word)])
    return Uses(known, words)


def own_use(label: str, parent: str | None = None) -> str:
    """Return the id of a use that only a file knows."""
    name = " ".join(label.split()).replace(WITHIN, " › ")
    return f"{OWN}{name}" if parent is None else f"{OWN}{parent.removeprefix(OWN)}{WITHIN}{name}"


def plain_label(label: str | None) -> str:
    """Return a label without spaces, brackets and marks, by which words are compared."""
    normal = unicodedata.normalize("NFKC", label or "").casefold()
    return "".join(letter for letter in normal if letter.isalnum())


def use_id(uses: Uses, label: str | None, detail: str | None = None) -> str | None:
    """Return the use that a label and its detail name; words that nobody knows make a use of their own."""
    wide = uses.named(label) or (own_use(label) if label and label.strip() else None)
    if not detail or not detail.strip():
        return wide
    fine = uses.named(detail)
    return fine if fine and (wide is None or wide in uses.lineage(fine)) else own_use(detail, wide)


def fault_rows(rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """Return what is wrong with a plan, a row a fault."""
    table = pd.DataFrame(list(rows), columns=list(FAULT_COLUMNS))
    return table.astype(
        {"plan_fault": object, "row": object, "zone": object, "other_zone": object, "fault_area": float}
    )


@dataclass(frozen=True)
class Zoned:
    """A plan measured from zones: `leaves` by use, the `regions` on the ground, and what is wrong."""

    leaves: pd.DataFrame
    regions: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    faults: pd.DataFrame


def zoned(zones: gpd.GeoDataFrame, site: gpd.GeoDataFrame, uses: Uses) -> Zoned:
    """Return the area (m², planar in the belt) of each use inside a site; all rows add to the area of the site.

    Land that zones of one use cover twice counts once. Land that different uses claim belongs to none of them: it is
    the row `contested`. What no zone covers is `unassigned`. The order of the zones does not matter.

    Parameters
    ----------
    zones
        Polygons with `use` (id), `name`, and where known `phase`, `note`, `transfer` (`paid` or `free`).
    """
    require_work_crs(zones, site)
    require_polygons(zones)
    inside, outside = _cut(zones, site.geometry.iloc[0])
    rows = partition(site, zones, _claims(zones))
    rows = rows.assign(use=[_claimed(labels) for labels in rows["labels"]])
    shapes = {use: _dissolved(part.geometry.to_numpy()) for use, part in rows.groupby("use")}
    kept = {use: shape for use, shape in shapes.items() if shape.area > (NOISE if use in SPECIAL else 0)}
    regions = gpd.GeoDataFrame({"id": list(kept)}, geometry=list(kept.values()), crs=site.crs).set_index(
        "id", drop=False
    )
    leaves = pd.DataFrame({"area": regions.area, "geodesic_area": rows.groupby("use")["geodesic_area"].sum()})
    leaves = _adding_to(leaves.loc[regions.index], site).join(_zone_words(inside, rows))
    faults = fault_rows([*_overlaps(inside), *outside])
    return Zoned(leaves.reindex(columns=list(LEAF_COLUMNS)), regions, inside, faults)


def _cut(zones: gpd.GeoDataFrame, shape: shapely.Geometry) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Return the zones as far as they lie in a shape, and what of them lies outside."""
    parts, full = zones.geometry.to_numpy().copy(), zones.area.to_numpy()
    across = np.ones(len(zones), dtype=bool)
    across[zones.sindex.query(shape, predicate="covers")] = False  # most zones need no cutting
    parts[across] = _polygons(shapely.intersection(parts[across], shape))
    inside = zones.set_geometry(gpd.GeoSeries(parts, index=zones.index, crs=zones.crs))
    lost = full - shapely.area(parts)
    outside = [
        {"plan_fault": "outside", "row": row, "zone": name, "other_zone": None, "fault_area": area}
        for row, name, area in zip(inside["id"], inside["name"], lost, strict=True)
        if area > NOISE
    ]
    return inside[inside.area > 0], outside


def _dissolved(shapes: np.ndarray) -> shapely.Geometry:
    """Return shapes that share no land as one; most uses are one already."""
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)


def _claims(zones: gpd.GeoDataFrame) -> pd.Series:
    """Return what each zone claims its land for: its use and, where it says so, that it goes for payment or free."""
    stated = zones["transfer"] if "transfer" in zones else pd.Series(None, index=zones.index, dtype=object)
    return zones["use"] + BESIDE + stated.fillna("").astype(str)


def _claimed(labels: tuple[str | None, ...]) -> str:
    """Return the use of land that zones claim: one, none (`unassigned`), or more than one (`contested`)."""
    uses = {str(label).partition(BESIDE)[0] for label in labels}
    return UNASSIGNED if not uses else uses.pop() if len(uses) == 1 else CONTESTED


def _polygons(shapes: np.ndarray) -> np.ndarray:
    """Return shapes without the lines and points that cutting leaves."""
    return np.array([_polygonal(shape) for shape in shapes], dtype=object)


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _adding_to(leaves: pd.DataFrame, site: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return leaves whose areas add to those of the site.

    What rounding leaves goes to the largest row; anything more is the row `difference`, where it is seen.
    """
    wholes = {"area": float(site.area.iloc[0]), "geodesic_area": float(geodesic_areas(site).iloc[0])}
    rest = {name: whole - math.fsum(leaves[name]) for name, whole in wholes.items()}
    place = leaves["area"].idxmax() if abs(rest["area"]) <= ROUNDING else DIFFERENCE
    exact = leaves.reindex(leaves.index.union([place], sort=False), fill_value=0.0)
    for name, left in rest.items():
        exact.loc[place, name] += left
    return exact


def _overlaps(zones: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return every pair of zones that share land."""
    shapes = zones.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    areas = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    names, ids, kinds = zones["name"].to_numpy(), zones["id"].to_numpy(), zones["use"].to_numpy()
    return [
        {
            "plan_fault": "overlap" if kinds[one] != kinds[other] else "doubled", "row": f"{ids[one]}, {ids[other]}",
            "zone": names[one], "other_zone": names[other], "fault_area": area,
        }
        for one, other, area in zip(left, right, areas, strict=True)
        if area > NOISE
    ]  # fmt: skip


def _zone_words(zones: gpd.GeoDataFrame, rows: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what the zones of each use say beside their shape, and how much of it goes for payment or free."""
    found = {}
    for use, part in zones.groupby("use"):
        mine = rows[rows["use"] == use]
        known = "transfer" in part and bool(part["transfer"].notna().all())
        shares = {kind: _claimed_area(mine, f"{use}{BESIDE}{kind}") if known else np.nan for kind in ("paid", "free")}
        found[use] = {**shares, "phase": _joined(part.get("phase")), "note": _joined(part.get("note"))}
    return pd.DataFrame.from_dict(found, orient="index", columns=["paid", "free", "phase", "note"])


def _claimed_area(rows: gpd.GeoDataFrame, claim: str) -> float:
    """Return the area (m²) of the rows that zones claim so."""
    return math.fsum(rows.loc[[claim in labels for labels in rows["labels"]]].area)


def _joined(values: pd.Series | None) -> str | None:
    """Return different texts in the order of their letters, so that the order of rows does not matter."""
    if values is None:
        return None
    return " · ".join(sorted({str(value) for value in values.dropna() if str(value).strip()})) or None


@dataclass(frozen=True)
class Typed:
    """A plan that was typed: `leaves` by use, what it states as its total, and what does not agree in it."""

    leaves: pd.DataFrame
    stated_total: float
    faults: pd.DataFrame


def typed(rows: pd.DataFrame, uses: Uses, step: float = 1.0) -> Typed:
    """Return the areas (m²) of each use in a typed table.

    A row of a use whose parts have rows of their own is their subtotal: it is checked, and what it has beyond its
    parts stays with it. Rows of one use are added. `step` is the m² to which the table is rounded.

    Raises
    ------
    InputError
        Where a row has no use or an area below 0, or a subtotal is smaller than its parts; the row is named.
    """
    stated_total, faults, leaves, bare = float("nan"), [], [], []
    for told in rows.to_dict("records"):
        row = told | {name: _text(told[name]) for name in ("use", "detail", "transfer", "phase", "note")}
        if _is_total(row):
            stated_total = row["area"]
        if _is_sum(row):
            continue
        if pd.isna(row["area"]) and pd.notna(row["former"]) and pd.notna(row["change"]):
            row["area"] = row["former"] + row["change"]
        detail = None if plain_label(row["detail"]) in SUBTOTAL_WORDS else row["detail"]
        use = use_id(uses, row["use"], detail)
        _require_row(row, use)
        if pd.isna(row["area"]) and pd.isna(row["former"]):
            bare.append((use, row))
            continue
        faults += _row_faults(row, step)
        leaves.append({"use": use, "row": row["row"], **transferred(row), "phase": row["phase"], "note": row["note"]})
    frame = pd.DataFrame(leaves, columns=["use", "row", *AMOUNTS, "phase", "note"])
    counted = {one for use in frame["use"] for one in uses.lineage(use)}
    faults += [
        {
            "plan_fault": "no_area", "row": str(row["row"]), "zone": row["detail"] or row["use"],
            "other_zone": None, "fault_area": float("nan"),
        }
        for use, row in bare
        if use not in counted  # else it heads the rows of its parts
    ]  # fmt: skip
    frame[list(AMOUNTS)] = frame[list(AMOUNTS)].astype(float)
    has_former = bool(frame["former"].notna().any())
    frame["area"] = frame["area"].fillna(0.0)
    frame["former"] = frame["former"].fillna(0.0) if has_former else frame["former"]
    summed = {use: _summed(part) for use, part in frame.groupby("use", sort=False)}
    first = frame.drop_duplicates("use").set_index("use")["row"].to_dict()
    table = pd.DataFrame.from_dict(summed, orient="index", columns=list(LEAF_COLUMNS))
    table = _without_subtotals(table, uses, first, step)
    total = math.fsum(table["area"])
    if not math.isnan(stated_total) and abs(stated_total - total) > _slack(len(table), step):
        faults.append(
            {
                "plan_fault": "total_differs",
                "row": "",
                "zone": None,
                "other_zone": None,
                "fault_area": total - stated_total,
            }
        )
    return Typed(table, stated_total, fault_rows(faults))


def _is_total(row: Mapping[str, Any]) -> bool:
    """Tell whether a row states the sum of the whole table."""
    return plain_label(row["use"] or row["detail"]) in TOTAL_WORDS and _is_sum(row)


def _is_sum(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is a sum of no use: 합계, or 소계 of what stands above it."""
    words = {plain_label(row["use"]), plain_label(row["detail"])} - {""}
    return bool(words) and words <= TOTAL_WORDS | SUBTOTAL_WORDS


def _require_row(row: Mapping[str, Any], use: str | None) -> None:
    if use is None:
        raise InputError("landuse.row_use", row=row["row"])
    for column in AMOUNTS:
        if row[column] < 0:
            raise InputError("landuse.row_area", row=row["row"], use=row["detail"] or row["use"], value=row[column])


def transferred(row: Mapping[str, Any]) -> dict[str, float]:
    """Return the amounts of a row; 유상 or 무상 in words is all of its area."""
    word = plain_label(row["transfer"])
    paid, free = row["paid"], row["free"]
    if pd.isna(paid) and pd.isna(free) and word in PAID_WORDS | FREE_WORDS:
        paid = row["area"] if word in PAID_WORDS else 0.0
        free = row["area"] if word in FREE_WORDS else 0.0
    elif pd.notna(row["area"]) and pd.isna(paid) != pd.isna(free):
        paid, free = (row["area"] - free, free) if pd.isna(paid) else (paid, row["area"] - paid)
    return {"area": row["area"], "former": row["former"], "paid": paid, "free": free}


def _row_faults(row: Mapping[str, Any], step: float) -> list[dict[str, Any]]:
    """Return what a row says against itself: 기정 + 증감 ≠ 변경, or 유상 + 무상 ≠ 면적."""
    label, number = row["detail"] or row["use"], str(row["row"])
    wrong = []
    gap = row["area"] - (row["former"] if pd.notna(row["former"]) else 0.0) - row["change"]
    if pd.notna(gap) and abs(gap) > _slack(2, step):
        wrong.append(
            {"plan_fault": "change_differs", "row": number, "zone": label, "other_zone": None, "fault_area": gap}
        )
    gap = row["paid"] + row["free"] - row["area"]
    if pd.notna(gap) and abs(gap) > _slack(2, step):
        wrong.append(
            {"plan_fault": "transfer_differs", "row": number, "zone": label, "other_zone": None, "fault_area": gap}
        )
    return wrong


def _slack(count: int, step: float) -> float:
    """Return by how much (m²) numbers rounded to `step` may differ from their rounded sum."""
    return 0.5 * step * (count + 1) + 1e-6


def _summed(part: pd.DataFrame) -> dict[str, Any]:
    """Return the rows of one use as one; an amount that one of them lacks is unknown."""
    amounts = {column: math.fsum(part[column]) if part[column].notna().all() else np.nan for column in AMOUNTS}
    return {**amounts, "geodesic_area": np.nan, "phase": _joined(part["phase"]), "note": _joined(part["note"])}


def _without_subtotals(table: pd.DataFrame, uses: Uses, rows: Mapping[str, int], step: float) -> pd.DataFrame:
    """Return leaves in which a use with parts holds only what it has beyond them."""
    left = table.copy()
    for use in table.index:
        parts = [other for other in table.index if other != use and use in uses.lineage(other)]
        direct = [one for one in parts if not any(other in uses.lineage(one)[:-1] for other in parts)]
        if not parts:
            continue
        for column in AMOUNTS:
            stated, known = table.at[use, column], math.fsum(table.loc[direct, column])
            rest = stated - known
            if pd.isna(rest):
                continue
            if rest < -_slack(len(direct), step) and column in ("area", "former") and stated > 0:
                raise InputError(
                    "landuse.parent_small", row=rows[use], use=uses.use(use).name, stated=f"{stated:,.10g}",
                    parts=f"{known:,.10g}",
                )  # fmt: skip
            left.at[use, column] = rest if rest > _slack(len(direct), step) else 0.0
        if left.at[use, "area"] == 0 and not left.at[use, "former"] > 0:
            left = left.drop(index=use)
    return left


def with_difference(leaves: pd.DataFrame, whole: float) -> pd.DataFrame:
    """Return the leaves of a typed table with the row by which they add to `whole` m², where they do not."""
    rest = whole - math.fsum(leaves["area"])
    if abs(rest) < 1e-6 and len(leaves):
        return leaves
    row = pd.DataFrame({"area": rest}, index=[DIFFERENCE]).reindex(columns=list(LEAF_COLUMNS))
    return pd.concat([leaves, row]) if len(leaves) else row


def with_former(leaves: pd.DataFrame, former: pd.DataFrame) -> pd.DataFrame:
    """Return leaves with the areas of another plan as their former ones; a use that either lacks has 0 there."""
    both = leaves.reindex(leaves.index.union(former.index, sort=False))
    both["former"] = former["area"].reindex(both.index).fillna(0.0)
    both["area"] = both["area"].fillna(0.0)
    return both


def plan_table(leaves: pd.DataFrame, uses: Uses, grade: str | None = None) -> pd.DataFrame:
    """Return the table of a plan: categories above their parts, then the whole site.

    Rows of level 1 add to the row `total`, rows below a category to the category. Areas are m²; `change_area` is
    `planned_area` less `former_area`, of the whole without the difference to the site; without any former area both are unknown.
    """
    present = {name for use in leaves.index for name in _branch(uses, use)}
    order = {name: number for number, name in enumerate([*uses.known, *sorted(present - set(uses.known))])}
    top = [name for name in present if _parent(uses, name) is None]
    rows = [row for name in sorted(top, key=lambda one: _place(one, order)) for row in _tree(name, leaves, uses, order)]
    first = [row for row in rows if row["level"] == 1]
    rows.append({"id": TOTAL, "parent": None, "level": 0, "use": TOTAL, "use_en": TOTAL, **_sums(first)})
    table = pd.DataFrame(rows).reindex(columns=list(TABLE_COLUMNS)).assign(grade=grade)
    amounts = [name for name in table.columns if name.endswith("_area") or name == "share_pct"]
    table[amounts] = table[amounts].astype(float)
    table["change_area"] = table["planned_area"] - table["former_area"] - _of_no_use(table)
    whole = table["planned_area"].iloc[-1]
    table["share_pct"] = 100 * table["planned_area"] / whole if whole else np.nan
    return table


def _of_no_use(table: pd.DataFrame) -> pd.Series:
    """Return what of each row is the difference to the site: nobody says what that was before, so it is no change."""
    rest = table.loc[table["id"] == DIFFERENCE, "planned_area"].sum()
    return pd.Series(np.where(table["id"] == TOTAL, rest, 0.0), index=table.index)


def _branch(uses: Uses, use: str) -> tuple[str, ...]:
    return (use,) if use in SPECIAL else uses.lineage(use)


def _parent(uses: Uses, use: str) -> str | None:
    return None if use in SPECIAL else uses.use(use).parent


def _place(use: str, order: Mapping[str, int]) -> tuple[int, int]:
    """Return where a row stands: uses, then what is no use."""
    return (SPECIAL.index(use) + 1 if use in SPECIAL else 0), order[use]


def _tree(use: str, leaves: pd.DataFrame, uses: Uses, order: Mapping[str, int], level: int = 1) -> list[dict[str, Any]]:
    """Return the row of a use and, below it, the rows of its parts."""
    branches = {name for leaf in leaves.index for name in _branch(uses, leaf)}
    parts = sorted((name for name in branches if _parent(uses, name) == use), key=lambda one: _place(one, order))
    known = None if use in SPECIAL else uses.use(use)
    name, name_en = (use, use) if known is None else (known.name, known.name_en)
    head: dict[str, Any] = {"id": use, "parent": _parent(uses, use), "level": level, "use": name, "use_en": name_en}
    own = _leaf(leaves.loc[use]) if use in leaves.index else None
    if not parts:
        return [head | (own or {})]
    below = [row for part in parts for row in _tree(part, leaves, uses, order, level + 1)]
    if own is not None:
        below.append({**head, "id": use + REST, "parent": use, "level": level + 1, **own})
    sums = _sums([row for row in below if row["level"] == level + 1])
    return [head | sums | ({"plan_phase": own["plan_phase"], "note": own["note"]} if own else {}), *below]


def _leaf(leaf: pd.Series) -> dict[str, Any]:
    return {
        "former_area": leaf["former"], "planned_area": leaf["area"], "geodesic_area": leaf["geodesic_area"],
        "paid_area": leaf["paid"], "free_area": leaf["free"],
        "plan_phase": _text(leaf["phase"]), "note": _text(leaf["note"]),
    }  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _sums(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of rows; an amount that one of them lacks is unknown; a difference goes to nobody."""
    found: dict[str, Any] = {}
    for column in ("former_area", "planned_area", "geodesic_area"):
        values = [row[column] for row in rows if column != "former_area" or row["id"] != DIFFERENCE]
        found[column] = math.fsum(values) if values and not any(map(pd.isna, values)) else np.nan
    for column in ("paid_area", "free_area"):
        values = [row[column] for row in rows if row["planned_area"] != 0 and row["id"] != DIFFERENCE]
        found[column] = math.fsum(values) if values and not any(map(pd.isna, values)) else np.nan
    return found | {"plan_phase": None, "note": None}


def supply_table(blocks: pd.DataFrame, industries: Mapping[str, str], industrial: float) -> pd.DataFrame:
    """Return 업종별 공급면적 by block and KSIC 중분류; rows add to the `industrial` land in m².

    A block open to several industries without a split is one row that names them all. What the rows lack of the
    industrial land, or have beyond it, is the row `difference`.
    """
    stated = blocks[blocks["supply_area"].notna()]
    rows = [
        {
            "block": block, "ksic": codes, "industry_name": industry_names(codes, industries),
            "supply_area": math.fsum(part["supply_area"]), "note": _joined(part["note"]),
        }
        for (block, codes), part in stated.groupby(["block", "ksic"], sort=True)
    ]  # fmt: skip
    rest = industrial - math.fsum(row["supply_area"] for row in rows)
    if abs(rest) > 1e-6:
        rows.append({"block": DIFFERENCE, "supply_area": rest})
    rows.append({"block": TOTAL, "supply_area": math.fsum(row["supply_area"] for row in rows)})
    table = pd.DataFrame(rows).reindex(columns=list(SUPPLY_COLUMNS))
    table["share_pct"] = 100 * table["supply_area"] / industrial if industrial else np.nan
    return table


def placement_table(blocks: pd.DataFrame, industries: Mapping[str, str]) -> pd.DataFrame:
    """Return 유치업종 배치계획: the KSIC 중분류 that each block is open to, with its area and smallest plot (m²)."""
    rows = []
    for block, part in blocks.groupby("block", sort=True):
        codes = "|".join(sorted({code for codes in part["ksic"] for code in codes.split("|") if code}))
        known = part["supply_area"].notna().all()
        rows.append(
            {
                "block": block, "ksic": codes, "industry_name": industry_names(codes, industries),
                "supply_area": math.fsum(part["supply_area"]) if known else np.nan,
                "smallest_plot": part["smallest_plot"].min(), "restricted": bool(part["restricted"].eq(True).any()) if part["restricted"].notna().any() else None,
                "note": _joined(part["note"]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(PLACEMENT_COLUMNS))


def industry_names(codes: str, industries: Mapping[str, str]) -> str:
    """Return the names of industries whose codes are joined by `|`."""
    return "|".join(industries.get(code, code) for code in codes.split("|")) if codes else ""


def small_plots(blocks: pd.DataFrame, least: float = SMALLEST_PLOT) -> list[dict[str, Any]]:
    """Return the blocks whose smallest plot is below `least` m²."""
    small = blocks[blocks["smallest_plot"] < least]
    return [
        {
            "plan_fault": "small_plot",
            "row": str(row["row"]),
            "zone": row["block"],
            "other_zone": None,
            "fault_area": row["smallest_plot"],
        }
        for row in small.to_dict("records")
    ]


def require_blocks(blocks: pd.DataFrame, industries: Mapping[str, str]) -> None:
    """Refuse a block row without a name, with an industry that KSIC does not know, or an area below 0."""
    for row in blocks.to_dict("records"):
        if not row["block"]:
            raise InputError("landuse.block_name", row=row["row"])
        strange = [code for code in row["ksic"].split("|") if code and code not in industries]
        if strange:
            raise InputError("landuse.block_ksic", row=row["row"], block=row["block"], code=strange[0])
        for column in ("supply_area", "smallest_plot"):
            if row[column] < 0:
                raise InputError("landuse.block_area", row=row["row"], block=row["block"], value=row[column])
