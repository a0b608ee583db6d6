"""A pad of pixels on the screen: half blocks, as large as there is room, to look at or to draw on with the mouse."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.inspection.drawing import SIDE, Pad, Point

__all__ = ["DrawPad", "PadPicture"]

CURSOR = 256
"""What stands for the cursor among the greys, brighter than all."""
LEFT, RIGHT = 1, 3
"""Mouse buttons."""


class PadPicture(Widget):
    """Shows ``pad``, a pixel being ``scale`` columns wide and half as many rows high."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"pad--cursor", "pad--cursor-down"}

    DEFAULT_CSS = """
    PadPicture { width: auto; height: auto; border: round $foreground-muted; }
    PadPicture { border-title-color: $foreground; border-subtitle-color: $foreground; }
    PadPicture.-chosen { border: round $primary; border-subtitle-style: bold; }
    PadPicture:focus { border: round $accent; }
    PadPicture > .pad--cursor { color: $accent; }
    PadPicture > .pad--cursor-down { color: $success; }
    """

    pad: reactive[Pad] = reactive(Pad())
    """The pixels."""
    scale: reactive[int] = reactive(1, layout=True)
    """Columns of a pixel."""
    cursor: reactive[Offset | None] = reactive(None)
    """The pixel with a frame around it."""
    down: reactive[bool] = reactive(False)
    """Whether the frame is that of a pen on the paper."""

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return SIDE * self.scale

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return SIDE * self.scale // 2

    def render_line(self, y: int) -> Strip:
        rows = _rows(self.pad, self.scale, self.cursor)
        if 2 * y + 1 >= len(rows):
            return Strip.blank(self.content_size.width)
        name = "pad--cursor-down" if self.down else "pad--cursor"
        mark = self.get_component_rich_style(name).color or Color.default()
        return Strip(_segments(rows[2 * y], rows[2 * y + 1], mark), SIDE * self.scale)


class DrawPad(PadPicture, can_focus=True):
    """A pad that tells what the mouse draws on it; whoever holds the drawing gives it the new `pad`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._last: Point | None = None
        self._rubber = False
        self._fine = False

    @dataclass
    class Stroke(Message):
        """The mouse went straight from ``start`` to ``end`` with a button held; ``rubber``: the right one."""

        start: Point
        end: Point
        rubber: bool

    @dataclass
    class Lifted(Message):
        """The button was let go."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button not in {LEFT, RIGHT} or event.get_content_offset(self) is None:
            return
        event.stop()
        self.capture_mouse()
        self._rubber = event.button == RIGHT
        self._last = self._point(event)
        self.post_message(self.Stroke(self._last, self._last, self._rubber))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._last is None:
            return
        event.stop()
        if event.button:
            self._draw_to(self._point(event))
        else:
            self._lift()  # let go where the terminal did not see it

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._last is not None:
            event.stop()
            self._draw_to(self._point(event))
            self._lift()

    def on_mouse_release(self) -> None:
        self._lift()

    def _draw_to(self, point: Point) -> None:
        if self._last is not None and point != self._last:
            self.post_message(self.Stroke(self._last, point, self._rubber))
            self._last = point

    def _lift(self) -> None:
        if self._last is not None:
            self._last = None
            self.release_mouse()
            self.post_message(self.Lifted())

    def _point(self, event: events.MouseEvent) -> Point:
        """Where the pointer is on the pad, as finely as the terminal tells."""
        x, y = float(event.pointer_x - self.gutter.left), float(event.pointer_y - self.gutter.top)
        # Terminals that tell no more than the cell give its upper left corner: its middle is the best guess.
        self._fine = self._fine or not (x.is_integer() and y.is_integer())
        middle = 0.0 if self._fine else 0.5
        return (2 * (y + middle) / self.scale - 0.5, (x + middle) / self.scale - 0.5)


@lru_cache(8)
def _rows(pad: Pad, scale: int, cursor: Offset | None) -> NDArray[np.int16]:
    """``pad`` with ``scale`` rows and columns for a pixel, and the frame around the pixel at ``cursor``."""
    large = np.kron(pad.image, np.ones((scale, scale), np.int16)).astype(np.int16)
    if cursor is not None:
        for row, column in _frame(cursor, scale):
            if 0 <= row < len(large) and 0 <= column < len(large):
                large[row, column] = CURSOR
    return large


def _frame(cursor: Offset, scale: int) -> list[tuple[int, int]]:
    """The corners of a frame around a pixel; between them its neighbours are seen."""
    top, left = cursor.y * scale - 1, cursor.x * scale - 1
    bottom, right = top + scale + 1, left + scale + 1
    return [(row, column) for row in (top, bottom) for column in (left, right)]


def _segments(upper: NDArray[np.int16], lower: NDArray[np.int16], mark: Color) -> list[Segment]:
    """A line of text for two rows of greys, equal cells together."""
    changes = np.flatnonzero((np.diff(upper) != 0) | (np.diff(lower) != 0)) + 1
    starts = [0, *changes.tolist()]
    ends = [*starts[1:], len(upper)]
    cells = zip(upper[starts].tolist(), lower[starts].tolist(), strict=True)
    return [_segment(*cell, end - start, mark) for cell, start, end in zip(cells, starts, ends, strict=True)]


@lru_cache(4096)
def _segment(upper: int, lower: int, width: int, mark: Color) -> Segment:
    # The brighter half is the character: so the digit is seen where a terminal has no colours, too.
    bright, dark = max(upper, lower), min(upper, lower)
    sign = "\u2580" if upper > lower else "\u2584" if lower > upper else "\u2588" if bright >= 128 else " "
    return Segment(sign * width, Style(color=_color(bright, mark), bgcolor=_color(dark, mark)))


def _color(grey: int, mark: Color) -> Color:
    return mark if grey == CURSOR else Color.from_rgb(grey, grey, grey)
