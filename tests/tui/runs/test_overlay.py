"""The curves of several runs in one chart."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from core.charts import Axis, Chart, Curve, CurveStyle, Dash, Point
from core.history import History
from core.run_charts import RUNS, overlaid
from tests.tui.runs.stored_runs import history, preset
from tui.runs.series_styles import MOST, sign
from tui.widgets import plot
from tui.widgets.canvas import Canvas
from tui.widgets.curve_signs import COLUMNS, sample

LENET = preset(epochs=5)


def test_no_two_runs_look_alike():
    assert len({sign(number) for number in range(MOST)}) == MOST
    assert len({sign(number)[1] for number in range(MOST)}) == MOST, "each has a color of its own"
    assert len({sample(style) for style in RUNS}) == MOST
    assert sign(MOST)[0] not in {sign(number)[0] for number in range(MOST)}


def test_validation_is_drawn_and_training_where_there_was_none():
    validated, not_validated = history(LENET, 5, 0.5), history(LENET, 3, 0.5, validated=False)
    chart = overlaid("accuracy", [("a", validated), ("b", None), ("c", not_validated)])
    assert chart.title == "validation or training accuracy"
    assert [curve.points for curve in chart.curves] == [validated.val_accuracy, not_validated.means("accuracy")]
    assert [point.y for point in chart.curves[1].points] == [epoch.accuracy for epoch in not_validated.epochs]
    assert [curve.style for curve in chart.curves] == [RUNS[0], RUNS[2]], "a run that cannot be read keeps its place"
    assert [curve.name for curve in chart.curves] == ["a", "c"]
    assert (chart.x.low, chart.x.high) == (0, 5)
    losses = overlaid("loss", [("a", validated)])
    assert losses.title == "validation loss"
    assert losses.y.low <= min(point.y for point in validated.val_loss)
    assert losses.y.high >= max(point.y for point in validated.val_loss)


@pytest.mark.parametrize("histories", [[], [None], [History(), History()]])
def test_without_points_there_is_no_picture(histories):
    assert overlaid("loss", [("", history) for history in histories]) is None


points = st.lists(st.floats(0, 10), min_size=2, max_size=20, unique=True).map(
    lambda xs: [Point(x, 3 * x + 1) for x in sorted(xs)]
)


@given(points, st.sampled_from([dash for dash in COLUMNS.values() if dash]), st.integers(10, 200))
def test_dashes_lie_on_the_line_and_leave_gaps(line, dash, columns):
    x = Axis(0.0, 10.0)
    pieces = plot._dashed([line], x, columns, dash)
    column = 10 / columns
    for piece in pieces:
        assert all(point.y == pytest.approx(3 * point.x + 1) for point in piece)
        assert line[0].x - 1e-9 <= piece[0].x < piece[-1].x <= line[-1].x + 1e-9
        assert piece[-1].x - piece[0].x <= dash[0] * column + 1e-9
    for before, after in pairwise(pieces):
        assert after[0].x - before[-1].x >= dash[1] * column - 1e-9


def test_a_dashed_line_is_drawn_with_gaps():
    steady = (Point(0.0, 0.5), Point(10.0, 0.5))
    styles = {"axis": Style(), "run1": Style(color="#112233"), "rule": Style()}

    def inked(dash: Dash) -> int:
        curve = Curve("", steady, CurveStyle("run1", dash))
        drawn = plot.draw(Chart("", Axis(0.0, 10.0), Axis(0.0, 1.0), (curve,)), styles, 60, 8, bare=True)
        return sum(
            len(segment.text.strip()) for line in drawn for segment in line if segment.text.strip()[:1] > "\u2800"
        )

    assert 0 < inked("dotted") < inked("dashed") < inked("solid")


def test_runs_with_the_same_values_take_turns_at_their_marks_and_each_is_seen():
    same = tuple(Point(epoch, 0.5) for epoch in range(1, 10))
    runs = tuple(Curve(style.role, same, style) for style in RUNS[:3])
    styles = {"axis": Style(), "rule": Style(), "cut": Style(), **{style.role: Style() for style in RUNS}}
    drawn = plot.draw(Chart("", Axis(0.0, 10.0), Axis(0.0, 1.0), runs), styles, 60, 8, bare=True)
    text = "".join(segment.text for line in drawn for segment in line)
    assert [text.count(sign(number)[0]) for number in range(3)] == [3, 3, 3]


def test_a_run_that_meets_others_in_turn_is_seen_too():
    low, high = ([Point(epoch, value) for epoch in range(5, 100, 5)] for value in (0.2, 0.8))
    mixed = [pair[number % 2] for number, pair in enumerate(zip(low, high, strict=True))]
    curves = tuple(Curve("", tuple(line), style) for line, style in zip((low, mixed, high), RUNS, strict=False))
    marks = plot._shared_marks(Chart("", Axis(0.0, 100.0), Axis(0.0, 1.0), curves), Canvas(60, 8))
    shown = Counter(style.role for _, style in marks)
    assert shown[RUNS[1].role] >= 6
