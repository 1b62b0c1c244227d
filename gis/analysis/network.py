"""What the chain can lose: independent paths, the cut that ends it, what would complete it, what breaks with whom.

A site is a stage at a place. Capacities are hardly ever published, so each site counts as one, whatever firms stand
there; only what a source states in numbers carries a flow.
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from gis.errors import InputError

Site = tuple[str, str]
"""A stage at a place."""
Pairs = dict[tuple[str, str], set[tuple[str, str]]]
"""The pairs of places that serve the hand-over from one stage to another."""

EXPORT = "export"
MOST_ROUTES = 10_000
START, END = "<start>", "<end>"
ROUTE_COLUMNS = ("route", "paths", "paths_possible", "cut")
LOSS_COLUMNS = ("what", "stage", "place", "lost_links", "completeness_after", "paths_after", "links")
ADDITION_COLUMNS = ("stage", "places")
FLOW_COLUMNS = ("route", "flow", "unit", "cut", "missing")


@dataclass(frozen=True)
class Flow:
    """The largest flow of a network, the arcs that bound it, and the nodes on the side of the source."""

    value: float
    cut: tuple[tuple[str, str], ...]
    source_side: frozenset[str]


@dataclass(frozen=True)
class Bottleneck:
    """The fewest sites whose loss ends the chain. `routes` has a row a way through the stages, the weakest first.

    `paths` counts the ways through the sites of the weakest route that share no site, which by Menger's theorem are as
    many as `cut` has sites; `paths_possible` counts those too that an undecided distance may serve.
    """

    paths: int
    paths_possible: int
    cut: tuple[Site, ...]
    routes: pd.DataFrame


@dataclass(frozen=True)
class Addition:
    """The fewest new sites that complete the chain; `sites` has a row a stage with each place where one could stand.

    `count` is None where there is no place to stand at.
    """

    count: int | None
    sites: pd.DataFrame


def stage_routes(links: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return every way through the stages that the required links make, from a stage nothing feeds to one that ends it.

    Raises
    ------
    InputError
        Where required links run in a circle, or make more than 10,000 ways.
    """
    graph = nx.DiGraph(_required(links)[["stage_from", "stage_to"]].itertuples(index=False, name=None))
    circle = next(iter(nx.simple_cycles(graph)), None)
    if circle:
        raise InputError("chain.circle", stages=" → ".join([*circle, circle[0]]))
    starts = [stage for stage, degree in graph.in_degree() if degree == 0]
    ends = [stage for stage, degree in graph.out_degree() if degree == 0]
    ways = itertools.chain.from_iterable(nx.all_simple_paths(graph, start, ends) for start in starts)
    routes = [tuple(way) for way in itertools.islice(ways, MOST_ROUTES + 1)]
    if len(routes) > MOST_ROUTES:
        raise InputError("chain.routes", most=f"{MOST_ROUTES:,}")
    return routes


def bottleneck(rows: pd.DataFrame) -> Bottleneck | None:
    """Return the weakest way through the sites of a chain; None where nothing is required.

    Every route is needed, so the chain is as strong as its weakest. A route that is closed already has 0 paths and no
    cut.

    Parameters
    ----------
    rows
        `Chain.links`: a row a link and pair of places.

    Notes
    -----
    K. Menger, Zur allgemeinen Kurventheorie, Fundamenta Mathematicae 10 (1927), by the largest flow with a capacity of
    1 a site (L. R. Ford and D. R. Fulkerson, 1956).
    """
    routes = stage_routes(rows)
    if not routes:
        return None
    required = _required(rows)
    sure, possible = _pairs(required, required["served"]), _pairs(required, required["served"] | required["undecided"])
    found = [(route, *independent_paths(route, sure), independent_paths(route, possible)[0]) for route in routes]
    found.sort(key=lambda one: (one[1], one[3], one[0]))
    paths, cut = found[0][1:3]
    table = pd.DataFrame(
        [[">".join(route), count, widest, _site_list(ends)] for route, count, ends, widest in found],
        columns=list(ROUTE_COLUMNS),
    )
    return Bottleneck(paths, min(one[3] for one in found), cut, table)


def independent_paths(
    route: tuple[str, ...], pairs: Mapping[tuple[str, str], Collection[tuple[str, str]]]
) -> tuple[int, tuple[Site, ...]]:
    """Return how many ways through the sites of a route share no site, and the fewest sites whose loss closes it."""
    graph = nx.DiGraph()
    graph.add_nodes_from([START, END])
    for step, (start, end) in enumerate(itertools.pairwise(route)):
        for here, there in pairs.get((start, end), ()):
            giver, taker = (start, here), (end, there)
            for site in (giver, taker):
                graph.add_edge((site, "in"), (site, "out"), **({} if site[1] == EXPORT else {"capacity": 1}))
            graph.add_edge((giver, "out"), (taker, "in"))
            if step == 0:
                graph.add_edge(START, (giver, "in"))
            if step == len(route) - 2:
                graph.add_edge((taker, "out"), END)
    count, (reached, _) = nx.minimum_cut(graph, START, END)
    cut = [node[0] for node in reached if node != START and node[1] == "in" and (node[0], "out") not in reached]
    return int(count), tuple(sorted(cut, key=lambda site: (route.index(site[0]), site[1])))


def served_links(links: pd.DataFrame, sites: Collection[Site], reach: Collection[tuple[str, str]]) -> set[str]:
    """Return the links that some pair of sites serves: those of one place, or of an ordered pair of places in `reach`."""
    at: dict[str, set[str]] = {}
    for stage, place in sites:
        at.setdefault(stage, set()).add(place)
    return {
        name
        for name, start, end in zip(links["id"], links["stage_from"], links["stage_to"], strict=True)
        if (end == EXPORT and start in at)
        or any(
            here == there or (here, there) in reach
            for here, there in itertools.product(at.get(start, ()), at.get(end, ()))
        )
    }


def losses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what breaks when one place, one site or one stage is lost, the worst first.

    `what` is place, site or stage; `lost_links` counts the required links that are served now and would not be,
    `completeness_after` is the share that stays, `paths_after` the independent paths of the weakest route.
    """
    required = _required(rows)
    served = required[required["served"]]
    ends = [("from", "stage_from"), ("to", "stage_to")]
    sites = {site for place, stage in ends for site in zip(served[stage], served[place], strict=True)}
    sites = {site for site in sites if site[1] != EXPORT}
    named: list[tuple[str, str | None, str | None]] = [
        *(("place", None, place) for place in sorted({place for _, place in sites})),
        *(("stage", stage, None) for stage in sorted({stage for stage, _ in sites})),
        *(("site", stage, place) for stage, place in sorted(sites)),
    ]
    routes, whole = stage_routes(rows), required["id"].nunique()
    now = set(served["id"])
    found = []
    for what, stage, place in named:
        gone = pd.Series(False, index=served.index)
        for place_end, stage_end in ends:
            gone |= (served[place_end].eq(place) | (place is None)) & (served[stage_end].eq(stage) | (stage is None))
        left = served[~gone]
        lost = [link for link in dict.fromkeys(served["id"]) if link not in set(left["id"])]
        pairs = _pairs(left, left["served"])
        weakest = min((independent_paths(route, pairs)[0] for route in routes), default=0)
        found.append([what, stage, place, len(lost), (len(now) - len(lost)) / whole, weakest, "|".join(lost)])
    table = pd.DataFrame(found, columns=list(LOSS_COLUMNS))
    return table.sort_values(["lost_links", "paths_after"], ascending=[False, True], kind="stable", ignore_index=True)


def smallest_addition(
    links: pd.DataFrame, sites: Collection[Site], places: Sequence[str], reach: Collection[tuple[str, str]]
) -> Addition:
    """Return the fewest new sites that serve every required link, exactly, by integer programming.

    Parameters
    ----------
    sites
        Those that stand already.
    places
        Where a new one may stand.
    reach
        Ordered pairs of places near enough for a hand-over; a place reaches itself.
    """
    required = _required(links)
    steps = list(dict.fromkeys(zip(required["stage_from"], required["stage_to"], strict=True)))
    stages = dict.fromkeys(stage for step in steps for stage in step if stage != EXPORT)
    new = [(stage, place) for stage in stages for place in places if (stage, place) not in sites]
    program = _addition_program(steps, set(sites), new, set(reach))
    fewest = _fewest(program, len(new))
    options: dict[str, list[str]] = {}
    for number, (stage, place) in enumerate(new if fewest else []):
        if _fewest(program, len(new), number) == fewest:
            options.setdefault(stage, []).append(place)
    rows = [[stage, "|".join(found)] for stage, found in options.items()]
    return Addition(fewest, pd.DataFrame(rows, columns=list(ADDITION_COLUMNS)))


def _addition_program(
    steps: list[tuple[str, str]], standing: set[Site], new: list[Site], reach: set[tuple[str, str]]
) -> list[tuple[dict[int, float], float]]:
    """Return the rows of the program: columns with factors, and what they must come to at least.

    A column for each new site comes first, then one for each step and place that may give it: that place gives only
    where the giver stands, and a taker within reach; and some place must.
    """
    columns = {site: number for number, site in enumerate(new)}
    places = dict.fromkeys(place for _, place in [*new, *sorted(standing)])
    count, rows = itertools.count(len(new)), []
    for start, end in steps:
        given: dict[int, float] = {}
        for here in places:
            takers = [(end, there) for there in places if here == there or (here, there) in reach]
            needs = [[(start, here)]] if end == EXPORT else [[(start, here)], takers]
            gives = next(count)
            given[gives] = 1.0
            rows += [
                ({gives: -1.0, **{columns[site]: 1.0 for site in need if site in columns}}, 0.0)
                for need in needs
                if standing.isdisjoint(need)
            ]
        rows.append((given, 1.0))
    return rows


def _fewest(program: list[tuple[dict[int, float], float]], new: int, stated: int | None = None) -> int | None:
    """Return how few of the first `new` columns satisfy the program, the `stated` one of them; None where none do."""
    if not program:
        return 0
    entries = [(row, column, factor) for row, (line, _) in enumerate(program) for column, factor in line.items()]
    if not entries:
        return None
    lines, columns, factors = (np.array(values) for values in zip(*entries, strict=True))
    size = int(columns.max()) + 1
    least = np.array([amount for _, amount in program])
    low = np.zeros(max(size, new))
    if stated is not None:
        low[stated] = 1.0
    solved = milp(
        np.arange(len(low)) < new,
        integrality=np.ones_like(low),
        bounds=Bounds(low, np.ones_like(low)),
        constraints=LinearConstraint(coo_array((factors, (lines, columns)), (len(program), len(low))).tocsr(), least),
    )
    return round(solved.fun) if solved.success else None


def max_flow(capacities: Mapping[tuple[str, str], float], source: str, sink: str) -> Flow:
    """Return the largest flow from `source` to `sink`, and the cut that bounds it (Ford and Fulkerson, 1956)."""
    graph = nx.DiGraph()
    graph.add_nodes_from([source, sink])
    graph.add_edges_from((start, end, {"capacity": amount}) for (start, end), amount in capacities.items())
    value, (reached, rest) = nx.minimum_cut(graph, source, sink)
    cut = tuple(sorted((start, end) for start, end in graph.edges if start in reached and end in rest))
    return Flow(value, cut, frozenset(reached))


def stated_flows(rows: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Return what each route of required material links can carry, where a source states the capacity of every step.

    A row a route: `flow` in `unit` with its `cut`; without one `missing` names the links that nobody states a capacity
    of, or `unit` where the units differ, so that nothing can be added up.
    """
    material = _required(rows)
    material = material[(material["kind"] == "material") & material["served"]]
    stands = set(zip(material["id"], material["from"], material["to"], strict=True))
    stated = flows[flows["capacity"].notna()]
    names = material.groupby(["stage_from", "stage_to"], sort=False)["id"].unique().to_dict()
    table = []
    for route in stage_routes(material):
        steps = [name for step in itertools.pairwise(route) for name in names[step]]
        own = stated[stated["link"].isin(steps)]
        keys = zip(own["link"], own["place_from"], own["place_to"], strict=True)
        own = own[np.fromiter((key in stands for key in keys), dtype=bool, count=len(own))]
        lacking = [name for name in steps if name not in set(own["link"])]
        if lacking or own["capacity_unit"].nunique() != 1:
            table.append([">".join(route), np.nan, None, None, "|".join(lacking) or "unit"])
            continue
        best = max_flow(_arcs(route, own, material), START, END)
        cut = "|".join(f"{start}→{end}" for start, end in best.cut)
        table.append([">".join(route), best.value, own["capacity_unit"].iloc[0], cut, None])
    return pd.DataFrame(table, columns=list(FLOW_COLUMNS))


def _arcs(route: tuple[str, ...], flows: pd.DataFrame, links: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the capacity from site to site along a route, its ends joined to START and END without limit."""
    ends = links.drop_duplicates("id").set_index("id")[["stage_from", "stage_to"]]
    arcs: dict[tuple[str, str], float] = {}
    for name, here, there, amount in flows[["link", "place_from", "place_to", "capacity"]].itertuples(index=False):
        start, end = ends.loc[name]
        giver, taker = f"{start}@{here}", f"{end}@{there}"
        arcs[giver, taker] = arcs.get((giver, taker), 0.0) + float(amount)
        if start == route[0]:
            arcs[START, giver] = np.inf
        if end == route[-1]:
            arcs[taker, END] = np.inf
    return arcs


def _required(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["required"].astype(bool)]


def _pairs(rows: pd.DataFrame, served: pd.Series) -> Pairs:
    """Return the pairs of places of each hand-over between two stages, in the rows that are `served`."""
    found: Pairs = {}
    for start, end, here, there in rows.loc[served, ["stage_from", "stage_to", "from", "to"]].itertuples(index=False):
        found.setdefault((start, end), set()).add((here, there))
    return found


def _site_list(sites: Iterable[Site]) -> str:
    return "|".join(f"{stage}@{place}" for stage, place in sites)
