"""What a chart shows, as data."""

from msgspec import Struct

from core.charts import Axis, Point

__all__ = ["Line", "Marks", "Picture", "VerticalLine"]


class Line(Struct, frozen=True):
    """A curve through ``points``, in the color of the component class ``chart--{role}``.

    ``dash`` gives the columns that are drawn and left out in turn; None: drawn throughout. One without a name is not in
    the legend.
    """

    name: str
    role: str
    points: tuple[Point, ...]
    dash: tuple[int, int] | None = None


class Marks(Struct, frozen=True):
    """A sign at each of ``points``, apart from others by its shape as well as by its color; see `Line` for its name."""

    name: str
    role: str
    sign: str
    points: tuple[Point, ...]


class VerticalLine(Struct, frozen=True):
    """A vertical line at ``x`` with a few words at its top."""

    x: float
    label: str


class Picture(Struct, frozen=True):
    """What a chart shows."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...] = ()
    marks: tuple[Marks, ...] = ()
    rules: tuple[VerticalLine, ...] = ()
