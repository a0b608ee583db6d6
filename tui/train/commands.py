"""The keys of the Train tab: the commands for training, and why one does not apply in a state."""

from textual.binding import Binding, BindingType

from core.events import State
from core.network.summary import summarize
from core.presets import Preset
from core.readiness import blockers
from core.sentences import after_place
from tui.widgets.chart_keys import chart_bindings

__all__ = ["BINDINGS", "COMMANDS", "blocker", "refusal"]

_NOTHING_RUNS = "nothing is training: press t to start"
_GETTING_READY = "not ready yet: training is being prepared"
_ENDING = "it is stopping: x skips the test set"

COMMANDS = frozenset({"start", "forecast", "pause", "resume", "step", "stop", "more", "scale", "plan", "range_test"})
"""Actions that depend on the state."""


BINDINGS: list[BindingType] = [
    Binding("t", "start", "Train", id="training.start", tooltip="Train the network with this plan, from scratch"),
    Binding(
        "y",
        "forecast",
        "Predict",
        id="training.forecast",
        tooltip="Say what this training will come to, then train: which of two curves, which accuracy",
    ),
    Binding("v", "verdict", "Verdict", id="training.verdict", tooltip="What came of the prediction, and why"),
    # During training, this hides the app's key t, and is not in the footer.
    Binding("t", "already", "Train", id="training.already", show=False, system=True),
    Binding("space", "pause", "Pause", id="training.pause", tooltip="Pause training"),
    Binding("space", "resume", "Resume", id="training.resume", tooltip="Resume training"),
    Binding("n", "step", "One batch", id="training.step", tooltip="Train a single batch, then pause"),
    Binding("x", "stop", "Stop", id="training.stop", tooltip="Stop training and evaluate the result"),
    Binding(
        "plus",
        "more",
        "More epochs",
        key_display="+",
        id="training.more",
        tooltip="Train for as many epochs again as planned",
    ),
    Binding(
        "left_square_bracket",
        "scale(0.5)",
        "Halve lr",
        key_display="[",
        id="training.halve",
        tooltip="Halve the learning rate during training",
    ),
    Binding(
        "right_square_bracket",
        "scale(2.0)",
        "Double lr",
        key_display="]",
        id="training.double",
        tooltip="Double the learning rate during training",
    ),
    Binding("e", "plan", "Plan", id="training.plan", tooltip="Edit the plan"),
    Binding("c", "turn", "Loss/accuracy", id="training.turn", tooltip="Switch between the curves of loss and accuracy"),
    Binding("g", "gradients", "Gradients", id="training.gradients", tooltip="Switch between curves and gradients"),
    Binding(
        "L",
        "range_test",
        "Find lr",
        id="training.range_test",
        tooltip="Find a learning rate: the loss while it grows from batch to batch",
    ),
    Binding("escape", "leave_plan", "Back to charts", id="training.leave_plan", tooltip="Close the plan", show=False),
    *chart_bindings("training"),
]


def refusal(command: str, state: State, *, blocker: str, extendable: bool) -> str:
    """Why ``command`` does not apply in ``state``; empty if it does.

    ``blocker`` says why the architecture and plan cannot be trained, ``extendable`` whether there is a session that
    could continue.
    """
    if command == "start":
        if state != "idle":
            return _ENDING if state == "stopping" else "training is running: x stops it, then t starts again"
        return blocker
    if command == "forecast":
        return blocker if state == "idle" else "training is running: a prediction is made before it begins"
    if command == "range_test":
        return blocker if state == "idle" else "training is running: x stops it, then L tests learning rates"
    if command == "more" and state == "idle":
        return "" if extendable else "there is nothing to continue yet: press t to start"
    if command == "plan":
        return "" if state == "idle" else "the plan is fixed during training: x stops it"
    if command == "step" and state == "idle":
        return blocker
    if state == "idle":
        return _NOTHING_RUNS
    if state == "stopping":
        return "" if command == "stop" else _ENDING
    if state == "preparing" and command != "stop":
        return _GETTING_READY
    return ""


def blocker(preset: Preset | None) -> str:
    """Why ``preset`` cannot be trained, with the fix if there is one; empty if it can be."""
    if preset is None:
        return "there is nothing to train yet: build a network or press p for a preset"
    found = blockers(preset.architecture, preset.plan, summarize(preset.architecture))
    if not found:
        return ""
    first = found[0]
    fix = f" ({first.fix.label})" if first.fix else ""
    return f"cannot train: {after_place(first.layer or None, first.message)}{fix}"
