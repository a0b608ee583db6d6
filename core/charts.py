"""Curves over epochs: their points, their axes, and the range worth showing.

Time is in fractional epochs: step 234 of 469 per epoch is 0.499. Accuracies are shares, 0 to 1.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor, log10
from operator import itemgetter
from typing import NamedTuple

from msgspec import Struct

__all__ = ["Axis", "Point", "accuracy_axis", "clip", "epoch_axis", "loss_axis", "thin"]

_MOST_DIGITS = 5
"""Digits of a label before or after the decimal point."""

# Called for every point: a Python function takes three times as long.
_x, _y = itemgetter(0), itemgetter(1)


class Point(NamedTuple):
    """A point of a curve: ``x`` in epochs."""

    x: float
    y: float


class Axis(Struct, frozen=True):
    """The range of an axis, from ``low`` to ``high``, which is greater."""

    low: float
    high: float
    percent: bool = False

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        """Round values on the axis with their labels: ``most`` of them or slightly fewer, but at least two."""
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


def thin(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most ``most`` (at least 4) of ``points``, which are in order of x.

    The first and the last stay, and the lowest and highest of every equal interval of x, so that the curve drawn
    through them has the same outline.
    """
    if len(points) <= most:
        return tuple(points)
    first, last = points[0], points[-1]
    thinned = [first]
    for stretch in _stretches(points, max(1, (most - 2) // 2)):
        low, high = min(stretch, key=_y), max(stretch, key=_y)
        thinned += [low] if low is high else sorted((low, high))
    return (*thinned, last)


def clip(points: Sequence[Point], x: Axis, y: Axis) -> list[list[Point]]:
    """The parts of the line through ``points`` that are visible within both axes."""
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
    """The axis that shows losses best: every validation point, and all of training but rare peaks."""
    low, high = _range(train, validation)
    low = 0.0 if 0 <= low < 0.5 * high else low - 0.05 * (high - low)
    return Axis(low, high + 0.05 * (high - low))


def accuracy_axis(train: Sequence[Point], validation: Sequence[Point]) -> Axis:
    """The axis that shows accuracies best, in percent, with the same points in view as for losses."""
    low, high = _range(train, validation)
    margin = 0.05 * (high - low)
    return Axis(max(0.0, low - margin), min(1.0, high + margin), percent=True)


def epoch_axis(x: float, planned: int) -> Axis:
    """The axis of epochs for a run that is at ``x`` of ``planned``: it grows in steps of 1, 2, 5, 10, ..."""
    high = _nice_step(max(x, 1.0))
    return Axis(0.0, max(min(high, float(planned or 1)), x))


def _nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** floor(log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least * (1 - 1e-9)), 10 * power)


def _stretches(points: Sequence[Point], count: int) -> Iterator[Sequence[Point]]:
    """The points between the first and the last, in ``count`` equal intervals of x, without empty ones."""
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
    """The values without the steep start: the first twentieth of the run, after three epochs the whole first one."""
    if len(points) < 20:
        return [y for _, y in points]
    newest = points[-1].x
    start = max(newest / 20, 1.0 if newest >= 3 else 0.0)
    return [y for _, y in points[bisect_left(points, start, key=_x) :]]


def _range(train: Sequence[Point], validation: Sequence[Point]) -> tuple[float, float]:
    """The lowest and the highest value worth showing, apart by a minimum if the curve is flat."""
    values = sorted(_after_warmup(train))
    shown = [point.y for point in validation]
    shown += [values[round(share * (len(values) - 1))] for share in (0.02, 0.98) if values]
    low, high = min(shown), max(shown)
    least = max(abs(high) * 1e-3, 1e-6)
    return (low, high) if high - low >= least else (low - least / 2, high + least / 2)
