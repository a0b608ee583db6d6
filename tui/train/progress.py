"""Two progress bars: the epoch under way and the whole run."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.widgets import ProgressBar, Static

from core.training.events import Progress
from tui.train.words import progress_details

__all__ = ["ProgressPanel"]


class ProgressLine(Horizontal):
    """A bar with its name in front and figures behind."""

    bar = query_one(ProgressBar)
    details = query_one(".details", Static)

    def __init__(self, name: str, *, classes: str) -> None:
        super().__init__(classes=classes)
        self._label = name

    def compose(self) -> ComposeResult:
        yield Static(self._label, classes="label")
        yield ProgressBar(total=1, show_eta=False)
        yield Static("", classes="details", markup=False)

    def show(self, done: float, total: float | None, details: str) -> None:
        """Draw ``done`` of ``total``; without a total the bar only says that something goes on."""
        self.bar.update(total=total, progress=done)
        self.details.update(details, layout=False)  # its room is fixed; a layout would cost more than the words


class ProgressPanel(Vertical):
    """How far the epoch and the run have come, how fast, how long still."""

    epoch = query_one(".epoch", ProgressLine)
    run = query_one(".run", ProgressLine)

    def compose(self) -> ComposeResult:
        yield ProgressLine("epoch", classes="epoch")
        yield ProgressLine("run", classes="run")

    def clear(self) -> None:
        """Show that nothing has been trained yet."""
        self.epoch.show(0, 1, "")
        self.run.show(0, 1, "")

    def prepare(self, what: str) -> None:
        """Show that training is being prepared, for nobody knows how long."""
        self.epoch.show(0, None, f"{what} ...")
        self.run.show(0, 1, "")

    def show(self, progress: Progress, *, live: bool) -> None:
        """Show where training stands; ``live`` if it goes on."""
        epoch, run = progress_details(progress, live=live)
        self.epoch.show(progress.epoch_step, progress.steps_per_epoch, epoch)
        self.run.show(progress.step, progress.epochs * progress.steps_per_epoch, run)
