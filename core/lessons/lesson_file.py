"""Reads lessons: TOML files that say what is told, asked and wanted, step by step."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from core import presets, storage, toml_text
from core.fields.struct import did_you_mean
from core.fields.types import FieldError, quoted
from core.files import LESSON, read_bytes
from core.learn.exercise import TOPICS
from core.learn.question import exercise_about, question_at
from core.lessons.lesson import PLACES, Ask, Check, Given, Lesson, Look, Mistake, Open, Practise, Predict, Step, Task
from core.marking.expression import ANSWER, METRICS, Comparison, parse
from core.presets import PresetError, printable_path

__all__ = ["LessonError", "find_preset", "listed", "load", "loads", "own_folder"]

SHIPPED = presets.SHIPPED / "lessons"
MOST_STEPS, MOST_OPTIONS, MOST_CHECKS = 100, 6, 20
LONGEST_TITLE = 60
OWN = "own/"
"""What the ids of the user's own lessons begin with, which may be called as others are."""
_KEYS = ("title", "order", "goals", "step")
_KINDS = ("open", "question", "predict", "build", "train", "look", "practise")
_OF_QUESTIONS = ("answer", "options", "tolerance", "why", "mistake")
_FORECAST = "forecast"
_STEP_KEYS = ("title", "text", "preset", _FORECAST, *_KINDS, *_OF_QUESTIONS)
T = TypeVar("T")


class LessonError(ValueError):
    """A lesson cannot be read; one line that names file, step and field."""


def own_folder() -> Path:
    """The folder of the user's own lessons; it may not exist."""
    return storage.home() / "lessons"


def listed() -> tuple[list[Lesson], list[LessonError]]:
    """All lessons in their order, the user's own last; and why others cannot be read."""
    lessons, problems = list[Lesson](), list[LessonError]()
    for folder, own in ((SHIPPED, False), (own_folder(), True)):
        for path in sorted(folder.glob("*.toml")):
            try:
                lessons.append(load(path, own=own))
            except LessonError as error:
                if not (own and _is_preset(path)):
                    problems.append(error)
    return sorted(lessons, key=lambda each: (each.own, each.order, each.title)), problems


def _is_preset(path: Path) -> bool:
    """Whether there is a preset, which a lesson beside it may open."""
    try:
        presets.load(path)
    except PresetError:
        return False
    return True


def load(path: Path, *, own: bool = False) -> Lesson:
    """The lesson in the file at ``path``. Raises `LessonError`."""
    try:
        text = read_bytes(path, LESSON).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise LessonError(f"{printable_path(path)}: cannot be read: {why}") from error
    return loads(text, path.name, path.parent, own=own)


def loads(text: str, source: str, folder: Path, *, own: bool = False) -> Lesson:
    """The lesson in ``text``; ``source`` names it in messages, files that it names are in ``folder``.

    Raises `LessonError`.
    """
    try:
        raw = toml_text.parse(text)
        _known(raw, _KEYS, "a lesson")
        tables = raw.get("step")
        if not isinstance(tables, list) or not 0 < len(tables) <= MOST_STEPS:
            raise FieldError(f"expected one to {MOST_STEPS} [[step]] tables", ("step",))
        stem = Path(source).stem
        title, goals = _text(raw, "title", LONGEST_TITLE) or stem, _texts(raw, "goals")
        name = f"{OWN}{stem}" if own else stem
        return Lesson(name, title, goals, tuple(_steps(tables, folder)), _order(raw), str(folder), own)
    except (toml_text.TomlError, FieldError, PresetError) as error:
        raise LessonError(f"{printable_path(source)}: {error}") from error


def find_preset(name: str, folder: Path) -> Path:
    """The file of the preset that a lesson in ``folder`` calls ``name``. Raises `PresetError`."""
    beside = folder / name
    return beside if name.endswith(".toml") and beside.is_file() else presets.find(name)


def _steps(tables: list[Any], folder: Path) -> Iterator[Step]:
    opened = ""
    for number, raw in enumerate(tables, 1):
        with FieldError.at(f"step {number}"):
            if not isinstance(raw, Mapping):
                raise FieldError("expected a [[step]] table")
            _known(raw, _STEP_KEYS, "a step")
            step = _step(raw, folder, opened)
        opened = step.task.preset if isinstance(step.task, Open) else opened
        yield step


def _step(raw: Mapping[str, Any], folder: Path, opened: str) -> Step:
    kinds = [kind for kind in _KINDS if kind in raw]
    if len(kinds) > 1:
        raise FieldError(f"wants {' and '.join(kinds)}: make them two steps")
    for key in _OF_QUESTIONS:
        if key in raw and kinds != ["question"]:
            raise FieldError("only a question has it", (key,))
    if _FORECAST in raw and kinds != ["train"]:
        raise FieldError("only a train step has it", (_FORECAST,))
    if not kinds and not raw.get("text"):
        raise FieldError(f"has neither text nor one of {', '.join(_KINDS)}")
    preset = _text(raw, "preset")
    if preset:
        _load_preset(preset, folder, "preset")
    task = _task(kinds[0], raw, folder, preset or opened) if kinds else None
    return Step(_text(raw, "title", LONGEST_TITLE), _text(raw, "text"), task, preset)


def _task(kind: str, raw: Mapping[str, Any], folder: Path, preset: str) -> Task:
    if kind == "question":
        return _ask(raw)
    forecast = raw.get(_FORECAST, False)
    if not isinstance(forecast, bool):
        raise FieldError("expected true or false", (_FORECAST,))
    with FieldError.at(kind):
        match kind:
            case "predict":
                return _predict(_required(raw, kind), preset, folder)
            case "build" | "train":
                return Check("network" if kind == "build" else "run", _checks(raw, kind), forecast)
            case "open":
                name = _required(raw, kind)
                _load_preset(name, folder)
                return Open(name)
            case "look":
                return Look(_one_of(_required(raw, kind), PLACES))
            case _:
                return Practise(_one_of(_required(raw, kind), dict.fromkeys(TOPICS, "")))


def _ask(raw: Mapping[str, Any]) -> Ask:
    options = _texts(raw, "options")
    if options and (not 1 < len(options) <= MOST_OPTIONS or len(set(options)) != len(options)):
        raise FieldError(f"expected two to {MOST_OPTIONS} different texts", ("options",))
    answer = _given(raw.get("answer"), options, "answer") if "answer" in raw else None
    if options and answer is None:
        raise FieldError("is missing: one of the options", ("answer",))
    tolerance = raw.get("tolerance", 0)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or tolerance < 0:
        raise FieldError("expected a number from 0", ("tolerance",))
    if isinstance(answer, float) and not tolerance:
        raise FieldError("is missing: by how much a decimal number may differ", ("tolerance",))
    why = _text(raw, "why")
    if not why:
        raise FieldError("is missing: what is told once it is answered", ("why",))
    return Ask(_required(raw, "question"), why, answer, options, tolerance, tuple(_mistakes(raw, options, answer)))


def _mistakes(raw: Mapping[str, Any], options: tuple[str, ...], right: Given | None) -> Iterator[Mistake]:
    tables = raw.get("mistake", [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise FieldError("expected [[step.mistake]] tables", ("mistake",))
    for number, table in enumerate(tables, 1):
        with FieldError.at(f"mistake {number}"):
            _known(table, ("answer", "feedback"), "a mistake")
            answer = _given(table.get("answer"), options, "answer")
            if answer == right:
                raise FieldError("is the right one", ("answer",))
            yield Mistake(answer, _required(table, "feedback"))


def _given(raw: object, options: tuple[str, ...], key: str) -> Given:
    """An answer, as it is written. Raises `FieldError`."""
    if options:
        if not isinstance(raw, str) or raw not in options:
            raise FieldError(f"{quoted(str(raw))} is none of the options", (key,))
        return raw
    if isinstance(raw, list) and raw and all(isinstance(size, int) and not isinstance(size, bool) for size in raw):
        return tuple(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    raise FieldError("expected a number or a shape such as [28, 28, 6]; a text is chosen from options", (key,))


def _predict(field: str, preset: str, folder: Path) -> Predict:
    if not preset:
        raise FieldError("of which network? Name it with preset, or open one in a step before")
    loaded = _load_preset(preset, folder)
    return Predict(field, exercise_about(question_at(loaded.architecture, field), loaded.title))


def _checks(raw: Mapping[str, Any], kind: str) -> tuple[tuple[str, Comparison], ...]:
    texts = _texts(raw, kind) if isinstance(raw.get(kind), list) else (_required(raw, kind),)
    if not 0 < len(texts) <= MOST_CHECKS:
        raise FieldError(f"expected one to {MOST_CHECKS} checks")
    return tuple((text, _check(text, kind)) for text in texts)


def _check(text: str, kind: str) -> Comparison:
    found = parse(text)
    if found.field == ANSWER:
        raise FieldError("an answer is asked for by question")
    if kind == "build" and found.field in METRICS:
        raise FieldError(f"{found.field} is known once it is trained: use train")
    return found


def _load_preset(name: str, folder: Path, *place: str) -> presets.Preset:
    try:
        return presets.load(find_preset(name, folder))
    except PresetError as error:
        raise FieldError(str(error), place) from error


def _known(raw: Mapping[str, Any], keys: tuple[str, ...], owner: str) -> None:
    for key in raw:
        if key not in keys:
            raise FieldError(f"{owner} has no such key{did_you_mean(key, keys)}", (key,))


def _one_of(name: str, known: Mapping[T, str]) -> T:
    found = next((each for each in known if each == name), None)
    if found is None:
        raise FieldError(f"there is no {quoted(name)}{did_you_mean(name, [str(each) for each in known])}")
    return found


def _order(raw: Mapping[str, Any]) -> int:
    order = raw.get("order", 0)
    if isinstance(order, bool) or not isinstance(order, int):
        raise FieldError("expected a whole number", ("order",))
    return order


def _required(raw: Mapping[str, Any], key: str) -> str:
    return _text(raw, key) or _missing(key)


def _missing(key: str) -> str:
    raise FieldError("expected a text", _place(key))


def _text(raw: Mapping[str, Any], key: str, longest: int = 10_000) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str) or len(value) > longest:
        raise FieldError(f"expected a text of at most {longest:,} characters", _place(key))
    return value.strip("\n").rstrip()


def _place(key: str) -> tuple[str, ...]:
    """Where a key is: that of a kind of step is said already."""
    return () if key in _KINDS and key != "question" else (key,)


def _texts(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise FieldError("expected a list of texts", _place(key))
    return tuple(value)
