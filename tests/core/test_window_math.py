"""Every stop of a window against a computation pixel by pixel, and against Keras."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.network.architecture import Architecture
from core.network.layers import AveragePooling2D, Conv2D, DepthwiseConv2D, LayerError, MaxPooling2D
from core.network.window_math import convolve, convolve_depthwise, pool, stop

SMALL = st.integers(1, 3)
PADDING = st.sampled_from(["valid", "same", 1, 2])


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def whole(shape):
    return arrays.arrays(np.int64, shape, elements=st.integers(-9, 9))


@st.composite
def slid(draw):
    """An image and a window that fits it: the image, kernel size, strides, padding, dilation and the window."""
    size = draw(st.tuples(st.integers(1, 7), st.integers(1, 7), SMALL))
    kernel, spread = draw(st.tuples(SMALL, SMALL)), draw(st.tuples(SMALL, SMALL))
    strides, dilation = draw(st.sampled_from([(spread, (1, 1)), ((1, 1), spread)]))
    padding = draw(PADDING)
    layer = Conv2D(1, kernel, strides, padding, dilation)
    try:
        window = layer.facts(size).window
    except LayerError:
        assume(False)
    return draw(whole(size)), kernel, strides, padding, dilation, window


def padded(image: Any, kernel: Any, strides: Any, padding: Any, dilation: Any, fill: float) -> Any:
    """The image in its padding, as TensorFlow's documentation of SAME has it."""
    sides = []
    for size, cells, stride, spread in zip(image.shape, kernel, strides, dilation, strict=False):
        reach = (cells - 1) * spread + 1
        missing = 0
        if padding == "same":
            missing = max(0, reach - stride if size % stride == 0 else reach - size % stride)
        sides.append((padding, padding) if isinstance(padding, int) else (missing // 2, missing - missing // 2))
    return np.pad(image.astype(float), (*sides, (0, 0)), constant_values=fill)


def correlated(field: Any, kernel: Any, strides: Any, dilation: Any, row: int, column: int, channels: Any) -> float:
    """The sum at one output, by three loops."""
    total = 0.0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            for place, channel in enumerate(channels):
                y, x = row * strides[0] + i * dilation[0], column * strides[1] + j * dilation[1]
                total += field[y, x, channel] * kernel[i, j, place]
    return total


def outputs(window):
    return [(row, column) for row in range(window.rows.output) for column in range(window.columns.output)]


IMAGE = np.arange(9.0).reshape(3, 3, 1)
KERNEL = np.arange(4.0).reshape(2, 2, 1, 1)


def test_the_example_of_the_lecture():
    window = Conv2D(1, (2, 2)).facts((3, 3, 1)).window
    totals = [convolve(window, IMAGE, KERNEL, None, 0, *place).total for place in outputs(window)]
    assert totals == [19.0, 25.0, 37.0, 43.0]


def test_one_stop_is_written_out():
    window = Conv2D(1, (2, 2)).facts((3, 3, 1)).window
    step = convolve(window, IMAGE, KERNEL, np.array([0.5]), 0, 1, 0)
    assert (step.stop.row, step.stop.column) == (1, 0)
    assert (step.stop.rows, step.stop.columns) == ((1, 2), (0, 1))
    assert step.patch[..., 0].tolist() == [[3.0, 4.0], [6.0, 7.0]]
    assert step.kernel[..., 0].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert step.products[..., 0].tolist() == [[0.0, 4.0], [12.0, 21.0]]
    assert step.sums.tolist() == [37.0]
    assert (step.bias, step.total) == (0.5, 37.5)
    assert not step.stop.padded.any()


def test_the_padding_is_told_from_the_image():
    window = Conv2D(1, (3, 3), padding="same").facts((3, 3, 1)).window
    seen = stop(window, IMAGE + 1, 0, 2)
    assert seen.rows == (-1, 0, 1)
    assert seen.columns == (1, 2, 3)
    assert seen.padded.tolist() == [[True, True, True], [False, False, True], [False, False, True]]
    assert seen.patch[..., 0].tolist() == [[0.0, 0.0, 0.0], [2.0, 3.0, 0.0], [5.0, 6.0, 0.0]]


def test_each_channel_has_its_sum():
    x = np.stack([np.full((2, 2), 1.0), np.full((2, 2), 10.0)], axis=-1)
    kernel = np.zeros((2, 2, 2, 3))
    kernel[..., 0, 2], kernel[..., 1, 2] = [[1, 2], [3, 4]], [[0, 0], [0, -1]]
    window = Conv2D(3, (2, 2)).facts(x.shape).window
    step = convolve(window, x, kernel, np.array([7.0, 8.0, 9.0]), 2, 0, 0)
    assert step.sums.tolist() == [10.0, -10.0]
    assert step.total == 9.0


def test_a_filter_of_a_group_sees_its_channels_only():
    x = np.arange(1.0, 5.0).reshape(1, 1, 4)
    kernel = np.ones((1, 1, 2, 6))
    window = Conv2D(6, (1, 1), groups=2).facts(x.shape).window
    steps = [convolve(window, x, kernel, None, number, 0, 0) for number in range(6)]
    assert [step.channels for step in steps] == [range(2)] * 3 + [range(2, 4)] * 3
    assert [step.total for step in steps] == [3.0] * 3 + [7.0] * 3


def test_a_depthwise_filter_sees_one_channel():
    x = np.array([[[2.0, 3.0]]])
    kernel = np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])
    window = DepthwiseConv2D((1, 1), depth_multiplier=2).facts(x.shape).window
    steps = [convolve_depthwise(window, x, kernel, np.arange(4), number, 0, 0) for number in range(4)]
    assert [step.channels for step in steps] == [range(1), range(1), range(1, 2), range(1, 2)]
    assert [step.total for step in steps] == [2.0, 21.0, 302.0, 3003.0]


def test_pixels_of_padding_take_part_in_pooling_and_those_of_same_do_not():
    x = np.full((2, 2, 1), -4.0)
    for padding, most, mean in ((1, 0.0, -1.0), ("same", -4.0, -4.0)):
        window = MaxPooling2D((2, 2), (2, 2) if padding == 1 else (1, 1), padding).facts(x.shape).window
        place = (0, 0) if padding == 1 else (1, 1)
        assert pool(window, x, "max", padding, 0, *place).total == most
        assert pool(window, x, "average", padding, 0, *place).total == mean


def test_pooling_says_which_cell_it_chose():
    x = np.array([[1.0, 7.0], [7.0, 2.0]])[..., np.newaxis]
    window = MaxPooling2D((2, 2)).facts(x.shape).window
    step = pool(window, x, "max", "valid", 0, 0, 0)
    assert (step.chosen, step.total) == ((0, 1), 7.0)
    assert pool(window, x, "average", "valid", 0, 0, 0).chosen is None
    assert pool(window, x, "average", "valid", 0, 0, 0).total == 4.25


def test_a_network_that_became_nan_or_infinite_is_shown_as_it_is():
    x = np.array([[np.inf, 1.0], [np.nan, 2.0]])[..., np.newaxis]
    window = Conv2D(1, (2, 2)).facts(x.shape).window
    assert np.isnan(convolve(window, x, np.zeros((2, 2, 1, 1)), None, 0, 0, 0).total)
    pooling = MaxPooling2D((2, 2)).facts(x.shape).window
    step = pool(pooling, x, "max", "valid", 0, 0, 0)
    assert np.isnan(step.total)
    assert step.chosen == (1, 0)
    assert np.isnan(pool(pooling, np.array([[[np.inf], [-np.inf]]] * 2), "average", "valid", 0, 0, 0).total)


def test_what_is_not_there_is_refused():
    window = Conv2D(2, (2, 2)).facts((3, 3, 1)).window
    kernel = np.zeros((2, 2, 1, 2))
    for row, column in ((-1, 0), (2, 0), (0, 2)):
        with pytest.raises(IndexError, match="is not one of 0 to 1"):
            stop(window, IMAGE, row, column)
    with pytest.raises(IndexError, match="filter 2 is not one of 0 to 1"):
        convolve(window, IMAGE, kernel, None, 2, 0, 0)
    with pytest.raises(IndexError, match="channel 1"):
        pool(window, IMAGE, "max", "valid", 1, 0, 0)
    with pytest.raises(ValueError, match="an image of 3x3"):
        stop(window, IMAGE[:2], 0, 0)
    for wrong in (np.zeros((3, 3, 1, 1)), np.zeros((2, 2, 2, 1)), np.zeros((2, 2, 1)), np.zeros((2, 2, 0, 1))):
        with pytest.raises(ValueError, match="kernel"):
            convolve(window, IMAGE, wrong, None, 0, 0, 0)
        with pytest.raises(ValueError, match="kernel"):
            convolve_depthwise(window, IMAGE, wrong, None, 0, 0, 0)


@given(slid(), st.data())
def test_a_convolution_is_the_sum_of_its_products(image, data):
    x, size, strides, padding, dilation, window = image
    filters = data.draw(SMALL)
    kernel, bias = data.draw(whole((*size, x.shape[2], filters))), data.draw(whole(filters))
    number = data.draw(st.integers(0, filters - 1))
    field = padded(x, size, strides, padding, dilation, 0.0)
    for row, column in outputs(window):
        step = convolve(window, x, kernel, bias, number, row, column)
        expected = correlated(field, kernel[..., number], strides, dilation, row, column, range(x.shape[2]))
        assert step.total == expected + bias[number]
        assert np.array_equal(step.products, step.patch * step.kernel)
        assert step.sums.sum() + step.bias == step.total
        assert step.products.shape == (*size, x.shape[2])
        for i, y in enumerate(step.stop.rows):
            for j, across in enumerate(step.stop.columns):
                inside = 0 <= y < x.shape[0] and 0 <= across < x.shape[1]
                assert step.stop.padded[i, j] == (not inside)
                assert np.array_equal(step.stop.patch[i, j], x[y, across] if inside else [0] * x.shape[2])


@given(slid(), st.data())
def test_a_depthwise_convolution_is_that_of_one_channel(image, data):
    x, size, strides, padding, dilation, window = image
    kernel = data.draw(whole((*size, x.shape[2], 2)))
    number = data.draw(st.integers(0, 2 * x.shape[2] - 1))
    field = padded(x, size, strides, padding, dilation, 0.0)
    channel = number // 2
    part = kernel[:, :, channel : channel + 1, number % 2]
    for row, column in outputs(window):
        step = convolve_depthwise(window, x, kernel, None, number, row, column)
        assert step.total == correlated(field, part, strides, dilation, row, column, [channel])


@given(slid(), st.data())
def test_pooling_takes_what_is_under_the_window(image, data):
    x, size, strides, padding, _, _ = image
    strides = strides if padding != 1 else size
    try:
        window = MaxPooling2D(size, strides, padding).facts(x.shape).window
    except LayerError:
        assume(False)
    channel = data.draw(st.integers(0, x.shape[2] - 1))
    field = padded(x, size, strides, padding, (1, 1), 0.0 if isinstance(padding, int) else np.nan)
    for row, column in outputs(window):
        top, left = row * strides[0], column * strides[1]
        under = field[top : top + size[0], left : left + size[1], channel]
        most = pool(window, x, "max", padding, channel, row, column)
        assert most.total == np.nanmax(under)
        assert most.counted[most.chosen]
        assert most.patch[most.chosen] == most.total
        average = pool(window, x, "average", padding, channel, row, column)
        assert average.total == pytest.approx(np.nanmean(under))
        assert average.counted.sum() == np.count_nonzero(~np.isnan(under))


SIZES = [(7, 6, 2), (5, 8, 2)]
COMBINATIONS = [
    ((3, 3), (1, 1), (1, 1)),
    ((2, 3), (1, 1), (1, 1)),
    ((3, 3), (2, 2), (1, 1)),
    ((3, 2), (3, 3), (1, 1)),
    ((1, 1), (2, 2), (1, 1)),
    ((2, 2), (1, 1), (2, 2)),
    ((3, 2), (1, 1), (2, 3)),
]


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("padding", ["valid", "same", 1])
@pytest.mark.parametrize(("kernel", "strides", "dilation"), COMBINATIONS)
def test_every_stop_gives_what_keras_gives(kernel, strides, dilation, padding):
    layers = [
        (Conv2D(4, kernel, strides, padding, dilation), convolve),
        (Conv2D(4, kernel, strides, padding, dilation, groups=2), convolve),
        (Conv2D(4, kernel, strides, padding, dilation, use_bias=False), convolve),
        (DepthwiseConv2D(kernel, strides, padding, 2, dilation), convolve_depthwise),
    ]
    for size in SIZES:
        for layer, operation in layers:
            x, weights, expected = run(layer, size)
            bias = weights[1] if len(weights) > 1 else None
            window = layer.facts(size).window
            stepped = [
                [operation(window, x, weights[0], bias, number, *place).total for number in range(expected.shape[2])]
                for place in outputs(window)
            ]
            np.testing.assert_allclose(np.reshape(stepped, expected.shape), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("padding", ["valid", "same", 1])
@pytest.mark.parametrize(("size", "strides"), [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((3, 2), (1, 1)), ((2, 2), (3, 3))])
def test_every_stop_pools_as_keras_pools(size, strides, padding):
    for image in SIZES:
        for layer, operation in (
            (MaxPooling2D(size, strides, padding), "max"),
            (AveragePooling2D(size, strides, padding), "average"),
        ):
            x, _, expected = run(layer, image)
            window = layer.facts(image).window
            stepped = [
                [pool(window, x, operation, padding, channel, *place).total for channel in range(image[2])]
                for place in outputs(window)
            ]
            np.testing.assert_allclose(np.reshape(stepped, expected.shape), expected, rtol=1e-5, atol=1e-6)


def run(layer: Any, size: tuple[int, ...]) -> tuple[Any, list[Any], Any]:
    """An image, the weights that Keras holds, all of them random, and what it makes of the image."""
    from core.keras_runtime.keras_model import build

    rng = np.random.default_rng(7)
    model = build(Architecture(size, (layer,)), seed=1)
    model.set_weights([rng.standard_normal(weight.shape, np.float32) for weight in model.get_weights()])
    x = rng.standard_normal(size, np.float32)
    return x, model.get_weights(), np.asarray(model(x[np.newaxis]))[0]
