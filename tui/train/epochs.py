"""The table of finished epochs."""

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
    """A row for every epoch; follows the last one unless the user has moved the cursor."""

    HELP = """
    ## Epochs
    The results of each epoch: means over the training set during the epoch, then the metrics on the validation set.
    The star marks the lowest validation loss, the triangle the highest validation accuracy, which may be in different
    epochs.
    **up / down** go through the epochs.
    """

    COMPONENT_CLASSES = {"epochs--header", "epochs--cursor", "epochs--bar"}

    BINDINGS = [
        Binding("up", "move(-1)", "Epoch before", id="epochs.previous", tooltip="The epoch before", show=False),
        Binding("down", "move(1)", "Epoch after", id="epochs.next", tooltip="The epoch after", show=False),
        Binding("pageup", "turn(-1)", "Page up", id="epochs.page_up", tooltip="A page of epochs up", show=False),
        Binding("pagedown", "turn(1)", "Page down", id="epochs.page_down", tooltip="A page of epochs down", show=False),
        Binding("home,ctrl+home", "first", "First epoch", id="epochs.first", tooltip="The first epoch", show=False),
        Binding("end,ctrl+end", "last", "Last epoch", id="epochs.last", tooltip="The last epoch", show=False),
    ]

    cursor_row: reactive[int] = reactive(0, repaint=False)
    """The selected row, from 0."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[EpochEnded, ...] = ()
        """The epochs, some of which may be scrolled out of view."""
        self._lowest: EpochEnded | None = None
        self._highest: EpochEnded | None = None
        self._top = 0
        self._requested = 0
        self._colors: dict[str, Style] = {}

    @property
    def row_count(self) -> int:
        """The number of epochs."""
        return len(self.rows)

    def cells(self, row: int) -> tuple[str, ...]:
        """The cells of ``row``, under `HEADINGS`."""
        event = self.rows[row]
        return epoch_cells(event, lowest=event is self._lowest, highest=event is self._highest)

    def show(self, epochs: tuple[EpochEnded, ...]) -> None:
        """Show ``epochs``; the cursor stays where it is, unless it stood on the last one."""
        follows = self.cursor_row >= self.row_count - 1
        self.rows = epochs
        self._lowest = next((event for event in reversed(epochs) if event.best), None)
        self._highest = most_accurate(epochs)
        self._request_height()
        self.cursor_row = len(epochs) - 1 if follows else self.cursor_row
        self.redraw()

    def validate_cursor_row(self, row: int) -> int:
        return int(clamp(row, 0, max(0, self.row_count - 1)))

    def watch_cursor_row(self, row: int) -> None:
        self._scroll_to_row(clamp(self._top, row - self._page + 1, row))

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
        self._scroll_to_row(self._top + 1)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll_to_row(self._top - 1)
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
        # The last cell is the scrollbar's.
        lines = [[Segment(_line(HEADINGS, width - 1), self._colors["epochs--header"])]]
        for row in range(self._top, min(self._top + self._page, self.row_count)):
            style = self._colors["epochs--cursor"] if row == self.cursor_row else None
            lines.append([Segment(_line(self.cells(row), width - 1)[: width - 1].ljust(width - 1), style)])
        for line, sign in zip(lines[HEADER:], self._bar(), strict=False):
            line.append(Segment(sign, self._colors["epochs--bar"]))
        return lines

    @property
    def _page(self) -> int:
        """Rows that can be seen at a time."""
        return max(1, self.size.height - HEADER)

    def _scroll_to_row(self, top: int) -> None:
        """Scroll so that ``top`` is the first visible row, without leaving empty lines."""
        self._top = int(clamp(top, 0, max(0, self.row_count - self._page)))
        self.redraw()

    def _request_height(self) -> None:
        """Request a new layout if the height should change, unless the last request got no more room: layouts are slow.

        While hidden, the room is unknown.
        """
        fewer, granted = self.row_count < self._requested, not self.size or self.size.height >= HEADER + self._requested
        if fewer or (granted and self.row_count > self._requested):
            self._requested = self.row_count
            self.refresh(layout=True)

    def _bar(self) -> str:
        """A scrollbar, a character per line; spaces if everything fits."""
        page, count = self._page, self.row_count
        if count <= page:
            return " " * page
        length = max(1, page * page // count)
        start = round(self._top / (count - page) * (page - length))
        return "".join("\u2503" if start <= line < start + length else "\u2502" for line in range(page))


def _line(cells: tuple[str, ...], room: int) -> str:
    """The ``cells`` under each other's headings: two cells apart, or one where ``room`` is scarce."""
    gap = " " * (2 if sum(WIDTHS) + 2 * len(WIDTHS) <= room else 1)
    return "".join(f"{gap}{cell[:width]:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))
