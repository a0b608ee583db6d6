"""Violins: their density against one computed value by value, their figures, and what cannot be drawn."""

from math import pi, sqrt

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from core.inspection.violin import POINTS, REACH, SAMPLE, Violin, violin
from core.inspection.violin_chart import AFTER, BEFORE, place_name, violin_chart
from core.inspection.violin_pairs import ViolinPair, beyond, of_role, role_of, value_axis

Floats = NDArray[np.float64]

SPREAD = arrays.arrays(np.float32, st.integers(5, 300), elements=st.floats(-100, 100, width=32)).filter(
    lambda values: len(np.unique(values)) > 1
)
"""Values that differ."""


def places(one: Violin) -> Floats:
    return one.start + one.step * np.arange(len(one.density))


def direct(values: Floats, at: Floats, bandwidth: float) -> Floats:
    """The density as its definition has it."""
    kernels = np.exp(-0.5 * ((at[:, None] - values[None]) / bandwidth) ** 2)
    density: Floats = kernels.sum(axis=1) / (len(values) * bandwidth * sqrt(2 * pi))
    return density


@given(SPREAD)
def test_all_of_it_lies_under_the_density(values: Floats) -> None:
    drawn = violin(values)
    assert len(drawn.density) == POINTS
    assert drawn.reach is not None
    low, high = drawn.reach
    beyond_reach = np.mean((values < low) | (values > high))  # what may be missing: a value at either end of a few
    assert beyond_reach <= max(1 - REACH, 2 / len(values))
    assert sum(drawn.density) * drawn.step == pytest.approx(1.0, abs=beyond_reach + 1e-3)


@given(SPREAD)
def test_the_density_is_that_of_a_gaussian_at_every_value(values: Floats) -> None:
    drawn = violin(values)
    exact = direct(values.astype(np.float64), places(drawn), drawn.bandwidth)
    assert np.abs(exact - drawn.density).max() <= 0.01 * exact.max()


def test_many_values_have_the_density_that_they_were_drawn_from() -> None:
    values = np.random.default_rng(2).normal(0.1, 0.05, SAMPLE * 2)
    drawn = violin(values)
    at = places(drawn)
    exact = np.exp(-0.5 * ((at - 0.1) / 0.05) ** 2) / (0.05 * sqrt(2 * pi))
    assert np.abs(exact - drawn.density).max() <= 0.03 * exact.max()
    assert drawn.sampled == SAMPLE
    assert drawn.quartiles == pytest.approx(np.quantile(values, (0.25, 0.5, 0.75)), abs=0.001)
    assert (drawn.low, drawn.high) == (values.min(), values.max())


@given(SPREAD)
def test_what_is_symmetric_has_a_symmetric_violin(values: Floats) -> None:
    drawn = violin(np.concatenate([values, -values]))
    assert drawn.quartiles is not None
    lower, median, upper = drawn.quartiles
    largest = float(np.abs(values).max())
    assert (lower, median) == pytest.approx((-upper, 0.0), abs=1e-6 * largest)
    assert list(drawn.density) == pytest.approx(list(drawn.density)[::-1], abs=1e-3 * drawn.peak)


@given(SPREAD)
def test_the_figures_are_numpys(values: Floats) -> None:
    drawn = violin(values)
    assert (drawn.count, drawn.not_finite, drawn.sampled) == (len(values), 0, 0)
    assert (drawn.low, drawn.high) == (values.min(), values.max())
    assert drawn.quartiles == pytest.approx(np.quantile(values.astype(np.float64), (0.25, 0.5, 0.75)))


@given(SPREAD)
def test_it_is_as_wide_as_the_density_and_only_where_there_are_values(values: Floats) -> None:
    drawn = violin(values)
    assert drawn.low is not None
    assert drawn.high is not None
    outline = drawn.outline()
    assert [outline[0][0], outline[-1][0]] == [drawn.low, drawn.high]
    assert all(0 <= width <= 1 for _, width in outline)
    assert [value for value, _ in outline] == sorted(value for value, _ in outline)
    span = drawn.high - drawn.low
    assert drawn.width(drawn.low - 0.01 * span) == drawn.width(drawn.high + 0.01 * span) == 0
    assert drawn.widest(drawn.low, drawn.high) == max(width for _, width in outline)
    assert drawn.widest(drawn.high + span, drawn.high + 1e30) == 0


@pytest.mark.parametrize("values", [[0.0] * 7, [-2.5], [3.4e38, 3.4e38]])
def test_a_single_value_has_no_density(values: list[float]) -> None:
    drawn = violin(np.array(values, np.float32))
    assert drawn.constant == drawn.low == drawn.high == np.float32(values[0])
    assert drawn.quartiles == (drawn.low,) * 3
    assert (drawn.density, drawn.outline(), drawn.width(values[0])) == ((), (), 0)


@pytest.mark.parametrize(("values", "count"), [([], 0), ([np.nan, np.inf], 2)])
def test_without_a_finite_value_there_is_nothing(values: list[float], count: int) -> None:
    drawn = violin(np.array(values, np.float32))
    assert drawn == Violin(count, count)
    assert (drawn.constant, drawn.outline(), drawn.peak) == (None, (), 0)


@given(SPREAD, st.lists(st.sampled_from([np.nan, np.inf, -np.inf]), min_size=1))
def test_what_is_not_finite_is_counted_and_changes_nothing(values: Floats, broken: list[float]) -> None:
    mixed = violin(np.concatenate([np.array(broken, np.float32), values]))
    assert mixed == msgspec.structs.replace(violin(values), count=len(values) + len(broken), not_finite=len(broken))


@pytest.mark.parametrize(
    "values",
    [
        [0.0, 1e-45],
        [-3.4e38, 0.0, 3.4e38],
        [0.0] * 99_999 + [5.0],
        [*np.random.default_rng(1).normal(0, 0.1, 5000), 1e6],
    ],
)
def test_extremes_and_outliers_leave_a_density(values: list[float]) -> None:
    drawn = violin(np.array(values, np.float32))
    assert sum(drawn.density) * drawn.step == pytest.approx(1.0, abs=1e-2)


def test_an_outlier_widens_neither_the_violin_nor_the_axis() -> None:
    usual = np.random.default_rng(1).normal(0, 0.1, 5000)
    far = violin(np.append(usual, 1e6))
    assert far.bandwidth == pytest.approx(violin(usual).bandwidth, rel=0.01)
    pair = ViolinPair(1, "Dense 10", "kernel", violin(usual), far)
    axis = value_axis([pair])
    assert -1 < axis.low < axis.high < 1
    assert beyond(pair, axis)[1] == 1e6


@given(SPREAD)
def test_one_that_was_written_is_read_as_it_was(values: Floats) -> None:
    drawn = violin(values)
    assert msgspec.json.decode(msgspec.json.encode(drawn), type=Violin) == drawn


ROLE_OF = {"kernel": "weights", "recurrent_kernel": "weights", "gamma": "scales", "bias": "biases", "beta": "biases"}


@pytest.mark.parametrize(("name", "role"), [*ROLE_OF.items(), ("moving_variance", "statistics")])
def test_biases_and_statistics_are_told_by_their_names(name: str, role: str) -> None:
    assert role_of(name) == role
    pair = ViolinPair(1, "Dense 10", name, Violin(0), Violin(0))
    assert of_role([pair], role_of(name)) == (pair,)


def test_the_axis_of_nothing_and_of_a_single_value_has_a_width() -> None:
    for values in ([], [np.nan], [0.0], [1e6]):
        pair = ViolinPair(1, "Dense 10", "bias", violin(np.array(values)), violin(np.array(values)))
        axis = value_axis([pair])
        assert axis.low < axis.high
        assert len(axis.ticks(5)) >= 2


def test_the_chart_has_before_to_the_left_and_after_to_the_right() -> None:
    draw = np.random.default_rng(3)
    pairs = [
        ViolinPair(1, "Conv2D 6@5x5", "kernel", violin(draw.normal(size=99)), violin(draw.normal(size=99) * 2)),
        ViolinPair(2, "LSTM 8", "recurrent_kernel", violin(np.zeros(9)), violin(np.full(9, np.nan))),
    ]
    chart = violin_chart(pairs, value_axis(pairs), "weights")
    assert [(half.x, half.role, half.room < 0) for half in chart.violins] == [
        (0, BEFORE, True),
        (0, AFTER, False),
        (1, BEFORE, True),
        (1, AFTER, False),
    ]
    assert [label for _, label in chart.x.labels] == ["1 Conv2D", "2 recurrent_kernel"] == [*map(place_name, pairs)]
    assert chart.violins[2].outline == ((0.0, 1.0),)
    assert (chart.violins[3].outline, chart.violins[3].quartiles) == ((), None)
