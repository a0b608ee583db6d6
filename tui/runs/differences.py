"""The differences of the marked runs, field by field, with a column for each run."""

from typing import NamedTuple

from msgspec import Struct
from textual.binding import Binding
from textual.reactive import reactive

from core.runs.differences import MISSING, Difference
from core.sanitize import one_line
from core.typography import typeset
from tui.run_text import READING
from tui.runs.series_styles import Sign
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["Compared", "DifferenceTable"]

MOST_PLACE, MOST_FIELD, LEAST_VALUE = 24, 26, 7
"""Widths of the columns, in cells."""
LEAST_TEXT, PLACE_SHARE, FIELD_SHARE = 8, 0.25, 0.26
"""Where there is little room, what differs has at most a share of it: the values matter more."""
GAP, MORE = 2, 3
"""Cells between two columns, and for the number of runs that do not fit."""
SAME = "No differences: the same architecture and the same plan."


class Compared(Struct, frozen=True):
    """Runs side by side: their signs, names and differences."""

    signs: tuple[Sign, ...]
    names: tuple[str, ...]
    differences: tuple[Difference, ...]


class DifferenceTable(Listing):
    """A line for every field that differs."""

    HELP = """
    ## Differences
    What differs between the marked runs: layers, aligned side by side, their arguments, parameters, and the plan.
    A dash marks what a run does not have.
    """

    BINDINGS = [
        Binding("up,k", "step(-1)", "Up", id="differences.up", tooltip="The difference above", show=False),
        Binding("down,j", "step(1)", "Down", id="differences.down", tooltip="The difference below", show=False),
        Binding("pageup", "page(-1)", "Page up", id="differences.page_up", tooltip="A page up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="differences.page_down", tooltip="A page down", show=False),
        Binding("home", "jump(0)", "First", id="differences.first", tooltip="The first difference", show=False),
        Binding("end", "jump(-1)", "Last", id="differences.last", tooltip="The last difference", show=False),
    ]

    compared: reactive[Compared | None] = reactive(None, repaint=False)
    """The comparison; None while it is computed."""

    @property
    def lines(self) -> int:
        return len(self.compared.differences) if self.compared else 0

    def watch_compared(self) -> None:
        self.changed()

    def header(self) -> str:
        if self.compared is None:
            return READING
        if not self.compared.differences:
            return SAME
        place, field, value, shown = self._columns
        names = zip(self.compared.signs, self.compared.names, strict=True)
        headings = [fitted(f"{sign} {one_line(name)}", value) for (sign, _), name in names][:shown]
        left_out = len(self.compared.names) - shown
        more = f"+{left_out}" if left_out else ""
        return (" " * GAP).join(["Where".ljust(place), "What".ljust(field), *headings, more])

    def line(self, index: int) -> list[Cell]:
        if self.compared is None:
            return []
        place, field, value, shown = self._columns
        difference = self.compared.differences[index]
        repeated = index > 0 and self.compared.differences[index - 1].place == difference.place
        cells: list[Cell] = [
            (fitted("" if repeated else difference.place, place) + " " * GAP, ""),
            (fitted(_short(difference.field, field), field) + " " * GAP, "muted"),
        ]
        texts = [typeset(one_line(text)) for text in difference.values[:shown]]
        return cells + [(fitted(text, value) + " " * GAP, "muted" if text == MISSING else "") for text in texts]

    @property
    def _columns(self) -> "_Columns":
        differences = self.compared.differences if self.compared else ()
        place = max([len("Where"), *(len(difference.place) for difference in differences)])
        field = max([len("What"), *(len(difference.field) for difference in differences)])
        values = [len(one_line(value)) for difference in differences for value in difference.values]
        names = [len(name) + 2 for name in self.compared.names] if self.compared else []
        place = min(place, MOST_PLACE, max(LEAST_TEXT, round(PLACE_SHARE * self.width)))
        field = min(field, MOST_FIELD, max(LEAST_TEXT, round(FIELD_SHARE * self.width)))
        room = self.width - place - field - 2 * GAP
        shown = max(1, min(len(names), (room - MORE) // (LEAST_VALUE + GAP))) if names else 0
        widest = (room - MORE * (shown < len(names))) // max(1, shown) - GAP
        return _Columns(place, field, max(1, min(max([*values, *names, LEAST_VALUE]), widest)), shown)


def _short(field: str, width: int) -> str:
    """``learning_rate`` for ``optimizer.learning_rate`` where that does not fit."""
    return field if len(field) <= width else field.rpartition(".")[2]


class _Columns(NamedTuple):
    place: int
    field: int
    value: int
    shown: int
    """The number of runs that fit."""
