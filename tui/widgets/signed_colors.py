"""The colors of signed values: blue for negative ones, through the background to orange for positive ones."""

from functools import lru_cache

from rich.color import Color as RichColor
from textual.app import App
from textual.color import Color

from core.inspection.signed_pixels import MARKED, SIGNED, ZERO
from tui.theme import depth_of, sign_names

__all__ = ["Palette", "legend", "palette", "tint"]

LEVELS = 256
GREYS = 256
SHADES = 5
"""Cells of the legend on either side of 0."""

TINTS = 16
"""Tints on either side of 0."""
TINT = 0.4
"""How far the background of a text goes to the color of its number, so that the text can be read."""

Part = tuple[str, str]
"""Text, and its background as hexadecimal; empty for none."""


class Palette(tuple[RichColor | None, ...]):
    """The colors of pixels 256, 257, ... Equal only to itself, as to hash hundreds of colors for every cell is slow."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)


def palette(app: App[object], markers: tuple[RichColor | None, ...]) -> Palette:
    """The colors of ``markers``, which are pixels from 256 on, and of signed values, in the app's theme."""
    return _palette(markers, *_ends(app))


def legend(app: App[object], low: str, high: str) -> list[Part]:
    """``-0.4 ▒▒▒ 0 ▒▒▒ 0.4  blue negative, orange positive``, in the colors of the app's theme."""
    colors = _levels(*_ends(app))
    steps = [round((LEVELS - 1 - ZERO) * step / SHADES) for step in range(1, SHADES + 1)]
    below = [(" ", _hex(colors[ZERO - step])) for step in reversed(steps)]
    above = [(" ", _hex(colors[ZERO + step])) for step in steps]
    return [(f"{low} ", ""), *below, (" 0 ", ""), *above, (f" {high}  {sign_names(depth_of(app))}", "")]


def tint(app: App[object], share: float, ground: Color) -> RichColor | None:
    """The background on ``ground`` of a number that is ``share`` of the largest, from -1 to 1.

    None for none, or with few colors.
    """
    if not abs(share) > 1 / LEVELS or depth_of(app) != "full":
        return None
    negative, _, positive = _ends(app)
    return _tint(round(min(max(share, -1.0), 1.0) * TINTS) / TINTS, negative if share < 0 else positive, ground)


@lru_cache(maxsize=64)
def _tint(share: float, end: str, ground: Color) -> RichColor:
    return ground.blend(Color.parse(end), abs(share) * TINT).rich_color


def _ends(app: App[object]) -> tuple[str, str, str]:
    variables = app.theme_variables
    return variables["negative"], variables.get("zero", variables["background"]), variables["positive"]


@lru_cache(maxsize=32)
def _palette(markers: tuple[RichColor | None, ...], negative: str, zero: str, positive: str) -> Palette:
    colors = tuple(color.rich_color for color in _levels(negative, zero, positive))
    unused = (None,) * (SIGNED - GREYS - len(markers))
    return Palette((*markers, *unused, *colors, *colors[: MARKED - SIGNED]))


@lru_cache(maxsize=32)
def _levels(negative: str, zero: str, positive: str) -> tuple[Color, ...]:
    """The color of every level."""
    low, middle, high = map(Color.parse, (negative, zero, positive))
    most = LEVELS - 1 - ZERO
    return tuple(
        middle.blend(low if level < ZERO else high, min(1.0, abs(level - ZERO) / most)) for level in range(LEVELS)
    )


def _hex(color: Color) -> str:
    return color.hex6
