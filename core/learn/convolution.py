"""A convolution of one channel, worked by hand: an input and a filter as typed, and every stop of the window."""

from functools import lru_cache
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from core.fields.types import FieldError
from core.learn.typed_numbers import Rows, read_number, read_rows, read_whole
from core.network.shapes import Window, output_size, show_shape
from core.network.window_math import Convolved, convolve

__all__ = ["LARGEST", "MOST_PADDING", "MOST_STRIDE", "ConvolutionBench", "flipped", "unseen"]

LARGEST = 8
"""Rows and columns of the largest input and the largest filter."""
MOST_PADDING = 4
"""Pixels of padding on each side: more would only move the input around in zeros."""
MOST_STRIDE = 8

LECTURE: Rows = ((0.0, 1.0, 2.0), (3.0, 4.0, 5.0), (6.0, 7.0, 8.0))
LECTURE_FILTER: Rows = ((0.0, 1.0), (2.0, 3.0))


class ConvolutionBench(Struct, frozen=True):
    """An input, a filter, and where its window stands. By default the lecture's, which gives 19 25 / 37 43."""

    image: Rows = LECTURE
    filter: Rows = LECTURE_FILTER
    """As typed: not flipped."""
    stride: int = 1
    padding: int = 0
    """Pixels of zeros on each side."""
    bias: float = 0.0
    turned: bool = False
    """Whether the filter is flipped, as in the convolution of mathematics."""
    stop: int = 0
    """Where the window is, counted row by row."""
    seen: frozenset[int] = frozenset({0})
    """The stops that the window has been at."""

    def typed(self, image: str, filter: str, stride: str, padding: str, bias: str) -> "ConvolutionBench":
        """The bench with what was typed; it starts over if the window goes another way. Raises `FieldError`."""
        with FieldError.at("input"):
            pixels = read_rows(image, LARGEST)
        with FieldError.at("filter"):
            weights = read_rows(filter, LARGEST)
        with FieldError.at("stride"):
            steps = read_whole(stride, 1, MOST_STRIDE)
        with FieldError.at("padding"):
            zeros = read_whole(padding, 0, MOST_PADDING)
        with FieldError.at("bias"):
            added = read_number(bias)
        _check_fits(_size(weights), _size(pixels), zeros)
        bench = replace(self, image=pixels, filter=weights, stride=steps, padding=zeros, bias=added)
        return bench if bench.window == self.window else replace(bench, stop=0, seen=frozenset({0}))

    @property
    def kernel(self) -> Rows:
        """What the window multiplies by: the filter, flipped or not."""
        return flipped(self.filter) if self.turned else self.filter

    @property
    def window(self) -> Window:
        """How the window slides."""
        return _window(_size(self.image), _size(self.filter), self.stride, self.padding)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return self.window.rows.output, self.window.columns.output

    @property
    def stops(self) -> int:
        """How many stops the window has."""
        return self.size[0] * self.size[1]

    @property
    def place(self) -> tuple[int, int]:
        """The row and column of the output where the window is."""
        return divmod(self.stop, self.size[1])

    @property
    def here(self) -> Convolved:
        """How the output where the window is comes about."""
        return self.at(self.stop)

    def at(self, stop: int) -> Convolved:
        """How the output at ``stop`` comes about."""
        return _at(self.image, self.kernel, self.stride, self.padding, self.bias, stop)

    @property
    def output(self) -> Rows:
        """All of the output."""
        rows, columns = self.size
        values = [self.at(stop).total for stop in range(self.stops)]
        return tuple(tuple(values[columns * row : columns * (row + 1)]) for row in range(rows))

    @property
    def other(self) -> Rows:
        """All of the output with the filter the other way round."""
        return replace(self, turned=not self.turned).output

    @property
    def symmetric(self) -> bool:
        """Whether it makes no difference to flip the filter."""
        return self.filter == flipped(self.filter)

    @property
    def filled(self) -> bool:
        """Whether the window has been everywhere."""
        return len(self.seen) == self.stops

    def slid(self, by: int) -> "ConvolutionBench":
        """The window ``by`` stops further, from the end of a row to the next one, no further than the ends."""
        return self._moved(min(max(0, self.stop + by), self.stops - 1))

    def lowered(self, by: int) -> "ConvolutionBench":
        """The window ``by`` rows of the output further down, if there are that many."""
        stop = self.stop + by * self.size[1]
        return self._moved(stop) if 0 <= stop < self.stops else self

    def completed(self) -> "ConvolutionBench":
        """The window at the last stop, having been everywhere."""
        return replace(self, stop=self.stops - 1, seen=frozenset(range(self.stops)))

    def restarted(self) -> "ConvolutionBench":
        """The window at the first stop, the output empty but for that."""
        return replace(self, stop=0, seen=frozenset({0}))

    def flip(self) -> "ConvolutionBench":
        """The filter the other way round; the window stays, and where it has been."""
        return replace(self, turned=not self.turned)

    def _moved(self, stop: int) -> "ConvolutionBench":
        return replace(self, stop=stop, seen=self.seen | {stop})


def flipped(rows: Rows) -> Rows:
    """``rows`` upside down and from right to left: turned by half a turn."""
    return tuple(tuple(reversed(row)) for row in reversed(rows))


def unseen(window: Window) -> str:
    """Which rows and columns of the padded input the window never covers, in a few words; empty if it covers all."""
    axes = ((window.rows.unseen, "row"), (window.columns.unseen, "column"))
    parts = [f"the last {name}" if count == 1 else f"the last {count} {name}s" for count, name in axes if count]
    verb = "is" if len(parts) == 1 and 1 in (window.rows.unseen, window.columns.unseen) else "are"
    return f"{' and '.join(parts)} {verb} never covered" if parts else ""


def _size(rows: Rows) -> tuple[int, int]:
    return len(rows), len(rows[0])


def _check_fits(filter: tuple[int, int], image: tuple[int, int], padding: int) -> None:
    padded = (image[0] + 2 * padding, image[1] + 2 * padding)
    if filter[0] > padded[0] or filter[1] > padded[1]:
        what = "padded input" if padding else "input"
        raise FieldError(f"the filter, {show_shape(filter)}, is larger than the {what}, {show_shape(padded)}")


@lru_cache(64)
def _window(image: tuple[int, int], filter: tuple[int, int], stride: int, padding: int) -> Window:
    rows, columns = (
        output_size(axis, size, window, stride, padding)
        for axis, size, window in zip(("rows", "columns"), image, filter, strict=True)
    )
    return Window(rows, columns, filter, (1, 1))


@lru_cache(2_048)  # as many as the output and its other way round have, several times over
def _at(image: Rows, kernel: Rows, stride: int, padding: int, bias: float, stop: int) -> Convolved:
    window = _window(_size(image), _size(kernel), stride, padding)
    place = divmod(stop, window.columns.output)
    return convolve(window, _array(image)[..., None], _array(kernel)[..., None, None], np.array([bias]), 0, *place)


def _array(rows: Rows) -> NDArray[Any]:
    return np.array(rows, np.float64)
