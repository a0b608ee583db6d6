"""Formulas over real numbers, whose text is both what is computed and what is shown."""

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import CodeType
from typing import Any

from msgspec import Struct

from core.charts import Point
from core.formatting import show_digits

__all__ = ["RealFormula"]


def _exp(x: float) -> float:
    """``exp(x)``, infinite where it is too large, as in NumPy and Keras."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


_FUNCTIONS: dict[str, Callable[..., Any] | float] = {
    name: getattr(math, name) for name in ("log", "sqrt", "tanh", "erf", "cosh", "cos", "pi")
} | {"exp": _exp, "abs": abs, "max": max, "min": min}
_NAME = re.compile(r"[a-z_]\w*")


class RealFormula(Struct, frozen=True):
    """An expression of Python over named numbers.

    ``text`` is always a constant of this package: text from users or files is never evaluated.
    """

    text: str
    stable: str = ""
    """The same so written that no exponential overflows: computed where ``text`` comes to no finite number."""

    def __call__(self, **values: float) -> float:
        """The value for ``values``; NaN where there is none, or where a power is too large."""
        value = self._value(values)
        return value if math.isfinite(value) or not self.stable else RealFormula(self.stable)._value(values)

    def form(self, **values: float) -> "RealFormula":
        """The form that has a value for ``values``: its `stable` one where that alone is a finite number."""
        other = RealFormula(self.stable)
        if not self.stable or math.isfinite(self._value(values)) or not math.isfinite(other._value(values)):
            return self
        return other

    def _value(self, values: Mapping[str, float]) -> float:
        try:
            return float(self.evaluated({**_FUNCTIONS, **values}))
        except (ArithmeticError, ValueError):
            return math.nan

    def evaluated(self, names: Mapping[str, Any]) -> Any:
        """What the expression comes to with these numbers and functions. Raises what they raise."""
        return eval(_compiled(self.text), {"__builtins__": {}}, names)  # noqa: S307  # text is a constant of this package

    @property
    def uses(self) -> frozenset[str]:
        """The names and the words in the formula: ``if`` and ``else`` too."""
        return frozenset(_NAME.findall(self.text))

    def points(self, name: str, low: float, high: float, count: int, **values: float) -> tuple[Point, ...]:
        """The formula along ``name``, at ``count`` places from ``low`` to ``high``; those without a value are left out.

        The places avoid both ends.
        """
        places = [low + (high - low) * (index + 0.5) / count for index in range(count)]
        points = (Point(x, self(**{**values, name: x})) for x in places)
        return tuple(point for point in points if math.isfinite(point.y))

    def substituted(self, values: Mapping[str, float], digits: int = 6) -> str:
        """The formula with each name that has a value replaced by it: ``sqrt(6 / (784 + 10))``.

        Negative numbers stand in parentheses, unless nothing else is next to them.
        """

        def number(match: re.Match[str]) -> str:
            if match[0] not in values:
                return match[0]
            shown = show_digits(values[match[0]], digits)
            before, after = self.text[: match.start()], self.text[match.end() :]
            alone = (before.endswith("(") and after.startswith(")")) or not (before or after.startswith("**"))
            return shown if alone or not shown.startswith("-") else f"({shown})"

        return _NAME.sub(number, self.text)


@cache
def _compiled(text: str) -> CodeType:
    return compile(text, f"<formula {text}>", "eval")
