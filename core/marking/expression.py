"""What a task demands, as text: ``layers[3].output == [10, 10, 16]``, ``test_accuracy >= 0.92``, ``answer``."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import isfinite
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from msgspec import Struct

from core.fields.struct import did_you_mean
from core.fields.types import FieldError, quoted

__all__ = ["ANSWER", "COUNTS", "FACTS", "METRICS", "Comparison", "parse"]

Value = str | bool | int | float | list[Any] | None
"""Plain data, as JSON has it."""

ANSWER = "answer"
"""What was typed for the task; alone, it is met by any text, which a person reads."""
COUNTS = ("params", "trainable", "weights", "biases", "statistics", "multiply_adds")
"""Of the whole network, or of one layer."""
FACTS = ("input", "output", *COUNTS)
METRICS = (
    *("epochs", "seconds", "test_accuracy", "test_loss", "val_accuracy", "best_val_accuracy", "val_loss"),
    *("train_accuracy", "train_loss"),
)
"""Of a run: val_* of its last epoch, train_* of the final weights."""
_NAMES = (ANSWER, "layers", *FACTS, *METRICS, "plan")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"==": eq, "!=": ne, ">=": ge, "<=": le, ">": gt, "<": lt}
_LONGEST = 500
_EXPRESSION = re.compile(r"\s*([A-Za-z0-9_.\[\]]+)\s*(?:(==|!=|>=|<=|>|<|=)\s*(.*\S))?\s*", re.DOTALL)
_FIELD = re.compile(r"layers\[([1-9][0-9]{0,5})\]((?:\.[a-z][a-z0-9_]*)+)|plan((?:\.[a-z][a-z0-9_]*)+)|([a-z_]+)")
_WORD = re.compile(r"[A-Za-z_][\w./-]*")


class Comparison(Struct, frozen=True):
    """A field, and what is demanded of it; ``answer`` alone demands a text."""

    field: str
    operator: str = ""
    value: Value = None

    @property
    def is_free(self) -> bool:
        """Whether any text will do."""
        return not self.operator

    def holds(self, got: Value) -> bool:
        """Whether ``got`` is as demanded; False where the two cannot be compared."""
        if self.is_free:
            return isinstance(got, str) and bool(got.strip())
        if self.operator not in ("==", "!=") and not (_is_number(got) and _is_number(self.value)):
            return False
        if isinstance(got, bool) != isinstance(self.value, bool):
            return self.operator == "!="
        if isinstance(got, str) and isinstance(self.value, str):
            # An optimizer with its default arguments is called adam, with others Adam.
            return _OPERATORS[self.operator](got.casefold(), self.value.casefold())
        return _OPERATORS[self.operator](got, self.value)


def parse(text: str) -> Comparison:
    """The comparison in ``text``. Raises `FieldError`."""
    found = _EXPRESSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise FieldError(f"expected a field, a comparison and a value, such as params == 7960, not {quoted(text)}")
    field, operator, raw = found.groups()
    _check_field(field)
    if operator == "=":
        raise FieldError(f"expected == in place of = in {quoted(text)}")
    if operator is None:
        if field != ANSWER:
            raise FieldError(f"{field} is compared with nothing: expected for instance {field} == 10")
        return Comparison(field)
    value = _value(raw)
    if operator not in ("==", "!=") and not _is_number(value):
        raise FieldError(f"{operator} compares numbers; {quoted(raw)} is none")
    return Comparison(field, operator, value)


def _check_field(field: str) -> None:
    """Raises `FieldError` unless ``field`` can be one: which fields a layer has is not known yet."""
    found = _FIELD.fullmatch(field)
    if found is None and field.startswith("layers"):
        raise FieldError(f"{quoted(field)}: expected layers[1].output, with the number of the layer's row on screen")
    if found is None or (found[4] and found[4] not in _NAMES) or found[4] == "plan":
        name = field.partition(".")[0].partition("[")[0]
        raise FieldError(f"there is no {quoted(field)}{did_you_mean(name, _NAMES)}")


def _value(raw: str) -> Value:
    with suppress(ValueError, RecursionError):
        value = json.loads(raw)
        if isinstance(value, str | bool | int | list) or value is None or (_is_number(value) and isfinite(value)):
            return value  # type: ignore[no-any-return]  # what json.loads gives, of the types just checked
    if _WORD.fullmatch(raw) and raw not in ("NaN", "Infinity"):
        return raw
    raise FieldError(f"expected a number, a shape such as [10, 10, 16], or a word, not {quoted(raw)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
