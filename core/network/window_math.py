"""The arithmetic of one stop of a sliding window: what it covers, multiplies and sums.

What Keras calls a convolution is a cross-correlation: the kernel is not flipped. Sums are computed in float64, so that
whole numbers stay whole; Keras's float32 can differ in the last digits.
"""

from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.network.shapes import Window, WindowAxis

__all__ = ["Convolved", "Pooled", "Stop", "convolve", "convolve_depthwise", "pool", "stop"]


class Stop(Struct, frozen=True, eq=False):
    """What the window covers for the output at ``row`` and ``column``."""

    row: int
    column: int
    rows: tuple[int, ...]
    """The row of the image under each row of the window; in the padding it is negative or past the last."""
    columns: tuple[int, ...]
    patch: NDArray[np.float64]
    """The image under the window, 0 in the padding: (kernel height, kernel width, channels)."""
    padded: NDArray[np.bool_]
    """Which cells lie in the padding: (kernel height, kernel width)."""


class Convolved(Struct, frozen=True, eq=False):
    """The computation of one output: ``total`` is the sum of ``products`` plus ``bias``, before the activation."""

    stop: Stop
    channels: range
    """The channels of the image that the filter uses: all of them, unless there are groups."""
    patch: NDArray[np.float64]
    """The image under the window in these channels, as are ``kernel`` and ``products``: (height, width, channels)."""
    kernel: NDArray[np.float64]
    products: NDArray[np.float64]
    sums: NDArray[np.float64]
    """The sum of the products in each channel: (channels,)."""
    bias: float
    total: float


class Pooled(Struct, frozen=True, eq=False):
    """The computation of one output of a pooling layer."""

    stop: Stop
    operation: Literal["max", "average"]
    patch: NDArray[np.float64]
    """The channel under the window: (pool height, pool width)."""
    counted: NDArray[np.bool_]
    """Which cells are pooled: (pool height, pool width)."""
    chosen: tuple[int, int] | None
    """The row and column in the window of the first largest cell; None for an average."""
    total: float


def stop(window: Window, x: NDArray[Any], row: int, column: int) -> Stop:
    """The part of the image ``x``, (height, width, channels), that ``window`` covers for the output at ``row``,
    ``column``.

    Raises `ValueError` if ``x`` does not have the window's input size, `IndexError` if there is no such stop.
    """
    size = window.rows.size, window.columns.size
    if x.ndim != 3 or x.shape[:2] != size:
        raise ValueError(f"expected an image of {size[0]}x{size[1]} pixels with channels, got shape {x.shape}")
    rows = _covered(window.rows, window.kernel[0], window.dilation[0], row)
    columns = _covered(window.columns, window.kernel[1], window.dilation[1], column)
    padded = ~np.logical_and.outer(_within(rows, size[0]), _within(columns, size[1]))
    cells = x[np.ix_(np.clip(rows, 0, size[0] - 1), np.clip(columns, 0, size[1] - 1))]
    patch = np.where(padded[..., np.newaxis], 0.0, cells.astype(np.float64))
    return Stop(row, column, tuple(rows.tolist()), tuple(columns.tolist()), patch, padded)


def convolve(
    window: Window, x: NDArray[Any], kernel: NDArray[Any], bias: NDArray[Any] | None, filter: int, row: int, column: int
) -> Convolved:
    """The output of ``filter`` of a Conv2D at ``row`` and ``column``.

    ``x`` is (height, width, channels); ``kernel`` (height, width, channels of a group, filters); ``bias`` (filters,)
    or None. Raises `ValueError` if they do not fit each other, `IndexError` if there is no such filter or stop.
    """
    _check_kernel(window, kernel)
    channels, (depth, filters) = x.shape[-1], kernel.shape[2:]
    groups = channels // depth
    if groups == 0 or channels % depth or filters % groups:
        raise ValueError(f"a kernel of shape {kernel.shape} does not fit {channels} channels")
    _check("filter", filter, filters)
    first = filter // (filters // groups) * depth
    return _multiply(stop(window, x, row, column), range(first, first + depth), kernel[..., filter], _of(bias, filter))


def convolve_depthwise(
    window: Window, x: NDArray[Any], kernel: NDArray[Any], bias: NDArray[Any] | None, filter: int, row: int, column: int
) -> Convolved:
    """The output of a DepthwiseConv2D in its output channel ``filter``, at ``row`` and ``column``.

    ``kernel`` is (height, width, channels, multiplier); ``bias`` (channels * multiplier,) or None. Everything else is
    as in `convolve`.
    """
    _check_kernel(window, kernel)
    channels, multiplier = kernel.shape[2:]
    if channels != x.shape[-1]:
        raise ValueError(f"a kernel of shape {kernel.shape} does not fit {x.shape[-1]} channels")
    _check("filter", filter, channels * multiplier)
    channel, which = divmod(filter, multiplier)
    part = kernel[:, :, channel : channel + 1, which]
    return _multiply(stop(window, x, row, column), range(channel, channel + 1), part, _of(bias, filter))


def pool(
    window: Window,
    x: NDArray[Any],
    operation: Literal["max", "average"],
    padding: str | int,
    channel: int,
    row: int,
    column: int,
) -> Pooled:
    """The output of MaxPooling2D or AveragePooling2D for ``channel`` of ``x``, (height, width, channels).

    ``padding`` is the layer's: a number of pixels adds zeros that are pooled; the padding of "same" is left out.
    Raises `ValueError` and `IndexError` as `stop` does, `IndexError` also if there is no such channel.
    """
    _check("channel", channel, x.shape[-1])
    here = stop(window, x, row, column)
    patch = here.patch[..., channel]
    counted = np.ones_like(here.padded) if isinstance(padding, int) else ~here.padded
    values = patch[counted]
    if operation == "average":
        with np.errstate(invalid="ignore", over="ignore"):
            return Pooled(here, operation, patch, counted, None, float(values.mean()))
    best = int(np.flatnonzero(counted)[values.argmax()])
    return Pooled(here, operation, patch, counted, divmod(best, patch.shape[1]), float(values.max()))


def _covered(slide: WindowAxis, kernel: int, dilation: int, place: int) -> NDArray[np.int64]:
    _check(slide.axis, place, slide.output)
    return place * slide.stride - slide.before + dilation * np.arange(kernel)


def _within(places: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    return (places >= 0) & (places < size)


def _multiply(here: Stop, channels: range, kernel: NDArray[Any], bias: float) -> Convolved:
    patch, factors = here.patch[..., channels.start : channels.stop], kernel.astype(np.float64)
    # A network with NaN or infinite weights is inspected like any other.
    with np.errstate(invalid="ignore", over="ignore"):
        products = patch * factors
        sums = products.sum(axis=(0, 1))
        return Convolved(here, channels, patch, factors, products, sums, bias, float(sums.sum() + bias))


def _of(bias: NDArray[Any] | None, filter: int) -> float:
    return 0.0 if bias is None else float(bias[filter])


def _check_kernel(window: Window, kernel: NDArray[Any]) -> None:
    if kernel.ndim != 4 or kernel.shape[:2] != window.kernel or 0 in kernel.shape:
        raise ValueError(f"expected a kernel of 4 axes, the first {window.kernel}; got shape {kernel.shape}")


def _check(what: str, index: int, count: int) -> None:
    if not 0 <= index < count:
        raise IndexError(f"{what} {index} is not one of 0 to {count - 1}")
