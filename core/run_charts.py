"""The charts of runs: loss and accuracy of one, or of several overlaid."""

from collections.abc import Sequence
from typing import Literal

from core.charts import (
    Chart,
    Curve,
    CurveStyle,
    Dash,
    Mark,
    Point,
    VerticalLine,
    accuracy_axis,
    epoch_axis,
    loss_axis,
)
from core.formatting import show_rate
from core.history import History

__all__ = ["BEST", "BEST_OF", "RUNS", "TRAINING", "VALIDATION", "Quantity", "overlaid", "series", "single"]

Quantity = Literal["loss", "accuracy"]

TRAINING = CurveStyle("training")
VALIDATION = CurveStyle("validation", mark="circle")
BEST = CurveStyle("best", None, "star")

_DASHES: tuple[Dash, ...] = ("solid", "dashed", "dotted")
_MARKS: tuple[Mark, ...] = ("circle", "triangle", "square", "diamond")

RUNS = tuple(
    CurveStyle(f"run{number + 1}", _DASHES[number % len(_DASHES)], _MARKS[number % len(_MARKS)], number >= len(_MARKS))
    for number in range(2 * len(_MARKS))
)
"""The styles of runs shown together; more could not be distinguished."""

BEST_OF: dict[Quantity, str] = {"loss": "lowest loss", "accuracy": "best accuracy"}

_AXIS = {"loss": loss_axis, "accuracy": accuracy_axis}


def single(quantity: Quantity, history: History, planned: int = 0) -> Chart | None:
    """``quantity`` in training and validation, the best epoch, changes of the learning rate; None before any point.

    The x axis has room for ``planned`` epochs.
    """
    training, validation = series(quantity, history)
    if not (training or validation):
        return None
    curves = [Curve("training", training, TRAINING)] if training else []
    curves += [Curve("validation", validation, VALIDATION)] if validation else []
    best = history.best_mark(quantity)
    if best:
        curves.append(Curve(f"{BEST_OF[quantity]}: epoch {best.x:.0f}", (best,), BEST))
    return Chart(
        quantity,
        epoch_axis(max(history.x, best.x if best else 0), planned),
        _AXIS[quantity](training, validation),
        tuple(curves),
        tuple(VerticalLine(change.x, f"lr {show_rate(change.learning_rate)}") for change in history.changes),
    )


def overlaid(quantity: Quantity, histories: Sequence[tuple[str, History | None]]) -> Chart | None:
    """``quantity`` of runs, by name, in validation, or without it the means of the training epochs.

    At most as many runs as can be distinguished; one without a history keeps its style. None before any point.
    """
    measured: dict[str, list[Point]] = {}
    curves = []
    for (name, history), style in zip(histories, RUNS, strict=False):
        if history is None:
            continue
        _, validation = series(quantity, history)
        if points := validation or history.means(quantity):
            measured.setdefault("validation" if validation else "training", []).extend(points)
            curves.append(Curve(name, points, style))
    if not curves:
        return None
    return Chart(
        f"{' or '.join(measured)} {quantity}",
        epoch_axis(max(curve.points[-1].x for curve in curves), 0),
        _AXIS[quantity](sorted(measured.get("training", ())), measured.get("validation", ())),
        tuple(curves),
    )


def series(quantity: Quantity, history: History) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points of ``quantity`` in training and in validation."""
    if quantity == "loss":
        return history.loss, history.val_loss
    return history.accuracy, history.val_accuracy
