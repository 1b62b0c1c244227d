"""What a report holds: its parts, for whom and what it is asked, the tables of the complexes, and what it rests on."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from gis import __version__, study
from gis.analysis.chain import YEARS
from gis.errors import InputError, UnknownNameError
from gis.io import catalog, store
from gis.model import BASES, SCOPES
from gis.study import active, scenarios
from gis.study.compare import MOST
from gis.study.sites import SiteRef
from gis.study.sites import confidential_layers as site_secrets
from gis.study.value_chain import PLAN_YEAR, chain

PARTS = (
    "location", "overview", "landuse", "vertices", "register", "overlay", "areas", "distances", "chain", "phases",
    "targets", "alternatives", "check", "claims", "article", "sources",
)  # fmt: skip
"""The parts of a report in the order of the annex to a development plan."""
SITE_PARTS = ("landuse", "vertices", "register", "overlay", "check")
"""Parts that speak of one site each."""
USUAL = tuple(name for name in PARTS if name != "article")
PAPERS = ("a4", "a3")
REPORT_TABLES = (
    "area", "area_by_sigungu", "area_by_ri", "distance_gap", "distance_centroid", "adjacency",
    "nearest", "chain_stages", "chain_links", "claims", "conflicts", "phases", "article", "layers",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a report is asked for, in plain values: equal questions on equal data give equal documents.

    Parameters
    ----------
    sites
        Of which sites the land-use table, coordinates, register, overlay and checks are made.
    alternatives
        Scenarios that are compared, None being the data as they are; none where fewer than two are named.
    date
        The date of issue as it shall be printed; none is made up.
    """

    parts: tuple[str, ...] = USUAL
    sites: tuple[SiteRef, ...] = (SiteRef("futurecar"),)
    alternatives: tuple[str | None, ...] = ()
    year: int = PLAN_YEAR
    scope: str = "region"
    basis: str = "plan"
    within: float | None = None
    unit: str = "m2"
    paper: Literal["a4", "a3"] = "a4"
    date: str | None = None
    title: str | None = None


def require_possible(asked: Asked) -> None:
    """Refuse a question that names a part, scope, basis, paper or site that there is not.

    Raises
    ------
    UnknownNameError, InputError
    """
    strange = [one for one in asked.parts if one not in PARTS]
    if strange:
        raise UnknownNameError("report.part", part=strange[0], known=", ".join(PARTS))
    if not asked.parts:
        raise InputError("report.no_parts", known=", ".join(PARTS))
    if not YEARS[0] <= asked.year <= YEARS[1]:
        raise InputError("year", year=asked.year, first=YEARS[0], last=YEARS[1])
    if asked.scope not in SCOPES:
        raise UnknownNameError("scope", scope=asked.scope, known=", ".join(SCOPES))
    if asked.basis not in BASES:
        raise UnknownNameError("basis", basis=asked.basis, known=", ".join(BASES))
    if asked.paper not in PAPERS:
        raise UnknownNameError("report.paper", paper=asked.paper, known=", ".join(PAPERS))
    if len(asked.alternatives) > MOST:
        raise InputError("scenario.compare", count=len(asked.alternatives), most=MOST)


def secrets(asked: Asked) -> list[str]:
    """Return the layers and scenarios marked 대외비 that a report shows."""
    shown = set(study.confidential_layers(study.COMPLEXES))
    for ref in asked.sites if set(asked.parts) & {*SITE_PARTS, "location"} else ():
        shown |= set(site_secrets(ref))
    if set(asked.parts) & {"overlay", "register"}:
        shown |= {one.name for one in store.layers() if one.confidential}
    for name in asked.alternatives:
        if name is not None and active.kept(name).scenario.confidential:
            shown.add(active.kept(name).scenario.title)
    return sorted(shown)


@dataclass(frozen=True)
class Foundation:
    """What a report rests on: version of the app, hash of the bundled data, imported layers, the scenario and its hash."""

    version: str
    data: str
    imported: tuple[tuple[str, str], ...]
    scenario: str | None
    scenario_hash: str | None


def foundation(shown: Collection[str] = ()) -> Foundation:
    """Return what answers rest on at this moment; layers marked 대외비 only where they are `shown`."""
    now = active.current()
    open_layers = [one for one in store.layers() if not one.confidential or {one.name, one.title} & {*shown}]
    layers = tuple((one.title, str(one.story.get("sha256", ""))[:12]) for one in open_layers)
    return Foundation(
        __version__, data_hash()[:12], layers, None if now is None else now.id,
        None if now is None else scenarios.content_hash(now)[:12],
    )  # fmt: skip


def data_hash() -> str:
    """Return the SHA-256 of the bundled data: of the names and bytes of all its files, in order."""
    folder, digest = catalog.data_folder(), hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".toml", ".geojson"):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def open_sources(shown: Collection[str] = ()) -> pd.DataFrame:
    """Return every source that a report may name: what is marked 대외비 only where it is `shown`."""
    known = study.sources()
    return known[~known["id"].isin(study.secret_sources(shown))].reset_index(drop=True)


def _open_layers(shown: Collection[str]) -> pd.DataFrame:
    known = study.layer_table()
    return known[~known["source"].isin(study.secret_sources(shown))].reset_index(drop=True)


def report_table(name: str, asked: Asked | None = None) -> pd.DataFrame:
    """Return one table of the report on the complexes."""
    wish = asked or Asked()
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "area": lambda: study.areas(study.source_layer()),
        "area_by_sigungu": lambda: study.unit_shares(study.source_layer(), "sigungu"),
        "area_by_ri": lambda: study.unit_shares(study.source_layer(), "ri"),
        "distance_gap": lambda: study.distances(study.source_layer()),
        "distance_centroid": lambda: study.distances(study.source_layer(), measure="centroid"),
        "adjacency": lambda: study.adjacencies(study.source_layer()),
        "nearest": lambda: study.nearest_places(study.source_layer()),
        "chain_stages": lambda: chain(wish.year, wish.scope, wish.basis).stages.rename(columns={"id": "stage"}),
        "chain_links": lambda: chain(wish.year, wish.scope, wish.basis).links,
        "claims": lambda: study.claims()[0],
        "conflicts": lambda: study.claims()[1],
        "phases": catalog.steps,
        "article": catalog.article_rows,
        "layers": lambda: _open_layers(secrets(wish)),
    }
    return makers[name]()
