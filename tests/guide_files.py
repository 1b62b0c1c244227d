"""The files that the how-tos of the guides bring in: small ones around 진곡산단, of the kinds that offices hand around."""

import io
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from PIL import Image

from tests.test_mbtiles import made, png
from tests.tiff_bytes import tiff

FILES = Path(__file__).with_name("fixtures") / "files"
COPIES = {
    "boundary.zip": "ogr_cp949.shp.zip", "boundary.geojson": "ogr_rfc7946.geojson", "boundary.gpkg": "ogr.gpkg",
    "boundary.gml": "ogr_gml32.gml", "boundary.fgb": "ogr.fgb", "boundary.gdb.zip": "ogr.gdb.zip", "boundary.kml": "ogr.kml",
    "boundary.kmz": "ogr.kmz", "plan.dxf": "ogr.dxf", "points.xlsx": "ogr_xy.xlsx",
}  # fmt: skip
WEST, SOUTH = 179_000.0, 289_000.0
SIDE = 3_200.0
LOTS = 8


def make(folder: Path) -> None:
    """Write every file into `folder`."""
    for name, source in COPIES.items():
        shutil.copyfile(FILES / source, folder / name)
    gpd.read_file(folder / "boundary.gpkg").to_parquet(folder / "boundary.parquet")
    _texts(folder)
    _lands(folder)
    _zones(folder)
    heights = np.add.outer(np.arange(80.0)[::-1], np.arange(80.0)).astype("<f4")
    (folder / "dem.tif").write_bytes(
        tiff(80, 80, heights.tobytes(), bits=32, sample_format=3, place=(WEST, SOUTH + SIDE, 40.0))
    )
    (folder / "ortho.tif").write_bytes(tiff(64, 64, bytes(64 * 64 * 3), samples=3, place=(WEST, SOUTH + SIDE, 50.0)))
    made(folder / "base.mbtiles", {(12, 3490, 1619): png()}, name="바탕지도", format="png")
    packed = io.BytesIO()
    Image.new("RGB", (1_000, 800), (240, 235, 220)).save(packed, "PNG")
    (folder / "sheet.png").write_bytes(packed.getvalue())


def _texts(folder: Path) -> None:
    corners = [(290_000, 180_000), (291_000, 180_000), (291_000, 181_000), (290_000, 181_000)]
    survey = ["구역,점번호,X(종),Y(횡)", *(f"가,{n},{x},{y}" for n, (x, y) in enumerate(corners, 1))]
    pixels = [(100, 700), (100, 100), (900, 100), (900, 700)]
    ground = [f"{x},{y},{290_000 + 2 * (700 - y)},{180_000 + 2 * (x - 100)}" for x, y in pixels]
    texts = {
        "survey.csv": survey,
        "no_crs.csv": ["이름,X,Y", "가,290500,180500"],
        "control.csv": ["pixel_x,pixel_y,x_n_m,y_e_m", *ground, "500,400,290601,180800"],
        "trace.csv": ["pixel_x,pixel_y", "200,600", "200,200", "800,200", "800,600"],
        "factories.csv": [
            "순번,회사명,단지명,대표업종번호,업종명,종업원수,전화번호", "1,가나정밀,진곡일반산업단지,30399,그 외 자동차 부품,12,062-000-0000",
            "2,다라전자,빛그린국가산업단지,26299,그 외 기타 전자 부품,40,062-000-0001",
        ],
        "population.csv": [
            "행정구역,2026년06월_총인구수,2026년06월_세대수", '광주광역시 광산구 비아동 (2920062000),"1,200",500',
            "광주광역시 광산구 첨단1동 (2920063000),800,300",
        ],
        "plan.csv": [
            "구분,세부,기정,변경", "산업시설용지,,1178000,1178000", "지원시설용지,,200000,200000", "공공시설용지,도로,331000,331000",
            "공공시설용지,녹지,199000,199000",
        ],
    }  # fmt: skip
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="cp949")


def _lands(folder: Path) -> None:
    """Write parcels of a square grid, as 연속지적도 has them, and the table of the register."""
    size = SIDE / LOTS
    cells = [(row, column) for row in range(LOTS) for column in range(LOTS)]
    codes = [f"29200122001{number:04d}0000" for number in range(1, len(cells) + 1)]
    shapes = [
        shapely.box(WEST + c * size, SOUTH + r * size, WEST + (c + 1) * size, SOUTH + (r + 1) * size) for r, c in cells
    ]
    labels = [f"{number}{'답' if number % 2 else '임'}" for number in range(1, len(cells) + 1)]
    parcels = gpd.GeoDataFrame({"pnu": codes, "jibun": labels}, geometry=shapes, crs="EPSG:5186")
    parcels.to_file(folder / "parcels.gpkg", driver="GPKG")
    register = pd.DataFrame(
        {"고유번호": codes, "지목명": [label[-1].replace("임", "임야") for label in labels], "토지면적": size**2, "용도지역명": "자연녹지지역",
         "소유구분명": "개인", "공시지가": 12_300}
    )  # fmt: skip
    register.to_csv(folder / "lands.csv", index=False, encoding="cp949")


def _zones(folder: Path) -> None:
    """Write 용도지역 as two halves, and what a plan uses the site for."""
    west, middle, east = WEST, WEST + SIDE / 2, WEST + SIDE
    halves = [shapely.box(west, SOUTH, middle, SOUTH + SIDE), shapely.box(middle, SOUTH, east, SOUTH + SIDE)]
    zones = gpd.GeoDataFrame({"uname": ["일반공업지역", "자연녹지지역"]}, geometry=halves, crs="EPSG:5186")
    zones.to_file(folder / "zoning.gpkg", driver="GPKG")
    uses = gpd.GeoDataFrame({"용도": ["산업시설용지", "녹지"]}, geometry=halves, crs="EPSG:5186")
    uses.to_file(folder / "uses.gpkg", driver="GPKG")
