"""Questions about the parameters of single layers and short stacks."""

from random import Random

from core.learn.exercise import Asked, Question, What
from core.learn.windows import CHANNELS, between, two_sizes
from core.network.architecture import Architecture
from core.network.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from core.network.shapes import Shape

__all__ = ["bn_params", "conv_params", "dense_params"]


def conv_params(random: Random, grade: int) -> Question:
    """The parameters of a convolution, or from grade 2 on its multiply-adds."""
    what: What = random.choice(("params", "params", "weights"))
    filters = between(random, 2, 32)
    if grade == 1:
        kernel, side = random.choice((2, 3, 5, 7)), between(random, 8, 32)
        return _ask((side, side, random.choice(CHANNELS)), what, Conv2D(filters, (kernel, kernel)))
    shape = (*two_sizes(random, 12, 64), random.choice(CHANNELS))
    kernel_size = two_sizes(random, 1, 7)
    if grade == 2:
        if random.choice((True, False)):
            return _ask(shape, "multiply_adds", Conv2D(filters, kernel_size))
        biased = random.choice((True, False))
        stride, pixels = between(random, 1, 3), random.choice(("valid", "same", 1))
        return _ask(shape, what, Conv2D(filters, kernel_size, (stride, stride), pixels, use_bias=biased))
    form = random.randrange(4)
    if form == 0:
        return _ask(shape, "multiply_adds", Conv2D(filters, kernel_size, (between(random, 2, 3),) * 2))
    biased = random.choice((True, True, False))
    if form == 1:
        return _ask(shape, what, DepthwiseConv2D(kernel_size, depth_multiplier=between(random, 1, 4), use_bias=biased))
    if form == 2:
        multiplier = between(random, 1, 2)
        return _ask(shape, what, SeparableConv2D(filters, kernel_size, depth_multiplier=multiplier, use_bias=biased))
    groups = random.choice((2, 4))
    shape = (*shape[:2], groups * between(random, 2, 16))
    return _ask(shape, what, Conv2D(groups * between(random, 2, 16), kernel_size, groups=groups, use_bias=biased))


def dense_params(random: Random, grade: int) -> Question:
    """The parameters of dense layers: of one, of one after Flatten, of several, of one along the last axis."""
    what: What = random.choice(("params", "params", "weights"))
    if grade == 1:
        return _ask((between(random, 4, 800),), what, Dense(between(random, 2, 40)))
    if grade == 2:
        if random.choice((True, False)):
            shape = (between(random, 5, 28), between(random, 5, 28), random.choice((1, 3, 4, 8, 16)))
            return _ask(shape, what, Flatten(), Dense(between(random, 5, 128)))
        hidden, last = Dense(between(random, 16, 512)), Dense(between(random, 2, 20))
        return _ask((between(random, 50, 1000),), what, hidden, last)
    if random.randrange(3) == 0:
        chosen: What = random.choice(("params", "multiply_adds"))
        return _ask(
            two_sizes(random, 4, 64), chosen, Dense(between(random, 4, 128), use_bias=random.choice((True, False)))
        )
    stack = (
        Flatten(),
        Dense(between(random, 64, 512), use_bias=random.choice((True, False))),
        Dropout(random.choice((0.2, 0.25, 0.5))),
        Dense(between(random, 32, 300), use_bias=random.choice((True, False))),
        Dense(between(random, 2, 20)),
    )
    shape = (between(random, 12, 32), between(random, 12, 32), random.choice((1, 3)))
    return _ask(shape, random.choice(("params", "weights", "biases")), *stack)


def bn_params(random: Random, grade: int) -> Question:
    """The parameters and statistics of batch normalization, alone and in a stack."""
    what: What = random.choice(("params", "statistics"))
    if grade == 1:
        image = (between(random, 4, 32), between(random, 4, 32), between(random, 2, 128))
        shape: Shape = image if random.choice((True, True, False)) else (between(random, 4, 800),)
        return _ask(shape, what, BatchNormalization())
    shape = (between(random, 12, 40), between(random, 12, 40), random.choice(CHANNELS))
    first = Conv2D(between(random, 2, 64), (3, 3), use_bias=random.choice((True, False)))
    if grade == 2:
        center, scale = random.choice(((True, True), (False, True), (True, False)))
        normalization = BatchNormalization(center=center, scale=scale)
        if random.choice((True, False)):
            return _ask(shape, what, first, normalization)
        return _ask((*shape[:2], between(random, 2, 256)), "params", normalization)
    if random.choice((True, False)):
        second = Conv2D(between(random, 2, 64), (3, 3), use_bias=random.choice((True, False)))
        stack: tuple[Layer, ...] = (first, BatchNormalization(), MaxPooling2D(), second, BatchNormalization())
        return _ask(shape, what, *stack)
    hidden = [Dense(between(random, 20, 300), use_bias=random.choice((True, False))) for _ in range(2)]
    stack = (hidden[0], BatchNormalization(), hidden[1], BatchNormalization(scale=False), Dense(between(random, 2, 20)))
    return _ask((between(random, 50, 800),), what, *stack)


def _ask(shape: Shape, what: What, *layers: Layer) -> Question:
    """What ``layers`` have in all; of one layer, what it has."""
    return Question(Architecture(shape, layers), Asked(1 if len(layers) == 1 else None, what))
