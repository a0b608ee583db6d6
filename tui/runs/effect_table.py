"""What each field of a sweep does, whatever the others are: how much it explains, and the mean for its values."""

from textual.reactive import reactive

from core.formatting import NONE, show_count, show_percent
from core.sanitize import one_line
from core.sweeps.effects import FieldEffect, Group, field_effects, has_effects
from core.sweeps.results import show_metric
from tui.runs.sweep_tables import SweepReading
from tui.widgets.bars import bar
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["EffectTable"]

BAR, SHARE, SETTINGS, MEAN = 12, 6, 10, 9
"""Widths of columns in cells."""
LEAST_NAME = 16


class EffectTable(Listing):
    """A line for each field of a sweep, and below it one for each of its values."""

    HELP = """
    ## What each field does
    Where three or more fields vary: the share of the differences between settings that each explains by itself
    (omega squared), the most important first, and below it the mean of the settings for each of its values. Many
    numbers are taken together in ranges. What the fields do together, and what is the seeds', is in none of them.
    """

    reading: reactive[SweepReading | None] = reactive(None)
    """The sweep; None until it is read, or if too few fields vary."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[FieldEffect | Group] = []

    @property
    def lines(self) -> int:
        return len(self._lines)

    def watch_reading(self) -> None:
        self._lines = []
        if self.reading is not None and has_effects(self.reading.sweep):
            for effect in field_effects(self.reading.sweep, self.reading.found):
                self._lines += [effect, *effect.groups]
        self.changed()

    def header(self) -> str:
        head = f"  {fitted('field and value', self._room)}{fitted('explains', BAR + SHARE)}"
        return head + fitted("settings", SETTINGS, right=True) + fitted("mean", MEAN, right=True)

    def line(self, index: int) -> list[Cell]:
        each = self._lines[index]
        if isinstance(each, FieldEffect):
            share = each.share or 0.0
            shown = NONE if each.share is None else show_percent(each.share, 0)
            return [
                (f"  {fitted(one_line(each.field), self._room)}", "header"),
                (fitted(bar(share, BAR), BAR), "trend"),
                (fitted(shown, SHARE, right=True), ""),
            ]
        mean = show_metric(self.reading.sweep, each.mean) if self.reading else ""
        return [
            (f"    {fitted(one_line(each.label), self._room - 2)}", ""),
            (" " * (BAR + SHARE), ""),
            (fitted(show_count(each.settings), SETTINGS, right=True), "muted"),
            (fitted(mean, MEAN, right=True), ""),
        ]

    @property
    def _room(self) -> int:
        names = (each.field if isinstance(each, FieldEffect) else f"  {each.label}" for each in self._lines)
        longest = max(map(len, names), default=0)
        room = self.width - 2 - BAR - SHARE - SETTINGS - MEAN
        return max(LEAST_NAME, min(longest + 2, room))
