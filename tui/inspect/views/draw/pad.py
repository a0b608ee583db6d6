"""A pad of pixels on the screen: half blocks, as large as there is room, to look at or to draw on with the mouse."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rich.color import Color
from textual import events
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.inspection.drawing import SIDE, Pad, Point
from tui.widgets.half_blocks import half_blocks

__all__ = ["DrawPad", "PadPicture"]

CURSOR = 256
"""The pixel value of the cursor; 0 to 255 are greys."""
LEFT, RIGHT = 1, 3
"""Mouse buttons."""


class PadPicture(Widget):
    """Shows ``pad``, a pixel being ``scale`` columns wide and half as many rows high."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"pad--cursor", "pad--cursor-down"}

    DEFAULT_CSS = """
    PadPicture { width: auto; height: auto; border: round $foreground-muted; }
    PadPicture { border-title-color: $foreground; border-subtitle-color: $foreground; }
    PadPicture.-chosen { border: $focus-border $accent; border-subtitle-style: bold; }
    PadPicture:focus { border: $focus-border $accent; }
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
        name = "pad--cursor-down" if self.down else "pad--cursor"
        lines = _lines(self.pad, self.scale, self.cursor, self.get_component_rich_style(name).color)
        return lines[y] if y < len(lines) else Strip.blank(self.content_size.width)


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
def _lines(pad: Pad, scale: int, cursor: Offset | None, mark: Color | None) -> list[Strip]:
    """``pad`` with ``scale`` rows and columns for a pixel, and the frame around the pixel at ``cursor``."""
    large = np.kron(pad.image, np.ones((scale, scale), np.int16)).astype(np.int16)
    if cursor is not None:
        for row, column in _frame(cursor, scale):
            if 0 <= row < len(large) and 0 <= column < len(large):
                large[row, column] = CURSOR
    return half_blocks(large, (mark,))


def _frame(cursor: Offset, scale: int) -> list[tuple[int, int]]:
    """The corners of a frame around a pixel; between them its neighbours are seen."""
    top, left = cursor.y * scale - 1, cursor.x * scale - 1
    bottom, right = top + scale + 1, left + scale + 1
    return [(row, column) for row in (top, bottom) for column in (left, right)]
