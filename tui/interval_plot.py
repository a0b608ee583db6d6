"""Means with error bars, a line each: every repeat as a dot, the mean as a disc, the spread as a bar."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

__all__ = ["Interval", "axis", "interval_lines"]

DOT, MEAN, BAR, LEFT, RIGHT = "\u00b7", "\u25cf", "\u2500", "\u251c", "\u2524"


class Interval(NamedTuple):
    """A mean, how far its bar reaches to either side, and the values that it is the mean of."""

    mean: float
    spread: float
    values: Sequence[float]


def axis(intervals: Sequence[Interval]) -> tuple[float, float]:
    """The ends of the axis that all of ``intervals`` are drawn on."""
    low = min(min(each.mean - each.spread, *each.values) for each in intervals)
    high = max(max(each.mean + each.spread, *each.values) for each in intervals)
    beside = max(0.5, abs(low) / 2)
    return (low, high) if high > low else (low - beside, low + beside)


def interval_lines(intervals: Sequence[Interval], width: int) -> list[str]:
    """A line of ``width`` cells for each of ``intervals``, all on one axis."""
    low, high = axis(intervals) if intervals else (0.0, 1.0)

    def cell(value: float) -> int:
        return round((value - low) / (high - low) * (width - 1))

    return [_line(each, cell, width) for each in intervals]


def _line(interval: Interval, cell: Callable[[float], int], width: int) -> str:
    line = [" "] * width
    first, last = cell(interval.mean - interval.spread), cell(interval.mean + interval.spread)
    if last > first:
        line[first : last + 1] = [LEFT, *BAR * (last - first - 1), RIGHT]
    for value in interval.values:
        line[cell(value)] = DOT
    line[cell(interval.mean)] = MEAN
    return "".join(line).rstrip()
