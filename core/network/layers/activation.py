"""Keras's activation layers: functions with arguments or weights."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec.structs import replace

from core.fields.types import AxesField, FloatField, OptionalField
from core.network.formulas import Formula
from core.network.initializers import Zeros
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerError, LayerFix, LayerWarning
from core.network.layers.inputs import axis_sizes
from core.network.shapes import Shape, count, show_shape

__all__ = ["ELU", "LeakyReLU", "PReLU"]

_UNCHANGED = "The shape is unchanged; there are no parameters."
WORK = Formula("multiply-adds", "numbers", "one product with a slope for each number")


class LeakyReLU(Layer, frozen=True):
    """Lets a share of negative numbers through: max(x, slope * x)."""

    group: ClassVar[str] = "Activations"
    in_place = True
    faster_compiled = True
    renamed: ClassVar[Mapping[str, str]] = {"alpha": "negative_slope"}

    negative_slope: Annotated[float, FloatField(0), "Slope for negative numbers"] = 0.3

    @property
    def activation_name(self) -> str:
        return "leaky_relu"

    @property
    def detail(self) -> str:
        return f"{self.negative_slope:g}"

    def derive(self, x: Shape) -> Facts:
        return Facts(x, notes=(_UNCHANGED,))


class PReLU(Layer, frozen=True):
    """A leaky relu whose slopes are learned, one for each input or shared along axes."""

    group: ClassVar[str] = "Activations"
    in_place = True
    faster_compiled = True

    alpha_initializer: arg.InitializerArg = Zeros()
    alpha_regularizer: arg.RegularizerArg = None
    shared_axes: Annotated[
        tuple[int, ...] | None,
        OptionalField(AxesField()),
        "Axes that share a slope: 1, 2 gives one for each channel of an image",
    ] = None
    trainable: arg.Trainable = True

    @property
    def activation_name(self) -> str:
        return "leaky_relu"

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"alpha_initializer": len(x)}

    def derive(self, x: Shape) -> Facts:
        shared = self.shared_axes or ()
        axis_sizes(self, x, shared)
        if -len(x) in shared:
            axes = tuple(dict.fromkeys(axis % (len(x) + 1) for axis in shared))
            message = f"PReLU: Keras cannot share axis {-len(x)} of {show_shape(x)}; use its positive index"
            fix = LayerFix(f"set shared_axes={AxesField().show(axes)}", "replace", replace(self, shared_axes=axes))
            raise LayerError("no-such-axis", message, fix)
        # Keras indexes the shape without the batch by axis - 1, for negative axes too.
        unshared = [size for index, size in enumerate(x) if not any(index == (axis - 1) % len(x) for axis in shared)]
        names = [f"size_{chr(ord('a') + position)}" for position in range(len(unshared))] or ["one"]
        slopes = Formula("slopes", " * ".join(names), "keras.layers.PReLU: alpha, one slope for each input")
        return Facts(
            x,
            weights=(slopes(**dict(zip(names, unshared or [1], strict=True))),),
            multiply_adds=(WORK(numbers=count(x)),),
            warnings=self._off_by_one(x),
        )

    def _off_by_one(self, x: Shape) -> tuple[LayerWarning, ...]:
        negative = [axis for axis in self.shared_axes or () if axis < 0]
        if not negative:
            return ()
        axes = tuple(dict.fromkeys(axis if axis > 0 else axis + len(x) for axis in self.shared_axes or ()))
        message = (
            f"PReLU: Keras counts negative shared_axes one too far: {negative[0]} shares axis {negative[0] + len(x)}"
        )
        fix = LayerFix(
            f"set shared_axes={AxesField().show(axes)}, the same", "replace", replace(self, shared_axes=axes)
        )
        return (LayerWarning("negative-shared-axis", message, fix),)


class ELU(Layer, frozen=True):
    """Smoothly limits negative numbers to -alpha: alpha * (exp(x) - 1)."""

    group: ClassVar[str] = "Activations"
    in_place = True
    faster_compiled = True

    alpha: Annotated[float, FloatField(), "Limit of negative numbers"] = 1.0

    @property
    def activation_name(self) -> str:
        return "elu"

    @property
    def detail(self) -> str:
        return f"{self.alpha:g}"

    def derive(self, x: Shape) -> Facts:
        return Facts(x, notes=(_UNCHANGED,))
