"""Drawing a picture with plotext. The only place that knows plotext; slow to import.

plotext has one figure for the whole process and a kernel in C++ that ends the process when it is given what it cannot
draw, so it only ever gets finite points on the axes, on the UI thread.
"""

from collections.abc import Iterable, Sequence

from plotext import add_theme, figure, marker, pixel, terminal
from rich.style import Style

from core.curves import Axis, Point, clip, thin
from tui.widgets.picture import Picture, Rule

__all__ = ["LABELS", "draw"]

LABELS = 7
"""Columns for the labels of the y axis, so that charts above one another have their epochs above one another."""


def draw(picture: Picture, styles: dict[str, Style], width: int, height: int, *, bare: bool) -> str:
    """The curves with their axes, as text with color codes."""
    canvas = width - LABELS - 1
    terminal.limit(False, False)
    figure.clear()
    add_theme("layerlab", text=_pixel(styles["axis"]))  # only a theme leaves the background to the terminal
    figure.theme("layerlab")
    figure.plot_size(width, height)
    figure.axes(False, axis="x", side="upper")
    figure.axes(False, axis="y", side="right")
    _rule(0, picture.x, () if bare else picture.x.ticks(canvas // 8))
    _rule(1, picture.y, [(at, label.rjust(LABELS)) for at, label in picture.y.ticks(max(2, height // 2 - 1))])
    for rule in picture.rules:
        _signal(_sampled(rule, picture, height), "\u250a", styles["rule"])
    for line in picture.lines:
        for stretch in clip(thin(line.points, 2 * canvas), picture.x, picture.y):
            _signal(stretch, "braille", styles[line.role], lines=True)
    for marks in picture.marks:
        _signal(_inside(_spread(marks.points, canvas), picture), marks.sign, styles[marks.role])
    for rule in picture.rules:
        _label(rule, picture, canvas, styles["rule"])
    return str(figure.build().string())


def _rule(axis: int, shown: Axis, ticks: Sequence[tuple[float, str]]) -> None:
    ruler = figure.ruler(axis, 0)
    ruler.lim(shown.low, shown.high)
    ruler.ticks([at for at, _ in ticks], [label for _, label in ticks])


def _signal(points: Iterable[Point], sign: str, style: Style, *, lines: bool = False) -> None:
    columns = list(zip(*points, strict=True))
    if columns:
        figure.draw(figure.signal(*map(list, columns), marker=marker(sign, _pixel(style))).lines(lines))


def _label(rule: Rule, picture: Picture, columns: int, style: Style) -> None:
    """The words of a rule, at its top, on the side where there is room for them."""
    x = picture.x
    column = (rule.x - x.low) / (x.high - x.low) * (columns - 1)
    to_the_right = column + 2 + len(rule.label) < columns
    if not rule.label or (not to_the_right and column < 2 + len(rule.label)):
        return
    at = column + 2 if to_the_right else column - 1 - len(rule.label)
    for offset, letter in enumerate(rule.label):
        place = x.low + (at + offset) / (columns - 1) * (x.high - x.low)
        _signal([Point(place, picture.y.high)], letter, style)


def _inside(points: Iterable[Point], picture: Picture) -> list[Point]:
    """The points between the ends of the x axis, those above or below drawn at the edge."""
    x, y = picture.x, picture.y
    return [Point(point.x, y.clamp(point.y)) for point in points if x.low <= point.x <= x.high]


def _spread(points: tuple[Point, ...], columns: int) -> tuple[Point, ...]:
    """Fewer signs than columns: with more, every n-th, and always the last."""
    every = -(-len(points) // max(1, columns // 2))
    return points if every <= 1 else (*points[:-1:every], points[-1])


def _sampled(rule: Rule, picture: Picture, height: int) -> list[Point]:
    """A point for every row of a vertical line."""
    low, high = picture.y.low, picture.y.high
    return [Point(rule.x, low + (high - low) * row / height) for row in range(height + 1)]


def _pixel(style: Style) -> object:
    """The color of ``style``, or of the terminal's text where the theme leaves it to the terminal."""
    color = style.color
    if color is None or color.is_default:
        return pixel()
    return pixel(color.number if color.triplet is None else tuple(color.triplet))
