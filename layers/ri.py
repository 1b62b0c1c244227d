"""법정동·리, the finest pieces: 동 in the city, 리 in the counties."""

from layers.declare import Column, Layer, Style
from layers.palette import LAND, STONE

RI = Layer(
    name="ri",
    path="boundaries/ri.geojson",
    source="ngii_emd_2023",
    geometry="Polygon",
    group="boundary",
    grade="C",
    style=Style(fill=LAND, stroke=STONE, weight=0.5, fill_opacity=0),
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("full_name", nullable=False),
        Column("sigungu_code", nullable=False),
        Column("emd_code", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
        Column("precision", "float", unit="m", nullable=False),
    ),
    visible=False,
)
