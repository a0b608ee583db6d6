"""A form over any described value: one line a field, checked at every keystroke."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.getters import query_one
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from core.fields import Described
from core.forms import Entry, edited, entries
from core.kinds import FieldError
from tui.widgets.choice import Choice
from tui.widgets.text import update_text

__all__ = ["FormLine", "StructForm"]


class FormInput(Input):
    """A text field of fixed width: what is typed moves nothing else, so the screen need not be laid out anew."""

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
    """Why what stands in the control is not taken; empty if it is."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry

    def compose(self) -> ComposeResult:
        yield Static(self._caption(), classes="name", markup=False)
        kind = self.entry.field.kind
        if kind.control == "text":
            suggester = SuggestFromList(kind.options) if kind.options else None
            yield FormInput(self.entry.text, compact=True, suggester=suggester, select_on_focus=True)
        else:
            yield Choice(kind.options, self.entry.text)

    @property
    def control(self) -> Input | Choice:
        """The widget that holds the text."""
        return self.query_one("Input, Choice")  # type: ignore[return-value]  # compose yields one of the two

    def show(self, entry: Entry) -> None:
        """Take ``entry`` as what the field now holds; a control in use that means the same is left as typed."""
        before, self.entry = self.entry, entry
        if entry.value == before.value or self._means(entry):
            return
        with self.control.prevent(Input.Changed, Choice.Changed):
            self.control.value = entry.text
        self.error = ""

    def tidy(self) -> None:
        """Write what the field holds in its usual form, once it has been left."""
        if not self.error:
            self.restore()

    def restore(self) -> None:
        """Write what the field holds, whatever stands there."""
        if self.control.value != self.entry.text:
            with self.control.prevent(Input.Changed, Choice.Changed):
                self.control.value = self.entry.text
        self.error = ""

    def _means(self, entry: Entry) -> bool:
        """Whether the control in use says ``entry``'s value already, if perhaps in other words."""
        if not self.control.has_focus or self.error:
            return False
        try:
            return bool(entry.field.kind.parse(self.control.value) == entry.value)
        except FieldError:
            return False

    def watch_error(self, error: str) -> None:
        self.set_class(bool(error), "-invalid")
        if self.is_mounted:
            self.query_one(".name", Static).update(self._caption())

    def _caption(self) -> str:
        depth = len(self.entry.path) - 1
        return f"{'! ' if self.error else ''}{'  ' * depth}{self.entry.field.name}"


class FormLines(VerticalScroll, inherit_bindings=False):
    """The lines of a form. It has no keys of its own: up and down go from field to field."""


class StructForm(Vertical):
    """Edits ``value``: posts `Changed` with every keystroke that makes sense, `Settled` when a field is done."""

    HELP = """
    ## Form
    **up / down** or **tab** go from field to field; every keystroke counts at once.
    In a text field type the value; in a choice **left / right** step through the values.
    **enter** is done, **escape** goes back to where you came from.
    A field marked **!** holds something it cannot take: the line below the form says what it expects.
    """

    BINDINGS = [
        Binding("up", "step(-1)", "Field above", id="form.up", tooltip="Go to the field above", show=False),
        Binding("down", "step(1)", "Field below", id="form.down", tooltip="Go to the field below", show=False),
        Binding("enter", "done", "Done", id="form.done", tooltip="Close this edit"),
    ]

    DEFAULT_CSS = """
    StructForm { height: 1fr; }
    StructForm > FormLines { height: 1fr; scrollbar-size-vertical: 1; }
    StructForm > #hint { height: 1; color: $text-muted; text-overflow: ellipsis; text-wrap: nowrap; }
    StructForm > #hint.-error { color: $text-error; }
    """

    value: reactive[Described | None] = reactive(None, init=False, repaint=False)
    """What the form shows and edits."""

    lines_box = query_one("#lines", FormLines)
    hint = query_one("#hint", Static)

    @dataclass
    class Changed(Message):
        """``value`` is the edited value; edits with the same ``merging`` are one step for undo."""

        form: "StructForm"
        value: Described
        field: str
        merging: str

        @property
        def control(self) -> "StructForm":
            return self.form

    @dataclass
    class Settled(Message):
        """A field was left, or enter pressed (``done``): the edit is complete."""

        form: "StructForm"
        done: bool = False

        @property
        def control(self) -> "StructForm":
            return self.form

    def __init__(self, value: Described | None = None, *, fit: bool = False, id: str | None = None) -> None:
        """``fit`` makes the form as high as it has fields, within what the stylesheet allows."""
        super().__init__(id=id)
        self._fit = fit
        self._shown: object = None
        self._sent: list[Described] = []
        self.set_reactive(StructForm.value, value)

    def compose(self) -> ComposeResult:
        with FormLines(id="lines", can_focus=False):
            yield from self._lines_for(self.value)
        yield Static("", id="hint", markup=False)

    @property
    def lines(self) -> list[FormLine]:
        """The lines, from the top."""
        return list(self.query(FormLine))

    def take(self, value: Described | None, what: object = None) -> None:
        """Show ``value``, which is that of ``what``: a layer in its place, a plan.

        The form's own edits come back this way, perhaps after further keystrokes: those echoes change nothing.
        Another ``what`` clears whatever the fields could not take.
        """
        if what != self._shown:
            self._shown = what
            self._sent.clear()
            self.restore()
        elif value in self._sent:
            del self._sent[: self._sent.index(value) + 1]
            return
        self._sent.clear()
        self.value = value

    def restore(self) -> None:
        """Put back what the fields hold in place of what they could not take."""
        for line in self.lines:
            line.restore()
        if self.is_mounted:
            self._show_hint(None)

    async def watch_value(self, value: Described | None) -> None:
        wanted = entries(value) if value is not None else ()
        kept = {line.entry.path: line for line in self.lines}
        for entry in wanted:
            line = kept.get(entry.path)
            if line is not None and line.entry.field.kind is not entry.field.kind:
                del kept[entry.path]
        lines = [kept.get(entry.path) or FormLine(entry) for entry in wanted]
        stale = [line for line in self.lines if line not in lines]
        for line, entry in zip(lines, wanted, strict=True):
            if line.is_attached:
                line.show(entry)
        if stale or len(lines) != len(self.lines):
            with self.app.batch_update():
                await self._rebuild(lines, stale)

    async def _rebuild(self, lines: list[FormLine], stale: list[FormLine]) -> None:
        """Take ``stale`` lines away and put the new ones among those that stay, which keep cursor and focus."""
        await self.lines_box.remove_children(stale)
        before: FormLine | None = None
        for line in lines:
            if not line.is_attached:
                await self.lines_box.mount(line, after=before) if before else await self.lines_box.mount(line, before=0)
            before = line
        if self._fit:
            self.styles.height = len(lines) + 1 if lines else 0

    def focus_field(self, path: tuple[str, ...] = ()) -> bool:
        """Put the cursor into the field at ``path``, or into the first; False if the form has no field."""
        lines = self.lines
        line = next((line for line in lines if line.entry.path == path), lines[0] if lines else None)
        if line is None:
            return False
        line.control.focus()
        return True

    @on(Input.Changed)
    @on(Choice.Changed)
    def _edit(self, event: Input.Changed | Choice.Changed) -> None:
        event.stop()
        line = event.control.parent
        if not isinstance(line, FormLine) or self.value is None or not line.is_attached:
            return
        if event.value == line.entry.text and not line.error:
            return
        try:
            value = edited(self.value, line.entry.path, event.value)
        except FieldError as error:
            line.error = error.message
            self._show_hint(line)
            return
        line.error = ""
        self._show_hint(line)
        # The line holds this from now on: it must not write an older keystroke over what was typed since.
        line.entry = next(entry for entry in entries(value) if entry.path == line.entry.path)
        self.value = value
        self._sent.append(value)
        self.post_message(self.Changed(self, value, line.entry.field.name, ".".join(line.entry.path)))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_done()

    def on_descendant_focus(self) -> None:
        line = next((line for line in self.lines if line.has_focus_within), None)
        if line:
            self._show_hint(line)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if isinstance(event.widget.parent, FormLine) and event.widget.is_attached:
            event.widget.parent.tidy()
            if not event.widget.parent.error:
                self._show_hint(None)
        self.post_message(self.Settled(self))

    def action_step(self, by: int) -> None:
        """Go ``by`` fields further, around the end."""
        lines = self.lines
        here = next((index for index, line in enumerate(lines) if line.has_focus_within), -1)
        lines[(here + by) % len(lines)].control.focus()

    def action_done(self) -> None:
        """Say that the edit is complete; a field that could not take what stands in it is not done."""
        if any(line.error and line.has_focus_within for line in self.lines):
            self.app.bell()
            return
        self.post_message(self.Settled(self, done=True))

    def _lines_for(self, value: Described | None) -> Iterable[Widget]:
        return [FormLine(entry) for entry in entries(value)] if value is not None else []

    def _show_hint(self, line: FormLine | None) -> None:
        error = line.error if line else ""
        self.hint.set_class(bool(error), "-error")
        update_text(self.hint, Content(f"! {error}" if error else line.entry.field.help if line else ""))
