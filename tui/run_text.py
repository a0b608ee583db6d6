"""Runs as text, for the Runs tab and the command line."""

import time
from collections.abc import Iterator, Sequence

from core.forecast.verdict import expected, judge
from core.formatting import (
    show_accuracy,
    show_amount,
    show_count,
    show_duration,
    show_gap,
    show_loss,
    show_moment,
    show_short,
)
from core.network.summary import summarize
from core.presets import Preset
from core.runs.groups import RunGroup
from core.runs.metrics_text import best_epochs
from core.runs.record import Label, Metrics, Run, RunDetails, RunState
from core.runs.search import ignored_comparison_warning
from tui.forecast_text import MARKS
from tui.plan_text import plan_line

__all__ = [
    "A_SWEEP",
    "DISCARD_HINT",
    "LOOKING",
    "NONE",
    "READING",
    "SIGNS",
    "begun",
    "count",
    "epochs",
    "facts",
    "group_state",
    "label_text",
    "named",
    "no_curves_reason",
    "no_match",
    "nothing_listed",
    "refused",
    "state",
]

NONE = "No runs yet: t trains the network, and every run is saved here."
A_SWEEP = "that is for a single run: enter lists those of the sweep"
READING = "loading ..."
"""Shown until runs, curves and facts are loaded."""
DISCARD_HINT = "d moves it to the trash."
LOOKING = "looking for runs ..."

SIGNS: dict[RunState, str] = {
    "running": "\u25b8",
    "interrupted": "\u2016",
    "finished": "\u2713",
    "stopped": "-",
    "failed": "\u2717",
    "damaged": "!",
    "newer": "\u2191",
}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def begun(seconds: float, now: float) -> str:
    """When a run started, in at most eleven cells: ``today 14:05``, ``Nov 20``, ``2023-11-20``."""
    then, today = time.localtime(seconds), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("today %H:%M", then)
    if then.tm_year == today.tm_year:
        return f"{MONTHS[then.tm_mon - 1]} {then.tm_mday}"
    return time.strftime("%Y-%m-%d", then)


def state(run: Run) -> str:
    """The state with its sign: ``✓ finished``."""
    return f"{SIGNS[run.state]} {run.state}"


def group_state(group: RunGroup) -> str:
    """The runs of a sweep with the sign of what they do: ``▸ 5 runs``."""
    if not group.runs and not group.live:
        return f"{SIGNS['stopped']} no runs"
    states = {run.state for run in group.runs} | ({"running"} if group.live else set())
    order: tuple[RunState, ...] = ("running", "interrupted", "finished", "stopped", "failed", "damaged", "newer")
    first = next(each for each in order if each in states)
    return f"{SIGNS[first]} {show_amount(len(group.runs), 'run')}" if group.runs else f"{SIGNS[first]} begins"


def epochs(metrics: Metrics) -> str:
    """Epochs done, and planned if those are more, in seven cells: ``10``, ``3/10``, ``1012/…``."""
    done, planned = metrics.epochs, metrics.planned
    if done >= planned:
        return show_count(done) if done < 1_000_000 else show_short(done)
    both = f"{done}/{planned}"
    return both if len(both) <= 7 else f"{done}/\N{HORIZONTAL ELLIPSIS}"


def count(shown: int, all: int, marked: int, folded: int = 0) -> str:
    """The number of runs: ``12 of 10,000 runs, 3 marked``; ``folded`` never took a step: ``4 runs, h shows 2 more``."""
    if folded:
        text = f"{show_amount(shown, 'run')}, h shows {folded:,} more"
    else:
        text = show_amount(all, "run") if shown == all else f"{shown:,} of {show_amount(all, 'run')}"
    return f"{text}, {marked:,} marked" if marked else text


def nothing_listed(*, known: bool, query: str) -> str:
    """Shown in place of the list of runs if none is left in it."""
    if not known:
        return READING
    return no_match(query) if query.strip() else "No run took a step: h shows them all the same."


def named(runs: Sequence[Run]) -> str:
    """One run by its name, several by their number."""
    return runs[0].name if len(runs) == 1 else show_amount(len(runs), "run")


def refused(run: Run, why: str) -> str:
    """Why an action was refused; messages of unreadable runs already name their files."""
    return why if not run.readable else f"{run.name}: {why}"


def no_match(query: str) -> str:
    """Shown if no run matches ``query``."""
    why = ignored_comparison_warning(query)
    return f"No run matches the filter{f' ({why})' if why else ''}: escape clears it."


def label_text(label: Label) -> str:
    """A run's tags and note; may be empty."""
    return " ".join([*(f"#{tag}" for tag in label.tags), label.note]).strip()


def no_curves_reason(run: Run) -> str:
    """Why there are no curves."""
    if run.state == "running":
        return "The curves appear here at the end of the first epoch."
    return "No curves: it ended during its first epoch."


def facts(details: RunDetails) -> Iterator[tuple[str, str]]:
    """Everything about a run, as names and values."""
    run, metrics, environment = details.run, details.run.metrics, details.environment
    yield "state", _state_line(run)
    if run.message:
        yield "why", run.message
    if note := label_text(run.label):
        yield "note", note
    if best := best_epochs(metrics):
        yield "best", best
    accuracies = {"last": metrics.last_val_accuracy, "test": metrics.test_accuracy}
    accuracies["final training"] = metrics.final_train_accuracy
    yield "accuracy", _listed({name: show_accuracy(value) for name, value in accuracies.items()})
    losses = {"training": metrics.last_loss, "validation": metrics.last_val_loss, "test": metrics.test_loss}
    losses["final training"] = metrics.final_train_loss
    yield "loss", _listed({name: show_loss(value) for name, value in losses.items()})
    if metrics.generalization_gap is not None:
        on = f"measured on {show_count(metrics.final_train_examples or 0)} training examples"
        yield "gap", f"{show_gap(metrics.generalization_gap)} from final training to test accuracy, {on}"
    yield from _forecast(details)
    yield "network", _network(details.preset)
    yield "plan", plan_line(details.effective_preset.plan)
    yield "begun", f"{show_moment(run.begun)} on {environment.device}"
    yield "saved as", f"{run.id} (key {run.key})"
    yield (
        "made with",
        f"LayerLab {environment.layerlab}, TensorFlow {environment.tensorflow}, Keras {environment.keras}, "
        f"NumPy {environment.numpy}, Python {environment.python}, {environment.platform}",
    )


def _forecast(details: RunDetails) -> Iterator[tuple[str, str]]:
    """What was expected of the run, and once it has ended, what came of it."""
    if details.forecast is None:
        return
    yield "predicted", expected(details.forecast)
    if details.run.state != "running":
        for right, text in judge(details.forecast, details.preset, details.history).in_full:
            yield "", f"{MARKS[right]} {text}"


def _state_line(run: Run) -> str:
    metrics = run.metrics
    done = show_amount(metrics.epochs, "epoch")
    of = f" of {metrics.planned:,}" if metrics.epochs < metrics.planned else ""
    return f"{run.state} after {done}{of} in {show_duration(metrics.seconds)}"


def _listed(values: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items() if value != "-") or "-"


def _network(preset: Preset) -> str:
    layers = ", ".join(layer.label for layer in preset.architecture.stack)
    return f"{preset.title}, {show_amount(summarize(preset.architecture).totals.params, 'param')}: {layers}"
