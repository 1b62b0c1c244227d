"""읍면동: 법정동 in the city, 읍·면·동 around it."""

from layers.declare import Column, Layer, Style
from layers.palette import LAND, STONE

EMD = Layer(
    name="emd",
    path="boundaries/emd.geojson",
    source="ngii_emd_2023",
    geometry="Polygon",
    group="boundary",
    grade="C",
    style=Style(fill=LAND, stroke=STONE, weight=0.8, fill_opacity=0),
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("full_name", nullable=False),
        Column("sigungu_code", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
        Column("precision", "float", unit="m", nullable=False),
    ),
    visible=False,
)
