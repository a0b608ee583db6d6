"""What a person can do with runs, and why not with some."""

from textual.binding import Binding, BindingType

from core.runs.record import Run

__all__ = ["BINDINGS", "refusal"]

BINDINGS: list[BindingType] = [
    Binding("slash", "filter", "Filter", key_display="/", id="runs.filter", tooltip="Show only the runs that fit"),
    Binding(
        "space", "mark", "Mark", id="runs.mark", tooltip="Mark the run, to compare several or do something to them"
    ),
    Binding("a", "mark_all", "Mark all", id="runs.mark_all", tooltip="Mark all that are shown, or none", show=False),
    Binding("O", "reverse", "Reverse", id="runs.reverse", tooltip="Put them the other way round", show=False),
    Binding("c", "turn", "Curves", id="runs.turn", tooltip="Accuracy, loss, or what the runs are and differ in"),
    Binding("b", "open", "Build", id="runs.open", tooltip="Open what was trained in Build", show=False),
    Binding("i", "inspect('best')", "Inspect", id="runs.inspect", tooltip="Look into its weights of the lowest loss"),
    Binding(
        "I", "inspect('last')", "Inspect last", id="runs.inspect_last", tooltip="Look into its last weights", show=False
    ),
    Binding("r", "resume", "Resume", id="runs.resume", tooltip="Go on with it to the end of its plan"),
    Binding(
        "plus",
        "more",
        "More epochs",
        key_display="+",
        id="runs.more",
        tooltip="As many epochs as planned, again",
        show=False,
    ),
    Binding("N", "write('note')", "Note", id="runs.note", tooltip="Write down something about it", show=False),
    Binding(
        "number_sign",
        "write('tags')",
        "Tags",
        key_display="#",
        id="runs.tags",
        tooltip="Give it words to find it by",
        show=False,
    ),
    Binding(
        "d,delete", "discard", "Delete", id="runs.discard", tooltip="Put the marked runs, or else this, in the trash"
    ),
    Binding("o", "sort", "Sort", id="runs.sort", tooltip="Put them in order of the next column"),
    Binding("n", "write('name')", "Rename", id="runs.rename", tooltip="Give it another name"),
    Binding("z", "restore", "Undelete", id="runs.restore", tooltip="Take back what was deleted last", show=False),
    Binding("x", "export", "Export", id="runs.export", tooltip="Write the marked runs, or else this, for other tools"),
    Binding(
        "escape", "leave", "Unmark", id="runs.leave", tooltip="Clear the filter, or take all marks away", show=False
    ),
    Binding("escape", "clear", "Clear", id="runs.clear", tooltip="Clear the filter and go back to the runs"),
    Binding("down", "list", "To the runs", id="runs.list", tooltip="Go from the filter to the runs"),
]


def refusal(action: str, run: Run) -> str:
    """Why ``action`` cannot be done with ``run``; empty if it can."""
    if not run.readable:
        return "" if action == "discard" and run.state == "damaged" else run.message
    if run.state == "running" and action in {"resume", "more", "discard"}:
        return "it is being trained now" + (": stop it first" if action == "discard" else "")
    if run.state == "finished" and action == "resume":
        return "it has come to its end: + goes on for more epochs"
    if not run.metrics.epochs and action == "inspect":
        return "it has no weights yet: its first epoch did not come to its end"
    return ""
