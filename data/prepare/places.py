"""Write the 소부장 특화단지, the AI cluster, hosts outside the complexes, reference points and the testbed."""

import math
from pathlib import Path
from typing import NamedTuple

import airportsdata
import geopandas as gpd
import numpy as np
import shapely

from data.prepare import geojson
from data.prepare.boundaries import CITY
from data.prepare.outlines import GEOD

CLUSTER = ("bitgreen", "jingok", "futurecar")  # of bitgreen the Gwangju side alone
DESIGNATED = "2023-07-20"
AI_DONG = "29170141"  # 오룡동
UNSTATED_EXTENT = 1000.0  # m; half the width allowed to a host whose area nobody states


class Point(NamedTuple):
    """A place that its publisher names, with the complex or host it marks."""

    id: str
    name: str
    category: str
    lat: float
    lon: float
    precision: float  # m
    near: str | None = None
    source: str = "gwangju_bis_stops"


class Host(NamedTuple):
    """A host outside the four complexes; it lies at the mean of the points near it."""

    id: str
    name: str
    name_en: str
    area: float | None = None  # m², as stated
    stated_by: str | None = None


POINTS = (
    Point("stop-ggm", "광주글로벌모터스(GGM) 정류장", "anchor", 35.169778, 126.670913, 30, "bitgreen"),
    Point("stop-ggm-opposite", "광주글로벌모터스(GGM) 정류장 건너편", "anchor", 35.169761, 126.670699, 30, "bitgreen"),
    Point("stop-city-hospital", "광주시립요양병원 정류장", "anchor", 35.164857, 126.671094, 30, "bitgreen"),
    Point("stop-songam-village", "송암마을 정류장", "anchor", 35.166178, 126.668952, 30, "bitgreen"),
    Point("stop-oechi", "외치 정류장", "anchor", 35.171596, 126.662562, 30, "bitgreen"),
    Point("stop-baegya", "백야 정류장", "anchor", 35.175448, 126.649334, 30, "bitgreen"),
    Point("stop-unam-village", "운암마을 정류장", "anchor", 35.154153, 126.693424, 30, "futurecar"),
    Point("stop-gist", "과기원(GIST) 정류장", "anchor", 35.224558, 126.841369, 30, "cheomdan3"),
    Point("stop-technopark", "광주테크노파크 정류장", "anchor", 35.228311, 126.860917, 30, "cheomdan3"),
    Point("stop-free-economic-zone", "광주경제자유구역청 정류장", "anchor", 35.239031, 126.864142, 30, "cheomdan3"),
    Point("stop-innobiz-center", "광주이노비즈센터 정류장", "anchor", 35.237217, 126.865906, 30, "cheomdan3"),
    Point("stop-nam-myeon-office", "남면사무소(장성) 정류장", "anchor", 35.243855, 126.812838, 30, "cheomdan3"),
    Point("station-songjeong", "광주송정역", "rail", 35.137844, 126.790233, 50, source="public_station_list"),
    Point("stop-songjeong-station", "광주송정역 정류장", "rail", 35.138208, 126.791733, 30),
    Point("stop-hanam-station", "하남1교 정류장(하남역입구 인접)", "rail", 35.176718, 126.796478, 30),
    Point("stop-geungnakgang-station", "극락강역입구 정류장", "rail", 35.178642, 126.829566, 30),
    Point("stop-naju-station", "나주역 정류장", "rail", 35.014701, 126.716380, 30),
    Point("stop-dongnim-ic", "동림IC입구 정류장", "expressway", 35.174163, 126.852515, 60),
    Point("stop-kia-main-gate", "기아 오토랜드 광주 정문 정류장(2공장측)", "plant", 35.164438, 126.877293, 60, "kia"),
    Point("stop-kia-middle-gate", "기아차 중문 정류장", "plant", 35.162035, 126.872462, 60, "kia"),
    Point("stop-kia-south", "기아자동차 정류장(1공장 남측)", "plant", 35.158723, 126.876849, 60, "kia"),
    Point("stop-kumho-tire", "금호타이어(소촌) 정류장", "plant", 35.144683, 126.790336, 60),
    Point("stop-shany", "호남샤니(다음: 한국알프스) 정류장", "plant", 35.196789, 126.802581, 200),
    Point("stop-hanam-5beon-ro", "하남산단5번로 교차로 정류장", "complex", 35.194764, 126.804450, 30, "hanam"),
    Point("stop-saehan-steel", "새한철강 정류장", "complex", 35.213522, 126.810283, 30, "hanam"),
    Point("stop-pyeongdong-7beon-ro", "평동산단7번로입구 정류장", "complex", 35.118318, 126.760945, 30, "pyeongdong"),
    Point("stop-hwajeon-park", "화전근린공원 정류장", "complex", 35.113769, 126.755484, 30, "pyeongdong"),
    Point("stop-energy-valley-1", "에너지밸리1 정류장", "complex", 35.088255, 126.825427, 30, "energy_valley"),
    Point("stop-energy-valley-7", "에너지밸리7 정류장", "complex", 35.076141, 126.825903, 30, "energy_valley"),
    Point("stop-energy-valley-16", "에너지밸리16 정류장", "complex", 35.080061, 126.831298, 30, "energy_valley"),
    Point("stop-cheomdan", "첨단과학산업단지 정류장", "complex", 35.202507, 126.863896, 30, "cheomdan1"),
    Point("stop-songam", "송암공단 정류장", "complex", 35.111593, 126.884311, 30, "songam"),
    Point("stop-chonnam-university", "전남대 용봉탑 정류장", "university", 35.175078, 126.905975, 30),
    Point("stop-kentech", "한국에너지공대 정류장", "university", 35.009581, 126.802975, 30),
    Point("stop-keri", "한국전기연구원(광주) 정류장", "research", 35.091351, 126.829283, 30),
)
AIRPORTS = {"RKJJ": "광주공항", "RKJB": "무안국제공항", "RKJK": "군산공항", "RKJY": "여수공항"}
AIRPORT_PRECISION = 300
HOSTS = (
    Host("hanam", "하남일반산업단지", "Hanam General Industrial Complex", 5_944_000, "hanamic"),
    Host("pyeongdong", "평동산단", "Pyeongdong Industrial Complex", 4_866_000, "investkorea_486281"),
    Host("cheomdan1", "첨단과학산업단지", "Cheomdan Science Industrial Complex"),
    Host("kia", "기아 오토랜드 광주", "Kia AutoLand Gwangju"),
    Host("songam", "송암산단", "Songam Industrial Complex"),
    Host("energy_valley", "에너지밸리", "Energy Valley"),
)


def prepare(target: Path) -> list[Path]:
    """Write `complexes/cluster.geojson` and `places/*.geojson` from the boundaries and outlines in `target`."""
    outlines = geojson.read(target / "complexes" / "outlines.geojson")
    dongs = geojson.read(target / "boundaries" / "emd.geojson")
    districts = geojson.read(target / "boundaries" / "sigungu.geojson")
    city = shapely.coverage_union_all(districts.geometry[list(CITY)].to_numpy())
    points = (*POINTS, *_airports())
    features = {
        "complexes/cluster": _cluster(outlines, city),
        "places/ai_cluster": _ai_cluster(outlines, dongs),
        "places/hosts": _hosts(points),
        "places/reference_points": _reference_points(points),
        "places/testbed": _testbed(city),
    }
    return [geojson.write(target / f"{name}.geojson", *written) for name, written in features.items()]


def _cluster(outlines: gpd.GeoDataFrame, city: shapely.Geometry) -> geojson.Features:
    rows = [
        {
            "id": f"cluster-{complex_id}",
            "name": f"소부장 특화단지 · {outlines.short_name[complex_id]}",
            "name_en": f"Specialized cluster: {outlines.name_en[complex_id]}",
            "complex": complex_id,
            "part": "gwangju" if complex_id == "bitgreen" else None,
            "designated": DESIGNATED,
            "center_uncertainty_m": int(outlines.center_uncertainty_m[complex_id]),
            "grade": "D",
            "source": "schematic_outline",
        }
        for complex_id in CLUSTER
    ]
    sites = [outlines.geometry[complex_id] for complex_id in CLUSTER]
    return rows, [_inside(site, city) if row["part"] else site for row, site in zip(rows, sites, strict=True)]


def _ai_cluster(outlines: gpd.GeoDataFrame, dongs: gpd.GeoDataFrame) -> geojson.Features:
    site, dong = outlines.geometry["cheomdan3"], dongs.geometry[AI_DONG]
    first = geojson.rounded((site & dong).representative_point())
    hint = shapely.Point(outlines.hint_lon["cheomdan3"], outlines.hint_lat["cheomdan3"])
    origin = {"grade": "D", "source": "schematic_outline"}
    rows: list[dict] = [
        {
            "id": "ai-phase-1",
            "name": "AI 집적단지 1단계",
            "name_en": "AI cluster, phase 1",
            "phase": 1,
            "start_year": 2020,
            "end_year": 2024,
            "announced_start_year": 2020,
            "announced_end_year": 2024,
            "area_m2": 47_256,
            "precision_m": _up(_reach(first, dong)),
            "stated_by": "hankyung_20230723",
            **origin,
        },
        {
            "id": "ai-phase-2",
            "name": "AX 실증밸리 (2단계 국가 AI 혁신거점)",
            "name_en": "AX demonstration valley (phase 2, national AI innovation hub)",
            "phase": 2,
            "start_year": 2026,
            "end_year": 2030,
            "announced_start_year": 2025,
            "announced_end_year": 2029,
            "area_m2": None,
            "precision_m": _up(float(outlines.hint_radius_m["cheomdan3"]) + _half_diagonal(site)),
            "stated_by": "donga_20250908",
            **origin,
        },
    ]
    return rows, [first, hint]


def _hosts(points: tuple[Point, ...]) -> geojson.Features:
    rows, places = [], []
    for host in HOSTS:
        marks = [point for point in points if point.near == host.id]
        place = geojson.rounded(shapely.Point(np.mean([(mark.lon, mark.lat) for mark in marks], axis=0)))
        spread = max(_distance(place, shapely.Point(mark.lon, mark.lat)) + mark.precision for mark in marks)
        extent = math.sqrt(host.area / math.pi) if host.area else UNSTATED_EXTENT
        rows.append(
            {
                "id": host.id,
                "name": host.name,
                "name_en": host.name_en,
                "area_m2": host.area,
                "precision_m": _up(spread + extent),
                "made_from": "|".join(mark.id for mark in marks),
                "stated_by": host.stated_by,
                "grade": "D",
                "source": "gwangju_bis_stops",
            }
        )
        places.append(place)
    return rows, places


def _reference_points(points: tuple[Point, ...]) -> geojson.Features:
    rows = [
        {
            "id": point.id,
            "name": point.name,
            "category": point.category,
            "near": point.near,
            "precision_m": point.precision,
            "grade": "C",
            "source": point.source,
        }
        for point in points
    ]
    return rows, [shapely.Point(point.lon, point.lat) for point in points]


def _airports() -> list[Point]:
    known = airportsdata.load("ICAO")
    return [
        Point(
            f"airport-{code.lower()}",
            f"{name} ({code}/{known[code]['iata']})",
            "airport",
            known[code]["lat"],
            known[code]["lon"],
            AIRPORT_PRECISION,
            source="airportsdata",
        )
        for code, name in AIRPORTS.items()
    ]


def _testbed(city: shapely.Geometry) -> geojson.Features:
    row = {
        "id": "testbed-gwangju",
        "name": "자율주행 실증도시",
        "name_en": "Self-driving test city",
        "designated": "2026-01-21",
        "precision_m": 40,
        "grade": "C",
        "source": "ngii_emd_2023",
    }
    return [row], [city]


def _inside(site: shapely.Geometry, city: shapely.Geometry) -> shapely.Geometry:
    """Return the part of `site` in `city`; rounding may leave crumbs along the line, which are dropped."""
    return max(shapely.get_parts(geojson.rounded(site & city)), key=lambda part: part.area)


def _distance(one: shapely.Point, other: shapely.Point) -> float:
    return GEOD.inv(one.x, one.y, other.x, other.y)[2]


def _reach(place: shapely.Point, region: shapely.Geometry) -> float:
    """Return the distance in m from `place` to the farthest corner of `region`."""
    return max(_distance(place, shapely.Point(corner)) for corner in shapely.get_coordinates(region))


def _half_diagonal(region: shapely.Geometry) -> float:
    west, south, east, north = region.bounds
    return _distance(shapely.Point(west, south), shapely.Point(east, north)) / 2


def _up(length: float) -> int:
    """Return a length in m rounded up to 10."""
    return math.ceil(length / 10) * 10
