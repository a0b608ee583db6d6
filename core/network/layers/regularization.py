"""Keras's regularization layers, which are active in training only."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from core.fields.types import FloatField
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer
from core.network.layers.inputs import image
from core.network.shapes import Shape

__all__ = ["Dropout", "GaussianNoise", "SpatialDropout2D"]

_TRAINING_ONLY = "Active in training only; the shape is unchanged and there are no parameters."


class Dropout(Layer, frozen=True):
    """Sets a random share of its inputs to zero while training, and scales up the rest."""

    group: ClassVar[str] = "Regularization"
    in_place = True
    faster_compiled = True
    initial_values: ClassVar[Mapping[str, Any]] = {"rate": 0.5}

    rate: arg.Rate
    seed: arg.Seed = None

    @property
    def detail(self) -> str:
        return f"{self.rate:g}"

    def derive(self, x: Shape) -> Facts:
        return Facts(x, notes=(_TRAINING_ONLY,))


class SpatialDropout2D(Layer, frozen=True):
    """Sets whole random channels to zero while training."""

    group: ClassVar[str] = "Regularization"
    in_place = True
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"rate": 0.2}

    rate: arg.Rate
    seed: arg.Seed = None

    @property
    def detail(self) -> str:
        return f"{self.rate:g}"

    def derive(self, x: Shape) -> Facts:
        image(self, x)
        return Facts(x, notes=(_TRAINING_ONLY,))


class GaussianNoise(Layer, frozen=True):
    """Adds Gaussian noise while training."""

    group: ClassVar[str] = "Regularization"
    in_place = True
    initial_values: ClassVar[Mapping[str, Any]] = {"stddev": 0.1}

    stddev: Annotated[float, FloatField(0, 1), "Standard deviation of the noise"]
    seed: arg.Seed = None

    @property
    def detail(self) -> str:
        return f"{self.stddev:g}"

    def derive(self, x: Shape) -> Facts:
        return Facts(x, notes=(_TRAINING_ONLY,))
