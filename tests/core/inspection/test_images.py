"""Arrays as grey values, exactly; and what weights come to in figures."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.inspection.images import (
    Grid,
    Statistics,
    grey,
    not_finite,
    pages,
    resample,
    shrink,
    signed,
    tiles,
)

NAN, INF = float("nan"), float("inf")
ANY = arrays.arrays(np.float32, arrays.array_shapes(min_dims=1, max_dims=3, max_side=6), elements=st.floats(width=32))
SMALL = st.integers(1, 4)
PICTURES = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12))


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_grey_goes_from_the_least_to_the_largest():
    assert grey(np.array([[-1.0, 0.0], [1.0, 3.0]])).tolist() == [[0, 64], [128, 255]]
    assert grey(np.array([10, 20, 30], np.uint8)).tolist() == [0, 128, 255]


def test_grey_between_given_ends_cuts_off_what_lies_beyond():
    assert grey(np.array([-5.0, 0.0, 0.5, 1.0, 9.0]), 0.0, 1.0).tolist() == [0, 0, 128, 255, 255]
    assert grey(np.array([2.0, 3.0, 4.0]), low=3.0).tolist() == [0, 0, 255]
    assert grey(np.array([2.0, 3.0, 4.0]), high=3.0).tolist() == [0, 255, 255]


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([5.0, 5.0], None, None), ([0.0, 9.0], 4.0, 4.0), ([0.0, 9.0], 5.0, 4.0), ([1.0, 2.0], 3.0, None)],
)
def test_where_there_is_nothing_between_the_ends_all_is_black(values, low, high):
    assert grey(np.array(values), low, high).tolist() == [0, 0]


def test_what_is_not_finite_is_black_and_counted():
    values = np.array([[NAN, 1.0, INF], [2.0, -INF, 3.0]], np.float32)
    assert grey(values).tolist() == [[0, 0, 0], [128, 0, 255]]
    assert signed(values).tolist() == [[128, 170, 128], [213, 128, 255]]
    assert not_finite(values) == 3
    assert grey(np.full((2, 2), NAN)).tolist() == [[0, 0], [0, 0]]
    assert signed(np.full((2, 2), INF)).tolist() == [[128, 128], [128, 128]]
    assert grey(np.zeros((0, 3))).shape == signed(np.zeros((0, 3))).shape == (0, 3)


def test_signed_values_lie_around_zero():
    assert signed(np.array([-2.0, -1.0, 0.0, 1.0])).tolist() == [1, 65, 128, 192]
    assert signed(np.array([-9.0, -1.0, 0.0, 2.0]), 2.0).tolist() == [1, 65, 128, 255]
    assert signed(np.zeros(3)).tolist() == signed(np.ones(3), 0.0).tolist() == [128, 128, 128]


def test_each_map_can_have_its_own_ends():
    maps = np.array([[[0.0, 0.0, 7.0, NAN], [1.0, 10.0, 7.0, NAN]]])
    assert grey(maps, each=True).tolist() == [[[0, 0, 0, 0], [255, 255, 0, 0]]]
    assert grey(maps).tolist() == [[[0, 0, 179, 0], [26, 255, 179, 0]]]
    assert signed(maps, each=True).tolist() == [[[128, 128, 255, 128], [255, 255, 255, 128]]]


@given(ANY)
def test_grey_keeps_the_order_of_values(values):
    picture = grey(values)
    assert picture.shape == values.shape
    assert picture.dtype == np.uint8
    finite = np.isfinite(values)
    assert not picture[~finite].any()
    ordered = np.argsort(values[finite])
    assert np.all(np.diff(picture[finite][ordered].astype(int)) >= 0)
    if finite.any() and values[finite].min() < values[finite].max():
        assert picture[finite].min() == 0
        assert picture[finite].max() == 255


@given(ANY)
def test_signed_is_the_same_on_both_sides_of_zero(values):
    picture = signed(values).astype(int)
    assert picture.min(initial=128) >= 1
    assert np.all(np.abs(picture + signed(-values) - 256) <= 1)
    finite = np.isfinite(values)
    assert np.all(picture[finite & (values > 0)] >= 128)
    assert np.all(picture[finite & (values < 0)] <= 128)
    assert np.all(picture[~finite | (values == 0)] == 128)
    if np.any(values[finite]):
        assert max(picture.max() - 128, 128 - picture.min()) == 127


def test_tiles_stand_side_by_side():
    maps = np.stack([np.full((1, 2), number, np.uint8) for number in range(1, 6)], axis=-1)
    grid = Grid(rows=2, columns=2, gap=1)
    assert grid.pages(5) == 2
    assert tiles(maps, grid, background=9).tolist() == [[1, 1, 9, 2, 2], [9, 9, 9, 9, 9], [3, 3, 9, 4, 4]]
    last = [[5, 5, 9, 9, 9], [9, 9, 9, 9, 9], [9, 9, 9, 9, 9]]
    assert tiles(maps, grid, 1, background=9).tolist() == last
    assert tiles(maps, grid, 7, background=9).tolist() == last, "past the last page is the last"


def test_a_grid_takes_no_more_room_than_its_maps_need():
    maps = np.ones((3, 4, 2), np.uint8)
    assert tiles(maps, Grid(5, 5, gap=2)).shape == (3, 10)
    assert tiles(maps, Grid(5, 1, gap=2)).shape == (8, 4)
    assert tiles(maps, Grid(5, 5, gap=0)).shape == (3, 8)
    assert tiles(np.ones((3, 4, 0), np.uint8), Grid(5, 5)).size == 0


def test_a_grid_is_as_large_as_its_room():
    assert Grid.fitting((28, 28), (57, 85)) == Grid(2, 2)
    assert Grid.fitting((28, 28), (57, 86)) == Grid(2, 3), "no gap after the last"
    assert Grid.fitting((28, 28), (10, 10)) == Grid(1, 1)
    assert Grid.fitting((5, 5), (15, 15), gap=0) == Grid(3, 3, gap=0)


@given(st.tuples(SMALL, SMALL), st.integers(0, 20), st.builds(Grid, SMALL, SMALL, st.integers(0, 2)))
def test_every_map_is_on_one_page_at_one_place(size, count, grid):
    maps = np.broadcast_to(np.arange(1, count + 1, dtype=np.uint8), (*size, count))
    seen = []
    for page in range(grid.pages(count)):
        sheet = tiles(maps, grid, page)
        assert len(grid.shown(count, page)) <= grid.places
        seen += list(grid.shown(count, page))
        for row, column in np.ndindex(sheet.shape):
            index = grid.at(row, column, size, count, page)
            assert sheet[row, column] == (0 if index is None else index + 1)
        values, areas = np.unique(sheet[sheet > 0], return_counts=True)
        assert [value - 1 for value in values.tolist()] == list(grid.shown(count, page))
        assert np.all(areas == size[0] * size[1])
    assert seen == list(range(count))


def test_outside_of_the_picture_is_no_map():
    grid = Grid(2, 2)
    for row, column in ((-1, 0), (0, -1), (0, 8), (8, 0)):
        assert grid.at(row, column, (3, 3), 4, 0) is None


def test_pages_are_counted_from_one():
    assert [pages(count, 3) for count in (0, 1, 3, 4, 6, 7)] == [1, 1, 1, 2, 2, 3]


def test_shrinking_takes_the_mean_of_areas():
    image = np.array([[0, 100, 200, 200], [100, 200, 0, 0]], np.uint8)
    assert shrink(image, (1, 9)).tolist() == [[100, 100]]
    assert shrink(np.array([[0, 90, 240]], np.uint8), (9, 2)).tolist() == [[30, 190]]
    assert shrink(np.stack([image, image // 2], axis=-1), (1, 2)).tolist() == [[[100, 50], [100, 50]]]
    assert shrink(image, (2, 4)) is image


def test_resampling_is_linear_where_the_picture_grows():
    image = np.array([[0, 100]], np.uint8)
    assert resample(image, 2, 4).tolist() == [[0.0, 25.0, 75.0, 100.0]] * 2
    assert resample(image, 1, 1).tolist() == [[50.0]]
    assert resample(image, 1, 2).tolist() == [[0.0, 100.0]]


@given(PICTURES, st.integers(1, 30), st.integers(1, 30))
def test_resampling_leaves_one_grey_as_it_is_and_invents_none(image, height, width):
    made = resample(image, height, width)
    assert made.shape == (height, width)
    assert image.min() - 1e-9 <= made.min()
    assert made.max() <= image.max() + 1e-9
    assert np.array_equal(resample(image, *image.shape), image)


@given(PICTURES, st.integers(1, 12), st.integers(1, 12))
def test_a_shrunk_picture_fits_and_lies_within_the_old_greys(image, height, width):
    small = shrink(image, (height, width))
    assert small.dtype == np.uint8
    assert small.shape[0] <= height
    assert small.shape[1] <= width
    assert image.min() <= small.min()
    assert small.max() <= image.max()
    assert abs(small.mean() - image.mean()) <= 0.5 + 1e-9
    if max(image.shape) > 1 and image.shape[0] <= height and image.shape[1] <= width:
        assert small is image


def test_the_statistics_of_a_few_weights():
    figures = Statistics.of(np.array([[-2.0, 0.0], [0.02, 0.021], [1.0, 2.0]]))
    assert figures.count == 6
    assert figures.not_finite == 0
    assert figures.mean == pytest.approx(1.041 / 6)
    assert figures.stddev == pytest.approx((9.000841 / 6 - (1.041 / 6) ** 2) ** 0.5)
    assert (figures.low, figures.high) == (-2.0, 2.0)
    assert figures.near_zero == 2 / 6


def test_what_is_not_finite_is_left_out_of_the_statistics():
    assert Statistics.of(np.array([NAN, 3.0, INF, 3.0], np.float32)) == Statistics(4, 2, 3.0, 0.0, 3.0, 3.0, 0.0)
    assert Statistics.of(np.full((2, 3), NAN)) == Statistics(6, 6)
    assert Statistics.of(np.zeros(0)) == Statistics(0, 0)
    assert Statistics.of(np.zeros(4)).near_zero == 1.0


@given(ANY)
def test_the_statistics_of_anything_are_consistent(values):
    statistics = Statistics.of(values)
    assert statistics.count == values.size
    assert statistics.not_finite == not_finite(values)
    if statistics.mean is not None:
        assert statistics.low <= statistics.high
        rounding = 1e-9 * max(abs(statistics.low), abs(statistics.high))
        assert statistics.low - rounding <= statistics.mean <= statistics.high + rounding
        assert 0 <= statistics.stddev <= (statistics.high - statistics.low) / 2 + rounding
        assert 0 <= statistics.near_zero <= 1
