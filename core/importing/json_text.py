"""JSON, read from text that anyone may have written: what is wrong with it is said in LayerLab's words."""

import json
from typing import Any

from core.fields.types import FieldError

__all__ = ["parsed"]

_MOST_DIGITS = 100
"""Of a whole number that is read to the digit; no field has a use for longer ones."""

_HUGE: int = 10**_MOST_DIGITS


def parsed(text: str) -> Any:
    """What the JSON in ``text`` stands for. Raises `FieldError`."""
    try:
        return json.loads(text, object_pairs_hook=_without_doubles, parse_int=_integer)
    except json.JSONDecodeError as error:
        if not text.strip():
            raise FieldError("empty") from error
        if error.pos >= len(text.rstrip()):
            raise FieldError("JSON that breaks off in the middle; get the whole file") from error
        if error.pos == 0 or not text.lstrip().startswith(("{", "[")):
            raise FieldError("neither a .keras file nor JSON") from error
        raise FieldError(f"not JSON any more at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise FieldError("nested too deeply for a model") from error


def _integer(digits: str) -> int:
    """Python does not convert numbers of many thousand digits; as no field takes one, any long one stands for it."""
    if len(digits) <= _MOST_DIGITS:
        return int(digits)
    return -_HUGE if digits.startswith("-") else _HUGE


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise FieldError("stands there twice", (twice,))
    return made
