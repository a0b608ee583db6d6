"""The network as a strip of pictures: the output of each layer, as high as its image and as wide as its channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from core.network.summary import Row, Summary
from tui.widgets.bars import HEIGHTS
from tui.widgets.layer_kinds import kind_of, rich_style
from tui.widgets.lines import Lines
from tui.widgets.strip_layout import Slot, Volume, layout, volumes

__all__ = ["NetworkStrip", "picture"]

EIGHTHS = 8
ARROW = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"
SHAFT = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
UNKNOWN = "?"
MUTED = "$layer-reshaping"
SELECTED_LABEL = "$accent bold reverse"
SELECTED_PICTURE = "$accent underline"

Cell = tuple[str, str]
"""A sign and its style."""


class NetworkStrip(Lines):
    """Draws the network of ``summary`` and marks the ``selected`` layer; a click selects one.

    A single line has pictures alone; in several, the shapes of the outputs stand above them.
    """

    DEFAULT_CSS = """
    NetworkStrip { height: 6; border: round $foreground 22%; border-title-color: $text-muted; padding: 0 1; }
    """

    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The summary of the architecture."""
    selected: reactive[int] = reactive(0, repaint=False)
    """The selected row; 0 is the input."""

    @dataclass
    class Selected(Message):
        """A layer was clicked."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._slots: list[Slot] = []
        self._volumes: list[Volume | None] = []

    def on_mount(self) -> None:
        self.border_title = "Network"

    def watch_summary(self, summary: Summary | None) -> None:
        self._volumes = _volumes(summary.rows) if summary else []
        self.redraw()

    def watch_selected(self) -> None:
        self.redraw()

    def draw(self) -> list[list[Segment]]:
        if self.summary is None:
            return []
        rows, width = self.summary.rows, self.content_size.width
        self._slots = layout(self._volumes, self.selected, width)
        lines = _lines(rows, self._volumes, self._slots, self.selected, width, self.content_size.height)
        styles = {style: rich_style(self.app, style) for line in lines for _, style in line}
        return [[Segment(text, styles[style]) for text, style in line] for line in lines]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self._slots:
            nearest = min(self._slots, key=lambda slot: abs(slot.left + slot.width / 2 - offset.x - 0.5))
            self.post_message(self.Selected(nearest.row))


def picture(rows: Sequence[Row], width: int, height: int) -> Content:
    """A network as text of ``height`` lines, without a mark."""
    drawn = _volumes(rows)
    lines = _lines(rows, drawn, layout(drawn, -1, width), -1, width, height)
    return Content("\n").join(Content.assemble(*line) for line in lines)


def _volumes(rows: Sequence[Row]) -> list[Volume | None]:
    return volumes([row.facts.output if row.facts else None for row in rows])


def _lines(
    rows: Sequence[Row],
    drawn: Sequence[Volume | None],
    slots: Sequence[Slot],
    selected: int,
    width: int,
    height: int,
) -> list[list[Cell]]:
    """Runs of one style: the labels, unless there is a single line, and below them the pictures."""
    cells: list[list[Cell]] = [[(" ", "")] * width for _ in range(height)]
    labels = height > 1
    for slot in slots:
        color = kind_of(rows[slot.row].layer).color
        if slot.row == selected and not labels:
            color = SELECTED_PICTURE
        volume = drawn[slot.row]
        if volume is None:
            cells[-1][slot.left] = (UNKNOWN, "$error")
        else:
            _fill(cells[labels:], slot, volume.height, color)
        if labels:
            style = SELECTED_LABEL if slot.row == selected else MUTED
            cells[0][slot.label_left : slot.label_left + len(slot.label)] = [(sign, style) for sign in slot.label]
    if labels:
        _arrows(cells[-1], slots, MUTED)
    return [_runs(line) for line in cells]


def _fill(cells: list[list[Cell]], slot: Slot, share: float, style: str) -> None:
    """Draw a picture ``share`` of the lines high, from the bottom up."""
    filled = max(1, round(share * EIGHTHS * len(cells)))
    for number, line in enumerate(reversed(cells)):
        sign = HEIGHTS[min(max(filled - EIGHTHS * number, 0), EIGHTHS)]
        if sign != " ":
            line[slot.left : slot.left + slot.width] = [(sign, style)] * slot.width


def _arrows(line: list[Cell], slots: Sequence[Slot], style: str) -> None:
    """An arrow between two pictures that stand far enough apart, a cell from either."""
    for before, after in pairwise(slots):
        first, last = before.left + before.width + 1, after.left - 2
        if last >= first:
            line[first:last] = [(SHAFT, style)] * (last - first)
            line[last] = (ARROW, style)


def _runs(line: list[Cell]) -> list[Cell]:
    return [("".join(sign for sign, _ in run), style) for style, run in groupby(line, itemgetter(1))]
