"""Reads lessons: TOML files that say what is told, asked and wanted, step by step."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core import presets, storage, toml_text
from core.fields.types import FieldError
from core.files import LESSON, read_bytes
from core.lessons.lesson import Lesson
from core.lessons.step_file import LONGEST_TITLE, check_keys, find_preset, read_steps, text_at, texts_at
from core.presets import PresetError, printable_path

__all__ = ["LessonError", "find_lessons", "find_preset", "listed", "load", "loads", "own_folder"]

SHIPPED = presets.SHIPPED / "lessons"
MOST_STEPS = 100
BROKEN = "broken/"
"""What the ids of broken networks begin with: they are in a folder of this name."""
OWN = "own/"
"""What the ids of the user's own lessons begin with, which may be called as others are."""
_KEYS = ("title", "order", "goals", "step")


class LessonError(ValueError):
    """A lesson cannot be read; one line that names file, step and field."""


def own_folder() -> Path:
    """The folder of the user's own lessons; it may not exist."""
    return storage.home() / "lessons"


def listed() -> tuple[list[Lesson], list[LessonError]]:
    """All lessons in their order, those with points after others, the user's own last; and why some cannot be read."""
    lessons, problems = list[Lesson](), list[LessonError]()
    for path, prefix in _files():
        try:
            lessons.append(load(path, prefix))
        except LessonError as error:
            if not (prefix == OWN and _is_preset(path)):
                problems.append(error)
    return sorted(lessons, key=lambda each: (each.own, each.points > 0, each.order, each.title)), problems


def find_lessons(ids: Iterable[str]) -> list[Lesson]:
    """The lessons with these ``ids``, as far as there are any that can be read."""
    wanted, found = frozenset(ids), list[Lesson]()
    for path, prefix in _files() if wanted else ():
        if _id(path.name, prefix) in wanted:
            with suppress(LessonError):
                found.append(load(path, prefix))
    return found


def _files() -> Iterator[tuple[Path, str]]:
    """The files of lessons, and what their ids begin with."""
    for folder, prefix in ((SHIPPED, ""), (SHIPPED / "broken", BROKEN), (own_folder(), OWN)):
        for path in sorted(folder.glob("*.toml")):
            yield path, prefix


def _id(source: str, prefix: str) -> str:
    return f"{prefix}{Path(source).stem}"


def _is_preset(path: Path) -> bool:
    """Whether there is a preset, which a lesson beside it may open."""
    try:
        presets.load(path)
    except PresetError:
        return False
    return True


def load(path: Path, prefix: str = "") -> Lesson:
    """The lesson in the file at ``path``; its id begins with ``prefix``. Raises `LessonError`."""
    if not _is_unicode(path.name):  # how far one has come in it could not be kept
        raise LessonError(f"{printable_path(path.name)}: its name is not UTF-8: rename the file")
    try:
        text = read_bytes(path, LESSON).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise LessonError(f"{printable_path(path)}: cannot be read: {why}") from error
    return loads(text, path.name, path.parent, prefix)


def loads(text: str, source: str, folder: Path, prefix: str = "") -> Lesson:
    """The lesson in ``text``; ``source`` names it in messages, files that it names are in ``folder``.

    Raises `LessonError`.
    """
    try:
        raw = toml_text.parse(text)
        check_keys(raw, _KEYS, "a lesson")
        tables = raw.get("step")
        if not isinstance(tables, list) or not 0 < len(tables) <= MOST_STEPS:
            raise FieldError(f"expected one to {MOST_STEPS} [[step]] tables", ("step",))
        title, goals = text_at(raw, "title", LONGEST_TITLE) or Path(source).stem, texts_at(raw, "goals")
        steps = tuple(read_steps(tables, folder))
        return Lesson(_id(source, prefix), title, goals, steps, _order(raw), str(folder), prefix == OWN)
    except (toml_text.TomlError, FieldError, PresetError) as error:
        raise LessonError(f"{printable_path(source)}: {error}") from error


def _is_unicode(name: str) -> bool:
    """Whether ``name`` can be written: bytes of a file name that are no UTF-8 are lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _order(raw: Mapping[str, Any]) -> int:
    order = raw.get("order", 0)
    if isinstance(order, bool) or not isinstance(order, int):
        raise FieldError("expected a whole number", ("order",))
    return order
