"""Keras's normalization layers."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec.structs import replace

from core.fields.types import AxesField, BoolField, FloatField, IntField
from core.network.formulas import Formula, Number
from core.network.initializers import Ones, Zeros
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerError, LayerFix
from core.network.layers.inputs import axis_sizes
from core.network.shapes import Shape, count, show_shape

__all__ = ["BatchNormalization", "LayerNormalization"]

GAMMA = Formula("gamma", "channels", "keras.layers.BatchNormalization: one scale for each entry of the axis")
BETA = Formula("beta", "channels", "keras.layers.BatchNormalization: one offset for each entry of the axis")
MOVING_MEAN = Formula("moving mean", "channels", "keras.layers.BatchNormalization, not trainable")
MOVING_VARIANCE = Formula("moving variance", "channels", "keras.layers.BatchNormalization, not trainable")
WORK = Formula("multiply-adds", "numbers", "one product with a weight and one sum for each number")

Center = Annotated[bool, BoolField(), "Learn an offset, beta"]
Scale = Annotated[bool, BoolField(), "Learn a scale, gamma"]


class BatchNormalization(Layer, frozen=True):
    """Normalizes each channel to mean 0 and variance 1 over the batch, then applies a learned scale and offset."""

    group: ClassVar[str] = "Normalization"
    in_place = True
    faster_compiled = True
    normalizes_over = "batch"

    axis: Annotated[int, IntField(), "The axis whose entries are normalized separately; -1: channels"] = -1
    momentum: Annotated[float, FloatField(0, 1), "How slowly the moving mean and variance adapt"] = 0.99
    epsilon: arg.Epsilon = 0.001
    center: Center = True
    scale: Scale = True
    beta_initializer: arg.InitializerArg = Zeros()
    gamma_initializer: arg.InitializerArg = Ones()
    moving_mean_initializer: arg.InitializerArg = Zeros()
    moving_variance_initializer: arg.InitializerArg = Ones()
    beta_regularizer: arg.RegularizerArg = None
    gamma_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def derive(self, x: Shape) -> Facts:
        (channels,) = axis_sizes(self, x, (self.axis,))
        return Facts(
            x,
            weights=_if(self.scale, GAMMA(channels=channels)),
            biases=_if(self.center, BETA(channels=channels)),
            statistics=(MOVING_MEAN(channels=channels), MOVING_VARIANCE(channels=channels)),
            multiply_adds=_if(self.scale, WORK(numbers=count(x))),
            notes=("The statistics are measured, not trained: they count as non-trainable.",),
        )


class LayerNormalization(Layer, frozen=True):
    """Normalizes each example to mean 0 and variance 1 along an axis, then applies a learned scale and offset."""

    group: ClassVar[str] = "Normalization"
    in_place = True
    faster_compiled = True
    normalizes_over = "example"

    axis: Annotated[tuple[int, ...], AxesField(), "The axis or axes normalized together; -1: channels"] = (-1,)
    epsilon: arg.Epsilon = 0.001
    center: Center = True
    scale: Scale = True
    beta_initializer: arg.InitializerArg = Zeros()
    gamma_initializer: arg.InitializerArg = Ones()
    beta_regularizer: arg.RegularizerArg = None
    gamma_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"gamma_initializer": len(self.axis), "beta_initializer": len(self.axis)}

    def derive(self, x: Shape) -> Facts:
        sizes = axis_sizes(self, x, self.axis)
        if len({axis % (len(x) + 1) for axis in self.axis}) < len(self.axis):
            message = f"LayerNormalization: axes {AxesField().show(self.axis)} name one axis of {show_shape(x)} twice"
            raise LayerError("axis-twice", message, LayerFix("set axis=-1", "replace", replace(self, axis=(-1,))))
        names = [f"size_{chr(ord('a') + position)}" for position in range(len(sizes))]
        text = " * ".join(names) if len(names) > 1 else "channels"
        values = dict(zip(names, sizes, strict=True)) if len(names) > 1 else {"channels": sizes[0]}
        gamma = Formula("gamma", text, "keras.layers.LayerNormalization: one scale for each entry")(**values)
        beta = Formula("beta", text, "keras.layers.LayerNormalization: one offset for each entry")(**values)
        return Facts(
            x,
            weights=_if(self.scale, gamma),
            biases=_if(self.center, beta),
            multiply_adds=_if(self.scale, WORK(numbers=count(x))),
        )


def _if(present: bool, number: Number) -> tuple[Number, ...]:
    return (number,) if present else ()
