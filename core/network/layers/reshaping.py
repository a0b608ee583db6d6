"""Layers that only rearrange numbers."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from core.fields.types import ShapeField
from core.formatting import show_amount
from core.network.formulas import Formula, Number
from core.network.layers import arguments as arg
from core.network.layers.base import REMOVE, Facts, Layer, LayerError, LayerFix
from core.network.shapes import Shape, count, show_shape

__all__ = ["Flatten", "Reshape"]


class Flatten(Layer, frozen=True):
    """Puts all numbers of an example in one row."""

    group: ClassVar[str] = "Reshaping"
    in_place = True
    faster_compiled = True
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST

    def derive(self, x: Shape) -> Facts:
        names = ("height", "width", "channels")[: len(x)]
        flat = Formula("length", " * ".join(names), "keras.layers.Flatten")
        length = flat(**dict(zip(names, x, strict=True)))
        return Facts((length.value,), sizes=(length,), notes=("The numbers are unchanged, in one row.",))


class Reshape(Layer, frozen=True):
    """Rearranges the numbers of an example in another shape."""

    group: ClassVar[str] = "Reshaping"
    in_place = True
    faster_compiled = True

    target_shape: Annotated[Shape, ShapeField(free=True), "New sizes without the batch; one may be -1 and is computed"]

    @property
    def detail(self) -> str:
        return show_shape(self.target_shape)

    def derive(self, x: Shape) -> Facts:
        numbers = count(x)
        fixed = count(tuple(size for size in self.target_shape if size != -1))
        free = -1 in self.target_shape
        if numbers % fixed if free else numbers != fixed:
            fix = LayerFix(f"make it {numbers}", "replace", Reshape((numbers,))) if numbers else REMOVE
            raise LayerError(
                "wrong-count",
                f"Reshape: {show_shape(x)} holds {show_amount(numbers, 'number')}, "
                f"{show_shape(self.target_shape)} {'does not divide it' if free else f'holds {fixed:,}'}",
                fix,
            )
        output = tuple(numbers // fixed if size == -1 else size for size in self.target_shape)
        sizes: tuple[Number, ...] = ()
        if free:
            sizes = (
                Formula("the free size", "floor(numbers / others)", "keras.layers.Reshape")(
                    numbers=numbers, others=fixed
                ),
            )
        return Facts(output, sizes=sizes, notes=(f"{show_amount(numbers, 'number')} before and after.",))
