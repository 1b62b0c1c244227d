"""Layers from the official services: what the app and the command line ask for, and the story of what came."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd

from gis import study
from gis.crs import MAP_CRS
from gis.errors import GisError, UnknownNameError
from gis.io import vworld, vworld_wire
from gis.io.read import Arrival, frame_arrival
from gis.io.vworld import Fetched, VworldLayer
from gis.io.vworld_wire import Manners, Service

NEAR = 2_000.0
"""How far around a complex in m a layer is fetched where nobody says."""
Progress = Callable[[int, int | None], None]
Stop = Callable[[], bool]


def service(key: str | None = None, domain: str | None = None) -> Service:
    """Return VWorld as the environment names it; `key` and `domain` from elsewhere, as Streamlit's secrets, go first."""
    return vworld_wire.service(key, domain)


def fetchable_layers() -> dict[str, VworldLayer]:
    """Return every layer of VWorld that may be fetched, by our name."""
    return vworld.layers()


def fetch_layer(
    name: str,
    *,
    bbox: tuple[float, ...] | None = None,
    named: str | None = None,
    attribute: str | None = None,
    service: Service,
    api: str = "data",
    refresh: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
    manners: Manners | None = None,
) -> Fetched:
    """Return a layer of VWorld in WGS 84, whole, with its story.

    Parameters
    ----------
    name
        Our name, the Korean title or VWorld's own id: `industrial_complex`, `단지경계`, `LT_C_DAMDAN`.
    bbox
        West, south, east, north in degrees.
    named
        Only features whose name holds this.
    attribute
        Only features with `column:operator:value`, as in `pnu:=:2920012300100010000`.
    progress
        Hears how many features are there and how many are expected (None where nobody knows).
    stop
        Asked before each call; once it says True the fetch ends with an error, and nothing of it is returned.

    Raises
    ------
    GisError
        Where the layer is unknown, the service cannot be reached or refuses, or not everything can be had.
    """
    layer = vworld.known_layer(name)
    if named is not None:
        if attribute is not None:
            raise GisError("vworld.named_twice")
        attribute = vworld.named(layer, named)
    return vworld.fetch(
        service, layer, box=bbox, attribute=attribute, api=api, refresh=refresh, progress=progress, stop=stop,
        manners=manners,
    )  # fmt: skip


def story(fetched: Fetched) -> dict[str, Any]:
    """Return what came, from where, when and under which terms, as plain values; it holds no key."""
    known = fetched.layer
    return {
        "layer": known.name,
        "title": known.title,
        "service": known.data or known.wfs,
        "features": len(fetched.frame),
        "received": fetched.received,
        "duplicates": fetched.duplicates,
        "tiles": fetched.tiles,
        "pages": fetched.pages,
        "cached_pages": fetched.cached_pages,
        "retrieved": fetched.retrieved,
        "grade": known.grade,
        "license": known.license,
        "attribution": known.attribution,
        "url": fetched.address,
        "note": "; ".join(map(str, fetched.remarks)) or None,
    }


def fetch_arrival(name: str, near: str, buffer: float, service: Service, progress: Progress | None = None) -> Arrival:
    """Return a layer of VWorld around a complex, `buffer` m beyond its outline, checked as a file is."""
    return arrived(fetch_layer(name, bbox=box_near(near, buffer), service=service, progress=progress))


def arrived(fetched: Fetched) -> Arrival:
    """Return a fetched layer checked as a file is, with what its story needs; it holds no key."""
    known = fetched.layer
    remarks = [str(remark) for remark in fetched.remarks]
    about = story(fetched) | {"file": known.data or known.wfs or known.name, "remarks": remarks}
    return frame_arrival(with_story(fetched), known.title, about)


def with_story(fetched: Fetched) -> gpd.GeoDataFrame:
    """Return a fetched layer as it leaves in a file: with `name`, `grade` and `source` where VWorld has no such column.

    A file carried into an office without internet then still says what it is.
    """
    frame, known = fetched.frame, fetched.layer
    said = f"{known.attribution}, {known.title} ({known.data or known.wfs}), {fetched.retrieved[:10]}, {known.license}"
    named = known.name_column in frame.columns
    story = {"name": frame[known.name_column] if named else None, "grade": known.grade, "source": said}
    return frame.assign(**{column: value for column, value in story.items() if column not in frame})


def box_near(complex_id: str, buffer: float = NEAR) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees around a complex and `buffer` m beyond its outline."""
    outlines = study.layer(study.COMPLEXES)
    if complex_id not in outlines.index:
        raise UnknownNameError("complex", complex=complex_id, known=", ".join(outlines.index))
    west, south, east, north = outlines.loc[[complex_id]].buffer(buffer).to_crs(MAP_CRS).total_bounds
    return float(west), float(south), float(east), float(north)


def typed_box(text: str) -> tuple[float, ...]:
    """Return the numbers of a box that a person typed as `W,S,E,N` in degrees."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise GisError("vworld.box", box=text) from None
