"""A dataset resident on a device as uint8, and the order in which training sees it. Importing this loads TensorFlow."""

from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf
from msgspec import Struct
from numpy.typing import NDArray

from core.datasets import mnist

__all__ = ["Part", "Resident", "order", "resident"]


class Part(Struct, frozen=True, eq=False):
    """A stretch of images on the device: uint8 (n, height, width), with int32 class numbers (n,)."""

    images: Any
    labels: Any
    first: int
    end: int

    @property
    def examples(self) -> int:
        """How many examples the part has."""
        return self.end - self.first


class Resident(Struct, frozen=True, eq=False):
    """The training and the test set on one device."""

    train: Part
    test: Part


@lru_cache(maxsize=1)
def resident(dataset: str, device: str) -> Resident:
    """``dataset`` copied to ``device``; kept there for the next training. Raises `DatasetError`."""
    examples = {"mnist": mnist.load}[dataset]()
    with tf.device(device):
        return Resident(
            _part(examples.x_train, examples.y_train),
            _part(examples.x_test, examples.y_test),
        )


def order(seed: int, epoch: int, examples: int, shuffle: bool) -> NDArray[np.int32]:
    """The indices of the training examples in the order of ``epoch`` (from 0), int32 (examples,)."""
    if not shuffle:
        return np.arange(examples, dtype=np.int32)
    return np.random.default_rng([seed, epoch]).permutation(np.int32(examples)).astype(np.int32)


def _part(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Part:
    return Part(tf.constant(images), tf.constant(labels.astype(np.int32)), 0, len(images))
