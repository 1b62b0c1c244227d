"""A printed map is true to its scale, and its names cover neither each other nor what stands on it."""

import re
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import study
from gis.crs import to_work_crs
from gis.view.print_labels import Name, placed_names
from gis.view.print_map import MM, SCALES, Drawn, printed_map, sheet_around
from gis.view.report.maps import layer_drawn, overview_map, site_map

FRAME = (0.0, 0.0, 1_000.0, 800.0)
names = st.lists(
    st.builds(
        lambda x, y, words, weight, inside: Name((words,), x, y, 20.0, 5.0, weight, inside=inside),
        st.floats(0, 1_000), st.floats(0, 800), st.text("가나다abc", min_size=1, max_size=12), st.floats(0, 5), st.booleans(),
    ),
    max_size=40,
)  # fmt: skip


def overlaps(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@given(names)
def test_no_name_covers_another_or_leaves_the_map(wanted):
    placed, left = placed_names(wanted, FRAME)
    assert len(placed) + len(left) == len(wanted)
    for number, one in enumerate(placed):
        assert one.box[0] >= 0 and one.box[1] >= 0 and one.box[2] <= 1_000 and one.box[3] <= 800
        assert not any(overlaps(one.box, other.box) for other in placed[:number])


@given(names)
def test_no_name_stands_on_what_is_taken(wanted):
    taken = [(300.0, 200.0, 700.0, 600.0)]
    assert not any(overlaps(one.box, taken[0]) for one in placed_names(wanted, FRAME, taken)[0])


def test_a_weightier_name_goes_first():
    low, high = (Name(("이름",), 500.0, 400.0, 20.0, weight=weight, bound=True) for weight in (1.0, 2.0))
    placed, left = placed_names([low, high], FRAME)
    assert [one.name for one in placed] == [high] and left == [low]


def bitgreen():
    return to_work_crs(study.complexes()).loc[["bitgreen"]]


def test_a_meter_on_the_ground_is_its_share_of_a_millimeter_on_paper():
    sheet = sheet_around(bitgreen(), 174, 140, scale=25_000)
    assert sheet.scale == 25_000
    ends = sheet.to_paper(np.array([[sheet.x, sheet.y], [sheet.x + 1_000, sheet.y + 1_000]]))
    assert np.abs(ends[1] - ends[0]) == pytest.approx([40 * MM, 40 * MM])  # 1 km is 40 mm at 1:25,000


def test_a_scale_that_is_too_large_gives_way_to_the_next_round_one():
    sheet = sheet_around(to_work_crs(study.complexes()), 174, 140, scale=25_000)
    assert sheet.scale in SCALES and sheet.scale > 25_000
    west, south, east, north = sheet.bounds
    assert shapely.box(west, south, east, north).contains(shapely.box(*to_work_crs(study.complexes()).total_bounds))


def scale_bar(svg):
    """Return the length of the scale bar in mm, and what its end says."""
    tree = ElementTree.fromstring(svg)
    rects = [one for one in tree.iter("{http://www.w3.org/2000/svg}rect") if one.get("height") == "10"]
    texts = [
        one.text for one in tree.iter("{http://www.w3.org/2000/svg}text") if re.fullmatch(r"[\d.]+ k?m", one.text or "")
    ]
    number, unit = texts[-1].split()
    return sum(float(one.get("width")) for one in rects) / MM, float(number) * (1_000 if unit == "km" else 1)


@pytest.mark.parametrize("scale", [25_000, 50_000])
def test_the_scale_bar_is_as_long_as_it_says(scale):
    made = printed_map(sheet_around(bitgreen(), 174, 140, scale=scale), [layer_drawn("complexes", bitgreen())], "m")
    length, ground = scale_bar(made.svg)
    assert length == pytest.approx(ground * 1_000 / scale, rel=0.01)


def test_a_schematic_outline_is_hatched_and_stamped():
    made = printed_map(sheet_around(bitgreen(), 174, 140), [layer_drawn("complexes", bitgreen(), named=True)], "m")
    assert 'fill="url(#hatch-' in made.svg and "(모식도)" in made.svg


def test_each_complex_has_a_hatch_of_its_own_direction():
    svg = overview_map(174).svg
    turns = re.findall(r'patternTransform="rotate\(([\d.]+)\)"', svg)
    assert len(turns) == len(set(turns)) == 4


def test_a_file_of_grade_b_is_drawn_solid_without_a_stamp():
    frame = bitgreen().assign(grade="B")
    made = printed_map(sheet_around(frame, 174, 140), [layer_drawn("complexes", frame, named=True)], "m")
    assert "hatch-" not in made.svg and "모식도" not in made.svg


def test_what_must_not_leave_is_written_across():
    assert "대외비" in site_map(bitgreen(), "bitgreen", "빛그린산단", "a4", "대외비").svg


def test_names_may_hold_markup():
    frame = bitgreen().assign(id="x", name="<b>&", short_name="<b>&", name_en="<b>&", grade="B")
    made = printed_map(
        sheet_around(frame, 174, 140), [Drawn(study.known_layers()["complexes"], frame, named=True)], "<i>"
    )
    assert "&lt;b&gt;&amp;" in made.svg and "<b>" not in made.svg


def test_a_map_of_nothing_but_ground_is_drawn():
    empty = gpd.GeoDataFrame({"id": [], "name": [], "grade": []}, geometry=[], crs="EPSG:5186")
    made = printed_map(sheet_around(bitgreen(), 174, 140), [layer_drawn("complexes", empty)], "m")
    ElementTree.fromstring(made.svg)
