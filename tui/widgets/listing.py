"""A list that is drawn line by line, so that three hundred lines are as quick as three."""

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

__all__ = ["Cell", "Listing", "fitted"]

HEADER = 1

Cell = tuple[str, str]
"""A piece of a line, and the part of the component class behind ``listing--``; empty for the line's own style."""


class Listing(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines under a header, one of them chosen. A subclass says how many there are and what stands in them."""

    BINDINGS = [
        Binding("up", "step(-1)", "Up", id="listing.up", tooltip="The layer above", show=False),
        Binding("down", "step(1)", "Down", id="listing.down", tooltip="The layer below", show=False),
        Binding("pageup", "page(-1)", "Page up", id="listing.pageup", tooltip="A page up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="listing.pagedown", tooltip="A page down", show=False),
        Binding("home", "jump(0)", "First", id="listing.home", tooltip="The first layer", show=False),
        Binding("end", "jump(-1)", "Last", id="listing.end", tooltip="The last layer", show=False),
        Binding("enter", "open", "Open", id="listing.open", tooltip="Look closer at the layer", show=False),
    ]

    COMPONENT_CLASSES = {
        "listing--header",
        "listing--cursor",
        "listing--cursor-blurred",
        "listing--muted",
        "listing--bar",
        "listing--trend",
        "listing--warning",
    }

    DEFAULT_CSS = """
    Listing { overflow-x: hidden; scrollbar-size-vertical: 1; }
    Listing > .listing--header { color: $foreground-muted; text-style: bold; }
    Listing > .listing--cursor { background: $primary 45%; color: $foreground; text-style: bold; }
    Listing > .listing--cursor-blurred { background: $primary 20%; color: $foreground; }
    Listing > .listing--muted { color: $foreground-muted; }
    Listing > .listing--bar { color: $accent; }
    Listing > .listing--trend { color: $primary; }
    Listing > .listing--warning { color: $text-warning; }
    """

    cursor: reactive[int] = reactive(0)
    """The line that is chosen, counted from 0."""

    @dataclass
    class Chosen(Message):
        """Another line was chosen."""

        index: int

    @dataclass
    class Opened(Message):
        """A person wants to look closer at a line."""

        index: int

    @property
    def lines(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """Cells of a line: what the scrollbar leaves."""
        return self.scrollable_content_region.width

    def header(self) -> str:
        """What stands above the columns."""
        raise NotImplementedError

    def line(self, index: int) -> list[Cell]:
        """What stands in a line."""
        raise NotImplementedError

    def changed(self) -> None:
        """Draw it anew, as there are other lines or other things in them."""
        self.virtual_size = Size(0, self.lines + HEADER)
        self.cursor = self._within(self.cursor)
        self.refresh()

    def watch_cursor(self, cursor: int) -> None:
        self.scroll_to_region(Region(0, cursor, 1, HEADER + 1), animate=False, force=True)
        self.post_message(self.Chosen(cursor))

    def on_resize(self) -> None:
        self.changed()
        # What was in view may be below the edge now.
        self.scroll_to_region(Region(0, self.cursor, 1, HEADER + 1), animate=False, force=True)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = event.y - HEADER + round(self.scroll_y)
        if event.y < HEADER or index >= self.lines:
            return
        self.cursor = index
        if event.chain == 2:
            self.action_open()

    def action_step(self, by: int) -> None:
        """Choose the line ``by`` further down."""
        self.cursor = self._within(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Choose the line ``by`` pages further down."""
        self.action_step(by * max(1, self.size.height - HEADER))

    def action_jump(self, index: int) -> None:
        """Choose a line; -1 is the last."""
        self.cursor = self._within(self.lines - 1 if index < 0 else index)

    def action_open(self) -> None:
        """Look closer at the line that is chosen."""
        if self.lines:
            self.post_message(self.Opened(self.cursor))

    def render_line(self, y: int) -> Strip:
        width = self.width
        if y < HEADER:
            style = self.get_component_rich_style("listing--header")
            return Strip([Segment(self.header(), style)]).adjust_cell_length(width, style)
        index = y - HEADER + round(self.scroll_y)
        style = self.visual_style.rich_style
        if index >= self.lines:
            return Strip.blank(width, style)
        if index == self.cursor:
            # One that cannot have the focus obeys the keys of the widget around it.
            lit = self.has_focus or not self.can_focus
            style = self.get_component_rich_style("listing--cursor" if lit else "listing--cursor-blurred")
        segments = [Segment(text, style + self._style(name)) for text, name in self.line(index)]
        return Strip(segments).adjust_cell_length(width, style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"listing--{name}", partial=True) if name else Style.null()

    def _within(self, index: int) -> int:
        return min(max(0, index), max(0, self.lines - 1))


def fitted(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, with an ellipsis where it is cut off."""
    return f"{text:<{width}}" if len(text) <= width else f"{text[: max(0, width - 1)]}\N{HORIZONTAL ELLIPSIS}"
