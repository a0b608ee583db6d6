"""Every stop of a window that a trained network has, against what the network itself gave there."""

import numpy as np
import pytest
from msgspec.structs import replace

from core.inspection.activations import BLANK, FRAME, GROUND
from core.inspection.steps import Steps, input_picture, output_at, output_picture, refusal, steps
from core.inspection.tensors import LayerOutput, Weight
from core.network.architecture import Architecture
from core.network.layers import AveragePooling2D, Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPooling2D, SeparableConv2D
from core.network.summary import summarize
from core.network.window_math import Convolved, Pooled
from tests.tui.inspect.networks import QUICK, trained

LECTURE = Steps(
    "Conv2D 1@2x2",
    "convolution",
    Conv2D(1, (2, 2)).facts((3, 3, 1)).window,
    np.arange(9.0, dtype=np.float32).reshape(3, 3, 1),
    np.array([[19.0, 25.0], [37.0, 43.0]], np.float32)[..., None],
    np.arange(4.0, dtype=np.float32).reshape(2, 2, 1, 1),
)
VARIED = Architecture(
    (28, 28, 1),
    (
        Conv2D(4, (5, 5), strides=(2, 2), padding="same", activation="tanh"),
        DepthwiseConv2D((3, 3), depth_multiplier=2, padding=1, activation="relu"),
        AveragePooling2D((3, 2), padding="same"),
        Conv2D(6, (3, 2), groups=2, dilation_rate=(1, 2), use_bias=False, activation="sigmoid"),
        MaxPooling2D((2, 2), strides=(1, 1), padding=1),
        Flatten(),
        Dense(10, "softmax"),
    ),
)
ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}


@pytest.mark.keras
@pytest.mark.parametrize("index", [1, 2, 3, 4, 5])
def test_every_stop_agrees_with_the_network(index):
    network = trained(VARIED, replace(QUICK, epochs=1)).inspected
    row = summarize(VARIED).rows[index]
    passages, weights = network.walk(network.images[7]), network.weights()
    taken = steps(row, passages, weights)
    assert (taken.stops, taken.filters) == (row.facts.output[0] * row.facts.output[1], row.facts.output[2])
    activation = ACTIVATIONS[taken.activation]
    places = [(stop, number) for stop in range(taken.stops) for number in range(taken.filters)]
    totals = np.array([taken.at(*place).total for place in places])
    given = np.array([taken.given(*place) for place in places])
    assert np.ptp(given) > 0
    np.testing.assert_allclose(activation(totals), given, atol=1e-5, rtol=1e-4)
    assert given.reshape(row.facts.output).tolist() == passages[index].values.tolist()


@pytest.mark.keras
def test_a_filter_sees_the_channels_that_take_part():
    network = trained(VARIED, replace(QUICK, epochs=1)).inspected
    passages, weights = network.walk(network.images[7]), network.weights()
    for row in summarize(VARIED).rows[1:6]:
        taken = steps(row, passages, weights)
        for number in range(taken.filters):
            at = taken.at(0, number)
            if isinstance(at, Convolved):
                assert at.channels == taken.channels(number)
            else:
                assert isinstance(at, Pooled)
                channel = taken.channels(number)[0]
                assert at.patch.tolist() == at.stop.patch[..., channel].tolist()


def test_the_example_of_the_lecture():
    assert [LECTURE.at(stop, 0).total for stop in range(LECTURE.stops)] == [19.0, 25.0, 37.0, 43.0]
    assert [LECTURE.given(stop, 0) for stop in range(LECTURE.stops)] == [19.0, 25.0, 37.0, 43.0]
    assert [LECTURE.place(stop) for stop in range(LECTURE.stops)] == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (Dense(3), "Dense has no window to slide"),
        (Flatten(), "Flatten has no window to slide"),
        (SeparableConv2D(3, (3, 3)), "SeparableConv2D applies two filters"),
        (Conv2D(3, (3, 3)), ""),
        (DepthwiseConv2D((3, 3)), ""),
        (MaxPooling2D(), ""),
        (AveragePooling2D(), ""),
    ],
)
def test_only_what_has_one_window_is_slid(layer, why):
    row = summarize(Architecture((8, 8, 3), (layer,))).rows[1]
    assert refusal(row).startswith(why)
    assert bool(refusal(row)) == bool(why)
    assert len(refusal(row)) <= 78, "it would be cut off at 80 columns"
    if why:
        with pytest.raises(ValueError, match=why):
            steps(row, (), ())


def test_a_convolution_without_its_kernel_is_refused():
    row = summarize(Architecture((8, 8, 1), (Conv2D(3, (3, 3)),))).rows[1]
    passages = LayerOutput(0, np.zeros((8, 8, 1), np.float32)), LayerOutput(1, np.zeros((6, 6, 3), np.float32))
    other = Weight(2, "kernel", np.zeros((3, 3, 1, 3), np.float32), np.zeros((3, 3, 1, 3), np.float32))
    with pytest.raises(ValueError, match="needs its kernel"):
        steps(row, passages, (other,)).at(0, 0)


def test_the_input_is_drawn_with_the_window_in_a_frame():
    f, g = FRAME, GROUND
    picture = input_picture(LECTURE, 3, 0, (5, 5))
    assert picture.tolist() == [
        [g, g, g, g, g],
        [g, f, f, f, f],
        [g, f, 128, 159, f],
        [g, f, 223, 255, f],
        [g, f, f, f, f],
    ]
    assert input_picture(LECTURE, 0, 0, (11, 20)).shape == (11, 11)  # three times as large


def test_padding_is_drawn_apart_and_a_large_input_in_part():
    image = np.ones((10, 10, 1), np.float32)
    window = Conv2D(1, (3, 3), padding=1).facts((10, 10, 1)).window
    taken = replace(LECTURE, window=window, x=image, output=np.ones((10, 10, 1), np.float32))
    whole = input_picture(taken, 55, 0, (14, 14))
    assert (whole[1, 1:-1] == BLANK).all()
    assert (whole[2:-2, 2] != BLANK).all()
    part = input_picture(taken, 55, 0, (8, 8))
    assert part.shape == (8, 8)
    assert BLANK not in part
    assert np.count_nonzero(part == FRAME) == 16


def test_the_output_is_drawn_as_far_as_it_has_come():
    f, g = FRAME, GROUND
    assert output_picture(LECTURE, 2, 0, (4, 4)).tolist() == [
        [g, g, g, g],
        [f, f, f, g],
        [f, 219, f, g],
        [f, f, f, g],
    ]
    second = output_picture(LECTURE, 1, 0, (6, 6))
    assert second[3:5, 1:5].tolist() == [[BLANK, f, f, f], [BLANK] * 4]


@pytest.mark.parametrize("most", [(4, 4), (6, 6), (14, 20)])
def test_a_click_on_the_output_finds_its_stop(most):
    picture = output_picture(replace(LECTURE, output=np.zeros((2, 2, 1), np.float32)), 3, 0, most)
    times = (len(picture) - 2) // 2
    for row in range(len(picture)):
        for column in range(picture.shape[1]):
            inside = 0 < row <= 2 * times and 0 < column <= 2 * times
            expected = (row - 1) // times * 2 + (column - 1) // times if inside else None
            assert output_at(LECTURE, most, 3, row, column) == expected


def test_a_click_on_a_part_of_a_large_output_finds_its_stop():
    window = MaxPooling2D((1, 1)).facts((30, 30, 1)).window
    taken = replace(LECTURE, operation="max", window=window, output=np.ones((30, 30, 1), np.float32))
    for stop in (0, 15 * 30 + 15, 899):
        frame = np.argwhere(output_picture(taken, stop, 0, (12, 12)) == FRAME)
        row, column = frame.min(axis=0) if stop else frame.max(axis=0)
        inside = (row + 1, column + 1) if stop else (row - 1, column - 1)
        assert output_at(taken, (12, 12), stop, *inside) == stop


def test_the_strongest_stop_is_that_of_the_largest_answer_whatever_its_sign():
    window = Conv2D(2, (2, 2)).facts((3, 3, 1)).window
    output = np.array([[[1.0, 0], [2.0, -9.0]], [[np.nan, 3.0], [-2.5, 4.0]]], np.float32)
    shown = Steps("Conv2D 2@2x2", "convolution", window, np.zeros((3, 3, 1), np.float32), output)
    assert [shown.strongest(number) for number in (0, 1)] == [3, 1]
    nothing = Steps("Conv2D 2@2x2", "convolution", window, shown.x, np.full_like(output, np.nan))
    assert nothing.strongest(0) == 0
