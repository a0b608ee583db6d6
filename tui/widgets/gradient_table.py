"""A table of gradients and updates, layer by layer, updated while the network trains."""

from dataclasses import dataclass
from math import isfinite, isnan
from typing import NamedTuple

from rich.segment import Segment
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from core.events import StepSampled
from core.formatting import show_percent
from core.inspection.gradients import (
    QUANTITIES,
    LayerTrend,
    Quantity,
    Scale,
    layer_trends,
    levels,
    logarithmic,
    update_size,
)
from core.network.architecture import Architecture
from core.network.layers import Layer
from core.typography import typeset
from tui.widgets.bars import bar, height
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["GradientTable", "exponent", "percent"]

PREFIX = 6
NUMBER = 7
"""Cells of a figure such as ``3.3e-06``."""
SIZE = 5
SHARE = 4
LABEL = 12
"""Minimum width of a layer's name, in cells."""
LEAST = 9
WIDEST = 40
"""Minimum and maximum width of the bar and of the trend; ``saturated`` fits above either."""

NOT_FINITE = "!"


class Columns(NamedTuple):
    """Widths of the flexible columns, in cells; 0 for a trend that does not fit."""

    label: int
    bar: int
    trend: int


class GradientTable(Listing):
    """A line for every layer: its latest figures, and the trend of one of them."""

    HELP = """
    ## Gradients
    A line for every layer that has weights, or whose units can die or saturate, as of the last sample.

    **Gradient** is the norm of the loss's gradient over all the layer's weights and biases, with a bar on one
    logarithmic scale for all layers: bars that get shorter towards the first layer show a vanishing gradient.
    **Update** is how far the step moved the weights, as a share of their norm; about 1e-3 is usual.
    **Dead** is the share of a relu's units that gave 0 for the whole batch, **sat.** the share of a sigmoid's or
    tanh's outputs that are so near their ends that next to no gradient comes back through them.

    The trend shows one of these over the steps; **o** switches to another. Norms have a logarithmic scale of their own,
    spanning at least a factor of 10; shares go from 0 to 100%. **enter** draws it as a chart.
    """

    BINDINGS = [
        Binding("enter", "open", "Chart", id="gradients.open", tooltip="The layer's trend as a chart, or without it"),
        Binding("o", "other", "Other trend", id="gradients.other", tooltip="The trend of another figure"),
    ]

    samples: reactive[tuple[StepSampled, ...]] = reactive((), repaint=False)
    """The samples, newest last."""
    architecture: reactive[Architecture | None] = reactive(None, repaint=False)
    """The architecture being trained, for the layers' names."""
    empty: reactive[str] = reactive("")
    """Shown while there are no samples."""
    quantity: reactive[Quantity] = reactive[Quantity]("gradient")
    """The quantity whose trend is drawn."""

    @dataclass
    class Followed(Message):
        """The trend now shows another quantity."""

        quantity: Quantity

    def __init__(self, *, opens: bool = True, id: str | None = None) -> None:
        """``opens``: whether the parent draws a chart of a layer that is opened."""
        super().__init__(id=id)
        self._opens = opens
        self.trends: tuple[LayerTrend, ...] = ()
        self._names: tuple[str, ...] = ()
        self._scale = Scale.of(())

    @property
    def chosen(self) -> LayerTrend | None:
        """The selected layer."""
        return self.trends[self.cursor] if self.cursor < len(self.trends) else None

    def glossary_term(self) -> Layer | None:
        """The selected layer."""
        stack = self.architecture.stack if self.architecture else ()
        return stack[self.chosen.row] if self.chosen and self.chosen.row < len(stack) else None

    def watch_samples(self) -> None:
        self.trends = tuple(layer_trends(self.samples).values())
        self._scale = Scale.of(course.newest.gradient for course in self.trends)
        self.changed()

    def watch_architecture(self) -> None:
        self._names = tuple(typeset(layer.label) for layer in self.architecture.stack) if self.architecture else ()
        self.changed()

    def watch_quantity(self) -> None:
        self.post_message(self.Followed(self.quantity))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Keys that do nothing here are hidden.
        return self._opens or action != "open"

    def action_other(self) -> None:
        """Draw the trend of the next quantity."""
        self.quantity = QUANTITIES[(QUANTITIES.index(self.quantity) + 1) % len(QUANTITIES)]

    def name_of(self, row: int) -> str:
        """The name of the layer in ``row``."""
        return self._names[row] if row < len(self._names) else "?"

    @property
    def lines(self) -> int:
        return len(self.trends)

    def render_line(self, y: int) -> Strip:
        if self.trends or not self.empty:
            return super().render_line(y)
        style = self.get_component_rich_style("listing--muted")
        text = fitted(self.empty, self.width) if y == 0 else ""
        return Strip([Segment(text, style)]).adjust_cell_length(self.width, style)

    def header(self) -> str:
        label, scale_width, trend = self._columns
        low, high = exponent(self._scale.low), exponent(self._scale.high)
        scale = f"{low}{high:>{scale_width - len(low)}}"
        over = f"{self.quantity} trend" if trend > 5 + len(self.quantity) else self.quantity
        heading = f" {fitted(over, trend)}" if trend else ""
        return (
            f"   #  {fitted('Layer', label)} {'Grad.':>{NUMBER}} {scale}{heading}"
            f" {'Update':>{NUMBER}} {'':<{SIZE}} {'Dead':>{SHARE}} {'Sat.':>{SHARE}}"
        )

    def line(self, index: int) -> list[Cell]:
        course = self.trends[index]
        label, width, trend = self._columns
        newest, since = course.newest, course.broken_since
        broken = since is not None
        start: list[Cell] = [
            (NOT_FINITE if broken else " ", "warning" if broken else ""),
            (f"{course.row:>3}  ", "muted"),
            (f"{fitted(self.name_of(course.row), label)} ", ""),
            _figure(newest.gradient),
        ]
        if since is not None:
            text = f" {course.broken_as} since step {since:,}"
            middle: list[Cell] = [(fitted(text, width + 1 + (trend and trend + 1)), "warning")]
        else:
            middle = [(f" {self._bar(newest.gradient, width):<{width}}", "bar"), *self._trend(course, trend)]
        size = update_size(newest.update) if newest.update is not None and isfinite(newest.update) else ""
        suspicious = size in {"none", "tiny", "large"}
        return [
            *start,
            *middle,
            (" ", ""),
            _figure(newest.update),
            (f" {size:<{SIZE}}", "warning" if suspicious else "muted"),
            (f" {percent(newest.dead):>{SHARE}} {percent(newest.saturated):>{SHARE}}", ""),
        ]

    @property
    def _columns(self) -> Columns:
        room = self.width - PREFIX - 2 * NUMBER - SIZE - 2 * SHARE - 7
        if room < LABEL + 2 * LEAST:
            return Columns(max(LEAST, room + 1 - LEAST), LEAST, 0)  # one cell more, as there is no gap before a trend
        longest = max((len(self.name_of(course.row)) for course in self.trends), default=LABEL)
        label = max(LABEL, min(longest, room - 2 * LEAST))
        width = min(WIDEST, max(LEAST, (room - label) // 2))
        return Columns(label, width, min(WIDEST, max(LEAST, room - label - width)))

    def _bar(self, gradient: float | None, cells: int) -> str:
        """Any gradient above 0 is visible."""
        if gradient is None or not gradient > 0:
            return ""
        return bar(self._scale.share(gradient), cells, least=1)

    def _trend(self, course: LayerTrend, cells: int) -> list[Cell]:
        if not cells:
            return []
        heights = levels(course.values(self.quantity), cells, logs=logarithmic(self.quantity))
        if all(height is None for height in heights):
            return [(f" {'-':<{cells}}", "muted")]
        signs = "".join(_sign(height) for height in heights)
        return [(f" {signs:<{cells}}", "trend")]


def exponent(power: int) -> str:
    """A power of ten in few cells: ``1e-6``."""
    return f"1e{power}"


def percent(share: float | None) -> str:
    """A share in at most four cells: ``25%``, ``<1%``; ``-`` for none."""
    if share is None:
        return "-"
    if isnan(share):
        return "NaN"
    return show_percent(share, 0)


def _figure(value: float | None) -> Cell:
    if value is None:
        return f"{'-':>{NUMBER}}", "muted"
    if not isfinite(value):
        return f"{'NaN' if isnan(value) else 'inf':>{NUMBER}}", "warning"
    return f"{value:>{NUMBER}.1e}" if value else f"{'0':>{NUMBER}}", ""


def _sign(share: float | None) -> str:
    if share is None:
        return " "
    return NOT_FINITE if isnan(share) else height(share)
