"""A chart as data, and its lines on the plane that a renderer draws."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Literal

from msgspec import Struct

from core.charts.axes import Axis
from core.charts.points import Point, between, thin

__all__ = [
    "Band",
    "Chart",
    "Curve",
    "CurveStyle",
    "Cut",
    "Dash",
    "HalfViolin",
    "Mark",
    "Spread",
    "VerticalLine",
    "clip",
    "placed",
]

Dash = Literal["solid", "dashed", "dotted", "points"]
"""``points``: no line, but a fine dot at every point."""
Mark = Literal["circle", "triangle", "square", "diamond", "star"]

_y = itemgetter(1)


class CurveStyle(Struct, frozen=True):
    """How a curve is drawn: in the color of ``role``, with shapes that tell it from others without color."""

    role: str
    dash: Dash | None = "solid"
    """None for marks without a line."""
    mark: Mark | None = None
    hollow: bool = False


class Curve(Struct, frozen=True):
    """A line through points sorted by x, marks at them, or both. A curve without a name is not in the legend."""

    name: str
    points: tuple[Point, ...]
    style: CurveStyle


class Band(Struct, frozen=True):
    """Values that a smoothed line averages: drawn as a dim area between the lowest and the highest of them.

    Only on a linear x axis.
    """

    role: str
    points: tuple[Point, ...]
    back: float = 0.0
    """Epochs before each x to which the average reaches back."""


class Spread(Struct, frozen=True):
    """What was measured several times at ``x``: a dot for each value, a mark at their mean, a bar from low to high."""

    x: float
    values: tuple[float, ...]
    mean: float
    ends: tuple[float, float] | None
    """Of the bar; None where there is none."""
    width: float
    """The share of the x axis that there is for all of it."""
    style: CurveStyle


class HalfViolin(Struct, frozen=True):
    """One side of a violin at ``x``: how values are distributed along the y axis."""

    x: float
    room: float
    """The share of the x axis that the widest place takes; negative to the left of ``x``."""
    outline: tuple[tuple[float, float], ...]
    """Values with the width there, 0 to 1, from the lowest on; of a single value, its place alone."""
    quartiles: tuple[float, float, float] | None
    """None where no value is finite."""
    role: str


class VerticalLine(Struct, frozen=True):
    """A vertical line at ``x`` with a label at its top."""

    x: float
    label: str


class Cut(Struct, frozen=True):
    """A mark at the edge of the y axis: ``label`` is the value of the farthest point beyond it, such as ``↑2.31``."""

    x: float
    label: str
    top: bool


class Chart(Struct, frozen=True):
    """A chart. The terminal and the lab report each draw it in their own way."""

    title: str
    """In lower case: ``validation loss``."""
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    rules: tuple[VerticalLine, ...] = ()
    bands: tuple[Band, ...] = ()
    cuts: tuple[Cut, ...] = ()
    notes: tuple[str, ...] = ()
    """How it is shown, after the title: ``log``, ``smooth 0.9``."""
    x_name: str = "epoch"
    """What the x axis shows, in a short word: ``epoch``, ``rate``."""
    spreads: tuple[Spread, ...] = ()
    """With these, a curve is a line through their means, or only an entry of the legend."""
    violins: tuple[HalfViolin, ...] = ()
    """With these, a curve is only an entry of the legend."""


def placed(points: Sequence[Point], chart: Chart, most: int | None = None) -> list[Point]:
    """The line through ``points`` within the x axis, thinned to ``most``, as shares of both axes from the low ends."""
    x, y = chart.x, chart.y
    visible: Sequence[Point] = between(points, x.low, x.high)
    if most and not x.log:
        visible = thin(visible, most)
    shares = [Point(x.share(at), y.share(value)) for at, value in visible]
    # Equal intervals of a logarithmic axis are equal only as shares, which many points would take long to become.
    return list(thin(shares, most)) if most and x.log else shares


def clip(points: Sequence[Point], x: Axis, y: Axis) -> list[list[Point]]:
    """The parts of the line through ``points`` that are within both axes."""
    parts: list[list[Point]] = []
    visible = [point for point in points if x.low <= point.x <= x.high]
    if len(visible) > 1 and y.low <= min(visible, key=_y).y and max(visible, key=_y).y <= y.high:
        return [visible]
    for start, end in zip(visible, visible[1:] or visible, strict=False):
        ends = _visible_segment(start, end, y)
        if ends is None:
            continue
        if parts and parts[-1][-1] == ends[0]:
            parts[-1].append(ends[1])
        else:
            parts.append(list(ends))
    return parts


def _visible_segment(start: Point, end: Point, y: Axis) -> tuple[Point, Point] | None:
    """The part of a straight line that lies within ``y``, if any."""
    if y.low <= start.y <= y.high and y.low <= end.y <= y.high:
        return start, end
    if max(start.y, end.y) < y.low or min(start.y, end.y) > y.high:
        return None

    def cut(point: Point) -> Point:
        level = y.clamp(point.y)
        if level == point.y:
            return point
        return Point(start.x + (end.x - start.x) * (level - start.y) / (end.y - start.y), level)

    return cut(start), cut(end)
