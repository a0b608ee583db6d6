"""The axes of charts and their ticks."""

from math import floor, log10

from msgspec import Struct

from core.charts.log_ticks import log_ticks
from core.charts.steps import multiples, nice_step

__all__ = ["Axis"]

_MOST_DIGITS = 5
"""Digits of a label before or after the decimal point."""
_LONGEST = 7
"""Characters of a label on a logarithmic axis, if it has a shorter form."""
_FAR_BELOW = -1.0
"""The share of a logarithmic axis at which zeros and negative values lie: out of sight below it."""


class Axis(Struct, frozen=True):
    """The range of an axis: ``low`` is less than ``high``, and if ``log`` greater than 0."""

    low: float
    high: float
    percent: bool = False
    log: bool = False
    bulk: tuple[float, float] | None = None
    """Where most of the data are, for the ticks of a logarithmic axis; None for all over it."""
    labels: tuple[tuple[float, str], ...] = ()
    """The ticks, where they are not round values: those of categories, or of the few values that there are."""

    def share(self, value: float) -> float:
        """The place of ``value`` along the axis: 0 at its low end, 1 at its high end, beyond them outside."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return _FAR_BELOW
        return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))

    def value(self, share: float) -> float:
        """The value at the place ``share``; the inverse of `share`."""
        if not self.log:
            return self.low + share * (self.high - self.low)
        return float(self.low * (self.high / self.low) ** share)

    def has(self, value: float) -> bool:
        """Whether ``value`` lies on the axis."""
        return self.low <= value <= self.high

    def clamp(self, value: float) -> float:
        """``value``, or the nearest end of the axis."""
        return min(max(value, self.low), self.high)

    def ticks(self, most: int, apart: float = 0.0) -> tuple[tuple[float, str], ...]:
        """About ``most`` round values on the axis with their labels, and at least two.

        Those of a logarithmic axis are at least the share ``apart`` from each other; see `log_ticks`. ``labels`` are
        given as they are.
        """
        if self.labels:
            return self.labels
        if self.log:
            bulk = self.bulk or (self.low, self.high)
            return tuple((value, _short(value)) for value in log_ticks(self.low, self.high, bulk, most, apart))
        step = nice_step((self.high - self.low) / max(1, most))
        values = multiples(step, self.low, self.high)
        while len(values) < 2:
            step = nice_step(step * 0.4)
            values = multiples(step, self.low, self.high)
        return tuple((value, self._label(value, step)) for value in values)

    def _label(self, value: float, step: float) -> str:
        scale = 100 if self.percent else 1
        digits = max(0, -floor(log10(step * scale) + 1e-9))
        if digits > _MOST_DIGITS or abs(value) >= 10**_MOST_DIGITS:
            return f"{value:.1e}"
        return f"{value * scale:.{digits}f}{'%' if self.percent else ''}"


def _short(value: float) -> str:
    """``0.35``, ``1e-06``, or where that is long ``1.25e-4``."""
    text = f"{value:.6g}"
    if len(text) <= _LONGEST:
        return text
    digits, _, power = f"{value:.5e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
