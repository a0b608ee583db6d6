"""The row of views at the top of the Inspect tab."""

from collections.abc import Collection
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.inspect.entry import Entry
from tui.inspect.views import VIEWS

__all__ = ["ViewBar"]


class ViewBar(Widget, can_focus=True):
    """The views side by side, each with its key; a click opens one, left and right step through them."""

    BINDINGS = [
        Binding("left", "step(-1)", "View before", id="views.previous", tooltip="Open the view before", show=False),
        Binding("right", "step(1)", "Next view", id="views.next", tooltip="Open the next view", show=False),
    ]

    chosen: reactive[str] = reactive("")
    """The open view."""

    @dataclass
    class Wanted(Message):
        """The user wants to see the view ``name``."""

        name: str

    def render(self) -> Content:
        whole = self._entries(VIEWS)
        # If there is no room for all titles, only the keys are shown.
        return whole if whole.cell_length <= self.size.width else self._entries({self.chosen})

    def action_step(self, by: int) -> None:
        """Open the view ``by`` places to the right."""
        names = list(VIEWS)
        self.action_want(names[(names.index(self.chosen) + by) % len(names)])

    def action_want(self, name: str) -> None:
        """Open the view ``name``."""
        self.post_message(self.Wanted(name))

    def _entries(self, titled: Collection[str]) -> Content:
        """All views; those in ``titled`` with their titles."""
        return Content("").join(self._entry(name, entry, titled=name in titled) for name, entry in VIEWS.items())

    def _entry(self, name: str, entry: Entry, *, titled: bool) -> Content:
        key = "" if name == self.chosen else "underline"
        style = "reverse bold" if name == self.chosen else "$foreground-muted"
        title = f" {entry.title}" if titled else ""
        return Content.from_markup(f"[{style}][@click=want('{name}')] [{key} bold]{entry.key}[/]{title} [/][/]")
