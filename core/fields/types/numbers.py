"""Integer and float fields, and how typed numbers are parsed."""

import math
import re
from collections.abc import Sequence

from core.fields.types.base import FieldError, FieldType, quoted

__all__ = ["MOST", "FloatField", "IntField", "typed_integer", "typed_integers"]

MOST = 10**18
"""Upper bound of every size; beyond it the arithmetic would only print zeros."""

_WHOLE = re.compile(r"[+-]?\d+")
_SCIENTIFIC = re.compile(r"([+-]?)(\d+)(?:\.(\d*))?e\+?(\d{1,2})", re.IGNORECASE)
"""A number with an exponent that can be whole: 1e3, 1.5e3."""
_THOUSANDS = re.compile(r"([+-]?[1-9]\d{0,2}(?:,\d{3})+)(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)
"""A number with commas as thousands separators: 60,000 or 1,234.5, but not 0,001."""
_MOST_DIGITS = 40
"""Longer numbers are rejected before conversion; no field accepts them."""


class IntField(FieldType):
    """An integer between ``least`` and ``most``, both included."""

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self.least = least
        self.most = most

    def read(self, raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise FieldError(f"expected {self}, not {quoted(raw)}")
        if abs(raw) > MOST:
            raise FieldError(f"expected {self}, not one above 10**18")
        if (self.least is not None and raw < self.least) or (self.most is not None and raw > self.most):
            raise FieldError(f"expected {self}, not {quoted(raw)}")
        return raw

    def parse(self, text: str) -> int:
        return self.read(typed_integer(text, self))

    def initial(self) -> int:
        return self.least or 0

    @property
    def takes(self) -> str:
        return f"a whole number{_bounds(self.least, None if self.most == MOST else self.most)}"

    def __str__(self) -> str:
        return self.takes


class FloatField(FieldType):
    """A finite number between bounds: ``least`` and ``most`` included, ``above`` and ``below`` excluded."""

    def __init__(
        self,
        least: float | None = None,
        most: float | None = None,
        *,
        above: float | None = None,
        below: float | None = None,
    ) -> None:
        self.least, self.most, self.above, self.below = least, most, above, below

    def read(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not _finite(raw):
            raise FieldError(f"expected {self}, not {quoted(raw)}")
        value = float(raw)
        inside = (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )
        if not inside:
            raise FieldError(f"expected {self}, not {quoted(raw)}")
        return value

    def initial(self) -> float:
        return self.least or 0.5

    def show(self, value: float) -> str:
        return f"{value:.17g}" if float(f"{value:.10g}") != value else f"{value:.10g}"

    def parse(self, text: str) -> float:
        try:
            word = text.strip()
            return self.read(float(word.replace(",", "" if _THOUSANDS.fullmatch(word) else ".")))
        except ValueError as error:
            if isinstance(error, FieldError):
                raise
            raise FieldError(f"expected {self}, not {text.strip()!r}") from error

    @property
    def takes(self) -> str:
        return str(self)

    def __str__(self) -> str:
        bounds = [
            f"{word} {bound:g}"
            for word, bound in (
                ("of at least", self.least),
                ("above", self.above),
                ("at most", self.most),
                ("below", self.below),
            )
            if bound is not None
        ]
        return " ".join(["a number", " and ".join(bounds)]).strip()


def typed_integer(text: str, expected: object) -> int:
    word = text.strip().replace("_", "")
    if _THOUSANDS.fullmatch(word):
        word = word.replace(",", "")
    word = _without_exponent(word)
    if not _WHOLE.fullmatch(word) or len(word) > _MOST_DIGITS:
        raise FieldError(f"expected {expected}, not {text.strip()[:_MOST_DIGITS]!r}")
    return int(word)


def typed_integers(text: str, expected: str) -> Sequence[int]:
    words = [_without_exponent(word) for word in re.split(r"[\s,x\u00d7()\[\]]+", text) if word]
    if text.rstrip().endswith(("x", "\u00d7")):
        words = []  # half of 5 x 3
    if not words or not all(_WHOLE.fullmatch(word) and len(word) < _MOST_DIGITS for word in words):
        raise FieldError(f"expected {expected}, not {text.strip()[:_MOST_DIGITS]!r}")
    return [int(word) for word in words]


def _without_exponent(word: str) -> str:
    """``word`` without its exponent, if it is a whole number: 1000 for 1e3; 1.5e0 stays as it is."""
    found = _SCIENTIFIC.fullmatch(word)
    if found is None:
        return word
    sign, before, after, exponent = found.groups(default="")
    zeros = int(exponent) - len(after)
    return f"{sign}{before}{after}{'0' * zeros}" if zeros >= 0 else word


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _bounds(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of at least {least}"
    return f" of at most {most}" if most is not None else ""
