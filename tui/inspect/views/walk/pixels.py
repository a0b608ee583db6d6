"""A picture of `core.inspection.activations` in half-block characters, rendered line by line."""

from dataclasses import dataclass

from msgspec import Struct
from rich.color import Color
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.inspection.activations import GROUND, Picture
from tui.widgets.half_blocks import half_blocks
from tui.widgets.signed_colors import palette

__all__ = ["Drawn", "Pixels"]


class Drawn(Struct, frozen=True, eq=False):
    """A picture to be drawn."""

    picture: Picture


class Pixels(Widget):
    """Draws a picture, two pixels per character, one above the other; reports clicks."""

    COMPONENT_CLASSES = {"pixels--ground", "pixels--frame", "pixels--blank"}

    DEFAULT_CSS = """
    Pixels.-centered { width: 1fr; }
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
        left, top = self._margin
        self.post_message(self.Clicked(self, 2 * (event.y - top), event.x - left))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self.drawn.picture.shape[1] if self.drawn else 0

    def render_line(self, y: int) -> Strip:
        if self._strips is None:
            self._strips = self._paint()
        width, style = self.size.width, self.visual_style.rich_style
        left, top = self._margin
        if not 0 <= y - top < len(self._strips):
            return Strip.blank(width, style)
        strip = self._strips[y - top]
        return (
            Strip([Segment(" " * left, style), *strip]).adjust_cell_length(width, style)
            if left
            else (strip.adjust_cell_length(width, style))
        )

    @property
    def _margin(self) -> tuple[int, int]:
        """Cells to the left and lines above a picture that is centered."""
        if self.drawn is None or not self.has_class("-centered"):
            return 0, 0
        height, width = self.drawn.picture.shape
        return max(0, (self.size.width - width) // 2), max(0, (self.size.height - -(-height // 2)) // 2)

    def _paint(self) -> list[Strip]:
        if self.drawn is None:
            return []
        names = ("ground", "frame", "blank")  # in the order of their numbers
        colors = (self.get_component_rich_style(f"pixels--{name}").color or Color.default() for name in names)
        return half_blocks(self.drawn.picture, palette(self.app, tuple(colors)), below=GROUND)
