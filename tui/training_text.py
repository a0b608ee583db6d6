"""The epochs of a training as rows of a table."""

from core.events import EpochEnded
from core.formatting import show_accuracy, show_duration, show_loss, show_rate

__all__ = ["HEADINGS", "epoch_cells"]

HEADINGS = ("epoch", "loss", "accuracy", "val loss", "val acc", "lr", "time")
"""Columns of the table of epochs."""


def epoch_cells(event: EpochEnded, *, lowest: bool = False, highest: bool = False) -> tuple[str, ...]:
    """A row of the table of epochs, under `HEADINGS`, with marks for the lowest loss and the highest accuracy."""
    return (
        f"\u2605 {event.epoch}" if lowest else str(event.epoch),
        show_loss(event.loss),
        show_accuracy(event.accuracy),
        show_loss(event.val_loss),
        f"\u25b4{show_accuracy(event.val_accuracy)}" if highest else show_accuracy(event.val_accuracy),
        show_rate(event.learning_rate),
        show_duration(event.seconds),
    )
