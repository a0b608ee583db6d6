"""Curves of a sweep: the mean over the seeds of a setting, above a band from the lowest to the highest."""

from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from core.charts import reaches
from core.events import EpochEnded
from core.history import History
from core.run_charts import RUNS, over_seeds

shares = st.floats(0.0, 1.0)
seeds = st.lists(st.lists(shares, min_size=1, max_size=6), min_size=1, max_size=4)


def history(values: list[float], *, validated: bool = True) -> History:
    told = History()
    for epoch, value in enumerate(values, start=1):
        val = value if validated else None
        told = told.after(EpochEnded(epoch, len(values), epoch * 10, 0.5, value, val, val, 0.1, 1.0, False))
    return told


@given(seeds)
def test_it_is_the_mean_of_all_seeds_up_to_the_epoch_that_all_have_reached(values):
    chart = over_seeds("accuracy", [("a", [history(each) for each in values])])
    (curve,) = chart.curves
    reached = min(map(len, values))
    assert [point.x for point in curve.points] == list(range(1, reached + 1))
    for epoch, point in enumerate(curve.points):
        assert point.y == fmean(each[epoch] for each in values)
    assert bool(chart.bands) == (len(values) > 1)


@given(st.lists(st.lists(shares, min_size=4, max_size=4), min_size=2, max_size=4))
def test_the_band_reaches_from_the_lowest_to_the_highest_at_every_epoch(values):
    (band,) = over_seeds("accuracy", [("a", [history(each) for each in values])]).bands
    for epoch in range(4):
        (reach,) = reaches(band.points, epoch + 1.0, 1e-9, 1)
        at = [each[epoch] for each in values]
        assert abs(reach.low - min(at)) < 1e-6
        assert abs(reach.high - max(at)) < 1e-6


def test_each_setting_keeps_its_style_even_beside_one_without_a_run():
    chart = over_seeds("accuracy", [("a", []), ("b", [history([0.5, 0.6])])])
    assert [(curve.name, curve.style) for curve in chart.curves] == [("b", RUNS[1])]
    assert over_seeds("accuracy", [("a", []), ("b", [History()])]) is None


def test_without_validation_it_is_that_of_training():
    chart = over_seeds("accuracy", [("a", [history([0.5, 0.6], validated=False)])])
    assert [point.y for point in chart.curves[0].points] == [0.5, 0.6]


def test_no_more_are_drawn_than_can_be_told_apart():
    many = [(str(number), [history([0.5])]) for number in range(20)]
    assert len(over_seeds("accuracy", many).curves) == len(RUNS)
