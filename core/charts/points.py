"""Points of a curve, sorted by x: fewer of them, part of them, and how far they reach."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

__all__ = ["Point", "Reach", "between", "reaches", "thin"]

# Called for every point; a Python function would take three times as long.
_x, _y = itemgetter(0), itemgetter(1)


class Point(NamedTuple):
    """A point of a curve: ``x`` in epochs."""

    x: float
    y: float


class Reach(NamedTuple):
    """The lowest and the highest value of a curve in a part of the x axis."""

    low: float
    high: float


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


def between(points: Sequence[Point], low: float, high: float) -> list[Point]:
    """The line through ``points`` from ``low`` to ``high``, with interpolated points at both ends."""
    first, last = bisect_left(points, low, key=_x), bisect_right(points, high, key=_x)
    return [*_cut(points, first, low), *points[first:last], *_cut(points, last, high)]


def reaches(points: Sequence[Point], start: float, step: float, count: int, back: float = 0.0) -> list[Reach | None]:
    """How far the line through ``points`` reaches near each of ``count`` places, from ``start`` in steps of ``step``.

    Near is from ``back``, at least one step, before a place to one step after it, but not beyond the end of the line.
    """
    found: list[Reach | None] = []
    last = points[-1].x if points else 0.0
    for number in range(count):
        x = start + number * step
        line = between(points, x - max(back, step), x + step) if x <= last + step else []
        found.append(Reach(min(line, key=_y).y, max(line, key=_y).y) if line else None)
    return found


def _cut(points: Sequence[Point], at: int, x: float) -> list[Point]:
    """The interpolated point at ``x`` before the point ``at``, if it lies between two points."""
    if not 0 < at < len(points) or points[at].x == x or points[at - 1].x == x:
        return []
    start, end = points[at - 1], points[at]
    return [Point(x, start.y + (end.y - start.y) * (x - start.x) / (end.x - start.x))]


def _intervals(points: Sequence[Point], count: int) -> Iterator[Sequence[Point]]:
    """The points between the first and the last, grouped by ``count`` equal intervals of x, without empty groups."""
    first, last = points[0].x, points[-1].x
    ends = (bisect_left(points, first + (last - first) * end / count, 1, key=_x) for end in range(1, count))
    for start, end in pairwise((1, *ends, len(points) - 1)):
        if start < end:
            yield points[start:end]
