"""The values that a sweep gives to a field: a list, or a range with equal steps or equal ratios."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from core.fields.struct import did_you_mean
from core.fields.types import FieldError, IntField, quoted

__all__ = ["Value", "parse_values", "read_values", "show_value", "value_key"]

Value = str | bool | int | float | dict[str, Any]
"""Plain data, as a file has it."""

MOST_VALUES = 10_000
LARGEST = 1e38
"""What a network computes with; Python does not even print some numbers that a file may hold."""
_SCALES = ("linear", "log")
_RANGE_KEYS = ("from", "to", "count", "scale")
_TYPED_RANGE = re.compile(r"(\S+) *(?:to|\.\.) *(\S+?) *, *(\d{1,9})(?: *,? *(log|linear))?", re.IGNORECASE)
_WORDS: Mapping[str, bool] = {"true": True, "false": False}


def read_values(raw: object) -> tuple[Value, ...]:
    """The values in ``raw``: a list, or a table ``{ from, to, count, scale }``. Raises `FieldError`."""
    values = tuple(raw) if isinstance(raw, list) else _range(raw)
    if not values:
        raise FieldError("expected at least one value")
    if len(values) > MOST_VALUES:
        raise FieldError(f"has {len(values):,} values; at most {MOST_VALUES:,}")
    for index, value in enumerate(values):
        if not isinstance(value, str | bool | int | float | dict):
            raise FieldError(f"cannot vary over {quoted(value)}: expected numbers, texts or tables")
        if isinstance(value, int | float) and not abs(value) < LARGEST:
            raise FieldError(f"expected numbers below {LARGEST:g}")
        if value in values[:index]:
            raise FieldError(f"has {quoted(show_value(value))} twice")
    return values


def parse_values(text: str) -> tuple[Value, ...]:
    """The values in what a person types: ``0.1 0.01``, ``1e-6 to 1e-3, 5, log``. Raises `FieldError`."""
    text = text.strip()
    if typed := _TYPED_RANGE.fullmatch(text):
        first, last, count, scale = typed.groups()
        ends = {"from": _parse(first), "to": _parse(last)}
        return read_values({**ends, "count": int(count), "scale": (scale or "linear").lower()})
    return read_values([_parse(word) for word in re.split(r"[,\s]+", text) if word])


def show_value(value: Value) -> str:
    """``value`` as a person reads it: numbers in their shortest form with four digits."""
    if isinstance(value, dict):
        return " ".join(
            [str(value.get("name", "")), *(f"{k}={show_value(v)}" for k, v in value.items() if k != "name")]
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def value_key(value: Value) -> str:
    """A text that only equal values of a field share."""
    return json.dumps(value, sort_keys=True)


def _parse(word: str) -> str | bool | int | float:
    """A number or a truth value, if ``word`` looks like one."""
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    for kind in (int, float):
        with suppress(ValueError):
            return kind(word)
    return word


def _range(raw: object) -> tuple[Value, ...]:
    if not isinstance(raw, Mapping):
        raise FieldError('expected a list, or a range such as { from = 1e-4, to = 0.1, count = 4, scale = "log" }')
    for key in raw:
        if key not in _RANGE_KEYS:
            raise FieldError(f"a range has no such key{did_you_mean(key, _RANGE_KEYS)}", (key,))
    first, last = (_number(raw, key) for key in ("from", "to"))
    with FieldError.at("count"):
        count = IntField(2, MOST_VALUES).read(raw.get("count"))
    scale = raw.get("scale", "linear")
    if not isinstance(scale, str) or scale not in _SCALES:
        raise FieldError(f"expected {' or '.join(_SCALES)}", ("scale",))
    if scale == "log" and min(first, last) <= 0:
        raise FieldError("a logarithmic range lies above 0")
    shares = [index / (count - 1) for index in range(count)]
    if scale == "log":
        between = [first * (last / first) ** share for share in shares]
    else:
        between = [first + (last - first) * share for share in shares]
    between[0], between[-1] = first, last
    if isinstance(raw["from"], int) and isinstance(raw["to"], int):  # of a field that takes whole numbers
        whole = tuple(dict.fromkeys(round(value) for value in between))
        if len(whole) < count:
            raise FieldError(f"there are {len(whole)} whole numbers from {raw['from']} to {raw['to']}; write 1.0 for 1")
        return whole
    return tuple(between)


def _number(raw: Mapping[str, object], key: str) -> float:
    value = raw.get(key)
    if value is None:
        raise FieldError("is missing", (key,))
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        raise FieldError(f"expected a number below {LARGEST:g}", (key,))
    return float(value)
