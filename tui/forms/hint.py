"""The line below a form: help for the field in focus, what is wrong with it, or what became of invalid text."""

from textual.content import Content
from textual.widgets import Static

from tui.widgets.sight import in_sight
from tui.widgets.text import update_text

__all__ = ["FormHint"]


class FormHint(Static):
    """Says one thing at a time. A notice stays until it is cleared: by the next edit."""

    DEFAULT_CSS = """
    FormHint { height: 2; color: $text-muted; }
    FormHint.-error { color: $text-error; }
    """

    ROWS = 2
    """Whether it says anything or not: what is below must not move."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._notice = ""

    def say(self, help_text: str = "", error: str = "") -> None:
        """Show ``error``, or else the notice, or else ``help_text``."""
        alarm = error or self._notice
        self.set_class(bool(alarm), "-error")
        update_text(self, Content(f"! {alarm}" if alarm else help_text))

    def notice(self, text: str) -> None:
        """Show ``text`` until it is cleared; as a notification if the form is hidden by then."""
        self._notice = text
        self.say()
        self.call_after_refresh(self._notify_if_hidden, text)

    def clear(self) -> None:
        """Forget the notice."""
        self._notice = ""

    def _notify_if_hidden(self, text: str) -> None:
        if not in_sight(self):
            self.notify(text, severity="warning", markup=False)
