"""Every declared layer holds what it says, and a wrong declaration fails at once."""

from pathlib import Path

import pandas as pd
import pytest
from pandas.api import types

from data.prepare import geojson
from gis.model import OUTWARD
from layers import LAYERS, Column, Layer, Style, palette

DATA = Path(__file__).parents[1] / "data"
SUFFIXES = {"m": "_m", "m²": "_m2"}
HOLDS = {
    "str": lambda column: column.map(lambda value: isinstance(value, str)).all(),
    "int": types.is_integer_dtype,
    "float": types.is_numeric_dtype,
    "date": lambda column: pd.to_datetime(column, format="%Y-%m-%d").notna().all(),
}
STYLE = Style(fill="#ffffff", stroke="#000000")
IDENTITY = tuple(Column(name) for name in ("id", "name", "grade", "source"))

every_layer = pytest.mark.parametrize("layer", list(LAYERS.values()), ids=list(LAYERS))


def declared(**changes):
    plain = {"name": "a", "path": "a.geojson", "source": "s", "geometry": "Point", "group": "place", "grade": "A"}
    return Layer(**{**plain, "style": STYLE, "columns": IDENTITY, **changes})


def outer_name(column):
    return OUTWARD.get(column.name, column.name)


def colors(style):
    return [style.fill, style.stroke, *(color for _, color in style.classes)]


def test_nine_layers_are_bundled():
    assert set(LAYERS) == {
        "ai_cluster", "cluster", "complexes", "emd", "hosts", "reference_points", "ri", "sigungu", "testbed",
    }  # fmt: skip


@every_layer
def test_the_file_has_exactly_the_declared_columns(layer):
    frame = geojson.read(DATA / layer.path).reset_index()
    assert sorted(outer_name(column) for column in layer.columns) == sorted(frame.columns.drop("geometry"))


@every_layer
def test_a_column_with_a_unit_leaves_with_its_suffix(layer):
    for column in layer.columns:
        assert outer_name(column) == column.name + SUFFIXES.get(column.unit, "")


@every_layer
def test_each_column_holds_its_kind_and_is_empty_only_where_allowed(layer):
    frame = geojson.read(DATA / layer.path).reset_index()
    for column in layer.columns:
        values = frame[outer_name(column)]
        assert column.nullable or values.notna().all(), column.name
        assert HOLDS[column.kind](values.dropna()), column.name


@every_layer
def test_the_geometry_is_of_the_declared_kind(layer):
    kinds = set(geojson.read(DATA / layer.path).geom_type)
    assert kinds <= {layer.geometry, f"Multi{layer.geometry}"}


@every_layer
def test_ids_are_unique_and_ascii(layer):
    ids = geojson.read(DATA / layer.path).index
    assert ids.is_unique
    assert all(value.isascii() for value in ids)


@every_layer
def test_every_feature_has_the_grade_of_its_layer(layer):
    assert set(geojson.read(DATA / layer.path).grade) == {layer.grade}


@every_layer
def test_the_source_of_the_layer_is_the_source_of_some_features(layer):
    assert layer.source in set(geojson.read(DATA / layer.path).source)


@every_layer
def test_colors_come_from_the_palette(layer):
    known = {value for name, value in vars(palette).items() if name.isupper()}
    assert set(colors(layer.style)) <= known


@every_layer
def test_every_class_is_a_value_of_its_column(layer):
    style = layer.style
    if style.class_column:
        frame = geojson.read(DATA / layer.path).reset_index()
        assert {value for value, _ in style.classes} == set(frame[style.class_column])


def test_each_complex_has_its_own_color():
    own = [color for _, color in LAYERS["complexes"].style.classes]
    assert len(set(own)) == 4


def test_the_map_opens_with_complexes_chain_and_city_borders_alone():
    shown = {name for name, layer in LAYERS.items() if layer.visible}
    assert shown == {"complexes", "ai_cluster", "hosts", "sigungu"}


def test_a_color_must_be_lower_case_hex():
    with pytest.raises(ValueError, match="#rrggbb"):
        Style(fill="Red", stroke="#000000")


def test_a_color_of_a_class_must_be_hex_too():
    with pytest.raises(ValueError, match="#rrggbb"):
        Style(fill="#ffffff", stroke="#000000", class_column="id", classes=(("a", "475657"),))


def test_opacity_lies_between_0_and_1():
    with pytest.raises(ValueError, match="0 to 1"):
        Style(fill="#ffffff", stroke="#000000", fill_opacity=1.5)


def test_classes_need_their_column():
    with pytest.raises(ValueError, match="go together"):
        Style(fill="#ffffff", stroke="#000000", classes=(("a", "#000000"),))


@pytest.mark.parametrize("name", ["Area", "면적", "1st", "a-b"])
def test_a_column_is_named_in_lower_case_ascii(name):
    with pytest.raises(ValueError, match="lower-case ASCII"):
        Column(name)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Parcels"}, "lower-case ASCII"),
        ({"path": "/etc/parcels.geojson"}, "below data/"),
        ({"path": "../parcels.geojson"}, "below data/"),
        ({"grade": "E"}, "grade 'E'"),
        ({"columns": (*IDENTITY, Column("id"))}, "stands twice"),
        ({"columns": IDENTITY[1:]}, "'id' is missing"),
        ({"columns": IDENTITY[:3]}, "'source' is missing"),
        ({"label_column": "title"}, "'title' is missing"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        declared(**changes)
