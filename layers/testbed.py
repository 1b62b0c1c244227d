"""The city that was named a testbed for self-driving cars in 2026: Gwangju as a whole."""

from layers.declare import Column, Layer, Style
from layers.palette import BLUE, SKY

TESTBED = Layer(
    name="testbed",
    path="places/testbed.geojson",
    source="ngii_emd_2023",
    geometry="Polygon",
    group="chain",
    grade="C",
    style=Style(fill=SKY, stroke=BLUE, weight=2, fill_opacity=0.08),
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("name_en", nullable=False),
        Column("designated", "date", nullable=False),
        Column("precision", "float", unit="m", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
    ),
    visible=False,
)
