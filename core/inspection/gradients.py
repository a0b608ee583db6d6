"""What the close looks at single steps come to, layer by layer: courses over the steps, scales to see them on.

Norms span many powers of ten, so they are seen on logarithmic scales; shares of units go from 0 to 1.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor, isfinite, isnan, log10, nan
from typing import Literal, get_args

from msgspec import Struct

from core.charts import Axis, Point
from core.events import LayerSample, StepSampled

__all__ = [
    "QUANTITIES",
    "LayerTrend",
    "PowerAxis",
    "Quantity",
    "Scale",
    "Size",
    "layer_trends",
    "levels",
    "logarithmic",
    "power_axis",
    "update_size",
]

Quantity = Literal["gradient", "update", "dead", "saturated"]
"""A figure of `LayerSample` that is worth following."""

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

Size = Literal["none", "tiny", "small", "usual", "large"]

TINY, SMALL, LARGE = 1e-6, 1e-4, 0.1
"""Updates as shares of the weights. About 1e-3 a step is usual (Stanford CS231n, "Ratio of weights:updates")."""

MOST_POWERS = 12
"""Powers of ten on a scale: with more of them, layers that differ a hundredfold would look alike."""
FEWEST_POWERS = 3

LEAST_FACTOR = 10.0
"""What the whole height of a trend is at least: what hardly moves is to look like it."""


class LayerTrend(Struct, frozen=True):
    """One layer over the steps that were looked at, the first of them first."""

    row: int
    steps: tuple[int, ...]
    samples: tuple[LayerSample, ...]

    @property
    def newest(self) -> LayerSample:
        """The layer as it was last looked at."""
        return self.samples[-1]

    def values(self, quantity: Quantity) -> list[float | None]:
        """``quantity`` at each step; None where the layer has none, NaN and infinite as they are."""
        return [getattr(sample, quantity) for sample in self.samples]

    @property
    def broken_since(self) -> int | None:
        """The step from which on gradient, weights or update are NaN or infinite; None if the newest are not."""
        since = None
        for step, sample in zip(reversed(self.steps), reversed(self.samples), strict=True):
            if not _broken(sample):
                break
            since = step
        return since

    @property
    def broken_as(self) -> Literal["NaN", "infinite", ""]:
        """What the newest figures are if they are no numbers; empty if they are."""
        if not _broken(self.newest):
            return ""
        return "NaN" if any(isnan(figure) for figure in _norms(self.newest)) else "infinite"

    def points(self, quantity: Quantity, steps_per_epoch: int) -> tuple[Point, ...]:
        """``quantity`` over epochs, as its logarithm where it is `logarithmic`; what cannot be drawn is left out."""
        shown = zip(self.steps, self.values(quantity), strict=True)
        known = [(step, value) for step, value in shown if value is not None and isfinite(value)]
        if logarithmic(quantity):
            known = [(step, log10(value)) for step, value in known if value > 0]
        return tuple(Point(step / max(1, steps_per_epoch), value) for step, value in known)


class Scale(Struct, frozen=True):
    """A logarithmic scale from 10 to the power of ``low`` to 10 to the power of ``high``."""

    low: int
    high: int

    @classmethod
    def of(cls, values: Iterable[float | None]) -> "Scale":
        """The scale on which all ``values`` above 0 are seen, but for those too far below the largest."""
        logarithms = [log10(value) for value in values if value is not None and isfinite(value) and value > 0]
        if not logarithms:
            return cls(-FEWEST_POWERS, 0)
        high = ceil(max(logarithms) - 1e-9)
        return cls(max(high - MOST_POWERS, min(floor(min(logarithms) + 1e-9), high - FEWEST_POWERS)), high)

    def share(self, value: float) -> float:
        """How far up the scale ``value`` is, 0 to 1; what lies beyond its ends is at them."""
        if not value > 0:
            return 0.0
        return min(1.0, max(0.0, (log10(value) - self.low) / (self.high - self.low)))


class PowerAxis(Axis, frozen=True):
    """An axis of logarithms, labelled with the numbers that they are of."""

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        """Whole powers of ten: every one, or every second, third ..., ``most`` of them at most, but two at least."""
        first, last = ceil(self.low - 1e-9), floor(self.high + 1e-9)
        every = max(1, -(-(last - first + 1) // max(2, most)))
        return tuple((float(power), f"1e{power}") for power in range(first, last + 1, every))


def layer_trends(samples: Sequence[StepSampled]) -> dict[int, LayerTrend]:
    """The courses of all layers by row, in the order of the rows."""
    steps: dict[int, list[int]] = {}
    layers: dict[int, list[LayerSample]] = {}
    for sample in samples:
        for layer in sample.layers:
            steps.setdefault(layer.row, []).append(sample.step)
            layers.setdefault(layer.row, []).append(layer)
    return {row: LayerTrend(row, tuple(steps[row]), tuple(layers[row])) for row in sorted(steps)}


def logarithmic(quantity: Quantity) -> bool:
    """Whether ``quantity`` spans powers of ten; else it is a share, 0 to 1."""
    return quantity in {"gradient", "update"}


def update_size(update: float) -> Size:
    """How large an update is for a single step, as a share of the weights."""
    if update == 0:
        return "none"
    if update < TINY:
        return "tiny"
    return "small" if update < SMALL else "large" if update > LARGE else "usual"


def levels(values: Sequence[float | None], most: int, *, logs: bool) -> list[float | None]:
    """``values`` as heights, 0 to 1: ``most`` of them at most, each the mean of an equal share of the values.

    With ``logs`` they are on a logarithmic scale of their own, from their least to their largest, a factor of 10 at
    least, and what is 0 is at its foot. None where there is no value, NaN where one is not finite.
    """
    means = [_mean(part) for part in _parts(values, most)]
    if not logs:
        return [mean if mean is None or isnan(mean) else min(1.0, max(0.0, mean)) for mean in means]
    logarithms = [log10(mean) for mean in means if mean is not None and mean > 0]
    if not logarithms:
        return [0.0 if mean == 0 else mean for mean in means]
    low, high = min(logarithms), max(logarithms)
    missing = max(0.0, log10(LEAST_FACTOR) - (high - low))
    low, high = low - missing / 2, high + missing / 2
    return [_height(mean, low, high) for mean in means]


def power_axis(points: Sequence[Point]) -> PowerAxis:
    """The axis, in whole powers of ten, on which ``points``, whose y are logarithms, are seen."""
    low, high = min(point.y for point in points), max(point.y for point in points)
    least = floor(low + 1e-9)
    return PowerAxis(float(least), float(max(ceil(high - 1e-9), least + 1)))


def _norms(sample: LayerSample) -> tuple[float, ...]:
    values = (sample.gradient, sample.weight, sample.update)
    return tuple(figure for figure in values if figure is not None)


def _broken(sample: LayerSample) -> bool:
    return not all(map(isfinite, _norms(sample)))


def _parts(values: Sequence[float | None], most: int) -> list[Sequence[float | None]]:
    count = min(len(values), max(1, most))
    return [values[part * len(values) // count : (part + 1) * len(values) // count] for part in range(count)]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    mean = sum(known) / len(known)
    return mean if isfinite(mean) else nan


def _height(mean: float | None, low: float, high: float) -> float | None:
    if mean is None or isnan(mean):
        return mean
    return (log10(mean) - low) / (high - low) if mean > 0 else 0.0
