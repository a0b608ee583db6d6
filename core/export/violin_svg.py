"""One side of a violin as SVG: its outline, with lines across it at the median and the quartiles."""

from collections.abc import Callable, Iterator

from core.charts import HalfViolin
from core.export.svg_elements import element, number, text

__all__ = ["half_violin"]

GAP = 1.0
"""Between the two sides."""


def half_violin(half: HalfViolin, x: float, room: float, y: Callable[[float], float]) -> str:
    """``half`` beside ``x``, as wide as ``room`` to the right, or to the left if that is negative."""
    inner = x + (GAP if room > 0 else -GAP)
    return f'<g class="{half.role}">{"".join(_pieces(half, inner, room, y))}</g>'


def _pieces(half: HalfViolin, x: float, room: float, y: Callable[[float], float]) -> Iterator[str]:
    if half.quartiles is None:
        yield text("NaN", x, y(0.0), anchor="start" if room > 0 else "end")
        return
    if len(half.outline) == 1:  # a single value
        ((value, width),) = half.outline
        yield element("line", cls="median", x1=x, y1=y(value), x2=x + room * width, y2=y(value))
        return
    corners = [(x, half.outline[0][0]), *((x + room * width, value) for value, width in half.outline)]
    corners.append((x, half.outline[-1][0]))
    yield element("polygon", cls="violin", points=" ".join(f"{number(at)},{number(y(value))}" for at, value in corners))
    for cls, value in zip(("quartile", "median", "quartile"), half.quartiles, strict=True):
        end = x + room * _width(half, value)
        yield element("line", cls=cls, x1=x, y1=y(value), x2=end, y2=y(value))


def _width(half: HalfViolin, value: float) -> float:
    """The width at ``value``, as a share of the widest place: that of the outline's point nearest to it."""
    return min(half.outline, key=lambda point: abs(point[0] - value))[1]
