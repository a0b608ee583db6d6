"""Reads TOML from people: errors in one line that say where and what, and no text that takes long to parse."""

import re
import tomllib
from typing import Any

from core.sanitize import quoted

__all__ = ["TomlError", "parse"]

_LONGEST_KEY = 64
_DOTTED = re.compile(r"""[\w"'-]+(?:[ \t]*\.[ \t]*[\w"'-]+)*""")
"""What may be a dotted key: tomllib's time to parse one grows with the square of its number of parts."""

_TOML_ERRORS = {
    "Expected '='": "a key without = after it",
    "Expected ']'": "a heading without its ]",
    "Cannot overwrite a value": "a key that is already defined",
    "Cannot declare": "a table that is already defined",
    "Cannot mutate": "a table that is already closed",
    "Duplicate inline table key": "a key that is already defined",
    "Invalid value": "not a valid TOML value; text needs quotes",
    "Invalid initial character for a key": "not a valid key; text needs quotes, a comment needs #",
    "Invalid statement": "neither a key nor a [table]",
    "Unclosed array": "a list without its ]",
    "Unclosed inline table": "a table without its }",
    "Unterminated string": "text without its closing quote",
    "Expected newline or end of document": "something after the value",
    "Illegal character": "a character that TOML forbids",
    "Unescaped": "an invalid backslash escape",
    "Invalid hex value": "an invalid backslash escape",
    "Invalid date": "not a valid date",
}
"""How messages of Python's TOML parser start, with LayerLab's messages."""


class TomlError(ValueError):
    """Text that is not TOML: a one-line message with the place and the problem."""


def parse(text: str) -> dict[str, Any]:
    """The tables of ``text``. Raises `TomlError`."""
    if any(found[0].count(".") > _LONGEST_KEY for found in _DOTTED.finditer(text)):
        raise TomlError(f"not a TOML file that LayerLab can read: a key has more than {_LONGEST_KEY} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"not a TOML file: {_problem(str(error), text)}") from error
    except RecursionError as error:
        raise TomlError("not a TOML file that LayerLab can read: nested too deeply") from error
    except ValueError as error:  # Python cannot convert a number or a date
        raise TomlError("not a TOML file that LayerLab can read: a number or date is out of range") from error


def _problem(error: str, text: str) -> str:
    """Where and why ``text`` is not TOML, from the ``error`` message of Python's parser."""
    why = next((message for start, message in _TOML_ERRORS.items() if error.startswith(start)), "invalid syntax")
    place = re.search(r"\(at line (\d+), column (\d+)\)$", error)
    if not place:
        return f"at its end: {why}"
    lines = text.splitlines() or [""]
    line = lines[min(int(place[1]), len(lines)) - 1].strip()
    return f"line {place[1]}, column {place[2]}: {why}{f': {quoted(line)}' if line else ''}"
