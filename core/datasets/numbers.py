"""An example as the network gets it: its pixels as numbers, its label as a vector."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["DECIMAL", "one_hot", "pixel_lines"]

DECIMAL, SPACED, HEXADECIMAL = 4, 3, 2
"""Characters that a pixel takes: as a decimal number, as a hexadecimal one with a space before it, and without."""


def pixel_lines(image: NDArray[np.uint8], width: int) -> Iterator[str]:
    """The rows of ``image`` as text: decimal numbers if ``width`` characters are enough, else hexadecimal ones.

    A pixel of 0 is a point, so that the digit can be seen.
    """
    cell = next((cell for cell in (DECIMAL, SPACED) if image.shape[1] * cell <= width), HEXADECIMAL)
    for row in image:
        texts = (("." if not pixel else str(pixel) if cell == DECIMAL else f"{pixel:02x}") for pixel in row.tolist())
        yield "".join(f"{text:>{cell}}" for text in texts)


def one_hot(label: int, classes: int) -> tuple[int, ...]:
    """The label as the vector that the output is compared with: 1 at its own place, 0 at all others."""
    return tuple(int(index == label) for index in range(classes))
