"""The figures of a run as tables of comma-separated values, every number with all its digits."""

import csv
from collections.abc import Iterable
from io import StringIO

from core.history import History

__all__ = ["curves_csv", "history_csv"]

_COLUMNS = (
    "epoch",
    "step",
    "loss",
    "accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "seconds",
    "best",
)
_CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


def history_csv(history: History) -> str:
    """A row for each epoch, named as in `EpochEnded`; what was not measured is an empty cell."""
    return _table(_COLUMNS, ([getattr(epoch, name) for name in _COLUMNS] for epoch in history.epochs))


def curves_csv(history: History) -> str:
    """A row for each point of the curves: which curve, the time in epochs, the value."""
    rows = ((name, point.x, point.y) for name in _CURVES for point in getattr(history, name))
    return _table(("curve", "epoch", "value"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
