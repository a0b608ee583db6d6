"""The table of epochs that are done."""

from rich.text import Text
from textual.widgets import DataTable
from textual.widgets.data_table import RowKey

from core.training.events import EpochEnded
from tui.train.words import HEADINGS, epoch_cell, epoch_cells

__all__ = ["EpochTable"]


class EpochTable(DataTable[Text]):
    """A row for every epoch, the last in view unless a person has gone to look at another one."""

    HELP = """
    ## Epochs
    What each epoch came to: means over the training set while it was learned from, then the figures on the
    validation set. The star marks the epoch with the lowest validation loss.
    **up / down** go through the epochs.
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self._shown: tuple[EpochEnded, ...] = ()
        self._best: tuple[RowKey, EpochEnded] | None = None

    def on_mount(self) -> None:
        for heading, width in zip(HEADINGS, (6, 8, 8, 8, 8, 8, 7), strict=True):
            self.add_column(_cell(heading), width=width, key=heading)

    def show(self, epochs: tuple[EpochEnded, ...]) -> None:
        """Show ``epochs``; those shown already stay, with the cursor on them."""
        if epochs == self._shown:
            return
        follows = self.cursor_row >= self.row_count - 1
        if epochs[: len(self._shown)] != self._shown:
            self.clear()
            self._shown, self._best = (), None
        for event in epochs[len(self._shown) :]:
            self._add(event)
        self._shown = epochs
        if follows and epochs:
            self.move_cursor(row=self.row_count - 1, animate=False)

    def _add(self, event: EpochEnded) -> None:
        row = self.add_row(*(_cell(text) for text in epoch_cells(event)))
        if event.best:
            if self._best is not None:
                key, epoch = self._best
                self.update_cell(key, HEADINGS[0], _cell(epoch_cell(epoch, best=False)))
            self._best = row, event


def _cell(text: str) -> Text:
    return Text(text, justify="right")
