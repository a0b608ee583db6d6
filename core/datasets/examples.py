"""Labelled images in memory, and the error raised when they cannot be read."""

from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

__all__ = ["DatasetError", "Examples", "Part", "Preview"]

Part = Literal["train", "test"]


class DatasetError(ValueError):
    """An unusable dataset: a one-line message with the file, what is wrong and how to fix it."""


class Preview(Struct, frozen=True):
    """Class counts and sample images of a dataset, small enough to cache."""

    train_counts: tuple[int, ...]
    """Examples of each class in the training set."""
    test_counts: tuple[int, ...]
    images: tuple[NDArray[np.uint8], ...]
    """For each class, its first training images: (n, height, width), 0 to 255."""


class Examples(Struct, frozen=True, eq=False):
    """Images, uint8 of shape (n, height, width), and their class numbers, uint8 of shape (n,)."""

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]

    def class_counts(self, part: Part, classes: int) -> tuple[int, ...]:
        """How many examples each class has."""
        labels: NDArray[Any] = self.y_train if part == "train" else self.y_test
        return tuple(int(count) for count in np.bincount(labels, minlength=classes))

    def first(self, label: int, count: int) -> NDArray[np.uint8]:
        """The first ``count`` training images of a class, copied: (count, height, width)."""
        return self.x_train[np.flatnonzero(self.y_train == label)[:count]]

    def preview(self, classes: int, each: int) -> Preview:
        """Class counts and the first ``each`` images of every class."""
        return Preview(
            self.class_counts("train", classes),
            self.class_counts("test", classes),
            tuple(self.first(label, each) for label in range(classes)),
        )
