"""The two pictures of a run: its loss and its accuracy."""

from typing import Literal

from core.charts import Axis, Point, accuracy_axis, epoch_axis, loss_axis
from core.formatting import show_rate
from core.history import History
from tui.widgets.picture import Line, Marks, Picture, VerticalLine

__all__ = ["accuracy_picture", "loss_picture"]


def loss_picture(history: History) -> Picture | None:
    """Training and validation loss, the lowest, changes of the learning rate; None before the first point."""
    if not (history.loss or history.val_loss):
        return None
    rules = tuple(VerticalLine(change.x, f"lr {show_rate(change.learning_rate)}") for change in history.changes)
    axis = loss_axis(history.loss, history.val_loss)
    return _picture("loss", history, axis, history.loss, history.val_loss, rules)


def accuracy_picture(history: History) -> Picture | None:
    """Training and validation accuracy, the highest; None before the first point."""
    if not (history.accuracy or history.val_accuracy):
        return None
    rules = tuple(VerticalLine(change.x, "") for change in history.changes)
    axis = accuracy_axis(history.accuracy, history.val_accuracy)
    return _picture("accuracy", history, axis, history.accuracy, history.val_accuracy, rules)


def _picture(
    title: Literal["loss", "accuracy"],
    history: History,
    axis: Axis,
    train: tuple[Point, ...],
    validation: tuple[Point, ...],
    rules: tuple[VerticalLine, ...],
) -> Picture:
    marks = [Marks("val", "validation", "\u25cf", validation)] if validation else []
    if best := history.best_mark(title):
        marks.append(Marks("best", "best", "\u2605", (best,)))
    return Picture(
        title,
        epoch_axis(history.x, history.planned),
        axis,
        (Line("train", "train", train),),
        tuple(marks),
        rules,
    )
