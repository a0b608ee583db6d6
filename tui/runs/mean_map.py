"""The means of a sweep of two fields as a heat map."""

from math import ceil

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.sanitize import one_line
from core.sweeps.means import MeanTable, mean_table
from core.sweeps.results import show_metric
from tui.runs.sweep_tables import BEST, SweepReading
from tui.widgets.text import fitted, shortened
from tui.widgets.tint import tinted

__all__ = ["MeanMap"]

HEADER = 2
LEAST_CELL, MOST_CELL = 9, 14
LEAST_NAME, MOST_NAME = 6, 20
TALL = 3
"""Lines of a row where there is room; odd, so that it has a middle line."""
STRONGEST = 0.6
"""The share of its color in the strongest shade, on which the text is as easy to read as on the others."""
OTHERS = 8
"""Lines of what stands above and below."""
SHADES = f"   shade: rank, {BEST} best"
DOWN, ACROSS = "\u2193", "\u2192"


class MeanMap(ScrollView, can_focus=True):
    """A row for each value of one field, a column for each of the other. Names stay in view when it is scrolled."""

    HELP = """
    ## Means of two fields
    The mean over the seeds for every pair of values: the stronger the shade, the better its rank, and the star marks
    the best. A dash is a setting of which no trial has finished. Below stands what can be said about the best and the
    next. **arrows** scroll a map that is larger than its place.
    """

    COMPONENT_CLASSES = {"map--header", "map--heat", "map--muted"}

    DEFAULT_CSS = """
    MeanMap { scrollbar-size: 1 1; }
    MeanMap > .map--header { color: $foreground-muted; text-style: bold; }
    MeanMap > .map--heat { color: $best; }
    MeanMap > .map--muted { color: $foreground-muted; }
    """

    reading: reactive[SweepReading | None] = reactive(None)
    """The sweep, which varies two fields; None for no map."""
    room: reactive[int] = reactive(0, repaint=False)
    """Lines that it shares with what stands above and below."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._table: MeanTable | None = None
        self._texts: tuple[tuple[str, ...], ...] = ()
        self._beside = self._cell = 0
        self._high = 1
        self._found: tuple[str, tuple[int, int] | None] | None = None

    def watch_reading(self, reading: SweepReading | None) -> None:
        self._table = mean_table(reading.sweep, reading.found) if reading else None
        if reading and self._table:
            self._texts = tuple(tuple(show_metric(reading.sweep, mean) for mean in row) for row in self._table.means)
        self._lay_out()

    def watch_room(self) -> None:
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        width, ground = self.scrollable_content_region.width, self.visual_style.rich_style
        table = self._table
        row, within = divmod(y - HEADER + round(self.scroll_y), self._high)
        if table is None or (y >= HEADER and row >= len(table.rows)):
            return Strip.blank(width, ground)
        if y < HEADER:
            name, cells = self._heading(table, y)
        else:
            name, cells = self._row(table, row, middle=within == self._high // 2)
        room = max(0, width - self._beside) // self._cell * self._cell
        left = ceil(self.scroll_x / self._cell) * self._cell
        shown = Strip(cells).crop(left, left + room) if y else cells
        return Strip([name, *shown]).adjust_cell_length(width, ground)

    def _lay_out(self) -> None:
        """Choose how wide and how high cells are, and how far there is to scroll."""
        table = self._table
        if table is None:
            return
        columns, rows = max(1, len(table.columns)), len(table.rows)
        longest = max(len(one_line(text)) for text in (*table.rows, self._short(table.row_field)))
        self._beside = min(MOST_NAME, max(LEAST_NAME, longest)) + 2
        widest = max(len(text) for row in self._texts for text in row)
        least = max(LEAST_CELL, widest + len(BEST) + 3, *(min(MOST_CELL, len(text) + 2) for text in table.columns))
        room = self.size.width - self._beside
        fitting = min(columns, max(1, room // least))
        self._cell = max(least, min(MOST_CELL, room // fitting))
        self._high = TALL if self.room >= HEADER + rows * TALL + OTHERS else 1
        self.virtual_size = Size(self._beside + columns * self._cell, HEADER + rows * self._high)
        self.styles.max_height = self.virtual_size.height + (fitting < columns)  # with a scrollbar
        self.refresh()
        self._find_best(table)

    def _find_best(self, table: MeanTable) -> None:
        """Scroll to the best mean of a sweep, and to another once that is the best, unless a person scrolls."""
        found = (self.reading.key if self.reading else "", table.best)
        if table.best is None or not self.size or self._found == found or (self._found and self.has_focus):
            return
        self._found, (row, column) = found, table.best
        region = Region(column * self._cell, row * self._high, self._beside + self._cell, HEADER + self._high)
        self.call_after_refresh(self.scroll_to_region, region, animate=False, force=True)

    def _heading(self, table: MeanTable, y: int) -> tuple[Segment, list[Segment]]:
        style = self.get_component_rich_style("map--header")
        if y == 0:
            across = f"{one_line(table.column_field)} {ACROSS}{SHADES}"
            return Segment(" " * self._beside, style), [Segment(across, style)]
        down = fitted(f"{self._short(table.row_field)} {DOWN}", self._beside)
        return Segment(down, style), [Segment(self._placed(one_line(text)), style) for text in table.columns]

    def _row(self, table: MeanTable, row: int, *, middle: bool) -> tuple[Segment, list[Segment]]:
        muted, ground = self.get_component_rich_style("map--muted"), self.visual_style.background or Color(0, 0, 0)
        hue = self.get_component_styles("map--heat").color
        cells = []
        for column, text in enumerate(self._texts[row]):
            best = table.best == (row, column)
            known = table.means[row][column] is not None
            style = tinted(ground, hue, STRONGEST * table.shades[row][column]) if known else muted
            shown = self._placed(f"{BEST} {text}" if best else text) if middle else " " * self._cell
            cells.append(Segment(shown, style + Style(bold=True) if best else style))
        name = one_line(table.rows[row]) if middle else ""
        return Segment(fitted(shortened(name, self._beside - 2), self._beside - 2, right=True) + "  ", muted), cells

    def _placed(self, text: str) -> str:
        return fitted(text, self._cell - 1, right=True) + " "

    @staticmethod
    def _short(field: str) -> str:
        """A field without what holds it."""
        return one_line(field.rpartition(".")[2])
