"""A dialog to choose an export format and folder."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from core.sanitize import one_line
from tui.screens.modal import Modal
from tui.widgets.option_list import SafeOptionList
from tui.widgets.text import update_text
from tui.widgets.text_input import PATH, TextInput

__all__ = ["ExportChoice", "ExportDialog"]


class ExportChoice(Struct, frozen=True):
    """The user's choice."""

    choice: str
    folder: Path


class ExportDialog(Modal[ExportChoice | None]):
    """Asks for an export format and a folder; returns None for Back."""

    HELP = """
    ## Export
    **up / down** select the format; the field below holds the folder to write to. **enter** exports,
    **escape** goes back without writing anything.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Back", id="export.cancel", tooltip="Go back without writing"),
        Binding("down", "move(1)", "Down", id="export.down", tooltip="The next format", show=False, priority=True),
        Binding("up", "move(-1)", "Up", id="export.up", tooltip="The format before", show=False, priority=True),
    ]

    DEFAULT_CSS = """
    ExportDialog OptionList { height: auto; max-height: 10; background: $surface; border: none; padding: 0; }
    ExportDialog #export-folder { margin-top: 1; }
    ExportDialog #export-message { height: auto; }
    """

    choices = query_one("#export-choices", OptionList)
    folder = query_one("#export-folder", Input)
    message = query_one("#export-message", Static)

    def __init__(self, title: str, choices: Mapping[str, str], folder: Path) -> None:
        """``choices`` maps the names of the formats to their labels."""
        super().__init__()
        self._title = title
        self._choices = choices
        self._folder = folder

    def compose(self) -> ComposeResult:
        options = [Option(Content(one_line(label)), id=name) for name, label in self._choices.items()]
        with Vertical(classes="dialog"):
            yield Static(Content(one_line(self._title)), classes="title", markup=False)
            yield SafeOptionList(*options, id="export-choices", compact=True, markup=False)
            yield TextInput(one_line(str(self._folder)), id="export-folder", compact=True, max_length=PATH)
            yield Static(id="export-message", markup=False)
            note = "up and down: format   enter: export   escape: back   F1: help"
            yield Static(note, classes="note", markup=False)

    def on_mount(self) -> None:
        self.choices.can_focus = False
        self.choices.highlighted = 0
        self.folder.focus()
        self._show_message()

    def action_move(self, by: int) -> None:
        """Select another format."""
        step = self.choices.action_cursor_down if by > 0 else self.choices.action_cursor_up
        step()

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self._done()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._done()

    @on(Input.Changed)
    def _show_message(self) -> None:
        problem = self._problem
        content = Content.styled(f"! {problem}", "$text-error") if problem else Content("the folder to write to")
        update_text(self.message, content)

    @property
    def _wanted(self) -> Path:
        return Path(self.folder.value.strip() or ".")

    @property
    def _problem(self) -> str:
        try:
            found = self._wanted.expanduser().is_dir()
        except (OSError, RuntimeError, ValueError):
            found = False
        return "" if found else "no such folder: name an existing one"

    def _done(self) -> None:
        option = self.choices.highlighted_option
        if option and option.id and not self._problem:
            self.dismiss(ExportChoice(option.id, self._wanted.expanduser()))

    def action_cancel(self) -> None:
        """Go back without writing."""
        self.dismiss(None)
