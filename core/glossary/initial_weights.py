"""The distribution from which an initializer draws the weights of a kernel."""

from collections.abc import Iterator
from math import erf, exp, pi, sqrt
from typing import Literal

from msgspec import Struct

from core.diagnosis.kernels import fans, initial_stddev, same_value
from core.formulas.real_formula import RealFormula
from core.network.initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Initializer,
    LecunNormal,
    LecunUniform,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
)
from core.network.shapes import Shape

__all__ = ["Spread", "spread", "steps", "variance"]

CUT = 2.0
"""Standard deviations at which Keras truncates a normal distribution."""
_CUT_STDDEV = sqrt(1 - 2 * CUT * exp(-CUT * CUT / 2) / sqrt(2 * pi) / erf(CUT / sqrt(2)))
"""Standard deviation of a standard normal distribution that is truncated there."""

_VARIANCES: dict[type[Initializer], str] = {
    GlorotUniform: "2 / (fan_in + fan_out)",
    GlorotNormal: "2 / (fan_in + fan_out)",
    HeUniform: "2 / fan_in",
    HeNormal: "2 / fan_in",
    LecunUniform: "1 / fan_in",
    LecunNormal: "1 / fan_in",
}
_MODES = {"fan_in": "fan_in", "fan_out": "fan_out", "fan_avg": "((fan_in + fan_out) / 2)"}


class Spread(Struct, frozen=True):
    """A distribution: its kind, its mean, and ``scale``: the limit of a uniform one, or what a normal one had before
    it was truncated.
    """

    kind: Literal["uniform", "normal", "truncated"]
    mean: float
    scale: float

    @property
    def stddev(self) -> float:
        """The standard deviation of what is drawn."""
        return self.scale * {"uniform": 1 / sqrt(3), "normal": 1.0, "truncated": _CUT_STDDEV}[self.kind]

    @property
    def reach(self) -> float:
        """How far from the mean values lie, or most of them."""
        return self.scale * {"uniform": 1.0, "normal": 3.0, "truncated": CUT}[self.kind]

    def density(self, x: float) -> float:
        """The probability density at ``x``."""
        away = abs(x - self.mean)
        if self.kind == "uniform":
            return 1 / (2 * self.scale) if away <= self.scale else 0.0
        if self.kind == "truncated" and away > CUT * self.scale:
            return 0.0
        ratio = away / self.scale
        bell = exp(-ratio * ratio / 2) / (self.scale * sqrt(2 * pi))
        return bell / erf(CUT / sqrt(2)) if self.kind == "truncated" else bell


def variance(initializer: Initializer) -> RealFormula | None:
    """The variance as a formula of fan-in and fan-out; None if it does not depend on them."""
    if isinstance(initializer, VarianceScaling):
        return RealFormula(f"scale / {_MODES[initializer.mode]}")
    text = _VARIANCES.get(type(initializer))
    return RealFormula(text) if text else None


def spread(initializer: Initializer, shape: Shape) -> Spread | None:
    """How ``initializer`` draws a kernel of ``shape``; None if its values are all the same, or not drawn one by one."""
    if same_value(initializer) is not None:
        return None
    match initializer:
        case RandomNormal(mean=mean, stddev=stddev):
            return Spread("normal", mean, stddev)
        case TruncatedNormal(mean=mean, stddev=stddev):
            return Spread("truncated", mean, stddev)
        case RandomUniform(minval=low, maxval=high):
            return Spread("uniform", (low + high) / 2, abs(high - low) / 2)
    left = initial_stddev(initializer, shape) if variance(initializer) else None
    if not left:
        return None
    match initializer:
        case GlorotUniform() | HeUniform() | LecunUniform() | VarianceScaling(distribution="uniform"):
            return Spread("uniform", 0.0, left * sqrt(3))
        case VarianceScaling(distribution="untruncated_normal"):
            return Spread("normal", 0.0, left)
    return Spread("truncated", 0.0, left / _CUT_STDDEV)  # Keras widens it, so that this is what is left


def steps(initializer: Initializer, shape: Shape) -> Iterator[str]:
    """How the spread of a kernel of ``shape`` is computed, line by line."""
    drawn = spread(initializer, shape)
    if drawn is None:
        return
    if formula := variance(initializer):
        fan_in, fan_out = fans(shape)
        values = {"fan_in": float(fan_in), "fan_out": float(fan_out), "scale": getattr(initializer, "scale", 1.0)}
        yield f"variance = {formula.text} = {formula.substituted(values)} = {formula(**values):.3g}"
    yield f"standard deviation = {drawn.stddev:.3g}"
    if drawn.kind == "uniform":
        yield f"limits = {drawn.mean - drawn.scale:.3g} and {drawn.mean + drawn.scale:.3g}"
    elif drawn.kind == "truncated":
        yield f"truncated at {drawn.mean - CUT * drawn.scale:.3g} and {drawn.mean + CUT * drawn.scale:.3g}"
