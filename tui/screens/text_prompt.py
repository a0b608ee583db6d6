"""A dialog that asks for a line of text."""

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
    """Asks for a line of text, initially ``value``; returns the text, None for Back.

    ``note`` is an optional hint; ``problem`` returns why a line is invalid, or an empty string.
    """

    HELP = """
    ## One line of text
    Type it and press **enter** to save it; **escape** goes back without a change. A line marked **!** says why the text
    is invalid.
    """

    BINDINGS = [Binding("escape", "cancel", "Back", id="line.cancel", tooltip="Go back and change nothing")]

    DEFAULT_CSS = """
    TextPrompt #line-problem { color: $text-error; height: auto; }
    """

    line = query_one("#line", Input)
    problem = query_one("#line-problem", Static)

    def __init__(self, title: str, value: str, note: str, problem: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._note = note
        self._validate = problem

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(one_line(self._title)), classes="title", markup=False)
            yield TextInput(one_line(self._value), id="line", compact=True, max_length=LINE)
            yield Static(id="line-problem", markup=False)
            if self._note:
                yield Static(Content(one_line(self._note)), classes="note", markup=False)
            yield Static("enter: save   escape: back   F1: help", classes="note", markup=False)

    @on(Input.Changed)
    def _show_problem(self) -> None:
        problem = self._validate(self.line.value)
        update_text(self.problem, Content(f"! {one_line(problem)}" if problem else ""))

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        if not self._validate(event.value):
            self.dismiss(event.value)

    def action_cancel(self) -> None:
        """Go back without a change."""
        self.dismiss(None)
