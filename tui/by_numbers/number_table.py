"""A table of an array's numbers, of which one is chosen. Only what is in view is drawn."""

from dataclasses import dataclass

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.backpropagation.passes import Quantity
from core.formatting import show_digits
from core.formulas.arrays import Array
from tui.by_numbers.layout import Index, Layout
from tui.number_text import table_numbers
from tui.widgets.signed_colors import tint
from tui.widgets.text import fitted

__all__ = ["NumberTable"]

CELL = 9
"""Cells of a number with a space before it."""
HEADER = 1
SMALL = 0.05
"""Where no number is larger, decimals would leave out what there is: powers of ten are shown."""


class NumberTable(Widget, can_focus=True):
    """Shows the numbers of ``quantity``, one of them chosen; pages are gone through by keys."""

    BINDINGS = [
        Binding("up", "move(-1, 0)", "Up", id="number_table.up", tooltip="The number above", show=False),
        Binding("down", "move(1, 0)", "Down", id="number_table.down", tooltip="The number below", show=False),
        Binding("left", "move(0, -1)", "Left", id="number_table.left", tooltip="The number to the left", show=False),
        Binding("right", "move(0, 1)", "Right", id="number_table.right", tooltip="The number to the right", show=False),
        Binding(
            "pageup,comma",
            "page(-1)",
            "Page before",
            id="number_table.pageup",
            tooltip="The channel before",
            show=False,
        ),
        Binding(
            "pagedown,full_stop", "page(1)", "Next page", id="number_table.pagedown", tooltip="Next channel", show=False
        ),
        Binding("home", "jump(-1)", "Smallest", id="number_table.home", tooltip="The smallest number", show=False),
        Binding("end", "jump(1)", "Largest", id="number_table.end", tooltip="The largest number", show=False),
    ]

    COMPONENT_CLASSES = {"number-table--label", "number-table--cursor", "number-table--blurred"}

    DEFAULT_CSS = """
    NumberTable { height: 1fr; }
    NumberTable > .number-table--label { color: $foreground-muted; }
    NumberTable > .number-table--cursor { background: $accent; color: $background; text-style: bold; }
    NumberTable > .number-table--blurred { text-style: bold reverse; }
    """

    quantity: reactive[Quantity | None] = reactive(None)
    """Whose numbers are shown; None for nothing."""
    at: reactive[Index] = reactive(())
    """The index of the one that is chosen."""

    @dataclass
    class Chosen(Message):
        """Another number is chosen."""

        index: Index

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._top = self._left = 0
        self._largest = 0.0

    @property
    def grid(self) -> Layout | None:
        """Where the numbers stand."""
        if not self.values.size:
            return None
        return Layout(self.values.shape, self._room[1])

    @property
    def values(self) -> Array:
        """The numbers; none, if there is nothing to show."""
        return self.quantity.values if self.quantity else np.zeros(0)

    def watch_quantity(self) -> None:
        self._top = self._left = 0
        finite = np.abs(self.values[np.isfinite(self.values)])
        self._largest = float(finite.max()) if finite.size else 0.0
        self._keep_in_view()

    def watch_at(self) -> None:
        self._keep_in_view()

    def on_resize(self) -> None:
        self._keep_in_view()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        grid = self.grid
        offset = event.get_content_offset(self)
        if grid is None or offset is None or offset.y < HEADER or offset.x < self._labels:
            return
        page, _, _ = grid.place(self.at)
        row, column = offset.y - HEADER + self._top, (offset.x - self._labels) // CELL + self._left
        found = grid.index(page, row, column) if row < grid.rows and column < grid.columns else None
        if found is not None:
            self._choose(found)

    def action_move(self, down: int, across: int) -> None:
        """Choose the number that far away."""
        if self.grid is not None:
            self._choose(self.grid.moved(self.at, down, across))

    def action_page(self, by: int) -> None:
        """Go to another page, or scroll where there is only one."""
        grid = self.grid
        if grid is not None:
            rows = self._room[0] * by
            self._choose(grid.moved(self.at, 0, 0, by) if grid.pages > 1 else grid.moved(self.at, rows, 0))

    def action_jump(self, end: int) -> None:
        """Choose the smallest number, or the largest."""
        if self.values.size:
            flat = self.values.argmin() if end < 0 else self.values.argmax()
            self._choose(tuple(int(place) for place in np.unravel_index(int(flat), self.values.shape)))

    def _choose(self, index: Index) -> None:
        if index != self.at:
            self.post_message(self.Chosen(index))

    @property
    def _labels(self) -> int:
        """Cells of the numbers of the rows."""
        return max(3, len(str(max(self.values.shape[:2], default=0))))

    @property
    def _room(self) -> tuple[int, int]:
        """Rows and columns in view."""
        width, height = self.content_size
        return max(1, height - HEADER), max(1, (width - self._labels) // CELL)

    def _keep_in_view(self) -> None:
        grid = self.grid
        if grid is None or len(self.at) != len(grid.shape):
            return
        rows, columns = self._room
        _, row, column = grid.place(self.at)
        self._top = min(max(self._top, row - rows + 1, 0), row)
        self._left = min(max(self._left, column - columns + 1, 0), column)

    def render_line(self, y: int) -> Strip:
        width, ground = self.size.width, self.visual_style.rich_style
        grid, values = self.grid, self.values
        if grid is None or len(self.at) != len(grid.shape):
            return Strip.blank(width, ground)
        shown = range(self._left, min(grid.columns, self._left + self._room[1]))
        label = ground + self.get_component_rich_style("number-table--label", partial=True)
        if y < HEADER:
            heads = "".join(f"{column:>{CELL}}" for column in shown)
            return Strip([Segment(f"{'':{self._labels}}{heads}", label)]).adjust_cell_length(width, ground)
        row = y - HEADER + self._top
        if row >= grid.rows:
            return Strip.blank(width, ground)
        page, _, _ = grid.place(self.at)
        first = row * grid.columns if len(grid.shape) == 1 else row
        segments = [Segment(f"{first:>{self._labels}}", label)]
        indexes = [grid.index(page, row, column) for column in shown]
        for index in (each for each in indexes if each is not None):
            segments.append(Segment(" ", ground))
            segments.append(self._cell(index, float(values[index]), ground))
        return Strip(segments).adjust_cell_length(width, ground)

    def _cell(self, index: Index, value: float, ground: Style) -> Segment:
        text = fitted(self._text(value), CELL - 1, right=True)
        if index == self.at:
            name = "cursor" if self.has_focus else "blurred"
            return Segment(text, ground + self.get_component_rich_style(f"number-table--{name}", partial=True))
        color = tint(self.app, value / self._largest, self.background_colors[1]) if self._largest else None
        return Segment(text, ground + Style(bgcolor=color) if color else ground)

    def _text(self, value: float) -> str:
        if value and self._largest < SMALL:
            return show_digits(value, 3)
        return table_numbers([value], CELL - 1)[0]
