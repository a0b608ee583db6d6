"""A picture of `core.inspection.activations` in half-block characters, rendered line by line."""

from dataclasses import dataclass

from msgspec import Struct
from rich.color import Color
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.inspection.activations import GROUND, Picture
from tui.widgets.half_blocks import half_blocks

__all__ = ["Drawn", "Pixels"]


class Drawn(Struct, frozen=True, eq=False):
    """A picture to be drawn."""

    picture: Picture


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
        names = ("ground", "frame", "blank")  # in the order of their numbers
        colors = (self.get_component_rich_style(f"pixels--{name}").color or Color.default() for name in names)
        return half_blocks(self.drawn.picture, tuple(colors), below=GROUND)
