"""Typographic signs for numbers and formulas: 28x28x6 is shown as 28×28×6, floor((14 - 5) / 1) as ⌊(14 − 5) / 1⌋.

Code, files and JSON keep ASCII. What a person reads is typeset where it is shown: sizes, factors, arrows, and the
minus of a formula. Numbers, and sums of numbers, stay as Python writes them, so that they can be copied into it.
"""

import re
from functools import lru_cache

__all__ = ["TIMES", "typeset", "typeset_formula"]

TIMES, DOT, ARROW, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MIDDLE DOT}", "\N{RIGHTWARDS ARROW}", "\N{MINUS SIGN}"
ROUNDED = {"floor": ("\N{LEFT FLOOR}", "\N{RIGHT FLOOR}"), "ceil": ("\N{LEFT CEILING}", "\N{RIGHT CEILING}")}

_SIZES = re.compile(r"(?<=[0-9?])( ?)x(?= ?[0-9?])")
_FACTOR = re.compile(r"(?<=\()x(?=[0-9])")
_FILTERS = re.compile(r"(?<=[0-9])@(?=[0-9])")


@lru_cache(4_096)
def typeset(text: str) -> str:
    """Sizes, factors, arrows and filters in ``text`` with their signs: ``16·5×5`` for 16@5x5, ``28 → 784 (×28)``."""
    text = _FACTOR.sub(TIMES, _SIZES.sub(rf"\1{TIMES}", text))
    return _FILTERS.sub(DOT, text).replace(" -> ", f" {ARROW} ")


@lru_cache(4_096)
def typeset_formula(formula: str) -> str:
    """A formula with its signs: ``floor((size + 2*pad - window) / stride) + 1`` has ⌊ ⌋, × and −; ``x**2`` is x^2.

    Parentheses are those of the formula: a text in which they do not pair is left without brackets.
    """
    return _round_brackets(formula).replace("**", "^").replace("*", TIMES).replace(" - ", f" {MINUS} ")


def _round_brackets(text: str) -> str:
    """``text`` with the calls of floor and ceil as brackets, the innermost too."""
    for name, (left, right) in ROUNDED.items():
        while (start := text.find(f"{name}(")) >= 0:
            begin = start + len(name) + 1
            end = _closing(text, begin)
            if end is None:
                return text
            text = f"{text[:start]}{left}{text[begin:end]}{right}{text[end + 1 :]}"
    return text


def _closing(text: str, begin: int) -> int | None:
    """The index of the parenthesis that closes the one before ``begin``; None if there is none."""
    depth = 1
    for index in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if not depth:
            return index
    return None
