"""Draws images, such as digits, in half-block characters: two pixels per character, one above the other."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from core.inspection.signed_pixels import MARKED, ZERO

__all__ = ["Extras", "half_blocks"]

UPPER, LOWER, FULL = "\u2580", "\u2584", "\u2588"
GREYS = 256
MIDDLE = 128
SHIFT = 1024
"""More than the largest pixel, so that two pixels make up one number."""

PLUS, MINUS = "+", "-"

Extras = tuple[Color | None, ...]
"""The colors of pixels 256, 257, ...; None lets the background show through."""


def half_blocks(pixels: NDArray[np.integer], extras: Extras = (), *, below: int = 0) -> list[Strip]:
    """``pixels``, (height, width), as lines: 0 to 255 are greys, what is above is one of ``extras``.

    Two pixels of a signed value that is marked are a plus or a minus. A last odd row is paired with pixels of
    ``below``. The brighter half is the character, so that a picture can be seen without colors too. Equal neighbors
    share a segment: less to send to the terminal.
    """
    height, width = pixels.shape
    rows = np.full((height + height % 2, width), below, np.int32)
    rows[:height] = pixels
    return [_strip(line, extras) for line in rows[::2] * SHIFT + rows[1::2]]


def _strip(line: NDArray[np.int32], extras: Extras) -> Strip:
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    widths = np.diff(starts, append=len(line)).tolist()
    cells = (_cell(pair, extras) for pair in line[starts].tolist())
    return Strip([Segment(sign * width, style) for (sign, style), width in zip(cells, widths, strict=True)], len(line))


@lru_cache(maxsize=16_384)
def _cell(pair: int, extras: Extras) -> tuple[str, Style]:
    """The character and colors of two pixels, one above the other."""
    first, second = divmod(pair, SHIFT)
    upper, lower = _color(first, extras), _color(second, extras)
    if first == second >= MARKED:
        contrast = _color(0 if _lightness(upper) >= MIDDLE else GREYS - 1, extras)
        return PLUS if first > MARKED + ZERO else MINUS, Style.from_color(contrast, upper)
    if upper == lower:
        return FULL if _lightness(upper) >= MIDDLE else " ", Style.from_color(upper, lower)
    if _lightness(upper) >= _lightness(lower):
        return UPPER, Style.from_color(upper, lower)
    return LOWER, Style.from_color(lower, upper)


@lru_cache(maxsize=1_024)
def _color(pixel: int, extras: Extras) -> Color | None:
    return Color.from_rgb(pixel, pixel, pixel) if pixel < GREYS else extras[pixel - GREYS]


def _lightness(color: Color | None) -> float:
    """0 to 255; below for none."""
    return -1.0 if color is None else sum(color.get_truecolor()) / 3
