"""Small dialogs: a question with a few answers, a file name."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button, Input, Static

from core import presets
from core.presets import PresetError
from core.sanitize import one_line
from tui.screens.modal import Modal
from tui.widgets.text_input import PATH, TextInput

__all__ = ["Ask", "NameFile"]


class Ask(Modal[str | None]):
    """Asks a question with one or two answers, and a Back button that has the focus.

    Returns the id of the answer, None for Back.
    """

    HELP = """
    ## Question
    **left / right** or **tab** select an answer, **enter** confirms it, **escape** goes back without a change.
    """

    AUTO_FOCUS = "#back"
    BINDINGS = [
        Binding("escape", "cancel", "Back", id="ask.cancel", tooltip="Go back without a change"),
        Binding("left,up", "app.focus_previous", "Previous", id="ask.previous", tooltip="Previous answer", show=False),
        Binding("right,down", "app.focus_next", "Next", id="ask.next", tooltip="Next answer", show=False),
    ]

    def __init__(self, question: str, answers: dict[str, str], *, back: str = "Back") -> None:
        """``answers`` maps ids to labels; ``back`` is the label of the Back button."""
        super().__init__()
        self._back = back
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(id="ask", classes="dialog"):
            yield Static(Content(one_line(self._question)), markup=False)
            with Horizontal(classes="answers"):
                for answer, label in self._answers.items():
                    yield Button(Content(one_line(label)), id=answer, compact=True)
                yield Button(self._back, id="back", compact=True)
            keys = "left and right: select   enter: confirm   escape: back"
            yield Static(keys, classes="note", markup=False)

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(None if event.button.id == "back" else event.button.id)

    def action_cancel(self) -> None:
        """Go back without a change."""
        self.dismiss(None)


class NameFile(Modal[str | None]):
    """Asks for a file name; returns what was typed, None for Back."""

    HELP = """
    ## Save as
    Type a name and press **enter**. A plain name saves to your own presets, which **p** lists; a path that ends in
    **.toml** saves there. The line below the field shows the file. **escape** goes back without saving.
    """

    BINDINGS = [Binding("escape", "cancel", "Back", id="name.cancel", tooltip="Go back without saving")]

    name_input = query_one("#file-name", Input)
    preview = query_one("#file-preview", Static)

    def __init__(self, proposal: str) -> None:
        super().__init__()
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        with Vertical(id="name-file", classes="dialog"):
            yield Static("Save as", classes="title", markup=False)
            yield TextInput(one_line(self._proposal), id="file-name", compact=True, max_length=PATH)
            yield Static(id="file-preview", markup=False)
            note = "A plain name saves to your presets; a path ending in .toml saves there."
            yield Static(note, classes="note", markup=False)
            yield Static("enter: save   escape: back   F1: help", classes="note", markup=False)

    def on_mount(self) -> None:
        self._show_file()

    @on(Input.Changed)
    def _show_file(self) -> None:
        path, problem = _file_for(self.name_input.value.strip())
        content = Content.styled(f"! {problem}", "$text-error") if problem else Content(f"file: {path}")
        self.preview.update(content)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not _file_for(name)[1]:
            self.dismiss(name)

    def action_cancel(self) -> None:
        """Go back without saving."""
        self.dismiss(None)


def _file_for(name: str) -> tuple[str, str]:
    """The file that ``name`` is saved as, or why it cannot be; the other is empty."""
    if not name:
        return "", "type a name"
    try:
        return one_line(str(presets.path_for(name).absolute())), ""
    except PresetError as error:
        return "", one_line(str(error))
