"""A sweep beside the list of runs: what it came to so far, and what its trials do."""

from contextlib import suppress
from importlib import import_module
from typing import Literal

from msgspec import Struct
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from core.formatting import show_amount
from core.history import History
from core.keras_runtime.failures import explain
from core.run_charts import Quantity, over_seeds
from core.runs.groups import RunGroup
from core.runs.record import RunError
from core.sanitize import one_line
from core.sweeps.effects import has_effects
from core.sweeps.means import is_grid
from core.sweeps.progress import SweepProgress
from core.sweeps.record import find
from core.sweeps.results import SettingResult, ranked, results, show_values, verdict
from core.sweeps.sweep import Sweep
from core.sweeps.under_way import under_way_chart
from tui import run_text, sweep_text
from tui.runs.effect_table import EffectTable
from tui.runs.mean_map import MeanMap
from tui.runs.overlay import Overlay
from tui.runs.run_cache import RunCache
from tui.runs.sweep_tables import SettingTable, SweepReading, TrialTable
from tui.widgets.bars import bar
from tui.widgets.listing import Listing
from tui.widgets.text import update_text

__all__ = ["SweepView"]

REST = 0.06
"""Seconds that a sweep is selected before it is read."""
BAR = 20
TALL = 22
"""Height from which there is room for curves below the settings."""
MOST_RUNS = 64
"""Runs whose curves are read."""
COMPARING = "comparing ..."
Page = Literal["settings", "curves", "trials", "means", "fields"]
"""What stands below the name of a sweep; curves stand below the settings where there is room."""
NOTHING_YET = "No trial has finished yet: c shows what each of them does."


class _Shown(Struct, frozen=True):
    """What is to be read: a group, and how many trials of it had ended."""

    group: RunGroup
    done: int


class SweepView(Vertical):
    """Shows ``group``, a sweep, and its ``progress`` if it is being trained here. It is read in a thread."""

    HELP = """
    ## A sweep
    The row of a sweep stands for all its runs: **enter** lists them. Beside it stands what they came to: the mean of
    each setting over the same seeds, and a verdict, claimed only if a test and an interval agree. **c** switches to
    what each trial does, for a grid of two fields to a map of the means, and for three or more to what each field
    does. While it is trained, **P** pauses before the next trial and **X** stops it; **r** goes on with one that was
    stopped or interrupted, and does nothing twice.
    """

    group: reactive[RunGroup | None] = reactive(None, repaint=False)
    """The runs of the sweep shown."""
    progress: reactive[SweepProgress | None] = reactive(None, repaint=False)
    """How far it has come, if it is the sweep that is trained here."""
    paused: reactive[bool] = reactive(False, repaint=False)
    page: reactive[Page] = reactive[Page]("settings", repaint=False)
    """What is asked for; a sweep that is no grid shows its settings in place of the map."""
    reading: reactive[SweepReading | None] = reactive(None, repaint=False)
    """What was read; None until then."""

    about = query_one("#sweep-about", Static)
    state = query_one("#sweep-state", Static)
    settings = query_one(SettingTable)
    trials = query_one(TrialTable)
    means = query_one(MeanMap)
    effects = query_one(EffectTable)
    verdict = query_one("#sweep-verdict", Static)
    chart = query_one("#sweep-curves", Overlay)
    trial_chart = query_one("#sweep-trial-curves", Overlay)

    def __init__(self, reader: RunCache, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reader = reader
        self._histories: dict[str, History] = {}
        self._due: Timer | None = None
        self._reads: Worker[None] | None = None
        self._stale = False
        """Whether trials have ended since what is being read was."""
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield Static(id="sweep-about", markup=False)
        yield Static(id="sweep-state", markup=False)
        yield SettingTable()
        yield TrialTable()
        yield MeanMap()
        yield EffectTable()
        yield Static(id="sweep-verdict", markup=False)
        yield Overlay("Curves", "", id="sweep-curves")
        yield Overlay("Curves", "", id="sweep-trial-curves")

    def on_mount(self) -> None:
        self.border_title = "Sweep"
        self._read_soon()
        self._show()

    def on_resize(self) -> None:
        self.means.room = self.size.height
        self._show()

    @property
    def left(self) -> int | None:
        """How many trials are still to be trained; None until the sweep is read."""
        reading = self.reading
        return None if reading is None else reading.sweep.count - sum(each.settled for each in reading.records.values())

    @property
    def pages(self) -> tuple[Page, ...]:
        """What there is to see of this sweep."""
        pages: list[Page] = ["settings"]
        if self.size.height < TALL and self.chart.chart is not None:
            pages.append("curves")
        pages.append("trials")
        if self.reading is not None and is_grid(self.reading.sweep):
            pages.append("means")
        if self.reading is not None and has_effects(self.reading.sweep):
            pages.append("fields")
        return tuple(pages)

    def turn(self) -> None:
        """Switch between settings, their curves, trials, the map of a grid, and what each of many fields does."""
        pages = self.pages
        self.page = pages[(pages.index(self._shown) + 1) % len(pages)]

    @property
    def _shown(self) -> Page:
        return self.page if self.page in self.pages else "settings"

    def watch_group(self, before: RunGroup | None, group: RunGroup | None) -> None:
        if group is None or before is None or before.key != group.key:
            self.workers.cancel_group(self, "reading a sweep")
            self.reading, self._reads, self._problem, self._histories = None, None, "", {}
        self._read_soon()

    def watch_progress(self, before: SweepProgress | None, progress: SweepProgress | None) -> None:
        if (before.done if before else None) != (progress.done if progress else None):
            self._read_soon()
        self._show()

    def watch_paused(self) -> None:
        self._show()

    def watch_page(self) -> None:
        self._show()

    def watch_reading(self) -> None:
        self._show()
        self.refresh_bindings()  # what is left decides whether it can be resumed

    @on(Listing.Selected)
    @on(Listing.Opened)
    def _listing_event(self, event: Listing.Selected | Listing.Opened) -> None:
        event.stop()
        self._show_verdict()

    def _read_soon(self) -> None:
        """Read the sweep once it has been selected for a moment, even if its trials end fast."""
        if self.is_attached and self.group is not None and self._due is None:
            self._due = self.set_timer(REST, self._begin_reading)

    def _begin_reading(self) -> None:
        self._due = None
        if self._reads is not None and not self._reads.is_finished:
            self._stale = True  # read to the end: trials may end faster than they are read
        elif self.group is not None:
            self._stale = False
            self._reads = self._read(self.group.key)

    @work(thread=True, group="reading a sweep", exit_on_error=False)
    def _read(self, key: str) -> None:
        worker = get_current_worker()
        try:
            folder = find(key)
            sweep, records = folder.sweep(), folder.records()
            if self.reading is None:  # intervals and comparisons take a while
                quick = SweepReading(key, sweep, records, results(sweep, records, quick=True))
                self.app.call_from_thread(self._take, worker, key, quick)
            reading: SweepReading | str = SweepReading(key, sweep, records, results(sweep, records))
        except Exception as error:  # noqa: BLE001  # no file must end the app
            reading = explain(error)
        self.app.call_from_thread(self._take, worker, key, reading)
        if not isinstance(reading, str) and not worker.is_cancelled:
            import_module("tui.widgets.plot")  # takes a quarter of a second, which would block the first drawing
            histories = self._read_curves(reading, worker)
            self.app.call_from_thread(self._take_curves, worker, reading, histories)
        self.app.call_from_thread(self._read_again, worker)

    def _read_again(self, worker: "Worker[None]") -> None:
        """Read once more if trials have ended meanwhile."""
        if worker is self._reads:
            self._reads = None
            if self._stale:
                self._read_soon()

    def _read_curves(self, reading: SweepReading, worker: "Worker[None]") -> dict[str, History]:
        """The histories of the runs whose curves are drawn, by id."""
        drawn = {each.index for each in reading.charted}
        runs = {run.id: run for run in self.group.runs} if self.group else {}
        known = dict(self._histories)
        for number, record in sorted(reading.records.items()):
            run = runs.get(record.run or "")
            wanted = reading.sweep.index(number) in drawn and record.state == "finished"
            if not wanted or run is None or run.id in known or len(known) >= MOST_RUNS or worker.is_cancelled:
                continue
            with suppress(RunError):
                known[run.id] = self._reader.read(run).history
        return known

    def _take_curves(self, worker: "Worker[None]", reading: SweepReading, histories: dict[str, History]) -> None:
        if worker.is_cancelled or self.reading is not reading:
            return
        self._histories = histories
        by_setting = [
            [
                histories[record.run]
                for number, record in sorted(reading.records.items())
                if reading.sweep.index(number) == each.index and record.run in histories
            ]
            for each in reading.charted
        ]
        names = [one_line(show_values(reading.sweep, each.values)) for each in reading.charted]
        quantity: Quantity = "accuracy" if reading.sweep.higher_is_better else "loss"
        self.chart.chart = over_seeds(quantity, list(zip(names, by_setting, strict=True)))
        self._show()

    def _take(self, worker: "Worker[None]", key: str, reading: "SweepReading | str") -> None:
        if worker.is_cancelled or self.group is None or self.group.key != key:
            return
        self._problem = reading if isinstance(reading, str) else ""
        self.reading = None if isinstance(reading, str) else reading
        self._show()

    def _show(self) -> None:
        if not self.is_attached or self.group is None:
            return
        reading = self.reading
        self.settings.reading = self.trials.reading = reading
        if reading is None:
            self.chart.chart = None
        self.means.reading = reading if "means" in self.pages else None
        self.effects.reading = reading if "fields" in self.pages else None
        self.trials.shares = self.progress.shares if self.progress else {}
        self.trials.under_way = self.progress.settings if self.progress else {}
        self.trials.epochs = self.progress.epochs if self.progress else {}
        self._show_trial_chart()
        nothing = reading is None or not reading.found.settings
        self.trials.display = self._shown == "trials"
        self.means.display = self._shown == "means"
        self.effects.display = self._shown == "fields"
        self.set_class(self._shown == "means", "-means")
        self.settings.display = self._shown == "settings" and not nothing
        room = self.settings.display and self.size.height >= TALL and self.chart.chart is not None
        self.chart.display = room or self._shown == "curves"
        update_text(self.about, self._about())
        state = self._state()
        self.state.display = bool(state)
        update_text(self.state, Content(state))
        self._show_verdict()

    def _show_trial_chart(self) -> None:
        """The curves of what trains, below the trials."""
        progress, reading, chart = self.progress, self.reading, None
        if progress is not None and reading is not None and self._shown == "trials" and self.size.height >= TALL:
            chart = under_way_chart(reading.sweep, progress.epochs, progress.settings)
        self.trial_chart.chart = chart
        self.trial_chart.display = self.trials.curves = chart is not None

    def _about(self) -> Content:
        group, reading = self.group, self.reading
        name = one_line(group.name) if group else ""
        facts = f"{sweep_text.size(reading.sweep)}, {reading.sweep.metric}" if reading else ""
        return Content.assemble((name, "bold"), f"  {facts}")

    def _state(self) -> str:
        """What is going on; empty if it is finished."""
        progress, reading = self.progress, self.reading
        if progress is not None and progress.ended is None:
            how = "stopping" if progress.stopping else "paused: P goes on" if self.paused else sweep_text.left(progress)
            shown = f"{bar(progress.share, BAR):<{BAR}}"
            failed = f", {progress.failed} failed" if progress.failed else ""
            failed += f", {progress.pruned} ended early" if progress.pruned else ""
            what = how or f"{show_amount(len(progress.shares), 'trial')} under way"
            return f"{shown} {progress.done} of {progress.trials} trials{failed}, {what}"
        if reading is None:
            return self._problem or run_text.READING
        waiting = self.left or 0
        failed = f"{show_amount(len(reading.found.failed), 'trial')} failed" if reading.found.failed else ""
        pruned = f"{show_amount(len(reading.found.pruned), 'trial')} ended early" if reading.found.pruned else ""
        resume = f"{show_amount(waiting, 'trial')} left: r trains them" if waiting > 0 else ""
        return ", ".join(filter(None, [failed, pruned, resume]))

    def _show_verdict(self) -> None:
        self.verdict.display = self._shown in ("settings", "means")
        update_text(self.verdict, Content(self._verdict()))

    def _verdict(self) -> str:
        """What can be said about the selected setting and the best one, or the best and the next."""
        reading, chosen = self.reading, self.settings.chosen
        if reading is None:
            return ""
        if chosen is None:
            return NOTHING_YET
        best, *others = ranked(reading.sweep, reading.found.settings)
        chosen = chosen if self._shown == "settings" else best
        other = others[0] if chosen is best and others else chosen
        return "" if other is best else _against(reading, best, other)


def _against(reading: SweepReading, best: SettingResult, other: SettingResult) -> str:
    if not reading.found.comparisons:
        return COMPARING
    pair = {best.index, other.index}
    known = next((each for each in reading.found.comparisons if {each.a, each.b} == pair), None)
    names = [_called(reading.sweep, each) for each in (best, other)]
    if known is None:
        return (
            f"{names[1]} is not compared: only the best settings are, as every comparison makes others harder to claim"
        )
    first, second = names if known.a == best.index else reversed(names)
    return f"{first} against {second}: {verdict(reading.sweep, reading.found, known)}"


def _called(sweep: Sweep, result: SettingResult) -> str:
    """A setting in a sentence: its value, or several in brackets."""
    values = one_line(show_values(sweep, result.values))
    return f"({values})" if len(sweep.vary) > 1 else values
