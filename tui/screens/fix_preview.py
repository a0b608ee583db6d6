"""A fix before it is applied: why, what it changes, and the numbers of layers and parameters before and after."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from core.diagnosis.fix_preview import Change, Preview, preview
from core.formatting import show_count
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.plan.plan import Plan
from core.typography import typeset
from tui.screens.modal import Modal

__all__ = ["FixPreview", "change_text", "params_text"]

UNKNOWN = "unknown"
ARROW = "\N{RIGHTWARDS ARROW}"


class FixPreview(Modal[bool]):
    """Shows what ``fix`` changes of ``architecture`` and ``plan``; returns whether to apply it.

    ``reason`` says why it helps, ``note`` what else is to know, if anything.
    """

    HELP = """
    ## Fix
    What the fix changes, layer by layer, and how many layers and parameters there are before and after. **enter**
    applies it, **escape** goes back without a change, **page up** and **page down** scroll a long list. On the Build
    tab, **u** undoes it.
    """

    AUTO_FOCUS = "#apply"
    BINDINGS = [
        Binding("escape", "cancel", "Cancel", id="fix.cancel", tooltip="Go back without a change"),
        Binding("left,up", "app.focus_previous", "Previous", id="fix.previous", tooltip="Previous answer", show=False),
        Binding("right,down", "app.focus_next", "Next", id="fix.next", tooltip="Next answer", show=False),
        Binding("pageup", "scroll(-1)", "Scroll up", id="fix.pageup", tooltip="Scroll the changes up", show=False),
        Binding("pagedown", "scroll(1)", "Scroll", id="fix.pagedown", tooltip="Scroll the changes down", show=False),
    ]

    def __init__(self, reason: str, fix: Fix, architecture: Architecture, plan: Plan, note: str = "") -> None:
        super().__init__()
        self._reason, self._fix, self._note = reason, fix, note
        self._preview = preview(architecture, plan, fix)

    def compose(self) -> ComposeResult:
        with Vertical(id="fix", classes="dialog"):
            yield Static(Content(typeset(self._fix.label)), id="fix-label", markup=False)
            with VerticalScroll(id="fix-scroll", can_focus=False):
                yield Static(Content.styled(self._reason, "$foreground-muted"), markup=False)
                lines = [change_text(change) for change in self._preview.changes]
                yield Static(Content("\n").join([Content(""), *lines]), id="fix-changes", markup=False)
            yield Static(_numbers(self._preview), id="fix-numbers", markup=False)
            if self._note:
                yield Static(Content(f"! {self._note}"), id="fix-note", markup=False)
            with Horizontal(classes="answers"):
                yield Button("Apply", id="apply", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.query_one("#fix").border_title = "Apply this fix?"

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "apply")

    def action_cancel(self) -> None:
        """Go back without a change."""
        self.dismiss(False)

    def action_scroll(self, by: int) -> None:
        """Scroll the changes by ``by`` pages."""
        shown = self.query_one("#fix-scroll", VerticalScroll)
        shown.scroll_relative(y=by * shown.size.height, animate=False)


def change_text(change: Change) -> Content:
    """One change in a line: ``layer 3 Dense 400: activation sigmoid → relu``."""
    place, colon, what = typeset(str(change)).partition(": ")
    return Content.assemble((place, "bold"), colon, what)


def params_text(shown: Preview) -> str:
    """``params 61,706 → 61,790``, or that they stay."""
    before, after = shown.params
    return "params unchanged" if before == after else f"params {_count(before)} {ARROW} {_count(after)}"


def _numbers(shown: Preview) -> Content:
    """A line each for layers and parameters, with the difference."""
    rows = [("layers", *shown.layers), ("params", *shown.params)]
    figures = [(name, _count(before), _count(after), _difference(before, after)) for name, before, after in rows]
    wide = max(len("before"), *(len(text) for _, *texts, _ in figures for text in texts))
    head = Content.styled(f"{'':<8}{'before':>{wide}}  {'after':>{wide}}", "$foreground-muted")
    lines = [f"{name:<8}{before:>{wide}}  {after:>{wide}}  {gap}".rstrip() for name, before, after, gap in figures]
    return Content("\n").join([head, *map(Content, lines)])


def _count(number: int | None) -> str:
    return UNKNOWN if number is None else show_count(number)


def _difference(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return ""
    return "unchanged" if before == after else f"{after - before:+,}"
