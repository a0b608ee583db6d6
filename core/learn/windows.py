"""Questions about the shapes that convolutions and poolings give."""

from random import Random

from core.learn.exercise import Asked, Question
from core.network.architecture import Architecture
from core.network.layers import AveragePooling2D, Conv2D, Layer, MaxPooling2D

__all__ = ["CHANNELS", "between", "conv_shapes", "padding", "pool_shapes", "two_sizes"]

CHANNELS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Of the images that questions are about."""


def between(random: Random, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``, both included."""
    return random.randrange(least, most + 1)


def two_sizes(random: Random, least: int, most: int) -> tuple[int, int]:
    """Two different numbers from ``least`` to ``most``."""
    first = between(random, least, most)
    second = between(random, least, most - 1)
    return first, second + (second >= first)


def conv_shapes(random: Random, grade: int) -> Question:
    """The output of a convolution; padding is rare in grade 1, where every stride divides."""
    filters = between(random, 2, 32)
    if grade == 1:
        kernel, stride = random.choice((2, 3, 4, 5, 7)), random.choice((1, 1, 2, 3))
        side = kernel + stride * between(random, 3, 20 // stride)
        return _image(random, (side, side), Conv2D(filters, (kernel, kernel), (stride, stride)))
    if grade == 2:
        kernel_size = two_sizes(random, 1, 7)
        stride = between(random, 1, 3)
        pixels = random.choice(("valid", "valid", "same", 1))
        sizes = (between(random, 12, 64),) * 2
        return _image(random, sizes, Conv2D(filters, kernel_size, (stride, stride), pixels))
    kernel_size = (between(random, 2, 7), between(random, 2, 7))
    pixels = random.choice(("valid", "same", 1, 2))
    sizes = two_sizes(random, 20, 128)
    if random.choice((True, False)):
        rate = between(random, 2, 3)
        return _image(random, sizes, Conv2D(filters, kernel_size, (1, 1), pixels, (rate, rate)))
    return _image(random, sizes, Conv2D(filters, kernel_size, two_sizes(random, 1, 4), pixels))


def pool_shapes(random: Random, grade: int) -> Question:
    """The output of a pooling; from grade 2 on windows overlap or do not come out even."""
    pooling = random.choice((MaxPooling2D, AveragePooling2D))
    if grade == 1:
        pool = between(random, 2, 4)
        sizes = (pool * between(random, 2, 16), pool * between(random, 2, 16))
        return _image(random, sizes, pooling((pool, pool), (pool, pool)), between(random, 1, 64))
    if grade == 2:
        pool = between(random, 2, 5)
        stride = between(random, 1, pool)
        sizes = (between(random, 9, 64), between(random, 9, 64))
        return _image(random, sizes, pooling((pool, pool), (stride, stride)), between(random, 1, 64))
    pool_size = two_sizes(random, 2, 5)
    strides = (between(random, 1, pool_size[0]), between(random, 1, pool_size[1]))
    sizes = two_sizes(random, 20, 128)
    return _image(random, sizes, pooling(pool_size, strides, random.choice(("same", "valid"))), between(random, 1, 128))


def padding(random: Random, grade: int) -> Question:
    """The output of a convolution or pooling with padding, in grade 1 with stride 1."""
    filters = between(random, 2, 32)
    if grade == 1:
        kernel = random.choice((3, 5, 7))
        pixels = random.choice(("same", "same", 1, (kernel - 1) // 2, 2))
        side = between(random, 8, 32)
        return _image(random, (side, side), Conv2D(filters, (kernel, kernel), (1, 1), pixels))
    if grade == 2:
        kernel, stride = random.choice((2, 3, 5, 7)), between(random, 2, 3)
        side = between(random, 12, 64)
        pixels = random.choice(("same", "same", 1, kernel // 2))
        return _image(random, (side, side), Conv2D(filters, (kernel, kernel), (stride, stride), pixels))
    kernel_size, strides = two_sizes(random, 2, 7), two_sizes(random, 1, 4)
    sizes = two_sizes(random, 20, 128)
    pixels = random.choice(("same", "same", 1, 2))
    if random.choice((True, False)):
        return _image(random, sizes, Conv2D(filters, kernel_size, strides, pixels))
    return _image(random, sizes, MaxPooling2D(kernel_size, strides, "same"), between(random, 1, 64))


def _image(random: Random, sizes: tuple[int, int], layer: Layer, channels: int = 0) -> Question:
    """What ``layer`` makes of an image of ``sizes`` with ``channels``, or with any number of them."""
    shape = (*sizes, channels or random.choice(CHANNELS))
    return Question(Architecture(shape, (layer,)), Asked(1, "output_shape"))
