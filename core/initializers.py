"""Keras's weight initializers with their arguments."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from core.families import Family
from core.keras_call import KerasObject
from core.kinds import Choice, Maybe, Real, Whole

__all__ = ["GlorotUniform", "Initializer", "Ones", "Orthogonal", "Zeros"]

Seed = Annotated[
    int | None, Maybe(Whole(0, 2**31 - 1)), "Seed of this initializer alone; empty: derived from the plan's seed"
]


class Initializer(Family, KerasObject, frozen=True):
    """How the values of a weight are drawn before training."""

    module: ClassVar[str] = "initializers"
    absent: ClassVar[Mapping[str, str]] = {"STFT": "", "STFTInitializer": "", "Initializer": ""}

    def refusal(self, axes: int) -> str:
        """Why it cannot fill a weight of so many axes, in few words; empty if it can."""
        return ""


class Zeros(Initializer, frozen=True):
    """All zeros."""

    also: ClassVar[tuple[str, ...]] = ("zero",)


class Ones(Initializer, frozen=True):
    """All ones."""

    also: ClassVar[tuple[str, ...]] = ("one",)


class Constant(Initializer, frozen=True):
    """One value everywhere."""

    value: Annotated[float, Real(), "The value"] = 0.0


class Identity(Initializer, frozen=True):
    """The identity matrix times a gain; two-dimensional weights only."""

    also: ClassVar[tuple[str, ...]] = ("IdentityInitializer",)

    gain: Annotated[float, Real(), "Factor"] = 1.0

    def refusal(self, axes: int) -> str:
        return "" if axes == 2 else "fills weights of two axes only"


class RandomNormal(Initializer, frozen=True):
    """Normal distribution."""

    also: ClassVar[tuple[str, ...]] = ("normal",)

    mean: Annotated[float, Real(), "Mean"] = 0.0
    stddev: Annotated[float, Real(least=0), "Standard deviation"] = 0.05
    seed: Seed = None


class RandomUniform(Initializer, frozen=True):
    """Uniform distribution between two bounds."""

    also: ClassVar[tuple[str, ...]] = ("uniform",)

    minval: Annotated[float, Real(), "Lower bound"] = -0.05
    maxval: Annotated[float, Real(), "Upper bound"] = 0.05
    seed: Seed = None


class TruncatedNormal(Initializer, frozen=True):
    """Normal distribution without what lies beyond two standard deviations."""

    mean: Annotated[float, Real(), "Mean"] = 0.0
    stddev: Annotated[float, Real(least=0), "Standard deviation"] = 0.05
    seed: Seed = None


class VarianceScaling(Initializer, frozen=True):
    """A variance fitted to the shape of the weight: scale / n, n chosen by mode."""

    scale: Annotated[float, Real(above=0), "Factor of the variance"] = 1.0
    mode: Annotated[str, Choice("fan_in", "fan_out", "fan_avg"), "What n counts: inputs, outputs or their mean"] = (
        "fan_in"
    )
    distribution: Annotated[
        str,
        Choice("truncated_normal", "untruncated_normal", "uniform", aliases={"normal": "truncated_normal"}),
        "Distribution that is drawn from",
    ] = "truncated_normal"
    seed: Seed = None


class GlorotUniform(Initializer, frozen=True):
    """Uniform with variance 2 / (inputs + outputs); Keras's default, made for tanh and sigmoid."""

    also: ClassVar[tuple[str, ...]] = ("xavier_uniform",)
    seed: Seed = None


class GlorotNormal(Initializer, frozen=True):
    """Truncated normal with variance 2 / (inputs + outputs)."""

    also: ClassVar[tuple[str, ...]] = ("xavier_normal",)
    seed: Seed = None


class HeUniform(Initializer, frozen=True):
    """Uniform with variance 2 / inputs; made for relu."""

    seed: Seed = None


class HeNormal(Initializer, frozen=True):
    """Truncated normal with variance 2 / inputs; made for relu."""

    seed: Seed = None


class LecunUniform(Initializer, frozen=True):
    """Uniform with variance 1 / inputs; made for selu."""

    seed: Seed = None


class LecunNormal(Initializer, frozen=True):
    """Truncated normal with variance 1 / inputs; made for selu."""

    seed: Seed = None


class Orthogonal(Initializer, frozen=True):
    """A random orthogonal matrix times a gain; weights of at least two dimensions."""

    also: ClassVar[tuple[str, ...]] = ("OrthogonalInitializer",)

    gain: Annotated[float, Real(), "Factor"] = 1.0
    seed: Seed = None

    def refusal(self, axes: int) -> str:
        return "" if axes >= 2 else "fills weights of at least two axes only"
