"""Layers in: from the bundled data or from a person's file, checked, in the working CRS."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis.crs import (
    GWANGJU_BELT,
    KOREA_LON_LAT,
    MAP_CRS,
    Bounds,
    Candidate,
    belt_of,
    candidates,
    crs_code,
    degrees_from_gwangju,
    known_crs,
    korean_code,
    lonlat_bounds,
    reproject,
    shift_accuracy,
    to_work_crs,
)
from gis.errors import CrsError, DataFileError, DiskFault, GisError, InputError, ShapeFault
from gis.io.catalog import checked_path, data_folder
from gis.io.check import ROW, Checked, joined, numbered, problem, repaired, without_bare, without_strays
from gis.io.formats import Raw, known_as, read_bundled, read_raw, require_ending, require_readable
from gis.io.kept import kept_by
from gis.io.unpack import staged
from gis.kernel.geodesy import geodesic_distances
from gis.model import OUTWARD, inward
from layers.declare import GRADES, Layer

NAME_COLUMNS = (
    "이름",
    "명칭",
    "단지명",
    "지구명",
    "dan_name",
    "DAN_NAME",
    "zonename",
    "uname",
    "emd_kor_nm",
    "Text",
    "jibun",
    "지번",
)
"""What a name is called in Korean files that have no `name`."""
FILE_GRADE = "file_grade"
"""What a file's own `grade` is called where it grades something else than boundaries."""
AMOUNTS = ("official_area", "center_uncertainty", "precision")
"""Numbers that analysis takes from a file; each must be a number, and none below 0."""
EXACT_FLOAT = 2**53
"""From here on a float no longer holds every integer, so an id that came as one may be another's."""
REGISTER_AREA_COLUMNS = (
    "공부면적",
    "공부상면적",
    "지적면적",
    "대장면적",
    "토지면적",
    "lndpcl_ar",
    "LNDPCL_AR",
    "parea",
    "PAREA",
)
"""What the area of the land register is called; it stands beside the area of the figure and never in its place."""
PNU_COLUMNS = ("pnu", "PNU", "고유번호", "토지고유번호", "필지고유번호")
MOST_NAMED = 6
"""How many candidates a line names."""
AT_HOME, FAR_FROM_HOME = 0.5, 1.0
"""Degrees from Gwangju: a plane whose shapes lie far away, but at home with their axes exchanged, has them exchanged."""


@dataclass(frozen=True)
class Reading:
    """What a person decided about a file; None leaves it to the file's content.

    `polygons` joins lines, or the points of a table in their order, to polygons; `group` names the column that tells
    one ring of points from the next.
    """

    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    swap: bool | None = None
    polygons: bool = False
    group: str | None = None


@dataclass(frozen=True)
class Arrival:
    """A person's file, read and checked, not yet stored: shapes in a belt, problems by row, and how it was read."""

    title: str
    frame: gpd.GeoDataFrame
    set_aside: gpd.GeoDataFrame
    problems: pd.DataFrame
    story: dict[str, Any]


def _layer_files(layer: Layer, belt: str = GWANGJU_BELT) -> list[Path]:
    return [data_folder() / "files.toml", data_folder() / layer.path]


@kept_by(_layer_files)
def read_layer(layer: Layer, belt: str = GWANGJU_BELT) -> gpd.GeoDataFrame:
    """Return a bundled layer in `belt`, its columns as declared and its `id` as index."""
    frame = read_bundled(checked_path(layer.path))
    wanted = [OUTWARD.get(column.name, column.name) for column in layer.columns]
    missing = [name for name in wanted if name not in frame]
    if missing:
        raise DataFileError("layer_columns", path=layer.path, layer=layer.name, missing=", ".join(missing))
    frame = inward(frame[[*wanted, "geometry"]])
    return to_work_crs(frame.set_index("id", drop=False), belt)


def read_file(path: Path, belt: str | None = None, reading: Reading | None = None) -> gpd.GeoDataFrame:
    """Return a person's file in a TM belt, to be measured as it is: a shape that would need repair is refused.

    Raises
    ------
    DataFileError
        Where the file is missing, of another format, or broken.
    InputError
        Where a geometry is empty or invalid, or two features share an id.
    CrsError
        Where the CRS is unknown or the coordinates lie outside Korea.
    """
    reading = reading or Reading()
    with tempfile.TemporaryDirectory() as folder:
        raw = _raw(path, Path(folder), reading)
    _require_sound(raw.frame, path.name)
    frame = numbered(raw.frame.set_geometry(shapely.force_2d(raw.frame.geometry.to_numpy())))
    shapes = _as_polygons(frame, raw, reading, path.name).frame.drop(columns=ROW)
    placed, _ = _placed(raw, shapes, reading, path.name)
    return to_work_crs(_with_identity(_named(placed, path.name), path.name), belt)


def read_arrival(path: Path, reading: Reading | None = None) -> Arrival:
    """Return a person's file for keeping: what can be repaired is, what cannot is set aside, and all of it is listed.

    The frame lies in the belt of its center. Raises as `read_file` does, but for single bad features.
    """
    reading = reading or Reading()
    with tempfile.TemporaryDirectory() as folder:
        raw = _raw(path, Path(folder), reading)
    notes = [problem(note, "kept", pd.Series(range(1, len(raw.frame) + 1))) for note in raw.notes]
    bare = without_bare(numbered(raw.frame))
    if bare.frame.empty:
        raise InputError("empty_geometry", file=path.name, rows=_rows(pd.Series(True, index=raw.frame.index)))
    shapes = _as_polygons(bare.frame, raw, reading, path.name)
    placed, decided = _placed(raw, shapes.frame, reading, path.name)
    story = {
        "file": path.name,
        "bytes": _size(path),
        "sha256": _sha256(path),
        "layer": reading.layer,
        "rows": len(raw.frame),
        "encoding": raw.encoding,
        "encoding_way": "chosen" if reading.encoding else "content",
        "drawing_unit_m": raw.scale,
        **decided,
    }
    left = Checked(placed, _both(bare.set_aside, shapes.set_aside), joined(bare.problems, shapes.problems))
    return _arrival(raw.title, placed, left, joined(*notes), path.name, story)


def frame_arrival(frame: gpd.GeoDataFrame, title: str, story: dict[str, Any]) -> Arrival:
    """Return features that came by another way (a service, a traced picture), checked as those of a file are.

    `frame` knows its CRS; `story["file"]` is what the line of an error names.
    """
    bare = without_bare(numbered(frame))
    if bare.frame.empty:
        raise InputError("no_features", file=story["file"])
    decided = {
        "rows": len(frame), "encoding": None, "encoding_way": None, "crs_stated": frame.crs.name,
        "crs": crs_code(frame.crs), "crs_way": "stated", "swapped": False, "scaled": None,
    }  # fmt: skip
    return _arrival(title, bare.frame, bare, joined(), story["file"], decided | story)


def _arrival(
    title: str, placed: gpd.GeoDataFrame, bare: Checked, notes: pd.DataFrame, file: str, story: dict[str, Any]
) -> Arrival:
    """Return features with a CRS as an arrival: strays set aside, the rest in the belt of its center and repaired."""
    strays = without_strays(placed)
    if strays.frame.empty:
        raise _astray(placed)
    west, _, east, _ = lonlat_bounds(strays.frame)
    belt = belt_of((west + east) / 2)
    mended: Checked = repaired(reproject(strays.frame, belt))
    if mended.frame.empty:
        raise InputError("nothing_left", file=file)
    return Arrival(
        title=title,
        frame=_with_identity(_named(mended.frame, file), file, lenient=True),
        set_aside=_gathered(bare.set_aside, strays.set_aside, mended.set_aside, crs=placed.crs),
        problems=joined(
            notes,
            bare.problems,
            strays.problems,
            mended.problems,
            _id_problems(mended.frame),
            _grade_problems(mended.frame),
        ),
        story=story | {"belt": belt, "crs_accuracy_m": shift_accuracy(placed.crs, belt)},
    )


def _gathered(*parts: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return features set aside at different steps as one frame in the file's CRS."""
    located = [part.set_crs(crs) if part.crs is None else part.to_crs(crs) for part in parts if len(part)]
    return gpd.GeoDataFrame(pd.concat(located)) if located else parts[0].set_crs(crs)


def _raw(path: Path, folder: Path, reading: Reading) -> Raw:
    """Return a file's features and columns as they stand in it."""
    if not _is_file(path):
        raise DataFileError("no_file", path=path)
    require_ending(path)
    try:
        place = staged(path, folder)
    except OSError as error:
        raise DataFileError("file_broken", file=path.name, reason=DiskFault(error)) from error
    try:
        raw = read_raw(place, folder, layer=reading.layer, encoding=reading.encoding)
    except GisError as error:
        raise known_as(error, place.stem, path.stem) from error.__cause__
    if raw.frame.empty:
        raise InputError("no_features", file=path.name)
    require_readable(raw.frame, path.name)
    title = path.stem if raw.title == place.stem else raw.title
    return Raw(title, _inward(raw.frame, path.name), *(getattr(raw, name) for name in _REST))


_REST = ("crs_stated", "encoding", "placed", "scale", "notes")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file() or (path.is_dir() and path.suffix.lower() == ".gdb")
    except (OSError, ValueError):
        return False


def _inward(frame: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    known = inward(frame)
    if not known.columns.is_unique:
        raise InputError("twin_column", file=file, column=known.columns[known.columns.duplicated()][0])
    return known


def _both(*parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows of the same file as one frame."""
    full = [part for part in parts if len(part)]
    return gpd.GeoDataFrame(pd.concat(full)) if full else parts[0]


def _as_polygons(frame: gpd.GeoDataFrame, raw: Raw, reading: Reading, file: str) -> Checked:
    """Return lines, or the points of a table in their order, joined to polygons where a person asked for it.

    What joins to none is set aside.
    """
    if not reading.polygons:
        return Checked(frame, frame.head(0), joined())
    if raw.placed is not None and (frame.geom_type == "Point").all():
        return Checked(_rings_of_points(frame, reading.group, file), frame.head(0), joined())
    lines = frame[frame.geom_type.isin(["LineString", "MultiLineString"])].explode(index_parts=False)
    closed = shapely.is_ring(lines.geometry.to_numpy())
    rings, loose = lines[closed], lines[~closed].reset_index(drop=True)
    rings = rings.set_geometry([shapely.Polygon(line) for line in rings.geometry], crs=frame.crs)
    faces = shapely.get_parts(shapely.polygonize(loose.geometry.to_numpy()))
    face, line = shapely.STRtree(loose.geometry.to_numpy()).query(shapely.boundary(faces), predicate="covers")
    first = pd.Series(line, dtype=int).groupby(face).min().to_numpy()
    polygons = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    whole = _both(polygons, rings, loose.iloc[first].set_geometry(faces, crs=frame.crs))
    if not len(polygons) + len(rings) + len(faces):
        raise InputError("no_rings", file=file)
    rest = _both(loose.drop(index=line), frame[frame.geom_type.isin(["Point", "MultiPoint"])])
    return Checked(whole.sort_values(ROW, kind="stable"), rest, problem("unjoined", "set_aside", rest[ROW]))


def _rings_of_points(points: gpd.GeoDataFrame, group: str | None, file: str) -> gpd.GeoDataFrame:
    """Return a polygon for each value of the column `group`, or one of all points, in the order of the file."""
    known = [str(name) for name in points.columns.drop(["geometry", ROW])]
    if group is not None and group not in known:
        raise InputError("no_group", file=file, column=group, known=", ".join(known))
    rows: list[dict[str, Any]] = []
    for name, ring in points.groupby(group, sort=False) if group else [(None, points)]:
        if len(ring) < 3:
            raise InputError("short_ring", file=file, group=name or 1, count=len(ring))
        shape = shapely.Polygon(shapely.get_coordinates(ring.geometry.to_numpy()))
        rows.append({ROW: ring[ROW].iloc[0], "name": name and str(name), "geometry": shape})
    return gpd.GeoDataFrame(rows, crs=points.crs)


def _placed(raw: Raw, frame: gpd.GeoDataFrame, reading: Reading, file: str) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the shapes with their CRS, x = east, and how it was decided.

    Raises
    ------
    CrsError
        Where the file states no CRS or one that nobody knows (with the candidates in `found`), where only a ballpark
        shift leads to it, or where the headings leave open which of X and Y is north.
    """
    scaled, unit = _in_meters(raw, frame)
    bounds = _bounds(scaled)
    stated = raw.crs_stated if reading.crs is None else reading.crs
    if stated is None:
        found = _offered(bounds, raw, reading)
        if not found:
            raise CrsError("no_candidate", file=file)
        raise CrsError("which_crs", file=file, candidates=_named_candidates(found), found=found)
    crs = known_crs(stated)
    way = "chosen" if reading.crs else "stated" if korean_code(crs) is None or _same(stated, crs) else "parameters"
    swap = reading.swap if reading.swap is not None else raw.placed.swapped if raw.placed else False
    if swap is None:
        found = [one for one in candidates(bounds) if known_crs(one.crs) == crs]
        if len({one.swapped for one in found}) != 1:
            raise CrsError("which_axes", file=file, candidates=_named_candidates(found), found=found)
        swap = found[0].swapped
    if swap:
        scaled = scaled.set_geometry(shapely.transform(scaled.geometry.to_numpy(), lambda xy: xy[:, ::-1]))
    located = scaled.set_crs(crs, allow_override=True)
    if reading.swap is None and _lies_swapped(located):
        raise _astray(located)
    reproject(located.head(1), MAP_CRS)  # refuses a ballpark shift before anything else is done
    return located, {
        "crs_stated": raw.crs_stated and _crs_title(raw.crs_stated),
        "crs": crs_code(crs),
        "crs_way": way,
        "swapped": bool(swap),
        "scaled": unit,
    }


def _bounds(frame: gpd.GeoDataFrame) -> Bounds:
    """Return the box of the bulk of the shapes: of three or more, a third at either end may have strayed."""
    boxes = shapely.bounds(frame.geometry.to_numpy())
    share = 1 / 3 if len(boxes) > 2 else 0
    low, high = (np.quantile(boxes, at, axis=0, method="nearest") for at in (share, 1 - share))
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def _same(stated: str, crs: pyproj.CRS) -> bool:
    try:
        return pyproj.CRS.from_user_input(stated).equals(crs, ignore_axis_order=True)
    except pyproj.exceptions.CRSError:
        return False


def _crs_title(stated: str) -> str:
    try:
        return pyproj.CRS.from_user_input(stated).name
    except pyproj.exceptions.CRSError:
        return stated[:80]


def _in_meters(raw: Raw, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, float | None]:
    """Return a drawing in meters: its stated unit counts only where it puts the drawing in Korea and meters do not."""
    if raw.scale in (None, 1.0) or candidates(_bounds(frame)):
        return frame, None
    shrunk = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda xy: xy * raw.scale))
    return (shrunk, raw.scale) if candidates(_bounds(shrunk)) else (frame, None)


def _offered(bounds: Bounds, raw: Raw, reading: Reading) -> list[Candidate]:
    swapped = raw.placed.swapped if raw.placed and reading.swap is None else reading.swap
    found = candidates(bounds)
    return [one for one in found if swapped is None or one.swapped == swapped]


def _named_candidates(found: list[Candidate]) -> str:
    """Return the likeliest candidates in words: where each puts the middle, and how far that is from the first."""
    words: list[str] = []
    for one in found[:MOST_NAMED]:
        away = float(geodesic_distances([(found[0].lon, found[0].lat)], [(one.lon, one.lat)])[0])
        far = f" · {away:,.0f} m" if words else ""
        words.append(f"{one.crs}{' --swap' if one.swapped else ''} ({one.lon:.3f}E {one.lat:.3f}N{far})")
    return ", ".join(words) or "–"


def _lies_swapped(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether the shapes lie outside Korea, or far from Gwangju, and with their axes exchanged would not."""
    x0, y0, x1, y1 = _bounds(frame)
    if frame.crs.is_geographic:
        west, south, east, north = KOREA_LON_LAT
        return bool(south <= x0 and x1 <= north and west <= y0 and y1 <= east)
    here, there = (
        degrees_from_gwangju(frame.crs, *place)
        for place in (((x0 + x1) / 2, (y0 + y1) / 2), ((y0 + y1) / 2, (x0 + x1) / 2))
    )
    return there < AT_HOME and here > FAR_FROM_HOME


def _astray(frame: gpd.GeoDataFrame) -> CrsError:
    x, y = frame.bounds.iloc[0][["minx", "miny"]]
    return CrsError("swapped_axes" if _lies_swapped(frame) else "outside_korea", row=1, x=f"{x:.5f}", y=f"{y:.5f}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else sum(part.stat().st_size for part in path.iterdir())


def _sha256(path: Path) -> str:
    """Return the hash of a file; of a shapefile or a database the hash of all its parts in the order of their names."""
    parts = [path]
    if path.is_dir():
        parts = sorted(part for part in path.iterdir() if part.is_file())
    elif path.suffix.lower() == ".shp":
        parts = sorted(part for part in path.parent.iterdir() if part.stem == path.stem and part.is_file())
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as opened:
            hashlib.file_digest(opened, lambda: digest)
    return digest.hexdigest()


def _require_sound(frame: gpd.GeoDataFrame, file_name: str) -> None:
    shapes = frame.geometry
    bad = shapes.isna() | shapes.is_empty
    if bad.any():
        raise InputError("empty_geometry", file=file_name, rows=_rows(bad))
    broken = ~shapes.is_valid
    if broken.any():
        reason = ShapeFault(shapely.is_valid_reason(shapes[broken].iloc[0]))
        raise InputError("invalid_geometry", file=file_name, rows=_rows(broken), reason=reason)


def _named(frame: gpd.GeoDataFrame, file_name: str) -> gpd.GeoDataFrame:
    """Return `frame` with a name and, where the file has one, the area of the land register; PNU is text."""
    known = frame
    named = "name" in known and known["name"].notna().any()
    title = None if named else next((name for name in NAME_COLUMNS if name in known), None)
    if title is not None:
        known = known.assign(name=known[title])
    area = next((name for name in REGISTER_AREA_COLUMNS if name in known), None)
    if area is not None and "register_area" not in known:
        known = known.assign(register_area=_amounts(known[area]))
    for column in known.columns.intersection(PNU_COLUMNS):
        if _lost_digits(known[column]):
            raise InputError("pnu_digits", file=file_name, column=column)
        known = known.assign(**{column: _texts(known[column], None)})
    return known


def _amounts(values: pd.Series) -> pd.Series:
    """Return numbers, those written with thousands apart too; NaN for what is none."""
    if not pd.api.types.is_numeric_dtype(values):
        values = values.astype("string").str.replace(",", "").str.strip()
    return pd.to_numeric(values, errors="coerce").astype(float)


def _lost_digits(values: pd.Series) -> bool:
    """Tell whether a column of codes went through floating-point numbers: too large for one, or written `2.9E+18`."""
    if pd.api.types.is_float_dtype(values):
        return bool(values.ge(EXACT_FLOAT).any())
    if pd.api.types.is_integer_dtype(values):
        return False
    return bool(values.astype("string").str.fullmatch(r"\d(\.\d+)?[eE]\+?\d+").fillna(False).any())


def _id_problems(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    if "id" not in frame:
        return joined()
    ids = frame["id"].map(_text)
    return problem("twin_id", "renumbered", frame["file_row"][ids.notna() & ids.duplicated()])


def _foreign_grades(frame: gpd.GeoDataFrame) -> pd.Series:
    """Tell which rows have a `grade` that is none of ours: a column of that name may mean anything."""
    if "grade" not in frame:
        return pd.Series(False, index=frame.index)
    return frame["grade"].map(lambda value: (_text(value) or "") not in ("", *GRADES))


def _grade_problems(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return problem("foreign_grade", "renamed", frame["file_row"][_foreign_grades(frame)])


def _with_identity(frame: gpd.GeoDataFrame, file_name: str, *, lenient: bool = False) -> gpd.GeoDataFrame:
    ids = _ids(frame, file_name, lenient)
    foreign = _foreign_grades(frame)
    if foreign.any() and (not lenient or FILE_GRADE in frame):
        raise InputError("grade", file=file_name, grade=frame["grade"][foreign].iloc[0], known=", ".join(GRADES))
    known = (frame.rename(columns={"grade": FILE_GRADE}) if foreign.any() else frame).assign(id=ids)
    for column, fallback in (("name", ids), ("grade", None), ("source", file_name), ("official_area", float("nan"))):
        if column not in known:
            known[column] = pd.Series(fallback, index=known.index, dtype=object) if fallback is None else fallback
    known["name"] = _texts(known["name"], ids)
    for column in known.columns.intersection(AMOUNTS):
        amounts = pd.to_numeric(known[column], errors="coerce").astype(float)
        wrong = known[column].notna() & ~(amounts.ge(0) & np.isfinite(amounts))
        if wrong.any():
            shown = OUTWARD.get(column, column)
            raise InputError("amount_column", file=file_name, column=shown, value=known[column][wrong].iloc[0])
        known[column] = amounts
    return known.set_index("id", drop=False)


def _ids(frame: gpd.GeoDataFrame, file_name: str, lenient: bool) -> pd.Series:
    """Return an id as text for each feature: its own, or else its row number; twins are refused or numbered."""
    row_number = pd.Series(range(1, len(frame) + 1), index=frame.index).map(str)
    if "id" not in frame:
        return row_number
    if pd.api.types.is_float_dtype(frame["id"]) and frame["id"].abs().ge(EXACT_FLOAT).any():
        raise InputError("id_digits", file=file_name)
    ids = _texts(frame["id"], row_number)
    twice = ids[ids.duplicated()].unique()
    if not len(twice):
        return ids
    if not lenient:
        raise InputError("twin_id", file=file_name, id=twice[0])
    return ids + ids.groupby(ids).cumcount().map(lambda count: f"#{count + 1}" if count else "")


def _texts(values: pd.Series, fallback: pd.Series | None) -> pd.Series:
    """Return values as texts, or the fallback where there is none."""
    others = [None] * len(values) if fallback is None else fallback
    if pd.api.types.infer_dtype(values, skipna=True) == "string":
        rows = np.where(values.notna() & values.ne(""), values.to_numpy(dtype=object), np.array(others, dtype=object))
    else:
        rows = np.array([_text(value) or other for value, other in zip(values, others, strict=True)], dtype=object)
    return pd.Series(rows, index=values.index, dtype=object)


def _text(value: Any) -> str | None:
    """Return a value as text: no `.0` of an integer, no midnight of a date, None for nothing."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return value.date().isoformat()
    return str(value)


def _rows(mask: pd.Series) -> str:
    rows = [str(number + 1) for number, flag in enumerate(mask) if flag]
    return ", ".join(rows[:5]) + (f" … ({len(rows)})" if len(rows) > 5 else "")
