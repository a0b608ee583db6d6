"""The JSON lines of `layerlab sweep`: plain data for `core.strict_json.to_json`. The field names are an interface."""

from typing import Literal

from msgspec import Struct

from core.runs.store import KEY_LENGTH
from core.sweeps.messages import TrialState
from core.sweeps.record import TrialRecord
from core.sweeps.results import SettingResult, SweepResults, ranked
from core.sweeps.runner import SweepEnded, SweepEvent, SweepStarted, TrialEnded
from core.sweeps.statistics import Verdict
from core.sweeps.sweep import Sweep
from core.sweeps.values import Value

__all__ = ["sweep_report"]


class StartReport(Struct, frozen=True, tag_field="event", tag="start"):
    """A sweep begins; ``done`` of its trials had ended before."""

    sweep: str
    trials: int
    done: int
    jobs: int


class TrialReport(Struct, frozen=True, tag_field="event", tag="trial"):
    """A trial has ended."""

    trial: int
    values: dict[str, Value]
    seed: int
    state: TrialState
    run: str | None
    val_accuracy: float | None
    test_accuracy: float | None
    seconds: float
    message: str


class SettingReport(Struct, frozen=True):
    """A setting over its seeds: the mean of the metric, its standard deviation and 95% interval."""

    values: dict[str, Value]
    n: int
    mean: float
    std: float | None
    low: float | None
    high: float | None


class ComparisonReport(Struct, frozen=True):
    """Two settings, by their places in ``settings``; the difference is that of ``a`` minus that of ``b``."""

    a: int
    b: int
    n: int
    difference: float
    low: float | None
    high: float | None
    p: float | None
    verdict: Verdict


class EndReport(Struct, frozen=True, tag_field="event", tag="end"):
    """A sweep is over."""

    reason: Literal["finished", "stopped"]
    seconds: float
    metric: str
    settings: list[SettingReport]
    best: SettingReport | None
    comparisons: list[ComparisonReport]
    message: str


def sweep_report(event: SweepEvent, sweep: Sweep, found: SweepResults | None) -> Struct | None:
    """The report of ``event``; None for events that are not reported. ``found`` is needed for the end."""
    match event:
        case SweepStarted():
            return StartReport(event.key, event.trials, event.done, event.jobs)
        case TrialEnded(record=record):
            return _trial(record)
        case SweepEnded() if found:
            return _end(event, sweep, found)
        case _:
            return None


def _trial(record: TrialRecord) -> TrialReport:
    return TrialReport(
        trial=record.number,
        values=dict(record.values),
        seed=record.seed,
        state=record.state,
        run=record.run[-KEY_LENGTH:] if record.run else None,
        val_accuracy=record.metrics.last_val_accuracy,
        test_accuracy=record.metrics.test_accuracy,
        seconds=record.seconds,
        message=record.message,
    )


def _end(event: SweepEnded, sweep: Sweep, found: SweepResults) -> EndReport:
    places = {each.index: place for place, each in enumerate(found.settings)}
    best = ranked(sweep, found.settings)
    return EndReport(
        reason=event.reason,
        seconds=event.seconds,
        metric=sweep.metric,
        settings=[_setting(each) for each in found.settings],
        best=_setting(best[0]) if best else None,
        comparisons=[
            ComparisonReport(
                a=places[each.a],
                b=places[each.b],
                n=each.n,
                difference=each.difference,
                low=each.low,
                high=each.high,
                p=each.p,
                verdict=each.verdict,
            )
            for each in found.comparisons
        ],
        message=event.message,
    )


def _setting(result: SettingResult) -> SettingReport:
    of = result.estimate
    return SettingReport(dict(result.values), of.n, of.mean, of.std, of.low, of.high)
