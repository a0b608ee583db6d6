"""The captions and empty states of the Inspect tab."""

from textual.content import Content

from core.events import State
from core.formatting import show_accuracy, show_amount, show_count
from core.history import History
from core.network.summary import Summary
from core.presets import Preset
from core.sanitize import one_line
from core.sentences import sentence
from tui.inspect.views import VIEWS
from tui.training_session import TrainedNetwork
from tui.widgets.key_card import key_card

__all__ = ["HELP", "first_look", "first_with_params", "missing", "subject"]

NEVER = "Nothing has been trained yet: press t to train."

MUTED = "$foreground-muted"

BUSY: dict[State, str] = {
    "preparing": "is about to be trained further: pause it or let it finish to inspect it",
    "running": "is being trained: press space on the Train tab to pause and inspect it",
    "stopping": "is stopping: it can be inspected in a moment",
}
"""Why the network cannot be inspected now."""


def missing(*, network: bool, run: TrainedNetwork | None, state: State, history: History) -> str:
    """Why a view has nothing to show, and what to do; empty if it has. ``network``: whether it needs the network."""
    if run is None:
        return NEVER
    name = one_line(run.title)
    # If the first steps failed there is no progress, but their samples show why.
    if history.progress is None and not history.samples:
        if state == "paused":
            return f"{name} is paused before its first batch: on the Train tab, space resumes and n trains one batch."
        if state != "idle":
            return f"{name} is being prepared: there is nothing to show before its first batch."
        why = one_line(history.ended.message) if history.ended else ""
        message = f"{name} was never trained{f': {why}' if why else ''}"
        return f"{sentence(message)} Press t to train."
    return f"{name} {BUSY[state]}." if network and state in BUSY else ""


def first_look() -> Content:
    """What to do before anything was trained, and what there will be to see."""
    widest = max(len(view.title) for view in VIEWS.values())
    views = [
        Content.assemble((f"  {view.title:<{widest}}  ", f"{MUTED} bold"), (view.tooltip, MUTED))
        for view in VIEWS.values()
    ]
    card = key_card("Look inside a trained network", [("t", "train the network of the Build tab")])
    return Content("\n").join([card, Content.styled("\nThen this tab shows\n", MUTED), *views])


def subject(run: TrainedNetwork | None, state: State, history: History, now: Preset) -> str:
    """Which network is shown: ``lenet-5 after 3 epochs, test accuracy 98.71%``, and how ``now`` differs from it."""
    if run is None:
        return ""
    text = one_line(f"{run.title}, {run.saved_as}" if run.saved_as else run.title)
    done = history.progress
    if done and run.ended:
        whole = len(history.epochs) and history.epochs[-1].epoch
        text += f" after {show_amount(whole, 'epoch')}"
        if done.step > whole * done.steps_per_epoch:
            steps = show_count(done.step - whole * done.steps_per_epoch)
            text += f" and {steps} of {show_amount(done.steps_per_epoch, 'step')}"
    if state != "idle":
        text += f", {state}"
    elif history.ended and run.ended:
        ended = history.ended
        text += f", {ended.reason}" if ended.reason != "finished" else ""
        text += f", test accuracy {show_accuracy(ended.test_accuracy)}" if ended.test_accuracy is not None else ""
    if (run.architecture, run.plan) == (now.architecture, now.plan):
        return text
    if run.name != now.name:
        return f"Not what is open: {text}"
    if run.architecture != now.architecture:
        return f"Before later edits of the stack: {text}"
    return f"Before later edits of the plan: {text}"


def first_with_params(summary: Summary | None) -> int:
    """The row of the first layer that has parameters; the last row if none has."""
    rows = summary.rows if summary else ()
    return next((row.index for row in rows if row.facts and row.facts.params), max(0, len(rows) - 1))


def _listed() -> str:
    """The views with their keys, for the help."""
    described = ((entry, entry.tooltip[0].lower() + entry.tooltip[1:]) for entry in VIEWS.values())
    return "\n    ".join(f"- **{entry.key}** {entry.title}: {tooltip}" for entry, tooltip in described)


HELP = f"""
    ## Inspect
    What the network learned, in these views:

    {_listed()}

    **tab** and **shift+tab** step through them. The strip draws the network: a click chooses a layer for all views, and
    so do **up** and **down** in a view that shows layers.

    It is the network as it was trained last, even if the stack has been edited since, or a saved run opened from the
    Runs tab; **l** goes back from that to the last training. During training, **space** on the Train tab pauses it so
    that it can be inspected.
    """
"""The help of the tab."""
