"""Questions about whole networks."""

from random import Random

from core.learn.exercise import Asked, Question, What
from core.learn.windows import between
from core.network.architecture import Architecture
from core.network.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
)

__all__ = ["stacks"]


def stacks(random: Random, grade: int) -> Question:
    """A network from convolutions to dense layers: a shape in it, or a total."""
    if grade == 1:
        return _short(random)
    blocks = _plain_block, _plain_block
    if grade == 3:
        blocks = random.choice(((_padded_block, _normalized_block), (_normalized_block, _padded_block), blocks))
    channels = random.choice((1, 3))
    side = between(random, 20, 40)
    layers: list[Layer] = []
    for block in blocks:
        layers += block(random)
    layers.append(Flatten())
    if grade == 3:
        layers += [Dense(between(random, 16, 128)), Dropout(random.choice((0.25, 0.5)))]
    layers.append(Dense(between(random, 2, 20)))
    return Question(Architecture((side, side, channels), tuple(layers)), _asked(random, grade, layers))


def _short(random: Random) -> Question:
    """A convolution and a pooling, perhaps with a dense layer, in numbers for hand computation."""
    kernel, pool = random.choice((2, 3, 5)), random.choice((2, 3))
    side = kernel - 1 + pool * between(random, 3, 10)
    pooling = random.choice((MaxPooling2D, AveragePooling2D))
    layers: list[Layer] = [Conv2D(between(random, 2, 24), (kernel, kernel)), pooling((pool, pool))]
    asked = Asked(2, "output_shape")
    if random.choice((True, True, False)):
        layers.append(Flatten())
        asked = Asked(3, "output_shape")
        if random.choice((True, False)):
            layers.append(Dense(between(random, 2, 10)))
            asked = Asked(random.choice((4, None)), "params")
    return Question(Architecture((side, side, random.choice((1, 3))), tuple(layers)), asked)


def _plain_block(random: Random) -> tuple[Layer, ...]:
    kernel = random.choice((2, 3, 5))
    return Conv2D(between(random, 4, 32), (kernel, kernel)), MaxPooling2D((2, 2))


def _padded_block(random: Random) -> tuple[Layer, ...]:
    kernel, stride = random.choice((3, 5)), between(random, 1, 2)
    conv = Conv2D(between(random, 4, 32), (kernel, kernel), (stride, stride), random.choice(("same", 1)))
    return conv, MaxPooling2D((3, 3), (2, 2), random.choice(("same", "valid")))


def _normalized_block(random: Random) -> tuple[Layer, ...]:
    kernel = random.choice((3, 5))
    conv = Conv2D(between(random, 4, 32), (kernel, kernel), padding=random.choice(("same", "valid")), use_bias=False)
    return conv, BatchNormalization(), MaxPooling2D((2, 2))


def _asked(random: Random, grade: int, layers: list[Layer]) -> Asked:
    """A shape somewhere below, or a count of one dense layer or of all layers."""
    if random.choice((True, False)):
        inside = [index for index, layer in enumerate(layers, 1) if layer.pooling or layer.type == "Flatten"]
        return Asked(random.choice(inside[1:]), "output_shape")
    whats: list[What] = ["params"]
    if grade == 3:
        normalized = any(layer.type == "BatchNormalization" for layer in layers)
        whats += ["statistics"] if normalized else ["multiply_adds", "weights"]
    what = random.choice(whats)
    first_dense = len(layers) - (2 if grade == 3 else 0)
    return Asked(random.choice((first_dense, None)) if what == "params" else None, what)
