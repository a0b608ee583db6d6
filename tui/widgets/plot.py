"""Draws a chart, such as the loss curve, in a terminal: its axes, bands, lines and marks.

A place is a share of the width and the height: (0, 0) is the center of the cell at the lower left of the curves.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style

from core.charts import Axis, Chart, Curve, CurveStyle, Point, VerticalLine, between, clip, placed, reaches
from tui.widgets.canvas import Canvas
from tui.widgets.curve_signs import COLUMNS, sign
from tui.widgets.left_axis import LABELS, left_axis, row_at
from tui.widgets.raster import rasterize

__all__ = ["draw"]

APART = 2
"""Least columns from one mark of a curve to the next, so that its line is seen between them."""

_WHOLE = Axis(0.0, 1.0)


def draw(
    chart: Chart, styles: dict[str, Style], width: int, height: int, *, bare: bool, cross: float | None = None
) -> list[list[Segment]]:
    """The curves with their axes, line by line; ``cross`` is the epoch of a crosshair."""
    below = 1 if bare else 2
    canvas = Canvas(width - LABELS - 1, height - below)
    _bands(canvas, chart, styles)
    rasterize(canvas, [(_line(curve, chart, canvas), styles[curve.style.role]) for curve in chart.curves])
    for rule in chart.rules:
        _vertical(canvas, chart.x.share(rule.x), "\u250a", styles["rule"])
    for (column, row), style in _shared_marks(chart, canvas):
        canvas.put(row, column, sign(style), styles[style.role])
    _cuts(canvas, chart, styles)
    for rule in chart.rules:
        _label(canvas, rule, chart, styles["rule"])
    if cross is not None:
        _vertical(canvas, chart.x.share(cross), "\u2502", styles["cross"])
    lower = _lower_axis(canvas, chart.x, styles["axis"], "" if bare else chart.x_name)
    return [*left_axis(canvas, chart.y, styles["axis"]), *lower]


def _column(canvas: Canvas, share: float) -> int:
    return round(share * (canvas.width - 1))


def _half_row(canvas: Canvas, share: float) -> int:
    """The half of a row at the height ``share``, counted from the top, or the one at the edge."""
    last = 2 * canvas.height - 1
    return min(max(round(last - 0.5 - 2 * share * (canvas.height - 1)), 0), last)


def _bands(canvas: Canvas, chart: Chart, styles: dict[str, Style]) -> None:
    """Tint the cells that a band reaches."""
    column_width = (chart.x.high - chart.x.low) / (canvas.width - 1)
    for band in chart.bands:
        style = styles[f"band-{band.role}"]
        for column, reach in enumerate(reaches(band.points, chart.x.low, column_width, canvas.width, band.back)):
            if reach is None:
                continue
            low, high = chart.y.share(reach.low), chart.y.share(reach.high)
            if high >= 0 and low <= 1:
                canvas.tint(column, _half_row(canvas, high), _half_row(canvas, low), style)


def _line(curve: Curve, chart: Chart, canvas: Canvas) -> Sequence[Sequence[Point]]:
    """The parts of the line of ``curve`` that can be seen."""
    dash = COLUMNS[curve.style.dash] if curve.style.dash else None
    if not curve.style.dash:
        return ()
    if curve.style.dash == "points":
        return [[point] for point in placed(curve.points, chart) if _WHOLE.has(point.x) and _WHOLE.has(point.y)]
    # A smoothed line has no peaks to lose, and every point costs time.
    smoothed = any(band.role == curve.style.role for band in chart.bands)
    points = placed(curve.points, chart, canvas.width if smoothed else 2 * canvas.width)
    if pins := _pins(curve, chart, canvas):
        known = set(points)
        every = sorted([*points, *(point for point in pins if point not in known)], key=itemgetter(0))
        points = _pinned(every, pins, canvas)
    parts = clip(points, _WHOLE, _WHOLE)
    return _dashed(parts, _WHOLE, canvas.width, dash) if dash else parts


def _pins(curve: Curve, chart: Chart, canvas: Canvas) -> set[Point]:
    """Where marks stand on the line of ``curve``: its own, and those without a line at one of its points."""
    if not curve.style.mark:
        return set()
    own = set(curve.points)
    alone = [each for each in chart.curves if each.style.dash is None]
    marked = {*_marked(curve, chart, canvas)}.union(*(own.intersection(_marked(each, chart, canvas)) for each in alone))
    return {Point(chart.x.share(x), chart.y.share(y)) for x, y in marked}


def _pinned(points: Iterable[Point], pins: Container[Point], canvas: Canvas) -> list[Point]:
    """``points`` with the ``pins`` among them in the centers of their cells.

    The others in their columns are above or below them, so that the line does not run back.
    """
    wide, high = canvas.width - 1, canvas.height - 1
    columns = {_column(canvas, point.x) for point in points if point in pins}
    placed = []
    for point in points:
        column = _column(canvas, point.x)
        row = canvas.height - 1 - row_at(canvas, point.y)
        x = column / wide if column in columns else point.x
        placed.append(Point(x, row / high if point in pins else point.y))
    return placed


def _dashed(parts: Iterable[Sequence[Point]], x: Axis, columns: int, dash: tuple[int, int]) -> list[Sequence[Point]]:
    """The pieces of ``parts`` that ``dash`` draws."""
    column = (x.high - x.low) / columns
    starts = [x.low + place * column for place in range(0, columns, sum(dash))]
    pieces = (between(part, start, start + dash[0] * column) for part in parts for start in starts)
    return [piece for piece in pieces if len(piece) > 1]


def _marked(curve: Curve, chart: Chart, canvas: Canvas) -> list[Point]:
    """The points with a mark: the last that is shown, and those before it that have room.

    Only columns count, so that curves through the same points have the same marks whatever else they go through.
    """
    marked: list[Point] = []
    last = -APART
    shown = [point for point in curve.points if chart.x.has(point.x)] if curve.style.mark else []
    for point in shown:
        column = _column(canvas, chart.x.share(point.x))
        if column >= last + APART:
            marked.append(point)
            last = column
        elif point is shown[-1]:
            marked[-1] = point
    return marked


def _marks(curve: Curve, chart: Chart, canvas: Canvas) -> Iterable[tuple[int, int]]:
    """The column and row of every mark; those above or below the axis stand at the edge."""
    for x, y in _marked(curve, chart, canvas):
        yield _column(canvas, chart.x.share(x)), row_at(canvas, chart.y.share(y))


def _shared_marks(chart: Chart, canvas: Canvas) -> Iterable[tuple[tuple[int, int], CurveStyle]]:
    """Every cell with a mark and whose it is: curves with marks in the same cells take turns, so that each is seen.

    A mark of its own, such as the best epoch, is above those of lines.
    """
    owners: dict[tuple[int, int], list[CurveStyle]] = {}
    for curve in chart.curves:
        for cell in _marks(curve, chart, canvas):
            owners.setdefault(cell, []).append(curve.style)
    seen = Counter[str]()
    for cell, styles in sorted(owners.items(), key=itemgetter(0)):
        alone = styles[-1].dash is None
        # The least seen, as with turns in order a curve that meets others in turn may never be seen.
        style = styles[-1] if alone else min(styles, key=lambda each: seen[each.role])
        seen[style.role] += len(styles) > 1
        yield cell, style


def _vertical(canvas: Canvas, share: float, letter: str, style: Style) -> None:
    """A vertical line behind everything else."""
    if 0 <= share <= 1:
        for row in range(canvas.height):
            canvas.put(row, _column(canvas, share), letter, style, over=False)


def _cuts(canvas: Canvas, chart: Chart, styles: dict[str, Style]) -> None:
    """The values that are cut off, at the edge."""
    for cut in chart.cuts:
        column = min(_column(canvas, chart.x.share(cut.x)), canvas.width - len(cut.label))
        canvas.write(0 if cut.top else canvas.height - 1, column, cut.label, styles["cut"])


def _label(canvas: Canvas, rule: VerticalLine, chart: Chart, style: Style) -> None:
    """The label of a rule, near its top, on the side where it fits and, if there is such a place, crosses no other."""
    share = chart.x.share(rule.x)
    if not rule.label or not 0 <= share <= 1:
        return
    column, wide = _column(canvas, share), len(rule.label)
    others = [_column(canvas, chart.x.share(each.x)) for each in chart.rules]
    places = [(row, at) for row in range(min(3, canvas.height)) for at in (column + 2, column - 1 - wide)]
    places.sort(key=lambda place: any(place[1] <= other < place[1] + wide for other in others))
    for row, at in places:
        if canvas.write(row, at, rule.label, style):
            return


def _lower_axis(canvas: Canvas, x: Axis, style: Style, along: str) -> list[list[Segment]]:
    """The x axis, with its labels and the word ``along`` below it, unless that is empty."""
    ruler, labels = ["\u2500"] * canvas.width, Canvas(LABELS + 1 + canvas.width, 1)
    if along:
        labels.write(0, LABELS - len(along) - 1, f"{along} ", style)
    most = max(1, canvas.width // 8)
    for at, label in x.ticks(most, 1 / most) if along else ():
        column = _column(canvas, x.share(at))
        # The ends may not have room for half a label beyond them.
        start = min(max(LABELS + 1 + column - len(label) // 2, LABELS), labels.width - len(label))
        if labels.write(0, start, label, style):
            ruler[column] = "\u252c"
    axis = [Segment(" " * LABELS + "\u2514" + "".join(ruler), style)]
    return [axis, labels.segments(0)] if along else [axis]
