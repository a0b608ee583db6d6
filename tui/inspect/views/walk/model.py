"""Digits to walk through a network, and the caption of one that was walked."""

import numpy as np
from msgspec import Struct

from core.datasets import DATASETS
from core.inspection.answers import Answer
from core.inspection.tensors import LayerOutput
from tui.inspect.inspector_protocol import Image, Inspected
from tui.inspect.outputs import answer_text

__all__ = ["Digit", "Walked", "another", "caption", "first"]


class Digit(Struct, frozen=True, eq=False):
    """A digit to walk."""

    image: Image
    truth: str
    """The name of its true class; empty if unknown."""
    index: int | None = None
    """Its index in the test set; None if unknown or not from it."""


class Walked(Struct, frozen=True, eq=False):
    """A digit and every layer's output for it."""

    digit: Digit
    outputs: tuple[LayerOutput, ...]


def first(inspected: Inspected) -> Digit:
    """The first digit of the test set."""
    return _numbered(inspected, 0)


def another(inspected: Inspected, before: int | None) -> Digit:
    """A random digit of the test set, other than the one ``before``."""
    count = len(inspected.labels)
    index = int(np.random.default_rng().integers(count if before is None else max(1, count - 1)))
    return _numbered(inspected, index + 1 if before is not None and index >= before and count > 1 else index)


def _numbered(inspected: Inspected, index: int) -> Digit:
    truth = DATASETS[inspected.plan.dataset].classes[int(inspected.labels[index])]
    return Digit(inspected.images[index], truth, index)


def caption(walked: Walked, classes: tuple[str, ...]) -> str:
    """``test digit 4,211, a 7: predicted 7 at 98.1%``."""
    digit, last = walked.digit, walked.outputs[-1].values
    name = f"a {digit.truth}" if digit.truth else "a digit of unknown class"
    if digit.index is not None:
        name = f"test digit {digit.index:,}, {name}"
    if last.ndim != 1:
        return name
    answer = answer_text(Answer.of(last), classes)
    return f"{name}: {answer}" if answer.startswith("no ") else f"{name}: predicted {answer}"
