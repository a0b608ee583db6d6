"""What a person can ask of a training in which state, and why not in the others."""

from textual.binding import Binding, BindingType

from core.events import State
from core.network.summary import summarize
from core.presets import Preset
from core.readiness import blockers
from core.sentences import after_place

__all__ = ["BINDINGS", "COMMANDS", "obstacle", "refusal"]

_NOTHING_RUNS = "nothing is being trained: press t to start"
_GETTING_READY = "not ready yet: it is still getting ready"
_ENDING = "it is coming to its end: x leaves the test set out"

COMMANDS = frozenset({"start", "pause", "resume", "step", "stop", "more", "scale", "plan"})
"""Actions that depend on the state."""


BINDINGS: list[BindingType] = [
    Binding("t", "start", "Train", id="training.start", tooltip="Train the network by the plan, from the beginning"),
    # While something is trained this stands in front of the key t of the app, and out of the footer.
    Binding("t", "already", "Train", id="training.already", show=False, system=True),
    Binding("space", "pause", "Pause", id="training.pause", tooltip="Hold training where it is"),
    Binding("space", "resume", "Resume", id="training.resume", tooltip="Go on with training"),
    Binding("n", "step", "One batch", id="training.step", tooltip="Train a single batch, then pause"),
    Binding("x", "stop", "Stop", id="training.stop", tooltip="Stop training and measure what was reached"),
    Binding(
        "plus",
        "more",
        "More epochs",
        key_display="+",
        id="training.more",
        tooltip="As many epochs as planned, again",
    ),
    Binding(
        "left_square_bracket",
        "scale(0.5)",
        "Halve lr",
        key_display="[",
        id="training.halve",
        tooltip="Halve the learning rate while it trains",
    ),
    Binding(
        "right_square_bracket",
        "scale(2.0)",
        "Double lr",
        key_display="]",
        id="training.double",
        tooltip="Double the learning rate while it trains",
    ),
    Binding("e", "plan", "Plan", id="training.plan", tooltip="Change the plan"),
    Binding(
        "g", "gradients", "Gradients", id="training.gradients", tooltip="Gradients in place of the curves, or back"
    ),
    Binding("escape", "leave_plan", "Back to charts", id="training.leave_plan", tooltip="Close the plan", show=False),
]


def refusal(command: str, state: State, *, obstacle: str, extendable: bool) -> str:
    """Why ``command`` does not apply in ``state``; empty if it does.

    ``obstacle`` says why the architecture and plan at hand cannot be trained, ``extendable`` whether there is a
    session that could go on.
    """
    if command == "start":
        if state != "idle":
            return _ENDING if state == "stopping" else "training is under way: x stops it, then t starts anew"
        return obstacle
    if command == "more" and state == "idle":
        return "" if extendable else "there is nothing to go on from yet: press t to start"
    if command == "plan":
        return "" if state == "idle" else "the plan is fixed while it trains: x stops it"
    if command == "step" and state == "idle":
        return obstacle
    if state == "idle":
        return _NOTHING_RUNS
    if state == "stopping":
        return "" if command == "stop" else _ENDING
    if state == "preparing" and command != "stop":
        return _GETTING_READY
    return ""


def obstacle(preset: Preset | None) -> str:
    """Why ``preset`` cannot be trained, with the mend if there is one; empty if it can be."""
    if preset is None:
        return "there is nothing to train yet: build a network or press p for a preset"
    found = blockers(preset.architecture, preset.plan, summarize(preset.architecture))
    if not found:
        return ""
    first = found[0]
    mend = f" ({first.fix.label})" if first.fix else ""
    return f"cannot train: {after_place(first.layer or None, first.message)}{mend}"
