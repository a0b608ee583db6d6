"""What a crosshair reads off a chart."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from math import ceil, floor
from operator import itemgetter

from msgspec import Struct

from core.charts.axes import Axis
from core.charts.chart import Chart, CurveStyle
from core.charts.points import Point
from core.charts.steps import nice_step
from core.formatting import show_accuracy, show_loss, show_rate

__all__ = ["Reading", "next_place", "read"]

_x = itemgetter(0)

_NEAR = 0.01
"""The share of the x axis within which a point is at a place."""


class Reading(Struct, frozen=True):
    """The value of a curve near a place, ready to show."""

    style: CurveStyle
    name: str
    value: str


def read(chart: Chart, x: float) -> tuple[str, tuple[Reading, ...]]:
    """The place ``x`` as a text, and the value of every line at its point nearest to ``x``.

    The text is ``epoch 5.98`` or ``rate 0.0012``. Where that point is not at ``x`` itself, such as a validation in
    between two epochs, its own place follows the value.
    """
    show: Callable[[float | None], str] = show_accuracy if chart.y.percent else show_loss
    readings = []
    for curve in chart.curves:
        if curve.style.dash is None or not curve.points:
            continue
        point = _nearest(curve.points, x)
        near = abs(chart.x.share(point.x) - chart.x.share(x)) <= _NEAR
        value = show(point.y) if near else f"{show(point.y)} at {_place(point.x, chart.x)}"
        readings.append(Reading(curve.style, curve.name, value))
    return f"{chart.x_name} {_place(x, chart.x)}", tuple(readings)


def next_place(chart: Chart, x: float | None, direction: int) -> float:
    """The next round place to read at, right of ``x`` if ``direction`` is 1, left if it is -1; None starts at the end.

    Places are whole epochs, or round parts or multiples of one where few or many epochs are shown; on a logarithmic
    axis the points themselves.
    """
    ends = [curve.points[-1].x for curve in chart.curves if curve.points]
    last = chart.x.clamp(max(ends, default=chart.x.high))
    if x is None:
        return last
    if chart.x.log:
        return _next_point(chart, x, direction)
    width = chart.x.high - chart.x.low
    step = max(1.0, nice_step(width / 100)) if width >= 3 else nice_step(width / 40)
    count = x / step + direction * 1e-6
    following = (floor(count) + 1 if direction > 0 else ceil(count) - 1) * step
    return min(max(following, chart.x.low), last)


def _nearest(points: Sequence[Point], x: float) -> Point:
    at = bisect_left(points, x, key=_x)
    return min(points[max(0, at - 1) : at + 1], key=lambda point: abs(point.x - x))


def _next_point(chart: Chart, x: float, direction: int) -> float:
    """The x of the next point of any curve right or left of ``x``; ``x`` itself if there is none."""
    beyond = (at for curve in chart.curves for at, _ in curve.points if chart.x.has(at) and (at - x) * direction > 0)
    return min(beyond, key=lambda at: abs(at - x), default=x)


def _place(x: float, axis: Axis) -> str:
    """``6``, ``5.98``; on a logarithmic axis ``1.25e-05``."""
    return show_rate(x) if axis.log else f"{x:.2f}".rstrip("0").rstrip(".")
