"""A form for any `FieldStruct`: one line per field, validated at every keystroke."""

from asyncio import gather
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widget import AwaitMount
from textual.widgets import Input, Static

from core.fields.forms import Entry, edited, entries
from core.fields.struct import FieldStruct
from core.fields.types import FieldError
from tui.widgets.form_line import FormLine
from tui.widgets.text import update_text

__all__ = ["StructForm"]


class FormLines(VerticalScroll, inherit_bindings=False):
    """The lines of a form. It has no bindings of its own: up and down go from field to field."""


class StructForm(Vertical):
    """Edits ``value``: passes on every valid keystroke, and posts `Settled` when a field is done."""

    HELP = """
    ## Form
    **up / down** or **tab** go from field to field; every keystroke applies at once.
    In a text field type the value; in a choice **left / right** step through the values.
    **enter** finishes, **escape** goes back.
    A field marked **!** is invalid: the line below the form says what it expects.
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

    value: reactive[FieldStruct | None] = reactive(None, init=False, repaint=False)
    """The value shown and edited."""

    lines_box = query_one("#lines", FormLines)
    hint = query_one("#hint", Static)

    @dataclass
    class Settled(Message):
        """A field was left, or enter pressed (``done``): the edit is complete."""

        form: "StructForm"
        done: bool = False

        @property
        def control(self) -> "StructForm":
            return self.form

    def __init__(
        self,
        on_edit: Callable[[FieldStruct, str], None],
        value: FieldStruct | None = None,
        *,
        fit: bool = False,
        id: str | None = None,
    ) -> None:
        """``on_edit`` is called with every edited value and a name; edits with the same name are undone in one step.

        It is called, not posted as a message: within the keystroke's turn of the event loop, so that both are painted
        together and ``value`` is never older than what was typed. ``fit`` makes the form as high as it has fields,
        within what the stylesheet allows.
        """
        super().__init__(id=id)
        self._on_edit = on_edit
        self._fit = fit
        self._shown: object = None
        self.set_reactive(StructForm.value, value)

    def compose(self) -> ComposeResult:
        with FormLines(id="lines", can_focus=False):
            yield from (FormLine(entry, self._typed) for entry in self._entries())
        yield Static("", id="hint", markup=False)

    @property
    def lines(self) -> list[FormLine]:
        """The lines, from the top."""
        return [line for box in self.children for line in box.children if isinstance(line, FormLine)]

    def take(self, value: FieldStruct | None, what: object = None) -> None:
        """Show ``value``, which belongs to ``what``: a layer at its place, a plan.

        Another ``what`` discards invalid text in the fields.
        """
        if what != self._shown:
            self._shown = what
            self.restore()
        self.value = value

    def restore(self) -> None:
        """Replace invalid text in the fields with their last valid values."""
        for line in self.lines:
            line.restore()
        if self.is_mounted:
            self._show_hint(None)

    def watch_value(self) -> None:
        """Show the value at once; add and remove lines afterwards."""
        wanted = self._entries()
        current = [self._line_for(entry) for entry in wanted]
        for line, entry in zip(current, wanted, strict=True):
            if line:
                line.show(entry)
        if current != self.lines:
            # A hidden form must not delay what is visible, least of all the app's first frame.
            (self.call_next if self._affects_screen else self.call_after_refresh)(self._rebuild)

    async def _rebuild(self) -> None:
        """Remove stale lines and mount new ones; lines that stay keep cursor and focus."""
        wanted = self._entries()
        lines = [self._line_for(entry) or FormLine(entry, self._typed) for entry in wanted]
        with self.app.batch_update() if self._affects_screen else nullcontext():
            await self.lines_box.remove_children([line for line in self.lines if line not in lines])
            before: FormLine | None = None
            mounting: list[AwaitMount] = []
            for line, entry in zip(lines, wanted, strict=True):
                if line.is_attached:
                    line.show(entry)
                elif before:
                    mounting.append(self.lines_box.mount(line, after=before))
                else:
                    mounting.append(self.lines_box.mount(line, before=0))
                before = line
            await gather(*mounting)
            if self._fit:
                self.styles.height = len(lines) + 1 if lines else 0

    @property
    def _affects_screen(self) -> bool:
        """Whether the lines affect what is visible: they are on screen, or move what is below."""
        return self._fit or self.is_on_screen

    def _entries(self) -> tuple[Entry, ...]:
        return entries(self.value) if self.value is not None else ()

    def _line_for(self, entry: Entry) -> FormLine | None:
        """The line that can show ``entry``."""
        at, kind = entry.path, entry.field.type
        return next((line for line in self.lines if line.entry.path == at and line.entry.field.type is kind), None)

    def focus_field(self, path: tuple[str, ...] = ()) -> bool:
        """Focus the field at ``path``, or the first; False if the form has no field."""
        lines = self.lines
        line = next((line for line in lines if line.entry.path == path), lines[0] if lines else None)
        if line is None:
            return False
        line.control.focus()
        return True

    def _typed(self, line: FormLine, text: str) -> None:
        if self.value is None or not line.is_attached or (text == line.entry.text and not line.error):
            return
        if all(entry.path != line.entry.path for entry in self._entries()):
            return  # its field has just gone, as another option was chosen: the line is about to be removed
        try:
            value = edited(self.value, line.entry.path, text)
        except FieldError as error:
            line.error = error.message
            self._show_hint(line)
            return
        line.error = ""
        self._show_hint(line)
        # Update the line: it must not overwrite what is typed next with an older value.
        line.entry = next(entry for entry in entries(value) if entry.path == line.entry.path)
        self.value = value
        self._on_edit(value, ".".join(line.entry.path))

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
        """Go ``by`` fields further, wrapping around."""
        lines = self.lines
        here = next((index for index, line in enumerate(lines) if line.has_focus_within), -1)
        lines[(here + by) % len(lines)].control.focus()

    def action_done(self) -> None:
        """Finish the edit, unless the focused field is invalid."""
        if any(line.error and line.has_focus_within for line in self.lines):
            self.app.bell()
            return
        self.post_message(self.Settled(self, done=True))

    def _show_hint(self, line: FormLine | None) -> None:
        error = line.error if line else ""
        self.hint.set_class(bool(error), "-error")
        update_text(self.hint, Content(f"! {error}" if error else line.entry.field.help if line else ""))
