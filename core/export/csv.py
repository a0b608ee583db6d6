"""The epochs of a run as comma-separated values, with all digits of every number."""

import csv
from io import StringIO

from core.history import History

__all__ = ["history_csv"]

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


def history_csv(history: History) -> str:
    """A row for each epoch, with the names of `EpochEnded`; missing values are empty cells."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([getattr(epoch, name) for name in _COLUMNS] for epoch in history.epochs)
    return text.getvalue()
