"""Charts of curves over epochs as data, and the range of their axes that is worth showing.

Time is in fractional epochs: step 234 of 469 per epoch is 0.499. Accuracies are shares, 0 to 1.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor, log10
from operator import itemgetter
from typing import Literal, NamedTuple

from msgspec import Struct

__all__ = [
    "Axis",
    "Chart",
    "Curve",
    "CurveStyle",
    "Dash",
    "Mark",
    "Point",
    "VerticalLine",
    "accuracy_axis",
    "clip",
    "epoch_axis",
    "loss_axis",
    "thin",
]

Dash = Literal["solid", "dashed", "dotted"]
Mark = Literal["circle", "triangle", "square", "diamond", "star"]

_MOST_DIGITS = 5
"""Digits of a label before or after the decimal point."""

# Called for every point; a Python function would take three times as long.
_x, _y = itemgetter(0), itemgetter(1)


class Point(NamedTuple):
    """A point of a curve: ``x`` in epochs."""

    x: float
    y: float


class Axis(Struct, frozen=True):
    """The range of an axis: ``low`` is less than ``high``."""

    low: float
    high: float
    percent: bool = False

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        """About ``most`` round values on the axis with their labels, and at least two."""
        step = _nice_step((self.high - self.low) / max(1, most))
        values = self._multiples(step)
        while len(values) < 2:
            step = _nice_step(step * 0.4)
            values = self._multiples(step)
        return tuple((value, self._label(value, step)) for value in values)

    def _label(self, value: float, step: float) -> str:
        scale = 100 if self.percent else 1
        digits = max(0, -floor(log10(step * scale) + 1e-9))
        if digits > _MOST_DIGITS or abs(value) >= 10**_MOST_DIGITS:
            return f"{value:.1e}"
        return f"{value * scale:.{digits}f}{'%' if self.percent else ''}"

    def clamp(self, value: float) -> float:
        """``value``, or the nearest end of the axis."""
        return min(max(value, self.low), self.high)

    def _multiples(self, step: float) -> list[float]:
        first, last = -floor(-self.low / step + 1e-9), floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


class CurveStyle(Struct, frozen=True):
    """How a curve is drawn: in the color of ``role``, with shapes that tell it from others without color."""

    role: str
    dash: Dash | None = "solid"
    """None for marks without a line."""
    mark: Mark | None = None
    hollow: bool = False


class Curve(Struct, frozen=True):
    """A line through points sorted by x, marks at them, or both. A curve without a name is not in the legend."""

    name: str
    points: tuple[Point, ...]
    style: CurveStyle


class VerticalLine(Struct, frozen=True):
    """A vertical line at ``x`` with a label at its top."""

    x: float
    label: str


class Chart(Struct, frozen=True):
    """A chart. The terminal and the lab report each draw it in their own way."""

    title: str
    """In lower case: ``validation loss``."""
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    rules: tuple[VerticalLine, ...] = ()


def thin(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most ``most`` (at least 4) of ``points``, which are sorted by x.

    Keeps the first and the last point, and the lowest and highest in each of several equal intervals of x, so that the
    curve keeps its outline.
    """
    if len(points) <= most:
        return tuple(points)
    first, last = points[0], points[-1]
    thinned = [first]
    for interval in _intervals(points, max(1, (most - 2) // 2)):
        low, high = min(interval, key=_y), max(interval, key=_y)
        thinned += [low] if low is high else sorted((low, high))
    return (*thinned, last)


def clip(points: Sequence[Point], x: Axis, y: Axis) -> list[list[Point]]:
    """The parts of the line through ``points`` that are within both axes."""
    parts: list[list[Point]] = []
    visible = [point for point in points if x.low <= point.x <= x.high]
    if len(visible) > 1 and y.low <= min(visible, key=_y).y and max(visible, key=_y).y <= y.high:
        return [visible]
    for start, end in zip(visible, visible[1:] or visible, strict=False):
        ends = _visible_segment(start, end, y)
        if ends is None:
            continue
        if parts and parts[-1][-1] == ends[0]:
            parts[-1].append(ends[1])
        else:
            parts.append(list(ends))
    return parts


def loss_axis(train: Sequence[Point], validation: Sequence[Point]) -> Axis:
    """The axis for losses: shows every validation point, and training except for rare peaks."""
    low, high = _range(train, validation)
    low = 0.0 if 0 <= low < 0.5 * high else low - 0.05 * (high - low)
    return Axis(low, high + 0.05 * (high - low))


def accuracy_axis(train: Sequence[Point], validation: Sequence[Point]) -> Axis:
    """The axis for accuracies, in percent; shows the same points as `loss_axis`."""
    low, high = _range(train, validation)
    margin = 0.05 * (high - low)
    return Axis(max(0.0, low - margin), min(1.0, high + margin), percent=True)


def epoch_axis(x: float, planned: int) -> Axis:
    """The axis of epochs for a run at epoch ``x`` of ``planned``: grows in steps of 1, 2, 5, 10, ..."""
    high = _nice_step(max(x, 1.0))
    return Axis(0.0, max(min(high, float(planned or 1)), x))


def _nice_step(least: float) -> float:
    """The smallest number of the form 1, 2 or 5 times a power of ten that is at least ``least``."""
    power = 10.0 ** floor(log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least * (1 - 1e-9)), 10 * power)


def _intervals(points: Sequence[Point], count: int) -> Iterator[Sequence[Point]]:
    """The points between the first and the last, grouped by ``count`` equal intervals of x, without empty groups."""
    first, last = points[0].x, points[-1].x
    ends = (bisect_left(points, first + (last - first) * end / count, 1, key=_x) for end in range(1, count))
    for start, end in pairwise((1, *ends, len(points) - 1)):
        if start < end:
            yield points[start:end]


def _visible_segment(start: Point, end: Point, y: Axis) -> tuple[Point, Point] | None:
    """The part of a straight line that lies within ``y``, if any."""
    if y.low <= start.y <= y.high and y.low <= end.y <= y.high:
        return start, end
    if max(start.y, end.y) < y.low or min(start.y, end.y) > y.high:
        return None

    def cut(point: Point) -> Point:
        level = y.clamp(point.y)
        if level == point.y:
            return point
        return Point(start.x + (end.x - start.x) * (level - start.y) / (end.y - start.y), level)

    return cut(start), cut(end)


def _after_warmup(points: Sequence[Point]) -> list[float]:
    """The values without the steep start: the first twentieth of the run, from epoch 3 on at least the first epoch."""
    if len(points) < 20:
        return [y for _, y in points]
    newest = points[-1].x
    start = max(newest / 20, 1.0 if newest >= 3 else 0.0)
    return [y for _, y in points[bisect_left(points, start, key=_x) :]]


def _range(train: Sequence[Point], validation: Sequence[Point]) -> tuple[float, float]:
    """The lowest and the highest value to show, with a minimum distance if the curve is flat."""
    values = sorted(_after_warmup(train))
    shown = [point.y for point in validation]
    shown += [values[round(quantile * (len(values) - 1))] for quantile in (0.02, 0.98) if values]
    low, high = min(shown), max(shown)
    minimum = max(abs(high) * 1e-3, 1e-6)
    return (low, high) if high - low >= minimum else (low - minimum / 2, high + minimum / 2)
