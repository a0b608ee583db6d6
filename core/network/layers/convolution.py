"""Keras's convolution layers."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from core.fields.types import ChoiceField, IntField, OptionalField, PaddingField, PairField
from core.formatting import show_amount
from core.keras_call import Call
from core.network.formulas import Formula, Number
from core.network.initializers import GlorotUniform, Zeros
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerError, LayerFix, LayerWarning
from core.network.layers.inputs import image, sequence
from core.network.layers.sliding import PlacedWindow, kernel_text, place_window, sliding_detail, with_pixels
from core.network.shapes import Shape, slide, transposed

__all__ = ["Conv1D", "Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D"]

WEIGHTS = Formula("weights", "kernel_h * kernel_w * depth * filters", "(F*F*D1)*K; keras.layers.Conv2D: kernel")
GROUPED = Formula("weights", "kernel_h * kernel_w * floor(depth / groups) * filters", "keras.layers.Conv2D, groups")
DEPTHWISE = Formula(
    "depthwise weights", "kernel_h * kernel_w * depth * multiplier", "keras.layers.DepthwiseConv2D: kernel"
)
POINTWISE = Formula("pointwise weights", "depth * multiplier * filters", "keras.layers.SeparableConv2D: 1x1 kernel")
BIASES = Formula("biases", "filters", "K biases; keras.layers.Conv2D: bias (filters,)")
DEPTHWISE_BIASES = Formula("biases", "depth * multiplier", "keras.layers.DepthwiseConv2D: bias")
CHANNELS = Formula("depth", "filters", "D2 = K")
WORK = Formula("multiply-adds", "height * width * weights", "each weight is used once at every stop of the window")
WEIGHTS_1D = Formula("weights", "kernel * floor(depth / groups) * filters", "keras.layers.Conv1D: kernel")
WORK_1D = Formula("multiply-adds", "steps * weights", "each weight is used once at every stop of the window")


def _stride_or_dilation(layer: "Conv2D | Conv1D | Conv2DTranspose", fix: Layer) -> None:
    strides, dilation = layer.strides, layer.dilation_rate
    widest = (max(strides), max(dilation)) if isinstance(strides, tuple) and isinstance(dilation, tuple) else None
    stride, spread = widest or (layer.strides, layer.dilation_rate)
    if stride > 1 and spread > 1:  # type: ignore[operator]  # both are whole numbers here
        message = f"{layer.type}: Keras takes strides or dilation_rate above 1, not both"
        raise LayerError("stride-and-dilation", message, LayerFix("set dilation_rate=1", "replace", fix))


class Conv2D(Layer, frozen=True):
    """Slides filters over an image; each gives one channel of the output."""

    aliases: ClassVar[tuple[str, ...]] = ("Convolution2D",)
    group: ClassVar[str] = "Convolution"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"filters": 32, "kernel_size": (3, 3), "activation": "relu"}

    filters: arg.Filters
    kernel_size: arg.Kernel
    strides: arg.Strides = (1, 1)
    padding: arg.PixelPadding = "valid"
    dilation_rate: arg.Dilation = (1, 1)
    groups: Annotated[int, IntField(1), "Split channels and filters into groups that do not see each other"] = 1
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{self.filters}@{kernel_text(self.kernel_size)}"
            f"{sliding_detail(self.strides, self.padding)}{_activation(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        depth = image(self, x)[2]
        if depth % self.groups or self.filters % self.groups:
            message = (
                f"Conv2D: {self.groups} groups divide neither or only one of {show_amount(depth, 'channel')}, "
                f"{show_amount(self.filters, 'filter')}"
            )
            raise LayerError("uneven-groups", message, LayerFix("set groups=1", "replace", replace(self, groups=1)))
        _stride_or_dilation(self, replace(self, dilation_rate=(1, 1)))
        placed = place_window(
            self,
            x,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            lambda p: replace(self, padding=p),
        )
        kernel = {"kernel_h": self.kernel_size[0], "kernel_w": self.kernel_size[1], "depth": depth}
        weights = (
            GROUPED(**kernel, groups=self.groups, filters=self.filters)
            if self.groups > 1
            else WEIGHTS(**kernel, filters=self.filters)
        )
        return _facts(placed, self.filters, (weights,), self.use_bias)

    def calls(self) -> tuple[Call, ...]:
        return with_pixels(self.call(), self.padding)


class Conv2DTranspose(Layer, frozen=True):
    """The opposite of a convolution's shape: spreads each pixel over a window, so that images grow."""

    aliases: ClassVar[tuple[str, ...]] = ("Convolution2DTranspose",)
    group: ClassVar[str] = "Convolution"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"filters": 32, "kernel_size": (3, 3), "strides": (2, 2)}

    filters: arg.Filters
    kernel_size: arg.Kernel
    strides: arg.Strides = (1, 1)
    padding: Annotated[str, ChoiceField("valid", "same"), "valid: all that is spread; same: size * stride"] = "valid"
    output_padding: Annotated[
        tuple[int, int] | None,
        OptionalField(PairField(0, arg.MOST_WINDOW)),
        "Extra rows and columns of the output; empty: Keras chooses",
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

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{self.filters}@{kernel_text(self.kernel_size)}"
            f"{sliding_detail(self.strides, self.padding)}{_activation(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        height, width, depth = image(self, x)
        _stride_or_dilation(self, replace(self, dilation_rate=(1, 1)))
        extra = self.output_padding or (None, None)
        if any(more is not None and more >= step for more, step in zip(extra, self.strides, strict=True)):
            raise LayerError(
                "output-padding",
                f"Conv2DTranspose: output_padding {kernel_text(self.output_padding or (0, 0))} must be smaller than "
                f"strides {kernel_text(self.strides)}",
                LayerFix("leave output_padding to Keras", "replace", replace(self, output_padding=None)),
            )
        steps = [
            transposed(axis, size, kernel, stride, self.padding, more, dilation)
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
                f"which strides {kernel_text(self.strides)} do not lead back to {height}x{width}",
                LayerFix("leave output_padding to Keras", "replace", replace(self, output_padding=None)),
            )
        weights = WEIGHTS(kernel_h=self.kernel_size[0], kernel_w=self.kernel_size[1], depth=depth, filters=self.filters)
        return Facts(
            (rows, columns, self.filters),
            sizes=(*steps[0], *steps[1], CHANNELS(filters=self.filters)),
            weights=(weights,),
            biases=(BIASES(filters=self.filters),) if self.use_bias else (),
            multiply_adds=(WORK(height=height, width=width, weights=weights.value),),
        )


class DepthwiseConv2D(Layer, frozen=True):
    """Filters every channel by itself; nothing mixes the channels."""

    group: ClassVar[str] = "Convolution"
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

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"depthwise_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{kernel_text(self.kernel_size)}{sliding_detail(self.strides, self.padding)}"
            f"{f' *{self.depth_multiplier}' if self.depth_multiplier > 1 else ''}{_activation(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        placed = place_window(
            self,
            x,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            lambda p: replace(self, padding=p),
        )
        weights = DEPTHWISE(
            kernel_h=self.kernel_size[0],
            kernel_w=self.kernel_size[1],
            depth=placed.channels,
            multiplier=self.depth_multiplier,
        )
        biases = DEPTHWISE_BIASES(depth=placed.channels, multiplier=self.depth_multiplier)
        facts = _facts(placed, placed.channels * self.depth_multiplier, (weights,), use_bias=False)
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

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"depthwise_initializer": 4, "pointwise_initializer": 4}

    @property
    def detail(self) -> str:
        return (
            f"{self.filters}@{kernel_text(self.kernel_size)}"
            f"{sliding_detail(self.strides, self.padding)}{_activation(self.activation)}"
        )

    def derive(self, x: Shape) -> Facts:
        placed = place_window(
            self,
            x,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            lambda p: replace(self, padding=p),
        )
        depthwise = DEPTHWISE(
            kernel_h=self.kernel_size[0],
            kernel_w=self.kernel_size[1],
            depth=placed.channels,
            multiplier=self.depth_multiplier,
        )
        pointwise = POINTWISE(depth=placed.channels, multiplier=self.depth_multiplier, filters=self.filters)
        facts = _facts(placed, self.filters, (depthwise, pointwise), self.use_bias)
        return replace(facts, warnings=(*facts.warnings, *_unequal_strides(self)))

    def calls(self) -> tuple[Call, ...]:
        return with_pixels(self.call(), self.padding)


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
    dilation_rate: Annotated[int, IntField(1, arg.MOST_WINDOW), "Spacing of the window's cells"] = 1
    groups: Annotated[int, IntField(1), "Split features and filters into groups that do not see each other"] = 1
    activation: arg.Activation = "linear"
    use_bias: arg.UseBias = True
    kernel_initializer: arg.InitializerArg = GlorotUniform()
    bias_initializer: arg.InitializerArg = Zeros()
    kernel_regularizer: arg.RegularizerArg = None
    bias_regularizer: arg.RegularizerArg = None
    activity_regularizer: arg.RegularizerArg = None
    trainable: arg.Trainable = True

    def weight_axes(self, x: Shape) -> Mapping[str, int]:
        return {"kernel_initializer": 3}

    @property
    def detail(self) -> str:
        strides = (self.strides, self.strides)
        return f"{self.filters}@{self.kernel_size}{sliding_detail(strides, self.padding)}{_activation(self.activation)}"

    def derive(self, x: Shape) -> Facts:
        steps, depth = sequence(self, x)
        if depth % self.groups or self.filters % self.groups:
            message = (
                f"Conv1D: {self.groups} groups divide neither or only one of {show_amount(depth, 'feature')}, "
                f"{show_amount(self.filters, 'filter')}"
            )
            raise LayerError("uneven-groups", message, LayerFix("set groups=1", "replace", replace(self, groups=1)))
        _stride_or_dilation(self, replace(self, dilation_rate=1))
        slid = slide("steps", steps, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        if slid.output < 1:
            message = f"Conv1D: a window of {slid.window} does not fit {show_amount(steps, 'step')}"
            raise LayerError(
                "window-too-large", message, LayerFix('set padding="same"', "replace", replace(self, padding="same"))
            )
        weights = WEIGHTS_1D(kernel=self.kernel_size, depth=depth, groups=self.groups, filters=self.filters)
        return Facts(
            (slid.output, self.filters),
            sizes=(*slid.steps, CHANNELS(filters=self.filters)),
            weights=(weights,),
            biases=(BIASES(filters=self.filters),) if self.use_bias else (),
            multiply_adds=(WORK_1D(steps=slid.output, weights=weights.value),),
        )

    def calls(self) -> tuple[Call, ...]:
        calls = with_pixels(self.call(), self.padding)
        return tuple(Call(call.function.replace("ZeroPadding2D", "ZeroPadding1D"), call.arguments) for call in calls)


def _facts(placed: PlacedWindow, depth: int, weights: tuple[Number, ...], use_bias: bool) -> Facts:
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


def _unequal_strides(layer: DepthwiseConv2D | SeparableConv2D) -> tuple[LayerWarning, ...]:
    """TensorFlow's depthwise kernel wants equal strides, oneDNN's does not; with dilation Keras goes another way."""
    down, across = layer.strides
    if down == across or max(layer.dilation_rate) > 1:
        return ()
    message = f"{layer.type}: strides {down}x{across} train on x86 CPUs only; TensorFlow needs equal ones on a GPU"
    return (
        LayerWarning(
            "unequal-strides", message, LayerFix(f"set strides={down}", "replace", _with_strides(layer, down))
        ),
    )


def _with_strides(layer: Layer, stride: int) -> Layer:
    return replace(layer, strides=(stride, stride))


def _activation(name: str) -> str:
    return "" if name == "linear" else f" {name}"
