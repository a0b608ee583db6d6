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
from core.fields.types import FieldError, normalize_name, quoted
from core.learn.prediction import Unclear
from core.learn.typed_answer import TypedAnswer, check_typeable

__all__ = ["ANSWER", "COUNTS", "FACTS", "GROWING", "METRICS", "Comparison", "parse"]

Value = str | bool | int | float | list[Any] | dict[str, Any] | None
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
GROWING = ("epochs", "best_val_accuracy")
"""Metrics that further epochs only make larger: what a part of them comes to is the least that they can be."""
_SHAPES = ("input", "output")
_TRUTHS: Mapping[str, bool] = {"True": True, "False": False}
"""As Python spells them."""
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

    @property
    def answer(self) -> TypedAnswer | None:
        """The number or the shape that an answer is read like; None if it is a text."""
        if isinstance(self.value, list):
            return tuple(self.value)
        return self.value if isinstance(self.value, int | float) else None

    def holds(self, got: Value, *others: Value) -> bool:
        """Whether ``got`` is as demanded, or one of ``others``, which are the same in other words.

        False where the two cannot be compared.
        """
        if self.is_free:
            return isinstance(got, str) and bool(got.strip())
        decided = (self._compares(each) for each in (got, *others))
        return all(decided) if self.operator == "!=" else any(decided)

    def _compares(self, got: Value) -> bool:
        got, value = _single(got), _single(self.value)
        if self.operator not in ("==", "!=") and not (_is_number(got) and _is_number(value)):
            return False
        if isinstance(got, bool) != isinstance(value, bool):
            return self.operator == "!="
        if isinstance(got, str) and isinstance(value, str):
            # Names are spelled as in presets: an optimizer with its default arguments is adam, with others Adam.
            spelled = str.casefold if self.field == ANSWER else normalize_name
            return _OPERATORS[self.operator](spelled(got), spelled(value))
        return _OPERATORS[self.operator](got, value)


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
    return Comparison(field, operator, _answer(value, raw) if field == ANSWER else _possible(field, value, raw))


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


def _answer(value: Value, raw: str) -> Value:
    """``value`` as an answer, which somebody types. Raises `FieldError` for one that nobody can."""
    if isinstance(value, bool) or value is None:
        return raw  # words, where a text is asked for
    if isinstance(value, str):
        if not value.strip():
            raise FieldError("an empty answer is none; answer alone is met by any text")
        return value.strip()
    if isinstance(value, list) and not _is_shape(value):
        raise FieldError(f"expected a shape such as [28, 28, 6], not {quoted(raw)}")
    typed = Comparison(ANSWER, "==", value).answer
    try:
        if typed is not None:
            check_typeable(typed, typed)
    except Unclear as error:
        raise FieldError(str(error)) from error
    return value


def _possible(field: str, value: Value, raw: str) -> Value:
    """``value`` as ``field`` may be. Raises `FieldError` for one that it never is, as far as its name tells.

    Which other fields the plan or a layer has is not known yet.
    """
    value = _TRUTHS.get(value, value) if isinstance(value, str) else value
    owner, _, name = field.rpartition(".")
    of_layer = owner.startswith("layers[") and owner.endswith("]")
    if owner and not of_layer:
        return value
    if name in _SHAPES and not (_is_whole(value) or _is_shape(value)):
        raise FieldError(f"{field} is a shape, such as [10, 10, 16]; {quoted(raw)} is none")
    switch = of_layer and name == "trainable" and isinstance(value, bool)
    if name in (COUNTS if of_layer else (*COUNTS, *METRICS, "layers")) and not (_is_number(value) or switch):
        raise FieldError(f"{field} is a number; {quoted(raw)} is none")
    if of_layer and name == "type" and not isinstance(value, str):
        raise FieldError(f"{field} is a name, such as Conv2D; {quoted(raw)} is none")
    return value


def _single(value: Value) -> Value:
    """The number in ``value``, if it is a list of one: the shape of a flat output."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_shape(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_whole, value))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
