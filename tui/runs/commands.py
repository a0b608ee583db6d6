"""The commands for runs, and why one does not apply to a run."""

from textual.binding import Binding, BindingType

from core.runs.record import Run
from tui.widgets.chart_keys import chart_bindings

__all__ = ["BINDINGS", "refusal"]

BINDINGS: list[BindingType] = [
    Binding("slash", "filter", "Filter", key_display="/", id="runs.filter", tooltip="Show only matching runs"),
    Binding("P", "sweep('pause')", "Pause", id="runs.sweep_pause", tooltip="Pause this sweep, or go on with it"),
    Binding("X", "sweep('stop')", "Stop sweep", id="runs.sweep_stop", tooltip="Stop this sweep; r resumes it"),
    Binding("space", "mark", "Mark", id="runs.mark", tooltip="Mark the run, to compare several or act on them"),
    Binding("a", "mark_all", "Mark all", id="runs.mark_all", tooltip="Mark all runs shown, or none", show=False),
    Binding("O", "reverse", "Reverse", id="runs.reverse", tooltip="Reverse the order", show=False),
    Binding("h", "unfold", "Hidden runs", id="runs.unfold", tooltip="Show runs that never took a step", show=False),
    Binding("c", "turn", "Curves", id="runs.turn", tooltip="Accuracy, loss, parameters, or details and differences"),
    Binding("b", "open", "Build", id="runs.open", tooltip="Open its network in Build", show=False),
    Binding(
        "i", "inspect('best')", "Inspect", id="runs.inspect", tooltip="Inspect it with its weights of the lowest loss"
    ),
    Binding(
        "I",
        "inspect('last')",
        "Inspect last",
        id="runs.inspect_last",
        tooltip="Inspect it with its last weights",
        show=False,
    ),
    Binding("r", "resume", "Resume", id="runs.resume", tooltip="Resume it to the end of its plan"),
    Binding(
        "plus",
        "more",
        "More epochs",
        key_display="+",
        id="runs.more",
        tooltip="Train for as many epochs again as planned",
        show=False,
    ),
    Binding("N", "write('note')", "Note", id="runs.note", tooltip="Write a note about it", show=False),
    Binding(
        "number_sign",
        "write('tags')",
        "Tags",
        key_display="#",
        id="runs.tags",
        tooltip="Tags, separated by spaces",
        show=False,
    ),
    Binding(
        "d,delete", "discard", "Delete", id="runs.discard", tooltip="Move the marked runs, or this one, to the trash"
    ),
    Binding("o", "sort", "Sort", id="runs.sort", tooltip="Sort by the next column"),
    Binding("n", "write('name')", "Rename", id="runs.rename", tooltip="Give it another name"),
    Binding("z", "restore", "Undelete", id="runs.restore", tooltip="Restore what was deleted last", show=False),
    Binding("x", "export", "Export", id="runs.export", tooltip="Export the marked runs, or this one"),
    *chart_bindings("runs"),
    Binding("escape", "leave", "Unmark", id="runs.leave", tooltip="Clear the filter, or all marks", show=False),
    Binding("escape", "clear", "Clear", id="runs.clear", tooltip="Clear the filter and go back to the runs"),
    Binding("down", "list", "To the runs", id="runs.list", tooltip="Go from the filter to the runs"),
]


def refusal(action: str, run: Run) -> str:
    """Why ``action`` cannot be done with ``run``; empty if it can."""
    if not run.readable:
        return "" if action == "discard" and run.state == "damaged" else run.message
    if run.state == "running" and action in {"resume", "more", "discard"}:
        return "it is being trained" + (": stop it first" if action == "discard" else "")
    if run.state == "finished" and action == "resume":
        return "it is finished: + trains more epochs"
    if not run.metrics.epochs and action == "inspect":
        return "it has no weights: its first epoch did not finish"
    return ""
