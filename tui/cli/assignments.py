"""What the commands about assignments share: reading one with its answers, and showing what is met."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.marking.assignment import Assignment, AssignmentError, load, load_answers
from core.marking.checking import CheckReport, TaskReport
from core.marking.subject import show_value
from core.runs.record import RunDetails
from core.runs.store import Store
from core.sanitize import one_line
from tui.cli.lookup import UsageError, find_run, refused
from tui.output import Column, Output

__all__ = ["find_runs", "read", "read_with_answers", "show", "show_got"]


def read(name: str) -> Assignment:
    """The assignment in the file ``name``. Raises `UsageError`."""
    try:
        return load(Path(name))
    except AssignmentError as error:
        raise UsageError(str(error)) from error


def read_with_answers(name: str, answers: str | None) -> tuple[Assignment, Mapping[str, str]]:
    """The assignment in the file ``name``, and what was answered. Raises `UsageError`.

    The answers are in the file ``answers``, else in the one beside the assignment, if there is one.
    """
    assignment, path = read(name), Path(name)
    beside = path.with_name(f"{path.stem}-answers.toml")
    try:
        with refused():
            if answers is None and not beside.exists():
                return assignment, {}
            return assignment, load_answers(beside if answers is None else Path(answers), assignment)
    except AssignmentError as error:
        raise UsageError(str(error)) from error


def find_runs(store: Store, assignment: Assignment, names: Sequence[str]) -> tuple[RunDetails, ...]:
    """The runs that are looked at: those called ``names``, else the newest, if the assignment asks for any.

    Raises `UsageError`.
    """
    newest = ("last",) if assignment.needs_runs else ()
    ids = dict.fromkeys(find_run(store, each).id for each in names or newest)
    with refused():
        return tuple(store.details(each) for each in ids)


def show(report: CheckReport, out: Output) -> None:
    """A table of the tasks, and the points reached."""
    out.heading(one_line(report.assignment))
    several = len({task.run for task in report.tasks if task.run}) > 1
    out.table(
        [Column("", wide=0), Column("Task"), Column("Demanded"), Column("Found"), Column("Points", right=True)],
        [
            (
                "\N{CHECK MARK}" if task.met else "\N{BALLOT X}",
                one_line(task.id),
                one_line(task.check),
                show_got(task) + (f" (run {task.run})" if several and task.run else ""),
                f"{task.points:g} of {task.of:g}",
            )
            for task in report.tasks
        ],
        ["green" if task.met else "" for task in report.tasks],
    )
    left = sum(not task.met for task in report.tasks)
    done = "all is met" if not left else f"{left} of {len(report.tasks)} tasks not met"
    out.line(f"{report.points:g} of {report.of:g} points: {done}")


def show_got(task: TaskReport) -> str:
    """What was found, or why that cannot be told."""
    return one_line(task.message or show_value(task.got, task.check))
