"""The formats that a sheet of exercises is written in."""

from collections.abc import Callable, Sequence
from typing import Literal

from core.export.exercise_gift import as_gift
from core.export.exercise_markdown import as_markdown
from core.export.exercise_moodle import as_moodle_xml
from core.learn.exercise import Exercise
from core.strict_json import to_json

__all__ = ["SHEET_FORMATS", "SheetFormat", "default_name", "sheet_text"]

SheetFormat = Literal["json", "markdown", "gift", "moodle-xml"]
SHEET_FORMATS: dict[SheetFormat, str] = {
    "json": "exercises as JSON",
    "markdown": "a sheet of exercises with solutions",
    "gift": "exercises for Moodle (GIFT)",
    "moodle-xml": "exercises for Moodle (XML)",
}
"""The formats, with what they are."""
_SUFFIXES: dict[SheetFormat, str] = {"json": ".json", "markdown": ".md", "gift": ".gift", "moodle-xml": ".xml"}
_WRITERS: dict[SheetFormat, Callable[[Sequence[Exercise]], str]] = {
    "json": lambda exercises: f"{to_json(exercises)}\n",
    "markdown": as_markdown,
    "gift": as_gift,
    "moodle-xml": as_moodle_xml,
}


def default_name(form: SheetFormat) -> str:
    """The name of the file in a folder: ``exercises.md``."""
    return f"exercises{_SUFFIXES[form]}"


def sheet_text(exercises: Sequence[Exercise], form: SheetFormat) -> str:
    """``exercises`` as the text of a file."""
    return _WRITERS[form](exercises)
