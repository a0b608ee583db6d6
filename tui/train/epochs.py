"""The table of epochs that are done."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Size, clamp
from textual.reactive import reactive

from core.events import EpochEnded
from core.history import most_accurate
from tui.training_text import HEADINGS, epoch_cells
from tui.widgets.lines import Lines

__all__ = ["EpochTable"]

HEADER = 1
WIDTHS = (6, 8, 8, 8, 8, 8, 7)
"""Cells of each column, under `HEADINGS`."""


class EpochTable(Lines, can_focus=True):
    """A row for every epoch, the last in view unless a person has gone to look at another one."""

    HELP = """
    ## Epochs
    What each epoch came to: means over the training set while it was learned from, then the figures on the
    validation set. The star marks the epoch with the lowest validation loss, the triangle the highest
    validation accuracy, which need not be the same epoch's.
    **up / down** go through the epochs.
    """

    COMPONENT_CLASSES = {"epochs--header", "epochs--cursor", "epochs--bar"}

    BINDINGS = [
        Binding("up", "move(-1)", "Epoch before", show=False),
        Binding("down", "move(1)", "Epoch after", show=False),
        Binding("pageup", "turn(-1)", "Page up", show=False),
        Binding("pagedown", "turn(1)", "Page down", show=False),
        Binding("home,ctrl+home", "first", "First epoch", show=False),
        Binding("end,ctrl+end", "last", "Last epoch", show=False),
    ]

    cursor_row: reactive[int] = reactive(0, repaint=False)
    """The row chosen, from 0."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[EpochEnded, ...] = ()
        """The epochs shown, if need be only some of them at a time."""
        self._lowest: EpochEnded | None = None
        self._highest: EpochEnded | None = None
        self._top = 0
        self._asked = 0
        self._colors: dict[str, Style] = {}

    @property
    def row_count(self) -> int:
        """How many epochs there are."""
        return len(self.rows)

    def cells(self, row: int) -> tuple[str, ...]:
        """What stands in ``row``, under `HEADINGS`."""
        event = self.rows[row]
        return epoch_cells(event, lowest=event is self._lowest, highest=event is self._highest)

    def show(self, epochs: tuple[EpochEnded, ...]) -> None:
        """Show ``epochs``; the cursor stays where it is, unless it stood on the last one."""
        follows = self.cursor_row >= self.row_count - 1
        self.rows = epochs
        self._lowest = next((event for event in reversed(epochs) if event.best), None)
        self._highest = most_accurate(epochs)
        self._ask_for_room()
        self.cursor_row = len(epochs) - 1 if follows else self.cursor_row
        self.redraw()

    def validate_cursor_row(self, row: int) -> int:
        return int(clamp(row, 0, max(0, self.row_count - 1)))

    def watch_cursor_row(self, row: int) -> None:
        self._look_from(clamp(self._top, row - self._page + 1, row))

    def on_resize(self) -> None:
        self.watch_cursor_row(self.cursor_row)

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        row = self._top + event.y - HEADER
        if event.y >= HEADER and row < self.row_count:
            self.cursor_row = row

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._look_from(self._top + 1)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._look_from(self._top - 1)
        event.stop()

    def action_move(self, rows: int) -> None:
        """Go ``rows`` down."""
        self.cursor_row += rows

    def action_turn(self, pages: int) -> None:
        """Go as many ``pages`` down."""
        self.cursor_row += pages * self._page

    def action_first(self) -> None:
        """Go to the first epoch."""
        self.cursor_row = 0

    def action_last(self) -> None:
        """Go to the last epoch."""
        self.cursor_row = self.row_count - 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return HEADER + self.row_count

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._colors = {}

    def draw(self) -> list[list[Segment]]:
        if not self._colors:
            self._colors = {name: self.get_component_rich_style(name) for name in self.COMPONENT_CLASSES}
        width = self.size.width
        lines = [[Segment(_line(HEADINGS), self._colors["epochs--header"])]]
        for row in range(self._top, min(self._top + self._page, self.row_count)):
            style = self._colors["epochs--cursor"] if row == self.cursor_row else None
            lines.append([Segment(_line(self.cells(row))[: width - 1].ljust(width - 1), style)])
        for line, sign in zip(lines[HEADER:], self._bar(), strict=False):
            line.append(Segment(sign, self._colors["epochs--bar"]))
        return lines

    @property
    def _page(self) -> int:
        """Rows that can be seen at a time."""
        return max(1, self.size.height - HEADER)

    def _look_from(self, top: int) -> None:
        """Have ``top`` be the first row in view, as far as that leaves no room empty."""
        self._top = int(clamp(top, 0, max(0, self.row_count - self._page)))
        self.redraw()

    def _ask_for_room(self) -> None:
        """Have the screen laid out for another number of rows, unless the last ones got no more room: it takes long.

        Behind something else there is no knowing what room there will be.
        """
        fewer, heard = self.row_count < self._asked, not self.size or self.size.height >= HEADER + self._asked
        if fewer or (heard and self.row_count > self._asked):
            self._asked = self.row_count
            self.refresh(layout=True)

    def _bar(self) -> str:
        """A sign for every line beside which part of the table is seen; spaces if that is all of it."""
        page, count = self._page, self.row_count
        if count <= page:
            return " " * page
        length = max(1, page * page // count)
        start = round(self._top / (count - page) * (page - length))
        return "".join("\u2503" if start <= line < start + length else "\u2502" for line in range(page))


def _line(cells: tuple[str, ...]) -> str:
    return "".join(f" {cell[:width]:>{width}} " for cell, width in zip(cells, WIDTHS, strict=True))
