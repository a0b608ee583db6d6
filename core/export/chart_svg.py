"""Charts such as the loss curve, or the spread of settings, as SVG, readable without color: marks differ in shape."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct

from core.charts import (
    Axis,
    Band,
    Chart,
    Curve,
    CurveStyle,
    Cut,
    Dash,
    HalfViolin,
    Reach,
    Spread,
    clip,
    placed,
    reaches,
)
from core.export.escaping import markup
from core.export.svg_elements import element, number, text, text_width
from core.export.violin_svg import half_violin
from core.files import PACKAGED, read_bytes
from core.sanitize import truncated

__all__ = ["Figure", "stylesheet", "svg"]

Polygon = Literal["triangle", "square", "diamond", "star"]

DASHES: dict[Dash, str] = {"solid": "", "dashed": "6 3", "dotted": "2 3", "points": ""}
"""Lengths of dashes and gaps."""


class Figure(Struct, frozen=True):
    """A chart in a document. ``name`` is unique there and consists of letters and hyphens."""

    name: str
    description: str
    """Alternative text: what it shows, in a sentence or two."""
    chart: Chart

    @property
    def title(self) -> str:
        """The chart's title as a heading."""
        return self.chart.title.capitalize()


WIDTH, PLOT_HEIGHT = 480, 220
LEFT, RIGHT, BOTTOM = 50, 14, 42
MARGIN = 12
TITLE, LEGEND_LINE, GAP = 24, 18, 10
"""Heights of the title, of a line of the legend, and of the space between the legend and the curves."""

SAMPLE = 30
"""Width of a sample of the curve in the legend."""
LONGEST_NAME = 48
MOST_POINTS = 400
BAND = 160
"""Places at which the reach of a band is drawn."""
WHOLE = Axis(0.0, 1.0)
MOST_MARKS = 24
"""Maximum number of marks on a curve; if it has more points, only some are marked."""
MARK = 3.4
"""Half the width of a mark."""
DOT, CAP, LEAST_APART = 2.6, 4.5, 6
"""Of spreads: the radius of a dot, half the width of the ends of a bar; the space between labels below the x axis."""
SLANT, LONGEST_LABEL = 40, 22
"""Degrees by which labels are turned that have no room side by side, and how many letters of them are shown."""
FINE_DOT = 1.0
"""Half the width of the dots of a curve that is points."""
POLYGONS: dict[Polygon, tuple[int, float, tuple[float, ...]]] = {
    "triangle": (3, 0.0, (1.35,)),
    "square": (4, pi / 4, (1.3,)),
    "diamond": (4, 0.0, (1.4,)),
    "star": (10, 0.0, (2.2, 0.95)),
}
"""The number of corners of a mark, the angle of the first, and their distances from the center in turn."""


class _Place(NamedTuple):
    """The plot area, spanned by the axes."""

    chart: Chart
    top: float

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * self.chart.x.share(value)

    def y(self, value: float) -> float:
        return self.at(0.0, self.chart.y.share(value))[1]

    def at(self, right: float, up: float) -> tuple[float, float]:
        """The place at shares of both axes."""
        return LEFT + (WIDTH - LEFT - RIGHT) * right, self.bottom - PLOT_HEIGHT * up

    @property
    def bottom(self) -> float:
        return self.top + PLOT_HEIGHT


def svg(figure: Figure, *, alone: bool = False) -> str:
    """``figure`` as an SVG element, or with ``alone`` as a file with its own style, background and margin."""
    chart = figure.chart
    legend = list(_legend(chart.curves))
    lines = max((line for line, _, _ in legend), default=-1) + 1
    place = _Place(chart, TITLE + lines * LEGEND_LINE + GAP)
    margin = MARGIN if alone else 0
    slant = _slanted(place)
    left, top = -margin - slant.left, -margin
    width, height = WIDTH + slant.left + 2 * margin, place.bottom + BOTTOM + slant.below + 2 * margin
    box = f'viewBox="{number(left)} {top} {number(width)} {number(height)}"'
    title, description = f"{figure.name}-title", f"{figure.name}-description"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" {box} role="img" '
        f'aria-labelledby="{title} {description}">',
        f'<title id="{title}">{markup(figure.title)}</title>',
        f'<desc id="{description}">{markup(figure.description)}</desc>',
    ]
    if alone:
        page = element("rect", cls="page", x=left, y=top, width=width, height=height)
        parts += [f"<style>{stylesheet()}</style>", page]
    parts += [
        text(" · ".join((figure.title, *chart.notes)), 0, 15, cls="title"),
        *(_entry(curve, line, start) for line, start, curve in legend),
        *_axes(place),
        *_x_axis(place, slant),
        *(_band(place, band) for band in chart.bands),
        *_rules(place),
        *(_spread(place, spread) for spread in chart.spreads),
        *(_violin(place, half) for half in chart.violins),
        *(_curve(place, curve) for curve in chart.curves),
        *(_cut(place, cut) for cut in chart.cuts),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@cache
def stylesheet() -> str:
    """The colors of charts, light and dark, and the widths of their lines."""
    return read_bytes(Path(__file__).with_name("chart.css"), PACKAGED).decode().strip()


def _axes(place: _Place) -> Iterator[str]:
    chart, end = place.chart, WIDTH - RIGHT
    for value, label in chart.y.ticks(5):
        y = place.y(value)
        yield element("line", cls="grid", x1=LEFT, y1=y, x2=end, y2=y)
        yield text(label, LEFT - 8, y + 4, anchor="end")


class _Slant(NamedTuple):
    """The room that labels below the x axis take if they are turned; 0 where they are not."""

    left: float
    below: float


def _slanted(place: _Place) -> _Slant:
    """What it takes to turn the labels of the x axis, if they have no room side by side."""
    ends = [(place.x(value), text_width(truncated(label, LONGEST_LABEL))) for value, label in place.chart.x.labels]
    pairs = pairwise([(0.0, 0.0), *ends, (float(WIDTH), 0.0)])
    if all(one[0] + one[1] / 2 + LEAST_APART <= other[0] - other[1] / 2 for one, other in pairs):
        return _Slant(0.0, 0.0)
    across, down = cos(radians(SLANT)), sin(radians(SLANT))
    return _Slant(max(0.0, *(width * across - x for x, width in ends)), max(width for _, width in ends) * down)


def _x_axis(place: _Place, slant: _Slant) -> Iterator[str]:
    chart, bottom = place.chart, place.bottom
    for value, label in chart.x.ticks(8):
        x, shown = place.x(value), truncated(label, LONGEST_LABEL)
        yield element("line", cls="axis", x1=x, y1=bottom, x2=x, y2=bottom + 4)
        if slant.below:
            yield text(shown, x + 4, bottom + 15, anchor="end", turned=-SLANT)
        else:
            yield text(shown, x, bottom + 17, anchor="middle")
    end = WIDTH - RIGHT
    yield element("line", cls="axis", x1=LEFT, y1=bottom, x2=end, y2=bottom)
    yield text(chart.x_name, (LEFT + end) / 2, bottom + slant.below + 34, anchor="middle")


def _rules(place: _Place) -> Iterator[str]:
    for rule in place.chart.rules:
        if place.chart.x.low <= rule.x <= place.chart.x.high:
            x = place.x(rule.x)
            yield element("line", cls="rule", x1=x, y1=place.top, x2=x, y2=place.bottom)
            late = x > WIDTH * 0.75
            yield text(rule.label, x - 4 if late else x + 4, place.top + 11, anchor="end" if late else "start")


def _band(place: _Place, band: Band) -> str:
    """The area that the values of ``band`` reach, in parts where there are gaps."""
    x = place.chart.x
    step = (x.high - x.low) / (BAND - 1)
    edges: list[list[tuple[float, Reach]]] = [[]]
    for at, reach in enumerate(reaches(band.points, x.low, step, BAND, band.back)):
        if reach is None:
            edges.append([])
        else:
            edges[-1].append((at / (BAND - 1), reach))
    return "".join(_area(place, band, part) for part in edges if len(part) > 1)


def _area(place: _Place, band: Band, part: Sequence[tuple[float, Reach]]) -> str:
    def placed_at(right: float, value: float) -> str:
        x, y = place.at(right, WHOLE.clamp(place.chart.y.share(value)))
        return f"{number(x)},{number(y)}"

    upper = [placed_at(right, reach.high) for right, reach in part]
    lower = [placed_at(right, reach.low) for right, reach in reversed(part)]
    return element("polygon", cls=f"band {band.role}", points=" ".join((*upper, *lower)))


def _cut(place: _Place, cut: Cut) -> str:
    """The value of a point beyond the y axis, at its end."""
    x = place.x(cut.x)
    # Violins stand so close together that there is room on one side alone.
    late = x + 4 + text_width(cut.label) > WIDTH if place.chart.violins else x > WIDTH * 0.75
    y = place.top + 11 if cut.top else place.bottom - 4
    return text(cut.label, x - 4 if late else x + 4, y, cls="cut", anchor="end" if late else "start")


def _spread(place: _Place, spread: Spread) -> str:
    """The bar of a spread, the mark of its mean, and beside them its dots, in their order."""
    x, y = place.x(spread.x), place.chart.y
    first, step = _dots(spread, (WIDTH - LEFT - RIGHT) * spread.width)
    pieces = [
        element("circle", cls="dot", cx=x + first + step * index, cy=place.y(y.clamp(value)), r=DOT)
        for index, value in enumerate(spread.values)
    ]
    if spread.ends:
        low, high = (place.y(y.clamp(end)) for end in spread.ends)
        corners = ((-CAP, low), (CAP, low), (0, low), (0, high), (-CAP, high), (CAP, high))
        pieces.append(element("polyline", cls="bar", points=_points((x + right, down) for right, down in corners)))
    return _group(spread.style.role, (*pieces, _mark(spread.style, x, place.y(y.clamp(spread.mean)))))


def _dots(spread: Spread, room: float) -> tuple[float, float]:
    """Where the first dot is, to the right of the bar, and the distance of two; in little room, across the bar."""
    between_dots = max(1, len(spread.values) - 1)
    beside = CAP + 1.5 * DOT
    if room >= 2 * beside + DOT:
        return beside, min(1.5 * DOT, (room - 2 * beside) / between_dots)
    step = 0.6 * room / between_dots
    return -step * (len(spread.values) - 1) / 2, step


def _violin(place: _Place, half: HalfViolin) -> str:
    room = (WIDTH - LEFT - RIGHT) * half.room
    return half_violin(half, place.x(half.x), room, lambda value: place.y(place.chart.y.clamp(value)))


def _curve(place: _Place, curve: Curve) -> str:
    chart = place.chart
    lines: Iterable[str] = ()
    if curve.style.dash == "points":
        lines = (_dot(place.x(x), place.y(y)) for x, y in curve.points if chart.x.has(x) and chart.y.has(y))
    elif curve.style.dash is not None:
        parts = clip(placed(curve.points, chart, MOST_POINTS), WHOLE, WHOLE)
        lines = (_line(curve.style, [place.at(x, y) for x, y in part]) for part in parts)
    if chart.spreads:
        return _group(f"{curve.style.role} means", lines)
    every = -(-len(curve.points) // MOST_MARKS) or 1
    marks = (
        _mark(curve.style, place.x(x), place.y(y))
        for x, y in curve.points[::every]
        if 0 <= chart.x.share(x) <= 1 and 0 <= chart.y.share(y) <= 1
    )
    return _group(curve.style.role, (*lines, *marks))


def _dot(x: float, y: float) -> str:
    return element("circle", cls="mark", cx=x, cy=y, r=FINE_DOT)


def _legend(curves: Sequence[Curve]) -> Iterator[tuple[int, float, Curve]]:
    """The line of every curve's entry, and its position in it."""
    line, start = 0, 0.0
    for curve in curves:
        width = SAMPLE + 6 + text_width(truncated(curve.name, LONGEST_NAME))
        if start and start + width > WIDTH:
            line, start = line + 1, 0.0
        yield line, start, curve
        start += width + 16


def _entry(curve: Curve, line: int, start: float) -> str:
    """A sample of the curve and its name."""
    y = TITLE + line * LEGEND_LINE + LEGEND_LINE / 2
    style, name = curve.style, truncated(curve.name, LONGEST_NAME)
    ends = (start, y), (start + SAMPLE, y)
    line_piece = (
        "" if style.dash is None else _dot(*ends[0]) + _dot(*ends[1]) if style.dash == "points" else _line(style, ends)
    )
    piece = (line_piece, _mark(style, start + SAMPLE / 2, y))
    return _group(curve.style.role, piece) + text(name, start + SAMPLE + 6, y + 4)


def _group(role: str, elements: Iterable[str]) -> str:
    return f'<g class="{role}">{"".join(elements)}</g>'


def _line(style: CurveStyle, points: Sequence[tuple[float, float]]) -> str:
    dashes = DASHES[style.dash or "solid"]
    dash = {"stroke_dasharray": dashes} if dashes else {}
    return element("polyline", cls="line", points=_points(points), **dash)


def _mark(style: CurveStyle, x: float, y: float) -> str:
    cls = "mark hollow" if style.hollow else "mark"
    if style.mark is None:
        return ""
    if style.mark == "circle":
        return element("circle", cls=cls, cx=x, cy=y, r=MARK)
    corners = _points((x + right, y + down) for right, down in _corners(style.mark))
    return element("polygon", cls=cls, points=corners)


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in places)


@cache
def _corners(shape: Polygon) -> tuple[tuple[float, float], ...]:
    """The corners of a mark, relative to its center."""
    corners, first, radii = POLYGONS[shape]
    polar = [(MARK * radii[turn % len(radii)], first + turn * 2 * pi / corners) for turn in range(corners)]
    return tuple((radius * sin(angle), -radius * cos(angle)) for radius, angle in polar)
