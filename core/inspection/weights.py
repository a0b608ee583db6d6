"""Weights before and after training: their distributions over the same bins, and pictures of the weights.

The results computed from the arrays are small, so the arrays need not be kept.
"""

from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.inspection.images import Grid, Statistics, pages, resample, shrink, signed, tiles
from core.inspection.signed_pixels import sign_places
from core.inspection.tensors import Weight
from core.inspection.violin import Violin, violin
from core.network.architecture import Architecture
from core.network.layers import (
    Dense,
)
from core.network.shapes import count
from core.network.summary import summarize

__all__ = ["BINS", "Distribution", "Sheet", "WeightSummary", "first_dense_on_pixels", "sheet", "weight_summary"]

BINS = 2520
"""Number of bins counted; it has many divisors, so that they can be merged into about any smaller number."""

FEWEST = 8
"""Minimum number of bins shown, however few the weights."""

LARGEST = 100
"""Rows and columns that a larger weight matrix is reduced to: about as many as large terminals show.

Up to here (below 2**20 multiplications) OpenBLAS uses a single thread and is fast; with several threads that wait for
one another, it took 24 ms on a busy machine.
"""

ZERO, WHITE = 128, 255
"""The greys of `signed` for 0 and for the largest absolute value."""

SMALL = 12
"""Pictures with fewer pixels per side than this are enlarged at least twofold."""

ENLARGED = 8
"""Maximum enlargement: pixels per weight."""

SEEN = 0.995
"""The quantile of the weights that the scale covers: a few outliers would make all others as good as zero."""

Kind = Literal["filters", "units", "matrix"]


class Distribution(Struct, frozen=True, eq=False):
    """Histograms of the finite weights before and after, over the same bins from ``low`` to ``high``."""

    low: float
    high: float
    before: NDArray[np.int64]
    """The number of weights in each bin: (BINS,), as is ``after``."""
    after: NDArray[np.int64]

    @classmethod
    def of(cls, before: NDArray[Any], after: NDArray[Any]) -> "Distribution":
        """Both over their common range, widened if all values are the same."""
        finite = [values[np.isfinite(values)].astype(np.float64) for values in (before, after)]
        present = [values for values in finite if values.size]
        low = min((float(values.min()) for values in present), default=0.0)
        high = max((float(values.max()) for values in present), default=1.0)
        if low == high:
            margin = max(0.5, 1e-3 * abs(low))
            low, high = low - margin, high + margin
        counts = [np.histogram(values, BINS, (low, high))[0] for values in finite]
        return cls(low, high, counts[0], counts[1])

    def bins(self, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Before and after as shares of all finite weights, in at most ``most`` equal bins: (bins,) each.

        Few weights get fewer bins, about the square root of their number, or noise would hide the shape.
        """
        sensible = max(FEWEST, round(float(max(self.before.sum(), self.after.sum())) ** 0.5))
        number = next(number for number in range(min(max(1, most), sensible), 0, -1) if BINS % number == 0)
        before, after = (
            counts.reshape(number, -1).sum(axis=1) / max(1, counts.sum()) for counts in (self.before, self.after)
        )
        return before, after

    def place(self, value: float) -> float:
        """How far ``value`` is on the way from ``low``, 0, to ``high``, 1."""
        return (value - self.low) / (self.high - self.low)


class WeightSummary(Struct, frozen=True, eq=False):
    """What is to be seen of a weight, bias or statistic of the layer in ``row``."""

    row: int
    name: str
    """As Keras calls it."""
    shape: tuple[int, ...]
    before: Statistics
    after: Statistics
    distribution: Distribution
    kind: Kind
    """What a picture shows: one filter and channel, all weights of a unit, or the whole matrix."""
    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    """Before and after, `signed` on one scale: (height, width, n)."""
    most: float
    """The absolute value from which on weights have the full color of their sign."""
    violins: tuple[Violin, Violin]
    """Before and after."""

    @property
    def unchanged(self) -> bool:
        """Whether nothing of it has changed in training."""
        same = np.array_equal(self.distribution.before, self.distribution.after)
        return same and self.before == self.after and np.array_equal(*self.pictures)

    @property
    def stddev_ratio(self) -> float | None:
        """The ratio of the standard deviation after to that before; None if undefined."""
        before, after = self.before.stddev, self.after.stddev
        return after / before if before and after is not None else None


class Sheet(Struct, frozen=True, eq=False):
    """A page of pictures side by side; pixels that are 0 belong to none of them."""

    image: NDArray[np.uint8]
    shown: range
    """The indices of the pictures, from 0."""
    page: int
    pages: int
    most: float
    """The absolute value from which on weights have the full color of their sign."""
    shrunk: bool
    """Whether its pixels are means over several weights."""
    signs: NDArray[np.uint8]
    """1 where a weight has room for its sign, else 0: as large as the image."""


def first_dense_on_pixels(architecture: Architecture) -> tuple[int, tuple[int, int]] | None:
    """The row of the Dense layer whose inputs are the image's pixels, and the image's size; None if there is none."""
    shape = architecture.input_shape
    if len(shape) < 2 or count(shape) != shape[0] * shape[1]:
        return None
    for row in summarize(architecture).rows[1:]:
        if isinstance(row.layer, Dense):
            return (row.index, (shape[0], shape[1])) if row.input == (count(shape),) else None
        if not row.layer.in_place:
            return None
    return None


def weight_summary(weight: Weight, image: tuple[int, int] | None = None) -> WeightSummary:
    """The summary of ``weight``; with ``image``, its kernel's rows are the pixels of an image of that size."""
    kind: Kind = "matrix"
    shape = weight.after.shape
    if len(shape) == 4 and shape[0] * shape[1] > 1:
        kind = "filters"
    elif image and len(shape) == 2 and shape[0] == image[0] * image[1]:
        kind = "units"
    pictures = [_pictures(values, kind, image) for values in (weight.before, weight.after)]
    most = max(map(_scale, pictures))
    return WeightSummary(
        weight.row,
        weight.name,
        shape,
        Statistics.of(weight.before),
        Statistics.of(weight.after),
        Distribution.of(weight.before, weight.after),
        kind,
        (signed(pictures[0], most), signed(pictures[1], most)),
        most,
        (violin(weight.before), violin(weight.after)),
    )


def sheet(summary: WeightSummary, room: tuple[int, int], page: int = 0, *, initial: bool = False) -> Sheet:
    """As many pictures of ``summary`` as fit into ``room``, (height, width); with ``initial``, those before training.

    They are enlarged up to `ENLARGED` times, but only as far as all of them fit, if that is possible, and at least
    twofold if they would be too small to see. A picture larger than ``room`` is shrunk. A matrix need not keep its
    proportions.
    """
    at = 0 if initial else 1
    if summary.kind == "matrix":
        return _matrix(summary, room, at)
    pictures, most = summary.pictures[at], summary.most
    height, width, number = pictures.shape
    factor = 1
    if height > room[0] or width > room[1]:
        pictures = shrink(pictures, room)
    else:
        factor = _factor((height, width), number, room)
    grid = Grid.fitting((pictures.shape[0] * factor, pictures.shape[1] * factor), room)
    places = grid.shown(number, page)
    picked = _enlarge(pictures[:, :, places.start : places.stop], factor, factor)
    whole = pages(number, grid.places)
    return Sheet(
        tiles(picked, grid),
        places,
        min(max(0, page), whole - 1),
        whole,
        most,
        pictures.shape[:2] != (height, width),
        tiles(sign_places(picked, factor, factor), grid),
    )


def _pictures(values: NDArray[Any], kind: Kind, image: tuple[int, int] | None) -> NDArray[Any]:
    """``values`` as (height, width, n), a matrix reduced to at most `LARGEST` rows and columns."""
    if kind == "filters":
        # One filter after another, each with all its channels.
        return np.moveaxis(values, 3, 2).reshape(*values.shape[:2], -1)
    if kind == "units" and image:
        return values.reshape(*image, -1)
    matrix = values.reshape(-1, values.shape[-1]) if values.ndim else values.reshape(1, 1)
    return _means(matrix[..., np.newaxis])


def _matrix(summary: WeightSummary, room: tuple[int, int], at: int) -> Sheet:
    """The matrix filling the room. Before and after share a scale, that of the means if it is shrunk."""
    height, width = (min(most, size) for most, size in zip(room, summary.pictures[0].shape, strict=False))
    image, most = summary.pictures[at], summary.most
    if image.shape[:2] != (height, width):
        means = [_values(resample(picture, height, width), summary.most) for picture in summary.pictures]
        most = max(map(_scale, means))
        image = signed(means[at], most)
    down, across = (min(ENLARGED, max(1, least // size)) for least, size in zip(room, (height, width), strict=True))
    drawn = _enlarge(image, down, across)
    shrunk = height * width < count(summary.shape)
    return Sheet(drawn[:, :, 0], range(1), 0, 1, most, shrunk, sign_places(drawn, down, across)[:, :, 0])


def _means(values: NDArray[Any]) -> NDArray[Any]:
    """``values``, (height, width, 1), reduced to at most `LARGEST` rows and columns of means."""
    height, width = min(LARGEST, values.shape[0]), min(LARGEST, values.shape[1])
    if values.shape[:2] == (height, width):
        return values
    # The means are computed on pictures, so values are rounded to bytes, which averages out.
    largest = _scale(values, 1.0)
    return _values(resample(signed(values, largest), height, width), largest)


def _values(picture: NDArray[Any], most: float) -> NDArray[np.float64]:
    """The values that ``picture`` was drawn from, to its precision."""
    return (picture.astype(np.float64) - ZERO) * (most / (WHITE - ZERO))


def _scale(values: NDArray[Any], share: float = SEEN) -> float:
    """The ``share`` quantile of the finite absolute values; 0 if there are none."""
    sizes = np.abs(values[np.isfinite(values)].astype(np.float64))
    if not sizes.size:
        return 0.0
    large = float(np.quantile(sizes, share))
    return large or float(sizes.max())


def _enlarge(pictures: NDArray[np.uint8], down: int, across: int) -> NDArray[np.uint8]:
    return pictures.repeat(down, axis=0).repeat(across, axis=1)


def _factor(tile: tuple[int, int], number: int, room: tuple[int, int]) -> int:
    """The enlargement of ``number`` pictures."""
    sizes = {
        factor: (tile[0] * factor, tile[1] * factor)
        for factor in range(1, ENLARGED + 1)
        if tile[0] * factor <= room[0] and tile[1] * factor <= room[1]
    }
    readable = 2 if max(tile) < SMALL and 2 in sizes else 1
    whole = [factor for factor, size in sizes.items() if Grid.fitting(size, room).places >= number]
    return max([readable, *whole])
