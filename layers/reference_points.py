"""Bus stops, stations and airports that a publisher names."""

from layers.declare import Column, Layer, Style
from layers.palette import INK, STONE

REFERENCE_POINTS = Layer(
    name="reference_points",
    path="places/reference_points.geojson",
    source="gwangju_bis_stops",
    geometry="Point",
    group="place",
    grade="C",
    style=Style(fill=STONE, stroke=INK, weight=1, radius=4, fill_opacity=0.8),
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("category", nullable=False),
        Column("near"),
        Column("precision", "float", unit="m", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
    ),
    visible=False,
)
