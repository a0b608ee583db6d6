"""Keras's pooling layers."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from core.fields.types import BoolField, ChoiceField, IntField, OptionalField, PairField
from core.keras_call import Call
from core.network.formulas import Formula
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer
from core.network.layers.inputs import image, sequence
from core.network.layers.sliding import kernel_text, place_on_sequence, place_window, sliding_detail, with_pixels
from core.network.shapes import Shape

__all__ = [
    "AveragePooling2D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "MaxPooling1D",
    "MaxPooling2D",
]

DEPTH = Formula("depth", "depth", "D2 = D1")

STRIDES: Mapping[str, str] = {"strides": "pool_size"}

PoolStrides = Annotated[
    tuple[int, int] | None,
    OptionalField(PairField(1, arg.MOST_WINDOW)),
    "Steps of the window; empty: as large as the window",
]
KeepDims = Annotated[bool, BoolField(), "Keep the pooled axes, with size 1"]


class _Pooling2D(Layer, frozen=True):
    group: ClassVar[str] = "Pooling"
    pooling = True
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    stand_ins: ClassVar[Mapping[str, str]] = STRIDES
    pixels_note: ClassVar[str]

    pool_size: Annotated[tuple[int, int], PairField(1, arg.MOST_WINDOW), "Height and width of the window"] = (2, 2)
    strides: PoolStrides = None
    padding: arg.PixelPadding = "valid"

    @property
    def detail(self) -> str:
        strides = self.effective("strides")
        return f"{kernel_text(self.pool_size)}{sliding_detail(strides, self.padding, usual=(0, 0))}"

    def derive(self, x: Shape) -> Facts:
        placed = place_window(self, x, self.pool_size, self.effective("strides"), self.padding)
        window = placed.window
        notes: tuple[str, ...] = ("There are no parameters.",)
        if isinstance(self.padding, int) and self.padding:
            notes = (*notes, self.pixels_note)
        return Facts(
            (placed.rows, placed.columns, placed.channels),
            sizes=(*window.rows.steps, *window.columns.steps, DEPTH(depth=placed.channels)),
            notes=notes,
            warnings=placed.warnings,
            window=window,
        )

    def calls(self) -> tuple[Call, ...]:
        return with_pixels(self.call(), self.padding)


class MaxPooling2D(_Pooling2D, frozen=True):
    """Keeps the largest number under the window, channel by channel."""

    aliases: ClassVar[tuple[str, ...]] = ("MaxPool2D",)
    window_operation = "max"

    pixels_note: ClassVar[str] = (
        "The zeros of the padding count in the maximum: they exceed negative numbers. After relu they change nothing; "
        'padding="same" ignores the padding.'
    )


class AveragePooling2D(_Pooling2D, frozen=True):
    """Averages the numbers under the window, channel by channel."""

    aliases: ClassVar[tuple[str, ...]] = ("AvgPool2D",)
    window_operation = "average"

    pixels_note: ClassVar[str] = (
        "The zeros of the padding count in the average: edges come out darker. "
        'padding="same" averages over real pixels only.'
    )

    def calls(self) -> tuple[Call, ...]:
        # Keras has no default pool_size for this layer.
        return with_pixels(self.call(pool_size=self.pool_size), self.padding)


class _GlobalPooling2D(Layer, frozen=True):
    group: ClassVar[str] = "Pooling"
    pooling = True
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST

    keepdims: KeepDims = False

    def derive(self, x: Shape) -> Facts:
        _, _, depth = image(self, x)
        output = (1, 1, depth) if self.keepdims else (depth,)
        return Facts(output, sizes=(DEPTH(depth=depth),), notes=("One number for each channel; no parameters.",))


class GlobalMaxPooling2D(_GlobalPooling2D, frozen=True):
    """Keeps the largest number of each channel."""

    aliases: ClassVar[tuple[str, ...]] = ("GlobalMaxPool2D",)


class GlobalAveragePooling2D(_GlobalPooling2D, frozen=True):
    """Averages each channel to one number."""

    aliases: ClassVar[tuple[str, ...]] = ("GlobalAvgPool2D",)


class MaxPooling1D(Layer, frozen=True):
    """Keeps the largest number under a window along a sequence, feature by feature."""

    aliases: ClassVar[tuple[str, ...]] = ("MaxPool1D",)
    group: ClassVar[str] = "Pooling"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    stand_ins: ClassVar[Mapping[str, str]] = STRIDES

    pool_size: Annotated[int, IntField(1, arg.MOST_WINDOW), "Length of the window"] = 2
    strides: Annotated[
        int | None, OptionalField(IntField(1, arg.MOST_WINDOW)), "Step of the window; empty: as long as the window"
    ] = None
    padding: Annotated[str, ChoiceField("valid", "same"), "valid: none; same: keeps ceil(size/stride)"] = "valid"

    @property
    def detail(self) -> str:
        stride = self.effective("strides")
        return f"{self.pool_size}{sliding_detail((stride, stride), self.padding, usual=(0, 0))}"

    def derive(self, x: Shape) -> Facts:
        slid, features = place_on_sequence(self, x, self.pool_size, self.effective("strides"), self.padding)
        return Facts(
            (slid.output, features),
            sizes=(*slid.steps, DEPTH(depth=features)),
            notes=("There are no parameters.",),
        )


class GlobalAveragePooling1D(Layer, frozen=True):
    """Averages each feature over all steps."""

    aliases: ClassVar[tuple[str, ...]] = ("GlobalAvgPool1D",)
    group: ClassVar[str] = "Pooling"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST

    keepdims: KeepDims = False

    def derive(self, x: Shape) -> Facts:
        _, features = sequence(self, x)
        output = (1, features) if self.keepdims else (features,)
        return Facts(output, sizes=(DEPTH(depth=features),), notes=("One number for each feature; no parameters.",))
