"""The table of runs, which draws only the visible lines: ten thousand are as fast as ten."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from core.runs.names import RunNames
from core.runs.record import Run, RunState
from tui.runs.columns import COLUMNS, GAP, MARK, Place, cell, places
from tui.runs.commands import refusal
from tui.runs.names import fitted_name
from tui.runs.series_styles import ROLES, Sign
from tui.widgets.listing import HEADER, Cell, Listing
from tui.widgets.text import fitted

__all__ = ["RunTable"]

UP, DOWN = "\u25b4", "\u25be"

STYLES: dict[RunState, str] = {
    "running": "trend",
    "interrupted": "warning",
    "failed": "error",
    "damaged": "error",
    "newer": "warning",
}
"""The style of each state."""


class RunTable(Listing):
    """A line for every run; one is selected, several may be marked."""

    HELP = """
    ## The table
    A line for every run, newest first. **Best val** is the highest validation accuracy of all epochs, **last
    val** that of the last one. **Gap** is how much higher the training accuracy of the final weights is than their test
    accuracy, in percentage points. A wider terminal shows more columns.
    **up / down** select a run, **space** marks it, **o** sorts by the next column and **O** reverses the order; a click
    on a heading sorts by that column.
    """

    BINDINGS = [
        Binding("up,k", "step(-1)", "Up", id="runs.up", tooltip="The run above", show=False),
        Binding("down,j", "step(1)", "Down", id="runs.down", tooltip="The run below", show=False),
        Binding("pageup", "page(-1)", "Page up", id="runs.page_up", tooltip="A page up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="runs.page_down", tooltip="A page down", show=False),
        Binding("home,g", "jump(0)", "First", id="runs.first", tooltip="The first run", show=False),
        Binding("end,G", "jump(-1)", "Last", id="runs.last", tooltip="The last run", show=False),
        Binding("enter", "open", "Build", id="runs.enter", tooltip="Open its network in Build"),
    ]

    COMPONENT_CLASSES = {"listing--error", *(f"listing--{role}" for role in ROLES)}

    signs: reactive[Mapping[str, Sign]] = reactive[Mapping[str, Sign]]({})
    """The symbols of the marked runs, by id."""
    order: reactive[tuple[str, bool]] = reactive(("begun", True))
    """The column that the runs are sorted by, and whether in descending order."""
    empty: reactive[str] = reactive("")
    """Shown while there are no runs."""

    @dataclass
    class SortWanted(Message):
        """The user wants the runs sorted by ``column``."""

        column: str

    @dataclass
    class MarkWanted(Message):
        """The user wants to mark or unmark the selected run."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: tuple[Run, ...] = ()
        """The runs listed."""
        self._places: tuple[Place, ...] = ()
        self._names = RunNames()

    @property
    def chosen(self) -> Run | None:
        """The selected run; None if there are none."""
        return self.runs[self.cursor] if self.cursor < len(self.runs) else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns shown."""
        return tuple(place.name for place in self._places)

    def show(self, runs: tuple[Run, ...]) -> None:
        """List ``runs``. The selected run, or the next one that is still listed, keeps its place on screen."""
        above = self.cursor - round(self.scroll_y)
        places = {run.id: place for place, run in enumerate(runs)}
        later, earlier = self.runs[self.cursor :], self.runs[: self.cursor]
        selected = next((places[run.id] for run in (*later, *reversed(earlier)) if run.id in places), 0)
        self.runs, self._names = runs, RunNames(runs)
        self.changed()
        self.cursor = selected
        at_top = self.scroll_y == 0 and selected < self.size.height - HEADER
        self.scroll_to(y=0 if at_top else selected - above, animate=False, force=True, immediate=True)

    def offers(self, action: str) -> bool:
        """Whether ``action`` applies to the selected run."""
        return action != "open" or (self.chosen is not None and not refusal("open", self.chosen))

    @property
    def lines(self) -> int:
        return len(self.runs)

    def changed(self) -> None:
        self._places = places(self.width)
        super().changed()

    def header(self) -> str:
        column, descending = self.order
        line = " " * MARK
        for place in self._places:
            named = COLUMNS[place.name]
            arrow = (DOWN if descending else UP) if place.name == column else ""
            title = fitted(named.title, place.width, right=named.right)
            if named.right:
                line += title + fitted(arrow, GAP)
            else:
                line += fitted(title.rstrip() + arrow, place.width + GAP)
        return line

    def line(self, index: int) -> list[Cell]:
        run, now = self.runs[index], time.time()
        sign, style = self.signs.get(run.id, ("", ""))
        cells: list[Cell] = [(fitted(sign, MARK), style)]
        for place in self._places:
            text = self._text(place, run, now)
            style = STYLES.get(run.state, "") if place.name == "state" else "muted" if text == "-" else ""
            cells += [(fitted(text, place.width, right=COLUMNS[place.name].right), style), (" " * GAP, "")]
        return cells

    def _text(self, place: Place, run: Run, now: float) -> str:
        if place.name == "name":
            return fitted_name(self._names.of(run), place.width)
        return cell(place.name, run, now)

    def render_line(self, y: int) -> Strip:
        if self.runs:
            return super().render_line(y)
        lines = wrap(self.empty, max(1, self.width - 2 * MARK))
        style = self.get_component_rich_style("listing--muted")
        text = " " * MARK + lines[y - HEADER] if HEADER <= y < len(lines) + HEADER else ""
        return Strip([Segment(text, style)]).adjust_cell_length(self.width, style)

    def on_click(self, event: events.Click) -> None:
        """Sort on a heading, mark in the column of marks, else act as in every list."""
        event.prevent_default()
        index = event.y - HEADER + round(self.scroll_y)
        if event.y < HEADER:
            column = next((place.name for place in reversed(self._places) if event.x >= place.start), None)
            if column and self.runs:
                self.post_message(self.SortWanted(column))
        elif event.x < MARK and index < self.lines:
            self.cursor = index
            self.post_message(self.MarkWanted())
        else:
            super().on_click(event)
