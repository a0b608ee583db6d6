"""The epochs of a run as comma-separated values, with all digits of every number."""

import csv
from io import StringIO

from core.export.format import Format, Source, run_of
from core.history import History

__all__ = ["Csv", "history_csv"]

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


class Csv(Format):
    """A table of epochs."""

    place = 4
    name = "csv"
    title = "a table of epochs"
    suffix = ".csv"
    needs = "history"
    choices = {"csv": "figures of every epoch as CSV"}

    def text(self, source: Source) -> str:
        return history_csv(run_of(source).details.history)


def history_csv(history: History) -> str:
    """A row for each epoch, with the names of `EpochEnded`; missing values are empty cells."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([getattr(epoch, name) for name in _COLUMNS] for epoch in history.epochs)
    return text.getvalue()
