"""Ways to change an arithmetic as a mistake does: other layers, other values in a formula, another formula."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.learn.exercise import Answer, Question, answer, numbers
from core.network.formulas import Formula, Number
from core.network.layers import Layer
from core.network.summary import Row, summarize

__all__ = ["Edit", "Wrong", "answer_after", "recount", "reformulate", "revalue", "with_fields"]

Wrong = tuple[Answer, str]
"""A wrong answer, and what to say to it."""


class Edit(Struct, frozen=True):
    """A mistake that is the right arithmetic of other layers."""

    change: Callable[[Layer], Layer]
    feedback: str


def with_fields(layer: Layer, **values: Any) -> Layer:
    """``layer`` with those of ``values`` that are fields of it."""
    known = {name: value for name, value in values.items() if name in layer.__struct_fields__}
    return replace(layer, **known) if known else layer


def answer_after(question: Question, edits: Iterable[Edit]) -> list[Wrong]:
    """The answers that each of ``edits`` on its own leads to, without those that change nothing or cannot be built."""
    found: list[Wrong] = []
    for edit in edits:
        layers = tuple(map(edit.change, question.architecture.layers))
        if layers == question.architecture.layers:
            continue
        summary = summarize(replace(question.architecture, layers=layers))
        if not summary.errors:
            found.append((answer(summary, question.asked), edit.feedback))
    return found


def recount(question: Question, rows: Iterable[Row], change: Callable[[Row, Number], Number]) -> int:
    """The count that is asked for, with ``change`` made to each number that it sums up."""
    asked = question.asked
    scope = [row for row in rows if asked.layer in (None, row.index)]
    return sum(change(row, number).value for row in scope if row.facts for number in numbers(row.facts, asked.what))


def revalue(number: Number, values: Mapping[str, int]) -> Number:
    """``number`` with those of ``values`` that are in its formula."""
    known = {name: value for name, value in values.items() if name in dict(number.values)}
    return Formula(number.name, number.formula)(**{**dict(number.values), **known}) if known else number


def reformulate(number: Number, formula: Formula, wrong: Formula) -> Number:
    """``number`` by the ``wrong`` formula, if it is computed by ``formula``."""
    return wrong(number.name, **dict(number.values)) if number.formula == formula.text else number
