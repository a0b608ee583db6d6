"""Whether a run meets the tasks of an assignment. Counts are computed anew, whatever a file says of them."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from core.learn.prediction import Unclear
from core.learn.typed_answer import TypedAnswer, read_answer
from core.marking.assignment import Assignment, Task
from core.marking.expression import ANSWER, Value
from core.marking.subject import Subject, find, subject_of_run
from core.marking.verifying import Verified
from core.runs.record import RunDetails

__all__ = ["CheckReport", "TaskReport", "check"]


class TaskReport(Struct, frozen=True):
    """Whether a task is met: ``got`` is what its field is, ``message`` why that cannot be told; or empty."""

    id: str
    text: str
    check: str
    met: bool
    got: Value
    points: float
    """Reached."""
    of: float
    run: str | None
    """The key of the run that was looked at; None for an answer."""
    message: str


class CheckReport(Struct, frozen=True):
    """What is met. ``verified`` lists the runs that were trained again: by `layerlab mark`, not by `layerlab check`."""

    assignment: str
    tasks: tuple[TaskReport, ...]
    points: float
    of: float
    verified: tuple[Verified, ...] = ()


def check(
    assignment: Assignment,
    runs: Sequence[RunDetails],
    answers: Mapping[str, str],
    verified: Sequence[Verified] = (),
) -> CheckReport:
    """What of ``assignment`` is met by one of ``runs``, and by the ``answers``, by the ids of their tasks.

    Of runs that were ``verified``, all in the same order, only what was confirmed is believed, and what is computed
    from their networks.
    """
    told: Sequence[Verified | None] = verified or [None] * len(runs)
    subjects = [(run.run.key, _subject(run, each)) for run, each in zip(runs, told, strict=True)]
    tasks = tuple(_task(task, subjects, answers) for task in assignment.tasks)
    points, of = sum(each.points for each in tasks), sum(task.points for task in assignment.tasks)
    return CheckReport(assignment.title, tasks, points, of, tuple(verified))


def _subject(run: RunDetails, verified: Verified | None) -> Subject:
    if verified is None:
        return subject_of_run(run)
    return subject_of_run(run, "" if verified.believed else verified.message, verified.unconfirmed)


def _task(task: Task, runs: Sequence[tuple[str, Subject]], answers: Mapping[str, str]) -> TaskReport:
    """The report on ``task``: of the first run that meets it, else of the first."""
    if task.demanded.field == ANSWER:
        return _answered(task, answers.get(task.id, ""))
    if not runs:
        return _report(task, None, "no run was handed in", None, met=False)
    reports = [_measured(task, key, subject) for key, subject in runs]
    return next((report for report in reports if report.met), reports[0])


def _measured(task: Task, key: str, subject: Subject) -> TaskReport:
    found = find(task.demanded, subject)
    return _report(task, found.got, found.why, key, met=found.met)


def _answered(task: Task, text: str) -> TaskReport:
    if not text.strip():
        return _report(task, None, "not answered yet", None, met=False)
    like = task.demanded.answer
    if like is None:
        return _report(task, text.strip(), "", None, met=task.demanded.holds(text.strip()))
    got, why = _read(text, like)
    return _report(task, got, why, None, met=not why and task.demanded.holds(got))


def _read(text: str, like: TypedAnswer) -> tuple[Value, str]:
    """The number or the shape that was typed, or why it is not understood."""
    try:
        found = read_answer(text, like, percent=True)
    except Unclear as error:
        return None, str(error)
    return (list(found) if isinstance(found, tuple) else found), ""


def _report(task: Task, got: Value, why: str, run: str | None, *, met: bool) -> TaskReport:
    points = task.points if met else 0
    return TaskReport(task.id, task.text, task.check, met, got, points, task.points, run, why)
