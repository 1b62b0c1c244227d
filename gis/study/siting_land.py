"""The land that the rules of a search speak of: themes, layers and slopes, in the belt of the search."""

import math
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import study
from gis.analysis.distance import position_uncertainties
from gis.analysis.siting import CONDITIONAL, EXCLUDE
from gis.analysis.terrain import horn_rises, slopes
from gis.crs import to_work_crs
from gis.errors import InputError, UnknownNameError
from gis.io import store
from gis.io.elevation import class_shapes, elevation
from gis.io.themes import Theme, bare, themes
from gis.model import SCHEMATIC
from gis.study import overlay as overlays
from gis.study.terrain import chosen_model
from gis.study.wish import Bounds, Rule, Wish
from layers import LAYERS

SLOPE, SLOPE_UNKNOWN = "slope", "slope.unknown"
KEYS = ("id", "name", "category")
"""Columns that name the features of a layer without a theme."""


@dataclass(frozen=True)
class Land:
    """The land of one rule in the belt; `rows` shares out the window by class where the layer has polygons.

    `uncertainty` is how far (m) it may lie from where it is drawn; `short` tells whether the search reaches beyond the
    box of its layers, where nobody may have looked.
    """

    rule: Rule
    titles: tuple[str, ...]
    theme: Theme | None
    shape: shapely.Geometry | None
    rows: gpd.GeoDataFrame | None = None
    uncertainty: float = 0.0
    short: bool = False


def land_themes() -> dict[str, Theme]:
    """Return the themes that speak of what land may be used for: all but the administrative units."""
    return {name: theme for name, theme in themes().items() if theme.bundled is None}


def loaded_themes() -> list[str]:
    """Return which of these themes an imported layer is of."""
    given = {one.theme for one in overlays.assignments()}
    return [name for name in land_themes() if name in given]


def loose_layers() -> list[str]:
    """Return the imported layers with shapes that are of none of these themes."""
    known = land_themes()
    return [one.layer for one in overlays.assignments() if one.theme not in known]


def position_sway(frame: gpd.GeoDataFrame) -> float:
    """Return how far (m) features may lie from where they are drawn, at most; of a schematic one that nobody states, far."""
    stated = position_uncertainties(frame)
    unknown = stated.isna() & frame["grade"].eq(SCHEMATIC) if "grade" in frame else stated.isna() & False
    return math.inf if unknown.any() else float(stated.fillna(0.0).max())


def rule_land(rule: Rule, belt: str, window: Bounds) -> Land:
    """Return the land that a rule speaks of, as far as the search sees it; no shape where nothing is loaded."""
    theme = next((one for one in themes().values() if bare(rule.layer) in (bare(one.name), bare(one.title))), None)
    wide = shapely.box(*window).buffer(rule.buffer + 1.0, join_style="mitre")
    if theme is None:
        frame = to_work_crs(chosen_features(study.source_layer(rule.layer).frame, rule), belt)
        near = frame[frame.intersects(wide)]
        uncertainty = position_sway(near) if len(near) else 0.0
        return Land(rule, (_title(rule.layer),), None, _shape(near, rule, belt, wide), uncertainty=uncertainty)
    given = [one for one in overlays.assignments() if one.theme == theme.name]
    names = [one.layer for one in given] or ([theme.bundled] if theme.bundled else [])
    if not names:
        return Land(rule, (), theme, None)
    titles = tuple(one.title for one in given) or (theme.called,)
    frame = gpd.GeoDataFrame(
        {"id": ["window"], "name": ["window"], "grade": [None], "source": [None], "official_area": [np.nan]},
        geometry=[wide], crs=belt,
    ).set_index("id", drop=False)  # fmt: skip
    (part,) = overlays.overlay(study.SourceLayer("window", frame), layer=theme.name, sliver=0.0).parts
    if part.rows is None:
        frames = [to_work_crs(study.source_layer(name).frame, belt) for name in names]
        return Land(rule, titles, theme, _shape(pd.concat(frames), rule, belt, wide))
    known = {label for labels in part.rows["labels"] for label in labels} | {one.title for one in theme.classes}
    strange = [one for one in rule.classes if one not in known]
    if strange:
        raise UnknownNameError("siting.class", name=strange[0], layer=rule.layer, known=", ".join(sorted(known)) or "-")
    wanted = [bool(set(labels) & set(rule.classes)) if rule.classes else bool(labels) for labels in part.rows["labels"]]
    rows = part.rows[wanted]
    return Land(rule, titles, theme, _shape(rows, rule, belt, wide), rows, short=part.short)


def _title(name: str) -> str:
    stored = next((one for one in store.layers() if name in (one.name, one.title)), None)
    return stored.title if stored else name if name in LAYERS else Path(name).stem


def chosen_features(frame: gpd.GeoDataFrame, rule: Rule) -> gpd.GeoDataFrame:
    """Return the features of a layer without a theme that a rule names, all of them where it names none."""
    if not rule.classes:
        return frame
    columns = [name for name in KEYS if name in frame]
    kept = frame[columns].isin(list(rule.classes)).any(axis=1)
    known = sorted({str(value) for name in columns for value in frame[name].dropna()})
    missing = [one for one in rule.classes if one not in known]
    if missing:
        raise UnknownNameError("siting.class", name=missing[0], layer=rule.layer, known=", ".join(known[:20]))
    return frame[kept]


def _shape(frame: gpd.GeoDataFrame, rule: Rule, belt: str, wide: shapely.Geometry) -> shapely.Geometry:
    """Return the union of features near the search, widened by the buffer of the rule."""
    shapes = to_work_crs(frame, belt).geometry.to_numpy() if len(frame) else np.array([], dtype=object)
    near = shapes[shapely.intersects(shapes, wide)]
    if len(near) and not rule.buffer and shapely.get_dimensions(near).max() < 2:
        raise InputError("siting.no_area", layer=rule.layer)
    union = shapely.intersection(shapely.union_all(near), wide)
    return union.buffer(rule.buffer) if rule.buffer else union


def slope_lands(wish: Wish, belt: str, window: Bounds) -> list[Land]:
    """Return the land steeper than the wish allows (excluded), and that of which no slope is known (told)."""
    if wish.slope is None:
        return []
    if not 0 < wish.slope < 90:
        raise InputError("siting.slope", slope=f"{wish.slope:g}")
    rule = Rule(SLOPE, EXCLUDE)
    stored = chosen_model(wish.dem)
    if stored is None:
        return [Land(rule, (), None, None)]
    with elevation(store.file_path(stored), stored.name, belt, window) as model:
        strips = []
        for row, rows in model.strips():
            steep = slopes(horn_rises(model.heights(row, rows), model.grid.across, model.grid.down), "deg")
            strips.append(np.where(np.isnan(steep), 2, steep > wish.slope).astype(np.int16))
        polygons, numbers = class_shapes(np.concatenate(strips), model.grid, 1, 0)
    steep, unknown = (shapely.union_all(polygons[numbers == number]) for number in (1, 2))
    return [
        Land(rule, (stored.title,), None, steep),
        Land(Rule(SLOPE_UNKNOWN, CONDITIONAL), (stored.title,), None, unknown),
    ]


def theme_rows(theme: str, belt: str, box: Bounds) -> gpd.GeoSeries | None:
    """Return the polygons of a theme by class within a box; None where it is not loaded."""
    land = rule_land(Rule(theme), belt, box)
    if land.rows is None:
        return None
    return gpd.GeoSeries(land.rows.geometry.to_numpy(), index=["|".join(one) for one in land.rows["labels"]], crs=belt)
