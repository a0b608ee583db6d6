"""The layers that have weights, each with statistics of its first one: kernel or gamma."""

from typing import NamedTuple

from msgspec import Struct
from textual.reactive import reactive

from core.formatting import show_percent, show_weight
from core.inspection.images import Statistics
from core.inspection.weights import WeightSummary
from core.typography import TIMES, typeset
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["LayerList", "LayerWeights", "ratio", "share"]

PREFIX = 6
LABEL = 10
"""Minimum width of a layer's name, in cells."""
MEAN = 10
FIGURE = 9
NEAR = 7
"""Widths of the figures, with the gap in front of them."""


class LayerWeights(Struct, frozen=True, eq=False):
    """A layer and all its weights, biases and statistics."""

    row: int
    label: str
    weights: tuple[WeightSummary, ...]


class Columns(NamedTuple):
    """Widths of the flexible columns, in cells; 0 for one that is left out."""

    label: int
    name: int
    number: int
    mean: int


class LayerList(Listing, can_focus=False):
    """A line for every layer that has weights. The view around it handles the keys."""

    entries: reactive[tuple[LayerWeights, ...]] = reactive((), repaint=False)
    """The layers listed."""

    @property
    def chosen(self) -> LayerWeights | None:
        """The selected layer."""
        return self.entries[self.cursor] if self.cursor < len(self.entries) else None

    def watch_entries(self) -> None:
        self.changed()

    @property
    def lines(self) -> int:
        return len(self.entries)

    def header(self) -> str:
        label, name, number, mean = self._columns
        of = f"{'weight':<{name}}" if name else ""
        middle = f"{'mean':>{MEAN}}" if mean else ""
        return (
            f"   #  {'Layer':<{label}} {of}{'number':>{number}}{middle}"
            f"{'stddev':>{FIGURE}}{'change':>{FIGURE}}{'near 0':>{NEAR}}"
        )

    def line(self, index: int) -> list[Cell]:
        layer = self.entries[index]
        first = layer.weights[0]
        label, name, number, mean = self._columns
        after = first.after
        broken = any(part.after.not_finite for part in layer.weights)
        return [
            ("!" if broken else " ", "warning" if broken else ""),
            (f"{layer.row:>3}  ", "muted"),
            (f"{fitted(typeset(layer.label), label)} ", ""),
            (fitted(first.name, name - 1) + " " if name else "", "muted"),
            (f"{after.count:>{number},}", ""),
            (f"{show_weight(after.mean):>{MEAN}}" if mean else "", ""),
            (f"{show_weight(after.stddev):>{FIGURE}}", ""),
            (f"{ratio(first):>{FIGURE}}", ""),
            (f"{share(after):>{NEAR}}", ""),
        ]

    @property
    def _columns(self) -> Columns:
        count = max([6, *(len(f"{layer.weights[0].after.count:,}") for layer in self.entries)])
        name = max([6, *(len(layer.weights[0].name) for layer in self.entries)]) + 1
        longest = max((len(layer.label) for layer in self.entries), default=LABEL)
        room = self.width - PREFIX - 1 - count - 2 * FIGURE - NEAR
        # The least important column goes first: the weight's name is also shown where it is drawn.
        for names, mean in ((name, MEAN), (0, MEAN)):
            if room - names - mean >= min(longest, 2 * LABEL):
                return Columns(room - names - mean, names, count, mean)
        return Columns(max(LABEL, room), 0, count, 0)


def ratio(weight: WeightSummary) -> str:
    """How the standard deviation has changed, in at most eight cells: ``×2.31``; from 0 as ``from 0``."""
    times = weight.stddev_ratio
    if times is None:
        return "from 0" if weight.before.stddev == 0 and weight.after.stddev else "-"
    return f"{TIMES}{times:.2f}" if times < 100 else f"{TIMES}{show_weight(times)}"


def share(statistics: Statistics) -> str:
    """The share of the weights that are near zero: ``3.1%``."""
    return show_percent(statistics.near_zero, 1)
