"""The charts of a report: loss and accuracy of one run, or of several over one another."""

from collections.abc import Callable, Sequence
from typing import Literal

from core.charts import Point, accuracy_axis, epoch_axis, loss_axis
from core.export.chart_svg import BEST, RUNS, TRAINING, VALIDATION, Chart, Curve, VerticalLine
from core.formatting import show_accuracy, show_amount, show_loss, show_rate
from core.history import History
from core.sentences import sentence

__all__ = ["Figure", "overlaid", "single"]

Figure = Literal["loss", "accuracy"]

_SHOW: dict[Figure, Callable[[float | None], str]] = {"loss": show_loss, "accuracy": show_accuracy}
_BEST: dict[Figure, str] = {"loss": "lowest loss", "accuracy": "best accuracy"}
_AXIS = {"loss": loss_axis, "accuracy": accuracy_axis}


def single(figure: Figure, history: History) -> Chart | None:
    """``figure`` of one run in training and validation, the best epoch by it marked; None before the first point."""
    train, validation = _curves(figure, history)
    if not (train or validation):
        return None
    curves = [Curve("training", train, TRAINING)] if train else []
    curves += [Curve("validation", validation, VALIDATION)] if validation else []
    best = history.best_mark(figure)
    if best:
        curves.append(Curve(f"{_BEST[figure]}: epoch {best.x:.0f}", (best,), BEST))
    return Chart(
        name=figure,
        title=figure.capitalize(),
        description=_described(figure, history),
        x=epoch_axis(max(history.x, best.x if best else 0), 0),
        y=_AXIS[figure](train, validation),
        curves=tuple(curves),
        rules=tuple(VerticalLine(change.x, f"lr {show_rate(change.learning_rate)}") for change in history.changes),
    )


def overlaid(figure: Figure, histories: Sequence[tuple[str, History]]) -> Chart | None:
    """``figure`` of runs, by their names, in validation, or the means of training epochs where there was none.

    As many as can be told apart; None before the first point of all.
    """
    measured: dict[str, None] = {}
    curves = []
    for (name, history), look in zip(histories, RUNS, strict=False):
        _, validation = _curves(figure, history)
        if points := validation or history.means(figure):
            measured["validation" if validation else "training"] = None
            curves.append(Curve(name, points, look))
    if not curves:
        return None
    every = tuple(sorted(point for curve in curves for point in curve.points))
    show = _SHOW[figure]
    ends = (f"{curve.name} ends at {show(curve.points[-1].y)}" for curve in curves)
    title = f"{' or '.join(measured)} {figure}"
    return Chart(
        name=f"runs-{figure}",
        title=title.capitalize(),
        description=f"The {title} of {show_amount(len(curves), 'run')}: {sentence('; '.join(ends))}",
        x=epoch_axis(max(curve.points[-1].x for curve in curves), 0),
        y=_AXIS[figure]((), every),
        curves=tuple(curves),
    )


def _curves(figure: Figure, history: History) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """In training and in validation."""
    if figure == "loss":
        return history.loss, history.val_loss
    return history.accuracy, history.val_accuracy


def _described(figure: Figure, history: History) -> str:
    """From the first to the last epoch; before there are two, what the curves begin and end with."""
    show, epochs = _SHOW[figure], history.epochs
    said = []
    for name, points, measure in zip(
        ("training", "validation"), _curves(figure, history), (figure, f"val_{figure}"), strict=True
    ):
        if points:
            means = [getattr(epoch, measure) for epoch in epochs] if len(epochs) > 1 else [point.y for point in points]
            said.append(f"{name} {figure} from {show(means[0])} to {show(means[-1])}")
    if best := history.best_mark(figure):
        said.append(f"{_BEST[figure]} {show(best.y)} in epoch {best.x:.0f}")
    return sentence("; ".join(said).capitalize())
