"""The Keras weight initializers and their arguments."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from core.fields.registry import Registered
from core.fields.struct import RARE
from core.fields.types import ChoiceField, FloatField, IntField, OptionalField
from core.keras_call import KerasObject

__all__ = ["GlorotUniform", "Initializer", "Ones", "Orthogonal", "Zeros"]

Seed = Annotated[
    int | None,
    OptionalField(IntField(0, 2**31 - 1)),
    "Seed of this initializer alone; empty: derived from the plan's seed",
    RARE,
]


class Initializer(Registered, KerasObject, frozen=True):
    """How the values of a weight are drawn before training."""

    module: ClassVar[str] = "initializers"
    absent: ClassVar[Mapping[str, str]] = {"STFT": "", "STFTInitializer": "", "Initializer": ""}

    def refusal(self, axes: int) -> str:
        """Why it cannot initialize a weight with this number of ``axes``, in a few words; empty if it can."""
        return ""


class Zeros(Initializer, frozen=True):
    """All zeros."""

    aliases: ClassVar[tuple[str, ...]] = ("zero",)


class Ones(Initializer, frozen=True):
    """All ones."""

    aliases: ClassVar[tuple[str, ...]] = ("one",)


class Constant(Initializer, frozen=True):
    """One value everywhere."""

    value: Annotated[float, FloatField(), "The value"] = 0.0


class Identity(Initializer, frozen=True):
    """The identity matrix times a gain; two-dimensional weights only."""

    aliases: ClassVar[tuple[str, ...]] = ("IdentityInitializer",)

    gain: Annotated[float, FloatField(), "Factor"] = 1.0

    def refusal(self, axes: int) -> str:
        return "" if axes == 2 else "supports only weights with two axes"


class RandomNormal(Initializer, frozen=True):
    """Normal distribution."""

    aliases: ClassVar[tuple[str, ...]] = ("normal",)

    mean: Annotated[float, FloatField(), "Mean"] = 0.0
    stddev: Annotated[float, FloatField(least=0), "Standard deviation"] = 0.05
    seed: Seed = None


class RandomUniform(Initializer, frozen=True):
    """Uniform distribution between two bounds."""

    aliases: ClassVar[tuple[str, ...]] = ("uniform",)

    minval: Annotated[float, FloatField(), "Lower bound"] = -0.05
    maxval: Annotated[float, FloatField(), "Upper bound"] = 0.05
    seed: Seed = None


class TruncatedNormal(Initializer, frozen=True):
    """Normal distribution, truncated at two standard deviations."""

    mean: Annotated[float, FloatField(), "Mean"] = 0.0
    stddev: Annotated[float, FloatField(least=0), "Standard deviation"] = 0.05
    seed: Seed = None


class VarianceScaling(Initializer, frozen=True):
    """Variance scaled to the shape of the weight: scale / n, with n chosen by mode."""

    scale: Annotated[float, FloatField(above=0), "Factor of the variance"] = 1.0
    mode: Annotated[
        str, ChoiceField("fan_in", "fan_out", "fan_avg"), "What n is: the inputs, the outputs or their mean"
    ] = "fan_in"
    distribution: Annotated[
        str,
        ChoiceField("truncated_normal", "untruncated_normal", "uniform", aliases={"normal": "truncated_normal"}),
        "Distribution to draw from",
    ] = "truncated_normal"
    seed: Seed = None


class GlorotUniform(Initializer, frozen=True):
    """Uniform with variance 2 / (inputs + outputs); Keras's default, made for tanh and sigmoid."""

    aliases: ClassVar[tuple[str, ...]] = ("xavier_uniform",)
    seed: Seed = None


class GlorotNormal(Initializer, frozen=True):
    """Truncated normal with variance 2 / (inputs + outputs)."""

    aliases: ClassVar[tuple[str, ...]] = ("xavier_normal",)
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

    aliases: ClassVar[tuple[str, ...]] = ("OrthogonalInitializer",)

    gain: Annotated[float, FloatField(), "Factor"] = 1.0
    seed: Seed = None

    def refusal(self, axes: int) -> str:
        return "" if axes >= 2 else "supports only weights with at least two axes"
