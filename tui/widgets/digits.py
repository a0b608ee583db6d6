"""Grey images as text: each character is two pixels, one above the other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

__all__ = ["side_by_side"]

Image = NDArray[np.uint8]
"""Rows of pixels, 0 (ground) to 255 (ink)."""


def side_by_side(images: Sequence[Image] | NDArray[np.uint8], gap: int = 2) -> Content:
    """``images``, all of one height, in half-block characters."""
    blocks = [half_blocks(image) for image in images]
    lines = [Content(" " * gap).join(line) for line in zip(*blocks, strict=True)]
    return Content("\n").join(lines)


def half_blocks(image: Image) -> list[Content]:
    """One line of text for every two rows of ``image``; a last odd row is paired with ground."""
    rows = [row.tolist() for row in image]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [
        Content.assemble(*(("\u2580", f"{_grey(upper)} on {_grey(lower)}") for upper, lower in zip(*pair, strict=True)))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]


def _grey(pixel: int) -> str:
    return f"rgb({pixel},{pixel},{pixel})"
