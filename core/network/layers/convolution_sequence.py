"""Keras's 1D convolution."""

from collections.abc import Mapping
from math import prod
from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from core.fields.struct import RARE
from core.fields.types import IntField, PaddingField
from core.keras_call import Call
from core.network.formulas import Formula
from core.network.initializers import GlorotUniform, Zeros
from core.network.kernel import Kernel
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer
from core.network.layers.convolution import BIASES, CHANNELS, refuse_strided_dilation, refuse_uneven_groups
from core.network.layers.inputs import sequence
from core.network.layers.sliding import activation_suffix, place_on_sequence, sliding_detail, with_pixels
from core.network.shapes import Shape

__all__ = ["Conv1D"]

WEIGHTS_1D = Formula("weights", "kernel * floor(depth / groups) * filters", "keras.layers.Conv1D: kernel")
WORK_1D = Formula("multiply-adds", "steps * weights", "each weight is used once at every position of the window")


class Conv1D(Layer, frozen=True):
    """Slides filters along a sequence."""

    aliases: ClassVar[tuple[str, ...]] = ("Convolution1D",)
    group: ClassVar[str] = "Convolution"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"filters": 32, "kernel_size": 3, "activation": "relu"}

    filters: arg.Filters
    kernel_size: Annotated[int, IntField(1, arg.MOST_WINDOW), "Length of the window"]
    strides: Annotated[int, IntField(1, arg.MOST_WINDOW), "Step of the window"] = 1
    padding: Annotated[
        str | int,
        PaddingField("valid", "same", "causal"),
        "valid: none; same: keeps ceil(size/stride); causal: all in front; or a number of zeros on each side",
    ] = "valid"
    dilation_rate: Annotated[int, IntField(1, arg.MOST_WINDOW), "Spacing of the window's cells", RARE] = 1
    groups: Annotated[int, IntField(1), "Number of groups; each filter sees only its group's features", RARE] = 1
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        shape = (self.kernel_size, x[-1] // self.groups, self.filters)
        return (Kernel("kernel_initializer", shape, prod(shape[:-1]), self.filters // self.groups),)

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 3}

    @property
    def detail(self) -> str:
        sliding = sliding_detail((self.strides, self.strides), self.padding)
        return f"{self.filters}@{self.kernel_size}{sliding}{activation_suffix(self.activation)}"

    def derive(self, x: Shape) -> Facts:
        _, depth = sequence(self, x)
        refuse_uneven_groups(self, self.groups, (depth, "feature"), self.filters)
        refuse_strided_dilation(self, self.strides, self.dilation_rate, replace(self, dilation_rate=1))
        slid, _ = place_on_sequence(self, x, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        weights = WEIGHTS_1D(kernel=self.kernel_size, depth=depth, groups=self.groups, filters=self.filters)
        return Facts(
            (slid.output, self.filters),
            sizes=(*slid.steps, CHANNELS(filters=self.filters)),
            weights=(weights,),
            biases=(BIASES(filters=self.filters),) if self.use_bias else (),
            multiply_adds=(WORK_1D(steps=slid.output, weights=weights.value),),
        )

    def calls(self) -> tuple[Call, ...]:
        return with_pixels(self.call(), self.padding, rank=1)
