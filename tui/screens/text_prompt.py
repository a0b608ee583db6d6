"""A question that is answered with a line of text."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from core.sanitize import one_line
from tui.screens.modal import Modal
from tui.widgets.text import update_text
from tui.widgets.text_input import LINE, TextInput

__all__ = ["TextPrompt"]


class TextPrompt(Modal[str | None]):
    """Asks for a line called ``title``, beginning with ``value``; gives back what was written, None for going back.

    ``note`` says more, or is empty; ``trouble`` says why a line cannot be taken, or is empty.
    """

    HELP = """
    ## One line of text
    Type it and press **enter** to keep it; **escape** goes back and changes nothing. A line marked **!** says why what
    stands there cannot be taken.
    """

    BINDINGS = [Binding("escape", "cancel", "Back", id="line.cancel", tooltip="Go back and change nothing")]

    DEFAULT_CSS = """
    TextPrompt #line-trouble { color: $text-error; height: auto; }
    """

    line = query_one("#line", Input)
    told = query_one("#line-trouble", Static)

    def __init__(self, title: str, value: str, note: str, trouble: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._note = note
        self._trouble = trouble

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(one_line(self._title)), classes="title", markup=False)
            yield TextInput(one_line(self._value), id="line", compact=True, max_length=LINE)
            yield Static(id="line-trouble", markup=False)
            if self._note:
                yield Static(Content(one_line(self._note)), classes="note", markup=False)
            yield Static("enter keeps it   escape goes back   F1 helps", classes="note", markup=False)

    @on(Input.Changed)
    def _tell(self) -> None:
        trouble = self._trouble(self.line.value)
        update_text(self.told, Content(f"! {one_line(trouble)}" if trouble else ""))

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        if not self._trouble(event.value):
            self.dismiss(event.value)

    def action_cancel(self) -> None:
        """Go back and change nothing."""
        self.dismiss(None)
