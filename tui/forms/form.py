"""A form for any `FieldStruct`: one line per field, validated at every keystroke."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from core.fields.folding import Folding, View
from core.fields.forms import Entry, edited, entries, refusal
from core.fields.struct import FieldStruct
from core.fields.types import FieldError
from tui.forms.fold_line import FoldLine
from tui.forms.hint import FormHint
from tui.forms.line import AROUND, LEAST_VALUE, FormLine
from tui.forms.lines import FormLines

__all__ = ["StructForm"]

SCROLL_BAR = 1
"""Cells of the bar beside lines that do not fit."""


class StructForm(Vertical):
    """Edits ``value``: passes on every valid keystroke, and posts `Settled` when a field is done.

    It shows the fields that people change and all that differ from their defaults; the others are folded away and
    are no widgets then. A field that has been shown stays until another value is taken, or the user folds.
    """

    HELP = """
    ## Form
    **up / down** or **tab** go from field to field; every keystroke applies at once.
    **enter** finishes, **escape** takes back what was typed into the field and goes back. **F2** shows or folds the
    fields that have their defaults. A field marked **!** is invalid: the line below the form says what it expects, and
    the field has the value from before it was edited.
    """

    BINDINGS = [
        Binding("up", "step(-1)", "Field above", id="form.up", tooltip="Go to the field above", show=False),
        Binding("down", "step(1)", "Field below", id="form.down", tooltip="Go to the field below", show=False),
        Binding("enter", "done", "Done", id="form.done", tooltip="Close this edit"),
        Binding("escape", "cancel", "Back", id="form.cancel", tooltip="Take back what was typed here, and go back"),
        Binding(
            "f2",
            "fold",
            "More/fewer",
            key_display="F2",
            id="form.fold",
            tooltip="Show or fold the fields that have their defaults",
        ),
    ]

    DEFAULT_CSS = """
    StructForm { height: 1fr; }
    """

    value: reactive[FieldStruct | None] = reactive(None, init=False, repaint=False)
    """The value shown and edited."""
    least_width: reactive[int] = reactive(0, repaint=False)
    """Cells that whole names and short values need."""

    fold_line = query_one(FoldLine)
    hint = query_one("#hint", FormHint)

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
        self._due = False
        self.lines_box = FormLines(id="lines", can_focus=False)
        self._folding = Folding()  # as the user last chose, for whatever this form shows
        self.set_reactive(StructForm.value, value)

    def compose(self) -> ComposeResult:
        with self.lines_box:
            yield from map(self._line, self._view.shown)
            yield FoldLine(self._turn)
        yield FormHint(id="hint")

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self) -> None:
        self.lines_box.styles.max_height = max(1, self.size.height - FormHint.ROWS)
        self._fit_lines()

    @property
    def lines(self) -> list[FormLine]:
        """The lines, from the top."""
        return self.lines_box.lines

    def take(self, value: FieldStruct | None, what: object = None) -> None:
        """Show ``value``, which belongs to ``what``: a layer at its place, the plan of a document.

        Another ``what`` discards invalid text in the fields, and says so.
        """
        if what != self._shown:
            self._shown = what
            self.restore(gone=True)
            self._folding.forget()
            if self.is_mounted:
                self.hint.clear()
                self.hint.say()
        self.value = value

    def restore(self, *, gone: bool = False) -> None:
        """Replace invalid text in the fields with their values, and say so.

        ``gone``: the fields are about to show something else, so the form is no place to say it.
        """
        for line in self.lines:
            self._restore(line, gone=gone)

    def _restore(self, line: FormLine, *, gone: bool = False) -> None:
        if line.error:
            kept = refusal(line.entry, line.error)
            if gone:
                self.notify(kept, severity="warning", markup=False)
            else:
                self.hint.notice(kept)
        line.restore()

    def watch_value(self) -> None:
        """Show the value at once; add and remove lines afterwards."""
        view = self._view
        wanted = view.shown
        current = [self.lines_box.line_for(entry) for entry in wanted]
        for line, entry in zip(current, wanted, strict=True):
            if line:
                line.show(entry)
        if current != self.lines:
            self._request_lines()
        elif self.is_mounted:
            self._show_others(view)

    def _request_lines(self) -> None:
        """Have the lines rebuilt: at once if a field was edited, behind the next frame if something else is shown.

        A hidden form must not delay what is visible, least of all the app's first frame; and where layers are gone
        through faster than frames are drawn, only the last needs its lines.
        """
        if self.has_focus_within and self._affects_screen:
            self.call_next(self._rebuild)
        elif not self._due:
            self._due = True
            self.call_after_refresh(self._rebuild)

    async def _rebuild(self) -> None:
        """Remove stale lines and mount new ones."""
        self._due = False
        with self.app.batch_update() if self._affects_screen else nullcontext():
            await self.lines_box.rebuild(self._view.shown, self._line)
            self._arrange()

    def _line(self, entry: Entry) -> FormLine:
        return FormLine(entry, self._typed)

    def _arrange(self) -> None:
        """Align the values, and make the form as high as its lines."""
        self.least_width = self.lines_box.align() + AROUND + LEAST_VALUE + SCROLL_BAR
        self._show_others(self._view)
        self._fit_lines()

    def _fit_lines(self) -> None:
        if self._fit:
            rows = len(self.lines_box.stops) + FormHint.ROWS + self.gutter.height
            self.styles.height = rows if self.lines else 0

    def _show_others(self, view: View) -> None:
        self.fold_line.count = view.others
        self.fold_line.unfolded = self._folding.unfolded
        self.fold_line.display = view.others > 0

    @property
    def _affects_screen(self) -> bool:
        """Whether the lines affect what is visible: they are on screen, or move what is below."""
        return self._fit or self.is_on_screen

    @property
    def _view(self) -> View:
        return self._folding.view(self.value)

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
        if all(entry.path != line.entry.path for entry in entries(self.value)):
            return  # its field has just gone, as another option was chosen: the line is about to be removed
        self.hint.clear()
        line.begin()
        try:
            value, line.error = edited(self.value, line.entry.path, text), ""
        except FieldError as error:
            # Not the last text that was valid: of 1e, the 1 is half of a number.
            value, line.error = edited(self.value, line.entry.path, line.before.text), error.message
        self._show_hint(line)
        self._edit(line, value)

    def _edit(self, line: FormLine, value: FieldStruct) -> None:
        """Pass on ``value``, edited in ``line``."""
        # Update the line: it must not overwrite what is typed next with an older value.
        line.entry = next(entry for entry in entries(value) if entry.path == line.entry.path)
        self._folding.keep(line.entry.path)
        if value != self.value:
            self.value = value
            self._on_edit(value, ".".join(line.entry.path))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_done()

    def on_descendant_focus(self) -> None:
        line = next((line for line in self.lines if line.has_focus_within), None)
        self._show_hint(line)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if not self.app.app_focus:
            return  # the terminal is not in front: the focus comes back to the field as it is
        line = event.widget.parent
        if isinstance(line, FormLine) and event.widget.is_attached:
            self._restore(line)
            if not self.has_focus_within:
                self._show_hint(None)
        self.post_message(self.Settled(self))

    def action_step(self, by: int) -> None:
        """Go ``by`` fields further, wrapping around."""
        stops = self.lines_box.stops
        here = next((index for index, stop in enumerate(stops) if stop.has_focus), -1)
        stops[(here + by) % len(stops)].focus()

    def action_done(self) -> None:
        """Finish the edit, unless the focused field is invalid."""
        if any(line.error and line.has_focus_within for line in self.lines):
            self.app.bell()
            return
        self.post_message(self.Settled(self, done=True))

    def action_cancel(self) -> None:
        """Take back what was typed into the focused field; the pane around the form goes back."""
        for line in self.lines:
            if self.value is not None and line.drafted:
                self._take_back(line, self.value)
        raise SkipAction

    def _take_back(self, line: FormLine, value: FieldStruct) -> None:
        typed = line.control.value.strip()
        self._edit(line, edited(value, line.entry.path, line.before.text))
        line.restore()
        self.hint.notice(refusal(line.entry, f"escape takes back {typed!r}, enter keeps it"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "fold" or self.fold_line.display

    def action_fold(self) -> None:
        """Show all fields, or fold those that have their defaults."""
        self._turn(not self._folding.unfolded)

    def _turn(self, unfolded: bool) -> None:
        self._folding.unfolded = unfolded
        self._folding.forget(line.entry.path for line in self.lines if line.error)
        stay = {entry.path for entry in self._view.shown}
        if any(line.has_focus_within and line.entry.path not in stay for line in self.lines):
            self.fold_line.focus()
        self.call_next(self._refold, {line.entry.path for line in self.lines})

    async def _refold(self, before: set[tuple[str, ...]]) -> None:
        """Show or fold the other fields; from the line that showed them, go to the first."""
        await self._rebuild()
        new = next((line for line in self.lines if line.entry.path not in before), None)
        if new is not None and self.fold_line.has_focus:
            new.control.focus()

    def _show_hint(self, line: FormLine | None) -> None:
        if line is None:
            self.hint.say()
        else:
            self.hint.say(line.entry.field.help, line.error)
