"""Files built byte by byte from their specifications: writers that share nothing with the readers under test."""

import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

RING = (
    (170_000.0, 285_000.0),
    (170_000.0, 286_000.0),
    (171_000.0, 286_000.0),
    (171_000.0, 285_000.0),
    (170_000.0, 285_000.0),
)
"""A square kilometer in EPSG:5186, clockwise as a shapefile has its outer rings."""


def prj(code: str) -> str:
    """Return the .prj that ArcGIS writes for a Korean plane."""
    return PRJ[code]


def _tm(name: str, datum: str, lon: str, north: int, east: int = 200_000, scale: str = "1.0") -> str:
    return (
        f'PROJCS["{name}",GEOGCS[{datum},PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        f'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",{east}.0],PARAMETER["False_Northing",{north}.0],'
        f'PARAMETER["Central_Meridian",{lon}],PARAMETER["Scale_Factor",{scale}],PARAMETER["Latitude_Of_Origin",38.0],'
        'UNIT["Meter",1.0]]'
    )


_KOREA_2000 = '"GCS_Korea_2000",DATUM["D_Korea_2000",SPHEROID["GRS_1980",6378137.0,298.257222101]]'
_KOREA_1985 = '"GCS_Korean_Datum_1985",DATUM["D_Korean_Datum_1985",SPHEROID["Bessel_1841",6377397.155,299.1528128]]'
_ITRF = '"GCS_ITRF_2000",DATUM["D_ITRF_2000",SPHEROID["GRS_1980",6378137.0,298.257222101]]'
_NAMELESS = '"GCS_unnamed ellipse",DATUM["D_unknown",SPHEROID["Bessel_1841",6377397.155,299.1528128]]'
_WGS = '"GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]]'
PRJ = {
    "EPSG:5186": _tm("Korea_2000_Korea_Central_Belt_2010", _KOREA_2000, "127.0", 600_000),
    "EPSG:5187": _tm("Korea_2000_Korea_East_Belt_2010", _KOREA_2000, "129.0", 600_000),
    "EPSG:5181": _tm("Korea_2000_Korea_Central_Belt", _KOREA_2000, "127.0", 500_000),
    "EPSG:5179": _tm("Korea_2000_Korea_Unified_Coordinate_System", _KOREA_2000, "127.5", 2_000_000, 1_000_000, "0.9996"),
    "EPSG:5174": _tm("Korean_1985_Modified_Korea_Central_Belt", _KOREA_1985, "127.0028902777778", 500_000),
    "EPSG:2097": _tm("Korean_1985_Korea_Central_Belt", _KOREA_1985, "127.0", 500_000),
    "ITRF2000_Central_Belt_60": _tm("ITRF2000_Central_Belt_60", _ITRF, "127.0", 600_000),
    "ITRF_2000_TM_Korea_Central_Belt": _tm("ITRF_2000_TM_Korea_Central_Belt", _ITRF, "127.0", 600_000),
    "PCS_ITRF2000_TM": _tm("PCS_ITRF2000_TM", _ITRF, "127.5", 2_000_000, 1_000_000, "0.9996"),
    "Korea_2000_Unified_CS": _tm("Korea_2000_Unified_Coordinate_System", _KOREA_2000, "127.5", 2_000_000, 1_000_000, "0.9996"),
    "Bessel without a datum": _tm("TM_127", _NAMELESS, "127.0", 500_000),
    "Bessel without a datum, moved": _tm("TM_127", _NAMELESS, "127.0028902777778", 500_000),
    "EPSG:4326": f"GEOGCS[{_WGS},PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]",
    "EPSG:32652": (
        f'PROJCS["WGS_1984_UTM_Zone_52N",GEOGCS[{_WGS},PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",129.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],'
        'UNIT["Meter",1.0]]'
    ),
}  # fmt: skip
"""What ArcGIS and the Korean services write into a .prj, by code or by the name that pyproj cannot place."""


@dataclass(frozen=True)
class Field:
    """A column of a DBF: its name as bytes, C, N, F, D or L, its length, its decimals."""

    name: bytes
    kind: str = "C"
    length: int = 40
    decimals: int = 0


def dbf(fields: list[Field], rows: list[list[bytes]], language: int = 0) -> bytes:
    """Return a dBASE III table; each value is cut or filled with blanks to the length of its field."""
    size = 1 + sum(field.length for field in fields)
    head = struct.pack("<BBBBIHH16xBBxx", 3, 126, 1, 31, len(rows), 33 + 32 * len(fields), size, 0, language)
    names = b"".join(
        struct.pack("<11sc4xBB14x", field.name[:10], field.kind.encode(), field.length, field.decimals)
        for field in fields
    )
    body = b"".join(
        b" " + b"".join(value[: field.length].ljust(field.length) for value, field in zip(row, fields, strict=True))
        for row in rows
    )
    return head + names + b"\r" + body + b"\x1a"


def shp(shapes: list[list[tuple] | None]) -> tuple[bytes, bytes]:
    """Return .shp and .shx of polygons, each a list of rings; None is a null shape."""
    contents = [_polygon(rings) for rings in shapes]
    points = [point for rings in shapes if rings for ring in rings for point in ring]
    box = struct.pack("<4d", *_box(points)) if points else bytes(32)
    records, index, offset = b"", b"", 50
    for number, content in enumerate(contents, start=1):
        records += struct.pack(">ii", number, len(content) // 2) + content
        index += struct.pack(">ii", offset, len(content) // 2)
        offset += 4 + len(content) // 2
    return _shp_head(len(records), box) + records, _shp_head(len(index), box) + index


def _shp_head(size: int, box: bytes) -> bytes:
    return struct.pack(">i20xi", 9994, (100 + size) // 2) + struct.pack("<ii", 1000, 5) + box + bytes(32)


def _polygon(rings: list[tuple] | None) -> bytes:
    if rings is None:
        return struct.pack("<i", 0)
    points = [point for ring in rings for point in ring]
    starts = [sum(map(len, rings[:number])) for number in range(len(rings))]
    return (
        struct.pack("<i4dii", 5, *_box(points), len(rings), len(points))
        + struct.pack(f"<{len(starts)}i", *starts)
        + b"".join(struct.pack("<2d", *point) for point in points)
    )


def _box(points: list[tuple]) -> tuple:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def shapefile(
    path: Path,
    fields: list[Field],
    rows: list[list[bytes]],
    *,
    shapes: list[list[tuple] | None] | None = None,
    crs: str | None = "EPSG:5186",
    cpg: str | None = None,
    language: int = 0,
) -> Path:
    """Write a shapefile whose features all have the square kilometer, unless `shapes` says otherwise."""
    main, index = shp([[RING]] * len(rows) if shapes is None else shapes)
    path.write_bytes(main)
    path.with_suffix(".shx").write_bytes(index)
    path.with_suffix(".dbf").write_bytes(dbf(fields, rows, language))
    if crs is not None:
        path.with_suffix(".prj").write_text(PRJ.get(crs, crs))
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


@dataclass(frozen=True)
class Member:
    """A file in a zip, with the header that it pretends to have."""

    name: bytes
    content: bytes = b""
    flags: int = 0
    size: int | None = None
    mode: int = 0o100644
    method: int = 8


def zipped(members: list[Member]) -> bytes:
    """Return a zip whose names are the bytes given, as Windows writes them: no word about their letters."""
    body, directory = b"", b""
    for member in members:
        packed = _deflated(member.content) if member.method == 8 else member.content
        about = struct.pack(
            "<HHHHHIIIHH", 20, member.flags, member.method, 0, 0x5821, zlib.crc32(member.content), len(packed),
            len(member.content) if member.size is None else member.size, len(member.name), 0,
        )  # fmt: skip
        directory += (
            b"PK\1\2\x14\3" + about + struct.pack("<HHHII", 0, 0, 0, member.mode << 16, len(body)) + member.name
        )
        body += b"PK\3\4" + about + member.name + packed
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + end


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def geojson(*geometries: dict | None, crs: str | None = None, **columns: list) -> bytes:
    """Return a FeatureCollection in UTF-8; each column holds a value a geometry."""
    features = [
        {"type": "Feature", "properties": {name: values[number] for name, values in columns.items()}, "geometry": shape}
        for number, shape in enumerate(geometries)
    ]
    member = {} if crs is None else {"crs": {"type": "name", "properties": {"name": crs}}}
    content = {"type": "FeatureCollection", **member, "features": features}
    return json.dumps(content, ensure_ascii=False).encode()


def square(x: float = 126.8, y: float = 35.2, width: float = 0.01) -> dict:
    """Return a square in degrees as a GeoJSON geometry."""
    corners = [[x, y], [x + width, y], [x + width, y + width], [x, y + width], [x, y]]
    return {"type": "Polygon", "coordinates": [corners]}
