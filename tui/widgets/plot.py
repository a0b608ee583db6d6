"""Draws a chart, such as the loss curve, with plotext. Only this module uses plotext, which is slow to import.

plotext has one figure for the whole process and a C++ kernel that aborts the process on input that it cannot draw, so
it only ever gets finite points on the axes, on the UI thread.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any, cast

from plotext import add_theme, figure, marker, pixel, terminal
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from core.charts import Axis, Chart, Point, VerticalLine, clip, thin
from tui.widgets.curve_signs import COLUMNS, sign

__all__ = ["LABELS", "draw"]

LABELS = 7
"""Columns for the labels of the y axis, so that the epochs of stacked charts are aligned."""

_COLORED = re.compile(r"(\x1b\[[\d;]*m)?([^\x1b]*)")


def draw(chart: Chart, styles: dict[str, Style], width: int, height: int, *, bare: bool) -> list[list[Segment]]:
    """The curves with their axes, line by line."""
    canvas = width - LABELS - 1
    _prepare(styles["axis"])
    figure.clear.data()
    figure.plot_size(width, height)
    _rule(0, chart.x, () if bare else chart.x.ticks(canvas // 8))
    _rule(1, chart.y, [(at, label.rjust(LABELS)) for at, label in chart.y.ticks(max(2, height // 2 - 1))])
    for rule in chart.rules:
        _dots(_sampled(rule, chart, height), "\u250a", styles["rule"])
    for curve in chart.curves:
        if curve.style.dash:
            parts, dash = clip(thin(curve.points, 2 * canvas), chart.x, chart.y), COLUMNS[curve.style.dash]
            _curve(_dashed(parts, chart.x, canvas, dash) if dash else parts, styles[curve.style.role])
    for curve in chart.curves:
        if curve.style.mark:
            _dots(_inside(_spread(curve.points, canvas), chart), sign(curve.style), styles[curve.style.role])
    for rule in chart.rules:
        _label(rule, chart, canvas, styles["rule"])
    return [_segments(line) for line in figure.build().string().splitlines()]


@lru_cache(1)  # there is one figure, in the state of the last call
def _prepare(text: Style) -> None:
    """Set up the figure with a left and a bottom axis, and text in the color of ``text``."""
    terminal.limit(False, False)
    figure.clear()
    add_theme("layerlab", text=_pixel(text))  # only a theme leaves the background to the terminal
    figure.theme("layerlab")
    figure.axes(False, axis="x", side="upper")
    figure.axes(False, axis="y", side="right")


def _rule(axis: int, shown: Axis, ticks: Sequence[tuple[float, str]]) -> None:
    ruler = figure.ruler(axis, 0)
    ruler.lim(shown.low, shown.high)
    ruler.ticks([at for at, _ in ticks], [label for _, label in ticks])


def _curve(parts: Sequence[Sequence[Point]], style: Style) -> None:
    """The line through the points of every part; in one signal, as a signal costs more than its points."""
    points = [point for part in parts for point in part]
    if points:
        signal = _signal(points, marker("braille", _pixel(style))).lines()
        for start in accumulate((len(part) for part in parts[:-1]), initial=0):
            signal.line(start, False)
        figure.draw(signal)


def _dashed(parts: Iterable[Sequence[Point]], x: Axis, columns: int, dash: tuple[int, int]) -> list[Sequence[Point]]:
    """The pieces of ``parts`` that ``dash`` draws."""
    column = (x.high - x.low) / columns
    starts = [x.low + place * column for place in range(0, columns, sum(dash))]
    pieces = (_between(part, start, start + dash[0] * column) for part in parts for start in starts)
    return [piece for piece in pieces if len(piece) > 1]


def _between(part: Sequence[Point], low: float, high: float) -> list[Point]:
    """The line through ``part`` from ``low`` to ``high``, with interpolated points at both ends."""
    first, last = (bisect_left(part, x, key=itemgetter(0)) for x in (low, high))
    return [*_cut(part, first, low), *part[first:last], *_cut(part, last, high)]


def _cut(part: Sequence[Point], at: int, x: float) -> list[Point]:
    """The interpolated point at ``x`` before the point ``at``, if there is one on both sides."""
    if not 0 < at < len(part):
        return []
    start, end = part[at - 1], part[at]
    return [Point(x, start.y + (end.y - start.y) * (x - start.x) / (end.x - start.x))]


def _dots(points: Sequence[Point], signs: str, style: Style) -> None:
    """A sign at every point: ``signs`` in turn."""
    if points:
        figure.draw(_signal(points, [marker(sign, _pixel(style)) for sign in signs]))


def _signal(points: Sequence[Point], markers: object) -> Any:
    return figure.signal([x for x, _ in points], [y for _, y in points], marker=markers)


def _label(rule: VerticalLine, chart: Chart, columns: int, style: Style) -> None:
    """The label of a rule, at its top, on the side where it fits."""
    x = chart.x
    column = (rule.x - x.low) / (x.high - x.low) * (columns - 1)
    to_the_right = column + 2 + len(rule.label) < columns
    if not rule.label or (not to_the_right and column < 2 + len(rule.label)):
        return
    at = column + 2 if to_the_right else column - 1 - len(rule.label)
    places = [x.low + (at + offset) / (columns - 1) * (x.high - x.low) for offset in range(len(rule.label))]
    _dots([Point(place, chart.y.high) for place in places], rule.label, style)


def _inside(points: Iterable[Point], chart: Chart) -> list[Point]:
    """The points between the ends of the x axis, those above or below drawn at the edge."""
    x, y = chart.x, chart.y
    return [Point(point.x, y.clamp(point.y)) for point in points if x.low <= point.x <= x.high]


def _spread(points: tuple[Point, ...], columns: int) -> tuple[Point, ...]:
    """At most half as many points as columns: every n-th, and always the last."""
    every = -(-len(points) // max(1, columns // 2))
    return points if every <= 1 else (*points[:-1:every], points[-1])


def _sampled(rule: VerticalLine, chart: Chart, height: int) -> list[Point]:
    """A point for every row of a vertical line."""
    low, high = chart.y.low, chart.y.high
    return [Point(rule.x, low + (high - low) * row / height) for row in range(height + 1)]


def _segments(line: str) -> list[Segment]:
    """Split text with color codes into segments; each of plotext's codes is self-contained."""
    return [Segment(text, _decoded(code)) for code, text in _COLORED.findall(line) if text]


@lru_cache(256)
def _decoded(code: str) -> Style | None:
    spans = Text.from_ansi(f"{code}x").spans
    return cast("Style", spans[0].style) if spans else None


def _pixel(style: Style) -> object:
    """The color of ``style``, or of the terminal's text where the theme leaves it to the terminal."""
    color = style.color
    if color is None or color.is_default:
        return pixel()
    return pixel(color.number if color.triplet is None else tuple(color.triplet))
