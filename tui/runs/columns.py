"""The columns of the table of runs: their text, and which of them fit."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from core.formatting import show_accuracy, show_duration, show_gap, show_short
from core.runs.groups import RunGroup
from core.runs.record import Run
from core.sanitize import one_line
from tui import run_text

__all__ = ["COLUMNS", "GAP", "MARK", "Column", "Place", "cell", "group_cell", "places"]

MARK, GAP = 2, 2
"""Cells for the mark in front of a line, and behind each column."""
LEAST_NAME = 18


class Column(Struct, frozen=True):
    """A column: its heading, its minimum width, and its text at a time in seconds since 1970."""

    title: str
    width: int
    cell: Callable[[Run, float], str]
    right: bool = True


class Place(Struct, frozen=True):
    """A column's place: its name, start and width in cells."""

    name: str
    start: int
    width: int


COLUMNS = {
    "name": Column("Name", LEAST_NAME, lambda run, _: run.name, right=False),
    "test": Column("Test", 7, lambda run, _: show_accuracy(run.metrics.test_accuracy)),
    "best": Column("Best val", 8, lambda run, _: show_accuracy(run.metrics.best_val_accuracy)),
    "last": Column("Last val", 8, lambda run, _: show_accuracy(run.metrics.last_val_accuracy)),
    "train": Column("Train", 7, lambda run, _: show_accuracy(run.metrics.final_train_accuracy)),
    "gap": Column("Gap pp", 6, lambda run, _: show_gap(run.metrics.generalization_gap).removesuffix(" pp")),
    "epochs": Column("Epochs", 7, lambda run, _: run_text.epochs(run.metrics)),
    "time": Column("Time", 8, lambda run, _: show_duration(run.metrics.seconds)),
    "state": Column("State", 13, lambda run, _: run_text.state(run), right=False),
    "begun": Column("Begun", 11, lambda run, now: run_text.begun(run.begun, now), right=False),
    "params": Column("Params", 6, lambda run, _: show_short(run.metrics.params)),
    "architecture": Column("Architecture", 14, lambda run, _: run.architecture, right=False),
    "device": Column("Device", 8, lambda run, _: run.device, right=False),
    "note": Column("Note", 14, lambda run, _: run_text.label_text(run.label), right=False),
}
"""By the names that `core.runs.search` sorts by, from left to right: results first, then what was trained."""

COLUMN_FIGURES: dict[str, Callable[[Run], float | None]] = {
    "test": lambda run: run.metrics.test_accuracy,
    "best": lambda run: run.metrics.best_val_accuracy,
    "last": lambda run: run.metrics.last_val_accuracy,
}
"""Accuracies of which the row of a sweep has the highest."""

PRIORITY = (
    *("name", "test", "best", "state", "epochs", "begun"),
    *("gap", "params", "time", "architecture", "train", "last", "note", "device"),
)
"""The most important first."""

ALWAYS_KNOWN = ("name", "state")


def places(width: int) -> tuple[Place, ...]:
    """The columns that fit in a line of ``width`` cells, from left to right."""
    widths: dict[str, int] = {}
    room = width - MARK + GAP
    for name in PRIORITY:
        if COLUMNS[name].width + GAP > room:
            break
        widths[name] = COLUMNS[name].width
        room -= widths[name] + GAP
    if widths:
        _share_out(widths, room)
    return tuple(_placed(widths))


def cell(name: str, run: Run, now: float) -> str:
    """The text in the column ``name``; a dash if unknown."""
    if not run.readable and name not in ALWAYS_KNOWN:
        return "-"
    return one_line(COLUMNS[name].cell(run, now)).strip()


def group_cell(name: str, group: RunGroup, now: float) -> str:
    """The text of a sweep in the column ``name``: of its best run, or of all together; a dash if unknown."""
    runs = [run for run in group.runs if run.readable]
    match name:
        case "name":
            return one_line(group.name)
        case "state":
            return run_text.group_state(group)
        case "begun" if runs:
            return run_text.begun(min(run.begun for run in runs), now)
        case "time" if runs:
            return show_duration(sum(run.metrics.seconds for run in runs))
        case "test" | "best" | "last":
            figures = [COLUMN_FIGURES[name](run) for run in runs]
            return show_accuracy(max((figure for figure in figures if figure is not None), default=None))
        case _:
            shown = {cell(name, run, now) for run in runs} if name in ("params", "architecture", "device") else set()
            return shown.pop() if len(shown) == 1 else "-"


def _share_out(widths: dict[str, int], room: int) -> None:
    """Distribute ``room`` among the text columns."""
    last = "note" if "note" in widths else "name"
    for name, most in (("name", 24), ("architecture", 20), ("name", 40), ("note", 40), ("architecture", 26)):
        if name in widths:
            more = min(room, max(0, most - widths[name]))
            widths[name] += more
            room -= more
    widths[last] += room


def _placed(widths: dict[str, int]) -> Iterator[Place]:
    start = MARK
    for name in COLUMNS:
        if name in widths:
            yield Place(name, start, widths[name])
            start += widths[name] + GAP
