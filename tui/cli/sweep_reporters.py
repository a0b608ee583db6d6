"""How `layerlab sweep` reports: as JSON lines, as plain lines, or with a bar on a terminal; and what it came to."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from core.formatting import NONE, show_amount, show_duration, show_percent
from core.strict_json import to_json
from core.sweeps.effects import field_effects, has_effects
from core.sweeps.json_output import sweep_report
from core.sweeps.progress import SweepProgress
from core.sweeps.record import TrialRecord
from core.sweeps.results import SweepResults, ranked, show_difference, show_metric, show_setting, verdict
from core.sweeps.runner import SweepEnded, SweepEvent, SweepStarted, SweepStopping, TrialEnded
from core.sweeps.sweep import Sweep
from tui import sweep_text
from tui.interrupt import STOPPING
from tui.interval_plot import Interval, axis, interval_lines
from tui.output import Column, Output, say_error

__all__ = ["SweepReporter", "show_results", "sweep_reporter"]

PLOT = 40
"""Cells of the plot, and the columns of a terminal from which there is room for it."""
WIDE = 100
MOST_VERDICTS = 6


class SweepReporter(Protocol):
    """Reports the events of a sweep."""

    def shown(self) -> AbstractContextManager[object]:
        """The live display, entered before the first event and left after the last."""

    def report(self, event: SweepEvent) -> None:
        """Report ``event``, if it is worth reporting. Raises OSError if the output cannot be written."""


def sweep_reporter(sweep: Sweep, out: Output, found: Callable[[], SweepResults], *, as_json: bool) -> SweepReporter:
    """The reporter for ``out``; ``found`` gives what the sweep came to."""
    if as_json:
        return JsonReporter(sweep, out, found)
    return LiveReporter(sweep, out, found) if out.rich else PlainReporter(sweep, out, found)


class JsonReporter:
    """A line of JSON for the start, for each trial, and for the end."""

    def __init__(self, sweep: Sweep, out: Output, found: Callable[[], SweepResults]) -> None:
        self._sweep = sweep
        self._out = out
        self._found = found

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()

    def report(self, event: SweepEvent) -> None:
        if isinstance(event, SweepStopping):
            say_error(STOPPING, self._out.errors)
        found = self._found() if isinstance(event, SweepEnded) else None
        report = sweep_report(event, self._sweep, found)
        if report is not None:
            self._out.json(to_json(report))


class PlainReporter:
    """A line for each trial, and the results at the end."""

    def __init__(self, sweep: Sweep, out: Output, found: Callable[[], SweepResults]) -> None:
        self._sweep = sweep
        self._out = out
        self._found = found
        self._progress = SweepProgress()

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()

    def report(self, event: SweepEvent) -> None:
        self._progress = self._progress.after(event)
        match event:
            case SweepStopping():
                say_error(STOPPING, self._out.errors)
            case SweepStarted():
                self._out.line(_beginning(self._sweep, event))
            case TrialEnded(record=record):
                self._out.line(f"{self._progress.done}/{self._progress.trials}  {_trial(self._sweep, record)}")
            case SweepEnded():
                found = self._found()
                show_results(self._sweep, found, self._out)
                self._out.line(_ending(event))
                if found.settings:
                    self._out.line(_taking_away(self._progress.key))
        self._out.stream.flush()


class LiveReporter(PlainReporter):
    """A bar above which the trials appear as they end."""

    def __init__(self, sweep: Sweep, out: Output, found: Callable[[], SweepResults]) -> None:
        super().__init__(sweep, out, found)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[eta]}"), console=out.console
        )
        self._task: TaskID | None = None

    def shown(self) -> AbstractContextManager[object]:
        return self._bar

    def report(self, event: SweepEvent) -> None:
        if isinstance(event, SweepStarted):
            self._task = self._bar.add_task("trials", total=1.0, eta="")
        elif isinstance(event, SweepEnded):
            self._bar.stop()
        super().report(event)
        if self._task is not None:
            self._bar.update(self._task, completed=self._progress.share, eta=sweep_text.left(self._progress))


def show_results(sweep: Sweep, found: SweepResults, out: Output) -> None:
    """Print each setting over its seeds, with error bars, and what can be said about the best."""
    if found.settings:
        out.line()
        out.heading(f"{sweep.metric} of {sweep.name}")
        intervals = [
            Interval(each.estimate.mean, each.estimate.std or 0.0, list(each.by_seed.values()))
            for each in found.settings
        ]
        low, high = axis(intervals)
        ends = f"{show_metric(sweep, low)}{show_metric(sweep, high):>{PLOT - len(show_metric(sweep, low))}}"
        best = ranked(sweep, found.settings)[0]
        out.table(
            [
                Column(sweep_text.varied(sweep)),
                Column("n", right=True),
                Column("Mean", right=True),
                Column("Std", right=True),
                Column("95% interval", right=True, wide=80),
                Column(ends, wide=WIDE),
                Column("Time", right=True, wide=120),
            ],
            [
                (
                    show_setting(each.values),
                    str(each.estimate.n),
                    show_metric(sweep, each.estimate.mean),
                    "-" if each.estimate.std is None else show_difference(sweep, each.estimate.std),
                    sweep_text.interval(sweep, each.estimate.low, each.estimate.high),
                    line,
                    show_duration(each.seconds),
                )
                for each, line in zip(found.settings, interval_lines(intervals, PLOT), strict=True)
            ],
            ["bold" if each is best else "" for each in found.settings],
        )
    if has_effects(sweep) and found.settings:
        explained = (
            f"{each.field} {NONE if each.share is None else show_percent(each.share, 0)}"
            for each in field_effects(sweep, found)
        )
        out.line(f"what each field explains by itself: {', '.join(explained)}")
    first = ranked(sweep, found.settings)[:1]
    told = [each for each in found.comparisons if first and first[0].index in (each.a, each.b)]
    for comparison in told[:MOST_VERDICTS]:
        one, other = (show_setting(found.setting(index).values) for index in (comparison.a, comparison.b))
        out.line(f"{one} against {other}: {verdict(sweep, found, comparison)}")
    if found.pruned:
        settings = len({sweep.index(record.number) for record in found.pruned})
        out.line(f"{show_amount(settings, 'setting')} given up: trials ended early, by {sweep.pruner}")
    for record in found.failed:
        out.line(_trial(sweep, record))


def _beginning(sweep: Sweep, event: SweepStarted) -> str:
    resumed = f", {event.done} of them done before" if event.done else ""
    return (
        f"{sweep.name} ({event.key}): {sweep_text.size(sweep)}, {show_amount(event.trials, 'trial')}{resumed}, "
        f"{show_amount(event.jobs, 'process')}"
    )


def _ending(event: SweepEnded) -> str:
    advice = "; --resume goes on with it" if event.reason == "stopped" else ""
    problem = f"; {event.message}" if event.message else ""
    return f"{event.reason} after {show_duration(event.seconds)}{advice}{problem}"


def _taking_away(key: str) -> str:
    return f"`layerlab report {key}` writes a report, `layerlab export {key} --to csv` its tables"


def _trial(sweep: Sweep, record: TrialRecord) -> str:
    name = f"{show_setting(record.values)}, seed {record.seed}"
    if record.state != "finished":
        return f"{name}: {record.state}{f': {record.message}' if record.message else ''}"
    saved = f"  ({record.run[-5:]})" if record.run else f"  (not saved: {record.message})"
    value = show_metric(sweep, record.value(sweep.metric))
    return f"{name}: {sweep.metric} {value}, {show_duration(record.seconds)}{saved}"
