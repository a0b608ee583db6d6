"""The stack of layers, drawn line by line, so that three hundred layers are as fast as three."""

from dataclasses import dataclass
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.network.layers import Layer
from core.network.shapes import show_shape
from core.network.summary import Problem, Row, Summary
from core.typography import typeset
from tui.widgets.bars import bar
from tui.widgets.layer_kinds import kind_of, rich_style
from tui.widgets.text import fitted

__all__ = ["Stack"]

HEADER = 1
PREFIX = 6
"""Cells in front of a layer's name, for a problem mark, the letter of its kind and its number."""
WIDEST_BAR = 16

Run = tuple[str, Style]
"""Text and its own style, on that of its line."""


class Columns(NamedTuple):
    """Column widths, in cells."""

    layer: int
    output: int
    params: int
    bar: int


class Stack(ScrollView, can_focus=True, inherit_bindings=False):
    """The layers with their output shapes and parameters. `BuildPane` handles the keys, this widget the mouse."""

    HELP = """
    ## Stack
    The layers of the network, from the input down, with their output shapes and parameters.
    The letter is the kind of the layer: **C** convolution, **P** pooling, **D** dense, **N** normalization,
    **X** dropout and noise, **R** recurrent, **F** flatten and reshape, **I** images, **A** activation.
    The bar shows each layer's share of all parameters.

    **up / down** select a layer, **enter** edits it, **a** adds one after it, **d** deletes it,
    **K / J** move it up and down (or drag it with the mouse), **D** duplicates it, **f** shows the fix
    that a problem offers, **u** undoes. **F1** explains the layer in the glossary.
    """

    COMPONENT_CLASSES = {
        "stack--header",
        "stack--cursor",
        "stack--cursor-blurred",
        "stack--error",
        "stack--warning",
        "stack--muted",
    }

    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The summary of the architecture."""
    problems: reactive[tuple[Problem, ...]] = reactive(())
    """Errors and warnings; each marks its row."""
    selected: reactive[int] = reactive(0)
    """The selected row; 0 is the input."""

    @dataclass
    class Selected(Message):
        """Another row was selected."""

        index: int

    @dataclass
    class Opened(Message):
        """The user wants to edit the row."""

        index: int

    @dataclass
    class Moved(Message):
        """A layer was dragged to another place."""

        index: int
        to: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._dragged: int | None = None
        self._drop: int | None = None
        self._columns = Columns(20, 10, 8, 0)
        self._ground: Style | None = None

    def glossary_term(self) -> Layer | None:
        """The selected layer."""
        rows = self.summary.rows if self.summary else ()
        return rows[self.selected].layer if self.selected < len(rows) else None

    def watch_summary(self, before: Summary | None, summary: Summary | None) -> None:
        columns = self._columns
        self._measure()
        if before is None or summary is None or columns != self._columns or len(before.rows) != len(summary.rows):
            self._dragged = self._drop = None  # a drag that began in another stack is void
            self.refresh()
            return
        # Most edits change a few lines: painting only those keeps typing fast in a deep stack.
        for index, (old, new) in enumerate(zip(before.rows, summary.rows, strict=True)):
            if old != new or self._bar(old, before) != self._bar(new, summary):
                self.refresh_line(index + HEADER)

    def watch_selected(self, selected: int) -> None:
        self.scroll_to_region(Region(0, max(0, selected), 1, HEADER + 1), animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        self._measure()
        self.refresh()

    def watch_show_vertical_scrollbar(self) -> None:
        self._measure()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2 and self._row_at(event.y) is not None:
            self.post_message(self.Opened(self.selected))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        row = self._row_at(event.y)
        if row is not None:
            self._select(row)
            if row > 0:
                self._dragged = row
                self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is None:
            return
        row = self._row_at(event.y)
        if row is not None and row > 0 and row != self._drop:
            self._drop = row
            self.refresh()

    def on_mouse_up(self) -> None:
        dragged, drop = self._dragged, self._drop
        self._dragged = self._drop = None
        self.release_mouse()
        self.refresh()
        if dragged is not None and drop is not None and dragged != drop:
            self.post_message(self.Moved(dragged, drop))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if self._ground is None:
            self._ground = self.visual_style.rich_style
        style = self._ground
        if self.summary is None:
            return Strip.blank(width, style)
        if y == 0:
            style = self.get_component_rich_style("stack--header")
            return _strip([(self._header(), Style.null())], style, width)
        index = y - HEADER + round(self.scroll_y)
        if index >= len(self.summary.rows):
            return Strip.blank(width, style)
        if index == (self._drop if self._drop is not None else self.selected):
            name = "stack--cursor" if self.has_focus else "stack--cursor-blurred"
            style = self.get_component_rich_style(name)
        return _strip(self._line(self.summary.rows[index]), style, width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ground = None

    def _select(self, index: int) -> None:
        if index != self.selected:
            self.post_message(self.Selected(index))

    def _row_at(self, y: int) -> int | None:
        row = y - HEADER + round(self.scroll_y)
        rows = len(self.summary.rows) if self.summary else 0
        return row if y >= HEADER and 0 <= row < rows else None

    def _measure(self) -> None:
        """Compute the column widths and the list's height."""
        width = self.scrollable_content_region.width
        self._columns = self._columns_within(width)
        self.virtual_size = Size(width, (len(self.summary.rows) if self.summary else 0) + HEADER)

    def _columns_within(self, width: int) -> Columns:
        known = [row.facts for row in self.summary.rows if row.facts] if self.summary else []
        output = max([6, *(len(show_shape(facts.output)) for facts in known)]) + 2
        params = max([6, *(len(f"{facts.params:,}") for facts in known)])
        room = width - PREFIX - output - params
        label = max([12, *(len(row.layer.label) for row in self.summary.rows)] if self.summary else [12]) + 2
        bar = min(WIDEST_BAR, room - label - 1)
        bar = bar if bar >= 3 else 0
        return Columns(max(8, room - bar - (1 if bar else 0)), output, params, bar)

    def _header(self) -> str:
        columns = self._columns
        layer, output = f"{'Layer':<{columns.layer}}", f"{'Output':<{columns.output}}"
        return f"    # {layer}{output}{'Params':>{columns.params}}"

    def _line(self, row: Row) -> list[Run]:
        columns, plain = self._columns, Style.null()
        severities = {problem.severity for problem in self.problems if problem.layer == row.index}
        mark, style = ("!", "stack--error") if "error" in severities else ("~", "stack--warning")
        if not severities:
            mark = " "
        if self._dragged is not None and row.index == self._drop:
            mark = "="
        problem = self.get_component_rich_style(style, partial=True) if severities else plain
        muted = self.get_component_rich_style("stack--muted", partial=True)
        kind = kind_of(row.layer)
        color = rich_style(self.app, kind.color)
        label = fitted(typeset(row.layer.label), columns.layer - 1)
        line = [(mark, problem), (kind.letter, color), (f"{row.index:>3} ", muted), (f"{label} ", problem)]
        if row.facts is None:
            return [*line, (f"{'?':<{columns.output}}{'?':>{columns.params}}", problem)]
        count = row.facts.params
        line += [
            (f"{typeset(show_shape(row.facts.output)):<{columns.output}}", plain),
            (f"{count:>{columns.params},}", plain if count else muted),
        ]
        if share := self._bar(row, self.summary):
            line.append((f" {share}", color))
        return line

    def _bar(self, row: Row, summary: Summary | None) -> str:
        """A bar for ``row``'s share of all parameters, to an eighth of a cell; any share above 0 is visible."""
        if not (self._columns.bar and row.facts and summary and summary.totals.params):
            return ""
        share = row.facts.params / summary.totals.params
        return bar(share, self._columns.bar, least=1 if share else 0)


def _strip(line: list[Run], style: Style, width: int) -> Strip:
    """``line`` on ``style``, ``width`` cells wide."""
    return Strip([Segment(text, style + own) for text, own in line]).adjust_cell_length(width, style)
