"""A list that is drawn line by line, so that three hundred lines are as fast as three."""

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

__all__ = ["Cell", "Listing"]

HEADER = 1

Cell = tuple[str, str]
"""Text, and its component class without ``listing--``; empty for the line's own style."""


class Listing(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines under a header, one of them selected. Subclasses define their number and content."""

    BINDINGS = [
        Binding("up", "step(-1)", "Up", id="listing.up", tooltip="The layer above", show=False),
        Binding("down", "step(1)", "Down", id="listing.down", tooltip="The layer below", show=False),
        Binding("pageup", "page(-1)", "Page up", id="listing.pageup", tooltip="A page up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="listing.pagedown", tooltip="A page down", show=False),
        Binding("home", "jump(0)", "First", id="listing.home", tooltip="The first layer", show=False),
        Binding("end", "jump(-1)", "Last", id="listing.end", tooltip="The last layer", show=False),
        Binding("enter", "open", "Open", id="listing.open", tooltip="Open the layer", show=False),
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
    Listing > .listing--cursor { background: $accent 28%; color: $foreground; text-style: $cursor-style; }
    Listing > .listing--cursor-blurred {
        background: $accent 12%; color: $foreground; text-style: $cursor-blurred-style;
    }
    Listing > .listing--muted { color: $foreground-muted; }
    Listing > .listing--bar { color: $accent; }
    Listing > .listing--trend { color: $primary; }
    Listing > .listing--warning { color: $text-warning; }
    """

    cursor: reactive[int] = reactive(0)
    """The selected line, counted from 0."""

    @dataclass
    class Selected(Message):
        """Another line was selected."""

        index: int

    @dataclass
    class Opened(Message):
        """The user wants to open a line."""

        index: int

    @property
    def lines(self) -> int:
        """The number of lines."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """The width of a line, without the scrollbar."""
        return self.scrollable_content_region.width

    def header(self) -> str:
        """The column headings."""
        raise NotImplementedError

    def line(self, index: int) -> list[Cell]:
        """The cells of a line."""
        raise NotImplementedError

    def changed(self) -> None:
        """Redraw the list: its lines have changed."""
        self.virtual_size = Size(0, self.lines + HEADER)
        self.cursor = self._within(self.cursor)
        self.refresh()

    def watch_cursor(self, cursor: int) -> None:
        self.scroll_to_region(Region(0, cursor, 1, HEADER + 1), animate=False, force=True)
        self.post_message(self.Selected(cursor))

    def on_resize(self) -> None:
        self.changed()
        # The selected line may be out of view now.
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
        """Select the line ``by`` further down."""
        self.cursor = self._within(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Select the line ``by`` pages further down."""
        self.action_step(by * max(1, self.size.height - HEADER))

    def action_jump(self, index: int) -> None:
        """Select a line; -1 is the last."""
        self.cursor = self._within(self.lines - 1 if index < 0 else index)

    def action_open(self) -> None:
        """Open the selected line."""
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
            # A list that cannot have the focus is controlled by its parent.
            active = self.has_focus or not self.can_focus
            style = self.get_component_rich_style("listing--cursor" if active else "listing--cursor-blurred")
        segments = [Segment(text, style + self._style(name)) for text, name in self.line(index)]
        return Strip(segments).adjust_cell_length(width, style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"listing--{name}", partial=True) if name else Style.null()

    def _within(self, index: int) -> int:
        return min(max(0, index), max(0, self.lines - 1))
