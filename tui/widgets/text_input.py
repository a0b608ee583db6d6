"""A text field that accepts any paste, as one line of text, truncated to the maximum length."""

from typing import TYPE_CHECKING

from textual import events
from textual.widgets import Input

from core.sanitize import pasted_line
from tui.glossary_term import Term
from tui.widgets.typed_keys import character_of

__all__ = ["LINE", "PATH", "SEARCH", "VALUE", "PastesOneLine", "TextInput"]

if TYPE_CHECKING:
    Mixed = Input
else:
    Mixed = object  # a mixin: of several bases that are nodes, Textual takes styles and bindings from the first alone


SEARCH = 500
"""Maximum length of a search."""
VALUE = 2_000
"""Maximum length of an argument in a form: several times a schedule with a hundred boundaries."""
PATH = 4_096
"""Maximum length of a path: Linux's limit."""
LINE = 10_000
"""Maximum length of a note."""


class PastesOneLine(Mixed):
    """Cleans what is pasted into an `Input` and truncates it, where Textual would reject it."""

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted in place of the selection."""
        event.stop()
        event.prevent_default()
        self._insert_line(event.text)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return super().check_consume_key(key, character_of(key, character))

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
    """A text field that accepts any paste; give it a ``max_length``, and a ``term`` if it is about one."""

    term: str = ""
    """The name of the term that it is about, as in the glossary; empty: none."""

    def glossary_term(self) -> Term | None:
        """The term that it is about, with what is typed now."""
        return self.term or None
