"""How a layer's numbers are computed, step by step."""

from typing import Literal

from msgspec import Struct

from core.formatting import show_amount, show_bytes
from core.network.formulas import Number, total
from core.network.layers import Facts
from core.network.shapes import Window
from core.network.summary import BYTES_A_NUMBER, Row

__all__ = ["Cell", "Line", "draw_output", "draw_window", "explain", "parameter_line"]

LARGEST_DRAWING = 40
"""Maximum rows and columns of a drawing; more cells would not fit a terminal."""

Cell = Literal["pixel", "window", "padding", "unseen"]


class Line(Struct, frozen=True):
    """One step: the name of the result, the formula, the formula with its values, the result."""

    name: str
    formula: str
    substituted: str
    value: int


def explain(row: Row) -> tuple[Line, ...]:
    """The steps for all numbers of ``row``: shape, parameters, multiply-adds. Empty if the row has no facts."""
    facts = row.facts
    if facts is None:
        return ()
    numbers = (*facts.sizes, *facts.weights, *facts.biases, *facts.statistics, *facts.multiply_adds)
    return tuple(_line(number) for number in numbers)


def parameter_line(facts: Facts) -> str:
    """One line on the layer's parameters: ``params 2,416 = 2,400 weights + 16 biases, 9.4 KiB``."""
    parts = [
        show_amount(total(numbers), name)
        for name, numbers in (("weight", facts.weights), ("bias", facts.biases), ("statistic", facts.statistics))
        if numbers
    ]
    if not parts:
        return "params 0"
    return f"params {facts.params:,} = {' + '.join(parts)}, {show_bytes(facts.params * BYTES_A_NUMBER)}"


def draw_window(window: Window, stop: int = 0) -> tuple[tuple[Cell, ...], ...] | None:
    """The padded image as rows of cells, with the window at its ``stop``-th position; None if too large."""
    rows, columns = window.rows, window.columns
    height = rows.before + rows.size + rows.after
    width = columns.before + columns.size + columns.after
    if max(height, width) > LARGEST_DRAWING:
        return None
    stop %= rows.output * columns.output
    top = (stop // columns.output) * rows.stride
    left = (stop % columns.output) * columns.stride
    covered_rows = {top + cell * window.dilation[0] for cell in range(window.kernel[0])}
    covered_columns = {left + cell * window.dilation[1] for cell in range(window.kernel[1])}

    def cell(y: int, x: int) -> Cell:
        if y in covered_rows and x in covered_columns:
            return "window"
        if not (rows.before <= y < rows.before + rows.size and columns.before <= x < columns.before + columns.size):
            return "padding"
        return "unseen" if y >= height - rows.unseen or x >= width - columns.unseen else "pixel"

    return tuple(tuple(cell(y, x) for x in range(width)) for y in range(height))


def draw_output(window: Window, stop: int = 0) -> tuple[tuple[Cell, ...], ...] | None:
    """One channel of the output as rows of cells: what the window gives at its ``stop``-th position is marked.

    None if too large.
    """
    height, width = window.rows.output, window.columns.output
    if max(height, width) > LARGEST_DRAWING:
        return None
    marked = divmod(stop % (height * width), width)
    return tuple(tuple("window" if (y, x) == marked else "pixel" for x in range(width)) for y in range(height))


def _line(number: Number) -> Line:
    return Line(number.name, number.formula, number.substituted, number.value)
