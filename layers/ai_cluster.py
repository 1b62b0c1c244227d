"""The AI cluster in Cheomdan 3 and its second phase, as points with a wide precision."""

from layers.declare import Column, Layer, Style
from layers.palette import PLUM, PURPLE

AI_CLUSTER = Layer(
    name="ai_cluster",
    path="places/ai_cluster.geojson",
    source="schematic_outline",
    geometry="Point",
    group="chain",
    grade="D",
    style=Style(fill=PURPLE, stroke=PLUM, radius=8, fill_opacity=0.8),
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("name_en", nullable=False),
        Column("phase", "int", nullable=False),
        Column("start_year", "int", nullable=False),
        Column("end_year", "int", nullable=False),
        Column("announced_start_year", "int", nullable=False),
        Column("announced_end_year", "int", nullable=False),
        Column("area", "float", unit="m²"),
        Column("precision", "float", unit="m", nullable=False),
        Column("stated_by", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
    ),
)
