"""Layers that change the size or the scale of images."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from core.fields.types import BoolField, ChoiceField, FloatField, IntField, MarginsField, PairField
from core.network.formulas import Formula
from core.network.layers import arguments as arg
from core.network.layers.base import Facts, Layer, LayerError, LayerFix
from core.network.layers.inputs import image
from core.network.layers.sliding import kernel_text
from core.network.shapes import Shape, count, show_shape

__all__ = ["Rescaling", "Resizing", "UpSampling2D", "ZeroPadding2D"]

PADDED = Formula("size", "before + size + after", "keras.layers.ZeroPadding2D")
REPEATED = Formula("size", "size * factor", "keras.layers.UpSampling2D")
SCALED = Formula("multiply-adds", "numbers", "one product and one sum for each number")


class ZeroPadding2D(Layer, frozen=True):
    """Adds rows and columns of zeros around an image."""

    group: ClassVar[str] = "Images"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST

    padding: Annotated[
        tuple[tuple[int, int], tuple[int, int]], MarginsField(), "All sides; height, width; or top, bottom, left, right"
    ] = ((1, 1), (1, 1))

    @property
    def detail(self) -> str:
        return MarginsField().show(self.padding)

    def derive(self, x: Shape) -> Facts:
        height, width, depth = image(self, x)
        (top, bottom), (left, right) = self.padding
        rows = PADDED("height", before=top, size=height, after=bottom)
        columns = PADDED("width", before=left, size=width, after=right)
        return Facts((rows.value, columns.value, depth), sizes=(rows, columns))


class UpSampling2D(Layer, frozen=True):
    """Enlarges an image by whole factors."""

    group: ClassVar[str] = "Images"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST

    size: Annotated[tuple[int, int], PairField(1, arg.MOST_WINDOW), "Factors for height and width"] = (2, 2)
    interpolation: Annotated[str, arg.Interpolation, "How new pixels are computed"] = "nearest"

    @property
    def detail(self) -> str:
        return kernel_text(self.size)

    def derive(self, x: Shape) -> Facts:
        height, width, depth = image(self, x)
        rows = REPEATED("height", size=height, factor=self.size[0])
        columns = REPEATED("width", size=width, factor=self.size[1])
        return Facts((rows.value, columns.value, depth), sizes=(rows, columns))


class Rescaling(Layer, frozen=True):
    """Multiplies every number by a scale and adds an offset."""

    group: ClassVar[str] = "Images"
    in_place = True
    faster_compiled = True
    initial_values: ClassVar[Mapping[str, Any]] = {"scale": 1 / 255}

    scale: Annotated[float, FloatField(), "Factor, such as 0.00392156862745098 for pixels of 0..255"]
    offset: Annotated[float, FloatField(), "Added after scaling"] = 0.0

    @property
    def detail(self) -> str:
        return f"{self.scale:.4g}{f' {self.offset:+.4g}' if self.offset else ''}"

    def derive(self, x: Shape) -> Facts:
        return Facts(x, multiply_adds=(SCALED(numbers=count(x)),), notes=("The shape is unchanged.",))


class Resizing(Layer, frozen=True):
    """Resizes an image to a given height and width."""

    group: ClassVar[str] = "Images"
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST
    initial_values: ClassVar[Mapping[str, Any]] = {"height": 32, "width": 32}

    height: Annotated[int, IntField(1, arg.MOST), "New height"]
    width: Annotated[int, IntField(1, arg.MOST), "New width"]
    interpolation: Annotated[str, ChoiceField(*arg.Interpolation.words, "area"), "How new pixels are computed"] = (
        "bilinear"
    )
    crop_to_aspect_ratio: Annotated[bool, BoolField(), "Crop instead of distorting to the new ratio"] = False
    pad_to_aspect_ratio: Annotated[bool, BoolField(), "Pad instead of distorting to the new ratio"] = False
    fill_mode: Annotated[str, ChoiceField("constant"), "What padding is filled with"] = "constant"
    fill_value: Annotated[float, FloatField(), "Value of the padding"] = 0.0
    antialias: Annotated[bool, BoolField(), "Smooth before shrinking"] = False

    @property
    def detail(self) -> str:
        return show_shape((self.height, self.width))

    def derive(self, x: Shape) -> Facts:
        _, _, depth = image(self, x)
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            message = "Resizing: Keras takes crop_to_aspect_ratio or pad_to_aspect_ratio, not both"
            fix = LayerFix("set pad_to_aspect_ratio=false", "replace", replace(self, pad_to_aspect_ratio=False))
            raise LayerError("crop-and-pad", message, fix)
        return Facts((self.height, self.width, depth), notes=("The size is given; the channels are unchanged.",))
