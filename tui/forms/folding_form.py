"""The lines of a form: what of a value it shows, and what it folds away."""

from contextlib import nullcontext
from time import monotonic
from typing import Literal

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import reactive
from textual.timer import Timer

from core.fields.folding import Folding, View
from core.fields.forms import Entry
from core.fields.struct import FieldStruct
from core.settings import UnfoldedForms
from tui.forms.fold_line import FoldLine
from tui.forms.hint import FormHint
from tui.forms.line import AROUND, LEAST_VALUE, FormLine
from tui.forms.lines import FormLines
from tui.remembered import SettingsChanged

__all__ = ["FoldingForm", "Kind"]

Kind = Literal["layer", "plan"]
"""A kind of form, as in `UnfoldedForms`: forms of a kind are unfolded together."""

SOON = 0.15
"""Seconds from one layer to the next within which a key is taken to be held down."""
REST = 0.06
"""Seconds that a layer is selected then before its lines are built."""
SCROLL_BAR = 1
"""Cells of the bar beside lines that do not fit."""


class FoldingForm(Vertical):
    """Shows the fields of ``value`` that people change and all that differ from their defaults.

    The others are folded away and are no widgets then. A field that has been shown stays until another value is taken,
    or the user folds. Whether it is unfolded is remembered for each kind of form.
    """

    unfolded_forms: reactive[UnfoldedForms] = reactive(UnfoldedForms(), init=False, repaint=False)
    """Which kinds of forms are unfolded."""
    value: reactive[FieldStruct | None] = reactive(None, init=False, repaint=False)
    """The value shown and edited."""
    least_width: reactive[int] = reactive(0, repaint=False)
    """Cells that whole names and short values need."""

    fold_line = query_one(FoldLine)

    def __init__(self, value: FieldStruct | None, kind: Kind, *, fit: bool, id: str | None) -> None:
        """``fit`` makes the form as high as it has fields, within what the stylesheet allows."""
        super().__init__(id=id)
        self._kind = kind
        self._fit = fit
        self._due = False
        self._rest: Timer | None = None
        self._rebuilt = 0.0
        self.lines_box = FormLines(id="lines", can_focus=False)
        self._folding = Folding()
        self.set_reactive(FoldingForm.value, value)

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

    def typed(self, line: FormLine, text: str) -> None:
        """``text`` is what ``line`` has now."""
        raise NotImplementedError

    @property
    def unfolded(self) -> bool:
        """Whether forms of this kind show all fields."""
        return bool(getattr(self.unfolded_forms, self._kind))

    def watch_unfolded_forms(self) -> None:
        """Show or fold the others, as another form of the kind does."""
        if self.is_mounted and self._folding.unfolded != self.unfolded:
            self._request_lines()

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
        through with a key held down, only the one where it rests needs its lines.
        """
        if self.has_focus_within and self._affects_screen:
            self.call_next(self._rebuild)
        elif self._rest:
            self._rest.reset()
        elif monotonic() - self._rebuilt < SOON:
            self._rest = self.set_timer(REST, self._rebuild)
        elif not self._due:
            self._due = True
            self.call_after_refresh(self._rebuild)

    def hurry(self) -> None:
        """Have the lines complete behind the next frame: they are about to get the focus."""
        if self._rest:
            self.call_after_refresh(self._rebuild)

    async def _rebuild(self) -> None:
        """Remove stale lines and mount new ones."""
        self._due = False
        if self._rest:
            self._rest.stop()
            self._rest = None
        with self.app.batch_update() if self._affects_screen else nullcontext():
            await self.lines_box.rebuild(self._view.shown, self._line)
            self._arrange()
        self._rebuilt = monotonic()

    def _line(self, entry: Entry) -> FormLine:
        return FormLine(entry, self.typed)

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
        self.fold_line.unfolded = self.unfolded
        self.fold_line.display = view.others > 0

    @property
    def _affects_screen(self) -> bool:
        """Whether the lines affect what is visible: they are on screen, or move what is below."""
        return self._fit or self.is_on_screen

    @property
    def _view(self) -> View:
        self._folding.unfolded = self.unfolded
        return self._folding.view(self.value)

    def focus_field(self, path: tuple[str, ...] = ()) -> bool:
        """Focus the field at ``path``, or the first; False if the form has no field."""
        lines = self.lines
        line = next((line for line in lines if line.entry.path == path), lines[0] if lines else None)
        if line is None:
            return False
        line.control.focus()
        return True

    def action_step(self, by: int) -> None:
        """Go ``by`` fields further, wrapping around."""
        stops = self.lines_box.stops
        here = next((index for index, stop in enumerate(stops) if stop.has_focus), -1)
        stops[(here + by) % len(stops)].focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "fold" or self.fold_line.display

    def action_fold(self) -> None:
        """Show all fields, or fold those that have their defaults."""
        self._turn(not self.unfolded)

    def _turn(self, unfolded: bool) -> None:
        self._folding.unfolded = unfolded
        self.unfolded_forms = replace(self.unfolded_forms, **{self._kind: unfolded})
        self.post_message(SettingsChanged(self.unfolded_forms))
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
