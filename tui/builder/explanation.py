"""How the selected layer's numbers are computed: formulas, substituted values, and the window drawn."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static

from core.network.explanation import Line, explain, parameter_line
from core.network.shapes import show_shape
from core.network.summary import Problem, Row, Summary
from core.typography import typeset, typeset_formula
from tui.builder.window_drawing import Part, draw
from tui.widgets.text import update_text
from tui.widgets.titled_pane import Titled

__all__ = ["Explanation"]

_NAME = 13
LEAST_LINES = 8
"""Lines that the drawing of a window may always have: the pane scrolls."""


class Explanation(VerticalScroll, Titled, can_focus=True):
    """Explains the selected layer's numbers, step by step."""

    HELP = """
    ## How it is computed
    Each number of the selected layer: its formula, and below it the formula with its values.
    Weights multiply, biases add, statistics are measured; the three add up to Keras's count.
    For layers with a window, **comma** and **full stop** slide it over the image.
    """

    BINDINGS = [
        Binding("up", "scroll_up", "Up", id="explanation.up", tooltip="Scroll up", show=False),
        Binding("down", "scroll_down", "Down", id="explanation.down", tooltip="Scroll down", show=False),
    ]

    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The summary of the architecture."""
    problems: reactive[tuple[Problem, ...]] = reactive((), repaint=False)
    """Errors and warnings about architecture and plan."""
    selected: reactive[int] = reactive(0, repaint=False)
    """The explained row."""
    stop: reactive[int] = reactive(0, repaint=False)
    """The stop at which the window is drawn."""

    text = query_one("#explanation-text", Static)
    window = query_one("#explanation-window", Static)

    def compose(self) -> ComposeResult:
        yield Static(id="explanation-text", markup=False)
        yield Static(id="explanation-window", markup=False)

    def watch_summary(self) -> None:
        self._redraw()

    def watch_problems(self) -> None:
        self._redraw()

    def watch_selected(self) -> None:
        self.set_reactive(Explanation.stop, 0)
        self.scroll_home(animate=False)
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def watch_stop(self) -> None:
        self._redraw()

    def slide(self, by: int) -> bool:
        """Move the drawn window by ``by`` stops; False if the layer has no window."""
        row = self._row()
        if row is None or row.facts is None or row.facts.window is None:
            return False
        window = row.facts.window
        self.stop = (self.stop + by) % (window.rows.output * window.columns.output)
        self.scroll_to_widget(self.window, animate=False, top=True)
        return True

    def _row(self) -> Row | None:
        rows = self.summary.rows if self.summary else ()
        return rows[self.selected] if self.selected < len(rows) else None

    def _redraw(self) -> None:
        row = self._row()
        if row is None or self.summary is None or not self.is_mounted:
            return
        problems = [problem for problem in self.problems if problem.layer == row.index]
        update_text(self.text, describe(row, problems))
        window = row.facts.window if row.facts else None
        width, height = self.scrollable_content_region.width, max(LEAST_LINES, self.size.height - 3)
        update_text(self.window, draw(window, self.stop, width, height) if window else Content())
        self.show_title(_question(row))


def _question(row: Row) -> str:
    """What is explained: ``Why 10×10×16?``."""
    return f"Why {typeset(show_shape(row.facts.output))}?" if row.facts and row.index else "How it is computed"


def describe(row: Row, problems: list[Problem]) -> Content:
    """Everything about ``row``."""
    parts: list[Part] = [(f"{row.layer.help}\n", "italic")]
    for problem in problems:
        error = problem.severity == "error"
        parts.append(
            (typeset(f"{'!' if error else '~'} {problem.message}\n"), "$text-error bold" if error else "$text-warning")
        )
        if problem.cause:
            parts.append((typeset(f"  {problem.cause}\n"), "$foreground-muted"))
        if problem.fix:
            parts.append((typeset(f"  f: {problem.fix.label}\n"), "bold"))
    if row.facts is None:
        return Content.assemble(*parts, "" if problems else "\nA layer above has to be fixed first.")
    parts.append((typeset(f"\n{show_shape(row.input or ())} -> {show_shape(row.facts.output)}\n"), "bold"))
    before: Line | None = None
    for line in explain(row):
        parts += _line_parts(line, before)
        before = line
    parts.append((f"{parameter_line(row.facts)}\n", "bold"))
    parts += [(f"{note}\n", "$foreground-muted") for note in row.facts.notes]
    return Content.assemble(*parts).rstrip()


def _line_parts(line: Line, before: Line | None) -> list[Part]:
    short = len(line.name) <= _NAME
    name: Part = (f"{line.name:<{_NAME}} " if short else f"{line.name}\n{'':{_NAME}} ", "$foreground-muted")
    if before and (line.formula, line.substituted) == (before.formula, before.substituted):
        return [name, f"the same: {line.value:,}\n"]
    formula, substituted = typeset_formula(line.formula), typeset_formula(line.substituted)
    if line.substituted == str(line.value):
        return [name, f"{formula} = ", (f"{line.value:,}\n", "bold")]
    return [
        name,
        (f"{formula}\n", "$foreground-muted"),
        f"{'':{_NAME}} {substituted} = ",
        (f"{line.value:,}\n", "bold"),
    ]
