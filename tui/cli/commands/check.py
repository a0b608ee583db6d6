"""`layerlab check`: whether runs meet the tasks of an assignment."""

from collections.abc import Sequence
from pathlib import Path

from click import Argument, Option

from core.formatting import show_accuracy, show_count
from core.marking.assignment import Assignment, AssignmentError, load, load_answers
from core.marking.checking import CheckReport, TaskReport, check
from core.marking.expression import Value
from core.network.shapes import show_shape
from core.runs.store import Store
from core.sanitize import one_line
from core.strict_json import to_json
from core.typography import typeset
from tui.cli.command import Command
from tui.cli.lookup import DONE, FAILED, UsageError, find_run, refused
from tui.cli.parameters import JSON, run_keys
from tui.output import Column, Output

__all__ = ["COMMAND", "run"]


def run(name: str, runs: Sequence[str], answers: str | None, *, as_json: bool) -> int:
    """Say which tasks of the assignment in the file ``name`` are met; 1 if one is not."""
    try:
        assignment = load(Path(name))
        with refused():
            given = _answers(assignment, Path(name), answers)
    except AssignmentError as error:
        raise UsageError(str(error)) from error
    store = Store()
    found = [find_run(store, each) for each in runs or ("last",)]
    with refused():
        details = [store.details(each.id) for each in found]
    report = check(assignment, details, given)
    if as_json:
        Output().json(to_json(report))
    else:
        _show(report, Output())
    return DONE if all(task.met for task in report.tasks) else FAILED


def _answers(assignment: Assignment, path: Path, answers: str | None) -> dict[str, str]:
    """What was typed: in the file ``answers``, else in the one beside the assignment, if there is one."""
    beside = path.with_name(f"{path.stem}-answers.toml")
    if answers is None and not beside.exists():
        return {}
    return load_answers(beside if answers is None else Path(answers), assignment)


def _show(report: CheckReport, out: Output) -> None:
    out.heading(one_line(report.assignment))
    out.table(
        [Column("", wide=0), Column("Task"), Column("Demanded"), Column("Found"), Column("Points", right=True)],
        [
            (
                "\N{CHECK MARK}" if task.met else "\N{BALLOT X}",
                one_line(task.id),
                one_line(task.check),
                one_line(task.message or _shown(task)),
                f"{task.points:g} of {task.of:g}",
            )
            for task in report.tasks
        ],
        ["green" if task.met else "" for task in report.tasks],
    )
    left = sum(not task.met for task in report.tasks)
    done = "all is met" if not left else f"{left} of {len(report.tasks)} tasks not met"
    out.line(f"{report.points:g} of {report.of:g} points: {done}")


def _shown(task: TaskReport) -> str:
    return _value(task.got, "accuracy" in task.check)


def _value(got: Value, is_accuracy: bool) -> str:
    if isinstance(got, list) and got and all(isinstance(size, int) for size in got):
        return typeset(show_shape(tuple(got)))
    if isinstance(got, float):
        return show_accuracy(got) if is_accuracy else f"{got:.4g}"
    return show_count(got) if isinstance(got, int) and not isinstance(got, bool) else str(got)


COMMAND = Command(
    "check",
    run,
    [
        Argument(["name"], metavar="ASSIGNMENT", help="A TOML file of tasks"),
        Option(
            ["--run", "runs"],
            multiple=True,
            metavar="RUN",
            help="A run's key, id or name, the newest by default; of several, one has to meet each task",
            shell_complete=run_keys,
        ),
        Option(["--answers"], metavar="FILE", help="What was answered; by default ASSIGNMENT-answers.toml beside it"),
        JSON,
    ],
    section="Learning",
    help="Say which tasks of an assignment a run meets.",
)
