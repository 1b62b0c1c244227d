"""The land schedule of a site (편입 토지조서), end to end: which layer holds the parcels, which table what is known of them."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gis import engine, study
from gis.analysis.overlay import shared_areas
from gis.analysis.register import SAID_PCT, Schedule, Tolerances, schedule
from gis.crs import crs_name, reproject, to_work_crs
from gis.errors import InputError, UnknownNameError
from gis.io import store
from gis.io.grids import TABLE_ENDINGS
from gis.io.lands import LAND_COLUMNS, Lands, parcel_columns, parcel_places, read_lands
from gis.io.read import Reading
from gis.io.store import StoredLayer
from gis.model import SCHEMATIC
from gis.study.imports import Keeping, keep_rows
from gis.study.overlay import assignments
from gis.study.sites import SiteRef, confidential_layers, site

LANDS = "Lands"
"""The kind of a table of lands among what is kept without shapes."""
NONE = "none"
"""What a person says to do without a table that is kept."""
STORY = ("file", "columns", "unreadable", "dropped", "encoding", "sheet", "header_line")
ZONING = "zoning"
"""The theme of 용도지역 in `data/themes.toml`."""
MOST_NAMED = 8
"""How many cells a sentence names."""
NEAR = 1.0
"""m beyond the box of a site that parcels are read, so that a shift between two planes loses none."""


@dataclass(frozen=True)
class LandRegister:
    """The land schedule of one site and what it was made from; `counts` are the numbers behind its sentences.

    `map_date` is the day that the map of 법정동·리 describes, to which the places in PNU are held; `confidential` are
    the layers (대외비) whose shapes the pieces show.
    """

    site: str
    grade: str | None
    source: str | None
    crs: str
    parcels: str
    lands: str | None
    zoning: str | None
    map_date: str | None
    tolerances: Tolerances
    schedule: Schedule
    shape: gpd.GeoDataFrame
    counts: dict[str, int]
    confidential: tuple[str, ...] = ()

    @property
    def schematic(self) -> bool:
        """Tell whether the site is a schematic outline, whose schedule is one too."""
        return self.grade == SCHEMATIC


def land_register(
    ref: SiteRef,
    parcels: str | None = None,
    lands: str | None = None,
    zoning: str | None = None,
    tolerances: Tolerances | None = None,
    reading: Reading | None = None,
) -> LandRegister:
    """Return the land schedule of a site.

    Parameters
    ----------
    parcels
        A layer or file of 연속지적도; the one imported layer with PNU where none is named.
    lands
        A table of lands that was kept, or a file; the one that was kept where none is named, none for `none`.
    zoning
        A layer or file of 용도지역 polygons, for parcels of which the table says none; the one imported layer of that
        theme where none is named, none for `none`.

    Raises
    ------
    UnknownNameError
        Where there is no such site.
    InputError
        Where there is no layer of parcels, or several and none is named.
    """
    limits = tolerances or Tolerances()
    frame = _known_site(ref, reading).frame
    layer = parcels or parcel_layer()
    figures = parcel_columns(layer_near(layer, frame), layer)
    table = lands_of(lands)
    zoning = zoning_layer() if zoning is None else None if zoning == NONE else zoning
    zones = None if zoning is None else layer_near(zoning, frame)
    units = study.layer("ri", crs_name(frame.crs))
    shared = shared_areas
    if engine.worth(len(figures)):
        from gis.engine.overlay import shared_areas as shared
    made = schedule(frame, figures, None if table is None else table.rows, units, zones, limits, shared)
    row = frame.iloc[0]
    return LandRegister(
        site=str(row["name"]),
        grade=row["grade"],
        source=row["source"],
        crs=crs_name(frame.crs),
        parcels=title_of(layer),
        lands=None if table is None else table.file,
        zoning=None if zoning is None else title_of(zoning),
        map_date=study.sources().set_index("id")["base_date"].get(units["source"].iloc[0]),
        tolerances=limits,
        schedule=made,
        shape=frame,
        counts=_counts(made, table),
        confidential=tuple(
            {**dict.fromkeys(confidential_layers(ref)), **dict.fromkeys(study.confidential_layers(layer))}
        ),
    )


def _known_site(ref: SiteRef, reading: Reading | None) -> study.SourceLayer:
    """Return a site; where there is none of its name, the error names the complexes too."""
    try:
        return site(ref, reading)
    except UnknownNameError as error:
        if error.key != "layer":
            raise
        complexes, known = ", ".join(study.complexes().index), ", ".join(study.known_layers())
        raise UnknownNameError("register.site", site=ref.source, complexes=complexes, known=known) from None


def _counts(made: Schedule, table: Lands | None) -> dict[str, int]:
    rows = made.rows
    return {
        "parcels": len(rows),
        "whole": int(rows["whole"].eq("전부").sum()),
        "unknown": int(rows["register_area"].isna().sum()),
        "not_in_table": 0 if table is None else int((rows["lines"] == 0).sum()),
        "slivers": int((~made.slivers["counted"].astype(bool)).sum()),
        "confirmed": int(made.slivers["counted"].astype(bool).sum()),
        "overlaps": int(made.faults["fault"].eq("overlap").sum()),
        "gaps": int(made.faults["fault"].eq("gap").sum()),
        "elsewhere": int(made.faults["fault"].eq("place").sum()),
        "unread_areas": int(rows["unread_area"].notna().sum()),
        "zoning_overlaps": int(rows["zoning_overlap_pct"].ge(SAID_PCT).sum()),
        "duplicates": int(made.duplicates["pnu"].nunique()),
    }


def parcel_layer() -> str:
    """Return the imported layer that holds parcels.

    Raises
    ------
    InputError
        Where there is none, or more than one.
    """
    known = parcel_layers()
    if not known:
        raise InputError("register.no_parcels")
    if len(known) > 1:
        raise InputError("register.which_parcels", known=", ".join(known))
    return next(iter(known))


def parcel_layers() -> dict[str, str]:
    """Return name and title of every imported polygon layer with a PNU."""
    return {one.name: one.title for one in store.layers() if one.kind == "Polygon" and _has_pnu(one)}


def _has_pnu(stored: StoredLayer) -> bool:
    return "pnu" in parcel_places(store.head(stored.name))


def zoning_layer() -> str | None:
    """Return the one imported layer of polygons whose theme is 용도지역; None where there is none, or more than one."""
    known = [one.layer for one in assignments() if one.theme == ZONING and one.kind == "Polygon"]
    return known[0] if len(known) == 1 else None


def polygon_layers() -> dict[str, str]:
    """Return name and title of every imported polygon layer."""
    return {one.name: one.title for one in store.layers() if one.kind == "Polygon"}


def title_of(name: str) -> str:
    """Return what people call a layer, or the file's name."""
    known = {one.name: one.title for one in store.layers()}
    return known.get(name, Path(name).name)


def layer_near(name: str, around: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features of a layer or file near the box of `around`, and those elsewhere with the same PNU, in its belt."""
    stored = next((one for one in store.layers() if name in (one.name, one.title)), None)
    if stored is None or stored.kind not in store.DRAWN:
        frame = study.source_layer(name).frame
        found = frame if frame.crs == around.crs else reproject(frame, crs_name(around.crs))
        return found.reset_index(drop=True)
    belt = stored.story.get("belt")
    bounds = None if belt is None else tuple(reproject(around, belt).buffer(NEAR).total_bounds)
    near = store.frame(stored.name, bounds)
    frame = study.graded(_with_same_pnu(near, stored.name), stored)
    return to_work_crs(frame, crs_name(around.crs)).reset_index(drop=True)


def _with_same_pnu(near: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return figures with those of the same parcels that lie farther away: the share of a parcel is of all its figures."""
    column = parcel_places(near).get("pnu") if len(near) else None
    if column is None:
        return near
    everywhere = store.column(name, column)
    wanted = everywhere.isin(near[column].dropna())
    if int(wanted.sum()) <= int(near[column].notna().sum()):
        return near
    named = store.frame(name)[wanted.to_numpy()]
    return gpd.GeoDataFrame(pd.concat([named, near[near[column].isna()]]), crs=near.crs)


def lands_of(source: str | Path | None) -> Lands | None:
    """Return a table of lands: the one that is kept, one that is named, or a file; None where there is none.

    Raises
    ------
    InputError
        Where several are kept and none is named.
    """
    if source == NONE:
        return None
    kept = kept_lands()
    if source is None:
        if len(kept) > 1:
            raise InputError("register.which_lands", known=", ".join(kept))
        return kept_table(next(iter(kept))) if kept else None
    named = next((name for name, title in kept.items() if str(source) in (name, title)), None)
    if named is not None:
        return kept_table(named)
    path = Path(source)
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise InputError("register.no_lands", name=source, known=", ".join(kept) or "-")
    return read_lands(path)


def kept_lands() -> dict[str, str]:
    """Return name and title of every table of lands that was kept."""
    return {one.name: one.title for one in store.layers() if one.kind == LANDS}


def kept_table(name: str) -> Lands:
    """Return a table of lands as it was kept."""
    stored = store.layer(name)
    rows, told = store.table(stored.name).reindex(columns=list(LAND_COLUMNS)), {key: stored.story[key] for key in STORY}
    texts = rows.select_dtypes(["object", "string"]).columns
    plain = rows.assign(**{name: rows[name].astype(object).where(rows[name].notna(), None) for name in texts})
    return Lands(rows=plain, **told | {"file": stored.title})


def first_named(texts: list[str]) -> str:
    """Return the first of many texts in one line, with how many there are."""
    return ", ".join(texts[:MOST_NAMED]) + (f" … ({len(texts):,})" if len(texts) > MOST_NAMED else "")


def keep_lands(
    source: Path | bytes,
    file: str,
    keeping: Keeping | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> StoredLayer:
    """Keep a table of lands, owners masked, and return how it is listed."""
    lands = read_lands(source, file, encoding=encoding, sheet=sheet)
    return keep_rows(LANDS, lands.rows, {name: getattr(lands, name) for name in STORY}, source, file, keeping)


def check_lands(path: Path, file: str, *, encoding: str | None = None, sheet: str | None = None) -> pd.DataFrame:
    """Return how a table of lands was read, a row a column: what it is, its heading, how many cells, how many unreadable.

    Areas that could not be read are named by line and value.
    """
    lands = read_lands(path, file, encoding=encoding, sheet=sheet)
    unread = lands.rows[lands.rows["unread_area"].notna()]
    cells = [f"{row}: {text}" for row, text in zip(unread["row"], unread["unread_area"], strict=True)]
    return pd.DataFrame(
        [
            {
                "item": field,
                "value": heading,
                "count": int(lands.rows[field].notna().sum()) if field in lands.rows else None,
                "unreadable": lands.unreadable.get(field, 0),
                "unread_cells": first_named(cells) if field == "register_area" and cells else None,
            }
            for field, heading in lands.columns.items()
        ]
    )
