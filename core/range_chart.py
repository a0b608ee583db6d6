"""The chart of a learning-rate range test: the loss over a logarithmic axis of rates."""

from collections.abc import Sequence

from core.charts import Axis, Chart, Curve, CurveStyle, Point, VerticalLine, cuts
from core.formatting import show_rate
from core.run_charts import BEST, TRAINING
from core.training.range_test import HIGHEST, LOWEST, RatePoint

__all__ = ["range_chart"]

_BATCH = CurveStyle("batch", "points")
_RATES = Axis(LOWEST, HIGHEST, log=True)
_ABOVE_FALL, _ABOVE_LOSS = 0.25, 0.1
"""Room for the loss that grows, as shares of its fall and of itself: without a bound it would flatten the fall."""


def range_chart(points: Sequence[RatePoint], steepest: int | None, planned: float) -> Chart | None:
    """The loss of every batch and the smoothed loss, the ``steepest`` point and the rate ``planned``; None before any.

    The x axis is that of the whole test, so that the curve grows towards its end.
    """
    if not points:
        return None
    y = _losses(points)
    batches = tuple(Point(point.rate, point.loss) for point in points)
    smoothed = tuple(Point(point.rate, point.smoothed) for point in points)
    curves = [Curve("batch", batches, _BATCH), Curve("smoothed", smoothed, TRAINING)]
    rules = [VerticalLine(planned, f"plan {show_rate(planned)}")]
    if steepest is not None:
        curves.append(Curve("falls fastest", (smoothed[steepest],), BEST))
        rules.insert(0, VerticalLine(smoothed[steepest].x, f"fastest {points[steepest].rate:.2g}"))
    return Chart("loss", _RATES, y, tuple(curves), tuple(rules), cuts=tuple(cuts(batches, y)), x_name="rate")


def _losses(points: Sequence[RatePoint]) -> Axis:
    """The axis for everything up to the lowest loss, with some room above for what follows."""
    lowest = min(range(len(points)), key=lambda index: points[index].smoothed)
    before = [loss for point in points[: lowest + 1] for loss in (point.loss, point.smoothed)]
    low, top = min(before), max(before)
    highest = max(max(point.loss, point.smoothed) for point in points)
    room = max(_ABOVE_FALL * (top - low), _ABOVE_LOSS * abs(top), 1e-6)
    high = min(max(highest, top), top + room)
    margin = max(0.05 * (high - low), 1e-3 * abs(high), 1e-6)
    return Axis(0.0 if 0 <= low < 0.5 * high else low - margin, high + margin)
