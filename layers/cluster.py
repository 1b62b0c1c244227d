"""The 소부장 특화단지 of 2023: Bitgreen's Gwangju side, Jingok and the future-car complex."""

from layers.declare import Column, Layer, Style
from layers.palette import VERMILION

CLUSTER = Layer(
    name="cluster",
    path="complexes/cluster.geojson",
    source="schematic_outline",
    geometry="Polygon",
    group="chain",
    grade="D",
    style=Style(fill=VERMILION, stroke=VERMILION, weight=3, fill_opacity=0.1),
    visible=False,
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("name_en", nullable=False),
        Column("complex", nullable=False),
        Column("part"),
        Column("designated", "date", nullable=False),
        Column("center_uncertainty", "float", unit="m", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
    ),
)
