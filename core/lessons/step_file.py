"""Reads the steps of a lesson: what is told, asked and wanted in each."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from core import presets
from core.fields.struct import did_you_mean
from core.fields.types import FieldError, quoted
from core.learn.exercise import TOPICS
from core.learn.prediction import Unclear
from core.learn.question import exercise_about, question_at
from core.learn.typed_answer import TypedAnswer, check_typeable
from core.lessons.lesson import PLACES, Ask, Check, Given, Look, Mistake, Open, Practise, Predict, Step, Task
from core.marking.expression import ANSWER, METRICS, Comparison, parse
from core.presets import PresetError

__all__ = ["LONGEST_TITLE", "check_keys", "find_preset", "read_steps", "text_at", "texts_at"]

LONGEST_TITLE = 60
MOST_OPTIONS, MOST_CHECKS, MOST_HINTS, MOST_POINTS = 6, 20, 5, 100
_KINDS = ("open", "question", "predict", "build", "train", "look", "practise")
_OF_QUESTIONS = ("answer", "options", "tolerance", "why", "mistake", "points")
_FORECAST = "forecast"
_STEP_KEYS = ("title", "text", "preset", "hints", _FORECAST, *_KINDS, *_OF_QUESTIONS)
T = TypeVar("T")


def find_preset(name: str, folder: Path) -> Path:
    """The file of the preset that a lesson in ``folder`` calls ``name``. Raises `PresetError`."""
    beside = folder / name
    return beside if name.endswith(".toml") and beside.is_file() else presets.find(name)


def read_steps(tables: Sequence[Any], folder: Path) -> Iterator[Step]:
    """The steps in ``tables``; files that they name are in ``folder``. Raises `FieldError`."""
    opened, scored = "", 0
    for number, raw in enumerate(tables, 1):
        with FieldError.at(f"step {number}"):
            if not isinstance(raw, Mapping):
                raise FieldError("expected a [[step]] table")
            check_keys(raw, _STEP_KEYS, "a step")
            step = _step(raw, folder, opened)
            if "points" in raw:
                if scored:
                    raise FieldError(f"one question of a lesson has points, and step {scored} has some", ("points",))
                scored = number
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
    preset = text_at(raw, "preset")
    if preset:
        _load_preset(preset, folder, "preset")
    task = _task(kinds[0], raw, folder, preset or opened) if kinds else None
    return Step(text_at(raw, "title", LONGEST_TITLE), text_at(raw, "text"), task, preset, _hints(raw, task))


def _hints(raw: Mapping[str, Any], task: Task | None) -> tuple[str, ...]:
    hints = texts_at(raw, "hints")
    if len(hints) > MOST_HINTS:
        raise FieldError(f"expected at most {MOST_HINTS} texts", ("hints",))
    if hints and not isinstance(task, Ask | Predict | Check):
        raise FieldError("only what is asked, predicted, built or trained has them", ("hints",))
    return hints


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
    options = texts_at(raw, "options")
    if options and (not 1 < len(options) <= MOST_OPTIONS or len(set(options)) != len(options)):
        raise FieldError(f"expected two to {MOST_OPTIONS} different texts", ("options",))
    answer = _given(raw.get("answer"), options, "answer") if "answer" in raw else None
    if options and answer is None:
        raise FieldError("is missing: one of the options", ("answer",))
    tolerance = _tolerance(raw)
    if isinstance(answer, float) and not tolerance:
        raise FieldError("is missing: by how much a decimal number may differ", ("tolerance",))
    why = text_at(raw, "why")
    if not why:
        raise FieldError("is missing: what is told once it is answered", ("why",))
    mistakes = tuple(_mistakes(raw, options, answer))
    return Ask(_required(raw, "question"), why, answer, options, tolerance, mistakes, _question_points(raw, options))


def _tolerance(raw: Mapping[str, Any]) -> float:
    found = raw.get("tolerance", 0)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < inf:
        raise FieldError("expected a number from 0", ("tolerance",))
    return found


def _question_points(raw: Mapping[str, Any], options: tuple[str, ...]) -> int:
    if "points" not in raw:
        return 0
    found = raw["points"]
    if isinstance(found, bool) or not isinstance(found, int) or not 0 < found <= MOST_POINTS:
        raise FieldError(f"expected a whole number from 1 to {MOST_POINTS}", ("points",))
    if not options:
        raise FieldError("only a question with options has them", ("points",))
    return found


def _mistakes(raw: Mapping[str, Any], options: tuple[str, ...], right: Given | None) -> Iterator[Mistake]:
    tables = raw.get("mistake", [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise FieldError("expected [[step.mistake]] tables", ("mistake",))
    for number, table in enumerate(tables, 1):
        with FieldError.at(f"mistake {number}"):
            check_keys(table, ("answer", "feedback"), "a mistake")
            answer = _given(table.get("answer"), options, "answer", like=right)
            if answer == right:
                raise FieldError("is the right one", ("answer",))
            yield Mistake(answer, _required(table, "feedback"))


def _given(raw: object, options: tuple[str, ...], key: str, like: Given | None = None) -> Given:
    """An answer, as it is written, that can be typed where one ``like`` this is asked for. Raises `FieldError`."""
    if options:
        if not isinstance(raw, str) or raw not in options:
            raise FieldError(f"{quoted(str(raw))} is none of the options", (key,))
        return raw
    if isinstance(raw, list) and raw and all(isinstance(size, int) and not isinstance(size, bool) for size in raw):
        found: TypedAnswer = tuple(raw)
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        found = raw
    else:
        raise FieldError("expected a number or a shape such as [28, 28, 6]; a text is chosen from options", (key,))
    try:
        check_typeable(found, found if like is None or isinstance(like, str) else like)
    except Unclear as error:
        raise FieldError(str(error), (key,)) from error
    return found


def _predict(field: str, preset: str, folder: Path) -> Predict:
    if not preset:
        raise FieldError("of which network? Name it with preset, or open one in a step before")
    loaded = _load_preset(preset, folder)
    return Predict(field, exercise_about(question_at(loaded.architecture, field), loaded.title))


def _checks(raw: Mapping[str, Any], kind: str) -> tuple[tuple[str, Comparison], ...]:
    texts = texts_at(raw, kind) if isinstance(raw.get(kind), list) else (_required(raw, kind),)
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


def check_keys(raw: Mapping[str, Any], keys: tuple[str, ...], owner: str) -> None:
    """Raises `FieldError` for a key that is none of ``keys``."""
    for key in raw:
        if key not in keys:
            raise FieldError(f"{owner} has no such key{did_you_mean(key, keys)}", (key,))


def _one_of(name: str, known: Mapping[T, str]) -> T:
    found = next((each for each in known if each == name), None)
    if found is None:
        raise FieldError(f"there is no {quoted(name)}{did_you_mean(name, [str(each) for each in known])}")
    return found


def _required(raw: Mapping[str, Any], key: str) -> str:
    return text_at(raw, key) or _missing(key)


def _missing(key: str) -> str:
    raise FieldError("expected a text", _place(key))


def text_at(raw: Mapping[str, Any], key: str, longest: int = 10_000) -> str:
    """The text at ``key``; empty if there is none. Raises `FieldError`."""
    value = raw.get(key, "")
    if not isinstance(value, str) or len(value) > longest:
        raise FieldError(f"expected a text of at most {longest:,} characters", _place(key))
    return value.strip("\n").rstrip()


def _place(key: str) -> tuple[str, ...]:
    """Where a key is: that of a kind of step is said already."""
    return () if key in _KINDS and key != "question" else (key,)


def texts_at(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts at ``key``. Raises `FieldError`."""
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise FieldError("expected a list of texts", _place(key))
    return tuple(value)
