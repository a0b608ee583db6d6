"""What a chart shows, as data."""

from msgspec import Struct

from core.charts import Axis, Point

__all__ = ["Line", "Marks", "Picture", "VerticalLine"]


class Line(Struct, frozen=True):
    """A curve through ``points``, in the color of the component class ``chart--{role}``.

    ``dash`` is the number of columns drawn and skipped in turn; None is solid. A line without a name is not in the
    legend.
    """

    name: str
    role: str
    points: tuple[Point, ...]
    dash: tuple[int, int] | None = None


class Marks(Struct, frozen=True):
    """A symbol at each of ``points``, distinguished by shape as well as color; see `Line` for its name."""

    name: str
    role: str
    sign: str
    points: tuple[Point, ...]


class VerticalLine(Struct, frozen=True):
    """A vertical line at ``x`` with a label at its top."""

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
