"""The confusion matrix as a heat map, with each class's metrics at the end of its row."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.color import Color
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.formatting import show_count, show_share
from core.inspection.confusions import heat
from core.inspection.results import ClassMetrics, Results
from core.sanitize import one_line
from tui.widgets.text import shortened
from tui.widgets.tint import tinted

__all__ = ["ConfusionMatrix"]

HEADER = 2
WIDEST_NAME, WIDEST_CELL = 12, 9
NONE = "\u00b7"
"""Shown in an empty cell."""


class Columns(NamedTuple):
    """Column widths, in terminal cells."""

    name: int
    cell: int
    figures: tuple[int, ...]
    """For precision, recall, F1 and the number of examples; empty if there is no room for them."""
    headings: tuple[str, ...]


class ConfusionMatrix(Widget, can_focus=True):
    """Counts of true classes (rows) by predicted classes (columns). One cell is selected."""

    HELP = """
    ## Confusion matrix
    A row for every true class, a column for every predicted class. Correct predictions are on the diagonal, mistakes
    off it; the shade is a cell's share of its row. At the end of each row:

    - **prec** (precision): the share of this class's predictions that are correct
    - **rec** (recall): the share of this class's digits that were predicted as such
    - **F1**: the harmonic mean of the two
    - **n** (support): the number of test digits of this class

    **arrows** or a click select a cell, **enter** or a double click opens its digits, **n** selects the most frequent
    confusion, then the next, **c** switches between counts and percent of the row.
    """

    BINDINGS = [
        Binding("up", "move(-1, 0)", "Class above", id="results.up", tooltip="The cell above", show=False),
        Binding("down", "move(1, 0)", "Class below", id="results.down", tooltip="The cell below", show=False),
        Binding("left", "move(0, -1)", "Cell before", id="results.left", tooltip="The cell to the left", show=False),
        Binding("right", "move(0, 1)", "Next cell", id="results.right", tooltip="The cell to the right", show=False),
        Binding("home", "move(0, -999)", "First cell", id="results.first", tooltip="First cell of the row", show=False),
        Binding("end", "move(0, 999)", "Last cell", id="results.last", tooltip="Last cell of the row", show=False),
    ]

    COMPONENT_CLASSES = {
        "matrix--right",
        "matrix--wrong",
        "matrix--muted",
        "matrix--edge",
        "matrix--cursor",
        "matrix--cursor-blurred",
    }

    DEFAULT_CSS = """
    ConfusionMatrix { height: auto; width: 1fr; }
    ConfusionMatrix > .matrix--right { color: $primary; }
    ConfusionMatrix > .matrix--wrong { color: $error; }
    ConfusionMatrix > .matrix--muted { color: $text-muted; }
    ConfusionMatrix > .matrix--edge { color: $accent; text-style: bold underline; }
    ConfusionMatrix > .matrix--cursor { background: $accent; color: $background; text-style: bold; }
    ConfusionMatrix > .matrix--cursor-blurred {
        background: $panel; color: $foreground; text-style: $cell-blurred-style;
    }
    """

    results: reactive[Results | None] = reactive(None, layout=True)
    """The results to show."""
    cell: reactive[tuple[int, int]] = reactive((0, 0), repaint=False)
    """The selected row and column: the true and the predicted class."""
    percent: reactive[bool] = reactive(False)
    """Whether cells show percentages of their row."""
    lines: reactive[int] = reactive(1, layout=True)
    """The height of a row; odd, so that it has a middle line."""

    @dataclass
    class Moved(Message):
        """Another cell was selected."""

    @dataclass
    class Opened(Message):
        """The user wants to see the digits of the selected cell."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._heat: NDArray[np.float64] = np.zeros((0, 0))
        self._percent: NDArray[np.float64] = np.zeros((0, 0))
        self._figures: tuple[ClassMetrics, ...] = ()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return HEADER + self.lines * len(self.results.classes) if self.results else 0

    def watch_results(self, results: Results | None) -> None:
        self._heat = heat(results) if results else np.zeros((0, 0))
        self._percent = results.percent if results else np.zeros((0, 0))
        self._figures = results.per_class if results else ()

    @property
    def chosen(self) -> Region:
        """The region of the selected cell's row, including the headings for the first row."""
        row = self.cell[0]
        top = HEADER + row * self.lines if row else 0
        return Region(0, top, self.size.width, HEADER + (row + 1) * self.lines - top)

    def watch_cell(self, before: tuple[int, int], cell: tuple[int, int]) -> None:
        self.refresh(Region(0, HEADER - 1, self.size.width, 1))
        for row in (before[0], cell[0]):
            self.refresh(Region(0, HEADER + row * self.lines, self.size.width, self.lines))
        self.post_message(self.Moved())

    def validate_cell(self, cell: tuple[int, int]) -> tuple[int, int]:
        last = len(self.results.classes) - 1 if self.results else 0
        row, column = (min(max(0, place), last) for place in cell)
        return row, column

    def action_move(self, down: int, across: int) -> None:
        """Move the selection by ``down`` rows and ``across`` columns."""
        if self.results is not None:
            self.cell = (self.cell[0] + down, self.cell[1] + across)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        cell = self._cell_at(event.x, event.y)
        if cell is not None:
            self.cell = cell
            if event.chain == 2:
                self.post_message(self.Opened())

    def render_line(self, y: int) -> Strip:
        ground = self.visual_style.rich_style
        if self.results is None or not self._figures:
            return Strip.blank(self.size.width, ground)
        columns = self._columns(self.results)
        row, within = divmod(y - HEADER, self.lines)
        if y == 0:
            parts = self._title(columns)
        elif y == 1:
            parts = self._names(columns)
        elif row < len(self._figures):
            parts = self._row(self.results, columns, row, middle=within == self.lines // 2)
        else:
            parts = []
        line = Strip([Segment(text, ground + style) for text, style in parts])
        return line.adjust_cell_length(self.size.width, ground)

    def _columns(self, results: Results) -> Columns:
        width, classes = self.size.width, len(results.classes)
        name = min(WIDEST_NAME, 1 + max(3, *(len(one_line(name)) for name in results.classes)))
        least = max(5, len(str(results.confusion.max())) + 1)
        headings: tuple[str, ...] = ("precision", "recall", "F1", "examples")
        figures: tuple[int, ...] = (11, 8, 8, 10)
        if name + classes * (least + 1) + sum(figures) > width:
            headings, figures = ("prec", "rec", "F1", "n"), (6, 6, 6, 6)
        if name + classes * least + sum(figures) > width:
            headings, figures = (), ()
        room = (width - name - sum(figures)) // classes
        return Columns(name, max(least, min(WIDEST_CELL, room)), figures, headings)

    def _cell_at(self, x: int, y: int) -> tuple[int, int] | None:
        if self.results is None:
            return None
        columns, classes = self._columns(self.results), len(self.results.classes)
        row, column = (y - HEADER) // self.lines, (x - columns.name) // columns.cell
        return (row, column) if 0 <= row < classes and 0 <= column < classes else None

    def _title(self, columns: Columns) -> list[tuple[str, Style]]:
        title = "predicted, in % of the true class" if self.percent else "predicted"
        cells = f"{title:^{columns.cell * len(self._figures)}}"
        return [(" " * columns.name + cells, self._style("muted"))]

    def _names(self, columns: Columns) -> list[tuple[str, Style]]:
        muted = self._style("muted")
        parts = [(f"{'true':<{columns.name}}", muted)]
        for column, figures in enumerate(self._figures):
            style = self._style("edge") if column == self.cell[1] else muted
            parts += self._placed(shortened(one_line(figures.name), columns.cell - 1), columns.cell, style, Style())
        headings = zip(columns.headings, columns.figures, strict=True)
        return [*parts, *((f"{heading:>{width}}", muted) for heading, width in headings)]

    def _row(self, results: Results, columns: Columns, row: int, *, middle: bool) -> list[tuple[str, Style]]:
        figures = self._figures[row]
        name = shortened(one_line(figures.name), columns.name - 1) if middle else ""
        style = self._style("edge") if row == self.cell[0] else self._style("muted")
        # One column stays free, so that the name does not touch the first cell.
        parts = [(" " * (columns.name - 1 - len(name)), Style()), (name, style), (" ", Style())]
        ground = self.visual_style.background or Color(0, 0, 0)
        for column, count in enumerate(results.confusion[row].tolist()):
            text = self._cell(row, column, count) if middle else ""
            style = self._shade(row, column, ground) if count else self._style("muted")
            if (row, column) == self.cell:
                style = self._style("cursor" if self.has_focus else "cursor-blurred")
            parts += self._placed(text, columns.cell, style, style)
        if middle:
            texts = (*(show_share(value, 3) for value in (figures.precision, figures.recall, figures.f1)),)
            texts = (*texts, show_count(figures.support))
            parts += [(f"{text:>{width}}", Style()) for text, width in zip(texts, columns.figures, strict=False)]
        return parts

    def _cell(self, row: int, column: int, count: int) -> str:
        if not count:
            return NONE
        if not self.percent:
            return str(count)
        return (
            "100" if count == self._figures[row].support else f"{min(99.9, max(0.1, self._percent[row, column])):.1f}"
        )

    def _placed(self, text: str, width: int, style: Style, around: Style) -> list[tuple[str, Style]]:
        """``text`` in a cell: right-aligned within the column, with the widest text centred."""
        after = (width - 3) // 2
        before = width - after - len(text)
        if before < 0:
            before, after = 0, width - len(text)
        return [(" " * before, around), (text, style), (" " * after, around)]

    def _shade(self, row: int, column: int, ground: Color) -> Style:
        hue = self.get_component_styles(f"matrix--{'right' if row == column else 'wrong'}").color
        return tinted(ground, hue, float(self._heat[row, column]))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"matrix--{name}")
