"""Digits as thumbnails on pages."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.inspection.answers import Answer
from core.inspection.images import Grid, shrink
from core.inspection.results import Results
from core.sanitize import one_line
from tui.inspect.outputs import output_text
from tui.widgets.half_blocks import half_blocks
from tui.widgets.text import fitted

__all__ = ["Gallery", "caption"]

SIDE = 14
"""Side of a thumbnail in pixels: half of MNIST's, so that each pixel is the mean of four."""
TILE = (SIDE // 2 + 1, SIDE)
"""Lines and columns of a thumbnail with its caption."""


class Thumbnail(NamedTuple):
    """A thumbnail and the caption above it."""

    caption: str
    picture: list[Strip]


class Gallery(Widget, can_focus=True):
    """Thumbnails of digits, as many as fit; the others are on further pages. One is selected."""

    HELP = """
    ## Gallery
    Digits that the network gets wrong, the most confident mistake first. Above each: its true class, the predicted
    class, and the output for that.

    **arrows** or a click select a digit, **page up / page down** turn the page, **home / end** go to the first and
    last one, **enter** or a double click walks it through the layers.
    """

    BINDINGS = [
        Binding("left", "move(-1)", "Digit before", id="mistakes.previous", tooltip="The digit before", show=False),
        Binding("right", "move(1)", "Next digit", id="mistakes.next", tooltip="The next digit", show=False),
        Binding("up", "line(-1)", "Digit above", id="mistakes.up", tooltip="The digit above", show=False),
        Binding("down", "line(1)", "Digit below", id="mistakes.down", tooltip="The digit below", show=False),
        Binding("pageup", "page(-1)", "Page before", id="mistakes.page_up", tooltip="The page before", show=False),
        Binding("pagedown", "page(1)", "Next page", id="mistakes.page_down", tooltip="The next page", show=False),
        Binding("home", "first", "First digit", id="mistakes.first", tooltip="The first digit of all", show=False),
        Binding("end", "last", "Last digit", id="mistakes.last", tooltip="The last digit of all", show=False),
    ]

    COMPONENT_CLASSES = {"gallery--caption", "gallery--cursor", "gallery--cursor-blurred"}

    DEFAULT_CSS = """
    Gallery { height: 1fr; }
    Gallery > .gallery--caption { color: $text-muted; }
    Gallery > .gallery--cursor { background: $accent; color: $background; text-style: bold; }
    Gallery > .gallery--cursor-blurred { background: $panel; color: $foreground; text-style: $cell-blurred-style; }
    """

    place: reactive[int] = reactive(0, repaint=False)
    """The selected digit, counted from 0."""

    @dataclass
    class Moved(Message):
        """Another digit was selected, or others came into view."""

    @dataclass
    class Opened(Message):
        """The user wants to see more of the selected digit."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._results: Results | None = None
        self._images: NDArray[np.uint8] = np.zeros((0, 1, 1), np.uint8)
        self._items: NDArray[np.int64] = np.zeros(0, np.int64)
        self._drawn: dict[int, Thumbnail] = {}

    def show(self, results: Results | None, images: NDArray[np.uint8], items: NDArray[np.int64]) -> None:
        """Show the digits ``items`` of ``images``, with their ``results``; the first one is selected."""
        self._results, self._images, self._items = results, images, items
        self._drawn.clear()
        self.place = 0
        self.refresh()

    def forget(self) -> None:
        """Show nothing, and release the images."""
        self.show(None, np.zeros((0, 1, 1), np.uint8), np.zeros(0, np.int64))

    def fit(self, width: int) -> None:
        """Take as many columns as fit into ``width``, and no more width than they need."""
        columns = Grid.fitting(TILE, (self.size.height, width)).columns
        self.styles.width = columns * (SIDE + self.grid.gap) - self.grid.gap

    @property
    def grid(self) -> Grid:
        """The places on a page."""
        return Grid.fitting(TILE, (self.size.height, self.size.width))

    @property
    def page(self) -> int:
        """The page shown, counted from 0."""
        return self.place // self.grid.places

    @property
    def on_page(self) -> range:
        """The digits on that page, counted from 0."""
        return self.grid.shown(len(self._items), self.page)

    def validate_place(self, place: int) -> int:
        return max(0, min(place, len(self._items) - 1))

    def watch_place(self, before: int, place: int) -> None:
        grid = self.grid
        if before // grid.places == place // grid.places:
            for at in (before, place):  # only the captions have changed
                self.refresh(Region(0, at % grid.places // grid.columns * (TILE[0] + grid.gap), self.size.width, 1))
        else:
            self.refresh()
        self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """Select the digit ``by`` places further."""
        self.place += by

    def action_line(self, by: int) -> None:
        """Select the digit ``by`` lines below, if there is one."""
        place = self.place + by * self.grid.columns
        if 0 <= place < len(self._items):
            self.place = place

    def action_page(self, by: int) -> None:
        """Turn ``by`` pages."""
        self.place += by * self.grid.places

    def action_first(self) -> None:
        """Select the first digit."""
        self.place = 0

    def action_last(self) -> None:
        """Select the last digit."""
        self.place = len(self._items) - 1

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self._drawn.clear()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        place = self.grid.at(event.y, event.x, TILE, len(self._items), self.page)
        if place is not None:
            self.place = place
            if event.chain == 2:
                self.post_message(self.Opened())

    def render_line(self, y: int) -> Strip:
        ground, grid = self.visual_style.rich_style, self.grid
        row, within = divmod(y, TILE[0] + grid.gap)
        places = self.on_page[row * grid.columns : (row + 1) * grid.columns]
        if self._results is None or row >= grid.rows or within >= TILE[0] or not places:
            return Strip.blank(self.size.width, ground)
        gap = Strip.blank(grid.gap, ground)
        parts = [
            self._thumbnail(place).picture[within - 1] if within else self._caption(place, ground) for place in places
        ]
        return Strip.join(part for each in parts for part in (each, gap)).adjust_cell_length(self.size.width, ground)

    def _caption(self, place: int, ground: Style) -> Strip:
        mark, style = (">", self._chosen_style()) if place == self.place else (" ", self._style("caption"))
        return Strip([Segment(mark + self._thumbnail(place).caption, ground + style)], SIDE)

    def _thumbnail(self, place: int) -> Thumbnail:
        """Thumbnails are drawn a page at a time."""
        if place not in self._drawn and self._results is not None:
            on_page = self.on_page
            indices = self._items[on_page.start : on_page.stop]
            small = shrink(np.moveaxis(self._images[indices], 0, -1), (SIDE, SIDE))
            self._drawn = {
                at: Thumbnail(caption(self._results, index), half_blocks(small[:, :, picture]))
                for picture, (at, index) in enumerate(zip(on_page, indices.tolist(), strict=True))
            }
        return self._drawn[place]

    def _chosen_style(self) -> Style:
        return self._style("cursor" if self.has_focus else "cursor-blurred")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"gallery--{name}")


def caption(results: Results, index: int) -> str:
    """The true and predicted class of example ``index``, and the output: ``7 as 2  98.3%``."""
    true, predicted = (one_line(results.classes[at]) for at in (results.labels[index], results.predicted[index]))
    answer = Answer.of(results.probabilities[index])
    output = output_text(float(results.confidence[index]), probable=answer.probable)
    classes, room = f"{true} as {predicted}", SIDE - len(output) - 2
    return f"{fitted(classes, room)} {output}"
