"""The two pictures of a run: its loss and its accuracy."""

from collections.abc import Callable

from core.curves import Axis, History, Point, accuracy_axis, epoch_axis, loss_axis
from core.quantities import show_rate
from core.training.events import EpochEnded
from tui.widgets.picture import Line, Marks, Picture, Rule

__all__ = ["accuracy_picture", "loss_picture"]


def loss_picture(history: History) -> Picture | None:
    """Training loss, validation loss, the best epoch, changes of the learning rate; None before the first point."""
    if not (history.loss or history.val_loss):
        return None
    best = _best(history.best, lambda epoch: epoch.loss if epoch.val_loss is None else epoch.val_loss)
    rules = tuple(Rule(change.x, f"lr {show_rate(change.learning_rate)}") for change in history.changes)
    axis = loss_axis(history.loss, history.val_loss)
    return _picture("loss", history, axis, history.loss, history.val_loss, best, rules)


def accuracy_picture(history: History) -> Picture | None:
    """Training and validation accuracy; None before the first point."""
    if not (history.accuracy or history.val_accuracy):
        return None
    best = _best(history.best, lambda epoch: epoch.accuracy if epoch.val_accuracy is None else epoch.val_accuracy)
    rules = tuple(Rule(change.x, "") for change in history.changes)
    axis = accuracy_axis(history.accuracy, history.val_accuracy)
    return _picture("accuracy", history, axis, history.accuracy, history.val_accuracy, best, rules)


def _picture(
    title: str,
    history: History,
    axis: Axis,
    train: tuple[Point, ...],
    validation: tuple[Point, ...],
    best: tuple[Point, ...],
    rules: tuple[Rule, ...],
) -> Picture:
    marks = [Marks("val", "validation", "\u25cf", validation)] if validation else []
    marks += [Marks("best", "best", "\u2605", best)] if best else []
    return Picture(
        title,
        epoch_axis(history.x, history.planned),
        axis,
        (Line("train", "train", train),),
        tuple(marks),
        rules,
    )


def _best(epoch: EpochEnded | None, figure: Callable[[EpochEnded], float]) -> tuple[Point, ...]:
    return () if epoch is None else (Point(epoch.epoch, figure(epoch)),)
