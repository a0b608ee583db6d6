"""Strict JSON for other programs, which every parser can read."""

import json
import math
from typing import Any

import msgspec

__all__ = ["to_json"]


def to_json(report: object) -> str:
    """``report`` as one line of strict JSON in ASCII, so that no text in it can control a terminal."""
    text = json.dumps(_without_nan(msgspec.to_builtins(report)), allow_nan=False)
    return text.replace("\x7f", "\\u007f")  # the one control character that JSON does not escape


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value
