"""The plane of two inputs: the lines of neurons, on which side of them a place is, and the four corners."""

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from core.charts import Point
from core.learn.neuron import CORNERS, Neuron, side
from tui.widgets.canvas import Canvas
from tui.widgets.lines import Lines

__all__ = ["SIDES", "Plane"]

LOW, HIGH = -0.5, 1.5
"""The ends of both axes."""
BESIDE, BELOW = 3, 2
"""Columns and rows of the axes."""
SMALLEST = (12, 6)
"""The smallest size that is drawn, in columns and rows."""
APART = (4, 2)
"""Columns and rows from one sign of a side to the next."""
SIDES = {1: "+", 0: "0", -1: "-"}
"""How the sides of a line are marked."""


class Plane(Lines):
    """Draws the lines of ``neurons``; a plus stands where z is above 0 for all of them."""

    COMPONENT_CLASSES = {"plane--line", "plane--axis", "plane--above", "plane--below"}

    DEFAULT_CSS = """
    Plane { width: 1fr; height: 1fr; min-height: 6; }
    Plane > .plane--line { color: $accent; }
    Plane > .plane--axis { color: $text-muted; }
    Plane > .plane--above { color: $positive; }
    Plane > .plane--below { color: $negative; }
    """

    neurons: reactive[tuple[Neuron, ...]] = reactive((), repaint=False)
    """Whose lines are drawn."""
    names: reactive[tuple[str, ...]] = reactive((), repaint=False)
    """What stands at the lines, if there are several."""

    def watch_neurons(self) -> None:
        self.redraw()

    def watch_names(self) -> None:
        self.redraw()

    def draw(self) -> list[list[Segment]]:
        width, height = self.size
        if width < SMALLEST[0] or height < SMALLEST[1] or not self.neurons:
            return []
        from tui.widgets.raster import rasterize  # noqa: PLC0415  # plotext is slow to import

        axis, line, above, below = (self._style(name) for name in ("axis", "line", "above", "below"))
        styles = {1: above, 0: line, -1: below}
        canvas = Canvas(width - BESIDE, height - BELOW)
        ends = [neuron.line(LOW, HIGH) for neuron in self.neurons]
        rasterize(canvas, [([[Point(_share(x), _share(y)) for x, y in each]], line) for each in ends if each])
        for corner in CORNERS:
            at = side(self.neurons, *corner)
            row, column = _row(canvas, corner[1]), _column(canvas, corner[0])
            canvas.write(row, column - 1, f"[{SIDES[at]}]", styles[at] + Style(bold=True))
        for name, each in zip(self.names, ends, strict=False):
            if each:
                _label(canvas, name, each[0], line)
        for row in range(0, canvas.height, APART[1]):
            for column in range(APART[0] // 2, canvas.width, APART[0]):
                at = side(self.neurons, _value(column, canvas.width), -_value(row, canvas.height) + LOW + HIGH)
                canvas.put(row, column, SIDES[at], styles[at] + Style(dim=True), over=False)
        return _with_axes(canvas, axis)

    def _style(self, name: str) -> Style:
        return Style(color=self.get_component_rich_style(f"plane--{name}").color)


def _label(canvas: Canvas, name: str, end: tuple[float, float], style: Style) -> None:
    """Write ``name`` beside the end of its line."""
    row, column = _row(canvas, end[1]), _column(canvas, end[0])
    for at in (column + 1, column - len(name), column):
        if canvas.write(min(row + 1, canvas.height - 1), at, name, style + Style(bold=True)):
            return


def _share(value: float) -> float:
    return (value - LOW) / (HIGH - LOW)


def _value(cell: int, cells: int) -> float:
    """The value in the middle of a cell, counted from the low end."""
    return LOW + (HIGH - LOW) * cell / (cells - 1)


def _column(canvas: Canvas, value: float) -> int:
    return round(_share(value) * (canvas.width - 1))


def _row(canvas: Canvas, value: float) -> int:
    return canvas.height - 1 - round(_share(value) * (canvas.height - 1))


def _with_axes(canvas: Canvas, style: Style) -> list[list[Segment]]:
    """The rows of ``canvas`` with the axes, on which 0 and 1 are marked."""
    levels = {_row(canvas, value): str(value) for value in (0, 1)}
    columns = {_column(canvas, value): str(value) for value in (0, 1)}
    lines = []
    for row in range(canvas.height):
        label = levels.get(row, "")
        edge = f"{label or ('x2' if row == 0 else ''):>2}{'┤' if label else '│'}"
        lines.append([Segment(edge, style), *canvas.segments(row)])
    ruler = "".join("┬" if column in columns else "─" for column in range(canvas.width))
    names = "".join(columns.get(column, " ") for column in range(canvas.width - 2)) + "x1"
    lines.append([Segment(f"{' ' * (BESIDE - 1)}└{ruler}", style)])
    lines.append([Segment(" " * BESIDE + names, style)])
    return lines
