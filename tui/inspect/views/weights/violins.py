"""The weights of all layers as violins side by side: before training to the left, after it to the right."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive

from core.charts import Axis
from core.inspection.violin import Violin
from core.inspection.violin_chart import layer_name
from core.inspection.violin_pairs import ViolinPair, beyond, value_axis
from tui.widgets.braille import BLANK, LEFT, RIGHT
from tui.widgets.canvas import Canvas
from tui.widgets.left_axis import LABELS, left_axis, row_at
from tui.widgets.lines import Lines
from tui.widgets.text import fitted, shortened

__all__ = ["Violins"]

NARROWEST, WIDEST = 3, 12
"""Columns of one side."""
CENTER, GAP = 2, 2
"""Columns between the two sides, for the quartiles of each, and from one violin to the next."""
AROUND = 4
"""Lines above and below the violins: legend, axis, layers and the names of the weights."""
SMALLEST = (LABELS + 1 + 2 * NARROWEST + CENTER + GAP, AROUND + 3)
"""The smallest size that is drawn, in columns and rows."""

MEDIANS = "\u25cb", "\u25cf"
BOX = "\u2503"
UP, DOWN, HERE = "\u2191", "\u2193", "\u25b2"
ZERO = "\u254c"
OUTLINE, FILLED = "\u28cf", "\u28ff"
"""How the two sides look, in the legend."""


class Violins(Lines):
    """A violin for every weight, as many as fit, over one axis; the rest is a page further on."""

    COMPONENT_CLASSES = {"violins--after", "violins--before", "violins--chosen", "violins--axis"}

    DEFAULT_CSS = """
    Violins { height: 1fr; }
    Violins > .violins--after { color: $primary; }
    Violins > .violins--before { color: $foreground; }
    Violins > .violins--chosen { color: $background; background: $primary; text-style: bold; }
    Violins > .violins--axis { color: $text-muted; }
    """

    pairs: reactive[tuple[ViolinPair, ...]] = reactive((), repaint=False)
    """What is drawn."""
    chosen: reactive[int | None] = reactive(None, repaint=False)
    """Which of them is marked."""

    class Selected(Message):
        """The violin at ``index`` was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def watch_pairs(self) -> None:
        self.redraw()

    def watch_chosen(self) -> None:
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Choose the violin there."""
        index = self.shown.start + (event.x - LABELS - 1) // self._wide
        if event.x > LABELS and index in self.shown:
            self.post_message(self.Selected(index))

    @property
    def shown(self) -> range:
        """The violins on the page with the one chosen."""
        number, places = len(self.pairs), max(1, self._room // self._wide)
        first = (self.chosen or 0) // places * places
        first = max(0, min(first, number - places))
        return range(first, min(number, first + places))

    @property
    def _room(self) -> int:
        return self.size.width - LABELS - 1

    @property
    def _side(self) -> int:
        """The columns of one side."""
        each = self._room // max(1, len(self.pairs))
        return min(max(NARROWEST, (each - CENTER - GAP) // 2), WIDEST)

    @property
    def _wide(self) -> int:
        """The columns from one violin to the next."""
        return 2 * self._side + CENTER + GAP

    def draw(self) -> list[list[Segment]]:
        width, height = self.size
        if not self.pairs or width < SMALLEST[0] or height < SMALLEST[1]:
            return []
        axis = value_axis(self.pairs)
        canvas = Canvas(self._room, height - AROUND)
        for place, index in enumerate(self.shown):
            self._pair(canvas, axis, self.pairs[index], place * self._wide)
        if axis.low < 0 < axis.high:
            row, muted = row_at(canvas, axis.share(0.0)), self._style("axis")
            for column in range(len(self.shown) * self._wide):
                canvas.put(row, column, ZERO, muted, over=False)
        return [self._legend(axis), *left_axis(canvas, axis, self._style("axis")), self._ruler(), *self._labels()]

    def _style(self, name: str) -> Style:
        style = self.get_component_rich_style(f"violins--{name}")
        return style if name == "chosen" else Style(color=style.color)

    def _pair(self, canvas: Canvas, axis: Axis, pair: ViolinPair, column: int) -> None:
        for side, (name, one) in enumerate(zip(("before", "after"), pair.both, strict=True)):
            center, style = column + self._side + side, self._style(name)
            if one.quartiles is None:
                what = "NaN" if one.count else "-"
                canvas.write(canvas.height // 2, center + 1 if side else center - len(what), what, style)
                continue
            start = center + 1 if side else center - self._side
            for row, letters in enumerate(_letters(one, axis, canvas.height, self._side, left=not side)):
                for at, letter in enumerate(letters, start):
                    if ord(letter) > BLANK:
                        canvas.put(row, at, letter, style)
            lower, median, upper = (row_at(canvas, axis.share(value)) for value in one.quartiles)
            for row in range(upper, lower + 1):
                canvas.put(row, center, BOX, style)
            canvas.put(median, center, MEDIANS[side], style)
            if one.high is not None and one.high > axis.high:
                canvas.put(0, center, UP, style)
            if one.low is not None and one.low < axis.low:
                canvas.put(canvas.height - 1, center, DOWN, style)

    def _legend(self, axis: Axis) -> list[Segment]:
        """What the signs mean, as far as there is room, and which violins are shown."""
        before, after, muted = self._style("before"), self._style("after"), self._style("axis")
        pieces = [
            (OUTLINE, before, " before  "),
            (FILLED, after, " after  "),
            ("".join(MEDIANS), None, " median  "),
            (BOX, None, " quartiles  "),
        ]
        if any(beyond(pair, axis) != (None, None) for pair in self.pairs):
            pieces.append((UP + DOWN, None, " beyond the central 99.9%  "))
        number, shown = len(self.pairs), self.shown
        where = f"{shown.start + 1:,} to {shown.stop:,} of {number:,}" if len(shown) < number else ""
        line, left = [], self.size.width - len(where)
        for sign, style, words in pieces:
            if len(sign + words) <= left:
                line += [Segment(sign, style), Segment(words, muted)]
                left -= len(sign + words)
        return [*line, Segment(" " * left + where, muted)]

    def _ruler(self) -> list[Segment]:
        ruler = ["\u2500"] * self._room
        for place, index in enumerate(self.shown):
            ruler[place * self._wide + self._side] = HERE if index == self.chosen else "\u252c"
        return [Segment(" " * LABELS + "\u2514" + "".join(ruler), self._style("axis"))]

    def _labels(self) -> Iterator[list[Segment]]:
        """The layers, and below them the names of their weights."""
        for text in (layer_name, _weight_name):
            line = [Segment(" " * (LABELS + 1))]
            for index in self.shown:
                room = self._wide - GAP
                label = fitted(shortened(text(self.pairs[index]), room).center(room), room)
                line += [Segment(label, self._style("chosen" if index == self.chosen else "axis")), Segment(" " * GAP)]
            yield line


def _weight_name(pair: ViolinPair) -> str:
    broken = sum(one.not_finite for one in pair.both)
    return f"! {pair.name}" if broken else pair.name


@lru_cache(2048)  # they stay as they are when another one is chosen
def _letters(one: Violin, axis: Axis, rows: int, columns: int, *, left: bool) -> tuple[str, ...]:
    """The lines of a side in braille, from the top: an outline to the ``left``, to the right filled."""
    widths = np.array([0, *_widths(one, axis, rows, 2 * columns), 0])[:, np.newaxis]
    above, here, below = widths[:-2], widths[1:-1], widths[2:]
    dots = np.arange(2 * columns)[np.newaxis]
    drawn = dots < here
    if left:
        drawn &= (dots == here - 1) | (dots >= above) | (dots >= below)
        drawn = drawn[:, ::-1]
    numbers = np.stack([LEFT[::-1], RIGHT[::-1]], axis=1)[np.newaxis, :, np.newaxis]
    cells = BLANK + (drawn.reshape(rows, 4, columns, 2) * numbers).sum(axis=(1, 3))
    return tuple("".join(map(chr, line)) for line in cells.tolist())


def _widths(one: Violin, axis: Axis, rows: int, most: int) -> list[int]:
    """How many dots wide a side is in each line of dots, from the top: at least one wherever there are values."""
    last = max(1, rows - 1)
    ends = [axis.value(1 - (line / 4 - 0.5) / last) for line in range(4 * rows + 1)]
    widths = []
    for high, low in pairwise(ends):
        if one.constant is not None:
            widths.append(most if low <= one.constant < high else 0)
        elif one.low is None or one.high is None or one.high < low or one.low > high:
            widths.append(0)
        else:
            widths.append(max(1, round(most * one.widest(max(low, one.low), min(high, one.high)))))
    return widths
