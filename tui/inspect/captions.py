"""What the Inspect tab says in words."""

from core.events import State
from core.formatting import show_accuracy, show_amount, show_count
from core.history import History
from core.presets import Preset
from core.sanitize import one_line
from core.sentences import sentence
from tui.training_session import TrainedNetwork

__all__ = ["missing", "subject"]

NEVER = "Nothing has been trained yet: press t to train, then look inside."

BUSY: dict[State, str] = {
    "preparing": "is about to be trained further: it can be looked into when it is paused, or at its end",
    "running": "is being trained: space on the Train tab pauses it, then the network can be looked into",
    "stopping": "is coming to its end, then the network can be looked into",
}
"""Why the network cannot be asked now."""


def missing(*, network: bool, run: TrainedNetwork | None, state: State, history: History) -> str:
    """Why a view has nothing to show, and what to do; empty if it has. ``network``: whether it asks the network."""
    if run is None:
        return NEVER
    name = one_line(run.name)
    # Where the first steps failed there is no progress, but what was seen of them tells why they did.
    if history.progress is None and not history.samples:
        if state == "paused":
            return f"{name} is paused before its first batch: space on the Train tab goes on, n trains one batch."
        if state != "idle":
            return f"{name} is being made ready: there is nothing to see before its first batch."
        why = one_line(history.ended.message) if history.ended else ""
        said = f"{name} was never trained{f': {why}' if why else ''}"
        return f"{sentence(said)} Press t to train."
    return f"{name} {BUSY[state]}." if network and state in BUSY else ""


def subject(run: TrainedNetwork | None, state: State, history: History, now: Preset) -> str:
    """Which network is on show: ``lenet-5 after 3 epochs, test accuracy 98.71%``, and how ``now`` is another."""
    if run is None:
        return ""
    said = one_line(f"{run.name} ({run.kept})" if run.kept else run.name)
    done = history.progress
    if done:
        whole = len(history.epochs) and history.epochs[-1].epoch
        said += f" after {show_amount(whole, 'epoch')}"
        if done.step > whole * done.steps_per_epoch:
            steps = show_count(done.step - whole * done.steps_per_epoch)
            said += f" and {steps} of {show_amount(done.steps_per_epoch, 'step')}"
    if state != "idle":
        said += f", {state}"
    elif history.ended:
        ended = history.ended
        said += f", {ended.reason}" if ended.reason != "finished" else ""
        said += f", test accuracy {show_accuracy(ended.test_accuracy)}" if ended.test_accuracy is not None else ""
    if (run.architecture, run.plan) == (now.architecture, now.plan):
        return said
    if run.name != now.name:
        return f"{said}; what is open now is {one_line(now.name)}: this is what was trained"
    if run.architecture != now.architecture:
        return f"{said}; the stack has been edited since: this is what was trained"
    return f"{said}; the plan has been edited since"
