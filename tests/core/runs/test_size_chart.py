"""The accuracies of runs over how many parameters they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.run_charts import RUNS
from core.runs.record import Label, Metrics, Run
from core.runs.size_chart import MOST_LABELS, size_chart


def runs(*figures):
    """Runs with these parameters, test and validation accuracies."""
    made = []
    for number, (params, test, val) in enumerate(figures):
        metrics = Metrics(params=params, test_accuracy=test, last_val_accuracy=val)
        made.append((f"run {number}", Run(f"1-a-{number:05}", Label("a"), "a", "finished", 0.0, metrics=metrics)))
    return made


def test_each_run_is_a_mark_of_its_own():
    chart = size_chart(runs((7_960, 0.92, 0.91), (397_510, 0.98, 0.97)))
    assert chart.title == "test accuracy over parameters"
    assert [curve.points for curve in chart.curves] == [((7_960, 0.92),), ((397_510, 0.98),)]
    assert [curve.style.mark for curve in chart.curves] == [style.mark for style in RUNS[:2]]
    assert {curve.style.dash for curve in chart.curves} == {None}
    assert chart.x.log
    assert [label for _, label in chart.x.labels] == ["7.96k", "398k"]


def test_without_a_test_of_all_it_is_that_in_validation():
    chart = size_chart(runs((10, 0.92, 0.91), (20, None, 0.97), (30, None, None), (0, None, 0.5)))
    assert chart.title == "validation accuracy over parameters"
    assert [curve.points[0].y for curve in chart.curves] == [0.91, 0.97]
    assert not chart.x.log


@pytest.mark.parametrize("figures", [(), ((10, None, None),)])
def test_without_any_there_is_none(figures):
    assert size_chart(runs(*figures)) is None


@given(st.lists(st.tuples(st.integers(1, 10**9), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_every_run_lies_on_both_axes(figures):
    chart = size_chart(runs(*figures))
    assert len(chart.curves) == len(figures)
    for curve in chart.curves:
        assert chart.x.has(curve.points[0].x)
        assert chart.y.has(curve.points[0].y)
    assert len(chart.x.labels) <= MOST_LABELS
