"""One site that a statutory table is about: a complex, a feature of a layer or file, or a polygon drawn on the map."""

import json
from dataclasses import dataclass

from gis import study
from gis.analysis.area import require_polygons
from gis.crs import belt_of, crs_name, lonlat_bounds, reproject
from gis.errors import InputError, UnknownNameError
from gis.io import store
from gis.io.read import Reading
from gis.study import SourceLayer, active

MOST_NAMED = 20
"""How many features an error names."""


@dataclass(frozen=True)
class SiteRef:
    """Which site: plain values, so that results can be kept by it.

    `source` is the id of a complex, a layer or a file; `feature` the id of one of its features; `drawn` a GeoJSON
    geometry in degrees, which goes before both.
    """

    source: str = ""
    feature: str | None = None
    drawn: str | None = None


def site(ref: SiteRef, reading: Reading | None = None) -> SourceLayer:
    """Return the site as a layer of one polygon in the TM belt of its own center (EPSG:5186 around Gwangju).

    The row has `id`, `name`, `grade`, `source`, `official_area` (m², NaN where none is stated).

    Raises
    ------
    UnknownNameError
        Where there is no such complex, layer, file or feature.
    InputError
        Where the source has several features and none is named, or the feature is no polygon.
    """
    if ref.drawn is not None:
        return study.drawn_site(json.loads(ref.drawn))
    complexes = study.complexes()
    if ref.source in complexes.index:
        if ref.feature not in (None, ref.source):
            raise UnknownNameError("site_feature", id=ref.feature, source=ref.source, known=ref.source)
        study.note_secrets({one.layer for one in store.outlines() if one.in_use and one.complex == ref.source})
        return _alone(SourceLayer(study.COMPLEXES, complexes), ref.source)
    source = study.source_layer(ref.source, reading)
    known = list(source.frame["id"])
    if ref.feature is None and len(known) > 1:
        raise InputError("which_site", source=ref.source, known=_listed(known))
    feature = known[0] if ref.feature is None else ref.feature
    if feature not in known:
        raise UnknownNameError("site_feature", id=feature, source=ref.source, known=_listed(known))
    return _alone(source, feature)


def confidential_layers(ref: SiteRef) -> list[str]:
    """Return the confidential (대외비) layers whose shape a file about a site would carry out of the house."""
    if ref.drawn is not None:
        return []
    whole = study.confidential_layers(ref.source)
    mine = {one.layer for one in store.outlines() if one.in_use and one.complex == ref.source}
    own = [one.name for one in store.layers() if one.confidential and one.name in mine and one.name not in whole]
    now = active.current()
    proposed = now is not None and now.scenario.confidential and now.scenario.site(ref.source) is not None
    return [*whole, *own, *([now.scenario.title] if now and proposed else [])]


def _alone(source: SourceLayer, feature: str) -> SourceLayer:
    """Return one feature of a layer in the belt of its own center."""
    frame = source.frame.loc[[feature]]
    if "official_area" not in frame:
        frame = frame.assign(official_area=float("nan"))
    require_polygons(frame)
    west, _, east, _ = lonlat_bounds(frame)
    belt = belt_of((west + east) / 2)
    return SourceLayer(source.name, frame if crs_name(frame.crs) == belt else reproject(frame, belt))


def _listed(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (f" … ({len(names)})" if len(names) > MOST_NAMED else "")
