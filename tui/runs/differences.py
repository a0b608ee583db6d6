"""The marked runs side by side, with a column for each: their results, then how they differ, field by field."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct
from textual.binding import Binding
from textual.reactive import reactive

from core.runs.differences import MISSING, Difference
from core.runs.names import RunName
from core.sanitize import one_line
from core.typography import typeset
from tui.run_text import READING
from tui.runs.names import fitted_name, name_width
from tui.runs.series_styles import Sign
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["Compared", "DifferenceTable"]

MOST_PLACE, MOST_FIELD = 24, 26
LEAST_PLACE, LEAST_FIELD, LEAST_VALUE = 10, 8, 7
"""Widths of the columns, in cells."""
FIELD_SHARE, ENOUGH = 0.2, 14
"""Where there is little room, the values have ``ENOUGH`` cells before what differs has more than its least."""
GAP, MORE = 2, 3
"""Cells between two columns, and for the number of runs that do not fit."""
SAME = "No differences: the same architecture and the same plan."
"""The line below the results of runs that differ in nothing."""


class Compared(Struct, frozen=True):
    """Runs side by side: their signs, names, results and differences."""

    signs: tuple[Sign, ...]
    names: tuple[RunName, ...]
    results: tuple[Difference, ...]
    differences: tuple[Difference, ...]

    @property
    def rows(self) -> tuple[Difference, ...]:
        """Results before settings."""
        return (*self.results, *self.differences)


class DifferenceTable(Listing):
    """A line for every result, and for every field that differs."""

    HELP = """
    ## Differences
    The results of the marked runs, then what differs between them: layers, aligned side by side, their arguments,
    parameters, and the plan. A dash marks what a run does not have.
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
        return len(self.compared.rows) + (not self.compared.differences) if self.compared else 0

    def watch_compared(self) -> None:
        self.changed()

    def header(self) -> str:
        if self.compared is None:
            return READING
        place, field, value, shown = self._columns
        names = zip(self.compared.signs, self.compared.names, strict=True)
        headings = [f"{sign} {fitted_name(name, value - 2)}" for (sign, _), name in names][:shown]
        left_out = len(self.compared.names) - shown
        more = f"+{left_out}" if left_out else ""
        return (" " * GAP).join(["Where".ljust(place), "What".ljust(field), *headings, more])

    def line(self, index: int) -> list[Cell]:
        if self.compared is None:
            return []
        rows = self.compared.rows
        if index == len(rows):
            return [(SAME, "muted")]
        place, field, value, shown = self._columns
        difference = rows[index]
        repeated = index > 0 and rows[index - 1].place == difference.place
        cells: list[Cell] = [
            (fitted("" if repeated else difference.place, place) + " " * GAP, ""),
            (fitted(_short(difference.field, field), field) + " " * GAP, "muted"),
        ]
        texts = [typeset(one_line(text)) for text in difference.values[:shown]]
        return cells + [(fitted(text, value) + " " * GAP, "muted" if text == MISSING else "") for text in texts]

    @property
    def _columns(self) -> "_Columns":
        rows, names = (self.compared.rows, self.compared.names) if self.compared else ((), ())
        wanted = max([LEAST_VALUE, *(name_width(name) + 2 for name in names), *(len(each) for each in _values(rows))])
        field = max([len("What"), *(len(row.field) for row in rows)])
        field = min(field, MOST_FIELD, max(LEAST_FIELD, round(FIELD_SHARE * self.width)))
        place = max([len("Where"), *(len(row.place) for row in rows)])
        left = self.width - field - 2 * GAP - len(names) * (min(wanted, ENOUGH) + GAP)
        place = min(place, MOST_PLACE, max(LEAST_PLACE, left))
        room = self.width - place - field - 2 * GAP
        shown = len(names) if room >= len(names) * (LEAST_VALUE + GAP) else (room - MORE) // (LEAST_VALUE + GAP)
        widest = (room - MORE * (shown < len(names))) // max(1, shown) - GAP
        return _Columns(place, field, max(1, min(wanted, widest)), max(1, shown))


def _values(rows: Iterable[Difference]) -> Iterator[str]:
    return (one_line(value) for row in rows for value in row.values)


def _short(field: str, width: int) -> str:
    """``learning_rate`` for ``optimizer.learning_rate`` where that does not fit."""
    return field if len(field) <= width else field.rpartition(".")[2]


class _Columns(NamedTuple):
    place: int
    field: int
    value: int
    shown: int
    """The number of runs that fit."""
