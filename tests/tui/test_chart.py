"""The chart widget: what it draws of a picture, in which colors, and that it never goes under."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult

from core.charts import Axis, Band, Chart, Curve, CurveStyle, Cut, Point, VerticalLine
from core.run_charts import BEST, RUNS, TRAINING, VALIDATION
from tests.tui.driving import Themed, screen_of
from tui.theme import DARK, LIGHT
from tui.widgets import plot
from tui.widgets.canvas import Canvas
from tui.widgets.chart import ChartWidget
from tui.widgets.left_axis import LABELS
from tui.widgets.plot import draw
from tui.widgets.raster import rasterize

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


BRAILLE = ("\u2800", "\u28ff")
shares = st.lists(st.floats(0, 1), min_size=2, max_size=160)


@given(shares, st.integers(24, 120), st.integers(6, 40), st.sampled_from([VALIDATION, RUNS[0], RUNS[3]]), st.data())
@settings(max_examples=100)
def test_marks_stand_on_their_line(values, width, height, style, data):
    points = tuple(Point(2 * number / (len(values) - 1), value) for number, value in enumerate(values))
    curve, canvas = Curve("", points, style), Canvas(width - LABELS - 1, height - 2)
    best = Curve("", (data.draw(st.sampled_from(points)),), BEST)
    shown = chart_of(curves=(curve, best), rules=())
    rasterize(canvas, [(plot._line(curve, shown, canvas), STYLES["validation"])])
    marks = list(plot._marks(curve, shown, canvas))
    drawn = ["".join(segment.text for segment in canvas.segments(row)) for row in range(canvas.height)]
    for column, row in (*marks, *plot._marks(best, shown, canvas)):
        assert BRAILLE[0] < drawn[row][column] <= BRAILLE[1], (column, row, drawn)
    columns = [column for column, _ in marks]
    assert columns[-1] == canvas.width - 1, "the last point has a mark"
    assert all(after - before >= plot.APART for before, after in pairwise(columns))


def test_a_mark_beyond_the_axis_stands_at_its_edge_and_the_line_runs_there():
    points = (Point(0, 0.5), Point(1, 7.0), Point(2, 0.5))
    curve, canvas = Curve("", points, VALIDATION), Canvas(40, 10)
    shown = chart_of(curves=(curve,), rules=())
    rasterize(canvas, [(plot._line(curve, shown, canvas), STYLES["validation"])])
    column, row = list(plot._marks(curve, shown, canvas))[1]
    assert row == 0
    assert BRAILLE[0] < "".join(segment.text for segment in canvas.segments(row))[column] <= BRAILLE[1]


@pytest.mark.parametrize("height", range(5, 24))
def test_every_tick_of_a_logarithmic_axis_has_a_row(height):
    y = Axis(0.008, 2.4, log=True, bulk=(0.01, 0.05))
    lines = lines_of(draw(chart_of(y=y), STYLES, 60, height, bare=True))
    labels = [float(line.split("\u2524")[0]) for line in lines if "\u2524" in line]
    assert len(labels) >= 2
    apart = 1.01 / (height - 2)
    assert all(y.share(above) - y.share(below) >= apart for above, below in pairwise(labels))
    if height >= 8:
        assert sum(label <= 0.05 for label in labels) >= 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.integers(24, 120), st.integers(6, 40))
def test_equal_curves_have_equal_marks_whatever_stands_beside_them(values, width, height):
    points = tuple(Point(number + 1, value) for number, value in enumerate(values))
    longer = tuple(Point(number + 1, 0.5) for number in range(55))
    curves = tuple(Curve(style.role, longer if style is RUNS[1] else points, style) for style in RUNS[:3])
    shown, canvas = chart_of(x=Axis(0, 55), curves=curves, rules=()), Canvas(width, height)
    assert list(plot._marks(curves[0], shown, canvas)) == list(plot._marks(curves[2], shown, canvas))
    rows: dict[int, set[int]] = {}
    for (column, row), style in plot._shared_marks(shown, canvas):
        if style is not RUNS[1]:
            rows.setdefault(column, set()).add(row)
    assert all(len(there) == 1 for there in rows.values()), "one does not stand above the other"


def grounds_of(drawing, row):
    """The columns of the line ``row`` that are tinted, by their ground or as half a cell."""
    columns, at = [], 0
    for segment in drawing[row]:
        if (segment.style and segment.style.bgcolor) or set(segment.text) <= {"\u2580", "\u2584"}:
            columns += range(at, at + len(segment.text))
        at += len(segment.text)
    return columns


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
async def test_the_band_is_a_dim_ground_behind_its_line_and_nowhere_else(theme):
    points = tuple(Point(number / 20, 0.9 if number % 2 else 0.5) for number in range(21))
    line = Curve("training", (Point(0, 0.7), Point(1, 0.7)), TRAINING)
    app = ChartApp()
    async with app.run_test(size=(80, 14)) as pilot:
        app.register_theme(theme)
        app.theme = theme.name
        chart = app.query_one(ChartWidget)
        chart.chart = chart_of(curves=(line,), bands=(Band("training", points),), rules=())
        await pilot.pause()
        drawing = chart.draw()
        tinted = {row: grounds_of(drawing, row) for row in range(1, 12)}
        middle = LABELS + 1 + (80 - LABELS - 1) // 2
        reached = [row for row, columns in tinted.items() if columns]
        assert 1 < reached[0] < reached[-1] < 8, "from 0.9 to 0.5 of twelve rows"
        assert all(LABELS < column <= middle + 2 for row in reached for column in tinted[row])
        ground = next(segment.style.bgcolor for segment in drawing[3] if segment.style and segment.style.bgcolor)
        assert ground.get_truecolor() not in {app.theme_variables["training"], app.theme_variables["background"]}


async def test_a_value_that_is_cut_off_stands_at_its_edge():
    shown = chart_of(cuts=(Cut(0.0, "\u21912.31", top=True), Cut(2.0, "\u21930.01", top=False)))
    lines = lines_of(await rendered((80, 14), shown))
    assert "\u21912.31" in lines[1]
    assert lines[-3].endswith("\u21930.01")


async def test_the_first_epoch_stands_apart_from_its_word():
    points = tuple(Point(1.0 + index / 100, 0.5) for index in range(101))
    below = lines_of(
        await rendered((80, 14), chart_of(x=Axis(1.75, 2.0), curves=(Curve("training", points, TRAINING),)))
    )
    assert below[-1].split()[0] == "epoch"


async def test_the_crosshair_reads_the_values_in_the_line_of_the_title():
    app = ChartApp()
    async with app.run_test(size=(80, 14)) as pilot:
        chart = app.query_one(ChartWidget)
        curves = (chart_of().curves[0], Curve("validation", (Point(1, 0.2), Point(2, 0.1)), VALIDATION))
        chart.chart = chart_of(curves=curves, notes=("log", "smooth 0.9"))
        chart.cross = 1.0
        await pilot.pause()
        title, *body = screen_of(app).splitlines()
        assert title.split()[:6] == ["loss", "log", "smooth", "0.9", "epoch", "1"]
        assert "0.1667" in title
        assert "0.2000" in title
        assert sum("\u2502" in line[LABELS + 1 :] for line in body) > 5
        await pilot.resize_terminal(44, 14)
        assert [word for word in title.split() if word not in {"log", "smooth", "0.9"}] == (
            screen_of(app).splitlines()[0].split()
        ), "the notes make room for what is read"
        chart.cross = 3.0
        await pilot.pause()
        assert "epoch 3" not in screen_of(app), "another run has fewer epochs"
        chart.cross = None
        await pilot.resize_terminal(80, 14)
        assert "validation" in screen_of(app).splitlines()[0]


async def test_the_mouse_points_at_an_epoch_and_leaves():
    pointed = []

    class Pointing(ChartApp):
        def on_chart_widget_pointed(self, event):
            pointed.append(event.epoch)

    app = Pointing()
    async with app.run_test(size=(80, 14)) as pilot:
        app.query_one(ChartWidget).chart = chart_of()
        await pilot.pause()
        await pilot.hover(ChartWidget, offset=(79, 5))
        await pilot.hover(ChartWidget, offset=(LABELS + 1, 5))
        await pilot.hover(ChartWidget, offset=(2, 5))
        assert pointed == [2.0, 0.0, None]


@pytest.mark.parametrize("apart", [0.3, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("order", [1, -1])
def test_labels_stand_beside_their_rule_and_where_there_is_room_cross_no_other(apart, order):
    axis = Axis(0.0, 10.0)
    first, second = VerticalLine(5.0, "lr 0.001"), VerticalLine(5.0 + apart, "lr 0.0005")
    cut = Cut(second.x + 0.2, "\u2191999999", top=True)
    chart = Chart("loss", axis, axis, (), (first, second)[::order], cuts=(cut,))
    styles = dict.fromkeys(("axis", "rule", "cut"), Style())
    drawn = ["".join(part.text for part in line) for line in draw(chart, styles, 100, 12, bare=True)]
    for rule in (first, second):
        line = next(line for line in drawn if rule.label in line)
        assert f"{rule.label} \u250a" in line or f"\u250a {rule.label}" in line
        assert "\u2191" in line or line.count("\u250a") == 2
