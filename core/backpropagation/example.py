"""Examples whose numbers are shown: digits of the test set, or random numbers where a network takes no digits."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.datasets import DATASETS
from core.formatting import show_count
from core.formulas.arrays import Array
from core.network.shapes import Shape
from core.plan.plan import Plan

__all__ = ["Example", "digit", "example"]

BRIGHTEST = np.float32(255)


class Example(Struct, frozen=True, eq=False):
    """What goes into a network, and what should come out."""

    x: Array
    """With the shape of the network's input."""
    right: int
    """Its class."""
    caption: str
    index: int = 0
    """Its number, from which others are counted."""


def example(shape: Shape, outputs: int, plan: Plan, index: int) -> Example:
    """The example number ``index`` for a network with this input ``shape`` and that many outputs.

    It is a digit of the plan's test set if the network takes one, counted around its end; else random numbers from 0
    to 1. Raises `DatasetError`.
    """
    dataset = DATASETS[plan.dataset]
    if not (dataset.takes(shape) and outputs == len(dataset.classes)):
        random = np.random.default_rng((plan.seed, index))
        right = index % max(2, outputs)
        return Example(random.random(shape), right, f"random numbers, no. {show_count(index)}; class {right}", index)
    examples = dataset.examples()
    index %= len(examples.y_test)
    right = int(examples.y_test[index])
    caption = f"test digit {show_count(index)}, a {dataset.classes[right]}"
    return Example(digit(examples.x_test[index], shape, plan), right, caption, index)


def digit(image: NDArray[np.uint8], shape: Shape, plan: Plan) -> Array:
    """A stored ``image`` as a network with this input ``shape`` gets it, with the pixels that the plan asks for."""
    pixels = image.astype(np.float32)
    return np.asarray((pixels / BRIGHTEST if plan.pixels == "0..1" else pixels).reshape(shape), np.float64)
