"""What the Train tab says in words and numbers."""

from collections.abc import Sequence

from core.curves import History
from core.diagnosis import Finding
from core.plan import Plan
from core.quantities import show_accuracy, show_count, show_duration, show_loss, show_rate
from core.training.events import Ended, EpochEnded, Progress, Started, State
from tui.plain import one_line

__all__ = [
    "EMPTY",
    "HEADINGS",
    "PREPARING",
    "beginning",
    "diagnosis",
    "epoch_cells",
    "headline",
    "last",
    "no_gradients",
    "outcome",
    "paused",
    "plan_line",
    "progress_details",
    "ready",
]

EMPTY = "Press t to train: the curves appear here."
PREPARING = "The curves appear here as soon as the first batches are done."
"""What stands in the place of the curves before there are any."""

HEADINGS = ("epoch", "loss", "accuracy", "val loss", "val acc", "lr", "time")
"""Columns of the table of epochs."""


def plan_line(plan: Plan) -> str:
    """The plan in a line: ``Adam 0.001, batch 128, 10 epochs, val test``."""
    parts = [
        f"{type(plan.optimizer).__name__} {show_rate(plan.optimizer.learning_rate)}",
        f"batch {plan.batch_size}",
        f"{show_count(plan.epochs)} {_epochs(plan.epochs)}",
        f"val {plan.validation}",
    ]
    if plan.pixels != "0..1":
        parts.append(f"pixels {plan.pixels}")
    if plan.loss.alias() != "categorical_crossentropy":
        parts.append(plan.loss.alias())
    return one_line(", ".join(parts))


def no_gradients(history: History, *, live: bool) -> str:
    """What stands in the place of the gradients before there are any."""
    if live:
        return "The gradients appear here as soon as the first step is done."
    return "No gradients were looked at." if history.ended else "Press t to train: the gradients appear here."


def headline(name: str, state: State, history: History, *, testing: bool) -> str:
    """What goes on, for the app's header: ``training lenet-5 3/10``; empty when idle.

    ``testing``: where a run comes to its end, it does so by itself.
    """
    if state == "idle":
        return ""
    doing = "testing" if state == "stopping" and testing else {"running": "training"}.get(state, state)
    done, name = history.progress, one_line(name)
    return f"{doing} {name} {done.epoch}/{history.planned}" if done else f"{doing} {name}"


def beginning(name: str, started: Started) -> str:
    """What begins: ``training 61,706 parameters on cpu: 60,000 examples, validated on 10,000``, or that it goes on."""
    if started.epoch:
        return f"going on with {one_line(name)} from epoch {started.epoch} to {started.epochs} on {started.device}"
    validated = started.validation_examples
    examples = f"{show_count(started.train_examples)} examples"
    said = f"training {show_count(started.params)} parameters on {started.device}: {examples}"
    if validated:
        said += f", validated on {show_count(validated)}"
    return f"{said} ({started.message})" if started.message else said


def paused(progress: Progress | None) -> str:
    """Where training was paused, and what to do."""
    place = (
        f"in epoch {progress.epoch}, after batch {progress.epoch_step} of {progress.steps_per_epoch}"
        if progress
        else "before the first batch"
    )
    return f"paused {place}: space goes on, n trains one batch, x stops"


def progress_details(progress: Progress, *, live: bool) -> tuple[str, str]:
    """What stands behind the bars of the epoch and of the whole run; no time is left of one that is not ``live``."""
    steps = f"{show_count(progress.epoch_step)}/{show_count(progress.steps_per_epoch)} steps"
    speed = f"{show_count(round(progress.examples_per_second))} examples/s"
    epoch = f"{steps}, {speed}"
    run = f"{progress.epoch}/{progress.epochs} epochs"
    if not live or progress.run_eta is None or progress.step >= progress.epochs * progress.steps_per_epoch:
        return epoch, run
    return epoch, f"{run}, {show_duration(progress.run_eta)} left"


def epoch_cells(event: EpochEnded) -> tuple[str, ...]:
    """A row of the table of epochs, under `HEADINGS`."""
    return (
        epoch_cell(event, best=event.best),
        show_loss(event.loss),
        show_accuracy(event.accuracy),
        show_loss(event.val_loss),
        show_accuracy(event.val_accuracy),
        show_rate(event.learning_rate),
        show_duration(event.seconds),
    )


def epoch_cell(event: EpochEnded, *, best: bool) -> str:
    """The number of an epoch, with a star if it is the best of all."""
    return f"\u2605 {event.epoch}" if best else str(event.epoch)


def diagnosis(findings: Sequence[Finding]) -> str:
    """The first of ``findings`` in a line: ``! vanishing gradients: layer 2 ... (3 f: causes, remedies)``."""
    if not findings:
        return ""
    first, *others = findings
    more = f", and {len(others)} more" if others else ""
    return one_line(f"! {first.code.replace('-', ' ')}{more} (3 f: what to do): {first.evidence}")


def ready(name: str) -> str:
    """What can be done with a network that nothing hinders: ``ready: t trains lenet-5``."""
    return f"ready: t trains {one_line(name)}"


def last(ended: Ended) -> str:
    """What a training reached, in brackets, for behind something else; empty if nothing was measured."""
    return "" if ended.test_accuracy is None else f" (last: test accuracy {show_accuracy(ended.test_accuracy)})"


def outcome(ended: Ended, best: EpochEnded | None, name: str = "") -> str:
    """What a training came to: ``test accuracy 98.71%, test loss 0.0412 after 10 epochs in 14 s``.

    ``name`` is put in front: that of the network, where another one is at hand.
    """
    said = _outcome(ended, best)
    return one_line(f"{name}: {said}" if name else said)


def _outcome(ended: Ended, best: EpochEnded | None) -> str:
    if ended.reason == "failed":
        return f"failed: {ended.message}"
    reached = ""
    if ended.test_accuracy is not None:
        reached = f"test accuracy {show_accuracy(ended.test_accuracy)}, test loss {show_loss(ended.test_loss)}"
        reached += f" after {ended.epochs} {_epochs(ended.epochs)} in {show_duration(ended.seconds)}"
        if best is not None and best.epoch < ended.epochs:
            reached += f"; best epoch {best.epoch}"
    said = "; ".join(filter(None, (ended.message, reached)))
    return f"stopped: {said}" if ended.reason == "stopped" and not said.startswith("stopped") else said


def _epochs(count: int) -> str:
    return "epoch" if count == 1 else "epochs"
