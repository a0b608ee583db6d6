"""The way to an answer, line by line, from the formulas that the core computes with."""

from collections.abc import Iterator

from core.learn.exercise import Answer, Asked, numbers, show_answer
from core.network.formulas import Number, total
from core.network.layers import Facts
from core.network.shapes import SAME_PADS
from core.network.summary import Row, Summary

__all__ = ["solution"]

_NAMES = {"params": "parameters", "multiply_adds": "multiply-adds"}


def solution(summary: Summary, asked: Asked, answer: Answer) -> tuple[str, ...]:
    """The steps to ``answer``, the last of which ends with it."""
    alone = len(summary.rows) == 2
    until = asked.layer or _last_counted(summary, asked)
    lines: list[str] = []
    for row in summary.rows[1 : until + 1]:
        place = "" if alone else f"layer {row.index} ({row.layer.type}): "
        lines += [f"{place}{line}" for line in _row(row, asked, last=row.index == until)]
    if asked.layer is None:
        lines += _sum(summary, asked, answer)
    return tuple(lines)


def _row(row: Row, asked: Asked, *, last: bool) -> Iterator[str]:
    """The steps of one layer: its output if a later step needs it, and what is counted in it."""
    facts = row.facts
    if facts is None:
        return
    if asked.what == "output_shape" or not last:
        yield from _output(facts)
    elif asked.what == "multiply_adds" and facts.window:
        yield from _sizes(facts)
    if asked.what != "output_shape" and asked.layer in (None, row.index):
        yield from _counts(facts, asked)


def _output(facts: Facts) -> Iterator[str]:
    yield from _sizes(facts)
    if facts.sizes and len(facts.output) > 1:
        yield f"output shape = {show_answer(facts.output)}"


def _sizes(facts: Facts) -> Iterator[str]:
    """The steps to the output's size. How many pixels padding "same" adds is none of them: it follows from the size."""
    yield from (_line(number) for number in facts.sizes if number.formula != SAME_PADS.text)


def _counts(facts: Facts, asked: Asked) -> Iterator[str]:
    parts = numbers(facts, asked.what)
    if asked.what == "multiply_adds" and facts.window:
        yield from map(_line, facts.weights)
    yield from map(_line, parts)
    if len(parts) > 1:
        yield f"{_name(asked)} = {' + '.join(str(number.value) for number in parts)} = {total(parts)}"


def _sum(summary: Summary, asked: Asked, answer: Answer) -> Iterator[str]:
    """The sum over the layers; of one alone, the steps end with it already."""
    counts = [total(numbers(row.facts, asked.what)) for row in summary.rows if row.facts]
    added = [str(number) for number in counts if number]
    if len(added) > 1:
        yield f"{_name(asked)} in all = {' + '.join(added)} = {show_answer(answer)}"


def _last_counted(summary: Summary, asked: Asked) -> int:
    """The last layer with something of what is counted: no step is needed for those below it."""
    return max((row.index for row in summary.rows if row.facts and total(numbers(row.facts, asked.what))), default=0)


def _line(number: Number) -> str:
    sides = (number.name, number.formula, number.substituted, str(number.value))
    return " = ".join(dict.fromkeys(sides))


def _name(asked: Asked) -> str:
    return _NAMES.get(asked.what, asked.what)
