"""The classes confused most often in a confusion matrix, and how strongly to shade each cell."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.inspection.results import Results

__all__ = ["Confusion", "confusions", "heat", "worst"]


class Confusion(Struct, frozen=True):
    """``count`` of the ``examples`` of class ``true`` were predicted as class ``predicted``."""

    true: int
    predicted: int
    count: int
    examples: int


def worst(results: Results, number: int) -> tuple[Confusion, ...]:
    """The ``number`` most frequent confusions, fewer if there are fewer mistakes."""
    return tuple(
        Confusion(true, predicted, int(results.confusion[true, predicted]), int(results.support[true]))
        for true, predicted in confusions(results)[:number]
    )


def confusions(results: Results) -> tuple[tuple[int, int], ...]:
    """The cells with mistakes, (true, predicted), largest count first; equal counts row by row."""
    wrong = results.confusion.copy()
    np.fill_diagonal(wrong, 0)
    fullest = np.argsort(-wrong, axis=None, kind="stable")[: np.count_nonzero(wrong)]
    rows, columns = np.unravel_index(fullest, wrong.shape)
    return tuple(zip(rows.tolist(), columns.tolist(), strict=True))


def heat(results: Results) -> NDArray[np.float64]:
    """How strongly to shade each cell, 0 to 1: (classes, classes).

    It is the cube root of the cell's share of its row: beside a diagonal of nearly 1, the share itself would not make a
    cell of 1%, typical for the mistakes of a good network, distinguishable from an empty one.
    """
    return np.asarray(np.cbrt(results.percent / 100))
