"""Made-up land, complexes and links near 35.17 N 126.7 E, for tests of the map alone."""

from layers.declare import Column, Layer, Style
from layers.palette import BLUE, GREEN, VERMILION

BOUNDS = (126.60, 35.10, 126.90, 35.25)

TEXTS = {
    "label": "광주 산업단지 지도",
    "zoom_in": "확대",
    "zoom_out": "축소",
    "home": "전체 보기",
    "tiles_offline": "온라인 지도에 닿지 않아 행정경계만 표시합니다",
    "area_small": "{m2} ㎡ · {pyeong} 평",
    "area_large": "{man_m2} 만㎡ · {pyeong} 평",
    "length_small": "{m} m",
    "length_large": "{km} km",
    "draw.toolbar.actions.title": "그리기 취소",
    "draw.toolbar.actions.text": "취소",
    "draw.toolbar.finish.title": "그리기 마침",
    "draw.toolbar.finish.text": "마침",
    "draw.toolbar.undo.title": "마지막 점 지우기",
    "draw.toolbar.undo.text": "점 지우기",
    "draw.toolbar.buttons.polyline": "거리 재기",
    "draw.toolbar.buttons.polygon": "구역 그리기",
    "draw.toolbar.buttons.rectangle": "사각형 그리기",
    "draw.handlers.polygon.tooltip.start": "첫 점을 누르세요",
    "draw.handlers.polygon.tooltip.cont": "다음 점을 누르세요",
    "draw.handlers.polygon.tooltip.end": "첫 점을 다시 누르면 닫힙니다",
    "draw.handlers.polyline.error": "선이 서로 엇갈립니다",
    "draw.handlers.polyline.tooltip.start": "첫 점을 누르세요",
    "draw.handlers.polyline.tooltip.cont": "다음 점을 누르세요",
    "draw.handlers.polyline.tooltip.end": "마지막 점을 다시 누르면 끝납니다",
    "draw.handlers.rectangle.tooltip.start": "누른 채 끌어 사각형을 그리세요",
    "draw.handlers.simpleshape.tooltip.end": "놓으면 끝납니다",
    "edit.toolbar.actions.save.title": "고친 것을 저장",
    "edit.toolbar.actions.save.text": "저장",
    "edit.toolbar.actions.cancel.title": "고친 것을 버리기",
    "edit.toolbar.actions.cancel.text": "취소",
    "edit.toolbar.actions.clearAll.title": "모두 지우기",
    "edit.toolbar.actions.clearAll.text": "모두 지우기",
    "edit.toolbar.buttons.edit": "그린 것 고치기",
    "edit.toolbar.buttons.editDisabled": "고칠 것이 없습니다",
    "edit.toolbar.buttons.remove": "그린 것 지우기",
    "edit.toolbar.buttons.removeDisabled": "지울 것이 없습니다",
    "edit.handlers.edit.tooltip.text": "점을 끌어 고치세요",
    "edit.handlers.edit.tooltip.subtext": "취소를 누르면 되돌립니다",
    "edit.handlers.remove.tooltip.text": "지울 것을 누르세요",
}


def _layer(name: str, geometry: str, group: str, grade: str, color: str) -> Layer:
    columns = tuple(Column(column) for column in ("id", "name", "grade", "source"))
    return Layer(
        name=name,
        path=f"{name}.geojson",
        source="made_up",
        geometry=geometry,
        group=group,
        grade=grade,
        style=Style(fill=color, stroke=color),
        columns=columns,
        named=group == "complex",
    )


COMPLEXES = _layer("complexes", "Polygon", "complex", "D", BLUE)
PARKS = _layer("parks", "Polygon", "place", "A", GREEN)
FIRMS = _layer("firms", "Point", "place", "B", VERMILION)


def _feature(geometry_type: str, coordinates: list, **properties: str) -> dict:
    properties = {"tooltip": f"{properties.get('name', properties['id'])}\n가상 자료", **properties}
    geometry = {"type": geometry_type, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _box(west: float, south: float, width: float, height: float) -> list:
    east, north = west + width, south + height
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _collection(*features: dict) -> dict:
    return {"type": "FeatureCollection", "features": list(features)}


LAND_SHAPES = _collection(
    _feature("Polygon", _box(126.55, 35.08, 0.15, 0.20), id="west", name="서쪽구"),
    _feature("Polygon", _box(126.70, 35.08, 0.12, 0.12), id="middle", name="가운데구"),
    _feature("Polygon", _box(126.70, 35.20, 0.25, 0.08), id="north", name="북쪽구"),
    _feature("Polygon", _box(126.82, 35.08, 0.13, 0.12), id="east", name="동쪽구"),
)
COMPLEX_SHAPES = _collection(
    _feature("Polygon", _box(126.63, 35.17, 0.030, 0.022), id="alpha", name="알파단지", grade="A"),
    _feature("Polygon", _box(126.70, 35.14, 0.022, 0.018), id="beta", name="베타단지", grade="C"),
    _feature("Polygon", _box(126.725, 35.145, 0.008, 0.006), id="gamma", name="감마<b>단지", grade="B"),
    _feature("Polygon", _box(126.80, 35.19, 0.034, 0.028), id="delta", name="델타단지", grade="D"),
)
PARK_SHAPES = _collection(_feature("Polygon", _box(126.74, 35.20, 0.03, 0.02), id="park-1", name="가상공원", grade="A"))
FIRM_SHAPES = _collection(
    _feature("Point", [126.76, 35.16], id="firm-1", name="<img src=x onerror=alert(1)>", grade="B")
)
LINKS = [
    {
        "id": f"{start}-{end}-{kind}",
        "from_lonlat": from_lonlat,
        "to_lonlat": to_lonlat,
        "kind": kind,
        "evidence": evidence,
        "tooltip": f"{start} → {end}\n{kind}, {evidence}",
    }
    for start, end, from_lonlat, to_lonlat, kind, evidence in (
        ("alpha", "delta", (126.645, 35.181), (126.817, 35.204), "material", "stated"),
        ("alpha", "delta", (126.645, 35.181), (126.817, 35.204), "service", "inferred"),
        ("delta", "beta", (126.817, 35.204), (126.711, 35.149), "knowledge", "plan"),
    )
]
