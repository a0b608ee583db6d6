"""Round steps from 1, 2 and 5 times powers of ten, and what they divide."""

from math import floor, log10

__all__ = ["multiples", "nice_step"]


def nice_step(least: float) -> float:
    """The smallest number of the form 1, 2 or 5 times a power of ten that is at least ``least``."""
    power = 10.0 ** floor(log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least * (1 - 1e-9)), 10 * power)


def multiples(step: float, low: float, high: float) -> list[float]:
    """The multiples of ``step`` from ``low`` to ``high``."""
    first, last = -floor(-low / step + 1e-9), floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
