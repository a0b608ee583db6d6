"""A picture of `core.inspection.activations` in half-block characters, rendered line by line."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from msgspec import Struct
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.inspection.activations import BLANK, FRAME, GROUND, Picture

__all__ = ["Drawn", "Pixels"]

HALF = "\u2580"
"""Its upper half has the foreground colour, its lower half the background's."""


class Drawn(Struct, frozen=True, eq=False):
    """A picture to be drawn."""

    picture: Picture


class Palette(Struct, frozen=True):
    """The colours of pixels that are not grey."""

    ground: Color
    frame: Color
    blank: Color


class Pixels(Widget):
    """Draws a picture, two pixels per character, one above the other; reports clicks."""

    COMPONENT_CLASSES = {"pixels--ground", "pixels--frame", "pixels--blank"}

    DEFAULT_CSS = """
    Pixels > .pixels--ground { color: $panel; }
    Pixels > .pixels--frame { color: $accent; }
    Pixels > .pixels--blank { color: $primary 45%; }
    """

    drawn: reactive[Drawn | None] = reactive(None)
    """The picture drawn; None for nothing."""

    @dataclass
    class Clicked(Message):
        """The user clicked the pixel at ``row`` and ``column`` of the picture."""

        pixels: "Pixels"
        row: int
        column: int

        @property
        def control(self) -> "Pixels":
            """The widget that was clicked."""
            return self.pixels

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._strips: list[Strip] | None = None

    def watch_drawn(self) -> None:
        self._strips = None

    def notify_style_update(self) -> None:
        self._strips = None
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Clicked(self, 2 * event.y, event.x))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self.drawn.picture.shape[1] if self.drawn else 0

    def render_line(self, y: int) -> Strip:
        if self._strips is None:
            self._strips = self._paint()
        width, style = self.size.width, self.visual_style.rich_style
        if y >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[y].adjust_cell_length(width, style)

    def _paint(self) -> list[Strip]:
        if self.drawn is None:
            return []
        names = ("ground", "frame", "blank")
        colors = (self.get_component_rich_style(f"pixels--{name}").color or Color.default() for name in names)
        return _strips(self.drawn.picture, Palette(*colors))


def _strips(picture: Picture, palette: Palette) -> list[Strip]:
    """One line for every two rows; a last odd row is paired with ground."""
    height, width = picture.shape
    pairs = np.full((height + height % 2, width), GROUND, np.int32)
    pairs[:height] = picture
    pairs = pairs[::2] * 512 + pairs[1::2]
    return [_strip(line.tolist(), palette) for line in pairs]


def _strip(line: list[int], palette: Palette) -> Strip:
    segments: list[Segment] = []
    start = 0
    for end in range(1, len(line) + 1):
        # Neighbours of one colour are one segment: less output.
        if end == len(line) or line[end] != line[start]:
            upper, lower = divmod(line[start], 512)
            text = " " if upper == lower == GROUND else HALF
            segments.append(Segment(text * (end - start), _style(upper, lower, palette)))
            start = end
    return Strip(segments, len(line))


@lru_cache(maxsize=16_384)
def _style(upper: int, lower: int, palette: Palette) -> Style:
    return Style.from_color(_color(upper, palette), _color(lower, palette))  # many times as fast as `Style(...)`


@lru_cache(maxsize=1_024)
def _color(pixel: int, palette: Palette) -> Color:
    named = {GROUND: palette.ground, FRAME: palette.frame, BLANK: palette.blank}
    return named.get(pixel) or Color.from_rgb(pixel, pixel, pixel)
