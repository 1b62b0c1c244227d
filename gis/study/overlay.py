"""지역·지구 중첩 면적표: one site against every statutory theme, or against one layer, end to end."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gis import study
from gis.analysis.overlay import SLIVER, inside_measure, partition
from gis.crs import crs_name, to_work_crs
from gis.errors import InputError, UnknownNameError
from gis.io import store
from gis.io.store import StoredLayer
from gis.io.themes import Theme, bare, known_theme, themes
from gis.model import worse_grade
from gis.study.sites import SiteRef, site
from layers import LAYERS

NO_THEME = "none"
"""What a person says of a layer that is of no theme, whatever its name."""

OWN_COLUMNS = ("file_row", "source", "grade", "official_area")
"""What we say of a feature: its boundary grade is no grade of nature, though the column is called alike."""


@dataclass(frozen=True)
class Assignment:
    """Which theme an imported layer is of, and the column of its classes; None where nobody knows or said.

    `way` is `stated` or `guessed`; `candidates` are the themes that its name and story speak of.
    """

    layer: str
    title: str
    kind: str
    theme: str | None
    class_column: str | None
    way: str | None
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """The rows of one theme or layer: a partition of the site; no rows where no polygons are loaded.

    Parameters
    ----------
    key
        The id of the theme, or the name of a layer without one.
    layers, titles
        The layers that serve, by name, and what people call them.
    rows
        As `gis.analysis.overlay.partition` returns them, in the order of the theme's legend, with `grade`.
    unclassed
        Layers of which no column of classes is known, with the columns that they have.
    lengths, counts
        Of layers of lines: m within the site, and how many reach into it. Of layers of points: how many.
    short
        Whether the site reaches beyond the box of the layers, where nobody may have looked.
    beyond
        Layers whose box lies wholly apart from that of the site: they say nothing of it.
    """

    key: str
    theme: Theme | None
    layers: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    rows: gpd.GeoDataFrame | None = None
    unclassed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lengths: tuple[tuple[str, float, int], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    short: bool = False
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overlay:
    """A site (`id`, `name`, `grade`, areas in m²) of `layer`, and its parts; `sliver` is the width in m that was asked for."""

    layer: str
    site: dict[str, Any]
    sliver: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Loaded:
    """A layer in the belt of the site, and the class of each of its features."""

    name: str
    title: str
    frame: gpd.GeoDataFrame
    labels: pd.Series
    class_column: str | None


def assignments() -> list[Assignment]:
    """Return which theme each imported layer of shapes is of: as a person stated, else guessed by its name and story."""
    known = themes()
    return [_assignment(one, known) for one in store.layers() if one.kind in store.DRAWN]


def _assignment(stored: StoredLayer, known: dict[str, Theme]) -> Assignment:
    service = stored.story.get("service")
    said = " ".join(
        str(text) for text in (stored.title, stored.name, *map(stored.story.get, ("file", "layer"))) if text
    )
    candidates = tuple(theme.name for theme in known.values() if theme.speaks_of(service, said))
    stated, column = stored.story.get("theme"), stored.story.get("class_column")
    if stated is not None:
        theme = stated if stated in known else None
        return Assignment(stored.name, stored.title, stored.kind, theme, column, "stated", candidates)
    guess = candidates[0] if len(candidates) == 1 else None
    return Assignment(stored.name, stored.title, stored.kind, guess, column, "guessed" if guess else None, candidates)


def state_theme(layer: str, theme: str | None = None, class_column: str | None = None) -> Assignment:
    """Say which theme an imported layer is of (`none`: of none), and which column holds its classes; return both.

    What is not named stays as it was; an empty column leaves it to the theme again.

    Raises
    ------
    UnknownNameError
        Where there is no such layer, theme or column.
    InputError
        Where the layer has no shapes.
    """
    stored = store.layer(layer)
    if stored.kind not in store.DRAWN:
        raise InputError("no_shapes", layer=stored.title)
    story = dict(stored.story)
    if theme is not None:
        story["theme"] = NO_THEME if theme == NO_THEME else known_theme(theme).name
    if class_column == "":
        story.pop("class_column", None)
    elif class_column is not None:
        story["class_column"] = _column(store.frame(stored.name), class_column, stored.title)
    changed = stored if story == stored.story else store.change(stored.name, story=story)
    return _assignment(changed, themes())


def class_columns(layer: str) -> list[str]:
    """Return the columns of an imported layer that may hold its classes."""
    return _attributes(store.frame(store.layer(layer).name))


def _attributes(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name not in (*OWN_COLUMNS, frame.geometry.name)]


def overlay_of(ref: SiteRef, sliver: float = SLIVER) -> Overlay:
    """Return a site against every theme."""
    return overlay(site(ref), sliver=sliver)


def overlay(
    source: study.SourceLayer, layer: str | None = None, class_column: str | None = None, sliver: float = SLIVER
) -> Overlay:
    """Return a site (one row, as `gis.study.sites.site` returns it) against every theme, or against one layer or theme.

    Parameters
    ----------
    layer
        A layer by name or title, a file, or a theme by id or title.
    class_column
        The column that holds the classes of `layer`.
    sliver
        Mean width in m below which a piece is counted as a sliver.

    Raises
    ------
    UnknownNameError
        Where there is no such layer, theme or column.
    InputError
        Where `class_column` goes without one layer, or `sliver` is out of its range.
    """
    if not 0 <= sliver <= 100:
        raise InputError("overlay.sliver", sliver=f"{sliver:g}")
    known, given = themes(), assignments()
    if layer is None:
        if class_column is not None:
            raise InputError("overlay.class_without_layer", column=class_column)
        parts = [_theme_part(source, theme, given, sliver) for theme in known.values()]
    else:
        parts = [_one_part(source, layer, class_column, known, given, sliver)]
    measured = study.areas(source).iloc[0].to_dict()
    return Overlay(source.name, measured, sliver, tuple(parts))


def only(found: Overlay, part: Part) -> Overlay:
    """Return an overlay with one of its parts alone."""
    return replace(found, parts=(part,))


def confidential_layers(found: Overlay) -> list[str]:
    """Return the confidential (대외비) layers whose shapes the pieces of an overlay show, that of the site too."""
    shown = {found.layer} | {name for part in found.parts if part.rows is not None for name in part.layers}
    return sorted({secret for name in shown for secret in study.confidential_layers(name)})


def _one_part(
    source: study.SourceLayer,
    layer: str,
    class_column: str | None,
    known: dict[str, Theme],
    given: list[Assignment],
    sliver: float,
) -> Part:
    """Return the part of one layer, or of all layers of one theme."""
    imported = next((one for one in given if layer in (one.layer, one.title)), None)
    if imported is not None:
        theme = known.get(imported.theme or "")
        return _part(source, theme, [replace(imported, class_column=class_column or imported.class_column)], sliver)
    if layer in LAYERS or (Path(layer).suffix and Path(layer).exists()):
        theme = next((one for one in known.values() if one.bundled == layer), None)
        return _part(source, theme, [_unassigned(layer, class_column)], sliver)
    named = [theme for theme in known.values() if bare(layer) in (bare(theme.name), bare(theme.title))]
    if not named:
        raise UnknownNameError(
            "overlay.layer", layer=layer, known=", ".join(study.known_layers()), themes=", ".join(known)
        )
    if class_column is not None:
        raise InputError("overlay.class_without_layer", column=class_column)
    return _theme_part(source, named[0], given, sliver)


def _unassigned(layer: str, class_column: str | None = None) -> Assignment:
    return Assignment(layer, layer, "", None, class_column, None, ())


def _theme_part(source: study.SourceLayer, theme: Theme, given: list[Assignment], sliver: float) -> Part:
    """Return the part of a theme: of the imported layers that are of it, else of the bundled one."""
    mine = [one for one in given if one.theme == theme.name]
    return _part(source, theme, mine or ([_unassigned(theme.bundled)] if theme.bundled else []), sliver)


def _part(source: study.SourceLayer, theme: Theme | None, chosen: list[Assignment], sliver: float) -> Part:
    belt = crs_name(source.frame.crs)
    loaded = [_loaded(one, theme, belt) for one in chosen]
    key = theme.name if theme else loaded[0].name
    touching = [_touches(one.frame, source.frame) for one in loaded]
    near = list(compress(loaded, touching))
    areas, lines, points = (
        [one for one in near if _kind(one.frame) == kind] for kind in ("Polygon", "LineString", "Point")
    )
    return Part(
        key=key,
        theme=theme,
        layers=tuple(one.name for one in loaded),
        titles=tuple(one.title for one in loaded),
        rows=_rows(source, theme, areas, sliver) if areas else None,
        unclassed=tuple((one.title, tuple(_attributes(one.frame))) for one in areas if _is_unclassed(one, theme)),
        lengths=tuple((one.title, *inside_measure(source.frame, one.frame)) for one in lines),
        counts=tuple((one.title, inside_measure(source.frame, one.frame)[1]) for one in points),
        short=bool(areas) and not _reach(areas, source.frame),
        beyond=tuple(one.title for one, touches in zip(loaded, touching, strict=True) if not touches),
    )


def _kind(frame: gpd.GeoDataFrame) -> str:
    return str(frame.geom_type.iloc[0]).removeprefix("Multi") if len(frame) else "Polygon"


def _is_unclassed(one: _Loaded, theme: Theme | None) -> bool:
    """Tell whether a layer should have classes and nobody knows where."""
    return one.class_column is None and (theme is None or len(theme.classes) != 1)


def _touches(frame: gpd.GeoDataFrame, site_frame: gpd.GeoDataFrame) -> bool:
    """Tell whether the box of a layer touches that of the site."""
    return bool(shapely.box(*frame.total_bounds).intersects(shapely.box(*site_frame.total_bounds)))


def _reach(areas: list[_Loaded], site_frame: gpd.GeoDataFrame) -> bool:
    """Tell whether the site lies within the box of some features at least."""
    boxes = pd.DataFrame([one.frame.total_bounds for one in areas])
    west, south, east, north = site_frame.total_bounds
    return bool(
        boxes[0].min() <= west and boxes[1].min() <= south and boxes[2].max() >= east and boxes[3].max() >= north
    )


def _rows(source: study.SourceLayer, theme: Theme | None, areas: list[_Loaded], sliver: float) -> gpd.GeoDataFrame:
    """Return the partition of the site by all layers of one theme, in the order of its legend."""
    shapes = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(
            pd.concat([one.frame.geometry for one in areas], ignore_index=True), crs=source.frame.crs
        )
    )
    labels = pd.concat([one.labels for one in areas], ignore_index=True)
    rows = partition(source.frame, shapes, labels, sliver)
    grades = {grade for one in areas for grade in one.frame["grade"].unique()} | set(source.frame["grade"])
    ordered = rows.iloc[_legend_order(rows["labels"], theme)].reset_index(drop=True)
    return ordered.assign(grade=pd.Series([worse_grade(*grades)] * len(ordered), dtype=object))


def _legend_order(labels: Iterable[tuple[str | None, ...]], theme: Theme | None) -> list[int]:
    """Return the places of rows in the order of the legend: classes, those that it lacks, combinations, the rest."""
    places = {one.title: number for number, one in enumerate(theme.classes)} if theme else {}
    known = list(labels)

    def place(row: int) -> tuple[int, int]:
        found = known[row]
        return (3 if not found else min(len(found), 2)), places.get(found[0] or "", len(places)) if found else 0

    return sorted(range(len(known)), key=place)


def _loaded(one: Assignment, theme: Theme | None, belt: str) -> _Loaded:
    source = study.source_layer(one.layer)
    frame = to_work_crs(source.frame, belt)
    title = one.title if one.way or one.candidates or one.kind else source.name
    labels, column = _labels(frame, theme, one.class_column, title)
    return _Loaded(source.name, title, frame, labels, column)


def _labels(
    frame: gpd.GeoDataFrame, theme: Theme | None, stated: str | None, title: str
) -> tuple[pd.Series, str | None]:
    """Return the class of each feature, and the column that it was read from; None where all are of one class."""
    if stated is not None:
        column = _column(frame, stated, title)
        return _classes(frame[column], theme), column
    if theme is not None:
        for column in _present(frame, theme.code_columns):
            codes = _by_value(frame[column], theme.class_of_code)
            if codes.notna().any():
                return codes, column
        for column in _present(frame, theme.columns):
            found = _classes(frame[column], theme)
            if found.notna().any():
                return found, column
    return pd.Series(_only_class(theme, title), index=frame.index, dtype=object), None


def _only_class(theme: Theme | None, title: str) -> str:
    """Return the one class of a layer without a column of classes: the one that its title names, or the theme's own."""
    if theme is None:
        return title
    named = [one.title for one in theme.classes if bare(one.title) in bare(title)]
    return named[0] if len(named) == 1 else theme.title


def _present(frame: gpd.GeoDataFrame, names: Iterable[str]) -> list[str]:
    """Return the columns that a frame has of `names`, in their order, however they are written."""
    columns = {name.casefold(): name for name in _attributes(frame)}
    return [columns[name.casefold()] for name in names if name.casefold() in columns]


def _column(frame: gpd.GeoDataFrame, name: str, title: str) -> str:
    found = _present(frame, [name])
    if not found:
        raise UnknownNameError("overlay.column", column=name, layer=title, known=", ".join(_attributes(frame)))
    return found[0]


def _classes(values: pd.Series, theme: Theme | None) -> pd.Series:
    """Return values as the classes that a theme knows, by name or by code; others as they stand."""
    if theme is None:
        return _by_value(values, str)
    return _by_value(values, lambda text: theme.class_of_code(text) or theme.class_of(text))


def _by_value(values: pd.Series, meaning: Any) -> pd.Series:
    """Return what each value means, found out once a value; None for nothing."""
    texts = {value: _text(value) for value in values.dropna().unique()}
    meanings = {value: meaning(text) for value, text in texts.items() if text}
    return pd.Series([meanings.get(value) for value in values], index=values.index, dtype=object)


def _text(value: Any) -> str:
    """Return a value as a person writes it: no spaces around it, no `.0` behind a whole number."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
