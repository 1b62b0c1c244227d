"""입지: where a site of N 만평 could go, end to end: a wish in plain values, the layers that speak of land, and what is found."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import study
from gis.analysis.area import geodesic_areas
from gis.analysis.green_belt import green_belt_rows, land_kind, release
from gis.analysis.growth import (
    Grown,
    Limits,
    cell_reach,
    compactness,
    free_cells,
    grown_from_parcels,
    grown_sites,
    least_width,
)
from gis.analysis.land_prices import NAME as PRICE
from gis.analysis.land_prices import LandPrices
from gis.analysis.register import Schedule
from gis.analysis.siting import (
    CONDITIONAL,
    EXCLUDE,
    PENALTY,
    Anchor,
    Constraint,
    Criterion,
    Grid,
    Placement,
    Rejection,
    measured,
    place,
    ranked,
    rectangle,
    scaled,
    search_grid,
    spaced,
    turned,
    with_prices,
)
from gis.crs import MAP_CRS, belt_of, crs_name, lonlat_bounds, reproject, to_work_crs
from gis.errors import InputError, UnknownNameError
from gis.kernel.geodesy import geodesic_distances
from gis.study import active, scenarios, value_chain
from gis.study import overlay as overlays
from gis.study import register as registers
from gis.study.active import Kept
from gis.study.sites import SiteRef, site
from gis.study.siting_land import (
    Land,
    chosen_features,
    land_themes,
    loaded_themes,
    position_sway,
    rule_land,
    slope_lands,
    theme_rows,
)
from gis.study.wish import Bounds, Rule, Wish, require_possible

ANCHOR, CHAIN = "anchor", "chain"
RECTANGLE, OUTLINE, GROWN, PARCELS = "rectangle", "outline", "grown", "parcels"
LOADED, NO_DATA = "loaded", "no_data"
GREEN_BELT, GREEN_BELT_GRADE = "green_belt", "green_belt_grade"
CELLS = 160_000
"""About how many cells a search has where nobody says how large they are."""
MOST_TEMPLATES, MOST_SEEDS = 400, 100
SEEDS_A_SITE = 4
ROOM = 0.05
"""Degrees about the complexes in which is looked where nobody names a window."""
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Found:
    """What was found: sites in the belt with every measure, and what each rests on.

    Parameters
    ----------
    sites
        `id`, `form`, `aspect`, `turn_deg`, planar `area` and `geodesic_area` (m²), `compactness`, `width` (m), the columns of
        `gis.analysis.siting.measured`, `conditional_area` and `penalty_area` (m², NaN where a rule has no data), `land_price` (₩/m², the mean of what has one) and
        `priced_pct`, `sure` (allowed wherever uncertain land may lie), `rank_low`, `rank_high`, `pareto`
        (unknown where nothing of land is loaded).
    rules
        A row a rule: `rule`, `mode`, `state`, `titles`, `area` (m² in the window), `uncertainty` (m) of where it lies,
        `short` (the search reaches beyond its layers), and how many positions it closes.
    takings
        What each site takes of the layers of conditional and penalty rules, by class: m².
    nearness
        How far each site is from what it should be near to, geodesic, with `low` and `high` where that is uncertain.
    green_belt, releases
        Of each site that a green belt is loaded for: its green belt by grade and land, and the sums.
    failures
        Seeds and forms that gave no site, and why.
    used, loaded, themes
        How many of the themes that speak of land the wish asks and finds, how many are loaded, how many there are.
    anchor_uncertainty
        m that the anchor may lie from where it is drawn.
    """

    wish: Wish
    belt: str
    sites: gpd.GeoDataFrame
    rejection: Rejection
    positions: int
    verified: int
    unmeasured: int
    rules: pd.DataFrame
    takings: pd.DataFrame
    nearness: pd.DataFrame
    green_belt: pd.DataFrame
    releases: pd.DataFrame
    failures: pd.DataFrame
    used: int
    loaded: int
    themes: int
    anchor_uncertainty: float

    @property
    def ranks(self) -> bool:
        """Tell whether there is enough to rank by: one layer at least that speaks of land."""
        return self.used > 0


def find(wish: Wish, progress: Progress | None = None) -> Found:
    """Return the sites that a wish allows, ranked where there is something to rank by.

    `progress` hears the part done, from 0 to 1; what it raises ends the search.

    Raises
    ------
    UnknownNameError
        Where a layer, class, anchor or criterion does not exist.
    InputError
        Where the wish contradicts itself, or has no window.
    """
    require_possible(wish)
    anchor = None if wish.anchor is None else _known_site(wish.anchor)
    belt, window = _window(wish, anchor)
    grid = search_grid(window, wish.cell or _cell(window))
    lands = [rule_land(rule, belt, grid.bounds) for rule in wish.rules] + slope_lands(wish, belt, grid.bounds)
    constraints = [
        Constraint(one.rule.name, one.rule.mode, one.shape, one.rule.weight) for one in lands if one.shape is not None
    ]
    near, sway = None, 0.0
    if anchor is not None:
        sway = position_sway(anchor)
        near = Anchor(reproject(anchor, belt).geometry.iloc[0], wish.within, sway)
    criteria = [one for name, weight in wish.criteria if name != PRICE for one in _criteria(name, weight, near, belt)]
    prices = _land_prices(dict(wish.criteria).get(PRICE, 0.0), belt, grid)
    forms, refused = _forms(wish)
    told = progress or (lambda _: None)
    placed = place(
        [shape for _, shape in forms], constraints, grid, belt, anchor=near, criteria=criteria, prices=prices,
        count=wish.count, apart=wish.spacing, progress=lambda done: told(0.8 * done),
    )  # fmt: skip
    grown = _grown(wish, belt, grid, constraints, near, lambda done: told(0.8 + 0.1 * done)) if wish.grow else []
    sites = _joined(wish, forms, placed, grown, constraints, near, criteria, prices, grid)
    sites = sites.assign(
        sure=_surely_allowed(sites, lands), conditional_area=_taken_area(sites, lands, CONDITIONAL),
        penalty_area=_taken_area(sites, lands, PENALTY),
    )  # fmt: skip
    used = {one.theme.name for one in lands if one.theme and one.shape is not None} & set(land_themes())
    if not used:
        sites = _unranked(sites)
    told(0.9)
    schedules = _schedules(sites, lambda done: told(0.9 + 0.05 * done))
    sites = sites.join(_prices(sites, schedules))
    green, releases = _green_belt(sites, schedules, lambda done: told(0.95 + 0.05 * done))
    found = Found(
        wish, belt, sites, placed.rejection, placed.positions, placed.verified, placed.unmeasured,
        _rule_table(lands, placed.rejection, sway), _takings(sites, lands), _nearness(sites, near, criteria),
        green, releases, _failures(refused, grown, belt), len(used), len(loaded_themes()), len(land_themes()), sway,
    )  # fmt: skip
    told(1.0)
    return found


def bundled_window() -> Bounds:
    """Return the box (degrees) around the complexes, with room for another beside them."""
    west, south, east, north = lonlat_bounds(study.complexes())
    return west - ROOM, south - ROOM, east + ROOM, north + ROOM


def scores(found: Found) -> pd.DataFrame | None:
    """Return how good (1 best, 0 worst) each site is by every weighted criterion and penalty.

    None where nothing is ranked, where a place is uncertain (an interval is no score), or for links of the chain.
    """
    sway = found.nearness["high"] - found.nearness["low"]
    if not found.ranks or found.sites.empty or bool((sway > 0).any()):
        return None
    sites, table = found.sites, {}
    for name, weight in found.wish.criteria:
        if name == PRICE:
            if not weight:
                continue
            if (sites["price.high"] - sites["price.low"]).max() > 1e-9:
                return None
            table[name] = 1 - sites["price.low"]
            continue
        if f"distance.{name}" not in sites:
            return None
        table[name] = 1 - sites[f"distance.{name}"] / found.rejection.grid.diagonal
    for rule in found.wish.rules:
        if rule.mode != EXCLUDE and f"area.{rule.name}" in sites:
            table[rule.name] = 1 - sites[f"area.{rule.name}"] / sites["area"]
    return pd.DataFrame(table)


def proposed(found: Found, site_id: str, title: str, scenario: str | None = None, replaces: str | None = None) -> Kept:
    """Keep a found site in a scenario, with what was asked for: in the place of a complex, or beside the others.

    Parameters
    ----------
    scenario
        The scenario that takes it; a new one of that title where it is None.
    replaces
        The complex whose outline it is; a site of its own where it is None.
    """
    kept = scenarios.create(title) if scenario is None else active.kept(scenario)
    told = json.loads(json.dumps(asdict(found.wish) | {"site": site_id}, default=str))
    name = scenarios.free_site(kept.scenario) if replaces is None else replaces
    own = None if replaces is not None else title
    kept = scenarios.set_outline(
        kept.id, name, site_geometry(found, site_id), own, expected=kept.number, secret=bool(confidential_layers(found))
    )
    return scenarios.set_asked(kept.id, "siting", told, kept.number)


def site_geometry(found: Found, site_id: str) -> dict[str, Any]:
    """Return a found site as a GeoJSON geometry in degrees, 9 decimals, outer ring counterclockwise.

    Raises
    ------
    UnknownNameError
        Where there is no such site.
    """
    if site_id not in found.sites.index:
        raise UnknownNameError("siting.site", site=site_id, known=", ".join(found.sites.index) or "-")
    shape = reproject(found.sites.loc[[site_id]], MAP_CRS).geometry.iloc[0]
    rounded = shapely.transform(shapely.orient_polygons(shape), lambda points: points.round(9))
    return json.loads(shapely.to_geojson(rounded))


def confidential_layers(found: Found) -> list[str]:
    """Return the confidential (대외비) layers on which the sites rest."""
    names = {one.layer for one in found.wish.rules} | {one.layer for one in overlays.assignments() if one.theme}
    return sorted({secret for name in names for secret in study.confidential_layers(name)})


def _known_site(ref: SiteRef) -> gpd.GeoDataFrame:
    """Return a site; where there is none of its name, the error names the complexes too."""
    try:
        return site(ref).frame
    except UnknownNameError as error:
        if error.key != "layer":
            raise
        complexes, known = ", ".join(study.complexes().index), ", ".join(study.known_layers())
        raise UnknownNameError("register.site", site=ref.source, complexes=complexes, known=known) from None


def _window(wish: Wish, anchor: gpd.GeoDataFrame | None) -> tuple[str, Bounds]:
    """Return the belt of the search and the box (m) in which it looks."""
    if wish.window is not None:
        west, south, east, north = wish.window
        if not (west < east and south < north):
            raise InputError("siting.empty_window", west=west, south=south, east=east, north=north)
        belt = belt_of((west + east) / 2)
        box = gpd.GeoDataFrame(geometry=[shapely.box(*wish.window)], crs=MAP_CRS)
        return belt, tuple(to_work_crs(box, belt).total_bounds)
    if anchor is None:
        raise InputError("siting.no_window")
    box = anchor.geometry.iloc[0].buffer(wish.within + 1.5 * math.sqrt(wish.area)).bounds
    return crs_name(anchor.crs), box


def _cell(window: Bounds) -> float:
    """Return a round size of cells (m) for a window."""
    west, south, east, north = window
    return max(10.0, 5.0 * math.ceil(math.sqrt((east - west) * (north - south) / CELLS) / 5))


def _criteria(name: str, weight: float, anchor: Anchor | None, belt: str) -> Iterator[Criterion]:
    """Yield what a named criterion measures distances to."""
    layer, _, value = name.partition(":")
    if layer == ANCHOR and not value:
        if anchor is None:
            raise InputError("siting.no_anchor")
        yield Criterion(ANCHOR, anchor.shape, weight, anchor.uncertainty)
        return
    if layer == CHAIN:
        yield from _chain_criteria(value, weight, belt)
        return
    frame = chosen_features(study.source_layer(layer).frame, Rule(layer, classes=(value,) if value else ()))
    yield Criterion(name, shapely.union_all(to_work_crs(frame, belt).geometry.to_numpy()), weight, position_sway(frame))


def _chain_criteria(complex_id: str, weight: float, belt: str) -> Iterator[Criterion]:
    """Yield each place that a complex is linked with by plan; the more links, the more weight."""
    known = value_chain.places()
    if complex_id not in known.index:
        raise UnknownNameError("complex", complex=complex_id, known=", ".join(study.complexes().index))
    links = value_chain.chain(value_chain.PLAN_YEAR, "region", "plan").links
    ends = pd.concat(
        [links.loc[links["from"] == complex_id, "to"], links.loc[links["to"] == complex_id, "from"]], ignore_index=True
    )
    partners = ends[ends.isin(known.index) & (ends != complex_id)].value_counts().sort_index()
    places = to_work_crs(known, belt)
    for partner, count in partners.items():
        place_ = places.loc[[partner]]
        share = weight * int(count) / int(partners.sum())
        yield Criterion(f"{CHAIN}:{partner}", place_.geometry.iloc[0], share, position_sway(place_))


@dataclass(frozen=True)
class _Form:
    form: str
    aspect: float | None
    turn: float


def _forms(wish: Wish) -> tuple[list[tuple[_Form, shapely.Geometry]], list[tuple[_Form, str]]]:
    """Return every form and turn that keeps the limits of shape, and those that do not, with the limit."""
    limits = Limits(wish.compactness, wish.width)
    angles = np.arange(0.0, 360.0, wish.turn)
    if wish.outline is not None:
        bases = [(_Form(OUTLINE, None, 0.0), scaled(_known_site(wish.outline).geometry.iloc[0], wish.area), 360.0)]
    else:
        bases = [
            (_Form(RECTANGLE, aspect, 0.0), rectangle(wish.area, aspect), 90.0 if aspect == 1 else 180.0)
            for aspect in dict.fromkeys(wish.aspects)
        ]
    forms, refused = [], []
    for form, shape, period in bases:
        if broken := limits.broken(shape):
            refused.append((form, broken))
            continue
        forms += [(replace(form, turn=float(angle)), turned(shape, angle)) for angle in angles if angle < period]
    if len(forms) > MOST_TEMPLATES:
        raise InputError("siting.turns", count=len(forms), most=MOST_TEMPLATES)
    return forms, refused


def _grown(
    wish: Wish,
    belt: str,
    grid: Grid,
    constraints: list[Constraint],
    anchor: Anchor | None,
    progress: Progress,
) -> list[Grown]:
    """Return what grows from some seeds for each irregular site that is wished."""
    closed = [one.shape for one in constraints if one.mode == EXCLUDE]
    limits, seeds = Limits(wish.compactness, wish.width), min(MOST_SEEDS, SEEDS_A_SITE * wish.grow)
    if wish.parcels is not None:
        return _grown_of_parcels(wish, belt, grid, closed, anchor, seeds, progress)
    free = free_cells(grid, closed)
    reach = np.ones_like(free) if anchor is None else cell_reach(grid, anchor.shape, anchor.within)
    return grown_sites(
        free, reach, grid, wish.area, limits, count=seeds, apart=wish.spacing, random=wish.random, progress=progress
    )


def _grown_of_parcels(
    wish: Wish,
    belt: str,
    grid: Grid,
    closed: list[shapely.Geometry],
    anchor: Anchor | None,
    seeds: int,
    progress: Progress,
) -> list[Grown]:
    """Return what grows from parcels of a layer that no closed land reaches into."""
    box = shapely.box(*grid.bounds)
    whole = gpd.GeoDataFrame(geometry=[box], crs=belt)
    frame = registers.layer_near(str(wish.parcels), whole)
    shapes = shapely.get_parts(frame.geometry.to_numpy())
    shapes = shapes[shapely.within(shapes, box)]
    barred = shapely.union_all(closed)
    shapely.prepare(barred)
    met = shapely.intersects(barred, shapes)
    met[met] = shapely.area(shapely.intersection(shapes[met], barred)) > 1e-6
    shapes = shapes[~met]
    starts = np.arange(len(shapes))
    if anchor is not None:
        starts = starts[shapely.dwithin(shapes, anchor.shape, anchor.within)]
    order = np.random.default_rng(wish.random).permutation(starts)[:seeds]
    found = []
    for number, start in enumerate(order.tolist()):
        progress(number / len(order))
        found.append(grown_from_parcels(shapes, start, wish.area, Limits(wish.compactness, wish.width)))
    return found


def _joined(
    wish: Wish,
    forms: list[tuple[_Form, shapely.Geometry]],
    placed: Placement,
    grown: list[Grown],
    constraints: list[Constraint],
    anchor: Anchor | None,
    criteria: list[Criterion],
    prices: LandPrices | None,
    grid: Grid,
) -> gpd.GeoDataFrame:
    """Return placed and grown sites as one table with all measures, the best first; among equals from the west."""
    first = placed.sites.drop(columns=["rank_low", "rank_high", "pareto"])
    told = [asdict(forms[number][0]) for number in first["template"]]
    table = first.drop(columns="template").assign(
        form=[one["form"] for one in told],
        aspect=[one["aspect"] for one in told],
        turn_deg=[one["turn"] for one in told],
    )
    shapes = np.array([one.shape for one in grown if one.shape is not None], dtype=object)
    if len(shapes):
        more = measured(shapes, constraints, grid.diagonal, anchor, criteria)
        kind = GROWN if wish.parcels is None else PARCELS
        more = more[more["killer"].isna()].assign(form=kind, aspect=np.nan, turn_deg=np.nan)
        more = gpd.GeoDataFrame(more, geometry="geometry", crs=table.crs)
        more = with_prices(more, constraints, criteria, prices)
        more = spaced(more.sort_values("loss", kind="stable", ignore_index=True), wish.spacing, wish.grow)
        table = gpd.GeoDataFrame(pd.concat([table, more], ignore_index=True), geometry="geometry", crs=table.crs)
    sites = ranked(table, criteria)
    sites = sites.assign(x=sites.centroid.x).sort_values(
        ["rank_low", "rank_high", "x"], kind="stable", ignore_index=True
    )
    shapes = sites.geometry.to_numpy()
    ids = [f"site-{number:02d}" for number in range(1, len(sites) + 1)]
    middles = reproject(gpd.GeoDataFrame(geometry=sites.centroid, crs=sites.crs), MAP_CRS).geometry
    return sites.assign(
        id=ids, name=ids, area=shapely.area(shapes), geodesic_area=geodesic_areas(sites),
        compactness=[compactness(one) for one in shapes], width=[least_width(one) for one in shapes],
        lon=middles.x.to_numpy(), lat=middles.y.to_numpy(),
        pareto=sites["pareto"].astype("boolean"), rank_low=sites["rank_low"].astype("Int64"),
        rank_high=sites["rank_high"].astype("Int64"), grade=None, source=None,
    ).drop(columns=["loss", "killer", "x"]).set_index("id", drop=False)  # fmt: skip


def _surely_allowed(sites: gpd.GeoDataFrame, lands: list[Land]) -> np.ndarray:
    """Tell which sites break no rule wherever closed land that is drawn uncertainly may lie, and surely are near enough."""
    sure = sites["near"].to_numpy(dtype=bool) if "near" in sites else np.ones(len(sites), dtype=bool)
    for one in lands:
        if one.rule.mode == EXCLUDE and one.shape is not None and one.uncertainty > 0:
            sure = sure & (shapely.distance(sites.geometry.to_numpy(), one.shape) >= one.uncertainty)
    return sure


def _taken_area(sites: gpd.GeoDataFrame, lands: list[Land], mode: str) -> np.ndarray:
    """Return how much (m²) of each site some rule of a mode speaks of, once; NaN where there is none or one is not loaded."""
    mine = [one.shape for one in lands if one.rule.mode == mode]
    if not mine or any(shape is None for shape in mine):
        return np.full(len(sites), np.nan)
    return np.asarray(shapely.area(shapely.intersection(sites.geometry.to_numpy(), shapely.union_all(mine))))


def _unranked(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return sites in the order of their places, from the west, without rank and score: nothing of land is known."""
    ids = sites["id"].tolist()
    known = sites.iloc[np.lexsort((sites["lat"], sites["lon"]))].assign(id=ids, name=ids)
    return known.assign(
        rank_low=pd.array([pd.NA] * len(known), dtype="Int64"), rank_high=pd.array([pd.NA] * len(known), dtype="Int64"),
        pareto=pd.array([pd.NA] * len(known), dtype="boolean"), score=np.nan, score_low=np.nan, score_high=np.nan,
    ).set_index("id", drop=False)  # fmt: skip


def _rule_table(lands: list[Land], rejection: Rejection, sway: float) -> pd.DataFrame:
    """Return a row a rule and one for the anchor: what it rests on, and which positions it closes."""
    rows = [
        {
            "rule": one.rule.name, "mode": one.rule.mode, "state": NO_DATA if one.shape is None else LOADED,
            "titles": "|".join(one.titles), "theme": one.theme.name if one.theme else None,
            "area": np.nan if one.shape is None else one.shape.area, "uncertainty": one.uncertainty, "short": one.short,
        }
        for one in lands
    ]  # fmt: skip
    counts = rejection.table.set_index("constraint")
    if ANCHOR in counts.index:
        rows.append({"rule": ANCHOR, "mode": EXCLUDE, "state": LOADED, "titles": "", "theme": None, "area": np.nan})
        rows[-1] |= {"uncertainty": sway, "short": False}
    table = pd.DataFrame(rows, columns=["rule", "mode", "state", "titles", "theme", "area", "uncertainty", "short"])
    return table.join(counts.astype("Int64"), on="rule")


def _takings(sites: gpd.GeoDataFrame, lands: list[Land]) -> pd.DataFrame:
    """Return what each site takes of the land of conditional and penalty rules, by class where there are classes."""
    rows = []
    for one in lands:
        if one.rule.mode == EXCLUDE:
            continue
        parts: list[tuple[str | None, Any]] = [(None, one.shape)]
        if one.rows is not None and not one.rule.buffer:
            parts = [
                ("|".join(labels), shape) for labels, shape in zip(one.rows["labels"], one.rows.geometry, strict=True)
            ]
        for name, geometry in parts:
            taken = np.full(len(sites), np.nan)
            if geometry is not None:
                taken = shapely.area(shapely.intersection(sites.geometry.to_numpy(), geometry))
            rows += [
                {"site": site_id, "rule": one.rule.name, "mode": one.rule.mode, "class": name, "area": area,
                 "share_pct": 100 * area / whole}
                for site_id, area, whole in zip(sites["id"], taken, sites["area"], strict=True)
                if one.shape is None or area > 0
            ]  # fmt: skip
    return pd.DataFrame(rows, columns=["site", "rule", "mode", "class", "area", "share_pct"]).sort_values(
        ["site", "rule"], kind="stable", ignore_index=True
    )


def _nearness(sites: gpd.GeoDataFrame, anchor: Anchor | None, criteria: list[Criterion]) -> pd.DataFrame:
    """Return how far each site is from its anchor and from what it should be near to, between nearest points."""
    targets = [] if anchor is None else [(ANCHOR, anchor.shape, anchor.uncertainty)]
    targets += [(one.name, one.shape, one.uncertainty) for one in criteria if one.name != ANCHOR]
    tables = []
    for name, shape, sway in targets:
        lines = shapely.shortest_line(sites.geometry.to_numpy(), shape)
        ends = gpd.GeoDataFrame(geometry=lines, crs=sites.crs)
        points = shapely.get_coordinates(reproject(ends, MAP_CRS).geometry.to_numpy()).reshape(-1, 2, 2)
        drawn = geodesic_distances(points[:, 0], points[:, 1])
        tables.append(
            pd.DataFrame(
                {
                    "site": sites["id"].to_numpy(), "criterion": name, "distance": drawn if sway == 0 else np.nan,
                    "low": np.maximum(drawn - sway, 0), "high": drawn + sway,
                }
            )
        )  # fmt: skip
    empty = pd.DataFrame(columns=["site", "criterion", "distance", "low", "high"])
    return pd.concat(tables, ignore_index=True) if tables else empty


def _land_prices(weight: float, belt: str, grid: Grid) -> LandPrices | None:
    """Return the parcels of the window that have an official price; None where price has no weight.

    Raises
    ------
    InputError
        Where there is not one layer of parcels, or no parcel of the window has a price.
    """
    if not weight:
        return None
    layers = registers.parcel_layers()
    if len(layers) != 1:
        raise InputError("siting.no_parcels", count=len(layers))
    box = gpd.GeoDataFrame(geometry=[shapely.box(*grid.bounds)], crs=belt)
    drawn = shapely.to_geojson(reproject(box, MAP_CRS).geometry.iloc[0])
    schedule = registers.land_register(SiteRef(drawn=drawn)).schedule
    prices = dict(zip(schedule.rows["id"], schedule.rows["land_price"], strict=True))
    shapes = to_work_crs(schedule.shapes, belt)
    price = shapes["id"].map(prices).astype(float).to_numpy()
    known = price > 0
    if not known.any():
        raise InputError("siting.no_prices", layer=next(iter(layers.values())))
    return LandPrices(shapes.geometry.to_numpy()[known], price[known], weight)


def _green_belt(
    sites: gpd.GeoDataFrame, schedules: dict[str, Schedule], progress: Progress
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the green belt of each site by grade and land, and its sums; nothing where no green belt is loaded."""
    columns = ["site", "environment_grade", "land_kind", "area", "geodesic_area"]
    box = tuple(sites.total_bounds) if len(sites) else None
    belt = None if box is None else theme_rows(GREEN_BELT, crs_name(sites.crs), box)
    if belt is None or box is None:
        return pd.DataFrame(columns=columns), pd.DataFrame(columns=["site"])
    grades = theme_rows(GREEN_BELT_GRADE, crs_name(sites.crs), box)
    tables, sums = [], []
    for number, name in enumerate(sites.index):
        progress(number / len(sites))
        one = sites.loc[[name]].assign(official_area=np.nan)
        rows = green_belt_rows(one, belt, grades, _land_kinds(schedules.get(str(name)), crs_name(sites.crs)))
        tables.append(rows.assign(site=name))
        sums.append({"site": name, **asdict(release(rows))})
    return pd.concat(tables, ignore_index=True)[columns], pd.DataFrame(sums)


def _schedules(sites: gpd.GeoDataFrame, progress: Progress) -> dict[str, Schedule]:
    """Return the land schedule of each site; nothing where no one layer of parcels is loaded."""
    if len(registers.parcel_layers()) != 1:
        return {}
    found = {}
    for number, name in enumerate(sites.index):
        progress(number / len(sites))
        drawn = shapely.to_geojson(reproject(sites.loc[[name]], MAP_CRS).geometry.iloc[0])
        found[str(name)] = registers.land_register(SiteRef(drawn=drawn)).schedule
    return found


def _prices(sites: gpd.GeoDataFrame, schedules: dict[str, Schedule]) -> pd.DataFrame:
    """Return the mean official land price (₩/m²) of what of each site has one, and how much of it that is (%)."""
    rows = []
    for name in sites.index:
        known = schedules[name].rows.dropna(subset=["land_price"]) if name in schedules else pd.DataFrame()
        area = float(known["figure_area"].sum()) if len(known) else 0.0
        price = float((known["land_price"].astype(float) * known["figure_area"]).sum()) / area if area > 0 else np.nan
        rows.append({"land_price": price, "priced_pct": 100 * area / sites.loc[name, "area"] if schedules else np.nan})
    return pd.DataFrame(rows, index=sites.index, columns=["land_price", "priced_pct"], dtype=float)


def _land_kinds(schedule: Schedule | None, belt: str) -> gpd.GeoSeries | None:
    """Return the parcels within a site by kind of land; None where there is no schedule."""
    if schedule is None:
        return None
    told = dict(zip(schedule.rows["id"], schedule.rows["land_category"], strict=True))
    kinds = [land_kind(told.get(one)) for one in schedule.shapes["id"]]
    known = np.array([one is not None for one in kinds], dtype=bool)
    shapes = to_work_crs(schedule.shapes, belt).geometry.to_numpy()[known]
    return gpd.GeoSeries(shapes, index=[one for one in kinds if one], crs=belt)


def _failures(refused: list[tuple[_Form, str]], grown: list[Grown], belt: str) -> pd.DataFrame:
    """Return forms and seeds that gave no site: why, and where a seed lay."""
    failed = [one for one in grown if one.failure]
    points = gpd.GeoSeries([shapely.Point(one.seed) for one in failed], crs=belt).to_crs(MAP_CRS)
    rows = [{"form": one.form, "aspect": one.aspect, "failure": why, "lon": None, "lat": None} for one, why in refused]
    rows += [
        {"form": GROWN, "aspect": None, "failure": one.failure, "lon": point.x, "lat": point.y}
        for one, point in zip(failed, points, strict=True)
    ]
    return pd.DataFrame(rows, columns=["form", "aspect", "failure", "lon", "lat"]).astype(
        {"aspect": float, "lon": float, "lat": float}
    )
