"""The chart of a learning-rate range test: a logarithmic axis of rates, what is shown of losses that grow, words."""

from itertools import pairwise
from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts import next_place, placed, read
from core.export.chart_svg import Figure, svg
from core.range_chart import range_chart
from core.training.range_test import HIGHEST, LOWEST, STEPS, advice
from core.training.range_test import read as read_losses

RATES = [LOWEST * (HIGHEST / LOWEST) ** (number / (STEPS - 1)) for number in range(STEPS)]
FALLING = [2.3] * 100 + [2.3 - 0.05 * number for number in range(40)] + [0.35 + 2.0**number for number in range(20)]


def chart_of(losses, planned=1e-3):
    found = read_losses(RATES, losses, complete=len(losses) == STEPS)
    return range_chart(found.points, found.steepest, planned)


def test_there_is_none_before_the_first_step():
    assert range_chart((), None, 1e-3) is None


def test_equal_factors_of_the_rate_are_equally_wide_and_its_powers_of_ten_are_labelled():
    x = chart_of([2.3]).x
    shares = [x.share(10.0**power) for power in range(-6, 2)]
    assert shares[0] == pytest.approx(0)
    assert shares[-1] == pytest.approx(1)
    assert [after - before for before, after in pairwise(shares)] == pytest.approx([1 / 7] * 7)
    assert [label for _, label in x.ticks(8, 1 / 8)] == ["1e-06", "1e-05", "0.0001", "0.001", "0.01", "0.1", "1", "10"]
    assert [label for _, label in x.ticks(5, 1 / 5)] == ["1e-06", "0.0001", "0.01", "1"]


def test_low_rates_keep_their_outline_where_there_is_room_for_few_points():
    chart = chart_of(FALLING)
    shown = placed(chart.curves[0].points, chart, 40)
    assert len(shown) <= 40
    assert sum(point.x < 0.5 for point in shown) > 10


def test_losses_that_grow_leave_the_fall_its_room_and_are_named():
    chart = chart_of(FALLING)
    assert chart.y.has(2.3)
    assert chart.y.high < 4
    assert [cut.label for cut in chart.cuts] == ["\u21915.24e+05"]


def test_the_steepest_point_stands_on_the_line_with_a_star_and_its_rate():
    chart = chart_of(FALLING, planned=0.02)
    batches, smoothed, fastest = chart.curves
    assert (batches.style.dash, smoothed.style.dash, fastest.style.mark) == ("points", "solid", "star")
    assert fastest.points[0] in smoothed.points
    assert [rule.label for rule in chart.rules] == [f"fastest {fastest.points[0].x:.2g}", "plan 0.02"]
    assert len(chart_of([2.3] * STEPS).curves) == 2


def test_the_crosshair_goes_from_point_to_point_and_reads_rates():
    chart = chart_of(FALLING)
    last = chart.curves[0].points[-1].x
    assert next_place(chart, None, -1) == last
    before = next_place(chart, last, -1)
    assert log10(last / before) == pytest.approx(7 / (STEPS - 1))
    assert next_place(chart, before, 1) == next_place(chart, last, 1) == last
    place, readings = read(chart, RATES[0])
    assert (place, [each.value for each in readings]) == ("rate 1e-06", ["2.3000", "2.3000"])


def test_a_report_draws_a_dot_for_every_batch_in_sight():
    chart = chart_of(FALLING)
    drawn = svg(Figure("range", "", chart))
    seen = [point for point in chart.curves[0].points if chart.y.has(point.y)]
    assert drawn.count("<circle") == len(seen) + 2, "and two in the legend"
    assert ">rate<" in drawn


@given(st.lists(st.floats(0, 1e30), min_size=1, max_size=STEPS), st.floats(1e-9, 1e3))
def test_whatever_the_losses_the_axes_are_axes(losses, planned):
    chart = chart_of(losses, planned)
    assert chart.y.low < chart.y.high
    assert len(chart.y.ticks(5)) >= 2
    assert svg(Figure("range", "", chart))


def test_the_words_name_the_rate_the_plan_and_where_it_diverges():
    falling = read_losses(RATES, FALLING, complete=False)
    assert advice(falling, 0.01).startswith(f"the loss falls fastest at {falling.suggestion:g}, a good rate")
    assert "(the plan has 0.01); from about" in advice(falling, 0.01)
    assert advice(read_losses(RATES, [2.3] * STEPS), 0.01) == (
        "the loss falls at no rate: look at the network first (the plan has 0.01)"
    )
