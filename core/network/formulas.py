"""Formulas that compute a number and show how.

The text of a formula *is* the computation: the number on screen and the steps beside it come from the same string, so
they cannot disagree.
"""

import math
import re
from collections.abc import Callable
from functools import cache
from types import CodeType

from msgspec import Struct

__all__ = ["Formula", "Number", "total"]

_FUNCTIONS: dict[str, Callable[..., int]] = {"floor": math.floor, "ceil": math.ceil, "max": max}
_NAME = re.compile(r"[a-z_]+")


class Number(Struct, frozen=True):
    """A computed number: its name, its value, its formula and the formula's inputs."""

    name: str
    value: int
    formula: str
    values: tuple[tuple[str, int], ...]

    @property
    def substituted(self) -> str:
        """The formula with each name replaced by its value: ``5 * 5 * 6 * 16``."""
        values = dict(self.values)
        return _NAME.sub(lambda match: _written(values.get(match[0], match[0])), self.formula)


class Formula(Struct, frozen=True):
    """A named integer formula over named integers, with its source.

    ``text`` is an arithmetic expression over lower-case names with ``+ - * /``, ``floor``, ``ceil`` and ``max``.
    It is always a constant of this package: text from users or files is never evaluated.
    """

    name: str
    text: str
    source: str = ""

    def __call__(self, name: str = "", /, **values: int) -> Number:
        """Evaluate for ``values``; ``name`` overrides the number's name (an axis, a gate)."""
        names = {**_FUNCTIONS, **values}
        value = eval(_compiled(self.text), {"__builtins__": {}}, names)  # noqa: S307  # text is a constant of this package
        return Number(name or self.name, value, self.text, tuple(values.items()))


def total(numbers: tuple[Number, ...]) -> int:
    """The sum of ``numbers``; 0 for none."""
    return sum(number.value for number in numbers)


def _written(value: int | str) -> str:
    return f"({value})" if isinstance(value, int) and value < 0 else str(value)


@cache
def _compiled(text: str) -> CodeType:
    return compile(text, f"<formula {text}>", "eval")
