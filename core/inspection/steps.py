"""The steps of a layer's sliding window, with its real inputs and outputs."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.inspection.activations import BLANK, GROUND, LARGEST, Picture, framed, painted
from core.inspection.tensors import LayerOutput, Weight
from core.network.layers import SeparableConv2D
from core.network.shapes import Window
from core.network.summary import Row
from core.network.window_math import Convolved, Pooled, convolve, convolve_depthwise, pool

__all__ = ["Steps", "input_picture", "output_at", "output_picture", "refusal", "steps"]

Operation = Literal["convolution", "depthwise", "max", "average"]


class Steps(Struct, frozen=True, eq=False):
    """A window that slides over ``x``, (height, width, channels), and yields ``output``, (rows, columns, filters).

    Stops are counted from 0, row by row. Pooling has a filter for every channel, but no kernel.
    """

    label: str
    operation: Operation
    window: Window
    x: NDArray[np.float32]
    output: NDArray[np.float32]
    """As computed by the network, after the activation."""
    kernel: NDArray[np.float32] | None = None
    """(height, width, channels of a group, filters); if depthwise: (height, width, channels, multiplier)."""
    bias: NDArray[np.float32] | None = None
    activation: str = "linear"
    padding: str | int = "valid"

    @property
    def stops(self) -> int:
        """The number of stops of the window."""
        return self.window.rows.output * self.window.columns.output

    @property
    def filters(self) -> int:
        """Channels of the output."""
        return int(self.output.shape[2])

    @property
    def _kernel(self) -> NDArray[np.float32]:
        if self.kernel is None:
            raise ValueError(f"{self.label}: a convolution needs its kernel")
        return self.kernel

    def strongest(self, filter: int) -> int:
        """The stop with the largest absolute output of ``filter``; 0 if none is finite."""
        answers = np.abs(self.output[..., filter]).ravel()
        return int(np.nanargmax(answers)) if np.isfinite(answers).any() else 0

    def place(self, stop: int) -> tuple[int, int]:
        """The row and column of the output of ``stop``."""
        return divmod(stop, self.window.columns.output)

    def at(self, stop: int, filter: int) -> Convolved | Pooled:
        """How the output of ``filter`` at ``stop`` is computed."""
        place = self.place(stop)
        match self.operation:
            case "max" | "average" as operation:
                return pool(self.window, self.x, operation, self.padding, filter, *place)
            case "convolution":
                return convolve(self.window, self.x, self._kernel, self.bias, filter, *place)
            case "depthwise":
                return convolve_depthwise(self.window, self.x, self._kernel, self.bias, filter, *place)

    def given(self, stop: int, filter: int) -> float:
        """The network's output there, after the activation."""
        return float(self.output[(*self.place(stop), filter)])

    def channels(self, filter: int) -> range:
        """The channels of ``x`` that ``filter`` uses."""
        depth = self._kernel.shape[2] if self.operation == "convolution" else 1
        # A convolution without groups has one; the others have one per channel.
        groups = self.x.shape[2] // depth
        first = filter // (self.filters // groups) * depth
        return range(first, first + depth)


def refusal(row: Row) -> str:
    """Why the window of ``row`` cannot be shown step by step, in one line; empty if it can."""
    if row.layer.window_operation and row.facts and row.facts.window:
        return ""
    if isinstance(row.layer, SeparableConv2D):
        return "SeparableConv2D applies two filters in a row, which cannot be shown here"
    return f"{row.layer.type} has no window to slide"


def steps(row: Row, outputs: Sequence[LayerOutput], weights: Sequence[Weight]) -> Steps:
    """The steps of the layer in ``row`` for one digit. Raises `ValueError` if there is a `refusal`."""
    why, window, operation = refusal(row), row.facts.window if row.facts else None, row.layer.window_operation
    if why or window is None or not operation:
        raise ValueError(why)
    own = {weight.name: weight.after for weight in weights if weight.row == row.index}
    return Steps(
        label=row.layer.label,
        operation=operation,
        window=window,
        x=outputs[row.index - 1].values,
        output=outputs[row.index].values,
        kernel=own.get("kernel"),
        bias=own.get("bias"),
        activation=getattr(row.layer, "activation", "linear"),
        padding=getattr(row.layer, "padding", "valid"),
    )


def input_picture(steps: Steps, stop: int, channel: int, most: tuple[int, int]) -> Picture:
    """A channel of the input with its padding and a frame around the window, no larger than ``most``.

    If it is larger, only the part around the window.
    """
    rows, columns = steps.window.rows, steps.window.columns
    values = steps.x[..., channel]
    pads = ((rows.before, rows.after), (columns.before, columns.after))
    picture = np.pad(painted(values), pads, constant_values=BLANK)
    row, column = steps.place(stop)
    corner = row * rows.stride, column * columns.stride
    return _part(picture, corner, (rows.window, columns.window), most)


def output_picture(steps: Steps, stop: int, filter: int, most: tuple[int, int]) -> Picture:
    """The outputs of ``filter`` up to ``stop``, with a frame around the last one, no larger than ``most``."""
    values = steps.output[..., filter]
    picture = painted(values)
    picture.reshape(-1)[stop + 1 :] = BLANK
    return _part(picture, steps.place(stop), (1, 1), most)


def output_at(steps: Steps, most: tuple[int, int], stop: int, row: int, column: int) -> int | None:
    """The stop at a pixel of the `output_picture` of ``stop``; None outside the outputs."""
    sizes = steps.window.rows.output, steps.window.columns.output
    times = _times(sizes, most)
    down, across = (
        (pixel - 1) // times + _first(size, 1, corner, room)
        for pixel, size, corner, room in zip((row, column), sizes, steps.place(stop), _within(most), strict=True)
    )
    inside = row > 0 and column > 0 and down < sizes[0] and across < sizes[1]
    return down * sizes[1] + across if inside else None


def _part(picture: Picture, corner: tuple[int, int], size: tuple[int, int], most: tuple[int, int]) -> Picture:
    """``picture`` with a margin and a frame around the window at ``corner``: enlarged, or cropped around the window."""
    room, times = _within(most), _times(picture.shape, most)
    top, left = (
        _first(whole, length, place, some)
        for whole, length, place, some in zip(picture.shape, size, corner, room, strict=True)
    )
    part = picture[top : top + room[0], left : left + room[1]].repeat(times, axis=0).repeat(times, axis=1)
    part = np.pad(part, 1, constant_values=GROUND)
    place = (corner[0] - top) * times + 1, (corner[1] - left) * times + 1
    return framed(part, *place, (size[0] * times, size[1] * times))


def _within(most: tuple[int, int]) -> tuple[int, int]:
    """The size without the margin."""
    return max(1, most[0] - 2), max(1, most[1] - 2)


def _times(size: tuple[int, ...], most: tuple[int, int]) -> int:
    """By what factor a picture of ``size`` can be enlarged; 1 if it is too large."""
    room = _within(most)
    return min(LARGEST, max(1, min(room[0] // size[0], room[1] // size[1])))


def _first(whole: int, length: int, place: int, room: int) -> int:
    """Where ``room`` pixels of ``whole`` start so that the window of ``length`` at ``place`` is centered."""
    return min(max(0, place + (length - room) // 2), max(0, whole - room))
