"""One line of a form: the name of a field and the control that edits it."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size
from textual.reactive import Reactive, reactive
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from core.fields.forms import Entry
from core.fields.types import FieldError
from tui.widgets.choice import Choice
from tui.widgets.text_input import VALUE, TextInput

__all__ = ["FormLine"]


class FormInput(TextInput):
    """A text field of fixed width: typing moves nothing else, so no new layout is needed."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)


class FormLine(Horizontal):
    """One field: its name and the control that edits it."""

    DEFAULT_CSS = """
    FormLine { height: 1; }
    FormLine > .name { width: 22; color: $text-muted; }
    FormLine:focus-within > .name { color: $foreground; text-style: bold; }
    FormLine > FormInput { width: 1fr; background: $surface; }
    FormLine > FormInput:focus { background: $primary 40%; }
    FormLine.-invalid > .name { color: $text-error; text-style: bold; }
    FormLine.-invalid > FormInput { background: $error 30%; }
    """

    error: reactive[str] = reactive("")
    """Why the text in the control is invalid; empty if it is valid."""

    def __init__(self, entry: Entry, on_text: Callable[["FormLine", str], None]) -> None:
        """``on_text`` is called with the text whenever it changes, within the same turn of the event loop."""
        super().__init__()
        self.entry = entry
        self.control = _control(entry)
        """The widget that holds the text."""
        self._on_text = on_text

    def compose(self) -> ComposeResult:
        yield Static(self._caption(), classes="name", markup=False)
        yield self.control

    def on_mount(self) -> None:
        self.watch(self.control, "value", lambda text: self._on_text(self, text), init=False)

    @on(Input.Changed)
    @on(Choice.Changed)
    def _stop_changed(self, event: Input.Changed | Choice.Changed) -> None:
        event.stop()  # `on_text` has been called already

    def show(self, entry: Entry) -> None:
        """Show ``entry``; a focused control whose text means the same is left as typed."""
        before, self.entry = self.entry, entry
        if entry.value != before.value and not self._means(entry):
            self.restore()

    def tidy(self) -> None:
        """Normalize the text once the field is left."""
        if not self.error:
            self.restore()

    def restore(self) -> None:
        """Replace the text with the field's value."""
        self.error = ""
        self.control.value = self.entry.text

    def _means(self, entry: Entry) -> bool:
        """Whether the focused control's text already means ``entry``'s value."""
        if self.error or not self.control.has_focus:
            return False
        try:
            return bool(entry.field.type.parse(self.control.value) == entry.value)
        except FieldError:
            return False

    def watch_error(self, error: str) -> None:
        self.set_class(bool(error), "-invalid")
        if self.is_mounted:
            self.query_one(".name", Static).update(self._caption(), layout=False)

    def _caption(self) -> str:
        depth = len(self.entry.path) - 1
        return f"{'! ' if self.error else ''}{'  ' * depth}{self.entry.field.name}"


def _control(entry: Entry) -> Input | Choice:
    kind = entry.field.type
    if kind.control != "text":
        return Choice(kind.options, entry.text)
    suggester = SuggestFromList(kind.options) if kind.options else None
    return FormInput(entry.text, compact=True, suggester=suggester, select_on_focus=True, max_length=VALUE)
