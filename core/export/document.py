"""The parts of a report, independent of its format: sections of text, tables and charts, as plain data."""

from typing import Literal

from msgspec import Struct

from core.export.chart_svg import Figure

__all__ = ["Block", "ChartGroup", "Column", "Items", "KeyValues", "Report", "Section", "Table", "Text"]


class Text(Struct, frozen=True):
    """A paragraph. A ``quiet`` one is an explanatory remark."""

    text: str
    quiet: bool = False


class KeyValues(Struct, frozen=True):
    """Names with their values."""

    pairs: tuple[tuple[str, str], ...]


class Items(Struct, frozen=True):
    """A list with a title."""

    title: str
    items: tuple[str, ...]


class Column(Struct, frozen=True):
    """A column of a table: its heading, and the kind of its cells, which decides how they are formatted."""

    title: str
    kind: Literal["number", "text", "code"] = "number"


class Table(Struct, frozen=True):
    """A table; the first cell of each row names the row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None
    """A last row of sums or means."""
    marked: tuple[int, ...] = ()
    """Highlighted rows."""
    heat: tuple[tuple[float, ...], ...] | None = None
    """How strongly the cells after the first of each row are shaded, 0 to 1."""


class ChartGroup(Struct, frozen=True):
    """Charts that belong together."""

    charts: tuple[Figure, ...]


Block = Text | KeyValues | Items | Table | ChartGroup


class Section(Struct, frozen=True):
    """A heading and its contents."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


class Report(Struct, frozen=True):
    """A whole report. Texts may come from users or files: each output format escapes them."""

    title: str
    lead: str
    """Its subject, in one sentence."""
    highlights: tuple[tuple[str, str], ...]
    """The most important numbers, by name."""
    head: tuple[Block, ...]
    """The blocks before the first section."""
    sections: tuple[Section, ...]
    foot: str
