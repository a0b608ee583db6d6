"""What a layer puts out as one picture, pixel by pixel."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inspection.activations import FRAME, GROUND, PAGED, SMALLEST, Layout, Spread, framed, maps, shades, sheet
from core.inspection.images import Grid

NAN, INF = float("nan"), float("inf")
SIDE = st.integers(1, 40)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_spread_is_that_of_the_finite_values():
    spread = Spread.of(np.array([[0.0, -1.0], [NAN, 4.0], [0.0, INF]], np.float32))
    assert spread == Spread(count=6, not_finite=2, low=-1.0, high=4.0, mean=0.75, zeros=0.5)
    assert spread.signed
    assert spread.size == 4.0


def test_of_nothing_finite_there_is_no_spread():
    assert Spread.of(np.full((2, 2), NAN)) == Spread(4, 4)
    assert Spread.of(np.zeros((0,))) == Spread(0, 0)
    assert Spread(4, 4).size == 0.0
    assert not Spread(4, 4).signed


def test_the_largest_numbers_there_are_do_not_overflow():
    spread = Spread.of(np.full(4, np.finfo(np.float32).max))
    assert spread.mean == spread.high


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((5,), (1, 1, 5)), ((4, 3), (4, 3, 1)), ((4, 3, 2), (4, 3, 2)), ((2, 4, 3, 2), (8, 3, 2)), ((), (1, 1, 1))],
)
def test_an_output_of_any_shape_is_seen_as_maps(shape, expected):
    assert maps(np.zeros(shape)).shape == expected


def test_values_that_are_never_negative_go_from_black_at_zero():
    values = np.array([[[1.0, 4.0], [2.0, 2.0]]])
    assert shades(values, Spread.of(values)).tolist() == [[[64, 255], [128, 128]]]
    assert shades(values, Spread.of(values), each=True).tolist() == [[[128, 255], [255, 128]]]


def test_values_of_both_signs_lie_around_grey():
    values = np.array([[[-4.0, 0.0], [2.0, -1.0]]])
    assert shades(values, Spread.of(values)).tolist() == [[[1, 128], [192, 96]]]
    assert shades(values, Spread.of(values), each=True).tolist() == [[[1, 128], [192, 1]]]


def test_what_is_nan_is_drawn_as_zero_is():
    values = np.array([[[NAN, 2.0]]])
    assert shades(values, Spread.of(values)).tolist() == [[[0, 255]]]
    assert shades(np.full((1, 1, 2), NAN), Spread(2, 2)).tolist() == [[[0, 0]]]


@given(st.tuples(SIDE, SIDE), st.integers(1, 600), st.tuples(st.integers(3, 120), st.integers(3, 200)))
def test_every_layout_has_its_first_page_inside_the_room(size, count, room):
    layout = Layout.fitting(size, count, room)
    height, width = layout.tile
    rows, columns = layout.grid.rows, layout.grid.columns
    assert height >= 1
    assert width >= 1
    if max(size) > 1:  # a unit is two pixels large whatever the room
        assert rows * (height + 1) + 1 <= room[0]
        assert columns * (width + 1) + 1 <= room[1]


@given(st.tuples(SIDE, SIDE), st.integers(1, 600))
def test_maps_are_as_large_as_all_of_them_can_be(size, count):
    layout = Layout.fitting(size, count, (60, 80))
    if layout.grid.places < count:
        # Not all are seen, so those that are are not made tiny, nor larger than they are.
        assert max(layout.tile) <= max(size) or max(size) == 1
        assert max(layout.tile) >= min(max(size), PAGED)
    elif max(layout.tile) > max(size):
        assert layout.tile[0] % size[0] == layout.tile[1] % size[1] == 0
    else:
        assert max(layout.tile) >= min(max(size), SMALLEST)


def test_small_maps_grow_and_large_ones_shrink_until_all_are_seen():
    assert Layout.fitting((28, 28), 1, (58, 80)).tile == (56, 56)
    assert Layout.fitting((28, 28), 1, (57, 80)).tile == (28, 28)
    assert Layout.fitting((28, 28), 6, (52, 80)).tile == (24, 24)
    assert Layout.fitting((28, 28), 6, (52, 80)).grid == Grid(2, 3)
    assert Layout.fitting((24, 24), 4, (26, 51)) == Layout((11, 11), Grid(2, 4))
    assert Layout.fitting((24, 24), 64, (26, 51)) == Layout((14, 14), Grid(1, 3))
    assert Layout.fitting((7, 7), 512, (52, 82)) == Layout((7, 7), Grid(6, 10))
    assert Layout.fitting((1, 1), 4096, (52, 82)).tile == (2, 2)
    assert Layout.fitting((1, 1), 84, (52, 82)).tile == (5, 5)


def test_a_sheet_shows_maps_side_by_side_and_the_chosen_one_in_a_frame():
    values = np.array([[[0.0, 1.0, 2.0]]])
    layout = Layout((1, 1), Grid(1, 2))
    page = sheet(values, layout, Spread.of(values), 1)
    f, g = FRAME, GROUND
    assert page.tolist() == [[g, g, f, f, f], [g, 0, f, 128, f], [g, g, f, f, f]]
    last = sheet(values, layout, Spread.of(values), 2)
    assert last.tolist() == [[f, f, f], [f, 255, f], [f, f, f]]
    other = sheet(values, layout, Spread.of(values), 2, page=0)
    assert FRAME not in other
    assert other[1].tolist() == [g, 0, g, 128, g]


def test_a_frame_at_the_edge_is_cut_off():
    picture = np.zeros((3, 3), np.int16)
    assert framed(picture, 0, 0, (1, 1)).tolist() == [[0, FRAME, 0], [FRAME, FRAME, 0], [0, 0, 0]]
    assert framed(picture, 1, 1, (1, 1)).tolist() == [[FRAME] * 3, [FRAME, 0, FRAME], [FRAME] * 3]


@given(st.tuples(st.integers(1, 6), st.integers(1, 6)), st.integers(1, 30), st.data())
def test_the_map_under_a_pixel_is_the_one_drawn_there(size, count, data):
    layout = Layout.fitting(size, count, (24, 30))
    unit = data.draw(st.integers(0, count - 1))
    page = unit // layout.grid.places
    # Each map has one value, its number from 1 on, so that the grey under a pixel says which it is.
    values = np.ones((*size, 1)) * np.arange(1.0, count + 1)
    picture = sheet(values, layout, Spread.of(values), unit)
    greys = shades(values, Spread.of(values))[0, 0]
    for (row, column), pixel in np.ndenumerate(picture):
        found = layout.at(row, column, count, page)
        assert (found is None) == (pixel >= GROUND)
        if found is not None:
            assert greys[found] == pixel
