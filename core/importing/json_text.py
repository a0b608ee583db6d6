"""Parses untrusted JSON, with LayerLab's own error messages."""

import json
from typing import Any

from core.fields.types import FieldError

__all__ = ["parsed"]

_MOST_DIGITS = 100
"""Digits of an integer that is read exactly; no field accepts a longer one."""

_HUGE: int = 10**_MOST_DIGITS


def parsed(text: str) -> Any:
    """The value of the JSON in ``text``. Raises `FieldError`."""
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_int=_integer)
    except json.JSONDecodeError as error:
        if not text.strip():
            raise FieldError("empty") from error
        if error.pos >= len(text.rstrip()):
            raise FieldError("incomplete JSON; get the whole file") from error
        if error.pos == 0 or not text.lstrip().startswith(("{", "[")):
            raise FieldError("neither a .keras file nor JSON") from error
        raise FieldError(f"invalid JSON at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise FieldError("nested too deeply for a model") from error


def _integer(digits: str) -> int:
    """Replaces very long integers, which Python refuses to convert, by one that no field accepts either."""
    if len(digits) <= _MOST_DIGITS:
        return int(digits)
    return -_HUGE if digits.startswith("-") else _HUGE


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise FieldError("appears twice", (twice,))
    return table
