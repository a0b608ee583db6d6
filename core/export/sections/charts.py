"""The charts of a report: loss and accuracy of one run, or of several overlaid."""

from collections.abc import Callable, Sequence
from typing import Literal

from core.charts import Point, accuracy_axis, epoch_axis, loss_axis
from core.export.chart_svg import BEST, RUNS, TRAINING, VALIDATION, Chart, Curve, VerticalLine
from core.formatting import show_accuracy, show_amount, show_loss, show_rate
from core.history import History
from core.sentences import sentence

__all__ = ["Quantity", "overlaid", "single"]

Quantity = Literal["loss", "accuracy"]

_SHOW: dict[Quantity, Callable[[float | None], str]] = {"loss": show_loss, "accuracy": show_accuracy}
_BEST: dict[Quantity, str] = {"loss": "lowest loss", "accuracy": "best accuracy"}
_AXIS = {"loss": loss_axis, "accuracy": accuracy_axis}


def single(quantity: Quantity, history: History) -> Chart | None:
    """``quantity`` of one run in training and validation, its best epoch marked; None before the first point."""
    train, validation = _curves(quantity, history)
    if not (train or validation):
        return None
    curves = [Curve("training", train, TRAINING)] if train else []
    curves += [Curve("validation", validation, VALIDATION)] if validation else []
    best = history.best_mark(quantity)
    if best:
        curves.append(Curve(f"{_BEST[quantity]}: epoch {best.x:.0f}", (best,), BEST))
    return Chart(
        name=quantity,
        title=quantity.capitalize(),
        description=_described(quantity, history),
        x=epoch_axis(max(history.x, best.x if best else 0), 0),
        y=_AXIS[quantity](train, validation),
        curves=tuple(curves),
        rules=tuple(VerticalLine(change.x, f"lr {show_rate(change.learning_rate)}") for change in history.changes),
    )


def overlaid(quantity: Quantity, histories: Sequence[tuple[str, History]]) -> Chart | None:
    """``quantity`` of runs, by name, in validation, or without it the means of the training epochs.

    At most as many runs as can be distinguished; None before the first point of all.
    """
    parts_shown: dict[str, None] = {}
    curves = []
    for (name, history), style in zip(histories, RUNS, strict=False):
        _, validation = _curves(quantity, history)
        if points := validation or history.means(quantity):
            parts_shown["validation" if validation else "training"] = None
            curves.append(Curve(name, points, style))
    if not curves:
        return None
    every = tuple(sorted(point for curve in curves for point in curve.points))
    show = _SHOW[quantity]
    ends = (f"{curve.name} ends at {show(curve.points[-1].y)}" for curve in curves)
    title = f"{' or '.join(parts_shown)} {quantity}"
    return Chart(
        name=f"runs-{quantity}",
        title=title.capitalize(),
        description=f"The {title} of {show_amount(len(curves), 'run')}: {sentence('; '.join(ends))}",
        x=epoch_axis(max(curve.points[-1].x for curve in curves), 0),
        y=_AXIS[quantity]((), every),
        curves=tuple(curves),
    )


def _curves(quantity: Quantity, history: History) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The curves in training and in validation."""
    if quantity == "loss":
        return history.loss, history.val_loss
    return history.accuracy, history.val_accuracy


def _described(quantity: Quantity, history: History) -> str:
    """From the first to the last epoch; before there are two, the ends of the curves."""
    show, epochs = _SHOW[quantity], history.epochs
    parts = []
    for name, points, measure in zip(
        ("training", "validation"), _curves(quantity, history), (quantity, f"val_{quantity}"), strict=True
    ):
        if points:
            means = [getattr(epoch, measure) for epoch in epochs] if len(epochs) > 1 else [point.y for point in points]
            parts.append(f"{name} {quantity} from {show(means[0])} to {show(means[-1])}")
    if best := history.best_mark(quantity):
        parts.append(f"{_BEST[quantity]} {show(best.y)} in epoch {best.x:.0f}")
    return sentence("; ".join(parts).capitalize())
