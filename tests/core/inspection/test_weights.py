"""Weights before and after training: over the same bins, and as pictures."""

import numpy as np
import pytest

from core.inspection.tensors import Weight
from core.inspection.weights import BINS, Distribution, first_dense_on_pixels, sheet, weight_summary
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Reshape


def drawn(shape, scale=1.0, seed=1):
    return np.random.default_rng(seed).normal(0, scale, shape).astype(np.float32)


def test_both_distributions_are_over_the_same_values():
    before, after = drawn((1000,), 0.1), drawn((1000,), 0.5, seed=2)
    spread = Distribution.of(before, after)
    assert (spread.low, spread.high) == (pytest.approx(after.min()), pytest.approx(after.max()))
    for counts, values in ((spread.before, before), (spread.after, after)):
        assert counts.tolist() == np.histogram(values.astype(float), BINS, (spread.low, spread.high))[0].tolist()
        assert counts.sum() == 1000


def test_bins_are_put_together_without_losing_a_weight():
    before, after = drawn((5000,), 0.1), drawn((5000,), 0.5, seed=2)
    spread = Distribution.of(before, after)
    for most in (1, 7, 57, 118):
        shares = spread.bins(most)
        assert all(1 <= len(part) <= most and part.sum() == pytest.approx(1) for part in shares)
        expected = np.histogram(after.astype(float), len(shares[1]), (spread.low, spread.high))[0] / 5000
        assert shares[1] == pytest.approx(expected, abs=2 / 5000)  # an edge may fall to the other side


def test_few_weights_have_few_bins():
    assert len(Distribution.of(drawn((4,)), drawn((4,), seed=2)).bins(100)[0]) == 8
    assert len(Distribution.of(drawn((100,)), drawn((100,), seed=2)).bins(100)[0]) == 10


def test_what_is_not_finite_is_left_out_of_the_distribution():
    spread = Distribution.of(np.array([1.0, 2.0]), np.array([np.nan, 3.0]))
    assert (spread.low, spread.high, spread.before.sum(), spread.after.sum()) == (1, 3, 2, 1)
    nothing = Distribution.of(np.array([np.nan]), np.array([np.inf]))
    assert [part.sum() for part in nothing.bins(10)] == [0, 0]


def test_weights_that_are_all_the_same_have_a_place_in_the_middle():
    spread = Distribution.of(np.zeros(3), np.zeros(3))
    assert spread.place(0.0) == pytest.approx(0.5)
    assert spread.low < spread.high


def test_a_place_is_between_the_ends():
    spread = Distribution.of(np.array([-1.0]), np.array([3.0]))
    assert [spread.place(value) for value in (-1.0, 0.0, 3.0)] == [0, 0.25, 1]


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        ((Flatten(), Dense(10)), (2, (28, 28))),
        ((Dropout(0.2), Flatten(), BatchNormalization(), Dense(5), Dense(10)), (4, (28, 28))),
        ((Flatten(), Dense(10), Dense(784)), (2, (28, 28))),
        ((Conv2D(4, (3, 3)), Flatten(), Dense(10)), None),
        ((MaxPooling2D(), Flatten(), Dense(10)), None),
        ((Reshape((28, 28)), Dense(10)), None),
        ((Flatten(),), None),
    ],
)
def test_a_dense_layer_faces_the_image_if_nothing_moves_the_pixels(layers, found):
    assert first_dense_on_pixels(Architecture((28, 28, 1), layers)) == found


def test_images_of_several_channels_or_none_are_not_faced():
    assert first_dense_on_pixels(Architecture((28, 28, 3), (Flatten(), Dense(10)))) is None
    assert first_dense_on_pixels(Architecture((784,), (Dense(10),))) is None


def test_filters_are_pictures_one_filter_after_the_other():
    after = drawn((5, 3, 2, 4))
    found = weight_summary(Weight(1, "kernel", np.zeros_like(after), after))
    assert found.kind == "filters"
    assert found.pictures[1].shape == (5, 3, 8)
    assert found.most == pytest.approx(np.quantile(np.abs(after), 0.995), rel=1e-6)
    expected = 128 + 127 * np.clip(after[:, :, 1, 2] / found.most, -1, 1)  # the third filter's second channel
    assert found.pictures[1][:, :, 5] == pytest.approx(expected, abs=1)
    assert (found.pictures[0] == 128).all()


def test_what_a_unit_takes_from_the_image_is_a_picture():
    after = drawn((784, 3))
    found = weight_summary(Weight(2, "kernel", drawn((784, 3), seed=2), after), (28, 28))
    assert found.kind == "units"
    assert found.pictures[1].shape == (28, 28, 3)
    expected = 128 + 127 * np.clip(after[:, 1].reshape(28, 28) / found.most, -1, 1)
    assert found.pictures[1][:, :, 1] == pytest.approx(expected, abs=1)
    assert weight_summary(Weight(2, "bias", drawn((3,)), drawn((3,))), (28, 28)).kind == "matrix"


def test_a_matrix_is_a_picture_and_a_large_one_is_shrunk():
    small = weight_summary(Weight(1, "kernel", drawn((20, 10)), drawn((20, 10), seed=2)))
    assert (small.kind, small.pictures[1].shape) == ("matrix", (20, 10, 1))
    assert not sheet(small, (40, 40)).shrunk
    large = weight_summary(Weight(1, "kernel", drawn((784, 4096), 0.1), drawn((784, 4096), 0.1, seed=2)))
    assert large.pictures[1].shape == (100, 100, 1)
    page = sheet(large, (58, 57))
    assert (page.image.shape, page.shrunk) == ((58, 57), True)
    # Means over many weights are small, yet they are told apart.
    assert page.image.max() == 255
    assert page.image.min() == 1
    assert page.most < large.most < 0.1


def test_the_means_of_a_large_matrix_are_those_of_its_weights():
    after = np.zeros((512, 512), np.float32)
    after[:256] = 0.5
    after[256:, :256] = -0.25
    page = sheet(weight_summary(Weight(1, "kernel", np.zeros_like(after), after)), (32, 32))
    assert page.most == pytest.approx(0.5, rel=0.01)
    assert page.image[0, 0] == 255
    assert page.image[31, 0] == pytest.approx(128 - 127 / 2, abs=1)
    assert page.image[31, 31] == 128


def test_a_matrix_fills_the_room_whatever_its_proportions():
    page = sheet(weight_summary(Weight(1, "kernel", drawn((600, 10)), drawn((600, 10), seed=2))), (58, 57))
    assert page.image.shape == (58, 50)
    row = sheet(weight_summary(Weight(1, "bias", drawn((10,)), drawn((10,), seed=2))), (58, 57))
    assert row.image.shape == (8, 50)


def test_the_few_largest_weights_do_not_leave_the_others_grey():
    after = drawn((784, 30), 0.1)
    after[5, 5] = 50.0
    found = weight_summary(Weight(1, "kernel", drawn((784, 30), 0.1, seed=2), after), (28, 28))
    assert found.most < 0.5
    assert found.pictures[1][:, :, 5].ravel()[5] == 255


@pytest.mark.parametrize("shape", [(), (7,), (3, 4, 5), (1, 1, 8, 16), (2, 3, 4, 5, 6)])
def test_weights_of_any_shape_are_pictured(shape):
    found = weight_summary(Weight(1, "kernel", drawn(shape), drawn(shape, seed=2)))
    assert found.kind == "matrix"
    assert found.pictures[0].shape[2] == 1
    assert found.after.count == np.prod(shape, dtype=int)


def test_what_is_not_finite_is_drawn_as_zero_and_counted():
    found = weight_summary(Weight(1, "kernel", np.ones((2, 2), "f"), np.array([[np.nan, 1], [np.inf, -1]], "f")))
    assert found.after.not_finite == 2
    assert found.most == 1
    assert found.pictures[1][:, :, 0].tolist() == [[128, 255], [128, 1]]


def test_change_is_told_by_the_ratio_of_the_standard_deviations():
    before = drawn((100,))
    assert weight_summary(Weight(1, "kernel", before, 3 * before)).stddev_ratio == pytest.approx(3)
    assert weight_summary(Weight(1, "bias", np.zeros(3), before)).stddev_ratio is None
    assert weight_summary(Weight(1, "kernel", before, before)).unchanged
    assert not weight_summary(Weight(1, "kernel", before, before[::-1])).unchanged


def test_a_sheet_draws_few_pictures_large_and_leaves_0_to_the_gaps():
    found = weight_summary(Weight(1, "kernel", drawn((5, 5, 1, 6)), drawn((5, 5, 1, 6), seed=2)))
    pictures = found.pictures[1]
    page = sheet(found, (58, 57))
    assert (page.shrunk, page.pages, page.shown) == (False, 1, range(6))
    assert page.image.shape == (2 * 15 + 1, 3 * 15 + 2)
    assert (
        sheet(found, (58, 57), initial=True).image[:15, :15] == found.pictures[0][:, :, 0].repeat(3, 0).repeat(3, 1)
    ).all()
    assert (page.image[15] == 0).all()
    assert (page.image[:15, :15] == pictures[:, :, 0].repeat(3, 0).repeat(3, 1)).all()
    assert (page.image == 0).sum() == page.image.shape[1] + 2 * 2 * 15


def test_many_pictures_are_on_pages_and_never_too_small_to_be_seen():
    found = weight_summary(Weight(1, "kernel", drawn((3, 3, 1, 500)), drawn((3, 3, 1, 500), seed=2)))
    first, last = sheet(found, (40, 60)), sheet(found, (40, 60), 99)
    assert (first.image[:6, :6] == found.pictures[1][:, :, 0].repeat(2, 0).repeat(2, 1)).all()
    assert first.shown.start == 0
    assert last.page == first.pages - 1
    assert last.shown.stop == 500
    assert first.image.shape[1] == last.image.shape[1]


def test_what_does_not_fit_is_shrunk():
    found = weight_summary(Weight(1, "kernel", drawn((784, 3)), drawn((784, 3), seed=2)), (28, 28))
    page = sheet(found, (20, 78))
    assert (page.shrunk, page.shown) == (True, range(3))
    assert page.image.shape == (20, 62)
