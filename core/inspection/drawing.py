"""A pad of 28 x 28 pixels to draw a digit on, and the preprocessing that MNIST's digits went through.

Points are rows and columns, (0, 0) the center of the upper left pixel; they may be outside the pad.
"""

from typing import ClassVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.inspection.images import resample
from core.undo import Undo

__all__ = ["SIDE", "Drawing", "Pad", "Point", "centred"]

Point = tuple[float, float]
"""A row and a column; fractions are between the centers of pixels."""

SIDE = 28
"""Height and width of the pad."""

BOX = 20
"""Longer side of a digit in MNIST."""

CENTRE = SIDE // 2
"""Row and column of the center of mass of MNIST's digits: all are from 13.5 to below 14.5."""

LARGEST_SCALE = 2.5
"""MNIST made every digit fill its box. A drawing may be a dot or an accident: anything smaller than 8 pixels is
enlarged by no more than this."""

PEN = 1.25
"""Radius of the pen: strokes are 2.5 pixels wide. The ones of MNIST are 2.2 to 3.1, the middle half of them."""

RUBBER = PEN + 1
"""Radius of the eraser: moved once along a stroke it removes its soft edge too."""


class Pad(Struct, frozen=True):
    """A drawing: 28 rows of 28 pixels, from 0, no ink, to 255, full ink."""

    pixels: bytes = bytes(SIDE * SIDE)

    def __post_init__(self) -> None:
        if len(self.pixels) != SIDE * SIDE:
            raise ValueError(f"a pad has {SIDE * SIDE} pixels, got {len(self.pixels)}")

    @classmethod
    def of(cls, image: NDArray[np.uint8]) -> "Pad":
        """A pad with the pixels of ``image``: uint8 (28, 28)."""
        if image.dtype != np.uint8 or image.shape != (SIDE, SIDE):
            raise ValueError(f"a pad is uint8 of shape ({SIDE}, {SIDE}), got {image.dtype} of shape {image.shape}")
        return cls(image.tobytes())

    @property
    def image(self) -> NDArray[np.uint8]:
        """The pixels, read-only: (28, 28)."""
        return np.frombuffer(self.pixels, np.uint8).reshape(SIDE, SIDE)

    @property
    def empty(self) -> bool:
        """Whether there is no ink."""
        return not any(self.pixels)

    def stroke(self, start: Point, end: Point) -> "Pad":
        """With a straight pen stroke from ``start`` to ``end``, both included; ink on ink gets no darker."""
        return Pad.of(np.maximum(self.image, _covered(start, end, PEN)))

    def erase(self, start: Point, end: Point) -> "Pad":
        """With the eraser moved straight from ``start`` to ``end``, both included."""
        return Pad.of(np.minimum(self.image, 255 - _covered(start, end, RUBBER)))

    def clear(self) -> "Pad":
        """Without ink."""
        return Pad()

    def invert(self) -> "Pad":
        """Ink where there was none."""
        return Pad.of(255 - self.image)


class Drawing(Undo[Pad], frozen=True):
    """The current pad with its undo history."""

    depth: ClassVar[int] = 200

    @classmethod
    def blank(cls) -> "Drawing":
        """An empty drawing."""
        return cls(Pad())


def centred(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A drawing preprocessed like MNIST: uint8 (28, 28), ink bright; a digit of MNIST stays unchanged.

    The ink in ``pixels``, (height, width), is resized so that its longer side is 20 pixels, keeping its proportions and
    its darkest grey, and moved by whole pixels until its center of mass is within half a pixel of the center. If ink
    would leave the field, because nearly all of it is at one end of the drawing, it is moved only to the edge.

    An empty drawing stays empty. Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
    """
    field = np.zeros((SIDE, SIDE), np.uint8)
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not rows.size:
        return field
    ink = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(BOX / max(ink.shape), LARGEST_SCALE)
    height, width = (max(1, round(size * scale)) for size in ink.shape)
    resized = resample(ink, height, width)
    # Thin lines would become pale.
    digit = np.rint(resized * (ink.max() / resized.max())).astype(np.uint8)
    top, left = _start(digit.sum(axis=1)), _start(digit.sum(axis=0))
    field[top : top + height, left : left + width] = digit
    return field


def _covered(start: Point, end: Point, radius: float) -> NDArray[np.uint8]:
    """How much of each pixel lies within ``radius`` of the line, 0 to 255: the edge is one pixel soft."""
    rows, columns = np.ogrid[:SIDE, :SIDE]
    down, across = end[0] - start[0], end[1] - start[1]
    length = down * down + across * across
    # How far along the line its nearest point to the pixel is.
    along = ((rows - start[0]) * down + (columns - start[1]) * across) / (length or 1.0)
    along = np.clip(along, 0.0, 1.0)
    distance = np.hypot(rows - start[0] - along * down, columns - start[1] - along * across)
    return np.rint(255 * np.clip(radius + 0.5 - distance, 0.0, 1.0)).astype(np.uint8)


def _start(ink: NDArray[np.uint64]) -> int:
    """Where the first of these sums of ink must be so that their center of mass is at `CENTRE`."""
    mass = (np.arange(len(ink)) @ ink) / ink.sum()
    return min(max(0, int(np.ceil(CENTRE - 0.5 - mass))), SIDE - len(ink))
