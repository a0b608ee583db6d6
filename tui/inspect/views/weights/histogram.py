"""The distribution of weights before and after training, one histogram over the other."""

from itertools import groupby
from operator import itemgetter

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from core.formatting import show_percent
from core.inspection.weights import Distribution, WeightSummary
from tui.widgets.bars import HEIGHTS
from tui.widgets.braille import BLANK, LEFT, RIGHT
from tui.widgets.lines import Lines

__all__ = ["Histogram"]

LINE = "\u2824\u2812"
"""The dotted line in the legend."""
WALL = "\u2506"
"""Marks the value that all weights had before: a bar would dwarf all others."""

AROUND = 3
"""Lines above and below the bars: legend, axis and labels."""
SMALLEST = (16, AROUND + 3)
"""The smallest size that is drawn, in columns and rows."""


class Histogram(Lines):
    """After as filled bars, before as a dotted line over them; both as shares of the weights, over the same bins."""

    COMPONENT_CLASSES = {"histogram--after", "histogram--before", "histogram--over", "histogram--axis"}

    DEFAULT_CSS = """
    Histogram { height: 1fr; }
    Histogram > .histogram--after { color: $primary; }
    Histogram > .histogram--before { color: $foreground; }
    Histogram > .histogram--over { color: $background; background: $primary; }
    Histogram > .histogram--axis { color: $text-muted; }
    """

    weight: reactive[WeightSummary | None] = reactive(None, repaint=False)
    """What is drawn; None for nothing."""

    def watch_weight(self) -> None:
        self.redraw()

    def draw(self) -> list[list[Segment]]:
        width, height = self.size
        if self.weight is None or width < SMALLEST[0] or height < SMALLEST[1]:
            return []
        styles = {name: self._style(name) for name in ("after", "before", "over", "axis")}
        spread, same = self.weight.distribution, _the_same(self.weight)
        before, after = (np.repeat(shares, _widened(len(shares), width)) for shares in spread.bins(width))
        wall = None if same is None else _column(spread, same, len(before))
        if wall is not None:
            before = np.zeros_like(before)
        top = float(max(after.max(), before.max())) or 1.0
        rows = height - AROUND
        filled, dotted = (
            np.ceil(shares / top * rows * parts - 1e-9).astype(int).tolist()
            for shares, parts in ((after, 8), (before, 4))
        )
        bars = [_row(row, filled, dotted, wall, styles) for row in reversed(range(rows))]
        axis = [[Segment(text, styles["axis"])] for text in _axis(spread, len(before))]
        return [_legend(top, same, styles), *bars, *axis]

    def _style(self, name: str) -> Style:
        style = self.get_component_rich_style(f"histogram--{name}")
        return Style(color=style.color, bgcolor=style.bgcolor if name == "over" else None)


def _row(row: int, filled: list[int], dotted: list[int], wall: int | None, styles: dict[str, Style]) -> list[Segment]:
    """A line of the bars, ``row`` lines above the axis: ``filled`` in eighths of a line, ``dotted`` in quarters."""
    cells: list[tuple[str, str]] = []
    for column, (eighths, level, last) in enumerate(zip(filled, dotted, (0, *dotted), strict=False)):
        sign = WALL if column == wall else _dots(row, level, last)
        within = eighths - 8 * row
        if sign:
            cells.append((sign, "over" if within >= 4 else "before"))
        else:
            cells.append((HEIGHTS[min(max(0, within), 8)], "after"))
    # A segment for every run of equal cells: one for every cell would be far slower.
    return [Segment("".join(sign for sign, _ in run), styles[name]) for name, run in groupby(cells, itemgetter(1))]


def _dots(row: int, level: int, last: int) -> str:
    """What a line from ``last`` to ``level`` draws in the cell at ``row``; empty for nothing."""
    if max(level, last) <= 4 * row or min(level, last) > 4 * row + 4:
        return ""  # most cells, decided early
    dots = sum(
        (left if min(level, last) < at <= max(level, last) or at == level else 0) + (right if at == level else 0)
        for at, left, right in zip(range(4 * row + 1, 4 * row + 5), LEFT, RIGHT, strict=True)
    )
    return chr(BLANK + dots) if dots else ""


def _widened(bins: int, width: int) -> int:
    """The width of each of ``bins``, in columns."""
    return max(1, width // bins)


def _legend(top: float, same: float | None, styles: dict[str, Style]) -> list[Segment]:
    before = (LINE, "before") if same is None else (WALL, f"before: all {same:.3g}")
    return [
        Segment(HEIGHTS[-1], styles["after"]),
        Segment(" after  "),
        Segment(before[0], styles["before"]),
        Segment(f" {before[1]}"),
        Segment(f"  highest: {show_percent(top, 1)}", styles["axis"]),
    ]


def _axis(spread: Distribution, columns: int) -> tuple[str, str]:
    """The axis with a tick at 0, and its labels."""
    low, high = f"{spread.low:.3g}", f"{spread.high:.3g}"
    line, labels = "\u2500" * columns, f"{low}{high:>{columns - len(low)}}"
    if not spread.low < 0 < spread.high:
        return line, labels
    at = _column(spread, 0.0, columns)
    if len(low) < at < columns - len(high) - 1:
        labels = f"{labels[:at]}0{labels[at + 1 :]}"
    return f"{line[:at]}\u2534{line[at + 1 :]}", labels


def _column(spread: Distribution, value: float, columns: int) -> int:
    return min(columns - 1, int(spread.place(value) * columns))


def _the_same(weight: WeightSummary) -> float | None:
    """The value that all weights had before; None if they differed, or have not changed."""
    low = weight.before.low
    return low if low is not None and low == weight.before.high and not weight.unchanged else None
