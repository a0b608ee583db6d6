"""A layer's output as one picture: its feature maps side by side, as large as fits, one of them framed.

Every pixel of a picture, (height, width), is a grey from 0 to 255, one of the markers above that, or a signed value
(`core.inspection.signed_pixels`).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.inspection.images import Grid, grey, not_finite, resample, signed, tiles
from core.inspection.signed_pixels import MARKED, SIGNED, sign_places

__all__ = [
    "BLANK",
    "FRAME",
    "GROUND",
    "LARGEST",
    "PAGED",
    "SMALLEST",
    "Layout",
    "Picture",
    "Spread",
    "framed",
    "maps",
    "painted",
    "shades",
    "sheet",
]

Picture = NDArray[np.int16]

GROUND = 256
"""A pixel outside all maps."""

FRAME = 257
"""A pixel of the frame around the selected map."""

BLANK = 258
"""A pixel without a value: padding, or an output not computed yet."""

LARGEST = 8
"""Maximum enlargement of a map."""

SMALLEST = 10
"""Maps may shrink to this size so that all of them fit at once."""

PAGED = 14
"""If even that is not enough, they shrink no further than this and are paged."""

UNIT = 2
"""The minimum size of a map of one pixel, such as a unit of a dense layer."""


class Spread(Struct, frozen=True):
    """The range of the finite values among ``count``; None if none is finite."""

    count: int
    not_finite: int
    """How many are NaN or infinite."""
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    zeros: float | None = None
    """The share of them that are exactly 0."""

    @classmethod
    def of(cls, values: NDArray[Any]) -> "Spread":
        """The spread of ``values`` of any shape."""
        finite = values[np.isfinite(values)].astype(np.float64)
        if not finite.size:
            return cls(values.size, values.size)
        return cls(
            count=values.size,
            not_finite=not_finite(values),
            low=float(finite.min()),
            high=float(finite.max()),
            mean=float(finite.mean()),
            zeros=float(np.mean(finite == 0)),
        )

    @property
    def signed(self) -> bool:
        """Whether any is negative."""
        return self.low is not None and self.low < 0

    @property
    def size(self) -> float:
        """The largest absolute value; 0 if none is finite."""
        return max(abs(self.low or 0.0), abs(self.high or 0.0))


class Layout(Struct, frozen=True):
    """The size of each drawn map, (height, width), and the grid they are placed in."""

    tile: tuple[int, int]
    grid: Grid

    @classmethod
    def fitting(cls, size: tuple[int, int], count: int, room: tuple[int, int]) -> "Layout":
        """The layout of ``count`` maps of ``size`` in ``room``, (height, width), with space for a frame around each.

        It has the largest tile with which all fit at once; if there is none, they are paged.
        """
        within = max(1, room[0] - 2), max(1, room[1] - 2)
        layouts = [cls(tile, Grid.fitting(tile, within)) for tile in _tiles(size, within)]
        large = [layout for layout in layouts if max(layout.tile) >= min(PAGED, max(layouts[0].tile), max(size))]
        return next((layout for layout in layouts if layout.grid.places >= count), large[-1])

    def at(self, row: int, column: int, count: int, page: int) -> int | None:
        """The map at a pixel of `sheet`; None between the maps."""
        return self.grid.at(row - 1, column - 1, self.tile, count, page)


def maps(values: NDArray[Any]) -> NDArray[Any]:
    """An output of any shape as maps, (height, width, n): n units of a vector, n channels of an image."""
    if values.ndim <= 1:
        return values.reshape(1, 1, -1)
    if values.ndim == 2:
        return values[..., np.newaxis]
    return values.reshape(-1, *values.shape[-2:])


def painted(values: NDArray[Any]) -> Picture:
    """``values`` of one picture with `shades` of their own: greys, or signed pixels if any is negative."""
    spread = Spread.of(values)
    return shades(values, spread).astype(np.int16) + np.int16(SIGNED if spread.signed else 0)


def shades(values: NDArray[Any], spread: Spread, *, each: bool = False) -> NDArray[np.uint8]:
    """``values`` as greys: from 0 (black) if none in ``spread`` is negative, else around 0, which is mid-grey.

    White is the largest value or, around 0, the largest absolute value in ``spread``; with ``each``, that of every map.
    """
    if spread.signed:
        return signed(values, each=True) if each else signed(values, spread.size)
    return grey(values, 0.0, each=True) if each else grey(values, 0.0, spread.size)


def sheet(
    shown: NDArray[Any], layout: Layout, spread: Spread, unit: int, page: int | None = None, *, each: bool = False
) -> Picture:
    """A page of the maps ``shown``, (height, width, n), with a frame around the map ``unit``.

    By default, ``page`` is the page of that map. ``spread`` is that of all values of the layer, for `shades`.
    """
    grid = layout.grid
    here = grid.shown(shown.shape[2], unit // grid.places if page is None else page)
    drawn = _sized(shades(shown[..., here.start : here.stop], spread, each=each), layout.tile)
    picture = tiles(drawn, grid).astype(np.int16)
    if spread.signed:
        times = layout.tile[0] // shown.shape[0], layout.tile[1] // shown.shape[1]
        picture += SIGNED + (MARKED - SIGNED) * tiles(sign_places(drawn, *times), grid).astype(np.int16)
    picture[tiles(np.ones_like(drawn), grid) == 0] = GROUND
    picture = np.pad(picture, 1, constant_values=GROUND)
    if unit not in here:
        return picture
    down, across = divmod(unit - here.start, grid.columns)
    top, left = 1 + down * (layout.tile[0] + grid.gap), 1 + across * (layout.tile[1] + grid.gap)
    return framed(picture, top, left, layout.tile)


def framed(picture: Picture, top: int, left: int, size: tuple[int, int]) -> Picture:
    """``picture`` with a frame around the ``size`` pixels at ``top`` and ``left``, clipped to the picture."""
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    beyond = np.maximum(
        np.maximum(top - rows, rows - (top + size[0] - 1)), np.maximum(left - columns, columns - (left + size[1] - 1))
    )
    return np.where(beyond == 1, np.int16(FRAME), picture)


def _tiles(size: tuple[int, int], within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The sizes in which a map of ``size`` can be drawn, the largest first; at least one."""
    least = UNIT if max(size) == 1 else 1
    fitting = [
        (size[0] * times, size[1] * times)
        for times in range(LARGEST, least - 1, -1)
        if size[0] * times <= within[0] and size[1] * times <= within[1]
    ]
    yield from fitting
    longest = max(size)
    most = min(1.0, within[0] / size[0], within[1] / size[1])
    if not fitting or longest > SMALLEST:
        sides = range(max(1, int(longest * most)), min(SMALLEST, max(1, int(longest * most))) - 1, -1)
        yield from (
            (max(1, round(size[0] * side / longest)), max(1, round(size[1] * side / longest))) for side in sides
        )


def _sized(drawn: NDArray[np.uint8], tile: tuple[int, int]) -> NDArray[np.uint8]:
    """The maps ``drawn`` at the size ``tile``: pixels repeated, or averaged."""
    height, width = drawn.shape[:2]
    if tile[0] >= height and tile[1] >= width:
        return drawn.repeat(tile[0] // height, axis=0).repeat(tile[1] // width, axis=1)
    return np.rint(resample(drawn, *tile)).astype(np.uint8)
