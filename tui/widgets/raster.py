"""Draws the lines of a chart in braille with plotext. Only this module uses plotext, which is slow to import.

plotext has one figure for the whole process and a C++ kernel that aborts the process on input that it cannot draw, so
it only ever gets finite points between 0 and 1, on the UI thread.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import cast

from plotext import add_theme, figure, marker, pixel, terminal
from rich.style import Style
from rich.text import Text

from core.charts import Point
from tui.widgets.canvas import Canvas

__all__ = ["rasterize"]

_COLORED = re.compile(r"(\x1b\[[\d;]*m)?([^\x1b]*)")

Part = Sequence[Point]
"""A line without gaps, as shares of the width and the height: (0, 0) is the center of the cell at the lower left."""


def rasterize(canvas: Canvas, lines: Sequence[tuple[Sequence[Part], Style]]) -> None:
    """Draw ``lines``, each of several parts and in a color, on ``canvas``: the later ones above the others."""
    if not any(parts for parts, _ in lines):
        return
    _prepare()
    figure.clear.data()
    figure.plot_size(canvas.width, canvas.height)
    for axis in (0, 1):
        ruler = figure.ruler(axis, 0)
        ruler.lim(0.0, 1.0)
        ruler.ticks([], [])
    for parts, style in lines:
        _line(parts, style)
    for row, text in enumerate(figure.build().string().splitlines()):
        column = 0
        for code, piece in _COLORED.findall(text):
            color = _decoded(code) if piece.strip() else None
            for letter in piece:
                if letter != " ":
                    canvas.put(row, column, letter, color)
                column += 1


@lru_cache(1)  # there is one figure, in the state of the last call
def _prepare() -> None:
    """Set up the figure without axes."""
    terminal.limit(False, False)
    figure.clear()
    add_theme("layerlab", text=pixel())  # only a theme leaves the background to the terminal
    figure.theme("layerlab")
    for axis, sides in (("x", ("lower", "upper")), ("y", ("left", "right"))):
        for side in sides:
            figure.axes(False, axis=axis, side=side)


def _line(parts: Sequence[Part], style: Style) -> None:
    """The line through the points of every part; in one signal, as a signal costs more than its points."""
    points = [point for part in parts for point in part]
    if points:
        places = ([x for x, _ in points], [y for _, y in points])
        signal = figure.signal(*places, marker=marker("braille", _pixel(style))).lines()
        for start in accumulate((len(part) for part in parts[:-1]), initial=0):
            signal.line(start, False)
        figure.draw(signal)


@lru_cache(256)
def _decoded(code: str) -> Style | None:
    spans = Text.from_ansi(f"{code}x").spans
    return cast("Style", spans[0].style) if spans else None


def _pixel(style: Style) -> object:
    """The color of ``style``, or of the terminal's text where the theme leaves it to the terminal."""
    color = style.color
    if color is None or color.is_default:
        return pixel()
    return pixel(color.number if color.triplet is None else tuple(color.triplet))
