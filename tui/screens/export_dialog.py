"""What to write for other tools, and where."""

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

__all__ = ["ExportDialog", "Wanted"]


class Wanted(Struct, frozen=True):
    """What a person has chosen."""

    choice: str
    folder: Path


class ExportDialog(Modal[Wanted | None]):
    """Asks in which of several forms to write something, and into which folder; gives back None for going back."""

    HELP = """
    ## Export
    **up / down** choose what to write, the field below holds the folder that it goes into. **enter** writes it,
    **escape** goes back and writes nothing.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Back", id="taking.cancel", tooltip="Go back and write nothing"),
        Binding("down", "move(1)", "Down", id="taking.down", tooltip="The next form", show=False, priority=True),
        Binding("up", "move(-1)", "Up", id="taking.up", tooltip="The form before", show=False, priority=True),
    ]

    DEFAULT_CSS = """
    ExportDialog OptionList { height: auto; max-height: 10; background: $surface; border: none; padding: 0; }
    ExportDialog #taking-folder { margin-top: 1; }
    ExportDialog #taking-trouble { height: auto; }
    """

    choices = query_one("#taking-choices", OptionList)
    folder = query_one("#taking-folder", Input)
    told = query_one("#taking-trouble", Static)

    def __init__(self, title: str, choices: Mapping[str, str], folder: Path) -> None:
        """``choices`` has the words for each form by its name."""
        super().__init__()
        self._title = title
        self._choices = choices
        self._folder = folder

    def compose(self) -> ComposeResult:
        options = [Option(Content(one_line(words)), id=name) for name, words in self._choices.items()]
        with Vertical(classes="dialog"):
            yield Static(Content(one_line(self._title)), classes="title", markup=False)
            yield SafeOptionList(*options, id="taking-choices", compact=True, markup=False)
            yield TextInput(one_line(str(self._folder)), id="taking-folder", compact=True, max_length=PATH)
            yield Static(id="taking-trouble", markup=False)
            note = "up and down choose   enter writes it   escape goes back   F1 helps"
            yield Static(note, classes="note", markup=False)

    def on_mount(self) -> None:
        self.choices.can_focus = False
        self.choices.highlighted = 0
        self.folder.focus()
        self._tell()

    def action_move(self, by: int) -> None:
        """Choose another form."""
        step = self.choices.action_cursor_down if by > 0 else self.choices.action_cursor_up
        step()

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self._done()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._done()

    @on(Input.Changed)
    def _tell(self) -> None:
        trouble = self._trouble
        said = Content.styled(f"! {trouble}", "$text-error") if trouble else Content("the folder it goes into")
        update_text(self.told, said)

    @property
    def _wanted(self) -> Path:
        return Path(self.folder.value.strip() or ".")

    @property
    def _trouble(self) -> str:
        try:
            found = self._wanted.expanduser().is_dir()
        except (OSError, RuntimeError, ValueError):
            found = False
        return "" if found else "there is no such folder: name one that is there"

    def _done(self) -> None:
        option = self.choices.highlighted_option
        if option and option.id and not self._trouble:
            self.dismiss(Wanted(option.id, self._wanted.expanduser()))

    def action_cancel(self) -> None:
        """Go back and write nothing."""
        self.dismiss(None)
