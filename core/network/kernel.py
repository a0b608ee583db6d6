"""A kernel: a weight that multiplies a layer's inputs, as Keras shapes it."""

from msgspec import Struct

from core.network.shapes import Shape

__all__ = ["KERNEL_FIELDS", "Kernel"]

KERNEL_FIELDS = ("kernel_initializer", "depthwise_initializer", "pointwise_initializer", "recurrent_initializer")
"""The fields of Keras's layers that initialize a kernel."""


class Kernel(Struct, frozen=True):
    """A kernel: the field that initializes it, and its shape in Keras.

    ``inputs`` is how many numbers one output sums up, which for some layers is not what Keras reads off the shape.
    ``twins`` is how many units see the same inputs: with equal weights they give equal numbers.
    """

    field: str
    shape: Shape
    inputs: int
    twins: int
