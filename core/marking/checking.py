"""Whether a run meets the tasks of an assignment. Counts are computed anew, whatever a file says of them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from msgspec import Struct

from core.fields.struct import did_you_mean, write
from core.fields.types import quoted
from core.learn.exercise import Answer, What, numbers
from core.learn.prediction import Unclear, read_prediction
from core.marking.assignment import Assignment, Task
from core.marking.expression import ANSWER, COUNTS, FACTS, Value
from core.marking.verifying import Verified
from core.network.formulas import total
from core.network.summary import Row, Summary, summarize
from core.runs.record import Metrics, RunDetails

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


class _Subject(Struct, frozen=True):
    """A run that is looked at."""

    run: RunDetails
    summary: Summary
    doubt: str


class Unknown(ValueError):
    """What a field is cannot be told; the message says why."""


def check(
    assignment: Assignment,
    runs: Sequence[RunDetails],
    answers: Mapping[str, str],
    doubts: Mapping[str, str] = MappingProxyType({}),
) -> CheckReport:
    """What of ``assignment`` is met by one of ``runs``, and by the ``answers``, by the ids of their tasks.

    ``doubts`` say, by the keys of runs, why what they came to is not believed; what is computed from them still is.
    """
    subjects = [_Subject(run, summarize(run.preset.architecture), doubts.get(run.run.key, "")) for run in runs]
    tasks = tuple(_task(task, subjects, answers) for task in assignment.tasks)
    return CheckReport(
        assignment.title, tasks, sum(each.points for each in tasks), sum(task.points for task in assignment.tasks)
    )


def _task(task: Task, runs: Sequence[_Subject], answers: Mapping[str, str]) -> TaskReport:
    """The report on ``task``: of the first run that meets it, else of the first."""
    if task.demanded.field == ANSWER:
        return _answered(task, answers.get(task.id, ""))
    if not runs:
        return _report(task, None, "no run was handed in", None, met=False)
    reports = [_measured(task, run) for run in runs]
    return next((report for report in reports if report.met), reports[0])


def _measured(task: Task, subject: _Subject) -> TaskReport:
    try:
        got, why = _value(task.demanded.field, subject), ""
    except Unknown as error:
        got, why = None, str(error)
    return _report(task, got, why, subject.run.run.key, met=not why and task.demanded.holds(got))


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


def _value(field: str, subject: _Subject) -> Value:
    """What ``field`` is. Raises `Unknown`."""
    run, summary = subject.run, subject.summary
    place, _, rest = field.partition(".")
    if place == "plan":
        return _at(write(run.effective_preset.plan, every=True), rest, "the plan")
    if place.startswith("layers["):
        return _of_layer(int(place[7:-1]), rest, summary)
    if place == "layers":
        return len(run.preset.architecture.layers)
    if place in COUNTS:
        return int(getattr(summary.totals, place))
    if place == "input":
        return list(run.preset.architecture.input_shape)
    if place == "output":
        return _shape(summary.output)
    if subject.doubt:
        raise Unknown(f"not believed: {subject.doubt}")
    return _metric(place, run.run.metrics)


def _of_layer(number: int, name: str, summary: Summary) -> Value:
    if number >= len(summary.rows):
        raise Unknown(f"there are {len(summary.rows) - 1} layers, no layer {number}")
    row = summary.rows[number]
    if name == "type":
        return type(row.layer).__name__
    if name in FACTS:
        return _fact(row, name)
    return _at(write(row.layer, every=True), name, f"layer {number} ({type(row.layer).__name__})")


def _fact(row: Row, name: str) -> Value:
    if name == "input":
        return _shape(row.input)
    if row.facts is None:
        raise Unknown(f"layer {row.index} cannot be computed")
    if name == "output":
        return _shape(row.facts.output)
    return row.trainable if name == "trainable" else total(numbers(row.facts, cast("What", name)))


def _shape(shape: Sequence[int] | None) -> Value:
    if shape is None:
        raise Unknown("the network cannot be computed")
    return list(shape)


def _metric(name: str, metrics: Metrics) -> Value:
    renamed = {
        "val_accuracy": "last_val_accuracy",
        "val_loss": "last_val_loss",
        "train_accuracy": "final_train_accuracy",
        "train_loss": "final_train_loss",
    }
    value: Value = getattr(metrics, renamed.get(name, name))
    if value is None:
        raise Unknown(f"{name} was not measured")
    return value


def _at(raw: Any, path: str, owner: str) -> Value:
    """The value at ``path`` in plain data; a member of a family alone is its name."""
    for name in path.split("."):
        if not isinstance(raw, Mapping):
            raise Unknown(f"{owner} has no field {quoted(path)}")
        if name not in raw:
            raise Unknown(f"{owner} has no field {quoted(path)}{did_you_mean(name, list(raw))}")
        raw = raw[name]
    if isinstance(raw, Mapping):
        raw = raw.get("name")
    return list(raw) if isinstance(raw, tuple) else raw
