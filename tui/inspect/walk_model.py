"""Digits to be walked: which they are, and what is told of one once it has been walked."""

import numpy as np
from msgspec import Struct

from core.datasets import DATASETS
from core.inspection.answers import Answer
from core.inspection.tensors import LayerOutput
from tui.inspect.inspector_protocol import Image, Inspected
from tui.inspect.outputs import said

__all__ = ["Digit", "Walked", "another", "described", "first"]


class Digit(Struct, frozen=True, eq=False):
    """A digit to be walked."""

    image: Image
    truth: str
    """The name of its class; empty if it is of none."""
    index: int | None = None
    """Its place in the test set; None if it is not known or it has none."""


class Walked(Struct, frozen=True, eq=False):
    """A digit and what every layer makes of it."""

    digit: Digit
    passages: tuple[LayerOutput, ...]


def first(inspected: Inspected) -> Digit:
    """The first digit of the test set."""
    return _numbered(inspected, 0)


def another(inspected: Inspected, before: int | None) -> Digit:
    """Any digit of the test set but the one ``before``, if that is known."""
    count = len(inspected.labels)
    index = int(np.random.default_rng().integers(count if before is None else max(1, count - 1)))
    return _numbered(inspected, index + 1 if before is not None and index >= before and count > 1 else index)


def _numbered(inspected: Inspected, index: int) -> Digit:
    truth = DATASETS[inspected.plan.dataset].classes[int(inspected.labels[index])]
    return Digit(inspected.images[index], truth, index)


def described(walked: Walked, classes: tuple[str, ...]) -> str:
    """``test digit 4,211, a 7: taken for 7 at 98.1%``."""
    digit, outputs = walked.digit, walked.passages[-1].values
    name = f"a {digit.truth}" if digit.truth else "a digit of no known class"
    if digit.index is not None:
        name = f"test digit {digit.index:,}, {name}"
    if outputs.ndim != 1:
        return name
    answer = said(Answer.of(outputs), classes)
    return f"{name}: {answer}" if answer.startswith("no ") else f"{name}: taken for {answer}"
