"""An assignment: a TOML file of tasks, each with a check."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from core import toml_text
from core.fields.struct import did_you_mean
from core.fields.types import FieldError, quoted
from core.files import ASSIGNMENT, read_bytes
from core.marking.expression import ANSWER, Comparison, parse
from core.presets import printable_path

__all__ = ["Assignment", "AssignmentError", "Task", "load", "load_answers", "loads"]

MOST_TASKS = 200
MOST_POINTS = 1_000
LONGEST_ID = 60
_KEYS = ("title", "description", "task")
_TASK_KEYS = ("id", "text", "check", "points")


class AssignmentError(ValueError):
    """An assignment or its answers cannot be read; one line that says where, what and how to mend it."""


class Task(Struct, frozen=True):
    """Something to do."""

    id: str
    check: str
    """What is demanded, as written."""
    demanded: Comparison
    text: str = ""
    points: float = 1


class Assignment(Struct, frozen=True):
    """Tasks, in their order."""

    title: str
    tasks: tuple[Task, ...]
    description: str = ""
    digest: str = ""
    """SHA-256 of its text, in hexadecimal: tells one version from another."""

    @property
    def needs_runs(self) -> bool:
        """Whether a task is about a run: others are answered."""
        return any(task.demanded.field != ANSWER for task in self.tasks)


def load(path: Path) -> Assignment:
    """The assignment in the file at ``path``. Raises `AssignmentError`."""
    return loads(_text(path), path.name)


def loads(text: str, source: str) -> Assignment:
    """The assignment in ``text``; ``source`` names it in messages. Raises `AssignmentError`."""
    try:
        raw = toml_text.parse(text)
        for key in raw:
            if key not in _KEYS:
                raise FieldError(f"an assignment has no such key{did_you_mean(key, _KEYS)}", (key,))
        tables = raw.get("task")
        if not isinstance(tables, list) or not tables:
            raise FieldError("is missing: expected [[task]] tables", ("task",))
        if len(tables) > MOST_TASKS:
            raise FieldError(f"has {len(tables):,} tasks; at most {MOST_TASKS}", ("task",))
        tasks = tuple(_task(index, table) for index, table in enumerate(tables, 1))
        ids = [task.id for task in tasks]
        if twice := next((name for name in ids if ids.count(name) > 1), None):
            raise FieldError(f"two tasks are called {quoted(twice)}", ("task",))
        stem = Path(source).stem
        digest = sha256(text.encode()).hexdigest()
        return Assignment(_string(raw, "title", stem), tasks, _string(raw, "description", ""), digest)
    except (toml_text.TomlError, FieldError) as error:
        raise AssignmentError(f"{printable_path(source)}: {error}") from error


def load_answers(path: Path, assignment: Assignment) -> dict[str, str]:
    """What was typed for tasks, by their ids, in the TOML file at ``path``. Raises `AssignmentError`."""
    ids = [task.id for task in assignment.tasks]
    try:
        raw = toml_text.parse(_text(path))
        answers = {}
        for name, answer in raw.items():
            if name not in ids:
                raise FieldError(f"there is no such task{did_you_mean(name, ids)}", (name,))
            if isinstance(answer, bool) or not isinstance(answer, str | int | float | list):
                raise FieldError("expected text or a number", (name,))
            answers[name] = answer if isinstance(answer, str) else str(answer)
    except (toml_text.TomlError, FieldError) as error:
        raise AssignmentError(f"{printable_path(path.name)}: {error}") from error
    return answers


def _text(path: Path) -> str:
    try:
        return read_bytes(path, ASSIGNMENT).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise AssignmentError(f"{printable_path(path)}: cannot be read: {why}") from error


def _task(index: int, raw: object) -> Task:
    with FieldError.at(f"task {index}"):
        if not isinstance(raw, Mapping):
            raise FieldError("expected a [[task]] table")
        name = _string(raw, "id", f"task-{index}")
        if not name.strip() or len(name) > LONGEST_ID:
            raise FieldError(f"expected a name of at most {LONGEST_ID} characters", ("id",))
        for key in raw:
            if key not in _TASK_KEYS:
                raise FieldError(f"a task has no such key{did_you_mean(key, _TASK_KEYS)}", (key,))
        check = _string(raw, "check", "")
        if not check:
            raise FieldError('is missing: for instance "params == 7960", or "answer" for a text', ("check",))
        with FieldError.at("check"):
            demanded = parse(check)
        return Task(name, check, demanded, _string(raw, "text", ""), _points(raw))


def _points(raw: Mapping[str, Any]) -> float:
    points = raw.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points <= MOST_POINTS:
        raise FieldError(f"expected a number from 0 to {MOST_POINTS:,}", ("points",))
    return points


def _string(raw: Mapping[str, Any], key: str, default: str) -> str:
    value = raw.get(key, default)
    if not isinstance(value, str):
        raise FieldError(f"expected text, not {quoted(value)}", (key,))
    return value
