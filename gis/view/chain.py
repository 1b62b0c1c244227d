"""What the chain lacks, loses and could gain, in words and tables for people."""

import pandas as pd

from gis.analysis.network import Site
from gis.i18n import either, t
from gis.study import value_chain
from gis.study.value_chain import Answer
from gis.view.tables import label


def site_words(site: Site) -> str:
    """Return a stage at a place: `부품 시험·인증(빛그린산단)`."""
    stage, place = site
    return t("chain.site", stage=label("stage", stage), place=label("place", place))


def answer_sentences(found: Answer) -> list[str]:
    """Return what ends the chain, what would complete it and where that could stand, a sentence each."""
    return [*bottleneck_sentences(found), *loss_sentences(found), *addition_sentences(found)]


def bottleneck_sentences(found: Answer) -> list[str]:
    """Return how many independent paths the weakest route has, and the cut."""
    weakest = found.bottleneck
    if weakest is None:
        return [t("chain.nothing_required")]
    closed = int((weakest.routes["paths"] == 0).sum())
    if closed:
        open_routes = weakest.routes[weakest.routes["paths"] > 0]
        told = [t("chain.closed_routes", closed=closed, routes=len(weakest.routes))]
        if len(open_routes):
            told.append(
                t("chain.weakest_open", cut=cut_words(open_routes["cut"].iloc[0]), paths=open_routes["paths"].iloc[0])
            )
        return told
    told = [t("chain.paths", paths=weakest.paths, cut=" · ".join(map(site_words, weakest.cut)))]
    if weakest.paths_possible != weakest.paths:
        told.append(t("chain.paths_possible", paths=weakest.paths_possible))
    return [*told, t("chain.counted_sites")]


def loss_sentences(found: Answer) -> list[str]:
    """Return what breaks most: the worst place and the worst site, and every site without which the chain ends."""
    told = []
    for what in ("place", "site"):
        worst = found.losses[(found.losses["what"] == what) & (found.losses["lost_links"] > 0)]
        if len(worst):
            row = worst.iloc[0]
            told.append(t(f"chain.worst_{what}", name=loss_words(row), count=row["lost_links"]))
    return told


def addition_sentences(found: Answer) -> list[str]:
    """Return the fewest new sites that complete the chain, with what is planned for each of their stages."""
    addition = found.addition
    if addition.count == 0:
        return [t("chain.complete", **frame_words(found))]
    if addition.count is None:
        return [t("chain.no_addition")]
    stages = [
        t("chain.addition_stage", stage=label("stage", stage), planned=planned)
        for stage, _, planned in addition_table(found).itertuples(index=False)
    ]
    return [t("chain.addition", count=addition.count, stages=" · ".join(stages), **frame_words(found))]


def frame_words(found: Answer) -> dict[str, object]:
    """Return year, scope and basis in words: no completeness is said without them."""
    built = found.chain
    return {"year": built.year, "scope": label("scope", built.scope), "basis": label("basis", built.basis)}


def routes_table(found: Answer) -> pd.DataFrame:
    """Return the ways through the stages in words, the weakest first."""
    if found.bottleneck is None:
        return pd.DataFrame(columns=["route", "paths", "paths_possible", "cut"])
    routes = found.bottleneck.routes
    return routes.assign(
        route=routes["route"].map(route_words),
        cut=[
            cut_words(cut) or _closed_by(route, found)
            for route, cut in zip(routes["route"], routes["cut"], strict=True)
        ],
    )


def _closed_by(route: str, found: Answer) -> str | None:
    """Return which stages nobody hosts close a route; None where it is closed by distance alone."""
    missing = [stage for stage in route.split(">") if stage in found.chain.missing_stages]
    return t("chain.closed_by", stages=" · ".join(label("stage", stage) for stage in missing)) if missing else None


def losses_table(found: Answer) -> pd.DataFrame:
    """Return what breaks with the loss of a place, a stage or a site that breaks something, the worst first."""
    broken = found.losses[found.losses["lost_links"] > 0]
    names = found.chain.links.drop_duplicates("id").set_index("id")
    words = [" · ".join(link_words(names.loc[link]) for link in links.split("|") if link) for links in broken["links"]]
    table = broken.assign(
        name=[loss_words(row) for _, row in broken.iterrows()],
        completeness_after_pct=100 * broken["completeness_after"],
        broken_links=words,
    )
    return table[["what", "name", "lost_links", "completeness_after_pct", "paths_after", "broken_links"]].reset_index(
        drop=True
    )


def addition_table(found: Answer) -> pd.DataFrame:
    """Return the stages that a new site would complete, the places where it could stand, and what is planned for them."""
    planned = found.planned.groupby("stage", sort=False)
    lines = {stage: "; ".join(map(planned_words, rows.to_dict("records"))) for stage, rows in planned}
    sites = found.addition.sites
    return pd.DataFrame(
        {
            "stage": sites["stage"],
            "could_stand": [
                " · ".join(label("place", place) for place in places.split("|")) for places in sites["places"]
            ],
            "planned_hosts": [lines.get(stage, t("chain.none_planned")) for stage in sites["stage"]],
        }
    )


def flows_table(found: Answer) -> pd.DataFrame:
    """Return what material routes can carry in words; where nobody states a capacity, that is said."""
    flows, names = found.flows, found.chain.links.drop_duplicates("id").set_index("id")

    def lacking(missing: str | None) -> str | None:
        if missing is None or missing == "unit":
            return None if missing is None else t("chain.units_differ")
        return t("chain.capacity_unknown", links=" · ".join(link_words(names.loc[link]) for link in missing.split("|")))

    return flows.assign(route=flows["route"].map(route_words), missing=flows["missing"].map(lacking))


def planned_words(host: dict) -> str:
    """Return a host that does not count here: its name, place and first year."""
    year = t("word.year_unknown") if pd.isna(host["from"]) else str(int(host["from"]))
    name = either(host["name"], host["name_en"])
    return t(
        "chain.planned_host",
        name=name,
        place=label("place", host["place"])
        + (f" {label('part', host['part'])}" if isinstance(host["part"], str) else ""),
        year=year,
        status=label("status", host["status"]),
    )


def route_words(route: str) -> str:
    """Return the stages of a route in words."""
    return " → ".join(label("stage", stage) for stage in route.split(">"))


def cut_words(cut: str) -> str:
    """Return the sites of a cut in words."""
    return " · ".join(
        site_words((stage, place)) for stage, _, place in (one.partition("@") for one in cut.split("|") if one)
    )


def link_words(link: pd.Series) -> str:
    """Return a link as `부품 → 모듈`."""
    return f"{label('stage', link['stage_from'])} → {label('stage', link['stage_to'])}"


def loss_words(row: pd.Series) -> str:
    """Return what is lost: a place, a stage, or a stage at a place."""
    if row["what"] == "site":
        return site_words((row["stage"], row["place"]))
    return label(row["what"], row[row["what"]])


def moved_sentence(place: str, changed: pd.DataFrame) -> str:
    """Return how many hand-overs surely shorten or lengthen where a place moves, and how many nobody can tell."""
    counts = changed[changed["required"].astype(bool)]["change"].value_counts()
    told = {change: int(counts.get(change, 0)) for change in ("shorter", "longer", "unknown")}
    return t("chain.moved_links", place=label("place", place), **told)


def present_sentence(present: pd.DataFrame) -> str:
    """Return at how many stages a register has firms in the places shown, and of how many stages it can say nothing."""
    firms = present.groupby("stage")["firms"].sum(min_count=1)
    return t(
        "chain.present", found=int(firms.gt(0).sum()), none=int(firms.eq(0).sum()), unknown=int(firms.isna().sum())
    )


def fault_words(row: dict) -> str:
    """Return a fault of a model in words: where it is, what is wrong, what would work."""
    value = "" if row["value"] is None else str(row["value"])
    known = t("chain.known", known=row["known"]) if row["known"] else ""
    where = t(
        "chain.where",
        table=t(f"chain.tables.{row['table']}"),
        row=row["row"],
        id=row["id"] or "-",
        column=row["column"],
    )
    wrong = t(f"chain.wrong.{row['fault']}", value=value)
    return f"{where}: {wrong} {known}".rstrip()


def faults_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return the faults of a model as people read them: a line each."""
    return pd.DataFrame({"fault_line": [fault_words(row) for row in found.to_dict("records")]}, dtype=object)


def model_sentence() -> str:
    """Return which model is in use."""
    return t("chain.bundled_in_use") if value_chain.is_bundled() else t("chain.own_in_use")
