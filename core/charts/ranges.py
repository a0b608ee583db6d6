"""The parts of the axes that are worth showing."""

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, log10
from operator import itemgetter

from core.charts.axes import Axis
from core.charts.points import Point
from core.charts.steps import nice_step

__all__ = ["accuracy_axis", "epoch_axis", "loss_axis", "zoomed"]

_x = itemgetter(0)

_START = 2.0
"""Room for the steep start of a curve, as a multiple of the range of everything after it."""
_MOST_ZOOM = 10
_BULK = 0.75
"""The share of the values that are most of them."""
_LEAST_MARGIN = 0.01
"""Powers of ten beyond either end of a logarithmic axis, so that a flat curve has ticks that differ."""


def loss_axis(train: Sequence[Point], validation: Sequence[Point], *, log: bool = False) -> Axis:
    """The axis for losses: every validation point, training except for rare peaks, and the start if there is room.

    A logarithmic axis leaves out zeros and negative values; without a positive one it is linear.
    """
    if log and (positive := _range(_logs(train), _logs(validation))):
        low, high = positive
        margin = max(0.03 * (high - low), _LEAST_MARGIN)
        return Axis(10 ** (low - margin), 10 ** (high + margin), log=True, bulk=_bulk([*train, *validation]))
    low, high = _range(train, validation) or (0.0, 1.0)
    low = 0.0 if 0 <= low < 0.5 * high else low - 0.05 * (high - low)
    return Axis(low, high + 0.05 * (high - low))


def accuracy_axis(train: Sequence[Point], validation: Sequence[Point]) -> Axis:
    """The axis for accuracies, in percent; shows the same points as a linear `loss_axis`."""
    low, high = _range(train, validation) or (0.0, 1.0)
    margin = 0.05 * (high - low)
    return Axis(max(0.0, low - margin), min(1.0, high + margin), percent=True)


def epoch_axis(x: float, planned: int) -> Axis:
    """The axis of epochs for a run at epoch ``x`` of ``planned``: grows in steps of 1, 2, 5, 10, ..."""
    high = nice_step(max(x, 1.0))
    return Axis(0.0, max(min(high, float(planned or 1)), x))


def zoomed(axis: Axis, times: int, newest: float, center: float | None = None) -> Axis:
    """``axis`` zoomed in ``times`` times, each to half of what it showed.

    Shows the last part, up to the epoch ``newest``, or the part around ``center``.
    """
    if times <= 0:
        return axis
    width = (min(newest, axis.high) - axis.low) / 2 ** min(times, _MOST_ZOOM)
    if width <= 0:
        return axis
    high = newest if center is None else min(max(center + width / 2, axis.low + width), max(newest, axis.low + width))
    return Axis(high - width, high)


def _logs(points: Sequence[Point]) -> list[Point]:
    return [Point(x, log10(y)) for x, y in points if y > 0]


def _bulk(points: Sequence[Point]) -> tuple[float, float]:
    """The smallest part of a logarithmic axis with three quarters of the values above 0, of which there is one."""
    values = sorted(y for _, y in points if y > 0)
    count = ceil(_BULK * len(values))
    return min(zip(values, values[count - 1 :], strict=False), key=lambda ends: ends[1] / ends[0])


def _after_warmup(points: Sequence[Point]) -> list[float]:
    """The values without the steep start: the first twentieth of the run, from epoch 3 on at least the first epoch."""
    if len(points) < 20:
        return [y for _, y in points]
    newest = points[-1].x
    start = max(newest / 20, 1.0 if newest >= 3 else 0.0)
    return [y for _, y in points[bisect_left(points, start, key=_x) :]]


def _range(train: Sequence[Point], validation: Sequence[Point]) -> tuple[float, float] | None:
    """The lowest and the highest value to show, with a minimum distance if the curve is flat; None without points."""
    later = sorted(_after_warmup(train))
    shown = [point.y for point in validation]
    shown += [later[round(quantile * (len(later) - 1))] for quantile in (0.02, 0.98) if later]
    if not shown:
        return None
    low, high = min(shown), max(shown)
    room = _START * (high - low)
    if start := [y for _, y in train[: len(train) - len(later)]]:
        low, high = min(low, max(min(start), low - room)), max(high, min(max(start), high + room))
    minimum = max(abs(high) * 1e-3, 1e-6)
    return (low, high) if high - low >= minimum else (low - minimum / 2, high + minimum / 2)
