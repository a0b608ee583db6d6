"""Whether a run meets the tasks of an assignment. Counts are computed anew, whatever a file says of them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from core.learn.exercise import Answer
from core.learn.prediction import Unclear, read_prediction
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
    doubts: Mapping[str, str] = MappingProxyType({}),
) -> CheckReport:
    """What of ``assignment`` is met by one of ``runs``, and by the ``answers``, by the ids of their tasks.

    ``doubts`` say, by the keys of runs, why what they came to is not believed; what is computed from them still is.
    """
    subjects = [(run.run.key, subject_of_run(run, doubts.get(run.run.key, ""))) for run in runs]
    tasks = tuple(_task(task, subjects, answers) for task in assignment.tasks)
    return CheckReport(
        assignment.title, tasks, sum(each.points for each in tasks), sum(task.points for task in assignment.tasks)
    )


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
    wanted = task.demanded.value
    if task.demanded.is_free or isinstance(wanted, str):
        return _report(task, text.strip(), "", None, met=task.demanded.holds(text.strip()))
    got, why = _read(text, wanted)
    return _report(task, got, why, None, met=not why and task.demanded.holds(got))


def _read(text: str, like: Value) -> tuple[Value, str]:
    """The number or the shape that was typed, or why it is not understood."""
    shape = isinstance(like, list) and like and all(isinstance(size, int) for size in like)
    if shape or (isinstance(like, int) and not isinstance(like, bool)):
        wanted: Answer = tuple(like) if isinstance(like, list) else like  # type: ignore[assignment]  # as just checked
        try:
            found = read_prediction(text, wanted)
        except Unclear as error:
            return None, str(error)
        return (found if isinstance(found, int) else list(found)), ""
    try:
        return float(text.strip().rstrip("%")) / (100 if text.strip().endswith("%") else 1), ""
    except ValueError:
        return None, "not understood: type a number, such as 0.92 or 92%"


def _report(task: Task, got: Value, why: str, run: str | None, *, met: bool) -> TaskReport:
    points = task.points if met else 0
    return TaskReport(task.id, task.text, task.check, met, got, points, task.points, run, why)
