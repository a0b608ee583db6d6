"""A line that says how busy the machine is."""

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

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
        self._sampling = False

    def on_mount(self) -> None:
        self.set_interval(EVERY, self.look)

    def look(self) -> None:
        """Sample the machine, unless nobody can see it or a sample is still being taken."""
        if self.parent is not None and self._wanted and not self._sampling:
            self._sampling = True
            self.run_worker(self._sample, thread=True, group="machine", exit_on_error=False)

    @property
    def _wanted(self) -> bool:
        """Whether the line is in sight, or would be if it had something to show."""
        return in_sight(self) if self.display else isinstance(self.parent, Widget) and in_sight(self.parent)

    def _sample(self) -> None:
        text = machine.sample().text
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show, text)

    def _show(self, text: str) -> None:
        self._sampling = False
        update_text(self, Content(text))
        self.display = bool(text)
