"""A picture is placed as its control points say, and the error is what it is."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.georeference import (
    LEAST_POINTS,
    METHODS,
    affine_fit,
    fit,
    outside_count,
    pixel_rounding,
    projective_fit,
    to_ground,
    traced_polygon,
    transformed,
    vertex_sigma,
)
from gis.errors import InputError

SQUARE = np.array([[0, 0], [1_000, 0], [1_000, 800], [0, 800], [500, 300], [200, 650], [830, 420]], dtype=float)
NORTH_UP = np.array([[0.5, 0, 180_000], [0, -0.5, 290_000], [0, 0, 1]])
"""Half a meter a pixel, north up: the corner of the picture at (180 000, 290 000)."""
CORNER = np.array([[1, 0, 180_000], [0, 1, 290_000], [0, 0, 1]], dtype=float)
TILTED = CORNER @ np.array([[0.52, 0.03, 0], [0.02, -0.49, 0], [2e-5, -3e-5, 1]])


def similarity(scale: float, turn: float, east: float, north: float) -> np.ndarray:
    """Return the transform of a true drawing whose top points `turn` degrees clockwise of north."""
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.array([[scale * cos, -scale * sin, east], [-scale * sin, -scale * cos, north], [0, 0, 1]])


def refused(key: str, method: str, pixels, ground) -> str:
    with pytest.raises(InputError) as fault:
        fit(method, np.array(pixels, dtype=float), np.array(ground, dtype=float))
    assert fault.value.key == f"georeference.{key}"
    return str(fault.value)


@pytest.mark.parametrize("method", METHODS)
def test_three_or_four_points_fit_exactly_and_tell_no_error(method):
    few = SQUARE[: LEAST_POINTS[method]]
    found = fit(method, few, transformed(NORTH_UP, few))
    assert found.residuals == pytest.approx(np.zeros_like(few), abs=1e-6)
    assert (found.rmse, found.dof, found.worst) == (None, 0, None)


@pytest.mark.parametrize("method", METHODS)
def test_one_point_more_tells_an_error_but_nobody_to_blame(method):
    pixels = SQUARE[: LEAST_POINTS[method] + 1]
    ground = transformed(NORTH_UP, pixels)
    ground[0, 0] += 3.0
    found = fit(method, pixels, ground)
    assert found.dof == 1
    assert found.rmse > 0.1
    assert found.worst is None


def test_a_known_answer_with_a_pencil():
    """Four corners of a square, one pushed east by 4 m: residuals are ±1 m, RMSE √(4·1 / 2) = √2 m."""
    corners = np.array([[0, 0], [100, 0], [100, 100], [0, 100]], dtype=float)
    ground = transformed(NORTH_UP, corners)
    ground[2, 0] += 4.0
    found = affine_fit(corners, ground)
    assert found.residuals == pytest.approx(np.array([[-1, 0], [1, 0], [-1, 0], [1, 0]]), abs=1e-6)
    assert found.rmse == pytest.approx(np.sqrt(2))


def test_scale_turn_and_stretch_of_a_sheet():
    found = affine_fit(SQUARE, transformed(similarity(0.25, 30, 181_000, 289_000), SQUARE))
    assert (found.scale, found.rotation, found.stretch) == pytest.approx((0.25, 30, 1.0))
    assert not found.mirrored


def test_paper_that_shrank_in_one_direction_is_told():
    squeezed = NORTH_UP @ np.diag([1.0, 0.98, 1.0])
    assert affine_fit(SQUARE, transformed(squeezed, SQUARE)).stretch == pytest.approx(1 / 0.98)


scales, turns = st.floats(0.01, 10), st.floats(0, 359)
places = st.floats(100_000, 400_000)


@given(scales, turns, places, places, st.sampled_from(METHODS))
def test_a_similarity_is_recovered_exactly(scale, turn, east, north, method):
    wanted = similarity(scale, turn, east, north)
    found = fit(method, SQUARE, transformed(wanted, SQUARE))
    elsewhere = np.array([[-100.0, 900.0], [333.0, 777.0]])
    assert transformed(found.matrix, elsewhere) == pytest.approx(transformed(wanted, elsewhere), abs=1e-4)
    assert found.rmse == pytest.approx(0, abs=1e-5)
    assert found.scale == pytest.approx(scale, rel=1e-6)


@given(st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=2), st.floats(-0.3, 0.3))
def test_an_affine_sheet_is_a_special_case_of_a_projective_one(shear, squeeze):
    wanted = NORTH_UP @ np.array([[1, shear[0], 0], [shear[1], 1 + squeeze, 0], [0, 0, 1]])
    ground = transformed(wanted, SQUARE)
    assert projective_fit(SQUARE, ground).matrix == pytest.approx(affine_fit(SQUARE, ground).matrix, rel=1e-6, abs=1e-6)


def test_a_photograph_taken_at_an_angle_is_recovered_by_the_projective_fit_alone():
    ground = transformed(TILTED, SQUARE)
    assert projective_fit(SQUARE, ground).rmse == pytest.approx(0, abs=1e-5)
    assert affine_fit(SQUARE, ground).rmse > 1


@given(st.permutations(range(len(SQUARE))), st.sampled_from(METHODS))
def test_the_order_of_the_points_is_irrelevant(order, method):
    ground = transformed(TILTED, SQUARE) + np.random.default_rng(5).normal(0, 0.5, SQUARE.shape)
    one, other = fit(method, SQUARE, ground), fit(method, SQUARE[order], ground[order])
    assert other.rmse == pytest.approx(one.rmse, rel=1e-6)
    assert other.residuals == pytest.approx(one.residuals[order], abs=1e-4)
    assert order[other.worst] == one.worst


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [7, 20])
def test_noise_of_one_sigma_gives_that_rmse_on_average(method, count):
    """Whatever the number of points: the degrees of freedom are counted, not the points."""
    rng, sigma = np.random.default_rng(6), 2.0
    squares = []
    for _ in range(150):
        pixels = rng.uniform(0, 2_000, (count, 2))
        ground = transformed(NORTH_UP, pixels) + rng.normal(0, sigma, (count, 2))
        squares.append(fit(method, pixels, ground).rmse ** 2)
    assert np.sqrt(np.mean(squares)) == pytest.approx(sigma, rel=0.06)


def test_the_projective_fit_makes_the_error_on_the_ground_least():
    rng = np.random.default_rng(7)
    ground = transformed(TILTED, SQUARE) + rng.normal(0, 5, SQUARE.shape)
    found = projective_fit(SQUARE, ground)
    least = (found.residuals**2).sum()
    size = np.abs(found.matrix) + 1e-9
    for _ in range(300):
        other = found.matrix + rng.normal(0, 1e-6, (3, 3)) * size
        other /= other[2, 2]
        assert ((transformed(other, SQUARE) - ground) ** 2).sum() >= least - 1e-9


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wrong", range(7))
def test_the_mistyped_point_is_named(method, wrong):
    ground = transformed(NORTH_UP, SQUARE) + np.random.default_rng(8).normal(0, 0.3, SQUARE.shape)
    ground[wrong] += (60.0, -40.0)
    found = fit(method, SQUARE, ground)
    assert found.worst == wrong
    assert found.left_out[wrong] == pytest.approx(np.hypot(60, 40), rel=0.15)


def test_the_worst_point_may_have_a_small_residual():
    """A point far from the others pulls the fit to itself: its residual hides it, leaving it out does not."""
    near = np.array([[0, 0], [100, 0], [0, 100], [100, 100], [50, 50], [20, 80]], dtype=float)
    pixels = np.vstack([near, [2_000, 1_900]])
    ground = transformed(NORTH_UP, pixels) + np.random.default_rng(9).normal(0, 0.2, pixels.shape)
    ground[6] += 30
    found = affine_fit(pixels, ground)
    assert found.worst == 6
    assert np.linalg.norm(found.residuals[6]) < 1


@pytest.mark.parametrize(("method", "close"), [("affine", 1e-9), ("projective", 0.1)])
def test_left_out_is_where_a_fit_to_the_others_puts_the_point(method, close):
    ground = transformed(TILTED, SQUARE) + np.random.default_rng(12).normal(0, 2, SQUARE.shape)
    found = fit(method, SQUARE, ground)
    for number in range(len(SQUARE)):
        others = np.arange(len(SQUARE)) != number
        alone = fit(method, SQUARE[others], ground[others])
        off = np.linalg.norm(transformed(alone.matrix, SQUARE[[number]]) - ground[number])
        assert found.left_out[number] == pytest.approx(off, rel=close)


@pytest.mark.parametrize("method", METHODS)
def test_a_point_that_the_others_cannot_place_is_not_left_out(method):
    line = np.array([[x, 2 * x] for x in (0, 100, 200, 300)], dtype=float)
    pixels = np.vstack([line, [300, 0], [0, 650]]) if method == "projective" else np.vstack([line, [300, 0]])
    found = fit(method, pixels, transformed(NORTH_UP, pixels))
    assert np.isnan(found.left_out[4])
    assert np.isfinite(found.left_out[0])


@pytest.mark.parametrize("method", METHODS)
def test_no_point_is_the_worst_within_a_pixel(method):
    noise = np.random.default_rng(13).normal(0, 0.02, SQUARE.shape)
    assert fit(method, SQUARE, transformed(NORTH_UP, SQUARE) + noise).worst is None


@pytest.mark.parametrize("method", METHODS)
def test_the_sigma_is_the_rmse_and_at_least_the_rounding_to_pixels(method):
    """Half a meter a pixel: 0.5/√12 = 0.144 m."""
    exact = fit(method, SQUARE, transformed(NORTH_UP, SQUARE))
    assert vertex_sigma(exact) == pixel_rounding(exact) == pytest.approx(0.5 / np.sqrt(12))
    noisy = fit(method, SQUARE, transformed(NORTH_UP, SQUARE) + np.random.default_rng(14).normal(0, 2, SQUARE.shape))
    assert vertex_sigma(noisy) == noisy.rmse
    few = SQUARE[: LEAST_POINTS[method]]
    assert vertex_sigma(fit(method, few, transformed(NORTH_UP, few))) is None


def test_corners_read_to_whole_pixels_have_that_rounding():
    corners = np.random.default_rng(15).uniform(0, 1_000, (4_000, 2))
    exact = affine_fit(SQUARE, transformed(NORTH_UP, SQUARE))
    off = to_ground(exact, np.round(corners)) - to_ground(exact, corners)
    assert off.std() == pytest.approx(pixel_rounding(exact), rel=0.03)


def test_x_and_y_interchanged_are_seen_as_a_mirror():
    swapped = affine_fit(SQUARE, transformed(NORTH_UP, SQUARE)[:, ::-1])
    assert swapped.mirrored
    with pytest.raises(InputError) as fault:
        traced_polygon(SQUARE[:4], swapped)
    assert fault.value.key == "georeference.mirrored"
    assert not affine_fit(SQUARE, transformed(NORTH_UP, SQUARE)).mirrored


def test_too_few_points_are_one_sentence():
    text = refused("too_few", "affine", SQUARE[:2], SQUARE[:2])
    assert "3" in text
    assert "4" in text
    assert "5" in refused("too_few", "projective", SQUARE[:3], SQUARE[:3])


@pytest.mark.parametrize("method", METHODS)
def test_points_on_a_line_are_refused(method):
    line = np.array([[x, 2 * x + 1] for x in (0, 10, 20, 50, 90)], dtype=float)
    refused("on_a_line", method, line, transformed(NORTH_UP, line))
    refused("on_a_line", method, SQUARE[:5], line)


def test_three_of_four_on_a_line_are_refused_for_a_projective_fit():
    pixels = np.array([[0, 0], [50, 50], [100, 100], [0, 100]], dtype=float)
    refused("three_on_a_line", "projective", pixels, transformed(NORTH_UP, pixels))
    refused("three_on_a_line", "projective", pixels, SQUARE[:4])


@pytest.mark.parametrize("method", METHODS)
def test_the_same_place_twice_is_refused_by_its_numbers(method):
    pixels = SQUARE.copy()
    pixels[4] = pixels[1]
    text = refused("twice", method, pixels, transformed(NORTH_UP, SQUARE))
    assert "2" in text
    assert "5" in text


def test_a_horizon_across_the_control_points_is_refused():
    pixels = np.array([[0, 0], [100, 0], [100, 100], [0, 100]], dtype=float)
    refused("horizon", "projective", pixels, [[0, 0], [100, 0], [0, 100], [100, 100]])


def test_a_trace_beyond_the_horizon_is_refused():
    strong = CORNER @ np.array([[0.5, 0, 0], [0, -0.5, 0], [0, 1e-3, 1]])
    pixels = SQUARE[:4] * 0.3
    found = projective_fit(pixels, transformed(strong, pixels))
    with pytest.raises(InputError) as fault:
        to_ground(found, np.array([[0.0, -2_000.0]]))
    assert fault.value.key == "georeference.horizon"


@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_number_is_refused(method):
    ground = transformed(NORTH_UP, SQUARE)
    ground[3, 1] = np.nan
    assert "4" in refused("not_numbers", method, SQUARE, ground)
    refused("pairs", method, SQUARE, ground[:3])


def test_a_traced_rectangle_has_the_area_of_its_drawing():
    found = affine_fit(SQUARE, transformed(NORTH_UP, SQUARE))
    shape = traced_polygon(np.array([[100, 100], [300, 100], [300, 500], [100, 500]]), found)
    assert shape.area == pytest.approx(200 * 400 * 0.25)
    assert shape.bounds == pytest.approx((180_050, 289_750, 180_150, 289_950))
    assert shape.exterior.is_ccw


def test_closing_the_ring_or_marking_a_corner_twice_changes_nothing():
    found = affine_fit(SQUARE, transformed(NORTH_UP, SQUARE))
    ring = [[0, 0], [10, 0], [10, 10], [0, 10]]
    plain = traced_polygon(np.array(ring), found)
    assert traced_polygon(np.array([*ring, ring[0]]), found).equals(plain)
    assert traced_polygon(np.array([ring[0], *ring]), found).equals(plain)


@pytest.mark.parametrize(
    ("ring", "key"),
    [
        ([], "few_corners"),
        ([[0, 0], [10, 0], [0, 0]], "few_corners"),
        ([[0, 0], [10, 10], [10, 0], [0, 10]], "crossing"),
        ([[0, 0], [10, 10], [20, 20]], "crossing"),
    ],
)
def test_a_trace_that_is_no_outline_is_refused(ring, key):
    found = affine_fit(SQUARE, transformed(NORTH_UP, SQUARE))
    with pytest.raises(InputError) as fault:
        traced_polygon(np.array(ring, dtype=float), found)
    assert fault.value.key == f"georeference.{key}"


def test_a_trace_that_crosses_itself_says_where():
    """Half a meter a pixel: the diagonals of ten pixels meet 2.5 m east and south of the corner."""
    found = affine_fit(SQUARE, transformed(NORTH_UP, SQUARE))
    with pytest.raises(InputError, match=r"289,997\.5") as fault:
        traced_polygon(np.array([[0, 0], [10, 10], [10, 0], [0, 10]], dtype=float), found)
    assert "180,002.5" in str(fault.value)


def test_corners_outside_the_control_points_are_counted():
    found = affine_fit(SQUARE, transformed(NORTH_UP, SQUARE))
    assert outside_count(found, np.array([[500, 400], [-5, 400], [500, 2_000], [0, 0]])) == 2


def test_the_input_is_left_alone():
    pixels, ground = SQUARE.copy(), transformed(NORTH_UP, SQUARE)
    before = ground.copy()
    traced_polygon(pixels[:4], fit("projective", pixels, ground))
    assert np.array_equal(pixels, SQUARE)
    assert np.array_equal(ground, before)


def test_the_area_sigma_of_a_traced_square_follows_the_rmse():
    """A square of side a with independent corners of σ: sd of its area is σ·a·√2 (¼·Σ of 8 diagonals' squares)."""
    rng, side, sigma = np.random.default_rng(10), 400.0, 1.5
    ring = np.array([[0, 0], [side, 0], [side, side], [0, side]])
    areas = [shapely.Polygon(ring + rng.normal(0, sigma, ring.shape)).area for _ in range(4_000)]
    assert np.std(areas) == pytest.approx(sigma * side * np.sqrt(2), rel=0.05)
