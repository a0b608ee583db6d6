"""What a training comes to while it goes on: the curves, how far it is, its epochs, what is to be said."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static

from core.curves import History
from tui.train import words
from tui.train.charts import accuracy_picture, loss_picture
from tui.train.epochs import EpochTable
from tui.train.painter import Painter, Part
from tui.train.progress import ProgressPanel
from tui.train.status import StatusLine
from tui.widgets.chart import Chart

__all__ = ["RunView"]

SHARE = 0.01
"""Of the time, at most, that is spent on drawing one chart while a training needs the cores."""
PROGRESS_REST, EPOCHS_REST = 0.3, 2.0
"""Seconds between two drawings of the bars, and of the table, whose rows have the whole screen laid out anew."""


class RunView(Vertical):
    """Shows a `History`: part by part whenever `draw_next` is called while the run is ``live``, else at once."""

    history: reactive[History] = reactive(History(), init=False, repaint=False)
    """What the training has told so far."""
    live: reactive[bool] = reactive(False, init=False, repaint=False)
    """Whether the history is growing."""

    loss_chart = query_one("#loss", Chart)
    accuracy_chart = query_one("#accuracy", Chart)
    progress = query_one(ProgressPanel)
    epochs = query_one(EpochTable)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._painter = Painter()

    def compose(self) -> ComposeResult:
        yield Static("", id="plan-line", markup=False)
        with Vertical(id="charts"):
            yield Chart("loss", words.EMPTY, id="loss")
            yield Chart("accuracy", "", id="accuracy")
        yield ProgressPanel()
        yield EpochTable()
        yield StatusLine(id="status")

    def on_mount(self) -> None:
        self.progress.clear()

    def prepare(self, what: str) -> None:
        """Show that training is being prepared: ``what`` is going on."""
        self.progress.prepare(what)

    def watch_live(self, live: bool) -> None:
        self.loss_chart.empty = words.PREPARING if live else words.EMPTY
        if not live:
            self._painter.draw_all()

    def watch_history(self, before: History, history: History) -> None:
        parts: list[Part] = [self._draw_loss, self._draw_accuracy]
        if history.progress is not before.progress:
            parts.append(self._draw_progress)
        if history.epochs is not before.epochs:
            parts.append(self._draw_epochs)
        self._painter.want(parts)
        if self.is_mounted and not self.live:
            self._painter.draw_all()

    def draw_next(self) -> None:
        """Draw one of the parts that have changed."""
        self._painter.draw_next()

    def _draw_loss(self) -> float:
        self.loss_chart.picture = loss_picture(self.history)
        return self.loss_chart.cost / SHARE

    def _draw_accuracy(self) -> float:
        self.accuracy_chart.picture = accuracy_picture(self.history)
        return self.accuracy_chart.cost / SHARE

    def _draw_progress(self) -> float:
        if self.history.progress:
            self.progress.show(self.history.progress)
        return PROGRESS_REST

    def _draw_epochs(self) -> float:
        self.epochs.show(self.history.epochs)
        return EPOCHS_REST
