"""A violin of weights: their density, quartiles and ends, small enough to be kept and drawn without the weights."""

from math import exp, floor, isfinite, pi, sqrt
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

__all__ = ["POINTS", "REACH", "SAMPLE", "Violin", "violin"]

POINTS = 128
"""The number of places at which the density is kept."""
SAMPLE = 2**17
"""Of more values than this, the density and the quartiles are those of as many that are drawn from them."""
REACH = 0.999
"""The central share of the values that the density covers: one far outlier would leave all others in one place."""

_FINER = 8
"""Bins between two places of the density."""
_MARGIN, _CUT = 4.0, 5.0
"""Bandwidths that the density goes on beyond the values it covers, and that the kernel reaches."""
_DIGITS = 5
"""Significant digits of the density."""

_NotNegative = Annotated[float, msgspec.Meta(ge=0)]
_Density = Annotated[tuple[_NotNegative, ...], msgspec.Meta(max_length=10 * POINTS)]


class Violin(Struct, frozen=True):
    """How values are distributed. Without a finite value, ``low`` and all that depend on it are None."""

    count: int
    not_finite: int = 0
    """How many are NaN or infinite; they count nowhere else."""
    sampled: int = 0
    """How many the density and the quartiles are of; 0 if of all that are finite."""
    low: float | None = None
    high: float | None = None
    """The lowest and the highest value, exact however many there are."""
    quartiles: tuple[float, float, float] | None = None
    """The lower quartile, the median and the upper quartile."""
    reach: tuple[float, float] | None = None
    """Between these is the central share `REACH` of the values."""
    bandwidth: _NotNegative = 0.0
    """The standard deviation of the kernel."""
    start: float = 0.0
    step: _NotNegative = 0.0
    """The first place of the density, and the distance of two."""
    density: _Density = ()
    """At each place; empty if all values are the same."""

    @property
    def constant(self) -> float | None:
        """The value that all finite ones have; None if they differ, or if there is none."""
        return self.low if self.low == self.high else None

    @property
    def peak(self) -> float:
        """The highest density; 0 without one."""
        return max(self.density, default=0.0)

    def width(self, value: float) -> float:
        """The density at ``value`` as a share of the highest; 0 beyond the lowest and the highest value."""
        peak = self.peak
        return self._at(value) / peak if peak else 0.0

    def outline(self) -> tuple[tuple[float, float], ...]:
        """Values from the lowest to the highest, each with its `width`; without any where all are the same."""
        if self.low is None or self.high is None or not self.density:
            return ()
        low, high = self.low, self.high
        places = (self.start + place * self.step for place in range(len(self.density)))
        peak = self.peak or 1.0
        return tuple(
            (value, self._at(value) / peak) for value in (low, *filter(lambda at: low < at < high, places), high)
        )

    def widest(self, low: float, high: float) -> float:
        """The greatest `width` from ``low`` to ``high``."""
        if not (self.step and self.peak):
            return 0.0
        first, last = (floor((end - self.start) / self.step) for end in (low, high))
        if last < 0 or first >= len(self.density):  # beyond the places, where even huge values take no time
            return 0.0
        inner = range(max(0, first + 1), min(last + 1, len(self.density)))
        values = (low, high, *(self.start + place * self.step for place in inner))
        return max(map(self._at, values)) / self.peak

    def _at(self, value: float) -> float:
        """The density at ``value``; 0 beyond the lowest and the highest value."""
        if self.low is None or self.high is None or not (self.low <= value <= self.high and self.step):
            return 0.0
        at = (value - self.start) / self.step
        place = floor(at)
        if not 0 <= place < len(self.density) - 1:
            return 0.0
        below, above = self.density[place], self.density[place + 1]
        return below + (at - place) * (above - below)


def violin(values: NDArray[Any]) -> Violin:
    """The violin of ``values`` of any shape.

    The density is that of a Gaussian kernel, computed from values that are first shared out between the two bins
    around each of them: B. W. Silverman, Density Estimation for Statistics and Data Analysis (1986), section 3.5, and
    M. P. Wand, Fast Computation of Multivariate Kernel Estimators (1994). The bandwidth is his rule of thumb,
    0.9 min(s, IQR / 1.34) n^(-1/5) (equation 3.31), which a few outliers do not widen as they do Scott's; where the
    interquartile range is 0 it is that of s alone. It is at least about a hundredth of what is covered.
    """
    flat = np.asarray(values).ravel()
    known = np.isfinite(flat)
    finite = flat if known.all() else flat[known]
    left_out = flat.size - finite.size
    if not finite.size:
        return Violin(flat.size, left_out)
    low, high = float(finite.min()), float(finite.max())
    drawn, sampled = finite, 0
    if finite.size > SAMPLE:
        sampled = SAMPLE
        drawn = finite[np.random.default_rng(0).integers(0, finite.size, SAMPLE)]
    drawn = drawn.astype(np.float64)
    tail = (1 - REACH) / 2
    first, lower, median, upper, last = np.quantile(drawn, (tail, 0.25, 0.5, 0.75, 1 - tail)).tolist()
    bandwidth = max(_silverman(drawn, upper - lower), (last - first) / (POINTS - 2 * _MARGIN - 1))
    start, step = first, 0.0
    density: tuple[float, ...] = ()
    if low < high and bandwidth > 0 and isfinite(bandwidth):
        start = first - _MARGIN * bandwidth
        step = (last - first + 2 * _MARGIN * bandwidth) / (POINTS - 1)
        density = tuple(float(f"{value:.{_DIGITS}g}") for value in _density(drawn, start, step, bandwidth))
    return Violin(
        count=flat.size,
        not_finite=left_out,
        sampled=sampled,
        low=low,
        high=high,
        quartiles=(lower, median, upper),
        reach=(first, last),
        bandwidth=bandwidth,
        start=start,
        step=step,
        density=density,
    )


def _silverman(values: NDArray[np.float64], between_quartiles: float) -> float:
    with np.errstate(over="ignore"):
        deviation = float(values.std())
    spread = min(deviation, between_quartiles / 1.34) if between_quartiles else deviation
    return float(0.9 * spread * values.size**-0.2)


def _density(values: NDArray[np.float64], start: float, step: float, bandwidth: float) -> list[float]:
    """The density of ``values`` at `POINTS` places; those beyond them only count as values."""
    nodes, apart = (POINTS - 1) * _FINER + 1, step / _FINER
    places = (values - start) / apart
    places = places[(places >= 0) & (places < nodes - 1)]
    left = places.astype(np.int64)
    share = places - left
    shares = np.bincount(left, 1 - share, nodes) + np.bincount(left + 1, share, nodes)
    reach = int(_CUT * bandwidth / apart)
    kernel = [exp(-0.5 * (place * apart / bandwidth) ** 2) for place in range(-reach, reach + 1)]
    smooth = np.convolve(shares, kernel)[reach : reach + nodes : _FINER]
    whole: list[float] = (smooth / (values.size * bandwidth * sqrt(2 * pi))).tolist()
    return whole
