"""Layers that only arrange numbers anew."""

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
    """Lays all numbers of an example in one row."""

    group: ClassVar[str] = "Reshaping"
    in_place = True
    faster_compiled = True
    accepted: ClassVar[Mapping[str, object]] = arg.CHANNELS_LAST

    def derive(self, x: Shape) -> Facts:
        names = ("height", "width", "channels")[: len(x)]
        flat = Formula("length", " * ".join(names), "keras.layers.Flatten")
        length = flat(**dict(zip(names, x, strict=True)))
        return Facts((length.value,), sizes=(length,), notes=("The numbers stay as they are, in one row.",))


class Reshape(Layer, frozen=True):
    """Arranges the numbers of an example in another shape."""

    group: ClassVar[str] = "Reshaping"
    in_place = True
    faster_compiled = True

    target_shape: Annotated[Shape, ShapeField(free=True), "New sizes without the batch; one may be -1, worked out"]

    @property
    def detail(self) -> str:
        return show_shape(self.target_shape)

    def derive(self, x: Shape) -> Facts:
        held = count(x)
        fixed = count(tuple(size for size in self.target_shape if size != -1))
        free = -1 in self.target_shape
        if held % fixed if free else held != fixed:
            fix = LayerFix(f"make it {held}", "replace", Reshape((held,))) if held else REMOVE
            raise LayerError(
                "wrong-count",
                f"Reshape: {show_shape(x)} holds {show_amount(held, 'number')}, "
                f"{show_shape(self.target_shape)} {'does not divide it' if free else f'holds {fixed:,}'}",
                fix,
            )
        output = tuple(held // fixed if size == -1 else size for size in self.target_shape)
        sizes: tuple[Number, ...] = ()
        if free:
            sizes = (
                Formula("the free size", "floor(numbers / others)", "keras.layers.Reshape")(numbers=held, others=fixed),
            )
        return Facts(output, sizes=sizes, notes=(f"{show_amount(held, 'number')} before and after.",))
