"""The y axis of what is drawn in a terminal, with its labels to the left.

A place is a share of the height: 0 is the center of the lowest row, 1 that of the topmost.
"""

from rich.segment import Segment
from rich.style import Style

from core.charts import Axis
from tui.widgets.canvas import Canvas

__all__ = ["LABELS", "left_axis", "row_at"]

LABELS = 7
"""Columns for the labels of the y axis, so that the epochs of stacked charts are aligned."""


def row_at(canvas: Canvas, share: float) -> int:
    """The row at the height ``share``, or the one at the edge."""
    return canvas.height - 1 - round(min(max(share, 0.0), 1.0) * (canvas.height - 1))


def left_axis(canvas: Canvas, y: Axis, style: Style) -> list[list[Segment]]:
    """The rows of the canvas behind the y axis with its labels."""
    # A little more than a row apart, as two halves may be rounded to the same row.
    ticks = y.ticks(max(2, canvas.height // 2), 1.01 / max(1, canvas.height - 1))
    labels = {row_at(canvas, y.share(at)): label for at, label in ticks if len(label) <= LABELS}
    lines = []
    for row in range(canvas.height):
        label = labels.get(row)
        edge = f"{label:>{LABELS}}\u2524" if label else " " * LABELS + "\u2502"
        lines.append([Segment(edge, style), *canvas.segments(row)])
    return lines
