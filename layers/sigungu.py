"""시군구 of Gwangju and the counties around it."""

from layers.declare import Column, Layer, Style
from layers.palette import LAND, STONE

SIGUNGU = Layer(
    name="sigungu",
    path="boundaries/sigungu.geojson",
    source="ngii_emd_2023",
    geometry="Polygon",
    group="boundary",
    grade="C",
    style=Style(fill=LAND, stroke=STONE, weight=1.2, fill_opacity=0),
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("full_name", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
        Column("precision", "float", unit="m", nullable=False),
    ),
)
