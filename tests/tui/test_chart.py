"""The chart widget: what it draws of a picture, in which colors, and that it never goes under."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult

from core.charts import Axis, Chart, Curve, CurveStyle, Point, VerticalLine
from core.run_charts import BEST, TRAINING
from tests.tui.driving import Themed, screen_of
from tui.widgets.chart import ChartWidget
from tui.widgets.plot import draw

MARKS = CurveStyle("validation", None, "circle")
STYLES = {role: Style(color="#102030") for role in ("training", "validation", "best", "axis", "rule", "cut", "cross")}


def chart_of(**changes):
    points = tuple(Point(index / 50, 1 / (1 + index / 10)) for index in range(101))
    parts = {
        "title": "loss",
        "x": Axis(0, 2),
        "y": Axis(0, 1),
        "curves": (Curve("training", points, TRAINING), Curve("validation", (Point(1, 0.2), Point(2, 0.1)), MARKS)),
        "rules": (VerticalLine(0.5, "lr 0.0005"),),
    }
    return Chart(**{**parts, **changes})


class ChartApp(Themed):
    def compose(self) -> ComposeResult:
        yield ChartWidget("loss", "Press t", id="chart")


async def rendered(size, shown, theme="textual-dark", *, bare=False):
    app = ChartApp()
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        chart = app.query_one(ChartWidget)
        chart.bare = bare
        chart.chart = shown
        await pilot.pause()
        return chart.draw()


def lines_of(drawing):
    return ["".join(segment.text for segment in line).rstrip() for line in drawing]


def styles_of(drawing):
    return [segment.style for line in drawing for segment in line if segment.style]


async def test_without_a_picture_it_says_what_to_do():
    lines = lines_of(await rendered((60, 12), None))
    assert lines[0] == "loss"
    assert "Press t" in lines


async def test_title_legend_axes_curve_marks_and_rule_are_there():
    lines = lines_of(await rendered((80, 14), chart_of()))
    assert len(lines) == 14
    assert lines[0].startswith("loss")
    assert "training" in lines[0]
    assert "validation \u25cf" in lines[0]
    assert lines[-1].split() == ["epoch", "0.0", "0.5", "1.0", "1.5", "2.0"]
    body = "\n".join(lines[1:-1])
    assert body.count("\u25cf") == 2
    assert "lr 0.0005" in body
    assert "\u250a" in body
    assert any("\u2800" < letter <= "\u28ff" for letter in body)
    assert all(len(line) <= 80 for line in lines)


async def test_a_bare_chart_has_no_labels_of_epochs():
    lines = lines_of(await rendered((80, 14), chart_of(), bare=True))
    assert not any("epoch" in line for line in lines)


@pytest.mark.parametrize("size", [(20, 5), (10, 2), (24, 4), (3, 3)])
async def test_a_tiny_chart_says_that_there_is_no_room(size):
    lines = lines_of(await rendered(size, chart_of()))
    assert "".join(lines).replace(" ", "") == "loss:noroomforachart"


async def test_the_smallest_chart_is_drawn():
    lines = lines_of(await rendered((24, 5), chart_of()))
    assert len(lines) == 5
    assert all(len(line) <= 24 for line in lines)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_colors_come_from_the_theme_and_the_background_is_left_alone(theme):
    app = ChartApp()
    async with app.run_test(size=(80, 14)) as pilot:
        app.theme = theme
        chart = app.query_one(ChartWidget)
        chart.chart = chart_of()
        await pilot.pause()
        styles = styles_of(chart.draw())
        assert styles
        assert not any(style.bgcolor for style in styles)
        drawn = {style.color.get_truecolor() for style in styles if style.color}
        wanted = app.theme_variables["training"]
        assert any(color.hex.lower() == wanted.lower() for color in drawn)


async def test_a_new_theme_gives_new_colors():
    dark = await rendered((80, 14), chart_of(), "textual-dark")
    light = await rendered((80, 14), chart_of(), "textual-light")
    assert lines_of(dark) == lines_of(light)
    assert styles_of(dark) != styles_of(light)


async def test_only_lines_that_come_out_otherwise_are_painted(monkeypatch):
    app = ChartApp()
    async with app.run_test(size=(80, 14)) as pilot:
        chart = app.query_one(ChartWidget)
        chart.chart = chart_of()
        await pilot.pause()
        painted = []
        render_line = chart.render_line
        monkeypatch.setattr(chart, "render_line", lambda y: painted.append(y) or render_line(y))
        chart.chart = chart_of(title="loss of another run")
        await pilot.pause()
        assert painted == [0]
        assert screen_of(app).startswith("loss of another run")


async def test_another_theme_has_what_is_drawn_already_painted_in_its_colors():
    app = ChartApp()
    async with app.run_test(size=(80, 14)) as pilot:
        chart = app.query_one(ChartWidget)
        chart.chart = chart_of()
        await pilot.pause()
        dark = [chart.render_line(y) for y in range(14)]
        app.theme = "textual-light"
        await pilot.pause()
        light = [chart.render_line(y) for y in range(14)]
        assert [strip.text for strip in dark] == [strip.text for strip in light]
        for y, (before, after) in enumerate(zip(dark, light, strict=True)):
            assert before != after, f"line {y} has kept its colors"


async def test_another_size_has_all_of_it_drawn_anew():
    app = ChartApp()
    async with app.run_test(size=(80, 14)) as pilot:
        chart = app.query_one(ChartWidget)
        chart.chart = chart_of()
        await pilot.pause()
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert screen_of(app).splitlines() == lines_of(chart.draw())
        assert len(chart.draw()) == 10


@given(
    st.integers(24, 220),
    st.integers(4, 60),
    st.lists(st.tuples(st.floats(-10, 10), st.floats(-1e30, 1e30)), max_size=80),
    st.sampled_from([(0.0, 1.0), (-1e30, 1e30), (0.0, 1e-12)]),
)
@settings(max_examples=60)
def test_whatever_the_points_it_fills_its_room(width, height, raw, ends):
    points = tuple(Point(x, y) for x, y in sorted(raw))
    shown = chart_of(
        y=Axis(*ends),
        curves=(Curve("training", points, TRAINING), Curve("best", points, BEST)),
        rules=tuple(VerticalLine(point.x, "lr 1") for point in points if 0 <= point.x <= 2),
    )
    lines = draw(shown, STYLES, width, height, bare=False)
    assert len(lines) == height
    assert all(Segment.get_line_length(line) <= width for line in lines)
