"""A line that says how busy the machine is."""

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from core import machine
from tui.widgets.sight import in_sight
from tui.widgets.text import update_text

__all__ = ["MachineLine"]

EVERY = 1.0
"""Seconds between two samples."""


class MachineLine(Static):
    """Samples the machine in a thread while it is in sight; hidden until there is something to show."""

    DEFAULT_CSS = "MachineLine { display: none; height: 1; color: $text-muted; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._sampling: Worker[None] | None = None

    def on_mount(self) -> None:
        self.set_interval(EVERY, self.look)

    def look(self) -> None:
        """Sample the machine, unless nobody can see it or a sample is still being taken."""
        place = self.parent  # the line itself is hidden as long as there is nothing to show
        seen = isinstance(place, Widget) and in_sight(place)
        if seen and (self._sampling is None or self._sampling.is_finished):
            self._sampling = self.run_worker(self._sample, thread=True, group="machine", exit_on_error=False)

    def _sample(self) -> None:
        text = machine.sample().text
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show, text)

    def _show(self, text: str) -> None:
        update_text(self, Content(text))
        self.display = bool(text)
