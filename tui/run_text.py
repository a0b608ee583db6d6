"""What the Runs tab says in words and numbers."""

import time
from collections.abc import Iterator

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
from core.runs.metrics_text import best_epochs
from core.runs.record import Label, Metrics, Run, RunDetails, RunState
from core.runs.search import misread
from tui.plan_text import plan_line

__all__ = [
    "LOOKING",
    "NONE",
    "READING",
    "SIGNS",
    "USELESS",
    "begun",
    "count",
    "curveless",
    "epochs",
    "facts",
    "no_match",
    "said",
    "state",
]

NONE = "No runs yet: t trains the network, and every training is kept here."
READING = "reading ..."
"""What stands in the place of runs, curves and facts until they are there."""
USELESS = "d puts it in the trash."
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
    """When a run began, in at most eleven cells: ``today 14:05``, ``Nov 20``, ``2023-11-20``."""
    then, today = time.localtime(seconds), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("today %H:%M", then)
    if then.tm_year == today.tm_year:
        return f"{MONTHS[then.tm_mon - 1]} {then.tm_mday}"
    return time.strftime("%Y-%m-%d", then)


def state(run: Run) -> str:
    """The state with its sign: ``✓ finished``."""
    return f"{SIGNS[run.state]} {run.state}"


def epochs(figures: Metrics) -> str:
    """Epochs done, and how many are wanted where those are more, in seven cells: ``10``, ``3/10``, ``1012/…``."""
    done, planned = figures.epochs, figures.planned
    if done >= planned:
        return show_count(done) if done < 1_000_000 else show_short(done)
    both = f"{done}/{planned}"
    return both if len(both) <= 7 else f"{done}/\N{HORIZONTAL ELLIPSIS}"


def count(shown: int, all: int, marked: int) -> str:
    """How many runs there are: ``12 of 10,000 runs, 3 marked``."""
    said = show_amount(all, "run") if shown == all else f"{shown:,} of {show_amount(all, 'run')}"
    return f"{said}, {marked:,} marked" if marked else said


def no_match(query: str) -> str:
    """What stands in the place of the runs if none fits ``query``."""
    why = misread(query)
    return f"No run fits the filter{f' ({why})' if why else ''}: escape clears it."


def said(label: Label) -> str:
    """What a person says of a run besides its name: tags and note; may be empty."""
    return " ".join([*(f"#{tag}" for tag in label.tags), label.note]).strip()


def curveless(run: Run) -> str:
    """Why there are no curves."""
    if run.state == "running":
        return "The curves appear here at the end of the first epoch."
    return "No curves: it came to its end before its first epoch did."


def facts(told: RunDetails) -> Iterator[tuple[str, str]]:
    """All about a run, as names and values."""
    run, figures, environment = told.run, told.run.metrics, told.environment
    yield "state", _standing(run)
    if run.message:
        yield "why", run.message
    if note := said(run.label):
        yield "note", note
    if best := best_epochs(figures):
        yield "best", best
    accuracies = {"last": figures.last_val_accuracy, "test": figures.test_accuracy}
    accuracies["final training"] = figures.final_train_accuracy
    yield "accuracy", _figures({name: show_accuracy(value) for name, value in accuracies.items()})
    losses = {"training": figures.last_loss, "validation": figures.last_val_loss, "test": figures.test_loss}
    losses["final training"] = figures.final_train_loss
    yield "loss", _figures({name: show_loss(value) for name, value in losses.items()})
    if figures.generalization_gap is not None:
        on = f"measured on {show_count(figures.final_train_examples or 0)} training examples"
        yield "gap", f"{show_gap(figures.generalization_gap)} from final training to test accuracy, {on}"
    yield "network", _network(told.preset)
    yield "plan", plan_line(told.effective_preset.plan)
    yield "begun", f"{show_moment(run.begun)} on {environment.device}"
    yield "kept as", f"{run.id} (key {run.key})"
    yield (
        "made with",
        f"LayerLab {environment.layerlab}, TensorFlow {environment.tensorflow}, Keras {environment.keras}, "
        f"NumPy {environment.numpy}, Python {environment.python}, {environment.platform}",
    )


def _standing(run: Run) -> str:
    figures = run.metrics
    done = show_amount(figures.epochs, "epoch")
    of = f" of {figures.planned:,}" if figures.epochs < figures.planned else ""
    return f"{run.state} after {done}{of} in {show_duration(figures.seconds)}"


def _figures(figures: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items() if value != "-") or "-"


def _network(preset: Preset) -> str:
    layers = ", ".join(layer.label for layer in preset.architecture.stack)
    return f"{preset.name}, {show_amount(summarize(preset.architecture).totals.params, 'param')}: {layers}"
