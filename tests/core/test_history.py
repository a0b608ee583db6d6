"""Curves: what is kept of a run, and the axes it is shown on."""

from math import exp, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts import Axis, Point, accuracy_axis, clip, epoch_axis, loss_axis, thin
from core.events import Ended, EpochEnded, LearningRateChanged, Progress, Started
from core.history import MAX_POINTS, Change, History

heights = st.floats(-1e6, 1e6)


def curve(values):
    return tuple(Point(index / 10, value) for index, value in enumerate(values, start=1))


def progress(step, loss=1.0, accuracy=0.5, steps=10, epochs=3):
    epoch, within = divmod(step - 1, steps)
    return Progress(epoch + 1, epochs, step, within + 1, steps, loss, accuracy, 0.1, 1000.0, 1.0, 2.0)


def epoch_ended(epoch, val_loss=0.5, val_accuracy=0.8, best=True, epochs=3):
    return EpochEnded(epoch, epochs, epoch * 10, 0.6, 0.7, val_loss, val_accuracy, 0.1, 1.0, best)


def history(*events):
    told = History()
    for event in events:
        told = told.after(event)
    return told


class TestThin:
    @given(st.lists(heights, min_size=1, max_size=300), st.integers(4, 80))
    def test_keeps_ends_and_extremes_in_order_and_within_bounds(self, values, most):
        points = curve(values)
        kept = thin(points, most)
        assert len(kept) <= most or len(points) <= most
        assert kept[0] == points[0]
        assert kept[-1] == points[-1]
        assert max(kept, key=lambda p: p.y).y == max(values)
        assert min(kept, key=lambda p: p.y).y == min(values)
        assert list(kept) == sorted(kept, key=lambda p: p.x)
        assert set(kept) <= set(points)

    @given(st.lists(st.lists(heights, min_size=1, max_size=60), min_size=2, max_size=8), st.integers(4, 40))
    def test_thinned_again_and_again_as_it_grows_it_keeps_extremes_and_the_newest(self, parts, most):
        kept, seen = (), []
        for part in parts:
            more = [Point((len(seen) + index) / 10, value) for index, value in enumerate(part)]
            seen += more
            kept = thin((*kept, *more), most)
            assert len(kept) <= most
            assert (kept[0], kept[-1]) == (seen[0], seen[-1])
            assert max(kept, key=lambda p: p.y).y == max(p.y for p in seen)
            assert min(kept, key=lambda p: p.y).y == min(p.y for p in seen)
            assert list(kept) == sorted(kept, key=lambda p: p.x)

    def test_few_points_stay_as_they_are(self):
        points = curve([3.0, 1.0, 2.0])
        assert thin(points, 4) == points

    def test_points_at_one_place_are_no_trouble(self):
        points = tuple(Point(1.0, float(index)) for index in range(100))
        assert thin(points, 10)[-1] == points[-1]

    def test_a_single_peak_in_a_long_flat_curve_survives(self):
        values = [1.0] * 1000
        values[617] = 9.0
        assert 9.0 in [point.y for point in thin(curve(values), 20)]


class TestHistory:
    def test_points_stand_at_their_step_in_epochs(self):
        told = history(progress(5, loss=2.0, accuracy=0.25), progress(15, loss=1.0, accuracy=0.5))
        assert told.loss == (Point(0.5, 2.0), Point(1.5, 1.0))
        assert told.accuracy == (Point(0.5, 0.25), Point(1.5, 0.5))
        assert told.x == 1.5
        assert told.planned == 3

    def test_the_few_steps_left_at_the_end_of_an_epoch_join_the_point_before(self):
        told = history(progress(4, loss=1.0), progress(9, loss=2.0), progress(10, loss=8.0), progress(15, loss=3.0))
        assert told.loss == (Point(0.4, 1.0), Point(1.0, 3.0), Point(1.5, 3.0))
        assert told.stretch == 5

    def test_single_batches_within_an_epoch_stay_points_of_their_own(self):
        told = history(progress(4, loss=1.0), progress(5, loss=8.0))
        assert told.loss[-1] == Point(0.5, 8.0)

    def test_epochs_bring_validation_points_and_the_best(self):
        first, second, third = epoch_ended(1), epoch_ended(2, 0.4), epoch_ended(3, 0.45, best=False)
        told = history(first, second, third)
        assert told.val_loss == (Point(1, 0.5), Point(2, 0.4), Point(3, 0.45))
        assert told.best == second
        assert told.epochs == (first, second, third)

    def test_without_validation_there_are_no_validation_points(self):
        told = history(epoch_ended(1, None, None))
        assert told.val_loss == ()
        assert told.val_accuracy == ()
        assert len(told.epochs) == 1

    @pytest.mark.parametrize("loss", [nan, inf, -inf])
    def test_numbers_that_are_not_finite_leave_a_gap(self, loss):
        told = history(progress(1, 2.0), progress(2, loss), progress(3, 1.0))
        assert [point.y for point in told.loss] == [2.0, 1.0]
        assert len(told.accuracy) == 3

    def test_changes_of_the_learning_rate_are_marked_at_their_step(self):
        started = Started("cpu", 1, 100, 0, 10, 10, 0, 3, 0.1, 1.0)
        assert history(started, LearningRateChanged(25, 0.05)).changes == (Change(2.5, 0.05),)

    def test_going_on_keeps_the_curves_and_forgets_the_end(self):
        ended = Ended("finished", 3, 1.0, 1.0, 0.5, 0.8, "")
        told = history(progress(30), epoch_ended(3), ended)
        assert told.ended == ended
        on = told.after(Started("cpu", 1, 100, 0, 10, 10, 3, 6, 0.1, 0.0))
        assert on.ended is None
        assert on.loss == told.loss

    def test_memory_is_bounded_and_extremes_and_the_newest_stay(self):
        told = History()
        for step in range(1, 3 * MAX_POINTS):
            told = told.after(progress(step, 9.0 if step == 1234 else 1 + exp(-step / 100), steps=10, epochs=10_000))
        assert len(told.loss) <= MAX_POINTS
        assert max(point.y for point in told.loss) == 9.0
        assert told.loss[-1].x == (3 * MAX_POINTS - 1) / 10


class TestAxes:
    def test_large_losses_at_the_beginning_are_cut_off(self):
        train = curve([9.0, 5.0] + [0.5 + 0.001 * (index % 7) for index in range(100)])
        axis = loss_axis(train, ())
        assert axis.high < 1
        assert axis.low <= 0.5

    def test_low_accuracies_at_the_beginning_are_cut_off(self):
        train = curve([0.1, 0.3] + [0.9 + 0.0005 * index for index in range(100)])
        axis = accuracy_axis(train, (Point(1, 0.97),))
        assert axis.low > 0.5
        assert 0.97 <= axis.high <= 1

    def test_a_single_good_batch_does_not_stretch_the_axis(self):
        values = [0.9] * 200
        values[100], values[150] = 1.0, 0.2
        axis = accuracy_axis(curve(values), (Point(1, 0.89),))
        assert axis.high < 0.95
        assert axis.low > 0.8

    def test_every_validation_point_is_inside(self):
        axis = loss_axis(curve([1.0] * 30), (Point(1, 7.5), Point(2, 0.01)))
        assert axis.low <= 0.01
        assert axis.high >= 7.5

    @given(st.lists(st.floats(0, 1e12), min_size=1, max_size=60), st.lists(st.floats(0, 1e12), max_size=5))
    def test_axes_have_room_and_labels_that_differ(self, train, validation):
        axis = loss_axis(curve(train), curve(validation))
        assert axis.low < axis.high
        ticks = axis.ticks(4)
        assert 2 <= len(ticks) <= 12
        assert all(axis.low - 1e-6 * abs(axis.low) <= at <= axis.high * (1 + 1e-6) for at, _ in ticks)
        assert all(len(label) <= 8 for _, label in ticks)

    @given(st.floats(0, 5000), st.integers(1, 100_000))
    def test_the_axis_of_epochs_holds_the_run_and_no_more_than_is_planned(self, x, planned):
        axis = epoch_axis(x, planned)
        assert axis.low == 0
        assert axis.high >= x
        assert axis.high <= max(planned, x)

    def test_the_axis_of_epochs_grows_in_round_steps(self):
        assert [epoch_axis(x, 100).high for x in (0.2, 1.5, 2.5, 7, 15, 60)] == [1, 2, 5, 10, 20, 100]

    def test_labels_have_the_digits_that_tell_them_apart(self):
        assert [label for _, label in Axis(0, 0.6).ticks(3)] == ["0.0", "0.2", "0.4", "0.6"]
        assert [label for _, label in Axis(0.9, 1, percent=True).ticks(2)] == ["90%", "95%", "100%"]


class TestClip:
    X, Y = Axis(0, 10), Axis(0, 1)

    def test_a_line_that_leaves_is_cut_at_the_edge(self):
        parts = clip([Point(0, 0.5), Point(1, 2.5), Point(2, 0.5)], self.X, self.Y)
        assert parts == [[Point(0, 0.5), Point(0.25, 1.0)], [Point(1.75, 1.0), Point(2, 0.5)]]

    def test_what_is_outside_altogether_is_left_out(self):
        assert clip([Point(0, 3), Point(1, 4)], self.X, self.Y) == []

    def test_a_line_inside_stays_whole(self):
        inside = [Point(0, 0.1), Point(1, 0.9), Point(2, 0.2)]
        assert clip(inside, self.X, self.Y) == [inside]

    @given(st.lists(heights, min_size=1, max_size=40))
    def test_nothing_sticks_out(self, values):
        parts = clip(curve(values), self.X, self.Y)
        assert all(0 <= point.y <= 1 for part in parts for point in part)
