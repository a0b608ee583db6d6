"""Convolution and pooling: a window slides over an image, (height, width, channels)."""

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.backpropagation.explanation import Explanation, Term, added, cell, digits, product, summed
from core.backpropagation.operations.dense import bias_terms
from core.backpropagation.operations.operation import Index, Names, Operation
from core.formulas.arrays import Array
from core.network.shapes import Window, WindowAxis

__all__ = ["Convolve", "Pool", "PoolAll"]

Pixels = NDArray[np.intp]


class _Cover(Struct, frozen=True, eq=False):
    """Which pixels the window covers at each of its stops."""

    rows: Pixels
    """(stops down, window height); outside the image in the padding, as ``columns`` are."""
    columns: Pixels
    """(stops across, window width)."""
    inside: NDArray[np.bool_]
    """Which cells of the window are in the image: (stops down, stops across, window height, window width)."""

    @classmethod
    def of(cls, window: Window) -> "_Cover":
        """The cover of ``window``."""
        rows = _along(window.rows, window.kernel[0], window.dilation[0])
        columns = _along(window.columns, window.kernel[1], window.dilation[1])
        down, across = ((each >= 0) & (each < size) for each, size in _sizes(window, rows, columns))
        return cls(rows, columns, down[:, None, :, None] & across[None, :, None, :])

    def clipped(self, x: Array) -> tuple[Pixels, Pixels]:
        """Rows and columns of every cell of every stop, in the image ``x`` where they are outside of it."""
        rows = np.clip(self.rows, 0, x.shape[0] - 1)[:, None, :, None]
        columns = np.clip(self.columns, 0, x.shape[1] - 1)[None, :, None, :]
        return rows, columns

    def patches(self, x: Array) -> Array:
        """What the window covers, 0 in the padding: (stops down, stops across, height, width, channels)."""
        found: Array = np.where(self.inside[..., None], x[self.clipped(x)], 0.0)
        return found

    def scattered(self, x: Array, patches: Array) -> Array:
        """The sum, pixel by pixel of the image ``x``, of ``patches`` where the window covered them."""
        total = np.zeros_like(x)
        np.add.at(total, self.clipped(x), np.where(self.inside[..., None], patches, 0.0))
        return total

    def stops_over(self, row: int, column: int) -> Iterator[Index]:
        """Each stop that covers a pixel, with the cell of the window that does: (down, across, row, column)."""
        for down, i in zip(*np.nonzero(self.rows == row), strict=True):
            for across, j in zip(*np.nonzero(self.columns == column), strict=True):
                yield int(down), int(across), int(i), int(j)


def _along(slide: WindowAxis, kernel: int, dilation: int) -> Pixels:
    starts = slide.stride * np.arange(slide.output) - slide.before
    found: Pixels = starts[:, None] + dilation * np.arange(kernel)[None, :]
    return found


def _sizes(window: Window, rows: Pixels, columns: Pixels) -> tuple[tuple[Pixels, int], tuple[Pixels, int]]:
    return (rows, window.rows.size), (columns, window.columns.size)


class Convolve(Operation, frozen=True, eq=False):
    """Multiplies what the window covers with ``kernel``, (height, width, channels of a group, filters), and adds
    ``bias``, (filters,), if there is one. The kernel is not flipped.

    Sources: ``keras.layers.Conv2D``; Goodfellow, Bengio and Courville, Deep Learning (2016), 9.1 and 9.5.
    """

    kernel: Array
    bias: Array | None
    window: Window
    groups: int = 1

    @property
    def weights(self) -> Mapping[str, Array]:
        return {"W": self.kernel} | ({} if self.bias is None else {"b": self.bias})

    @property
    def _cover(self) -> _Cover:
        return _Cover.of(self.window)

    def _parts(self) -> Iterator[tuple[slice, slice]]:
        """The channels and the filters of each group."""
        depth, filters = self.kernel.shape[2], self.kernel.shape[3] // self.groups
        for group in range(self.groups):
            yield slice(group * depth, (group + 1) * depth), slice(group * filters, (group + 1) * filters)

    def _channels(self, filter: int) -> range:
        depth = self.kernel.shape[2]
        first = filter // (self.kernel.shape[3] // self.groups) * depth
        return range(first, first + depth)

    def forward(self, x: Array) -> Array:
        patches = self._cover.patches(x)
        made = [
            np.tensordot(patches[..., channels], self.kernel[..., filters], 3) for channels, filters in self._parts()
        ]
        z: Array = np.concatenate(made, axis=-1)
        return z if self.bias is None else z + self.bias

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        back = [
            np.tensordot(gradient[..., filters], self.kernel[..., filters], ([2], [3])) for _, filters in self._parts()
        ]
        return self._cover.scattered(x, np.concatenate(back, axis=-1))

    def gradients(self, x: Array, gradient: Array) -> Mapping[str, Array]:
        patches = self._cover.patches(x)
        parts = [
            np.tensordot(patches[..., channels], gradient[..., filters], ([0, 1], [0, 1]))
            for channels, filters in self._parts()
        ]
        found = {"W": np.concatenate(parts, axis=-1)}
        return found if self.bias is None else {**found, "b": gradient.sum(axis=(0, 1))}

    def formula(self, names: Names) -> str:
        bias = "" if self.bias is None else f" + {names.weight('b')}"
        return f"{names.weight('W')} slid over {names.input}{bias}"

    def back_formula(self, names: Names) -> str:
        return f"{names.output_gradient} through {names.weight('W')}, summed where windows overlap"

    def gradient_formula(self, symbol: str, names: Names) -> str:
        return f"sum of {names.output_gradient}{'' if symbol == 'b' else f' * {names.input}'} over all stops"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        down, across, made = index
        channels = self._channels(made)
        patch = self._cover.patches(x)[down, across][..., channels.start : channels.stop]
        pairs = zip(self.kernel[..., made].ravel(), patch.ravel(), strict=True)
        terms = [product(w, a) for w, a in pairs]
        weight = cell(names.weight("W"), ("i", "j", "c", made))
        formula = f"sum of {weight} * {names.input} under the window at row {down}, column {across}"
        if self.bias is not None:
            formula += f", + {cell(names.weight('b'), (made,))}"
            terms += bias_terms(self.bias[made])
        return summed(cell(names.output, index), formula, terms, y[index])

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        row, column, channel = index
        group, depth = divmod(channel, self.kernel.shape[2])
        each = self.kernel.shape[3] // self.groups
        filters = range(group * each, (group + 1) * each)
        terms = [
            product(self.kernel[i, j, depth, made], gradient[down, across, made])
            for down, across, i, j in self._cover.stops_over(row, column)
            for made in filters
        ]
        formula = f"sum of {names.weight('W')} * {names.output_gradient} over the windows that cover the pixel"
        return summed(cell(names.input_gradient, index), formula, terms, back[index])

    def explain_gradient(
        self, symbol: str, x: Array, gradient: Array, found: Array, index: Index, names: Names
    ) -> Explanation:
        name, made = cell(names.weight_gradient(symbol), index), index[-1]
        steps = gradient[..., made].ravel()
        if symbol == "b":
            terms = [Term(digits(step), float(step)) for step in steps]
        else:
            i, j, channel, _ = index
            pixels = self._cover.patches(x)[:, :, i, j, self._channels(made)[channel]].ravel()
            terms = [product(pixel, step) for pixel, step in zip(pixels, steps, strict=True)]
        return summed(name, self.gradient_formula(symbol, names), terms, found[index])


class Pool(Operation, frozen=True, eq=False):
    """The largest number under the window, or their average, channel by channel.

    ``zeros``: whether the padding counts, as zeros. The gradient of a maximum goes to the first of the largest.
    """

    kind: Literal["max", "average"]
    window: Window
    zeros: bool

    @property
    def _cover(self) -> _Cover:
        return _Cover.of(self.window)

    def _counted(self, cover: _Cover) -> NDArray[np.bool_]:
        return np.ones_like(cover.inside) if self.zeros else cover.inside

    def forward(self, x: Array) -> Array:
        cover = self._cover
        patches, counted = cover.patches(x), self._counted(cover)
        if self.kind == "max":
            largest: Array = np.where(counted[..., None], patches, -np.inf).max(axis=(2, 3))
            return largest
        mean: Array = patches.sum(axis=(2, 3)) / counted.sum(axis=(2, 3))[..., None]
        return mean

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        cover = self._cover
        counted = self._counted(cover)
        if self.kind == "average":
            share = gradient / counted.sum(axis=(2, 3))[..., None]
            return cover.scattered(x, np.broadcast_to(share[:, :, None, None], (*cover.inside.shape, x.shape[2])))
        patches = np.where(counted[..., None], cover.patches(x), -np.inf)
        down, across, height, width, channels = patches.shape
        flat = patches.reshape(down, across, height * width, channels)
        first = flat.argmax(axis=2)[:, :, None] == np.arange(height * width)[:, None]
        return cover.scattered(x, (first * gradient[:, :, None]).reshape(patches.shape))

    def formula(self, names: Names) -> str:
        return f"{self.kind} of {names.input} under the window"

    def back_formula(self, names: Names) -> str:
        where = "to the largest" if self.kind == "max" else "to all in equal shares"
        return f"{names.output_gradient}, {where} under each window"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        down, across, channel = index
        cover = self._cover
        counted = self._counted(cover)[down, across]
        values = cover.patches(x)[down, across, ..., channel][counted]
        formula = f"{self.kind} of {names.input} under the window at row {down}, column {across}"
        texts = [digits(value) for value in values]
        text = f"max({', '.join(texts)})" if self.kind == "max" else f"({added(texts)}) / {len(texts)}"
        return Explanation(cell(names.output, index), formula, y[index], text)

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        row, column, channel = index
        cover, terms = self._cover, list[Term]()
        counted = self._counted(cover)
        patches = np.where(counted[..., None], cover.patches(x), -np.inf)[..., channel]
        for down, across, i, j in cover.stops_over(row, column):
            step = float(gradient[down, across, channel])
            if self.kind == "average":
                cells = int(counted[down, across].sum())
                terms.append(Term(f"{digits(step)} / {cells}", step / cells))
            elif int(patches[down, across].argmax()) == i * patches.shape[3] + j:
                terms.append(Term(digits(step), step))
        name = cell(names.input_gradient, index)
        if not terms:
            return Explanation(name, "it is not the largest under any window, so nothing comes back", back[index])
        what = "that it is the largest of" if self.kind == "max" else "that cover it"
        return summed(name, f"sum of {names.output_gradient} over the windows {what}", terms, back[index])


class PoolAll(Operation, frozen=True, eq=False):
    """The largest number of each channel, or their average; ``keepdims`` keeps two axes of size 1."""

    kind: Literal["max", "average"]
    keepdims: bool

    def forward(self, x: Array) -> Array:
        reduced: Array = (np.max if self.kind == "max" else np.mean)(x, axis=(0, 1), keepdims=self.keepdims)
        return reduced

    def _shares(self, x: Array) -> Array:
        """How much of each channel's gradient goes to each number."""
        pixels = x.shape[0] * x.shape[1]
        if self.kind == "average":
            return np.full_like(x, 1 / pixels)
        largest = (x == x.max(axis=(0, 1))).astype(np.float64)
        shared: Array = largest / largest.sum(axis=(0, 1))  # as TensorFlow shares it among equals
        return shared

    def backward(self, x: Array, y: Array, gradient: Array) -> Array:
        return self._shares(x) * gradient.reshape(1, 1, -1)

    def formula(self, names: Names) -> str:
        return f"{self.kind} of each channel of {names.input}"

    def back_formula(self, names: Names) -> str:
        where = "to the largest" if self.kind == "max" else "to all in equal shares"
        return f"{names.output_gradient}, {where} of each channel"

    def explain(self, x: Array, y: Array, index: Index, names: Names) -> Explanation:
        channel = index[-1]
        values = x[..., channel].ravel()
        formula = f"{self.kind} of channel {channel} of {names.input}"
        text = f"{digits(float(values.sum()))} / {values.size}" if self.kind == "average" else ""
        return Explanation(cell(names.output, index), formula, y[index], text)

    def explain_back(self, x: Array, y: Array, gradient: Array, back: Array, index: Index, names: Names) -> Explanation:
        step, share = gradient.ravel()[index[2]], self._shares(x)[index]
        formula = f"channel {index[2]} of {names.output_gradient}, times the share of this number"
        text = f"{digits(step)} * {digits(share)}"
        return Explanation(cell(names.input_gradient, index), formula, back[index], text)
