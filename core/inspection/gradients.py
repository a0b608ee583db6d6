"""The samples of single steps, layer by layer: their trends over the steps, and the scales to show them on.

Norms span many powers of ten, so their scales are logarithmic; shares of units go from 0 to 1.
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
"""A field of `LayerSample` that is shown over the steps."""

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

Size = Literal["none", "tiny", "small", "usual", "large"]

TINY, SMALL, LARGE = 1e-6, 1e-4, 0.1
"""Updates as shares of the weights. About 1e-3 a step is usual (Stanford CS231n, "Ratio of weights:updates")."""

MOST_POWERS = 12
"""Maximum powers of ten on a scale: with more, layers that differ a hundredfold would look alike."""
FEWEST_POWERS = 3

LEAST_FACTOR = 10.0
"""The minimum factor that the height of a trend spans, so that small changes look small."""


class LayerTrend(Struct, frozen=True):
    """One layer over the sampled steps, in order."""

    row: int
    steps: tuple[int, ...]
    samples: tuple[LayerSample, ...]

    @property
    def newest(self) -> LayerSample:
        """The newest sample."""
        return self.samples[-1]

    def values(self, quantity: Quantity) -> list[float | None]:
        """``quantity`` at each step; None where the layer has none, NaN and infinities unchanged."""
        return [getattr(sample, quantity) for sample in self.samples]

    @property
    def broken_since(self) -> int | None:
        """The first step since which gradient, weights or update are NaN or infinite; None if the newest are finite."""
        since = None
        for step, sample in zip(reversed(self.steps), reversed(self.samples), strict=True):
            if not _broken(sample):
                break
            since = step
        return since

    @property
    def broken_as(self) -> Literal["NaN", "infinite", ""]:
        """How the newest norms are broken; empty if they are finite."""
        if not _broken(self.newest):
            return ""
        return "NaN" if any(isnan(figure) for figure in _norms(self.newest)) else "infinite"

    def points(self, quantity: Quantity, steps_per_epoch: int) -> tuple[Point, ...]:
        """``quantity`` over epochs, as its logarithm if it is `logarithmic`, without values that cannot be drawn."""
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
        """The scale that shows all ``values`` above 0 but those too far below the largest."""
        logarithms = [log10(value) for value in values if value is not None and isfinite(value) and value > 0]
        if not logarithms:
            return cls(-FEWEST_POWERS, 0)
        high = ceil(max(logarithms) - 1e-9)
        return cls(max(high - MOST_POWERS, min(floor(min(logarithms) + 1e-9), high - FEWEST_POWERS)), high)

    def share(self, value: float) -> float:
        """How far up the scale ``value`` is, clamped to 0 to 1."""
        if not value > 0:
            return 0.0
        return min(1.0, max(0.0, (log10(value) - self.low) / (self.high - self.low)))


class PowerAxis(Axis, frozen=True):
    """An axis of logarithms, labelled with the original numbers."""

    def ticks(self, most: int, apart: float = 0.0) -> tuple[tuple[float, str], ...]:
        """Whole powers of ten, every one or every second, third ...: at most ``most`` of them, but at least two."""
        first, last = ceil(self.low - 1e-9), floor(self.high + 1e-9)
        every = max(1, -(-(last - first + 1) // max(2, most)))
        return tuple((float(power), f"1e{power}") for power in range(first, last + 1, every))


def layer_trends(samples: Sequence[StepSampled]) -> dict[int, LayerTrend]:
    """The trends of all layers by row, in order."""
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
    """Classifies the size of one step's update, given as a share of the weights."""
    if update == 0:
        return "none"
    if update < TINY:
        return "tiny"
    return "small" if update < SMALL else "large" if update > LARGE else "usual"


def levels(values: Sequence[float | None], most: int, *, logs: bool) -> list[float | None]:
    """``values`` as heights, 0 to 1: at most ``most`` of them, each the mean of an equal part of the values.

    With ``logs`` they are on a logarithmic scale from their lowest to their highest, at least a factor of 10; 0 is at
    its bottom. None where there is no value, NaN where one is not finite.
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
    """The axis, in whole powers of ten, that shows ``points``, whose y are logarithms."""
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
