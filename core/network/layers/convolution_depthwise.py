"""Keras's depthwise convolutions, which filter each channel separately."""

from collections.abc import Mapping
from math import prod
from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from core.fields.types import IntField
from core.keras_call import Call
from core.network.formulas import Formula
from core.network.initializers import GlorotUniform, Zeros
from core.network.kernel import Kernel
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerFix, LayerWarning
from core.network.layers.convolution import convolved
from core.network.layers.sliding import activation_suffix, kernel_text, place_window, sliding_detail, with_pixels
from core.network.shapes import Shape

__all__ = ["DepthwiseConv2D", "SeparableConv2D"]

DEPTHWISE = Formula(
    "depthwise weights", "kernel_h * kernel_w * depth * multiplier", "keras.layers.DepthwiseConv2D: kernel"
)
POINTWISE = Formula("pointwise weights", "depth * multiplier * filters", "keras.layers.SeparableConv2D: 1x1 kernel")
DEPTHWISE_BIASES = Formula("biases", "depth * multiplier", "keras.layers.DepthwiseConv2D: bias")


class DepthwiseConv2D(Layer, frozen=True):
    """Filters each channel separately, without mixing channels."""

    group: ClassVar[str] = "Convolution"
    window_operation = "depthwise"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"kernel_size": (3, 3), "activation": "relu"}

    kernel_size: arg.Kernel
    strides: arg.Strides = (1, 1)
    padding: arg.PixelPadding = "valid"
    depth_multiplier: Annotated[int, IntField(1, arg.MOST), "Filters for each channel"] = 1
    dilation_rate: arg.Dilation = (1, 1)
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    depthwise_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    depthwise_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        return (_depthwise_kernel(self, x),)

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"depthwise_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{kernel_text(self.kernel_size)}{sliding_detail(self.strides, self.padding)}"
            f"{f' *{self.depth_multiplier}' if self.depth_multiplier > 1 else ''}{activation_suffix(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        placed = place_window(self, x, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        weights = DEPTHWISE(
            kernel_h=self.kernel_size[0],
            kernel_w=self.kernel_size[1],
            depth=placed.channels,
            multiplier=self.depth_multiplier,
        )
        biases = DEPTHWISE_BIASES(depth=placed.channels, multiplier=self.depth_multiplier)
        facts = convolved(placed, placed.channels * self.depth_multiplier, (weights,), use_bias=False)
        depth = Formula("depth", "depth * multiplier", "keras.layers.DepthwiseConv2D, depth_multiplier")
        return replace(
            facts,
            sizes=(*facts.sizes[:-1], depth(depth=placed.channels, multiplier=self.depth_multiplier)),
            biases=(biases,) if self.use_bias else (),
            warnings=(*facts.warnings, *_unequal_strides(self)),
        )

    def calls(self) -> tuple[Call, ...]:
        return with_pixels(self.call(), self.padding)


class SeparableConv2D(Layer, frozen=True):
    """A depthwise convolution, then a 1x1 convolution that mixes the channels."""

    aliases: ClassVar[tuple[str, ...]] = ("SeparableConvolution2D",)
    group: ClassVar[str] = "Convolution"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"filters": 32, "kernel_size": (3, 3), "activation": "relu"}

    filters: arg.Filters
    kernel_size: arg.Kernel
    strides: arg.Strides = (1, 1)
    padding: arg.PixelPadding = "valid"
    dilation_rate: arg.Dilation = (1, 1)
    depth_multiplier: Annotated[int, IntField(1, arg.MOST), "Depthwise filters for each channel"] = 1
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    depthwise_initializer: arg.InitializerArg = GlorotUniform()
    pointwise_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    depthwise_regularizer: arg.RegularizerArg = None
    pointwise_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        channels = x[-1] * self.depth_multiplier
        pointwise = Kernel("pointwise_initializer", (1, 1, channels, self.filters), channels, self.filters)
        return (_depthwise_kernel(self, x), pointwise)

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"depthwise_initializer": 4, "pointwise_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{self.filters}@{kernel_text(self.kernel_size)}"
            f"{sliding_detail(self.strides, self.padding)}{activation_suffix(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        placed = place_window(self, x, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        depthwise = DEPTHWISE(
            kernel_h=self.kernel_size[0],
            kernel_w=self.kernel_size[1],
            depth=placed.channels,
            multiplier=self.depth_multiplier,
        )
        pointwise = POINTWISE(depth=placed.channels, multiplier=self.depth_multiplier, filters=self.filters)
        facts = convolved(placed, self.filters, (depthwise, pointwise), self.use_bias)
        return replace(facts, warnings=(*facts.warnings, *_unequal_strides(self)))

    def calls(self) -> tuple[Call, ...]:
        return with_pixels(self.call(), self.padding)


def _depthwise_kernel(layer: DepthwiseConv2D | SeparableConv2D, x: Shape) -> Kernel:
    shape = (*layer.kernel_size, x[-1], layer.depth_multiplier)
    return Kernel("depthwise_initializer", shape, prod(layer.kernel_size), layer.depth_multiplier)


def _unequal_strides(layer: DepthwiseConv2D | SeparableConv2D) -> tuple[LayerWarning, ...]:
    """TensorFlow's depthwise kernel needs equal strides, oneDNN's does not; Keras's dilated one does not either."""
    down, across = layer.strides
    if down == across or max(layer.dilation_rate) > 1:
        return ()
    message = f"{layer.type}: strides {down}x{across} train on x86 CPUs only; TensorFlow needs equal strides on a GPU"
    return (
        LayerWarning(
            "unequal-strides", message, LayerFix(f"set strides={down}", "replace", replace(layer, strides=(down, down)))
        ),
    )
