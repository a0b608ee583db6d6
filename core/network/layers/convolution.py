"""Keras's 2D convolutions, and functions that other convolutions share."""

from collections.abc import Mapping
from math import ceil, prod
from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from core.fields.struct import RARE
from core.fields.types import ChoiceField, IntField, OptionalField, PairField
from core.formatting import show_amount
from core.keras_call import Call
from core.network.formulas import Formula, Number
from core.network.initializers import GlorotUniform, Zeros
from core.network.kernel import Kernel
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerError, LayerFix, LayerWarning
from core.network.layers.inputs import image
from core.network.layers.sliding import (
    PlacedWindow,
    activation_suffix,
    kernel_text,
    place_window,
    sliding_detail,
    with_pixels,
)
from core.network.shapes import Shape, transposed_output_size

__all__ = [
    "BIASES",
    "CHANNELS",
    "Conv2D",
    "Conv2DTranspose",
    "convolved",
    "refuse_strided_dilation",
    "refuse_uneven_groups",
]

WEIGHTS = Formula("weights", "kernel_h * kernel_w * depth * filters", "(F*F*D1)*K; keras.layers.Conv2D: kernel")
GROUPED = Formula("weights", "kernel_h * kernel_w * floor(depth / groups) * filters", "keras.layers.Conv2D, groups")
BIASES = Formula("biases", "filters", "K biases; keras.layers.Conv2D: bias (filters,)")
CHANNELS = Formula("depth", "filters", "D2 = K")
WORK = Formula("multiply-adds", "height * width * weights", "each weight is used once at every position of the window")


def refuse_strided_dilation(layer: Layer, stride: int, dilation: int, undilated: Layer) -> None:
    """Raise `LayerError` for a ``stride`` and a ``dilation`` above 1, with ``undilated`` as the fix."""
    if stride > 1 and dilation > 1:
        message = f"{layer.type}: Keras takes strides or dilation_rate above 1, not both"
        raise LayerError("stride-and-dilation", message, LayerFix("set dilation_rate=1", "replace", undilated))


def refuse_uneven_groups(layer: Layer, groups: int, inputs: tuple[int, str], filters: int) -> None:
    """Raise `LayerError` unless ``groups`` divides ``inputs``, a number with its unit, and ``filters``."""
    if inputs[0] % groups or filters % groups:
        message = (
            f"{layer.type}: {groups} groups must divide both {show_amount(*inputs)} and "
            f"{show_amount(filters, 'filter')}"
        )
        raise LayerError("uneven-groups", message, LayerFix("set groups=1", "replace", replace(layer, groups=1)))


class Conv2D(Layer, frozen=True):
    """Slides filters over an image; each gives one channel of the output."""

    aliases: ClassVar[tuple[str, ...]] = ("Convolution2D",)
    group: ClassVar[str] = "Convolution"
    window_operation = "convolution"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"filters": 32, "kernel_size": (3, 3), "activation": "relu"}

    filters: arg.Filters
    kernel_size: arg.Kernel
    strides: arg.Strides = (1, 1)
    padding: arg.PixelPadding = "valid"
    dilation_rate: arg.Dilation = (1, 1)
    groups: Annotated[int, IntField(1), "Number of groups; each filter sees only its group's channels", RARE] = 1
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        shape = (*self.kernel_size, x[-1] // self.groups, self.filters)
        return (Kernel("kernel_initializer", shape, prod(shape[:-1]), self.filters // self.groups),)

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{self.filters}@{kernel_text(self.kernel_size)}"
            f"{sliding_detail(self.strides, self.padding)}{activation_suffix(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        depth = image(self, x)[2]
        refuse_uneven_groups(self, self.groups, (depth, "channel"), self.filters)
        refuse_strided_dilation(self, max(self.strides), max(self.dilation_rate), replace(self, dilation_rate=(1, 1)))
        placed = place_window(self, x, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        kernel = {"kernel_h": self.kernel_size[0], "kernel_w": self.kernel_size[1], "depth": depth}
        weights = (
            GROUPED(**kernel, groups=self.groups, filters=self.filters)
            if self.groups > 1
            else WEIGHTS(**kernel, filters=self.filters)
        )
        return convolved(placed, self.filters, (weights,), self.use_bias)

    def calls(self) -> tuple[Call, ...]:
        return with_pixels(self.call(), self.padding)


class Conv2DTranspose(Layer, frozen=True):
    """Reverses the shape of a convolution: spreads each pixel over a window, so images grow."""

    aliases: ClassVar[tuple[str, ...]] = ("Convolution2DTranspose",)
    group: ClassVar[str] = "Convolution"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"filters": 32, "kernel_size": (3, 3), "strides": (2, 2)}

    filters: arg.Filters
    kernel_size: arg.Kernel
    strides: arg.Strides = (1, 1)
    padding: Annotated[str, ChoiceField("valid", "same"), "valid: the full output; same: size * stride"] = "valid"
    output_padding: Annotated[
        tuple[int, int] | None,
        OptionalField(PairField(0, arg.MOST_WINDOW)),
        "Extra rows and columns of the output; empty: Keras chooses",
        RARE,
    ] = None
    dilation_rate: arg.Dilation = (1, 1)
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def kernels(self, x: Shape) -> tuple[Kernel, ...]:
        # Windows overlap: an output pixel sums one product per channel for each window over it.
        overlaps = prod(ceil(size / step) for size, step in zip(self.kernel_size, self.strides, strict=True))
        return (Kernel("kernel_initializer", (*self.kernel_size, self.filters, x[-1]), x[-1] * overlaps, self.filters),)

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{self.filters}@{kernel_text(self.kernel_size)}"
            f"{sliding_detail(self.strides, self.padding)}{activation_suffix(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        height, width, depth = image(self, x)
        refuse_strided_dilation(self, max(self.strides), max(self.dilation_rate), replace(self, dilation_rate=(1, 1)))
        extra = self.output_padding or (None, None)
        if any(more is not None and more >= step for more, step in zip(extra, self.strides, strict=True)):
            raise LayerError(
                "output-padding",
                f"Conv2DTranspose: output_padding {kernel_text(self.output_padding or (0, 0))} must be smaller than "
                f"strides {kernel_text(self.strides)}",
                LayerFix("leave output_padding to Keras", "replace", replace(self, output_padding=None)),
            )
        steps = [
            transposed_output_size(axis, size, kernel, stride, self.padding, more, dilation)
            for axis, size, kernel, stride, more, dilation in zip(
                ("height", "width"),
                (height, width),
                self.kernel_size,
                self.strides,
                extra,
                self.dilation_rate,
                strict=True,
            )
        ]
        rows, columns = (axis[-1].value for axis in steps)
        shrunk = (-(-rows // self.strides[0]), -(-columns // self.strides[1]))
        if self.padding == "same" and shrunk != (height, width):
            raise LayerError(
                "output-padding",
                f"Conv2DTranspose: output_padding {kernel_text(self.output_padding or (0, 0))} gives {rows}x{columns}, "
                f"which strides {kernel_text(self.strides)} do not reduce to {height}x{width}",
                LayerFix("leave output_padding to Keras", "replace", replace(self, output_padding=None)),
            )
        weights = WEIGHTS(kernel_h=self.kernel_size[0], kernel_w=self.kernel_size[1], depth=depth, filters=self.filters)
        return Facts(
            (rows, columns, self.filters),
            sizes=(*steps[0], *steps[1], CHANNELS(filters=self.filters)),
            weights=(weights,),
            biases=(BIASES(filters=self.filters),) if self.use_bias else (),
            multiply_adds=(WORK(height=height, width=width, weights=weights.value),),
            warnings=_dilated(self),
        )


def _dilated(layer: Conv2DTranspose) -> tuple[LayerWarning, ...]:
    """TensorFlow has no kernel for it on a CPU."""
    if max(layer.dilation_rate) == 1:
        return ()
    rate = kernel_text(layer.dilation_rate)
    message = f"Conv2DTranspose: dilation_rate {rate} trains on a GPU only; TensorFlow needs 1 on a CPU"
    fix = LayerFix("set dilation_rate=1", "replace", replace(layer, dilation_rate=(1, 1)))
    return (LayerWarning("dilated-transpose", message, fix),)


def convolved(placed: PlacedWindow, depth: int, weights: tuple[Number, ...], use_bias: bool) -> Facts:
    """The facts of a convolution with ``weights`` that gives ``depth`` channels at every position of its window."""
    window = placed.window
    work = WORK(height=placed.rows, width=placed.columns, weights=sum(number.value for number in weights))
    return Facts(
        (placed.rows, placed.columns, depth),
        sizes=(*window.rows.steps, *window.columns.steps, CHANNELS(filters=depth)),
        weights=weights,
        biases=(BIASES(filters=depth),) if use_bias else (),
        multiply_adds=(work,),
        warnings=placed.warnings,
        window=window,
    )
