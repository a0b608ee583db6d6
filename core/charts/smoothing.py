"""The smoothed mean that is drawn instead of noisy batches."""

from bisect import bisect_right
from math import exp, log

from msgspec import Struct

from core.charts.points import Point

__all__ = ["WEIGHTS", "memory", "next_weight", "smooth"]

WEIGHTS = (0.0, 0.6, 0.9, 0.97, 0.99)
"""The smoothing weights to choose from; 0 is no smoothing."""
_UNIT = 1 / 50
"""Epochs after which a value counts ``weight`` times as much."""
_KEPT = 8
"""Results that are kept."""

Points = tuple[Point, ...]


class _Result(Struct, frozen=True, eq=False):
    """A smoothed curve, and the mean and share before its last point, from which a longer one goes on."""

    points: Points
    weight: float
    smoothed: Points
    mean: float = 0.0
    share: float = 0.0


_results: list[_Result] = []
"""The newest first; replaced rather than changed, as reports are written in threads."""


def smooth(points: Points, weight: float) -> Points:
    """The debiased exponential moving average of ``points``, which are sorted by x: as many points, at the same x.

    With ``d`` the distance of a point from the one before, in fiftieths of an epoch, and ``a = weight ** d``::

        mean = a * mean + (1 - a) * y        from mean = 0
        share = a * share + (1 - a)          from share = 0
        smoothed = mean / share

    For equal distances of a fiftieth this is TensorBoard's smoothing (``resmoothDataset`` in
    ``vz_line_chart2/line-chart.ts``); the division removes the bias towards the start at 0, as in Adam (Kingma and Ba
    2015, algorithm 1). The exponent ``d`` lets the line depend on epochs rather than on how many points were sampled:
    a point that is split into two of the same value changes nothing.

    The last results are kept: a redraw with the same tuple costs nothing, and one that has grown only what is new.
    """
    if weight <= 0 or len(points) < 2:
        return points
    global _results  # noqa: PLW0603  # this is the cache
    before = next((each for each in _results if each.weight == weight and _continues(each.points, points)), None)
    if before is not None and before.points is points:
        return before.smoothed
    result = _averaged(points, weight, before)
    _results = [result, *(each for each in _results if each is not before)][:_KEPT]
    return result.smoothed


def memory(weight: float) -> float:
    """Epochs after which a value counts a tenth as much in a line smoothed with ``weight``."""
    return log(0.1) / log(weight) * _UNIT if 0 < weight < 1 else 0.0


def next_weight(weight: float) -> float:
    """The next larger of `WEIGHTS`, and after the last one the first."""
    at = bisect_right(WEIGHTS, weight)
    return WEIGHTS[at] if at < len(WEIGHTS) else WEIGHTS[0]


def _continues(before: Points, points: Points) -> bool:
    """Whether ``points`` begin with ``before``, except for its last point, which may have been merged with others."""
    if before is points:
        return True
    # Curves only grow at their end; where points were thinned out, the others have moved up.
    return (
        len(before) > 1 and len(points) >= len(before) and all(points[at] is before[at] for at in (0, len(before) - 2))
    )


def _averaged(points: Points, weight: float, before: _Result | None) -> _Result:
    rate = log(weight) / _UNIT
    known = len(before.points) - 1 if before else 0
    smoothed = list(before.smoothed[:known]) if before else []
    mean, share = (before.mean, before.share) if before else (0.0, 0.0)
    last = points[known - 1].x if known else 0.0
    earlier = mean, share
    for x, y in points[known:]:
        earlier = mean, share
        kept = exp(rate * max(x - last, 1e-6))
        mean, share, last = kept * mean + (1 - kept) * y, kept * share + (1 - kept), x
        smoothed.append(Point(x, mean / share))
    return _Result(points, weight, tuple(smoothed), *earlier)
