"""The messages of the Train tab."""

from collections.abc import Sequence

from core.diagnosis import Finding
from core.events import Ended, Progress, Started, State
from core.formatting import show_accuracy, show_amount, show_count, show_duration, show_loss, show_rate
from core.history import History
from core.plan.plan import Plan
from core.runs.metrics_text import best_epochs, final_training
from core.runs.record import metrics_of
from core.sanitize import one_line
from core.sentences import clauses

__all__ = [
    "EMPTY",
    "PREPARING",
    "beginning",
    "diagnosis",
    "figures",
    "headline",
    "last",
    "no_gradients",
    "outcome",
    "paused",
    "progress_details",
    "rate_planned",
    "ready",
]

EMPTY = "Press t to train: the curves appear here."
PREPARING = "The curves appear here as soon as the first batches are done."
"""Shown until there are curves."""


def no_gradients(history: History, *, live: bool) -> str:
    """Shown until there are gradients."""
    if live:
        return "The gradients appear here as soon as the first step is done."
    return "No gradients were sampled." if history.ended else "Press t to train: the gradients appear here."


def headline(name: str, state: State, history: History, *, testing: bool) -> str:
    """The state of training, for the app's header: ``training lenet-5 3/10``; empty when idle.

    ``testing``: the run ends by itself, so that stopping means testing.
    """
    if state == "idle":
        return ""
    doing = "testing" if state == "stopping" and testing else {"running": "training"}.get(state, state)
    done, name = history.progress, one_line(name)
    return f"{doing} {name} {done.epoch}/{history.planned}" if done else f"{doing} {name}"


def figures(history: History) -> str:
    """The newest figures: ``98.29% val │ 0.0560 loss │ 6/10 │ 56 s``, and a learning rate that differs from the plan's.

    Accuracy and loss are those of the last validation; until there is one, or without any, those in training. Empty
    before the first batch.
    """
    done, epoch = history.progress, history.epochs[-1] if history.epochs else None
    if epoch and epoch.val_accuracy is not None:
        results = f"{show_accuracy(epoch.val_accuracy)} val │ {show_loss(epoch.val_loss)} loss"
    elif latest := epoch or done:
        results = f"{show_accuracy(latest.accuracy)} train │ {show_loss(latest.loss)} loss"
    else:
        return ""
    at = done.epoch if done else epoch.epoch if epoch else 0
    rate = f" │ lr {show_rate(history.changes[-1].learning_rate)}" if history.changes else ""
    return f"{results} │ {at}/{history.planned} │ {show_duration(history.seconds)}{rate}"


def beginning(name: str, started: Started) -> str:
    """What starts: ``training 61,706 parameters on cpu: 60,000 examples, validated on 10,000``, or resumes."""
    if started.epoch:
        return f"resuming {one_line(name)} from epoch {started.epoch} to {started.epochs} on {started.device}"
    validated = started.validation_examples
    examples = show_amount(started.train_examples, "example")
    text = f"training {show_amount(started.params, 'parameter')} on {started.device}: {examples}"
    if validated:
        text += f", validated on {show_count(validated)}"
    return f"{text} ({started.message})" if started.message else text


def paused(progress: Progress | None) -> str:
    """Where training is paused, and the keys."""
    place = (
        f"in epoch {progress.epoch}, after batch {progress.epoch_step} of {progress.steps_per_epoch}"
        if progress
        else "before the first batch"
    )
    return f"paused {place}: space resumes, n trains one batch, x stops"


def progress_details(progress: Progress, *, live: bool) -> tuple[str, str]:
    """The text behind the bars of the epoch and of the run; the time left only if ``live``."""
    steps = f"{show_count(progress.epoch_step)}/{show_amount(progress.steps_per_epoch, 'step')}"
    speed = f"{show_count(round(progress.examples_per_second))} examples/s"
    epoch = f"{steps}, {speed}"
    run = f"{progress.epoch}/{show_amount(progress.epochs, 'epoch')}"
    if not live or progress.run_eta is None or progress.step >= progress.epochs * progress.steps_per_epoch:
        return epoch, run
    return epoch, f"{run}, {show_duration(progress.run_eta)} left"


def diagnosis(findings: Sequence[Finding]) -> str:
    """The first of ``findings`` in a line: ``! underfitting (3, f: fixes): training accuracy levels off at 93%``."""
    if not findings:
        return ""
    first, *others = findings
    more = f", and {len(others)} more" if others else ""
    return one_line(f"! {first.code.replace('-', ' ')}{more} (3, f: fixes): {first.evidence}")


def ready(name: str) -> str:
    """The status of a trainable network: ``ready: t trains lenet-5``."""
    return f"ready: t trains {one_line(name)}"


def last(ended: Ended) -> str:
    """The last test accuracy, as a suffix in brackets; empty if it was not measured."""
    return "" if ended.test_accuracy is None else f" (last: test accuracy {show_accuracy(ended.test_accuracy)})"


def outcome(ended: Ended, history: History, name: str = "") -> str:
    """The result of training: ``test accuracy 98.71%, test loss 0.0412 after 10 epochs in 14 s``.

    ``name`` is a prefix: the network's name, if another document is open.
    """
    text = _outcome(ended, history)
    return one_line(f"{name}: {text}" if name else text)


def rate_planned(plan: Plan, rate: float) -> str:
    """That ``rate`` has taken the place of the one of ``plan``."""
    if rate == plan.optimizer.learning_rate:
        return f"the plan has learning rate {show_rate(rate)} already: t trains with it"
    return (
        f"learning rate {show_rate(plan.optimizer.learning_rate)} -> {show_rate(rate)}: u undoes it, t trains with it"
    )


def _outcome(ended: Ended, history: History) -> str:
    if ended.reason == "failed":
        return f"failed: {ended.message}"
    reached = ""
    if ended.test_accuracy is not None:
        reached = f"test accuracy {show_accuracy(ended.test_accuracy)}, test loss {show_loss(ended.test_loss)}"
        reached += f" after {show_amount(ended.epochs, 'epoch')} in {show_duration(ended.seconds)}"
        metrics = metrics_of(history, ended.seconds)
        reached += f"; {final}" if (final := final_training(metrics)) else ""
        if {metrics.best_epoch, metrics.best_accuracy_epoch} - {0, ended.epochs}:
            reached += f"; {best_epochs(metrics)}"
    text = clauses(ended.message, reached)
    if ended.reason == "stopped" and not text:
        return f"stopped after {show_amount(ended.epochs, 'epoch')} in {show_duration(ended.seconds)}, not tested"
    return f"stopped: {text}" if ended.reason == "stopped" and not text.startswith("stopped") else text
