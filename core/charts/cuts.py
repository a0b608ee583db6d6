"""Marks for what is beyond the y axis of a chart, so that nothing is cut off in silence."""

from collections.abc import Iterable, Sequence
from operator import itemgetter

from core.charts.axes import Axis
from core.charts.chart import Cut
from core.charts.points import Point
from core.formatting import show_percent

__all__ = ["cuts"]

_y = itemgetter(1)


def cuts(points: Sequence[Point], y: Axis) -> Iterable[Cut]:
    """Marks for the highest and the lowest of ``points``, of which there is one, where they are beyond ``y``."""
    highest, lowest = max(points, key=_y), min(points, key=_y)
    if highest.y > y.high:
        yield Cut(highest.x, f"\u2191{_edge(highest.y, y)}", top=True)
    if lowest.y < y.low:
        yield Cut(lowest.x, f"\u2193{_edge(lowest.y, y)}", top=False)


def _edge(value: float, axis: Axis) -> str:
    """A value that is cut off, in few digits: ``2.31``, ``10.2%``."""
    return show_percent(value, 1) if axis.percent else f"{value:.3g}"
