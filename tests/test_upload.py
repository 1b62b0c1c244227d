"""Names that a browser sends are only labels: none is a path, and every disk takes what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InputError
from gis.io.upload import safe_name, uploaded

WINDOWS_REFUSES = set('<>:"/\\|?*') | {chr(code) for code in range(32)}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("단지경계.zip", "단지경계.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\지도\\지구계.dxf", "지구계.dxf"),
        ("..", "upload"),
        ("", "upload"),
        ("a\0b.csv", "a_b.csv"),
        ("a:b?.csv", "a_b_.csv"),
    ],
)
def test_a_sent_name_becomes_its_last_part(sent, kept):
    assert safe_name(sent) == kept


@given(st.text(max_size=400))
def test_any_name_can_be_written_on_any_disk(sent):
    name = safe_name(sent)
    assert name and not WINDOWS_REFUSES & set(name)
    assert len(name.encode("utf-8", "replace")) <= 255
    with uploaded({sent: b"x"}) as path:
        assert path.read_bytes() == b"x"


def test_a_long_name_keeps_its_ending():
    assert safe_name("가" * 300 + ".geojson").endswith(".geojson")


def test_the_parts_of_a_shapefile_lie_side_by_side():
    with uploaded({"길.dbf": b"d", "길.shp": b"s", "길.shx": b"x"}) as path:
        assert path.name == "길.shp"
        assert path.with_suffix(".dbf").read_bytes() == b"d"
    assert not path.exists()


@pytest.mark.parametrize("names", [("a.shp", "b.dbf"), ("a.gpkg", "a.zip"), ("x/a.shp", "y/a.shp"), ("a.csv", "b.csv")])
def test_files_that_are_not_one_data_set_are_refused(names):
    with pytest.raises(InputError) as caught, uploaded(dict.fromkeys(names, b"x")):
        pass
    assert caught.value.key == "several_files"
