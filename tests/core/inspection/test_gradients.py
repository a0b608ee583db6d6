"""Courses of gradients and updates over the steps, and the scales to see them on."""

from math import inf, isnan, log10, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts import Point
from core.events import LayerSample, StepSampled
from core.inspection.gradients import LayerTrend, Scale, layer_trends, levels, power_axis, update_size

VALUES = st.one_of(st.none(), st.floats(min_value=0, max_value=1e30), st.just(nan), st.just(inf))


def sample(gradient, *, row=1, weight=3.0, update=1e-3, dead=None, saturated=None):
    return LayerSample(row, gradient, weight, update, dead, saturated)


def course(*samples):
    return LayerTrend(1, tuple(range(10, 10 * len(samples) + 10, 10)), samples)


def test_courses_gather_each_layer_over_the_steps():
    told = [
        StepSampled(1, (sample(0.5, row=2), sample(0.7, row=4))),
        StepSampled(8, (sample(0.4, row=2), sample(0.6, row=4))),
    ]
    found = layer_trends(told)
    assert list(found) == [2, 4]
    assert found[4].steps == (1, 8)
    assert found[4].values("gradient") == [0.7, 0.6]
    assert found[2].newest.gradient == 0.4


def test_no_samples_have_no_courses():
    assert layer_trends(()) == {}


def test_a_layer_is_broken_from_the_step_after_the_last_good_one():
    assert course(sample(0.5), sample(0.4)).broken_since is None
    assert course(sample(0.5), sample(nan), sample(nan)).broken_since == 20
    assert course(sample(nan), sample(0.5), sample(inf)).broken_since == 30
    assert course(sample(nan), sample(0.5)).broken_since is None
    assert course(sample(0.5, update=nan)).broken_since == 10


def test_it_is_told_what_is_wrong_with_the_numbers():
    assert course(sample(0.5)).broken_as == ""
    assert course(sample(inf)).broken_as == "infinite"
    assert course(sample(inf, weight=nan)).broken_as == "NaN"
    assert course(sample(None, weight=None, update=None, dead=0.5)).broken_as == ""


def test_points_are_over_epochs_and_leave_out_what_cannot_be_drawn():
    told = course(sample(1e-3, dead=0.5), sample(0.0, dead=0.0), sample(nan, dead=None), sample(10.0, dead=1.0))
    assert told.points("gradient", 20) == (Point(0.5, pytest.approx(-3)), Point(2.0, pytest.approx(1)))
    assert told.points("dead", 20) == (Point(0.5, 0.5), Point(1.0, 0.0), Point(2.0, 1.0))
    assert told.points("saturated", 20) == ()


def test_a_scale_takes_whole_powers_of_ten_and_three_at_least():
    assert Scale.of([0.3, 4.2e-8]) == Scale(-8, 0)
    assert Scale.of([0.3, 0.2]) == Scale(-3, 0)
    assert Scale.of([1e-6, 1.0]) == Scale(-6, 0)
    assert Scale.of([None, nan, inf, 0.0]) == Scale(-3, 0)
    assert Scale.of([1.0, 1e-30]) == Scale(-12, 0)


def test_the_share_of_a_scale_grows_with_the_logarithm():
    scale = Scale(-8, 0)
    assert scale.share(1e-4) == pytest.approx(0.5)
    assert scale.share(1e-6) == pytest.approx(0.25)
    assert (scale.share(0.0), scale.share(1e-20), scale.share(1e9), scale.share(nan)) == (0, 0, 1, 0)


@given(st.lists(VALUES))
def test_all_that_is_finite_lies_within_its_scale(values):
    scale = Scale.of(values)
    assert scale.high - scale.low >= 3
    for value in values:
        if value is not None and 0 < value < inf:
            assert log10(value) <= scale.high + 1e-6
            assert 0 <= scale.share(value) <= 1


@pytest.mark.parametrize(
    ("update", "said"),
    [(0.0, "none"), (9e-7, "tiny"), (1e-6, "small"), (1e-4, "usual"), (1e-3, "usual"), (0.1, "usual"), (0.11, "large")],
)
def test_updates_are_judged_by_their_share_of_the_weights(update, said):
    assert update_size(update) == said


def test_levels_of_shares_are_the_shares():
    assert levels([0.0, 0.25, None, 1.0], 10, logs=False) == [0.0, 0.25, None, 1.0]
    assert levels([0.0, 0.5, 1.0, 0.0], 2, logs=False) == [0.25, 0.5]


def test_levels_of_norms_are_on_their_own_logarithmic_scale():
    assert levels([1e-4, 1e-2, 1.0], 10, logs=True) == pytest.approx([0.0, 0.5, 1.0])
    assert levels([1e-4, 0.0, 1.0], 10, logs=True) == pytest.approx([0.0, 0.0, 1.0])
    # Less than a factor of ten does not fill the height.
    assert levels([1.0, 1.0], 10, logs=True) == pytest.approx([0.5, 0.5])
    low, high = levels([1.0, 10**0.5], 10, logs=True)
    assert (low, high) == (pytest.approx(0.25), pytest.approx(0.75))
    assert levels([0.0, None], 10, logs=True) == [0.0, None]


@given(st.lists(VALUES, max_size=40), st.integers(1, 12), st.booleans())
def test_levels_are_as_many_as_there_is_room_for_and_never_off_the_scale(values, most, logs):
    found = levels(values, most, logs=logs)
    assert len(found) == min(most, len(values))
    assert all(level is None or isnan(level) or -1e-9 <= level <= 1 + 1e-9 for level in found)
    if any(value is not None and not value < inf for value in values):
        assert any(level is not None and isnan(level) for level in found)


def test_a_power_axis_is_labelled_with_the_numbers_themselves():
    axis = power_axis([Point(0, log10(3e-6)), Point(1, log10(0.2))])
    assert (axis.low, axis.high) == (-6, 0)
    assert axis.ticks(10) == tuple((float(power), f"1e{power}") for power in range(-6, 1))
    assert [label for _, label in axis.ticks(4)] == ["1e-6", "1e-4", "1e-2", "1e0"]
    assert [label for _, label in axis.ticks(1)] == ["1e-6", "1e-2"]


def test_a_power_axis_of_a_single_value_has_two_ends():
    axis = power_axis([Point(0, 0.0)])
    assert (axis.low, axis.high) == (0, 1)
    assert len(axis.ticks(5)) == 2
