"""The tables of a sweep: its settings with their error bars, and its trials with their states."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from textual.reactive import reactive

from core.formatting import show_duration, show_percent
from core.sanitize import one_line
from core.sweeps.messages import TrialEpoch, TrialState
from core.sweeps.record import TrialRecord
from core.sweeps.results import (
    SettingResult,
    SweepResults,
    ranked,
    show_difference,
    show_fields,
    show_metric,
    show_values,
)
from core.sweeps.sweep import Setting, Sweep
from core.sweeps.under_way import series_of
from tui import sweep_text
from tui.interval_plot import Interval, axis, interval_lines
from tui.runs.series_styles import MOST, ROLES, sign
from tui.widgets.bars import bar
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["BEST", "SettingTable", "SweepReading", "TrialTable"]

SEEDS, FIGURE, GAP, TIME = 3, 8, 2, 8
"""Widths of columns in cells."""
LEAST_SETTING, MOST_SETTING = 8, 40
LEAST_PLOT, MOST_PLOT = 12, 60
STATE, BAR = 16, 8
BEST = "\u2605"
SIGNS: dict[TrialState, str] = {"finished": "\u2713", "stopped": "-", "failed": "\u2717", "pruned": "\u2193"}
WAITING, TRAINING = "\u00b7", "\u25b8"
NOT_CHOSEN = "not chosen yet"


class SweepReading(Struct, frozen=True, eq=False):
    """A sweep as its folder has it."""

    key: str
    sweep: Sweep
    records: Mapping[int, TrialRecord]
    found: SweepResults

    @property
    def charted(self) -> list[SettingResult]:
        """The settings whose curves are drawn: the best, if there are too many, in the order of the sweep."""
        best = ranked(self.sweep, self.found.settings)[:MOST]
        return sorted(best, key=lambda each: each.index)


class SettingTable(Listing):
    """A line for every setting: mean, spread, and a plot of both with every seed as a dot."""

    HELP = """
    ## Settings
    Every setting with the mean over its seeds, how far they spread (one standard deviation) and both as a plot: a disc
    for the mean, a bar for the spread, a dot for every seed. The star marks the best mean. **up / down** select a
    setting; below stands what can be said about it and the best one.
    """

    COMPONENT_CLASSES = {f"listing--{role}" for role in ROLES}

    reading: reactive[SweepReading | None] = reactive(None)
    """The sweep; None until it is read."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._signs: dict[int, Cell] = {}
        self._plots: list[str] = []
        self._ends = ""
        self._widths = (LEAST_SETTING, 0)

    @property
    def settings(self) -> tuple[SettingResult, ...]:
        """The settings listed."""
        return self.reading.found.settings if self.reading else ()

    @property
    def lines(self) -> int:
        return len(self.settings)

    @property
    def chosen(self) -> SettingResult | None:
        """The selected setting; None if there are none."""
        return self.settings[self.cursor] if self.cursor < self.lines else None

    def watch_reading(self) -> None:
        self.changed()

    def changed(self) -> None:
        self.styles.max_height = self.lines + 1  # what is not needed goes to the curves below
        self._lay_out()
        super().changed()

    def header(self) -> str:
        if self.reading is None:
            return ""
        setting, plot = self._widths
        line = "    " + _heading(self.reading.sweep, setting) + fitted("n", SEEDS + 1, right=True)
        line += fitted("mean", FIGURE + GAP, right=True) + fitted("std", FIGURE + GAP, right=True)
        return f"{line}{' ' * GAP}{self._ends}" if plot else line

    def line(self, index: int) -> list[Cell]:
        if self.reading is None:
            return []
        sweep, each = self.reading.sweep, self.settings[index]
        best = ranked(sweep, self.settings)[0] is each
        spread = "-" if each.estimate.std is None else show_difference(sweep, each.estimate.std)
        mean = fitted(show_metric(sweep, each.estimate.mean), FIGURE + GAP, right=True)
        name = fitted(one_line(show_values(sweep, each.values)), self._widths[0])
        cells: list[Cell] = [
            self._signs.get(each.index, (" ", "")),
            (f" {BEST if best else ' '} {name}", ""),
            (fitted(str(each.estimate.n), SEEDS + 1, right=True), "muted"),
            (mean, ""),
            (fitted(spread, FIGURE + GAP, right=True), "muted"),
        ]
        if self._widths[1]:
            cells.append((f"{' ' * GAP}{self._plots[index]}", "trend"))
        return cells

    def _lay_out(self) -> None:
        """Share the width out between the settings and the plot, and draw the latter."""
        if self.reading is None or not self.settings:
            return
        sweep = self.reading.sweep
        self._signs = {each.index: sign(number) for number, each in enumerate(self.reading.charted)}
        room = self.width - 4 - SEEDS - 1 - 2 * (FIGURE + GAP)
        longest = max(len(show_values(self.reading.sweep, each.values)) for each in self.settings)
        setting = min(MOST_SETTING, max(LEAST_SETTING, longest, min(20, len(show_fields(sweep)))))
        setting = min(setting, max(LEAST_SETTING, room - LEAST_PLOT - GAP))
        plot = min(MOST_PLOT, room - setting - GAP)
        plot = plot if plot >= LEAST_PLOT else 0
        intervals = [
            Interval(each.estimate.mean, each.estimate.std or 0.0, list(each.by_seed.values()))
            for each in self.settings
        ]
        self._plots = interval_lines(intervals, plot) if plot else []
        low, high = (show_metric(sweep, end) for end in axis(intervals))
        self._ends = f"{low}{high:>{max(0, plot - len(low))}}" if plot else ""
        self._widths = (setting, plot)


class TrialTable(Listing):
    """A line for every trial: what it trains and how far it is."""

    HELP = """
    ## Trials
    Every trial of the sweep: all settings with the first seed, then with the second. What trains shows the value of its
    last epoch; where there is room, its curve stands below. Settings that suggest each other are named once they are
    chosen. **enter** on the row of the sweep lists their runs.
    """

    COMPONENT_CLASSES = {"listing--error"} | {f"listing--{role}" for role in ROLES}

    DEFAULT_CSS = """
    TrialTable > .listing--error { color: $text-error; }
    """

    reading: reactive[SweepReading | None] = reactive(None)
    """The sweep; None until it is read."""
    shares: reactive[Mapping[int, float]] = reactive[Mapping[int, float]]({})
    """How far the trials under way are, by number, from 0 to 1."""
    under_way: reactive[Mapping[int, Setting]] = reactive[Mapping[int, Setting]]({})
    """What the trials under way train, by number."""
    epochs: reactive[Mapping[int, Sequence[TrialEpoch]]] = reactive[Mapping[int, Sequence[TrialEpoch]]]({})
    """The epochs of each trial under way, by number."""
    curves: reactive[bool] = reactive(False)
    """Whether the curves of what is under way are drawn beside, whose signs stand before the rows then."""

    @property
    def lines(self) -> int:
        return self.reading.sweep.count if self.reading else 0

    def watch_reading(self) -> None:
        self.changed()

    def changed(self) -> None:
        self.styles.max_height = self.lines + 1  # as of the settings
        super().changed()

    def header(self) -> str:
        if self.reading is None:
            return ""
        head = _heading(self.reading.sweep, self._room)
        return f"  {head}  seed  {fitted('state', STATE)}{self.reading.sweep.metric:>{self._figure}}"

    def line(self, index: int) -> list[Cell]:
        if self.reading is None:
            return []
        sweep = self.reading.sweep
        record = self.reading.records.get(index)
        written = record.values if record else self.under_way.get(index, ())
        setting = sweep.setting_at(sweep.index(index), written)
        name = NOT_CHOSEN if setting is None else one_line(show_values(sweep, setting))
        style = "muted" if setting is None else ""
        drawn = series_of(self.under_way).get(index) if self.curves and self.epochs.get(index) else None
        return [
            (" ", "") if drawn is None else sign(drawn),
            (" ", ""),
            (fitted(name, self._room), style),
            (f"{sweep.seed(index):>6}  ", "muted"),
            *self._state(sweep, index),
        ]

    @property
    def _room(self) -> int:
        return max(LEAST_SETTING, self.width - 2 - 8 - STATE - self._figure)

    @property
    def _figure(self) -> int:
        """The width of the last column."""
        return max(FIGURE, len(self.reading.sweep.metric) if self.reading else 0) + GAP

    def _state(self, sweep: Sweep, index: int) -> Iterator[Cell]:
        record = self.reading.records.get(index) if self.reading else None
        if index in self.shares:
            share = self.shares[index]
            yield fitted(f"{TRAINING} {fitted(bar(share, BAR), BAR)} {show_percent(share, 0)}", STATE), "trend"
            if epochs := self.epochs.get(index):
                epoch = epochs[-1]
                value = epoch.val_accuracy if sweep.higher_is_better else epoch.val_loss
                yield fitted(show_metric(sweep, value), self._figure, right=True), "trend"
        elif record is None:
            yield f"{WAITING} waiting", "muted"
        elif record.state == "failed":
            yield f"{SIGNS['failed']} {one_line(record.message or 'failed')}", "error"
        elif record.state == "pruned":
            yield f"{SIGNS['pruned']} {one_line(record.message)}", "muted"
        else:
            yield fitted(f"{SIGNS[record.state]} {show_duration(record.seconds)}", STATE), "muted"
            yield fitted(show_metric(sweep, record.value(sweep.metric)), self._figure, right=True), ""


def _heading(sweep: Sweep, width: int) -> str:
    """What is varied; without what holds the field, if that does not fit."""
    long = sweep_text.varied(sweep)
    return fitted(long if len(sweep.vary) == 1 and len(long) <= width else show_fields(sweep), width)
