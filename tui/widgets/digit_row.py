"""Draws digits, or other grey images, side by side."""

import numpy as np
from numpy.typing import NDArray
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.half_blocks import half_blocks

__all__ = ["DigitRow"]

GAP = 2
"""Cells between adjacent images."""


class DigitRow(Widget):
    """Images side by side, as many as fit; none if the height is too small."""

    DEFAULT_CSS = """
    DigitRow { height: 1fr; }
    """

    images: reactive[tuple[NDArray[np.uint8], ...]] = reactive((), always_update=True)
    """All of one size: rows of pixels, 0 (ground) to 255 (ink)."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawn: dict[int, list[Strip]] = {}

    def watch_images(self) -> None:
        self._drawn.clear()
        if self.styles.is_auto_height and self.content_size.height != self._lines:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._lines

    def render_line(self, y: int) -> Strip:
        ground = self.visual_style.rich_style
        if y >= self._lines or self._lines > self.size.height:
            return Strip.blank(self.size.width, ground)
        width = self.images[0].shape[1]
        fitting = min(len(self.images), (self.size.width + GAP) // (width + GAP))
        gap = Strip.blank(GAP, ground)
        line = Strip.join(part for place in range(fitting) for part in (self._digit(place)[y], gap))
        return line.adjust_cell_length(self.size.width, ground)

    @property
    def _lines(self) -> int:
        return -(-len(self.images[0]) // 2) if self.images else 0

    def _digit(self, place: int) -> list[Strip]:
        if place not in self._drawn:
            self._drawn[place] = half_blocks(self.images[place])
        return self._drawn[place]
