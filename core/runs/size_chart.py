"""The chart of what runs came to over how many parameters they have."""

from collections.abc import Sequence

from msgspec.structs import replace

from core.charts import Axis, Chart, Curve, CurveStyle, Point, accuracy_axis
from core.formatting import show_short
from core.run_charts import RUNS
from core.runs.record import Run

__all__ = ["size_chart"]

WIDE = 10.0
"""The ratio of the most parameters to the fewest from which the axis is logarithmic."""
MARGIN = 0.08
"""The share of the axis beyond the first and the last run."""
MOST_LABELS = 6
_FURTHER = CurveStyle("axis", None, "circle", hollow=True)
"""A run beyond those that can be told from each other."""


def size_chart(runs: Sequence[tuple[str, Run]]) -> Chart | None:
    """A mark for each of ``runs``, by name: its accuracy over its parameters; None if none has both.

    The accuracy is that on the test set if all have it, else the last in validation, of those that have it.
    """
    tested = all(run.metrics.test_accuracy is not None for _, run in runs)
    styles = [replace(style, dash=None) for style in RUNS]
    curves = []
    for index, (name, run) in enumerate(runs):
        accuracy = run.metrics.test_accuracy if tested else run.metrics.last_val_accuracy
        if accuracy is None or not run.metrics.params:
            continue
        style = styles[index] if index < len(styles) else _FURTHER
        curves.append(Curve(name, (Point(run.metrics.params, accuracy),), style))
    if not curves:
        return None
    points = [curve.points[0] for curve in curves]
    y = accuracy_axis((), points)
    title = f"{'test' if tested else 'validation'} accuracy over parameters"
    return Chart(title, _axis([point.x for point in points]), y, tuple(curves), x_name="params")


def _axis(params: Sequence[float]) -> Axis:
    """The axis of parameters, with their numbers where there are few."""
    low, high = min(params), max(params)
    if low == high:
        low, high = low / 2, high * 2
    log = high >= WIDE * low
    inner = Axis(low, high, log=log)
    few = sorted(set(params)) if len(set(params)) <= MOST_LABELS else []
    labels = tuple((each, show_short(round(each))) for each in few)
    return Axis(inner.value(-MARGIN), inner.value(1 + MARGIN), log=log, labels=labels)
