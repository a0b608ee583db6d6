"""Where a number comes from: its formula, and the formula with the numbers in it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from core.formatting import show_count, show_digits

__all__ = ["DIGITS", "Explanation", "Term", "added", "cell", "digits", "factor", "given", "lines", "product", "summed"]

DIGITS = 5
"""Significant digits of a number in a formula."""


class Term(Struct, frozen=True):
    """One of the numbers that are added up, and how it is computed."""

    text: str
    value: float


class Explanation(Struct, frozen=True):
    """``name`` is ``formula``, which comes to ``value``: with numbers it is ``text``, or the sum of ``terms``.

    Without a formula it is given, and ``text`` says what it is.
    """

    name: str
    formula: str
    value: float
    text: str = ""
    terms: tuple[Term, ...] = ()


def cell(name: str, index: Sequence[object]) -> str:
    """An entry of an array: ``W2[3, 7]``."""
    return f"{name}[{', '.join(map(str, index))}]"


def digits(value: float) -> str:
    """A number in a formula."""
    return show_digits(value, DIGITS)


def factor(value: float) -> str:
    """A number within a product, with the parentheses that a negative one needs."""
    return f"({digits(value)})" if value < 0 else digits(value)


def product(left: float, right: float) -> Term:
    """``left * right``."""
    return Term(f"{digits(left)} * {factor(right)}", left * right)


def summed(name: str, formula: str, terms: Iterable[Term], value: float) -> Explanation:
    """The sum of ``terms``, which is ``value``."""
    return Explanation(name, formula, value, terms=tuple(terms))


def given(name: str, what: str, value: float) -> Explanation:
    """A number that is not computed, and what it is."""
    return Explanation(name, "", value, what)


def lines(explanation: Explanation, most: int) -> tuple[str, ...]:
    """``explanation`` line by line, with at most ``most`` terms of a sum: the largest, in their order."""
    value = digits(explanation.value)
    if not explanation.formula:
        return (f"{explanation.name} = {value}, {explanation.text}",)
    head = f"{explanation.name} = {explanation.formula}"
    if explanation.terms:
        return head, f"= {_terms(explanation.terms, max(1, most))}", f"= {value}"
    if not explanation.text or explanation.text in (explanation.formula, value):
        return head, f"= {value}"
    return head, f"= {explanation.text}", f"= {value}"


def _terms(terms: Sequence[Term], most: int) -> str:
    if len(terms) <= most:
        return added([term.text for term in terms])
    largest = sorted(range(len(terms)), key=lambda index: -abs(terms[index].value))[:most]
    shown = [terms[index].text for index in sorted(largest)]
    rest = sum(term.value for index, term in enumerate(terms) if index not in set(largest))
    return f"{added(shown)} + {show_count(len(terms) - most)} more, together {digits(rest)}"


def added(texts: Sequence[str]) -> str:
    """Numbers and products as a sum; one that begins with a minus is taken away."""
    return texts[0] + "".join(f" - {text[1:]}" if text.startswith("-") else f" + {text}" for text in texts[1:])
