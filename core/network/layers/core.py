"""Keras's core layers: Input, Dense, Activation."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from core.fields.types import ShapeField
from core.formatting import show_amount
from core.network.formulas import Formula
from core.network.initializers import GlorotUniform, Zeros
from core.network.kernel import Kernel
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerFix, LayerWarning
from core.network.layers.reshaping import Flatten
from core.network.layers.sliding import activation_suffix
from core.network.shapes import Shape, count, show_shape

__all__ = ["Activation", "Dense", "Input"]

DENSE_WEIGHTS = Formula("weights", "inputs * units", "keras.layers.Dense: kernel (inputs, units)")
DENSE_BIASES = Formula("biases", "units", "keras.layers.Dense: bias (units,)")
DENSE_WORK = Formula("multiply-adds", "rows * inputs * units", "one product for each weight and row")


class Input(Layer, frozen=True):
    """One example as it enters the network. Row 0 of every stack."""

    group: ClassVar[str] = ""

    shape: Annotated[Shape, ShapeField(), "Sizes of one example, channels last: 28 x 28 x 1 for MNIST"]

    def derive(self, x: Shape) -> Facts:
        return Facts(x, notes=(f"{show_amount(count(x), 'number')} an example.",))


class Dense(Layer, frozen=True):
    """Every unit sees every input: activation(dot(input, kernel) + bias)."""

    group: ClassVar[str] = "Core"
    faster_compiled = True
    initial_values: ClassVar[Mapping[str, Any]] = {"units": 64, "activation": "relu"}

    units: arg.Units
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        return (Kernel("kernel_initializer", (x[-1], self.units), x[-1], self.units),)

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 2}

    @property
    def detail(self) -> str:
        return f"{self.units}{activation_suffix(self.activation)}"

    def derive(self, x: Shape) -> Facts:
        output = (*x[:-1], self.units)
        warnings: tuple[LayerWarning, ...] = ()
        if len(x) > 1:
            flatten = LayerFix("insert Flatten before it", "insert", Flatten())
            message = f"Dense works along the last axis only: {show_shape(x)} gives {show_shape(output)}"
            warnings = (LayerWarning("dense-on-last-axis", message, flatten),)
        return Facts(
            output,
            sizes=(Formula("output", "units", "keras.layers.Dense")(units=self.units),),
            weights=(DENSE_WEIGHTS(inputs=x[-1], units=self.units),),
            biases=(DENSE_BIASES(units=self.units),) if self.use_bias else (),
            multiply_adds=(DENSE_WORK(rows=count(x[:-1]), inputs=x[-1], units=self.units),),
            warnings=warnings,
        )


class Activation(Layer, frozen=True):
    """Applies a function to every number; softmax to every row."""

    group: ClassVar[str] = "Activations"
    in_place = True
    faster_compiled = True
    initial_values: ClassVar[Mapping[str, Any]] = {"activation": "relu"}

    activation: arg.Activation

    @property
    def activation_name(self) -> str:
        return "" if self.activation == "linear" else self.activation

    @property
    def detail(self) -> str:
        return self.activation

    def derive(self, x: Shape) -> Facts:
        return Facts(x, notes=("The shape is unchanged; there are no parameters.",))
