"""Small questions: one of a few answers, a name for a file."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

__all__ = ["Ask", "NameFile"]


class Ask(ModalScreen[str | None]):
    """Asks a question with two or three answers; gives back the id of the one chosen, None for going back."""

    BINDINGS = [
        Binding("escape", "cancel", "Back", id="ask.cancel", tooltip="Go back and change nothing"),
        Binding("left,up", "app.focus_previous", "Previous", id="ask.previous", tooltip="Previous answer", show=False),
        Binding("right,down", "app.focus_next", "Next", id="ask.next", tooltip="Next answer", show=False),
    ]

    def __init__(self, question: str, answers: dict[str, str]) -> None:
        super().__init__()
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(id="ask", classes="dialog"):
            yield Static(Content(self._question), markup=False)
            with Horizontal(classes="answers"):
                for answer, label in self._answers.items():
                    yield Button(Content(label), id=answer, compact=True)
                yield Button("Back", id="back", compact=True)

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(None if event.button.id == "back" else event.button.id)

    def action_cancel(self) -> None:
        """Go back and change nothing."""
        self.dismiss(None)


class NameFile(ModalScreen[str | None]):
    """Asks for the name to save under; gives back what was typed, None for going back."""

    BINDINGS = [Binding("escape", "cancel", "Back", id="name.cancel", tooltip="Go back without saving")]

    name_input = query_one("#file-name", Input)

    def __init__(self, proposal: str, folder: str) -> None:
        super().__init__()
        self._proposal = proposal
        self._folder = folder

    def compose(self) -> ComposeResult:
        with Vertical(id="name-file", classes="dialog"):
            yield Static("Save as", classes="title", markup=False)
            yield Input(self._proposal, id="file-name", compact=True)
            note = f"A plain name goes into your presets ({self._folder}); a path ending in .toml goes there."
            yield Static(Content(note), classes="note", markup=False)
            yield Static("enter saves   escape goes back", classes="note", markup=False)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
        else:
            self.notify("A file needs a name", severity="warning")

    def action_cancel(self) -> None:
        """Go back without saving."""
        self.dismiss(None)
