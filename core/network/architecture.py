"""An architecture is a value: an input shape and a tuple of layers. Every edit returns a new one."""

from msgspec import Struct
from msgspec.structs import replace

from core.network.layers import Input, Layer, LayerFix
from core.network.shapes import Shape

__all__ = ["Architecture"]


class Architecture(Struct, frozen=True):
    """A linear stack of layers, indexed as on screen: 0 is the input, 1 the first layer."""

    input_shape: Shape
    layers: tuple[Layer, ...] = ()

    @property
    def stack(self) -> tuple[Layer, ...]:
        """The layers, preceded by the input, so that an index is a row."""
        return (Input(self.input_shape), *self.layers)

    def insert(self, index: int, *layers: Layer) -> "Architecture":
        """With ``layers`` inserted before ``index``, which is at least 1."""
        at = max(index, 1) - 1
        return replace(self, layers=(*self.layers[:at], *layers, *self.layers[at:]))

    def remove(self, index: int) -> "Architecture":
        """Without the layer at ``index``; the input stays."""
        if index < 1:
            return self
        return replace(self, layers=self.layers[: index - 1] + self.layers[index:])

    def replace(self, index: int, layer: Layer) -> "Architecture":
        """With ``layer`` at ``index``; at 0 it must be an `Input`."""
        if isinstance(layer, Input):
            return replace(self, input_shape=layer.shape)
        return replace(self, layers=(*self.layers[: index - 1], layer, *self.layers[index:]))

    def move(self, index: int, to: int) -> "Architecture":
        """With the layer at ``index`` moved to ``to``; out of range, or the input: unchanged."""
        if not (1 <= index <= len(self.layers) and 1 <= to <= len(self.layers)):
            return self
        return self.remove(index).insert(to, self.layers[index - 1])

    def duplicate(self, index: int) -> "Architecture":
        """With a copy of the layer at ``index`` after it; the input is not copied."""
        return self if index < 1 else self.insert(index + 1, self.layers[index - 1])

    def apply_fix(self, index: int, fix: LayerFix) -> "Architecture":
        """With ``fix`` applied to the layer at ``index``."""
        if fix.action == "remove" or fix.layer is None:
            return self.remove(index)
        if fix.action == "insert":
            return self.insert(index, fix.layer)
        if fix.action == "append":
            return self.insert(index + 1, fix.layer)
        return self.replace(index, fix.layer)
