"""Results kept between reruns: the only home of `st.cache_*`.

Every key is made of plain values and the versions of the bundled data and of the workspace, so a changed or missing
file is noticed at once and never answered from memory.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd
import streamlit as st

from gis import study
from gis.analysis.adjacency import Thresholds
from gis.analysis.chain import Chain
from gis.analysis.register import Tolerances
from gis.app.state import ServiceRequest
from gis.i18n import language as reader_language
from gis.i18n import reading
from gis.io import catalog, database
from gis.io.document import Document
from gis.io.pdf import page_pictures, pdf_bytes
from gis.io.picture import Sheet, make_pyramid, read_sheet
from gis.io.read import Arrival, Reading
from gis.io.vworld_wire import Service
from gis.io.write import layer_bytes, layer_file_name
from gis.model import PROPOSED
from gis.study import active, cards, compare, firms, imports, kinds, reports, services, value_chain
from gis.study import consequences as consequence_study
from gis.study import landuse as landuse_study
from gis.study import overlay as overlay_study
from gis.study import phases as phase_study
from gis.study import register as register_study
from gis.study import rules as rules_study
from gis.study import siting as siting_study
from gis.study import targets as target_study
from gis.study import terrain as terrain_study
from gis.study import vertices as vertex_study
from gis.study.consequences import Consequences
from gis.study.imports import uploaded_arrival
from gis.study.sites import SiteRef
from gis.study.wish import Wish
from gis.view import phase_picture as phase_view
from gis.view import report as report_view
from gis.view.features import screen_geojson

MOST_DOCUMENTS = 4
"""Reports that are kept, over all visits."""
MOST_SEARCHES = 8
"""Searches for sites that are kept, over all visits."""
Args = ParamSpec("Args")
Result = TypeVar("Result")


def _kept(compute: Callable[Args, Result]) -> Callable[Args, Result]:
    """Keep the result of `compute` for as long as the bundled data and the workspace stay the same."""

    @wraps(compute)
    def call(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        version = (catalog.data_version(), database.identity(), database.version(), active.key())
        return _keyed(version, compute.__name__, compute, args, kwargs)

    return call


@st.cache_data(show_spinner=False, max_entries=256)
def _keyed(version: tuple, name: str, _compute: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    return _compute(*args, **kwargs)


@_kept
def areas(source: str | None = None) -> pd.DataFrame:
    return study.areas(study.source_layer(source))


@_kept
def unit_shares(level: str, source: str | None = None) -> pd.DataFrame:
    return study.unit_shares(study.source_layer(source), level)


@_kept
def distances(measure: str, source: str | None = None) -> pd.DataFrame:
    return study.distances(study.source_layer(source), measure=measure)


@_kept
def nearest_places(source: str | None = None) -> pd.DataFrame:
    return study.nearest_places(study.source_layer(source))


@_kept
def adjacencies(thresholds: Thresholds, source: str | None = None, separators: str | None = None) -> pd.DataFrame:
    return study.adjacencies(study.source_layer(source), thresholds, separators=separators)


def near_pairs(thresholds: Thresholds, source: str | None, separators: str | None, within: float) -> pd.DataFrame:
    """Return the pairs of very many sites that lie within so many m; the table is not copied for each visit."""
    version = (catalog.data_version(), database.identity(), database.version(), active.key())
    return _near_pairs(version, thresholds, source, separators, within)


@st.cache_resource(show_spinner=False, max_entries=2)
def _near_pairs(
    version: tuple, thresholds: Thresholds, source: str | None, separators: str | None, within: float
) -> pd.DataFrame:
    return study.adjacencies(study.source_layer(source), thresholds, within=within, separators=separators)


@_kept
def has_many_pairs(source: str | None) -> bool:
    return study.has_many_pairs(study.source_layer(source))


@_kept
def site_names(source: str | None = None) -> dict[str, str]:
    return study.site_names(study.source_layer(source))


@_kept
def boundary_grades() -> dict[str, str]:
    sites = study.complexes()
    return dict(zip(sites["id"], sites["grade"].fillna(PROPOSED), strict=True))


@_kept
def chain(year: int, scope: str, basis: str, within: float | None = None) -> Chain:
    return value_chain.chain(year, scope, basis, within)


@_kept
def chain_answer(
    year: int,
    scope: str,
    basis: str,
    within: float | None = None,
    moves: tuple[value_chain.Move, ...] = (),
) -> value_chain.Answer:
    return value_chain.answer(year, scope, basis, within, moves)


@_kept
def moved_links(moves: tuple[value_chain.Move, ...], year: int, scope: str, basis: str) -> pd.DataFrame:
    return value_chain.moved_links(moves, year, scope, basis)


@_kept
def place_points() -> dict[str, tuple[float, float]]:
    return value_chain.place_points()


@_kept
def consequences(site: SiteRef) -> Consequences:
    return consequence_study.consequences(site)


@_kept
def claims(subject: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    return study.claims(subject)


@_kept
def card(complex_id: str) -> cards.Card:
    return cards.card(complex_id)


@_kept
def screen_layer(name: str, area_unit: str, language: str) -> dict[str, Any]:
    with reading(language):
        return screen_geojson(study.layer(name), study.known_layers()[name], area_unit)


@_kept
def drawn_report(geometry: str) -> study.DrawnReport:
    return study.drawn_report(geometry)


@_kept
def drawn_file(geometries: str) -> bytes:
    return layer_bytes(study.drawn_layer(geometries), ".geojson", "drawn")


@_kept
def layer_table() -> pd.DataFrame:
    return study.layer_table()


@_kept
def point_names() -> dict[str, str]:
    points = study.layer("reference_points")
    return dict(zip(points["id"], points["name"], strict=True))


@st.cache_resource(show_spinner=False, max_entries=2)
def arrival(upload: str, _files: dict[str, bytes], reading: Reading) -> Arrival:
    return uploaded_arrival(_files, reading)


@st.cache_resource(show_spinner=False, max_entries=4)
def sheet(upload: str, name: str, _content: bytes) -> Sheet:
    known = read_sheet(_content, name)
    make_pyramid(_content, known)
    return known


@st.cache_data(show_spinner=False, max_entries=64)
def upload_kind(upload: str, _files: dict[str, bytes]) -> str:
    return kinds.uploaded_kind(_files, Reading())


@st.cache_data(show_spinner=False, max_entries=16)
def upload_check(upload: str, _files: dict[str, bytes], kind: str, reading: Reading) -> pd.DataFrame:
    return kinds.check_uploaded(_files, kind, reading)


@st.cache_resource(show_spinner=False)
def _shelf() -> dict[ServiceRequest, Arrival]:
    return {}


def fetched(asked: ServiceRequest, service: Service, progress: services.Progress) -> Arrival:
    """Return what a service answered, asked for once: a cached function could not show its progress."""
    shelf = _shelf()
    if asked not in shelf:
        arrived = services.fetch_arrival(asked.layer, asked.near, asked.buffer, service, progress)
        shelf.clear()
        shelf[asked] = arrived
    return shelf[asked]


@_kept
def outline_matches(layer_name: str) -> pd.DataFrame:
    return imports.outline_matches(layer_name)


@st.cache_resource(show_spinner=False)
def _documents() -> dict[tuple, Document]:
    return {}


def _document_key(asked: reports.Asked, kind: str) -> tuple:
    return (
        catalog.data_version(),
        database.identity(),
        database.version(),
        active.key(),
        asked,
        kind,
        reader_language(),
    )


def report_document(asked: reports.Asked, kind: str, progress: report_view.Progress) -> Document:
    """Return a report as a document, made once: a cached function could not show its progress."""
    key, kept = _document_key(asked, kind), _documents()
    if key not in kept:
        made = report_view.one_page(asked) if kind == "summary" else report_view.full_report(asked, progress)
        while len(kept) >= MOST_DOCUMENTS:
            kept.pop(next(iter(kept)))
        kept[key] = made
    return kept[key]


def made_document(asked: reports.Asked, kind: str) -> Document | None:
    """Return a report that was made for this question; None where it was not."""
    return _documents().get(_document_key(asked, kind))


def document_pages(asked: reports.Asked, kind: str) -> list[bytes]:
    """Return the pages of a report that was made, as pictures."""
    return _page_pictures(_document_key(asked, kind), made_document(asked, kind))


def document_pdf(asked: reports.Asked, kind: str) -> bytes:
    """Return a report that was made as PDF; made at once, so that the page can say where it cannot be."""
    return _pdf(_document_key(asked, kind), made_document(asked, kind))


@st.cache_data(show_spinner=False, max_entries=MOST_DOCUMENTS)
def _pdf(key: tuple, _document: Document | None) -> bytes:
    return b"" if _document is None else pdf_bytes(_document)


@st.cache_data(show_spinner=False, max_entries=MOST_DOCUMENTS)
def _page_pictures(key: tuple, _document: Document | None) -> list[bytes]:
    return [] if _document is None else page_pictures(_document)


@_kept
def layer_file_title(name: str, ending: str) -> str:
    return layer_file_name(name, study.layer(name), ending)


@_kept
def layer_file(name: str, ending: str) -> bytes:
    return layer_bytes(study.layer(name), ending, name, story=study.export_story(name))


@_kept
def firm_report(
    file_name: str, content: bytes, encoding: str | None = None, sheet: str | None = None, digits: int = 2
) -> firms.FirmReport:
    return firms.firm_report(content, file_name, encoding=encoding, sheet=sheet, digits=digits)


@_kept
def kept_firm_report(name: str, digits: int) -> firms.FirmReport:
    return firms.firm_report(name, digits=digits)


@_kept
def kept_people_report(
    name: str, level: str, boundaries_name: str | None = None, boundaries: bytes | None = None
) -> firms.PeopleReport:
    return firms.people_report(name, level=level, boundaries=_boundaries(boundaries_name, boundaries))


def _boundaries(name: str | None, content: bytes | None) -> study.SourceLayer | None:
    return None if name is None else study.SourceLayer(name, uploaded_arrival({name: content or b""}).frame)


@_kept
def people_report(
    file_name: str,
    content: bytes,
    level: str,
    encoding: str | None = None,
    boundaries_name: str | None = None,
    boundaries: bytes | None = None,
) -> firms.PeopleReport:
    return firms.people_report(
        content, file_name, level=level, boundaries=_boundaries(boundaries_name, boundaries), encoding=encoding
    )


@_kept
def overlay(ref: SiteRef, sliver: float) -> overlay_study.Overlay:
    return overlay_study.overlay_of(ref, sliver)


@_kept
def boundary_report(ref: SiteRef, simplify: float | None = None) -> vertex_study.BoundaryReport:
    return vertex_study.boundary_report(ref, simplify)


@_kept
def terrain_report(ref: SiteRef, dem: str | None, bands: terrain_study.Bands) -> terrain_study.TerrainReport:
    return terrain_study.terrain_report(ref, dem, bands)


@_kept
def land_register(
    ref: SiteRef, parcels: str | None, lands: str | None, zoning: str | None, tolerances: Tolerances
) -> register_study.LandRegister:
    return register_study.land_register(ref, parcels, lands, zoning, tolerances)


@_kept
def land_use(ref: SiteRef, source: landuse_study.PlanSource) -> landuse_study.LandUse:
    return landuse_study.land_use(ref, source)


@_kept
def review(
    ref: SiteRef, source: landuse_study.PlanSource | None = None, settings: rules_study.Settings | None = None
) -> rules_study.Review:
    return rules_study.review(ref, source, settings)


@_kept
def targets() -> tuple[target_study.Card, ...]:
    return target_study.cards()


@_kept
def phase_answer(asked: phase_study.Span, slip: int) -> phase_study.Answer:
    return phase_study.answer(asked, slip)


@_kept
def target_history(target_id: str) -> pd.DataFrame:
    return target_study.history(target_id)


@_kept
def phase_picture(asked: phase_study.Span, slip: int, year: int, language: str) -> dict[str, Any]:
    with reading(language):
        return phase_view.picture(phase_answer(asked, slip), year).to_dict()


@st.cache_resource(show_spinner=False)
def _found() -> dict[tuple, siting_study.Found]:
    return {}


def _found_key(wish: Wish) -> tuple:
    return (catalog.data_version(), database.identity(), database.version(), active.key(), wish)


def found_sites(wish: Wish, progress: siting_study.Progress) -> siting_study.Found:
    """Return the sites that a wish allows, searched once: a cached function could not show its progress."""
    key, kept = _found_key(wish), _found()
    if key not in kept:
        found = siting_study.find(wish, progress)
        while len(kept) >= MOST_SEARCHES:
            kept.pop(next(iter(kept)))
        kept[key] = found
    return kept[key]


def last_found(wish: Wish) -> siting_study.Found | None:
    """Return what was found for a wish; None where it was not searched yet."""
    return _found().get(_found_key(wish))


@_kept
def bundled_window() -> tuple[float, float, float, float]:
    return siting_study.bundled_window()


@_kept
def scenario_links(scenario: str) -> pd.DataFrame:
    return value_chain.scenario_links(scenario)


@_kept
def compared(names: tuple[str | None, ...], asked: compare.Asked) -> pd.DataFrame:
    return compare.compared(names, asked)
