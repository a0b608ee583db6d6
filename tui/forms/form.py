"""A form for any `FieldStruct`: one line per field, validated at every keystroke."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import events, on
from textual.actions import SkipAction
from textual.binding import Binding
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input

from core.fields.forms import edited, entries, refusal
from core.fields.struct import FieldStruct
from core.fields.types import FieldError
from tui.forms.folding_form import FoldingForm, Kind
from tui.forms.hint import FormHint
from tui.forms.line import FormLine

__all__ = ["StructForm"]


class StructForm(FoldingForm):
    """Edits ``value``: passes on every valid keystroke, and posts `Settled` when a field is done."""

    HELP = """
    ## Form
    **up / down** or **tab** go from field to field; every keystroke applies at once.
    **enter** finishes, **escape** takes back what was typed into the field and goes back. **F2** shows or folds the
    fields that have their defaults, **F1** explains the field in the glossary. A field marked **!** is invalid: the
    line below the form says what it expects, and the field has the value from before it was edited.
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
        kind: Kind,
        fit: bool = False,
        id: str | None = None,
    ) -> None:
        """``on_edit`` is called with every edited value and a name; edits with the same name are undone in one step.

        It is called, not posted as a message: within the keystroke's turn of the event loop, so that both are painted
        together and ``value`` is never older than what was typed. For ``kind`` and ``fit``, see `FoldingForm`.
        """
        super().__init__(value, kind, fit=fit, id=id)
        self._on_edit = on_edit
        self._shown: object = None

    def take(self, value: FieldStruct | None, what: object = None) -> None:
        """Show ``value``, which belongs to ``what``: a layer at its place, the plan of a document.

        Another ``what`` discards invalid text in the fields, and says so.
        """
        if what != self._shown:
            self._shown = what
            self.restore(gone=True)
            self._folding.forget()
            self._forget_notice()
        if value != self.value:  # by other ways than this form: what a field kept is not what it has now
            self._forget_notice()
        self.value = value

    def _forget_notice(self) -> None:
        if self.is_mounted:
            self.hint.clear()
            self._show_hint(next((line for line in self.lines if line.has_focus_within), None))

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

    def typed(self, line: FormLine, text: str) -> None:
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
        self.hurry()
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

    def _show_hint(self, line: FormLine | None) -> None:
        if line is None:
            self.hint.say()
        else:
            self.hint.say(line.entry.field.help, line.error)
