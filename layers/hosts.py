"""Hosts of the chain outside the four complexes, as points with a precision."""

from layers.declare import Column, Layer, Style
from layers.palette import BLUE, SKY

HOSTS = Layer(
    name="hosts",
    path="places/hosts.geojson",
    source="gwangju_bis_stops",
    geometry="Point",
    group="place",
    grade="D",
    style=Style(fill=SKY, stroke=BLUE, radius=7, fill_opacity=0.8),
    named=True,
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("name_en", nullable=False),
        Column("area", "float", unit="m²"),
        Column("precision", "float", unit="m", nullable=False),
        Column("made_from", nullable=False),
        Column("stated_by"),
        Column("grade", nullable=False),
        Column("source", nullable=False),
    ),
)
