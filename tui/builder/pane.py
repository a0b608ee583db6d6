"""The Build tab: the network above; the stack on the left, the selected layer's form and explanation on the right."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive

from core.diagnosis.problems import architecture_problems, bare_errors
from core.fields.struct import FieldStruct, fields_of
from core.formatting import show_change
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import Layer
from core.network.summary import Problem, Summary, summarize
from core.presets import Preset
from core.sentences import after_place
from core.settings import UnfoldedForms
from core.typography import typeset
from tui.builder.explanation import Explanation
from tui.builder.stack import Stack
from tui.builder.start_card import StartCard
from tui.builder.totals import TotalsView
from tui.conversation import conversation
from tui.forms.form import StructForm
from tui.screens.fix_preview import FixPreview
from tui.widgets.network_strip import NetworkStrip
from tui.widgets.sight import focus_later
from tui.widgets.text import update_border_title

__all__ = ["BuildPane"]


class BuildPane(Vertical):
    """Edits the architecture of ``preset``; passes every new one to ``on_edit`` and stores none itself."""

    BINDINGS = [
        Binding("a", "add", "Add", id="build.add", tooltip="Add a layer after the chosen one"),
        Binding("enter", "start", "LeNet-5", id="build.start", tooltip="Open LeNet-5, a network ready to train"),
        Binding("question_mark", "tour", "Tour", id="build.tour", tooltip="A tour in three steps", key_display="?"),
        Binding("enter,e", "edit", "Edit", id="build.edit", tooltip="Edit the chosen layer"),
        Binding("d,delete", "delete", "Delete", id="build.delete", tooltip="Delete the chosen layer"),
        Binding("D", "duplicate", "Duplicate", id="build.duplicate", tooltip="Copy the chosen layer", show=False),
        Binding(
            "K,shift+up",
            "move(-1)",
            "Move up",
            id="build.up",
            tooltip="Move the layer up",
            show=False,
        ),
        Binding("J,shift+down", "move(1)", "Move down", id="build.down", tooltip="Move the layer down", show=False),
        Binding("f", "fix", "Fix", id="build.fix", tooltip="See the fix for this layer, or for the first problem"),
        Binding("full_stop", "slide(1)", "Slide", id="build.slide", tooltip="Slide the window forward", show=False),
        Binding("comma", "slide(-1)", "Slide back", id="build.slide_back", tooltip="Slide the window back", show=False),
        Binding("up,k", "go(-1)", "Up", id="build.previous", tooltip="Select the layer above", show=False),
        Binding("down,j", "go(1)", "Down", id="build.next", tooltip="Select the layer below", show=False),
        Binding("pageup", "go(-10)", "Page up", id="build.page_up", tooltip="Ten layers up", show=False),
        Binding("pagedown", "go(10)", "Page down", id="build.page_down", tooltip="Ten layers down", show=False),
        Binding("home,g", "go(-9999)", "First", id="build.first", tooltip="Select the input", show=False),
        Binding("end,G", "go(9999)", "Last", id="build.last", tooltip="Select the last layer", show=False),
        Binding("escape", "leave", "Back", id="build.leave", tooltip="Back to the stack"),
    ]

    unfolded_forms: reactive[UnfoldedForms] = reactive(UnfoldedForms(), repaint=False)
    """Which forms show all their fields."""
    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """The preset being edited."""
    silenced: reactive[frozenset[str]] = reactive(frozenset[str](), repaint=False)
    """The lessons whose broken networks are not diagnosed yet."""
    selected: reactive[int] = reactive(0, repaint=False)
    """The selected row; 0 is the input."""
    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The summary of the architecture."""
    problems: reactive[tuple[Problem, ...]] = reactive((), repaint=False)
    """Errors, then warnings, about architecture and plan; without warnings and fixes while the diagnosis is silent."""
    silent: reactive[bool] = reactive(False, repaint=False)
    """Whether the diagnosis is silent about this preset."""

    stack = query_one("#stack", Stack)
    form = query_one("#layer-form", StructForm)
    explanation = query_one("#explanation", Explanation)
    totals = query_one("#totals", TotalsView)
    detail = query_one("#detail", Vertical)
    left = query_one("#left", Vertical)

    class Settled(Message):
        """The edit in progress is complete."""

    class AddRequested(Message):
        """The user wants to add a layer."""

    class StartRequested(Message):
        """The user wants to begin with a preset."""

    def __init__(
        self,
        on_edit: Callable[[Architecture, str], None],
        on_fix: Callable[[Fix], None],
        *,
        id: str | None = None,
    ) -> None:
        """``on_edit`` takes an edited architecture; edits with the same non-empty name are undone in one step.

        ``on_fix`` takes a fix of architecture and plan together.

        Both are called, not posted as messages: the edit is done within the key's event, so that a key and the numbers
        it changes are painted together, and the next edit builds on this one.
        """
        super().__init__(id=id)
        self._on_edit = on_edit
        self._on_fix = on_fix
        self._reported = 0
        self._generation = 0

    def compose(self) -> ComposeResult:
        yield NetworkStrip(id="strip").data_bind(BuildPane.summary, BuildPane.selected)
        with Horizontal(id="workbench"):
            with Vertical(id="left"):
                yield Stack(id="stack").data_bind(BuildPane.summary, BuildPane.problems, BuildPane.selected)
                yield TotalsView(id="totals").data_bind(BuildPane.summary, BuildPane.problems, BuildPane.silent)
            form = StructForm(self._field_edited, kind="layer", fit=True, id="layer-form")
            with Vertical(id="detail"):
                yield StartCard(id="start-card")
                yield form.data_bind(BuildPane.unfolded_forms)
                yield Explanation(id="explanation").data_bind(BuildPane.summary, BuildPane.problems, BuildPane.selected)

    def on_mount(self) -> None:
        self.left.border_title = "Stack"

    @property
    def architecture(self) -> Architecture | None:
        """The architecture shown."""
        return self.preset.architecture if self.preset else None

    @property
    def empty(self) -> bool:
        """Whether there are no layers yet."""
        return self.preset is not None and not self.preset.architecture.layers

    def watch_preset(self, before: Preset | None, preset: Preset | None) -> None:
        if preset is None:
            return
        summary = summarize(preset.architecture)
        self.summary = summary
        self._diagnose(preset, summary)
        if summary.totals.params != self._reported:
            self.totals.notice = ""  # it is out of date
        self.selected = min(self.selected, len(preset.architecture.layers))
        if self.has_class("-empty") != self.empty:
            self.set_class(self.empty, "-empty")
            self.refresh_bindings()
        self._show_layer()

    def watch_silenced(self) -> None:
        if self.preset is not None and self.summary is not None:
            self._diagnose(self.preset, self.summary)

    def _diagnose(self, preset: Preset, summary: Summary) -> None:
        fixable = self._fixable
        found = architecture_problems(preset.architecture, preset.plan, summary)
        self.silent = preset.lesson in self.silenced
        self.problems = bare_errors(found) if self.silent else found
        if fixable != self._fixable:
            self.refresh_bindings()

    def watch_selected(self) -> None:
        self._show_layer()
        self.refresh_bindings()

    def report_change(self) -> None:
        """Report how the parameter count has changed since the last report; with errors there is no count."""
        if self.summary is None or self.summary.errors:
            return
        now = self.summary.totals.params
        if now != self._reported:
            self.totals.notice = typeset(f"params {show_change(self._reported, now)}")
            self._reported = now

    def start_over(self) -> None:
        """Count changes from what is shown now: another preset was opened."""
        self.totals.notice = ""
        self._reported = self.summary.totals.params if self.summary else 0
        self.selected = 0
        self._generation += 1
        self._show_layer()

    def insert(self, layer: Layer) -> None:
        """Insert ``layer`` after the selected row and select it."""
        if self.architecture is not None:
            index = self.selected + 1
            self._on_edit(self.architecture.insert(index, layer), "")
            self.selected = index

    @on(Stack.Selected)
    @on(NetworkStrip.Selected)
    def _select(self, event: Stack.Selected | NetworkStrip.Selected) -> None:
        self.selected = event.index

    @on(Stack.Opened)
    def _open(self) -> None:
        self.action_edit()

    @on(Stack.Moved)
    def _moved(self, event: Stack.Moved) -> None:
        if self.architecture is not None:
            self._on_edit(self.architecture.move(event.index, event.to), "")
            self.selected = event.to

    def _field_edited(self, layer: FieldStruct, merging: str) -> None:
        if isinstance(layer, Layer) and self.architecture is not None:
            index = self.selected
            self._on_edit(self.architecture.replace(index, layer), f"layer {index} {merging}")

    @on(StructForm.Settled)
    def _field_settled(self, event: StructForm.Settled) -> None:
        event.stop()
        self.post_message(self.Settled())
        if event.done:
            self.action_leave()

    def on_descendant_focus(self) -> None:
        self.set_class(self.form.has_focus_within, "-editing")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        editing = self.form.has_focus_within
        if action in {"start", "tour"}:
            return self.empty and not editing
        if action == "leave":
            return not self.stack.has_focus
        if action == "go":
            return self.stack.has_focus
        if action == "fix":
            return not editing and self._fixable
        return not (editing and action in {"add", "edit", "delete", "duplicate", "move", "slide"})

    def offers(self, action: str) -> bool:
        """Whether ``action`` is available: the input cannot be deleted, and some layers have no arguments."""
        if self.architecture is None:
            return False
        if action == "edit":
            return bool(fields_of(type(self.architecture.stack[self.selected])))
        return self.selected > 0 or action not in {"delete", "duplicate", "move"}

    def action_go(self, by: int) -> None:
        """Select the row ``by`` rows further down."""
        last = len(self.architecture.layers) if self.architecture else 0
        self.selected = min(max(self.selected + by, 0), last)

    def action_add(self) -> None:
        """Ask for a layer to add."""
        self.post_message(self.AddRequested())

    def action_start(self) -> None:
        """Open a preset to begin with."""
        self.post_message(self.StartRequested())

    def action_tour(self) -> None:
        """Show the tour."""
        from tui.screens.tour import Tour  # noqa: PLC0415  # seldom needed

        self.app.push_screen(Tour())

    def action_edit(self) -> None:
        """Focus the form of the selected layer."""
        layer = self.architecture.stack[self.selected] if self.architecture else None
        if layer is None or not fields_of(type(layer)):
            self.notify(f"{layer.type if layer else 'This'} has no arguments to edit")
            return
        # A hidden form can take the focus only once it is shown.
        self.add_class("-editing")
        self._show_layer()
        self.form.hurry()
        focus_later(self, self.form.focus_field)

    def action_leave(self) -> None:
        """Go back to the stack; fields with invalid text show their last valid value again."""
        self.form.restore()
        self.remove_class("-editing")
        self._show_layer()
        self.stack.focus()

    def action_delete(self) -> None:
        """Delete the selected layer."""
        if self.selected == 0:
            self.notify("The input stays: edit its shape with enter")
        elif self.architecture is not None:
            self._on_edit(self.architecture.remove(self.selected), "")

    def action_duplicate(self) -> None:
        """Copy the selected layer."""
        index = self.selected
        if index and self.architecture is not None:
            self._on_edit(self.architecture.duplicate(index), "")
            self.selected = index + 1

    def action_move(self, by: int) -> None:
        """Move the selected layer ``by`` rows down."""
        index, to = self.selected, self.selected + by
        if self.architecture is not None and index and 1 <= to <= len(self.architecture.layers):
            self._on_edit(self.architecture.move(index, to), "")
            self.selected = to

    @conversation
    async def action_fix(self) -> None:
        """Show the fix for the selected layer, or else for the first problem that has one, and apply it if wanted."""
        fixable = [problem for problem in self.problems if problem.fix]
        here = [problem for problem in fixable if problem.layer == self.selected]
        problem = next(iter(here or fixable), None)
        preset = self.preset
        if problem is None or problem.fix is None or preset is None:
            return
        found = problem.fix
        index = problem.layer if problem.layer is not None else len(preset.architecture.layers)
        if isinstance(found, Fix):
            fix, selected = found, self.selected
        else:
            fix = Fix(found.label, preset.architecture.apply_fix(index, found), preset.plan)
            selected = {"remove": min(index, self.selected), "append": index + 1}.get(found.action, index)
        reason = after_place(problem.layer or None, f"{problem.message}\n{problem.cause}".rstrip())
        if await self.app.push_screen_wait(FixPreview(typeset(reason), fix, preset.architecture, preset.plan)):
            self._on_fix(fix)
            self.selected = selected

    def action_slide(self, by: int) -> None:
        """Slide the drawn window."""
        if not self.explanation.slide(by):
            self.notify("This layer has no window to slide")

    @property
    def _fixable(self) -> bool:
        return any(problem.fix for problem in self.problems)

    def _show_layer(self) -> None:
        if self.architecture is None or not self.is_attached:
            return
        stack = self.architecture.stack
        index = min(self.selected, len(stack) - 1)
        self.form.take(stack[index], (self._generation, index))
        starting = self.empty and not self.has_class("-editing")
        title = "Start" if starting else f"{index} {stack[index].type}" if index else "Input"
        update_border_title(self.detail, title)
