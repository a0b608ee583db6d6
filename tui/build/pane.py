"""The Build tab: the stack on the left, the chosen layer's form and arithmetic on the right."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive

from core.architecture import Architecture
from core.layers import Layer
from core.presets import Preset
from core.quantities import show_change
from core.readiness import mismatches
from core.summary import Problem, Summary, summarize
from tui.build.explanation import Explanation
from tui.build.stack import Stack
from tui.build.totals import TotalsView
from tui.widgets.form import StructForm

__all__ = ["BuildPane"]


class BuildPane(Horizontal):
    """Edits the architecture of ``preset``; posts `Edited` with every new one and never keeps one to itself."""

    BINDINGS = [
        Binding("a", "add", "Add", id="build.add", tooltip="Add a layer behind the chosen one"),
        Binding("enter,e", "edit", "Edit", id="build.edit", tooltip="Edit the chosen layer"),
        Binding("d,delete", "delete", "Del", id="build.delete", tooltip="Delete the chosen layer"),
        Binding("D", "duplicate", "Duplicate", id="build.duplicate", tooltip="Copy the chosen layer", show=False),
        Binding(
            "K,shift+up",
            "move(-1)",
            "Move",
            id="build.up",
            tooltip="Move the layer up (K) or down (J)",
            key_display="K/J",
        ),
        Binding("J,shift+down", "move(1)", "Move down", id="build.down", tooltip="Move the layer down", show=False),
        Binding(
            "f", "fix", "Fix", id="build.fix", tooltip="Apply the fix of the chosen layer, or of the first problem"
        ),
        Binding("full_stop", "slide(1)", "Slide", id="build.slide", tooltip="Slide the window on", show=False),
        Binding("comma", "slide(-1)", "Slide back", id="build.slide_back", tooltip="Slide the window back", show=False),
        Binding("escape", "leave", "Back", id="build.leave", tooltip="Back to the stack"),
    ]

    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """The preset being edited."""
    selected: reactive[int] = reactive(0, repaint=False)
    """The row chosen: 0 is the input."""
    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The architecture, worked out."""

    stack = query_one("#stack", Stack)
    form = query_one("#layer-form", StructForm)
    explanation = query_one("#explanation", Explanation)
    totals = query_one("#totals", TotalsView)
    detail = query_one("#detail", Vertical)
    left = query_one("#left", Vertical)

    @dataclass
    class Edited(Message):
        """The architecture after an edit; edits with the same ``merging`` are one step for undo."""

        architecture: Architecture
        merging: str = ""

    @dataclass
    class Settled(Message):
        """The edit in progress is complete."""

    @dataclass
    class AddRequested(Message):
        """A person wants to choose a layer to add."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._said = 0
        self._follow: int | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="left"):
            yield Stack(id="stack").data_bind(BuildPane.summary, BuildPane.selected)
            yield TotalsView(id="totals").data_bind(BuildPane.summary)
        with Vertical(id="detail"):
            yield StructForm(id="layer-form", fit=True)
            yield Explanation(id="explanation").data_bind(BuildPane.summary, BuildPane.selected)

    def on_mount(self) -> None:
        self.left.border_title = "Stack"
        self.explanation.border_title = "How the numbers come about"

    @property
    def architecture(self) -> Architecture | None:
        """The architecture on show."""
        return self.preset.architecture if self.preset else None

    def watch_preset(self, before: Preset | None, preset: Preset | None) -> None:
        if preset is None:
            return
        self.summary = summarize(preset.architecture)
        if before is None or before.name != preset.name:
            self._said = self.summary.totals.params
        last = len(preset.architecture.layers)
        selected = self.selected if self._follow is None else self._follow
        self._follow = None
        self.selected = min(selected, last)
        fixable = self._fixable
        self.totals.problems = (*self.summary.problems, *mismatches(preset.architecture, preset.plan, self.summary))
        if fixable != self._fixable:
            self.refresh_bindings()
        self._show_layer()

    def watch_selected(self) -> None:
        self._show_layer()

    def say_change(self) -> None:
        """Say what the edits since the last word have changed."""
        if self.summary is None or self.summary.errors:
            return  # a count of half the layers is no change worth telling
        now = self.summary.totals.params
        self.totals.notice = f"params {show_change(self._said, now)}" if now != self._said else self.totals.notice
        self._said = now

    def start_over(self) -> None:
        """Take what is shown now as where changes are counted from: another preset was opened."""
        self.totals.notice = ""
        self._said = self.summary.totals.params if self.summary else 0
        self.selected = 0

    def insert(self, layer: Layer) -> None:
        """Put ``layer`` behind the chosen row and choose it."""
        if self.architecture is not None:
            self._follow = self.selected + 1
            self.post_message(self.Edited(self.architecture.insert(self.selected + 1, layer)))

    @on(Stack.Selected)
    def _select(self, event: Stack.Selected) -> None:
        self.selected = event.index

    @on(Stack.Opened)
    def _open(self) -> None:
        self.action_edit()

    @on(Stack.Moved)
    def _moved(self, event: Stack.Moved) -> None:
        if self.architecture is not None:
            self._follow = event.to
            self.post_message(self.Edited(self.architecture.move(event.index, event.to)))

    @on(StructForm.Changed)
    def _field_changed(self, event: StructForm.Changed) -> None:
        event.stop()
        if self.architecture is not None and isinstance(event.value, Layer):
            merging = f"layer {self.selected} {event.merging}"
            self.post_message(self.Edited(self.architecture.replace(self.selected, event.value), merging))

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
        if action == "leave":
            return not self.stack.has_focus
        if action == "fix":
            return not editing and self._fixable
        return not (editing and action in {"add", "edit", "delete", "duplicate", "move", "slide"})

    def action_add(self) -> None:
        """Ask for a layer to add."""
        self.post_message(self.AddRequested())

    def action_edit(self) -> None:
        """Go into the form of the chosen layer."""
        if not self.form.lines:
            self.notify(f"{self._layer_name()} has no arguments to edit")
            return
        # A form that is folded away can take the focus only once it is on show.
        self.add_class("-editing")
        self.call_after_refresh(self.form.focus_field)

    def action_leave(self) -> None:
        """Go back to the stack."""
        self.remove_class("-editing")
        self.stack.focus()

    def action_delete(self) -> None:
        """Delete the chosen layer."""
        if self.selected == 0:
            self.notify("The input stays: edit its shape with enter")
        elif self.architecture is not None:
            self.post_message(self.Edited(self.architecture.remove(self.selected)))

    def action_duplicate(self) -> None:
        """Copy the chosen layer."""
        if self.selected and self.architecture is not None:
            self._follow = self.selected + 1
            self.post_message(self.Edited(self.architecture.duplicate(self.selected)))

    def action_move(self, by: int) -> None:
        """Move the chosen layer ``by`` places down."""
        if self.architecture is None:
            return
        to = self.selected + by
        moved = self.architecture.move(self.selected, to)
        if moved != self.architecture or (1 <= to <= len(self.architecture.layers) and self.selected):
            self._follow = to
            self.post_message(self.Edited(moved))
            if moved == self.architecture:
                self.selected, self._follow = to, None

    def action_fix(self) -> None:
        """Apply the fix of the chosen layer, or else of the first problem that has one."""
        fixable = [problem for problem in self.totals.problems if problem.fix]
        here = [problem for problem in fixable if problem.layer == self.selected]
        problem = next(iter(here or fixable), None)
        if problem is None or problem.fix is None or self.architecture is None:
            self.notify("There is nothing that a key could fix")
            return
        index = problem.layer if problem.layer is not None else len(self.architecture.layers)
        self._follow = min(index, self.selected) if problem.fix.action == "remove" else index
        self.post_message(self.Edited(self.architecture.mend(index, problem.fix)))
        self.notify(f"Fixed: {problem.fix.label}", markup=False)

    def action_slide(self, by: int) -> None:
        """Slide the drawn window."""
        if not self.explanation.slide(by):
            self.notify("This layer has no window to slide")

    def problems(self) -> tuple[Problem, ...]:
        """All problems on show."""
        return self.totals.problems

    @property
    def _fixable(self) -> bool:
        return any(problem.fix for problem in self.totals.problems)

    def _layer_name(self) -> str:
        return self.architecture.stack[self.selected].type if self.architecture else ""

    def _show_layer(self) -> None:
        if self.architecture is None or not self.is_attached:
            return
        stack = self.architecture.stack
        index = min(self.selected, len(stack) - 1)
        self.form.value = stack[index]
        title = f"{stack[index].type}, {f'layer {index}' if index else 'the input'}"
        if title != self.detail.border_title:
            self.detail.border_title = title
