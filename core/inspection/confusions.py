"""What stands out in a confusion matrix: the classes confused most often, and how strongly to shade each cell."""

import numpy as np
from numpy.typing import NDArray

from core.inspection.results import Results

__all__ = ["confusions", "heat"]


def confusions(results: Results) -> tuple[tuple[int, int], ...]:
    """The cells with mistakes, (true, predicted), the fullest first; equally full ones row by row."""
    wrong = results.confusion.copy()
    np.fill_diagonal(wrong, 0)
    fullest = np.argsort(-wrong, axis=None, kind="stable")[: np.count_nonzero(wrong)]
    rows, columns = np.unravel_index(fullest, wrong.shape)
    return tuple(zip(rows.tolist(), columns.tolist(), strict=True))


def heat(results: Results) -> NDArray[np.float64]:
    """How strongly to shade each cell, 0 to 1: (classes, classes).

    It is the cube root of the cell's share of its row: next to a diagonal of nearly 1, one in a hundred, which is
    where the mistakes of a good network are, would not be told from none by the share itself.
    """
    return np.asarray(np.cbrt(results.percent / 100))
