"""A convolution by hand against numpy's own sums and SciPy's correlation; what is typed; where the window goes."""

from unittest.mock import ANY

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields.types import FieldError
from core.learn.convolution import MOST_PADDING, ConvolutionBench, flipped, unseen
from core.learn.typed_numbers import show_rows


@st.composite
def tables(draw, most=8):
    wide = draw(st.integers(1, most))
    row = st.lists(st.integers(-9, 9).map(float), min_size=wide, max_size=wide).map(tuple)
    return tuple(draw(st.lists(row, min_size=1, max_size=most)))


@st.composite
def benches(draw):
    image, weights, padding = draw(tables()), draw(tables(4)), draw(st.integers(0, MOST_PADDING))
    stride, bias = draw(st.integers(1, 4)), draw(st.integers(-9, 9))
    if len(weights) > len(image) + 2 * padding or len(weights[0]) > len(image[0]) + 2 * padding:
        weights = ((float(draw(st.integers(-9, 9))),),)
    texts = (show_rows(image), show_rows(weights), str(stride), str(padding), str(bias))
    return ConvolutionBench(turned=draw(st.booleans())).typed(*texts)


def test_the_example_of_the_lecture():
    bench = ConvolutionBench()
    assert bench.output == ((19, 25), (37, 43))
    assert bench.flip().output == ((5, 11), (23, 29)) == bench.other
    assert bench.flip().other == bench.output
    assert bench.here.products[..., 0].tolist() == [[0, 1], [6, 12]]


@given(benches())
def test_every_output_is_that_of_scipy(bench):
    from scipy.signal import convolve2d, correlate2d

    padded = np.pad(np.array(bench.image), bench.padding)
    correlated, convolved = (
        apply(padded, np.array(bench.filter), "valid")[:: bench.stride, :: bench.stride] + bench.bias
        for apply in (correlate2d, convolve2d)
    )
    # SciPy swaps its inputs where the second is the larger one; a filter never is.
    expected = (convolved, correlated) if bench.turned else (correlated, convolved)
    assert np.array_equal(bench.output, expected[0])
    assert np.array_equal(bench.other, expected[1])


@given(benches())
def test_every_stop_is_a_plain_sum(bench):
    padded = np.pad(np.array(bench.image), bench.padding)
    rows, columns = np.array(bench.kernel).shape
    for stop in range(bench.stops):
        at = bench.at(stop)
        row, column = (place * bench.stride for place in divmod(stop, bench.size[1]))
        window = padded[row : row + rows, column : column + columns]
        assert np.array_equal(at.patch[..., 0], window)
        assert at.total == (window * np.array(bench.kernel)).sum() + bench.bias


@given(benches(), st.lists(st.sampled_from(["slid", "back", "lowered", "raised", "flip"]), max_size=20))
def test_the_output_fills_where_the_window_goes(bench, moves):
    act = {
        "slid": lambda now: now.slid(1),
        "back": lambda now: now.slid(-1),
        "lowered": lambda now: now.lowered(1),
        "raised": lambda now: now.lowered(-1),
        "flip": ConvolutionBench.flip,
    }
    seen = {0}
    for move in moves:
        bench = act[move](bench)
        assert 0 <= bench.stop < bench.stops
        seen.add(bench.stop)
    assert bench.seen == seen
    assert bench.completed().filled
    assert bench.completed().restarted().seen == {0}


def test_what_changes_the_way_of_the_window_starts_over_and_nothing_else():
    bench = ConvolutionBench().slid(1).lowered(1)
    assert bench.seen == {0, 1, 3}
    same = bench.typed("8 7 6 / 5 4 3 / 2 1 0", "1 1 / 1 1", "1", "0", "2.5")
    assert (same.stop, same.seen) == (3, {0, 1, 3})
    other = bench.typed("0 1 2 / 3 4 5 / 6 7 8", "0 1 / 2 3", "1", "1", "0")
    assert (other.stop, other.seen, other.stops) == (0, {0}, 16)


@given(tables())
def test_flipped_twice_is_what_it_was(rows):
    assert flipped(flipped(rows)) == rows
    assert np.array_equal(flipped(rows), np.flip(np.array(rows)))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("1 2 / 3", ANY, "1", "0", "0"), "input: row 2 has 1 number, row 1 has 2"),
        (("1", "1 x", "1", "0", "0"), "filter: row 1: 'x' is not a number"),
        (("1 2 / 3 4", "1 1 1", "1", "0", "0"), "the filter, 1x3, is larger than the input, 2x2"),
        (("1", "1 1 1 1 / " * 4, "1", "1", "0"), "the filter, 4x4, is larger than the padded input, 3x3"),
        (("1", "1", "0", "0", "0"), "stride: expected a whole number from 1 to 8, not '0'"),
        (("1", "1", "1", "5", "0"), "padding: expected a whole number from 0 to 4, not '5'"),
        (("1", "1", "1", "0", ""), "bias: expected one number, not an empty text"),
    ],
)
def test_what_does_not_fit_is_told_in_a_line(texts, said):
    with pytest.raises(FieldError) as error:
        ConvolutionBench().typed(*("1" if text is ANY else text for text in texts))
    assert str(error.value) == said


def test_what_a_stride_never_covers_is_told():
    bench = ConvolutionBench()
    image = "1 2 3 4 5 / " * 4

    def missed(stride):
        return unseen(bench.typed(image, "1 1", stride, "0", "0").window)

    assert missed("1") == ""
    assert missed("2") == "the last row and the last column are never covered"
    assert missed("3") == ""
    assert missed("4") == "the last 3 rows and the last 3 columns are never covered"
    assert unseen(bench.typed("1 2 3", "1 1", "2", "0", "0").window) == "the last column is never covered"
