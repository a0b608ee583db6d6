"""Grey images as strips: faster than text, for pictures that are redrawn at every key."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.inspect.inspector_protocol import Image

__all__ = ["DigitRow", "strips"]

UPPER_HALF = "\u2580"
GAP = 2
"""Cells between adjacent images."""


def strips(image: Image) -> list[Strip]:
    """``image``, (height, width), in half-block characters: two rows of pixels per line, a last odd one over ground."""
    if len(image) % 2:
        image = np.vstack([image, np.zeros_like(image[:1])])
    return [_strip(upper, lower) for upper, lower in zip(image[::2], image[1::2], strict=True)]


def _strip(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> Strip:
    """A line, with a segment for every run of equal characters: most of a digit's field is ground."""
    starts = np.flatnonzero(np.diff(upper, prepend=~upper[:1]) | np.diff(lower, prepend=~lower[:1]))
    ends = [*starts[1:].tolist(), len(upper)]
    return Strip(
        [
            Segment(UPPER_HALF * (end - start), _style(int(upper[start]), int(lower[start])))
            for start, end in zip(starts.tolist(), ends, strict=True)
        ],
        len(upper),
    )


@lru_cache(4096)
def _style(upper: int, lower: int) -> Style:
    return Style(color=Color.from_rgb(upper, upper, upper), bgcolor=Color.from_rgb(lower, lower, lower))


class DigitRow(Widget):
    """Images side by side, as many as fit; none if the height is too small."""

    DEFAULT_CSS = """
    DigitRow { height: 1fr; }
    """

    images: reactive[tuple[Image, ...]] = reactive((), always_update=True)
    """All of one size."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawn: dict[int, list[Strip]] = {}

    def watch_images(self) -> None:
        self._drawn.clear()

    def render_line(self, y: int) -> Strip:
        ground = self.visual_style.rich_style
        height, width = self.images[0].shape if self.images else (0, 0)
        lines = -(-height // 2)
        if y >= lines or lines > self.size.height:
            return Strip.blank(self.size.width, ground)
        fitting = min(len(self.images), (self.size.width + GAP) // (width + GAP))
        gap = Strip.blank(GAP, ground)
        line = Strip.join(part for place in range(fitting) for part in (self._digit(place)[y], gap))
        return line.adjust_cell_length(self.size.width, ground)

    def _digit(self, place: int) -> list[Strip]:
        if place not in self._drawn:
            self._drawn[place] = strips(self.images[place])
        return self._drawn[place]
