"""The four complexes of the chain, as schematic outlines."""

from layers.declare import Column, Layer, Style
from layers.palette import GREEN, INK, OLIVE, ORANGE, PLUM, STONE

COMPLEXES = Layer(
    name="complexes",
    path="complexes/outlines.geojson",
    source="schematic_outline",
    geometry="Polygon",
    group="complex",
    grade="D",
    style=Style(
        fill=STONE,
        stroke=INK,
        weight=2,
        class_column="id",
        classes=(("cheomdan3", PLUM), ("bitgreen", GREEN), ("jingok", OLIVE), ("futurecar", ORANGE)),
    ),
    named=True,
    columns=(
        Column("id", nullable=False),
        Column("name", nullable=False),
        Column("name_en", nullable=False),
        Column("short_name", nullable=False),
        Column("grade", nullable=False),
        Column("source", nullable=False),
        Column("center_uncertainty", "float", unit="m", nullable=False),
        Column("hint_lat", "float", nullable=False),
        Column("hint_lon", "float", nullable=False),
        Column("hint_radius", "float", unit="m", nullable=False),
        Column("made_from", nullable=False),
    ),
    label_column="short_name",
)
