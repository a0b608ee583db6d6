"""Tables of numbers in which a window or a cell is marked by brackets."""

from collections.abc import Sequence
from itertools import zip_longest

from textual.content import Content

from core.learn.typed_numbers import Rows
from tui.number_text import table_numbers

__all__ = ["beside", "grid"]

CELL = 7
"""The most cells of a number."""
GAP = 3
"""Cells between two grids."""

Lines = list[Content]


def grid(title: str, rows: Rows, window: tuple[range, range], signs: Sequence[Sequence[str]], marked: str) -> Lines:
    """``rows`` under ``title``, with brackets in the style ``marked`` around the rows and columns of ``window``.

    Where ``signs`` has a text, that stands for the number.
    """
    columns = len(rows[0])
    flat = [value for row, hidden in zip(rows, signs, strict=True) for value, sign in zip(row, hidden, strict=True)]
    texts = iter(table_numbers(flat, CELL))
    cells = [[sign or text for sign, text in zip(hidden, texts, strict=False)] for hidden in signs]
    wide = max(2, *(len(cell) for line in cells for cell in line))
    lines = [Content.styled(title.ljust(columns * (wide + 1) + 1), "$foreground-muted")]
    for row, line in enumerate(cells):
        within = row in window[0]
        parts: list[tuple[str, str]] = []
        for column, cell in enumerate(line):
            here = within and column in window[1]
            edge = "[" if here and column == window[1].start else "]" if within and column == window[1].stop else " "
            style = marked if here else "$foreground-muted" if signs[row][column] else ""
            parts += [(edge, marked), (cell.rjust(wide), style)]
        parts.append(("]" if within and window[1].stop == columns else " ", marked))
        blank = len(title) - columns * (wide + 1) - 1
        lines.append(Content.assemble(*parts, " " * max(0, blank)))
    return lines


def beside(grids: Sequence[Lines], room: int) -> Lines:
    """``grids`` side by side, as many as have room in ``room`` cells; the others below."""
    lines: Lines = []
    row: list[Lines] = []
    for each in grids:
        if row and sum(one[0].cell_length + GAP for one in [*row, each]) - GAP > room:
            lines += [*_joined(row), Content()]
            row = []
        row.append(each)
    return [*lines, *_joined(row)]


def _joined(row: Sequence[Lines]) -> Lines:
    blanks = [" " * one[0].cell_length for one in row]
    found = zip_longest(*row)
    return [
        Content(" " * GAP).join([part or Content(blank) for part, blank in zip(parts, blanks, strict=True)])
        for parts in found
    ]
