"""The axes of charts and their ticks."""

from math import ceil, floor, log10

from msgspec import Struct

__all__ = ["Axis", "nice_step"]

_MOST_DIGITS = 5
"""Digits of a label before or after the decimal point."""
_FAR_BELOW = -1.0
"""The share of a logarithmic axis at which zeros and negative values lie: out of sight below it."""


class Axis(Struct, frozen=True):
    """The range of an axis: ``low`` is less than ``high``, and if ``log`` greater than 0."""

    low: float
    high: float
    percent: bool = False
    log: bool = False

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

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        """About ``most`` round values on the axis with their labels, and at least two.

        On a logarithmic axis powers of ten, with 2 and 5 times them where there is room; over less than two of these,
        the round values of a linear axis.
        """
        if self.log and (powers := self._powers(most)):
            return tuple((value, f"{value:.4g}") for value in powers)
        step = nice_step((self.high - self.low) / max(1, most))
        values = self._multiples(step)
        while len(values) < 2:
            step = nice_step(step * 0.4)
            values = self._multiples(step)
        return tuple((value, f"{value:.6g}" if self.log else self._label(value, step)) for value in values)

    def _label(self, value: float, step: float) -> str:
        scale = 100 if self.percent else 1
        digits = max(0, -floor(log10(step * scale) + 1e-9))
        if digits > _MOST_DIGITS or abs(value) >= 10**_MOST_DIGITS:
            return f"{value:.1e}"
        return f"{value * scale:.{digits}f}{'%' if self.percent else ''}"

    def _multiples(self, step: float) -> list[float]:
        first, last = -floor(-self.low / step + 1e-9), floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]

    def _powers(self, most: int) -> list[float]:
        """At most ``most`` values 1, 2 or 5 times a power of ten, or powers alone; none if there would be one only."""
        first, last = floor(log10(self.low)), ceil(log10(self.high))
        for factors, stride in (((1, 2, 5), 1), *(((1,), stride) for stride in range(1, last - first + 2))):
            powers = range(ceil(first / stride) * stride, last + 1, stride)
            values = [factor * 10.0**power for power in powers for factor in factors]
            shown = [value for value in values if self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)]
            if len(shown) <= most:
                return shown if len(shown) > 1 else []
        return []


def nice_step(least: float) -> float:
    """The smallest number of the form 1, 2 or 5 times a power of ten that is at least ``least``."""
    power = 10.0 ** floor(log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least * (1 - 1e-9)), 10 * power)
