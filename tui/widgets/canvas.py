"""A rectangle of cells that is drawn on in any order."""

from itertools import groupby

from rich.segment import Segment
from rich.style import Style

__all__ = ["Canvas"]

UPPER, LOWER = "\u2580", "\u2584"
"""The halves of a cell."""
EMPTY = {" ", UPPER, LOWER}
"""What counts as an empty cell."""


class Canvas:
    """Cells of one character each with a style, some on a tinted ground; (0, 0) is at the upper left."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._letters = [[" "] * width for _ in range(height)]
        self._styles: list[list[Style | None]] = [[None] * width for _ in range(height)]
        self._grounds: list[list[Style | None]] = [[None] * width for _ in range(height)]
        self._taken: list[set[int]] = [set() for _ in range(height)]

    def put(self, row: int, column: int, letter: str, style: Style | None, *, over: bool = True) -> None:
        """Put ``letter`` into a cell; unless ``over``, only into an empty one."""
        if over or self._letters[row][column] in EMPTY:
            self._letters[row][column], self._styles[row][column] = letter, style

    def tint(self, column: int, top: int, bottom: int, style: Style) -> None:
        """Lay the ground of ``style`` under ``column`` from ``top`` to ``bottom``, in half rows, both included.

        A cell that is covered by half is filled by half, so anything drawn there later stands on the plain ground.
        """
        for row in range(top // 2, bottom // 2 + 1):
            upper, lower = top <= 2 * row, bottom >= 2 * row + 1
            if upper and lower:
                self._grounds[row][column] = style
            else:
                self.put(row, column, UPPER if upper else LOWER, Style(color=style.bgcolor))

    def write(self, row: int, column: int, text: str, style: Style | None) -> bool:
        """Write ``text``, unless it does not fit or would cover another one; whether it was written."""
        columns = range(column, column + len(text))
        if column < 0 or columns.stop > self.width or not self._taken[row].isdisjoint(columns):
            return False
        self._taken[row].update(columns)
        for at, letter in zip(columns, text, strict=True):
            self.put(row, at, letter, style)
        return True

    def segments(self, row: int) -> list[Segment]:
        """The row ``row``, from the left."""
        inks, grounds = self._styles[row], self._grounds[row]
        line, column = "".join(self._letters[row]), 0
        segments = []
        for (ink, ground), cells in groupby(zip(inks, grounds, strict=True)):
            width = sum(1 for _ in cells)
            style = ink + ground if ink is not None and ground is not None else ink or ground
            segments.append(Segment(line[column : column + width], style))
            column += width
        return segments
