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

from core.runs.groups import RunGroup
from core.runs.names import RunNames
from core.runs.record import Run, RunState
from tui.runs.columns import COLUMNS, GAP, MARK, Place, cell, group_cell, places
from tui.runs.commands import refusal
from tui.runs.names import fitted_name
from tui.runs.series_styles import ROLES, Sign
from tui.widgets.listing import HEADER, Cell, Listing
from tui.widgets.text import fitted

__all__ = ["RunTable"]

UP, DOWN = "\u25b4", "\u25be"
FOLDED = "\u229e"
"""The sign of a row that stands for all runs of a sweep."""

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
        Binding("enter", "list_runs", "Its runs", id="runs.list_runs", tooltip="List the runs of this sweep"),
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
        self.rows: tuple[Run | RunGroup, ...] = ()
        """The runs and sweeps listed."""
        self._places: tuple[Place, ...] = ()
        self._names = RunNames()

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that have a row of their own."""
        return tuple(row for row in self.rows if isinstance(row, Run))

    @property
    def chosen(self) -> Run | None:
        """The selected run; None if there are none, or a sweep is selected."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return row if isinstance(row, Run) else None

    @property
    def chosen_group(self) -> RunGroup | None:
        """The selected sweep; None unless one is."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return row if isinstance(row, RunGroup) else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns shown."""
        return tuple(place.name for place in self._places)

    def show(self, rows: tuple[Run | RunGroup, ...]) -> None:
        """List ``rows``. The selected one, or the next one that is still listed, keeps its place on screen."""
        above = self.cursor - round(self.scroll_y)
        places = {name: place for place, row in enumerate(rows) for name in _names(row)}
        later, earlier = self.rows[self.cursor :], self.rows[: self.cursor]
        names = (name for row in (*later, *reversed(earlier)) for name in _names(row))
        selected = next((places[name] for name in names if name in places), 0)
        self.rows = rows
        self._names = RunNames(self.runs)
        self.changed()
        self.cursor = selected
        at_top = self.scroll_y == 0 and selected < self.size.height - HEADER
        self.scroll_to(y=0 if at_top else selected - above, animate=False, force=True, immediate=True)

    def offers(self, action: str) -> bool:
        """Whether ``action`` applies to the selected row."""
        if action == "list_runs":
            return self.chosen_group is not None
        return action != "open" or (self.chosen is not None and not refusal("open", self.chosen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != {True: "list_runs", False: "open"}[self.chosen_group is None]

    def action_list_runs(self) -> None:
        """List the runs of the selected sweep."""
        self.action_open()

    @property
    def lines(self) -> int:
        return len(self.rows)

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
        row, now = self.rows[index], time.time()
        sign, style = (FOLDED, "muted") if isinstance(row, RunGroup) else self.signs.get(row.id, ("", ""))
        cells: list[Cell] = [(fitted(sign, MARK), style)]
        for place in self._places:
            text = self._text(place, row, now)
            state = "" if isinstance(row, RunGroup) else STYLES.get(row.state, "")
            style = state if place.name == "state" else "muted" if text == "-" else ""
            cells += [(fitted(text, place.width, right=COLUMNS[place.name].right), style), (" " * GAP, "")]
        return cells

    def _text(self, place: Place, row: Run | RunGroup, now: float) -> str:
        if isinstance(row, RunGroup):
            return group_cell(place.name, row, now)
        if place.name == "name":
            return fitted_name(self._names.of(row), place.width)
        return cell(place.name, row, now)

    def render_line(self, y: int) -> Strip:
        if self.rows:
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
            if column and self.rows:
                self.post_message(self.SortWanted(column))
        elif event.x < MARK and index < self.lines:
            self.cursor = index
            self.post_message(self.MarkWanted())
        else:
            super().on_click(event)


def _names(row: Run | RunGroup) -> tuple[str, ...]:
    """What a row is found by: a run that has been folded is in the row of its sweep."""
    return (row.id, *(run.id for run in row.runs)) if isinstance(row, RunGroup) else (row.id,)
