"""Charts as data: the smoothed line, logarithmic axes, what is cut off, zoom, and what a crosshair reads."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.charts import (
    WEIGHTS,
    Axis,
    Point,
    accuracy_axis,
    loss_axis,
    next_place,
    next_weight,
    placed,
    reaches,
    read,
    smooth,
    zoomed,
)
from core.history import History
from core.plan.optimizers import SGD
from core.plan.plan import Plan
from core.plan.schedules import Cosine, ReduceLROnPlateau, Step
from core.run_charts import PLAIN, Look, learning_rate, single

UNIT = 1 / 50
losses = st.lists(st.floats(0, 1e3), min_size=2, max_size=60)
weights = st.sampled_from([weight for weight in WEIGHTS if weight])


def curve(values, step=UNIT):
    return tuple(Point(step * number, value) for number, value in enumerate(values, start=1))


def as_tensorboard(values, weight):
    """TensorBoard's resmoothDataset, in its words."""
    last, smoothed = 0.0, []
    for count, value in enumerate(values, start=1):
        last = last * weight + (1 - weight) * value
        smoothed.append(last / (1 - weight**count))
    return smoothed


class TestSmooth:
    @given(losses, weights)
    def test_equal_steps_of_a_fiftieth_give_what_tensorboard_gives(self, values, weight):
        smoothed = smooth(curve(values), weight)
        assert [point.y for point in smoothed] == pytest.approx(as_tensorboard(values, weight), rel=1e-6, abs=1e-9)
        assert [point.x for point in smoothed] == [point.x for point in curve(values)]

    @given(losses, weights, st.integers(2, 5))
    def test_more_points_of_the_same_values_change_nothing(self, values, weight, parts):
        split = tuple(
            Point((number + (part + 1) / parts) * UNIT, value)
            for number, value in enumerate(values)
            for part in range(parts)
        )
        ends = [point.y for point in smooth(split, weight)][parts - 1 :: parts]
        assert ends == pytest.approx([point.y for point in smooth(curve(values), weight)], rel=1e-6, abs=1e-9)

    @given(losses, weights)
    def test_it_stays_between_the_lowest_and_the_highest_value(self, values, weight):
        assert all(min(values) - 1e-9 <= y <= max(values) + 1e-9 for _, y in smooth(curve(values), weight))

    def test_it_starts_at_the_first_value_rather_than_at_zero(self):
        assert smooth(curve([2.3, 2.2]), 0.99)[0].y == pytest.approx(2.3)

    def test_the_weight_zero_leaves_every_point(self):
        points = curve([3.0, 1.0])
        assert smooth(points, 0.0) is points

    def test_the_same_points_are_smoothed_once(self):
        points = curve([3.0, 1.0, 2.0])
        assert smooth(points, 0.9) is smooth(points, 0.9)

    @given(st.lists(losses, min_size=2, max_size=5), weights)
    def test_a_curve_that_grows_is_smoothed_as_if_it_had_come_at_once(self, parts, weight):
        grown, values = (), []
        for part in parts:
            first = len(values)
            values += part
            whole = curve(values)
            # The last point may have been merged with a later one.
            grown = (*grown[:-1], *whole[max(0, first - 1) :])
            smoothed = smooth(grown, weight)
        fresh = smooth(tuple(Point(*point) for point in grown), weight)
        assert smoothed == fresh

    def test_s_goes_through_the_weights_and_around(self):
        assert [next_weight(weight) for weight in WEIGHTS] == [*WEIGHTS[1:], WEIGHTS[0]]
        assert next_weight(0.95) == 0.97


class TestLogarithmic:
    @given(st.floats(1e-9, 1e6), st.floats(1.001, 1e9), st.integers(2, 12))
    def test_ticks_are_on_the_axis_and_labelled_as_what_they_are(self, low, times, most):
        axis = Axis(low, low * times, log=True)
        ticks = axis.ticks(most)
        assert len(ticks) >= 2
        assert all(-1e-6 <= axis.share(at) <= 1 + 1e-6 for at, _ in ticks)
        assert len({label for _, label in ticks}) == len(ticks)

    def test_ticks_are_powers_of_ten_and_where_there_is_room_twice_and_five_times_them(self):
        axis = Axis(0.01, 2.5, log=True)
        assert [label for _, label in axis.ticks(9)] == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]
        assert [label for _, label in axis.ticks(4)] == ["0.01", "0.1", "1"]
        assert [label for _, label in Axis(1e-8, 1.0, log=True).ticks(3)] == ["1e-06", "0.001", "1"]

    @given(
        st.floats(1e-6, 1e3), st.floats(0.05, 9), st.integers(3, 40), st.floats(0, 1), st.floats(0, 1), st.booleans()
    )
    @example(0.25, 1.0, 6, 0.03, 0.3, True)  # almost all of a curve below 0.5
    def test_ticks_are_where_the_data_are_each_on_its_row_and_evenly_spread(
        self, low, powers, rows, start, end, somewhere
    ):
        high = low * 10**powers
        axis = Axis(low, high, log=True)
        first, last = sorted((start, end))
        if somewhere:
            axis = replace(axis, bulk=(axis.value(first), axis.value(last)))
        shares = [axis.share(at) for at, _ in axis.ticks(max(2, rows // 2), 1.01 / (rows - 1))]
        assert len(shares) >= 2
        taken = [round(share * (rows - 1)) for share in shares]
        assert len(set(taken)) == len(taken), "no two on one row"
        if somewhere and (last - first) * (rows - 1) >= 2:
            assert sum(first - 1e-6 <= share <= last + 1e-6 for share in shares) >= 2
        if rows >= 6:
            assert max(after - before for before, after in pairwise([0.0, *shares, 1.0])) <= 0.8, "evenly spread"

    def test_a_curve_that_lies_low_has_ticks_there_and_above(self):
        values = [2.3, *[0.27 + 0.18 * (number % 20) / 20 for number in range(100)]]
        axis = loss_axis((), curve(values), log=True)
        for rows in range(5, 20):
            ticks = [at for at, _ in axis.ticks(max(2, rows // 2), 1.01 / (rows - 1))]
            assert sum(at <= 0.45 for at in ticks) >= (2 if rows >= 8 else 1), rows
            assert max(ticks) >= 1, rows

    def test_a_run_above_the_others_does_not_draw_the_ticks_away_from_them(self):
        values = [
            *[0.29 - 0.007 * number for number in range(10)],
            *[0.06 + 0.03 * (number % 9) / 9 for number in range(60)],
        ]
        axis = loss_axis((), curve(values), log=True)
        assert axis.bulk[1] < 0.1
        assert sum(at <= 0.09 for at, _ in axis.ticks(6, 1.01 / 12)) >= 2

    def test_long_values_have_short_labels(self):
        assert [label for _, label in Axis(1.2e-4, 1.3e-4, log=True).ticks(4)] == ["0.00012", "1.25e-4", "0.00013"]

    @given(st.floats(1e-6, 1e6), st.integers(3, 20))
    def test_even_a_flat_curve_has_labels_that_differ(self, value, rows):
        ticks = loss_axis((), curve([value, value]), log=True).ticks(max(2, rows // 2))
        assert len({label for _, label in ticks}) == len(ticks) >= 2

    @given(st.floats(1e-6, 1e6), st.floats(2, 1e6), st.floats(0, 1))
    def test_a_value_stands_where_its_place_reads_it(self, low, times, share):
        axis = Axis(low, low * times, log=True)
        assert axis.share(axis.value(share)) == pytest.approx(share, abs=1e-6)

    def test_zeros_and_negative_values_are_left_out_of_the_range_and_lie_below_it(self):
        axis = loss_axis(curve([0.0, -1.0, 0.1, 0.01]), (), log=True)
        assert axis.log
        assert 0 < axis.low <= 0.01
        assert axis.high >= 0.1
        assert axis.share(0.0) < 0
        assert axis.share(-1.0) < 0

    def test_without_a_positive_value_it_is_linear_and_says_so(self):
        history = History(loss=curve([0.0, -1.0]))
        chart = single("loss", history, look=Look(log=True))
        assert not chart.y.log
        assert "log: no positive values" in chart.notes

    def test_accuracy_stays_linear(self):
        chart = single("accuracy", History(accuracy=curve([0.5, 0.9])), look=Look(log=True))
        assert not chart.y.log
        assert "log" not in chart.notes


class TestRange:
    FALLING = (2.31, 1.2, *[0.2 + 0.1 * (number % 3) for number in range(200)])

    def test_the_start_has_room_up_to_a_bound_and_what_is_cut_off_is_named(self):
        chart = single("loss", History(loss=curve(self.FALLING)))
        assert 0.4 < chart.y.high < 1
        assert [(cut.label, cut.top) for cut in chart.cuts] == [("\u21912.31", True)]

    def test_a_gentle_start_is_shown_whole(self):
        chart = single("loss", History(loss=curve((0.6, *self.FALLING[2:]))))
        assert chart.y.high >= 0.6
        assert chart.cuts == ()

    def test_on_a_logarithmic_scale_the_start_is_shown_whole(self):
        chart = single("loss", History(loss=curve(self.FALLING)), look=Look(log=True))
        assert chart.y.high >= 2.31 or chart.cuts

    def test_low_accuracies_are_named_at_the_lower_edge(self):
        values = (0.1, *[0.95 + 0.005 * (number % 3) for number in range(200)])
        assert [cut.label for cut in single("accuracy", History(accuracy=curve(values))).cuts] == ["\u219310.0%"]
        assert accuracy_axis(curve(values), ()).low > 0.8

    @given(losses.filter(lambda values: len(values) > 3), st.sampled_from([PLAIN, Look(), Look(log=True)]))
    def test_nothing_is_cut_off_in_silence(self, values, look):
        chart = single("loss", History(loss=curve(values)), look=look)
        above, below = ({cut.top for cut in chart.cuts} & {edge} for edge in (True, False))
        assert bool(above) == (max(values) > chart.y.high)
        assert bool(below) == (min(values) < chart.y.low)


class TestZoom:
    WHOLE = Axis(0.0, 10.0)

    def test_each_time_the_newest_half_is_left(self):
        assert zoomed(self.WHOLE, 1, 8.0) == Axis(4.0, 8.0)
        assert zoomed(self.WHOLE, 2, 8.0) == Axis(6.0, 8.0)
        assert zoomed(self.WHOLE, 0, 8.0) is self.WHOLE

    def test_around_a_place_it_stays_within_the_run(self):
        assert zoomed(self.WHOLE, 2, 8.0, 5.0) == Axis(4.0, 6.0)
        assert zoomed(self.WHOLE, 1, 8.0, 0.0) == Axis(0.0, 4.0)
        assert zoomed(self.WHOLE, 1, 8.0, 9.0) == Axis(4.0, 8.0)

    def test_the_range_is_that_of_what_is_left(self):
        history = History(val_loss=tuple(Point(epoch, 8.0 / epoch) for epoch in range(1, 9)))
        chart = single("loss", history, look=Look(zoom=2))
        assert (chart.x.low, chart.x.high) == (6.0, 8.0)
        assert chart.y.high < 2
        assert "zoom 4x" in chart.notes
        line = placed(chart.curves[0].points, chart)
        assert (line[0].x, line[-1].x) == (0.0, 1.0)

    @given(st.floats(0.001, 100), st.integers(0, 50), st.one_of(st.none(), st.floats(-10, 110)))
    def test_however_far_it_is_an_axis(self, newest, times, center):
        axis = zoomed(Axis(0.0, max(newest, 1.0)), times, newest, center)
        assert -inf < axis.low < axis.high < inf


class TestCrosshair:
    HISTORY = History(
        loss=curve([1.0 - number / 200 for number in range(100)]), val_loss=(Point(1, 0.6), Point(2, 0.5))
    )

    def test_it_reads_every_line_at_its_nearest_point(self):
        chart = single("loss", self.HISTORY)
        place, readings = read(chart, 2.0)
        assert place == "epoch 2"
        assert [(each.name, each.value) for each in readings] == [("training", "0.5050"), ("validation", "0.5000")]

    def test_a_value_from_elsewhere_comes_with_its_epoch(self):
        _, readings = read(single("loss", self.HISTORY), 1.4)
        assert [each.value for each in readings] == ["0.6550", "0.6000 at 1"]

    def test_it_goes_by_epochs_and_by_parts_of_few(self):
        points = tuple(Point(epoch, 1 / epoch) for epoch in range(1, 11))
        chart = single("loss", History(val_loss=points))
        assert next_place(chart, None, -1) == 10
        assert [next_place(chart, at, -1) for at in (10, 9.4, 0.5)] == [9, 9, 0]
        assert [next_place(chart, at, 1) for at in (3, 9.4, 10)] == [4, 10, 10]
        short = single("loss", self.HISTORY)
        assert 0.01 < next_place(short, 1.0, 1) - 1.0 < 0.2

    def test_a_thousand_epochs_are_crossed_in_few_steps(self):
        chart = single("loss", History(val_loss=tuple(Point(epoch, 1.0) for epoch in range(1, 1001))))
        assert next_place(chart, 500.0, 1) == 510


@given(losses, st.integers(2, 40))
def test_a_band_reaches_every_value_that_it_stands_for(values, count):
    points = curve(values)
    step = (points[-1].x - points[0].x) / (count - 1)
    found = reaches(points, points[0].x, step, count)
    assert all(found)
    for x, y in points:
        nearest = found[round((x - points[0].x) / step)]
        assert nearest.low - 1e-6 <= y <= nearest.high + 1e-6


@given(st.lists(st.floats(0.1, 1), min_size=100, max_size=200), weights)
def test_a_line_lies_in_its_band_once_the_average_reaches_back_that_far(values, weight):
    falling = curve([value + 2.0 / (1 + number) for number, value in enumerate(values)])
    chart = single("loss", History(loss=falling), look=Look(smoothing=weight))
    band = chart.bands[0]
    for number in range(0, len(falling), 7):
        line = chart.curves[0].points[number]
        reach = reaches(band.points, line.x, UNIT, 1, band.back)[0]
        spread = max(values) - min(values) + 2.0
        assert reach.low - 0.1 * spread <= line.y <= reach.high + 0.1 * spread


def test_the_planned_learning_rate_is_drawn_over_the_epochs_as_it_will_be():
    plan = Plan(epochs=4, optimizer=SGD(learning_rate=0.1), schedule=Step(every=2, rate=0.5))
    chart = learning_rate(plan)
    assert chart.curves[0].points == (
        (0, 0.1),
        (1, 0.1),
        (1, 0.1),
        (2, 0.1),
        (2, 0.05),
        (3, 0.05),
        (3, 0.05),
        (4, 0.05),
    )
    assert (chart.x.low, chart.x.high) == (0, 4)
    assert learning_rate(Plan(epochs=10, schedule=Cosine())).curves[0].points[-1].y > 0


def test_a_rate_that_does_not_vary_or_depends_on_the_training_is_not_drawn():
    assert learning_rate(Plan()) is None
    assert learning_rate(Plan(schedule=ReduceLROnPlateau())) is None
