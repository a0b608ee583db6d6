"""A window over its input, beside the output: where it stands, and the number that it gives there."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from textual.content import Content

from core.network.explanation import Cell, draw_output, draw_window
from core.network.shapes import Window

__all__ = ["Part", "draw"]

Part = str | tuple[str, str]
"""Text, or text with a style, for `Content.assemble`."""
Cells = Sequence[Sequence[Cell]]

CELLS: dict[Cell, tuple[str, str, str]] = {
    "pixel": ("\u00b7", "pixel", "$foreground-muted on $panel"),
    "window": ("\u2588", "window", "$accent"),
    "padding": ("0", "padding", "$text-secondary"),
    "unseen": ("x", "never seen", "$text-error"),
}
"""How each kind of cell is drawn, named and colored."""
BETWEEN = "  \N{RIGHTWARDS ARROW}  "
HALVES = {(False, False): " ", (True, False): "\u2580", (False, True): "\u2584", (True, True): "\u2588"}


@lru_cache(maxsize=64)  # most edits leave the window as it is
def draw(window: Window, stop: int, width: int, height: int) -> Content:
    """The window at its ``stop``-th position over the input, and the output it gives, within ``width`` columns.

    Cells are square: two columns each, or half a line where two columns do not fit within ``height`` lines. The output
    is left out where it does not fit beside the input.
    """
    stops = window.rows.output * window.columns.output
    before, after = draw_window(window, stop), draw_output(window, stop)
    if before is None:
        return Content.styled(f"\n{stops:,} positions of the window: too many cells to draw", "$foreground-muted")
    lines = _side_by_side(before, after, width, height)
    seen = {cell for line in before for cell in line}
    legend = "  ".join(f"{mark} {name}" for cell, (mark, name, _) in CELLS.items() if cell in seen)
    head: list[Part] = [
        (f"\nposition {stop % stops + 1:,} of {stops:,}", "bold"),
        (f"  , . move it   {legend}\n", "$foreground-muted"),
    ]
    return Content.assemble(*head, *(part for line in lines for part in (*line, "\n"))).rstrip("\n")


def _side_by_side(before: Cells, after: Cells | None, width: int, height: int) -> list[list[Part]]:
    """Lines of input and output: the largest drawing of both that fits, or else of the input alone."""
    for cells_after in (after, None):
        for block in (_large, _small):
            drawn = [block(cells) for cells in (before, cells_after) if cells]
            wide = sum(_width(lines) for lines in drawn) + len(BETWEEN) * (len(drawn) - 1)
            if wide <= width and (len(drawn[0]) <= height or block is _small):
                return _joined(drawn)
    return _small(before)


def _large(cells: Cells) -> list[list[Part]]:
    """Two columns for each cell; each kind of cell has a character of its own."""
    return [
        [
            (mark * 2 * len(list(run)) if cell == "window" else mark.ljust(2) * len(list(run)), style)
            for cell, run in groupby(line)
            for mark, _, style in (CELLS[cell],)
        ]
        for line in cells
    ]


def _small(cells: Cells) -> list[list[Part]]:
    """Half a line for each cell: the window filled, all others in the color of their kind as dots."""
    pairs = [
        list(zip(cells[y], cells[y + 1] if y + 1 < len(cells) else cells[y], strict=True))
        for y in range(0, len(cells), 2)
    ]
    return [[_halves(pair, len(list(run))) for pair, run in groupby(line)] for line in pairs]


def _halves(pair: tuple[Cell, Cell], count: int) -> Part:
    """Two cells, one above the other, as one character."""
    windows = (pair[0] == "window", pair[1] == "window")
    if any(windows):
        other = next((cell for cell in pair if cell != "window"), "window")
        ground = " on $panel" if other == "pixel" else ""
        return HALVES[windows] * count, CELLS["window"][2] + ground
    mark, _, style = CELLS[pair[0]]
    return mark * count, style


def _joined(drawn: list[list[list[Part]]]) -> list[list[Part]]:
    """Drawings side by side, all starting at the top, an arrow in the middle of the first lines."""
    if len(drawn) == 1:
        return drawn[0]
    before, after = drawn
    wide, arrow = _width(before), min(len(before), len(after)) // 2
    lines = []
    for y in range(max(len(before), len(after))):
        left = before[y] if y < len(before) else []
        gap = BETWEEN if y == arrow else " " * len(BETWEEN)
        lines.append([*left, " " * (wide - _width([left])), (gap, "bold"), *(after[y] if y < len(after) else [])])
    return lines


def _width(lines: Sequence[Sequence[Part]]) -> int:
    return max((sum(len(part if isinstance(part, str) else part[0]) for part in line) for line in lines), default=0)
