"""Arrays as pictures: grey values, feature maps side by side; and statistics of weights.

Pictures are uint8, 0 black to 255 white, (height, width) or (height, width, n) for n of them. Values are float32, as in
networks; computations use float64, where they do not overflow.
"""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

__all__ = [
    "Grid",
    "Statistics",
    "grey",
    "not_finite",
    "pages",
    "resample",
    "shrink",
    "signed",
    "tiles",
]

ZERO = 128
"""The grey of zero in a picture of signed values."""

NEAR_ZERO = 0.01
"""A weight is near zero if its absolute value is at most this share of the largest one."""


class Statistics(Struct, frozen=True):
    """Statistics of the finite values among ``count``; None if none is finite."""

    count: int
    not_finite: int
    """How many are NaN or infinite."""
    mean: float | None = None
    stddev: float | None = None
    """The population standard deviation: divided by n, not n - 1."""
    low: float | None = None
    high: float | None = None
    near_zero: float | None = None
    """The share of values whose absolute value is at most 1% of the largest; 1 if all are zero."""

    @classmethod
    def of(cls, values: NDArray[Any]) -> "Statistics":
        """The statistics of ``values`` of any shape."""
        finite = _finite(values)
        left_out = values.size - finite.size
        if not finite.size:
            return cls(values.size, left_out)
        sizes = np.abs(finite)
        return cls(
            count=values.size,
            not_finite=left_out,
            mean=float(finite.mean()),
            stddev=float(finite.std()),
            low=float(finite.min()),
            high=float(finite.max()),
            near_zero=float(np.mean(sizes <= NEAR_ZERO * sizes.max())),
        )


class Grid(Struct, frozen=True):
    """A grid of ``rows`` by ``columns`` pictures, ``gap`` pixels apart; further ones are on more pages."""

    rows: int
    columns: int
    gap: int = 1

    @classmethod
    def fitting(cls, tile: tuple[int, int], room: tuple[int, int], gap: int = 1) -> "Grid":
        """The largest grid of tiles, (height, width), that fits into ``room``; at least one place."""
        rows, columns = ((most + gap) // (size + gap) for size, most in zip(tile, room, strict=True))
        return cls(max(1, rows), max(1, columns), gap)

    @property
    def places(self) -> int:
        """The number of pictures on a page."""
        return self.rows * self.columns

    def pages(self, count: int) -> int:
        """The number of pages for ``count`` pictures; 1 for none."""
        return pages(count, self.places)

    def shown(self, count: int, page: int) -> range:
        """Which of ``count`` pictures are on ``page``, from 0; beyond the last page, those of the last."""
        return _shown(count, self.places, page)

    def at(self, row: int, column: int, tile: tuple[int, int], count: int, page: int) -> int | None:
        """The picture at a pixel of `tiles`; None for a gap or an empty place."""
        (down, y), (across, x) = divmod(row, tile[0] + self.gap), divmod(column, tile[1] + self.gap)
        within = 0 <= down < self.rows and 0 <= across < self.columns and y < tile[0] and x < tile[1]
        shown = self.shown(count, page)
        place = down * self.columns + across
        return shown[place] if within and place < len(shown) else None


def grey(
    values: NDArray[Any], low: float | None = None, high: float | None = None, *, each: bool = False
) -> NDArray[np.uint8]:
    """``values`` from ``low`` (black) to ``high`` (white), clipped.

    By default they are the lowest and the highest finite value; with ``each``, those of every picture along the last
    axis. NaN and infinite values are black: `not_finite` counts them. If ``low`` is not below ``high``, as with
    constant values, all is black.
    """
    known, finite = _known(values)
    axes = _axes(known, each)
    # If nothing is finite, these are inverted infinities: black.
    least = np.min(known, axis=axes, keepdims=True, initial=np.inf, where=finite) if low is None else np.array(low)
    most = np.max(known, axis=axes, keepdims=True, initial=-np.inf, where=finite) if high is None else np.array(high)
    some = least < most
    span = np.where(some, most, 1.0) - np.where(some, least, 0.0)
    shares = np.where(some & finite, (known - np.where(some, least, 0.0)) / span, 0.0)
    return _to_uint8(255 * np.clip(shares, 0.0, 1.0))


def signed(values: NDArray[Any], most: float | None = None, *, each: bool = False) -> NDArray[np.uint8]:
    """``values`` around zero, which is 128: ``-most`` is 1 and ``most`` 255, clipped.

    By default ``most`` is the largest finite absolute value; with ``each``, that of every picture along the last axis.
    NaN and infinite values are drawn as zero: `not_finite` counts them.
    """
    known, _ = _known(values)
    axes = _axes(known, each)
    largest = np.max(np.abs(known), axis=axes, keepdims=True, initial=0.0) if most is None else np.array(most)
    some = largest > 0
    shares = np.where(some, known / np.where(some, largest, 1.0), 0.0)
    return _to_uint8(ZERO + 127 * np.clip(shares, -1.0, 1.0))


def not_finite(values: NDArray[Any]) -> int:
    """How many of ``values`` are NaN or infinite and cannot be drawn."""
    return int(values.size - np.count_nonzero(np.isfinite(values)))


def tiles(maps: NDArray[np.uint8], grid: Grid, page: int = 0, background: int = 0) -> NDArray[np.uint8]:
    """The pictures ``maps``, (height, width, n), on ``page`` of ``grid``, row by row, as one picture.

    All pages have the size of the first. Beyond the last page, the last.
    """
    height, width, count = maps.shape
    rows, columns = min(grid.rows, -(-count // grid.columns)), min(grid.columns, count)
    # One gap more than there are between them; it is cut off at the end.
    sheet = np.full((rows, height + grid.gap, columns, width + grid.gap), background, np.uint8)
    for place, index in enumerate(grid.shown(count, page)):
        row, column = divmod(place, grid.columns)
        sheet[row, :height, column, :width] = maps[:, :, index]
    whole = sheet.reshape(rows * (height + grid.gap), columns * (width + grid.gap))
    return whole[: max(0, len(whole) - grid.gap), : max(0, whole.shape[1] - grid.gap)]


def pages(count: int, each: int) -> int:
    """The number of pages for ``count`` things, ``each`` on a page; 1 for none."""
    return max(1, -(-count // each))


def shrink(image: NDArray[np.uint8], most: tuple[int, int]) -> NDArray[np.uint8]:
    """``image``, (height, width) or (height, width, n), no larger than ``most``, (height, width).

    Proportions are kept, and each pixel is the mean of the area it covers. What fits is returned unchanged.
    """
    scale = min(1.0, most[0] / image.shape[0], most[1] / image.shape[1])
    if scale == 1.0:
        return image
    height, width = (max(1, round(size * scale)) for size in image.shape[:2])
    return _to_uint8(resample(image, height, width))


def resample(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float64]:
    """``image``, (height, width) or (height, width, n), at another size.

    Along an axis that shrinks, each pixel is the mean of the area it covers; along one that grows, it is interpolated
    linearly between the centers of its neighbors.
    """
    rows, columns = _weights(image.shape[0], height), _weights(image.shape[1], width)
    resampled: NDArray[np.float64] = np.einsum("ih,hw...,jw->ij...", rows, image, columns, optimize=True)
    return resampled


def _known(values: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """``values`` with 0 in place of those that are not finite, and a mask of the finite ones."""
    finite = np.isfinite(values)
    return np.where(finite, values, 0).astype(np.float64), finite


def _finite(values: NDArray[Any]) -> NDArray[np.float64]:
    # In float64, where neither sums nor differences of float32 values overflow.
    finite: NDArray[Any] = values[np.isfinite(values)]
    return finite.astype(np.float64)


def _to_uint8(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return (values + 0.5).astype(np.uint8)


def _axes(values: NDArray[np.float64], each: bool) -> tuple[int, ...]:
    return tuple(range(values.ndim - 1 if each else values.ndim))


def _shown(count: int, each: int, page: int) -> range:
    start = min(max(0, page), pages(count, each) - 1) * each
    return range(start, min(start + each, count))


def _weights(old: int, new: int) -> NDArray[np.float64]:
    """The weights of the ``old`` pixels in each of the ``new``: (new, old), each row sums to 1."""
    ratio = old / new
    middles = (np.arange(new) + 0.5) * ratio - 0.5
    distances = np.abs(middles[:, np.newaxis] - np.arange(old))
    # How much an interval of the size of a new pixel, at least of an old one, overlaps the old pixel.
    covered: NDArray[np.float64] = np.clip((max(1.0, ratio) + 1.0) / 2 - distances, 0.0, 1.0)
    covered /= covered.sum(axis=1, keepdims=True)
    return covered
