"""One line of a form: the name of a field and the control that edits it."""

from collections.abc import Callable, Mapping

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive, reactive
from textual.widgets import Input

from core.fields.field_help import about
from core.fields.forms import Entry
from core.fields.types import FieldError
from tui.forms.choice import Choice
from tui.forms.flag import Flag
from tui.widgets.text import fitted
from tui.widgets.text_input import VALUE, TextInput

__all__ = ["AROUND", "LEAST_VALUE", "FormLine"]

LEAST_VALUE, MOST_VALUE = 10, 34
"""The least and the most cells that a value has."""
AROUND = 3
"""Cells beside name and value: the mark of an error and the two brackets."""


class FormInput(TextInput):
    """A text field of fixed width: typing moves nothing else, so no new layout is needed."""

    HELP = """
    ## Text
    Type the value; every key applies at once. **enter** finishes, **escape** goes back.
    """

    BINDINGS = [Binding("enter", "submit", "Done", id="field.done", tooltip="Take the value and close this edit")]

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)


class FormLine(Horizontal):
    """One field: its name and, in brackets, the control that edits it."""

    COMPONENT_CLASSES = {"form-line--name", "form-line--focus", "form-line--error", "form-line--bracket"}

    DEFAULT_CSS = """
    FormLine { height: 1; }
    FormLine > * { width: 1fr; min-width: 10; max-width: 34; }
    FormLine > FormInput { background: $surface; }
    FormLine > FormInput:focus { background: $accent 25%; }
    FormLine.-invalid > FormInput { background: $error 30%; }
    FormLine > .form-line--name, FormLine > .form-line--bracket { color: $text-muted; }
    FormLine > .form-line--focus { color: $accent; text-style: bold; }
    FormLine > .form-line--error { color: $text-error; text-style: bold; }
    """

    error: reactive[str] = reactive("")
    """Why the text in the control is invalid; empty if it is valid."""
    column: reactive[int] = reactive(0)
    """Cells for the name."""

    def __init__(self, entry: Entry, on_text: Callable[["FormLine", str], None]) -> None:
        """``on_text`` is called with the text whenever it changes, within the same turn of the event loop."""
        super().__init__()
        self.entry = entry
        self.before = entry
        """As it was before the edit in progress, which `begin` starts and `restore` ends."""
        self._editing = False
        self.caption = "  " * (len(entry.path) - 1) + entry.field.name
        """The name, indented if it is the field of a nested value."""
        self.control = _control(entry, self._why_not)
        """The widget that holds the text."""
        self._on_text = on_text

    def compose(self) -> ComposeResult:
        yield self.control

    def on_mount(self) -> None:
        self.watch(self.control, "value", lambda text: self._on_text(self, text), init=False)

    def render(self) -> Content:
        """The name and the brackets around the control, which is painted over them."""
        name = "error" if self.error else "focus" if self.has_focus_within else "name"
        style = self.get_visual_style(f"form-line--{name}")
        edge = style if name != "name" else self.get_visual_style("form-line--bracket")
        parts = [(fitted(self.caption, self.column), style), ("!" if self.error else " ", style)]
        if not isinstance(self.control, Flag):
            room = min(MOST_VALUE, max(LEAST_VALUE, self.size.width - self.column - AROUND))
            parts += [("[", edge), (" " * room, edge), ("]", edge)]
        return Content.assemble(*parts)

    @property
    def caption_width(self) -> int:
        """Cells that the name needs."""
        return cell_len(self.caption) + 1

    def explain(self) -> tuple[str, Mapping[str, str]]:
        """The name of the field, and what is known about it."""
        return self.entry.field.name, about(self.entry)

    def glossary_term(self) -> Entry:
        """Its field, with the value that it has."""
        return self.entry

    @on(Input.Changed)
    def _stop_changed(self, event: Input.Changed) -> None:
        event.stop()  # `on_text` has been called already

    def on_descendant_focus(self) -> None:
        self.refresh()

    def on_descendant_blur(self) -> None:
        self.refresh()

    def watch_column(self, column: int) -> None:
        bracket = not isinstance(self.control, Flag)
        self.control.styles.margin = (0, 1, 0, column + 1 + bracket)

    def begin(self) -> None:
        """An edit begins, unless one is in progress."""
        if not self._editing:
            self._editing = True
            self.before = self.entry

    @property
    def drafted(self) -> bool:
        """Whether the edit in progress is typed text that has changed the field: values of a list come whole."""
        return self._editing and isinstance(self.control, Input) and self.entry.value != self.before.value

    def show(self, entry: Entry) -> None:
        """Show ``entry``; invalid text, and text in focus that means the same, is left as typed."""
        before, self.entry = self.entry, entry
        if entry.value != before.value and not self.error and not self._means(entry):
            self.restore()

    def tidy(self) -> None:
        """Normalize the text once the field is left."""
        if not self.error:
            self.restore()

    def restore(self) -> None:
        """Replace the text with the field's value: the edit in progress has ended."""
        self.error = ""
        self._editing = False
        self.control.value = self.entry.text

    def _means(self, entry: Entry) -> bool:
        """Whether the focused control's text already means ``entry``'s value."""
        if not self.control.has_focus:
            return False
        try:
            return bool(entry.field.type.parse(self.control.value) == entry.value)
        except FieldError:
            return False

    def _why_not(self, text: str) -> str:
        """Why the field cannot take ``text``; empty if it can."""
        try:
            self.entry.field.type.parse(text)
        except FieldError as error:
            return error.message
        return ""

    def watch_error(self, error: str) -> None:
        self.set_class(bool(error), "-invalid")
        self.refresh()


def _control(entry: Entry, check: Callable[[str], str]) -> Input | Choice | Flag:
    kind, name = entry.field.type, entry.field.name
    if kind.control == "flag":
        return Flag(entry.text)
    if kind.options:
        return Choice(name, kind.options, entry.text, None if kind.control == "choice" else check)
    return FormInput(entry.text, compact=True, select_on_focus=True, max_length=VALUE)
