"""A dataset resident on a device as uint8, and the order it is trained in. Importing this loads TensorFlow."""

from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf
from msgspec import Struct
from numpy.typing import NDArray

from core.datasets import read_ahead
from core.datasets.examples import Examples
from core.datasets.stratified import stratified

__all__ = ["Part", "Resident", "order", "resident", "sample"]

HOST = "/CPU:0"
ALIGNED = 64
"""Where in memory TensorFlow's numbers begin, in bytes."""


class Part(Struct, frozen=True, eq=False):
    """A range of images on the device: uint8 (n, height, width), with int32 class numbers (n,)."""

    images: Any
    labels: Any
    first: int
    end: int

    @property
    def examples(self) -> int:
        """The number of examples."""
        return self.end - self.first


class Resident(Struct, frozen=True, eq=False):
    """The training and the test set on one device."""

    train: Part
    test: Part
    data_device: str
    """TensorFlow's name of the device that holds them."""


@lru_cache(maxsize=1)
def resident(dataset: str, device: str) -> Resident:
    """``dataset`` on ``device``, or on the host if the device has no room for it; cached for the next training.

    Raises `DatasetError`.
    """
    examples = read_ahead.take(dataset)
    try:
        return _copy(examples, device)
    except (tf.errors.ResourceExhaustedError, tf.errors.InternalError):  # a copy that does not fit raises either
        if device == HOST:
            raise
        return _copy(examples, HOST)


def sample(part: Part, most: int) -> Part:
    """At most ``most`` examples of ``part``, stratified by class; the same ones every time."""
    if part.examples <= most:
        return part
    indices = part.first + stratified(part.labels[part.first : part.end].numpy(), most)
    with tf.device(part.images.device):
        return Part(tf.gather(part.images, indices), tf.gather(part.labels, indices), 0, len(indices))


def order(seed: int, epoch: int, examples: int, shuffle: bool) -> NDArray[np.int32]:
    """The indices of the training examples in the order of ``epoch`` (from 0): int32 (examples,)."""
    if not shuffle:
        return np.arange(examples, dtype=np.int32)
    return np.random.default_rng([seed, epoch]).permutation(np.int32(examples)).astype(np.int32)


def _copy(examples: Examples, device: str) -> Resident:
    with tf.device(device):
        train = _part(examples.x_train, examples.y_train, device)
        test = _part(examples.x_test, examples.y_test, device)
    return Resident(train, test, device)


def _part(images: NDArray[np.uint8], labels: NDArray[np.uint8], device: str) -> Part:
    readable = device == HOST and images.ctypes.data % ALIGNED == 0
    # TensorFlow copies any array, unless it is given as the memory that it is.
    tensor = tf.experimental.dlpack.from_dlpack(images.__dlpack__()) if readable else tf.constant(images)
    return Part(tensor, tf.constant(labels.astype(np.int32)), 0, len(images))
