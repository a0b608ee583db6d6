"""Checks of a layer's input shape, with a fix where the shape does not fit."""

from core.network.layers.base import REMOVE, Layer, LayerError, LayerFix
from core.network.layers.reshaping import Reshape
from core.network.shapes import Shape, count, show_shape

__all__ = ["axis_sizes", "image", "sequence"]


def image(layer: Layer, x: Shape) -> tuple[int, int, int]:
    """``x`` as (height, width, channels). Raises `LayerError`, with a Reshape as the fix where possible."""
    if len(x) == 3:
        return x[0], x[1], x[2]
    raise _wrong_rank(layer, x, "an image (height x width x channels)", _as_image(x))


def sequence(layer: Layer, x: Shape) -> tuple[int, int]:
    """``x`` as (steps, features). Raises `LayerError`, with a Reshape as the fix where possible."""
    if len(x) == 2:
        return x[0], x[1]
    steps = (x[0], x[1] * x[2]) if len(x) == 3 else (x[0], 1)
    raise _wrong_rank(layer, x, "a sequence (steps x features)", steps)


def axis_sizes(layer: Layer, x: Shape, axes: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes of ``x`` along ``axes``, counted as Keras does: 1 is the first after the batch, -1 the last.

    Raises `LayerError` for an axis that ``x`` does not have.
    """
    for axis in axes:
        if axis == 0 or not -len(x) <= axis <= len(x):
            raise LayerError(
                "no-such-axis",
                f"{layer.type}: {show_shape(x)} has no axis {axis}; its axes are 1 to {len(x)}, or -1 for the last",
            )
    return tuple(x[axis if axis < 0 else axis - 1] for axis in axes)


def _as_image(x: Shape) -> Shape | None:
    if len(x) == 2:
        return (*x, 1)
    side = round(count(x) ** 0.5)
    return (side, side, 1) if side * side == count(x) else None


def _wrong_rank(layer: Layer, x: Shape, needs: str, reshaped: Shape | None) -> LayerError:
    fix = REMOVE
    if reshaped:
        fix = LayerFix(f"insert Reshape {show_shape(reshaped)} before it", "insert", Reshape(reshaped))
    return LayerError("wrong-rank", f"{layer.type} needs {needs}, its input is {show_shape(x)}", fix)
