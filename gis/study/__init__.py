"""One run, end to end: where the app, the command line and the golden test meet.

Every function takes plain values, reads the layers it needs, and returns inner names; `gis.model.outward`
gives the names that leave.
"""

import json
import os
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gis import engine
from gis.analysis import adjacency as _adjacency
from gis.analysis import area as _area
from gis.analysis import claims as _claims
from gis.analysis import distance as _distance
from gis.analysis.scenario import with_sites
from gis.crs import GWANGJU_BELT, MAP_CRS, crs_name, reproject, to_work_crs
from gis.errors import DataFileError, InputError, ShapeFault, UnknownNameError
from gis.i18n import t
from gis.i18n import table as label_table
from gis.io import catalog, store
from gis.io.formats import FILE_ENDINGS
from gis.io.read import Reading, read_file, read_layer
from gis.kernel.geodesy import geodesic_distances
from gis.model import LAYER_COLUMNS, worse_grade
from gis.study import active
from gis.study.active import Kept
from layers import LAYERS
from layers.declare import Column, Layer, Style
from layers.palette import IMPORTED, INK

UNIT_LAYERS = ("sigungu", "emd", "ri")
COMPLEXES, DRAWN = "complexes", "drawn"
MAX_PAIRS = 200_000


@dataclass(frozen=True)
class SourceLayer:
    """A layer that a command measures: bundled, or a person's file."""

    name: str
    frame: gpd.GeoDataFrame


def known_layers() -> dict[str, Layer]:
    """Return every layer with features: the bundled ones, then the imported ones."""
    return LAYERS | {
        one.name: declared(one) for one in store.layers() if one.kind in ("Polygon", "LineString", "Point")
    }


def declared(stored: store.StoredLayer) -> Layer:
    """Return an imported layer as a declaration, the same class as a bundled one."""
    number = sum(map(ord, stored.name)) % len(IMPORTED)
    style = {"fill": IMPORTED[number], "stroke": INK, "weight": 1.5, "fill_opacity": 0.3, **stored.style}
    return Layer(
        name=stored.name,
        path=f"layers/{stored.file}",
        source=stored_source(stored),
        geometry=stored.kind,  # type: ignore[arg-type]
        group="imported",
        grade=stored.grade,  # type: ignore[arg-type]
        style=Style(**style),
        columns=tuple(Column(name) for name in ("id", "name", "grade", "source")),
        title=stored.title,
        visible=False,
        confidential=stored.confidential,
    )


def confidential_layers(name: str) -> list[str]:
    """Return the confidential (대외비) layers that an export of the layer `name` would carry out of the house."""
    carried = {name}
    if name in (COMPLEXES, "cluster"):
        carried = {one.layer for one in store.outlines() if one.in_use}
    secret = [one.name for one in store.layers() if one.confidential and {one.name, one.title} & carried]
    shown = active.current() if name in (COMPLEXES, "cluster") else None
    scenarios = [one for one in active.every() if one.id == name or (shown is not None and one.id == shown.id)]
    return secret + [one.scenario.title for one in scenarios if one.scenario.confidential]


def export_story(name: str) -> dict[str, Any]:
    """Return what leaves with an imported layer: who made it, on which terms, from when, and how it was read."""
    found = next((one for one in store.layers() if name in (one.name, one.title)), None)
    if found is None:
        return {}
    return {
        "title": found.title, "source": found.source, "rank": found.rank, "license": found.license,
        "base_date": found.base_date, "grade": found.grade, "confidential": found.confidential,
        "stored_at": found.stored_at, **found.story,
    }  # fmt: skip


def stored_source(stored: store.StoredLayer) -> str:
    """Return the id under which an imported layer stands among the sources."""
    return f"imported:{stored.name}"


def sources() -> pd.DataFrame:
    """Return every source: of the bundled data, then of what was imported."""
    rows = [
        {
            "id": stored_source(one),
            "title": one.title,
            "publisher": one.source,
            "locator": one.story.get("file"),
            "license": one.license,
            "retrieved": one.stored_at[:10],
            "base_date": one.base_date,
            "rank": one.rank,
        }
        for one in store.layers()
    ]
    rows += [
        {"id": one.source, "title": one.scenario.title, "note": one.scenario.note, "retrieved": one.made_at[:10]}
        for one in active.every()
    ]
    bundled = catalog.sources()
    imported = pd.DataFrame(rows, columns=bundled.columns, dtype=object)
    return pd.concat([bundled, imported], ignore_index=True) if rows else bundled


def secret_sources(shown: Collection[str] = ()) -> set[str]:
    """Return the sources that are marked 대외비: of layers and scenarios, but for those whose name or title is
    `shown` and the scenario in use."""
    layers = {stored_source(one) for one in store.layers() if one.confidential and not {one.name, one.title} & {*shown}}
    now = active.current()
    kept = [one for one in active.every() if one.scenario.confidential and (now is None or one.id != now.id)]
    return layers | {one.source for one in kept if not {one.id, one.scenario.title} & {*shown}}


def with_sources(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the sheets of a workbook with the sources behind them; those marked 대외비 only where a table cites them."""
    cited = {
        cell for one in tables.values() for name in one if str(name).endswith("source") for cell in one[name].dropna()
    }
    known = sources()
    return {**tables, "sources": known[~known["id"].isin(secret_sources() - cited)].reset_index(drop=True)}


def layer(name: str, belt: str = GWANGJU_BELT) -> gpd.GeoDataFrame:
    """Return a bundled or imported layer in `belt`.

    Complexes come with the official area that the ledger has in use, and each with its imported outline where one is
    in use.
    """
    if name == COMPLEXES:
        return complexes(belt)
    if name in LAYERS:
        frame = read_layer(LAYERS[name], belt)
        return _cluster(frame, belt) if name == "cluster" else frame
    if _is_scenario(name):
        with active.under(name):
            return complexes(belt)
    stored = _stored(name)
    return to_work_crs(graded(store.frame(stored.name), stored), belt)


def _is_scenario(name: str) -> bool:
    return any(name == one.id for one in active.every())


def _stored(name: str) -> store.StoredLayer:
    try:
        found = store.layer(name)
    except UnknownNameError:
        raise UnknownNameError("layer", layer=name, known=", ".join(known_layers())) from None
    if found.kind not in store.DRAWN:
        raise InputError("no_shapes", layer=name)
    return found


def graded(frame: gpd.GeoDataFrame, stored: store.StoredLayer) -> gpd.GeoDataFrame:
    """Return an imported layer with the grade, sigma and source that were stated for all of it where a row has none."""
    own = frame["source"].ne(stored.story.get("file", ""))
    known = frame.assign(
        grade=frame["grade"].astype(object).where(frame["grade"].notna(), stored.grade),
        source=frame["source"].astype(object).where(own, stored.source),
    )
    return known.assign(**_own_sigma(stored)) if _own_sigma(stored) else known


def _own_sigma(stored: store.StoredLayer) -> dict[str, Any]:
    """Return the vertex sigma of a layer that has one of its own: stated, or the RMSE of its picture, maybe unknown."""
    if stored.vertex_sigma is None and "rmse_m" not in stored.story:
        return {}
    return {"own_sigma": True, "vertex_sigma": float("nan") if stored.vertex_sigma is None else stored.vertex_sigma}


def complexes(belt: str = GWANGJU_BELT, outlines: list[store.Outline] | None = None) -> gpd.GeoDataFrame:
    """Return the complexes with their official areas, each with the one of `outlines` that is its own.

    Where `outlines` is None, the imported outlines in use count.
    """
    frame, ledger = read_layer(LAYERS[COMPLEXES], belt), catalog.claims()
    frame = frame.assign(official_area=[_official_area(ledger, subject) for subject in frame["id"]])
    used = [one for one in store.outlines() if one.in_use] if outlines is None else outlines
    if used:
        frame = frame.assign(own_sigma=False, vertex_sigma=float("nan"))
    for outline in used:
        if outline.complex not in frame.index:
            continue
        stored = store.layer(outline.layer)
        frame.loc[outline.complex, "geometry"] = outline_shape(outline, belt)
        frame.loc[outline.complex, "grade"] = outline.grade
        frame.loc[outline.complex, "source"] = stored_source(stored)
        frame.loc[outline.complex, "center_uncertainty"] = float("nan")
        if own := _own_sigma(stored):
            frame.loc[outline.complex, list(own)] = list(own.values())
    now = active.current() if outlines is None else None
    return frame if now is None else with_sites(frame, proposed_sites(now, belt), now.source)


def proposed_sites(kept: Kept, belt: str = GWANGJU_BELT) -> gpd.GeoDataFrame:
    """Return the sites of a scenario in `belt`: `id`, `name`, geometry."""
    told = kept.scenario.sites
    shapes = [shapely.geometry.shape(site.geometry) for site in told]
    names = {key: [getattr(site, key) for site in told] for key in ("id", "name")}
    frame = gpd.GeoDataFrame(names, geometry=shapes, crs=MAP_CRS)
    return reproject(frame, belt) if told else frame.set_crs(belt, allow_override=True)


def outline_shape(outline: store.Outline, belt: str = GWANGJU_BELT) -> shapely.Geometry:
    """Return the boundary of an imported outline, its features as one."""
    frame = store.frame(outline.layer)
    missing = sorted(set(outline.feature_ids) - set(frame["id"]))
    if missing:
        raise UnknownNameError("feature", id=missing[0], layer=outline.layer)
    return shapely.union_all(to_work_crs(frame.loc[list(outline.feature_ids)], belt).geometry.to_numpy())


def _cluster(frame: gpd.GeoDataFrame, belt: str) -> gpd.GeoDataFrame:
    """Return the 소부장 특화단지 with the imported outlines in use: of a complex in two regions, the Gwangju side."""
    used, gwangju = {one.complex for one in store.outlines() if one.in_use}, "29"
    if now := active.current():
        used |= {site.id for site in now.scenario.sites}
    if not used:
        return frame
    sites = complexes(belt)
    for outline in used:
        for name in frame.index[frame["complex"] == outline]:
            site, shape = sites.loc[outline], sites.loc[outline, "geometry"]
            grade = site["grade"]
            if pd.notna(frame.loc[name, "part"]):
                units = read_layer(LAYERS["sigungu"], belt)
                inside = units[units["id"].str.startswith(gwangju)]
                shape, grade = (
                    shapely.intersection(shape, inside.union_all()),
                    worse_grade(grade, LAYERS["sigungu"].grade),
                )
            frame.loc[name, ["geometry", "grade", "source", "center_uncertainty"]] = [
                shape,
                grade,
                site["source"],
                float("nan"),
            ]
    return frame


def _official_area(ledger: pd.DataFrame, subject: str) -> float:
    """Return the official area in m² that the ledger has in use; NaN where it states none."""
    claim = _claims.claim_in_use(ledger, subject, "official_area")
    if claim is None or claim["value"] is None:
        return float("nan")
    if isinstance(claim["value"], str) or claim["unit"] != "m2" or claim["value"] <= 0:
        raise DataFileError("official_unit", subject=subject, value=claim["value"], unit=claim["unit"])
    return float(claim["value"])


_used: ContextVar[set[str] | None] = ContextVar("used", default=None)
"""The layers marked 대외비 on which the answers of a command rest; None where nobody keeps count."""


def watch_secrets() -> None:
    """Keep count from here on of the layers marked 대외비 that are used."""
    _used.set(set())


def secrets_used() -> list[str]:
    """Return the titles of the layers marked 대외비 that were used since the count began."""
    return sorted(_used.get() or ())


def note_secrets(names: Collection[str]) -> None:
    """Count the layers of these names that are marked 대외비 as used."""
    used = _used.get()
    if used is not None:
        used |= {one.title for one in store.layers() if one.confidential and one.name in names}


def source_layer(source: str | None = None, reading: Reading | None = None) -> SourceLayer:
    """Return the layer that `source` names: bundled, imported, or a file; the complexes where it is None."""
    if source in (None, COMPLEXES):
        note_secrets({one.layer for one in store.outlines() if one.in_use})
    if source is None:
        return SourceLayer(COMPLEXES, layer(COMPLEXES))
    if source in LAYERS:
        return SourceLayer(source, layer(source))
    if _is_scenario(source):
        return SourceLayer(source, layer(source))
    if any(source in (one.name, one.title) for one in store.layers()):
        stored = _stored(source)
        note_secrets({stored.name})
        return SourceLayer(stored.name, to_work_crs(graded(store.frame(stored.name), stored)))
    path = Path(source)
    if path.suffix.lower() in FILE_ENDINGS or os.path.exists(source):  # noqa: PTH110 - a name too long is no file
        return SourceLayer(path.stem, read_file(path, reading=reading))
    raise UnknownNameError("layer", layer=source, known=", ".join(known_layers()))


def site_names(source: SourceLayer) -> dict[str, str]:
    """Return what to call each site of a layer; a name that the labels have in Korean is read in the reader's language."""
    names = source.frame["name"]
    if "short_name" in source.frame:
        names = source.frame["short_name"].fillna(names)
    known = dict(zip(source.frame["id"], names.fillna(source.frame["id"]).astype(str), strict=True))
    labels = label_table("ko")
    return {one: t(f"place.{one}") if labels.get(f"place.{one}") == name else name for one, name in known.items()}


def layer_table() -> pd.DataFrame:
    """Return a row a layer, bundled and imported: what it is, how many features, which grade, from when."""
    stored, dates = {one.name: one for one in store.layers()}, sources().set_index("id")["base_date"]
    rows = [
        {
            "name": declared.name,
            "title": declared.title or f"layer.{declared.name}",
            "kind": declared.group,
            "geometry": declared.geometry,
            "features": stored[declared.name].features if declared.name in stored else len(read_layer(declared)),
            "grade": declared.grade,
            "source": declared.source,
            "base_date": dates.get(declared.source),
        }
        for declared in known_layers().values()
    ]
    rows += [
        {
            "name": one.name, "title": one.title, "kind": "imported", "geometry": one.kind, "features": one.features or None,
            "grade": one.grade, "source": stored_source(one), "base_date": one.base_date,
        }
        for one in stored.values() if one.kind not in store.DRAWN
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(LAYER_COLUMNS))
    return table.astype({"features": "Int64"})


def areas(source: SourceLayer) -> pd.DataFrame:
    """Return both areas of every site: one row a site, in the order of the source."""
    sites = source.frame
    if "official_area" not in sites:
        sites = sites.assign(official_area=float("nan"))
    measured = _area.geodesic_measures
    if engine.worth(len(sites)):
        from gis.engine.areas import plane_measures as measured
    return _area.site_measures(sites, catalog.vertex_sigmas(), measured).reset_index(drop=True)


def unit_shares(source: SourceLayer, level: str) -> pd.DataFrame:
    """Return how each site is shared out among 시군구, 읍면동 or 법정동·리."""
    if level not in UNIT_LAYERS:
        raise UnknownNameError("level", level=level, known=", ".join(UNIT_LAYERS))
    return _area.unit_shares(source.frame, layer(level, crs_name(source.frame.crs)))


def distances(source: SourceLayer, to: str | None = None, measure: str = "gap") -> pd.DataFrame:
    """Return the distance of every pair in `source`, or from each of its sites to each feature of `to`."""
    others = None if to in (None, source.name) else _other_layer(str(to), crs_name(source.frame.crs))
    count = len(source.frame)
    _require_pairs(count * (count - 1) // 2 if others is None else count * len(others))
    frames = [source.frame, *([] if others is None else [others])]
    points: _distance.NearestPoints | None = None
    if engine.worth(count * (count - 1) // 2 if others is None else count * len(others)) and _all_polygons(frames):
        from gis.engine.distance import boundary_points as points
    return _distance.distances(source.frame, others, measure, points)


def _all_polygons(frames: list[gpd.GeoDataFrame]) -> bool:
    return all(frame.geom_type.isin(["Polygon", "MultiPolygon"]).all() for frame in frames)


def place_at(lon: float, lat: float) -> str | None:
    """Return the 읍면동 in which a point (degrees) lies; None outside the bundled districts."""
    units = layer("emd")
    point = gpd.GeoSeries([shapely.Point(lon, lat)], crs=MAP_CRS).to_crs(units.crs).iloc[0]
    found = units[units.contains(point)]
    return None if found.empty else str(found["full_name"].iloc[0])


def has_many_pairs(source: SourceLayer) -> bool:
    """Tell whether a layer has more pairs of sites than anybody reads."""
    return _pairs(source) > MAX_PAIRS


def _pairs(source: SourceLayer) -> int:
    return len(source.frame) * (len(source.frame) - 1) // 2


def _require_pairs(count: int) -> None:
    """Refuse to make a table of more pairs than anybody reads."""
    if count > MAX_PAIRS:
        raise InputError("many_pairs", count=f"{count:,}", most=f"{MAX_PAIRS:,}")


def nearest_places(source: SourceLayer, to: str = "reference_points", count: int = 3) -> pd.DataFrame:
    """Return the nearest places of a layer for each site."""
    return _distance.nearest(source.frame, layer(to, crs_name(source.frame.crs)), count)


def adjacencies(
    source: SourceLayer,
    thresholds: _adjacency.Thresholds | None = None,
    *,
    within: float | None = None,
    separators: str | None = None,
) -> pd.DataFrame:
    """Return the relation of every pair of sites, and which 법정동 lies between.

    Of so many sites that nobody reads every pair, the pairs within so many m, without what lies between.

    Raises
    ------
    InputError
        Where there are too many pairs, and nobody says within how many m.
    """
    belt = crs_name(source.frame.crs)
    barriers = None if separators is None else _other_layer(separators, belt)
    if has_many_pairs(source):
        if within is None or not engine.loads():
            raise InputError("many_neighbors", count=f"{_pairs(source):,}", most=f"{MAX_PAIRS:,}")
        from gis.engine.adjacency import adjacency  # compiled kernels, where numba loads

        return adjacency(source.frame, thresholds or _adjacency.Thresholds(), within, barriers)
    return _adjacency.adjacency(source.frame, thresholds, within=within, separators=barriers, units=layer("emd", belt))


def _other_layer(source: str, belt: str) -> gpd.GeoDataFrame:
    """Return what a layer is measured against, in `belt`: another layer, bundled or imported, or a file."""
    known = source in LAYERS or any(source in (one.name, one.title) for one in store.layers())
    is_file = not known and os.path.exists(source)  # noqa: PTH110 - a name too long is no file
    return read_file(Path(source), belt) if is_file else layer(source, belt)


def claims(subject: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the ledger and its conflicts, of one subject or of all."""
    ledger = catalog.claims()
    if subject is not None and subject not in set(ledger["subject"]):
        raise UnknownNameError("subject", subject=subject, known=", ".join(dict.fromkeys(ledger["subject"])))
    steps, dates = catalog.steps(), catalog.sources().set_index("id")["base_date"]
    told = steps.assign(source_date=steps["source"].map(dates))
    found = _claims.conflicts(ledger, told, catalog.date_orders(), catalog.wordings())
    if subject is None:
        return ledger, found
    return (
        ledger[ledger["subject"] == subject].reset_index(drop=True),
        found[found["subject"] == subject].reset_index(drop=True),
    )


@dataclass(frozen=True)
class DrawnReport:
    """What a polygon drawn on the map measures at once."""

    area: dict[str, Any]
    shares: pd.DataFrame
    distances: pd.DataFrame


def drawn_report(geometry: str) -> DrawnReport:
    """Return both areas, the 법정동·리 and the distances to the complexes of a drawn polygon (GeoJSON text)."""
    source = drawn_site(json.loads(geometry))
    return DrawnReport(
        area=areas(source).iloc[0].to_dict(), shares=unit_shares(source, "ri"), distances=distances(source, COMPLEXES)
    )


def drawn_layer(geometries: str) -> gpd.GeoDataFrame:
    """Return the polygons drawn on the map (a GeoJSON list of geometries) as one layer, with both areas."""
    sites = [drawn_site(geometry, f"drawn-{number}") for number, geometry in enumerate(json.loads(geometries), start=1)]
    measured = pd.concat([areas(site)[["area", "planar_area", "planar_crs"]] for site in sites], ignore_index=True)
    drawn = pd.concat([site.frame.to_crs(MAP_CRS)[["id", "name", "grade", "source", "geometry"]] for site in sites])
    return gpd.GeoDataFrame(drawn.reset_index(drop=True).join(measured), crs=MAP_CRS)


def drawn_line_length(geometry: dict) -> float:
    """Return the geodesic length in m of a line drawn on the map (GeoJSON geometry, degrees)."""
    points = geometry["coordinates"]
    return float(geodesic_distances(points[:-1], points[1:]).sum())


def drawn_site(geometry: dict, name: str = DRAWN) -> SourceLayer:
    """Return a polygon drawn on the map (GeoJSON geometry, degrees) as a layer to be measured; it has no grade.

    Raises
    ------
    InputError
        Where the shape is no polygon, is empty or crosses itself.
    """
    try:
        shape = shapely.geometry.shape(geometry)
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise InputError("drawn_shape", reason=error) from error
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise InputError("drawn_shape", reason=shape.geom_type)
    if shape.is_empty or not shape.is_valid:
        raise InputError("drawn_shape", reason=ShapeFault(shapely.is_valid_reason(shape)))
    called = t("place.drawn") if name == DRAWN else name
    row = {"id": name, "name": called, "grade": None, "source": None, "official_area": float("nan")}
    frame = gpd.GeoDataFrame([row], geometry=[shape], crs=MAP_CRS).set_index("id", drop=False)
    return SourceLayer(name, to_work_crs(frame))
