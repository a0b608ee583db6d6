"""A text field that takes any paste: as one line of text, cut to what there is room for."""

from typing import TYPE_CHECKING

from textual import events
from textual.widgets import Input

from core.sanitize import pasted_line

__all__ = ["LINE", "PATH", "SEARCH", "VALUE", "PastesOneLine", "TextInput"]

if TYPE_CHECKING:
    Mixed = Input
else:
    Mixed = object  # a mixin: of several bases that are nodes, Textual takes styles and bindings from the first alone


SEARCH = 500
"""Characters of what is searched for."""
VALUE = 2_000
"""Characters of an argument in a form: a schedule with a hundred boundaries, several times over."""
PATH = 4_096
"""Characters of a path: what Linux takes at most."""
LINE = 10_000
"""Characters of a note."""


class PastesOneLine(Mixed):
    """Cleans what is pasted into an `Input`, and cuts it to its room, where Textual would refuse all of it."""

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted in place of the selection."""
        event.stop()
        event.prevent_default()
        self._insert_line(event.text)

    def action_paste(self) -> None:
        """Insert what was copied last within LayerLab."""
        self._insert_line(self.app.clipboard)

    def _insert_line(self, text: str) -> None:
        selected = abs(self.selection.end - self.selection.start)
        room = max(0, self.max_length - len(self.value) + selected) if self.max_length else LINE
        line = pasted_line(text, room)
        if line:
            self.replace(line, *self.selection)


class TextInput(PastesOneLine, Input):
    """A text field that takes any paste; give it a ``max_length``."""
