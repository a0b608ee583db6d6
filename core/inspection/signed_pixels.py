"""Pixels of signed values: how a picture tells them from greys, and where an enlarged one has room for its sign."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MARKED", "SIGNED", "ZERO", "sign_places"]

ZERO = 128
"""The level of zero in `core.inspection.images.signed`: 1 is the most negative, 255 the most positive."""

SIGNED = 512
"""A pixel of this plus a level is a signed value."""

MARKED = 768
"""A pixel of this plus a level is a signed value too, with room for its sign."""

FAINT = 16
"""Levels around zero, an eighth of the scale, that are too close to it for a sign."""


def sign_places(levels: NDArray[Any], down: int, across: int) -> NDArray[np.uint8]:
    """1 where an enlarged value has its sign, else 0; ``levels``, (height, width, n), has ``down`` x ``across`` pixels
    for each value.

    A character is two pixels high and one wide. Of three rows in the middle, two make up one whatever the row that the
    picture begins at; of an enlargement of 2, only if it begins at an even one.
    """
    places = np.zeros(levels.shape, np.uint8)
    if down < 2 or across < 2:
        return places
    rows = np.arange(levels.shape[0]) % down
    columns = np.arange(levels.shape[1]) % across
    middle = down // 2 if down > 2 else 0
    high = (rows >= middle - 1) & (rows <= middle + 1)
    wide = columns == (across - 1) // 2
    clear = np.abs(levels.astype(np.int16) - ZERO) >= FAINT
    places[clear & high[:, np.newaxis, np.newaxis] & wide[np.newaxis, :, np.newaxis]] = 1
    return places
