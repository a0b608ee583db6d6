"""What a student has typed as an answer: read without guessing, and checked."""

import re
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from core.learn.exercise import Answer, Exercise, is_number, show_answer
from core.network.shapes import Shape
from core.typography import TIMES

__all__ = ["LONGEST", "MOST_WRONG", "Unclear", "Verdict", "check", "read_prediction", "spellings"]

LONGEST = 100
"""Characters of an answer that are read; longer ones are not understood."""
MOST_WRONG = 6
"""The most usual of the `spellings`: quizzes list no more of them for each answer that is known to be wrong."""
_DIGITS = 15
"""Digits of a number that are read."""

_SPACES = {ord(space): " " for space in "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\t"}
_BRACKETS = re.compile(r"\((.*)\)|\[(.*)\]")
_BATCH = re.compile(rf"none\s*[x{TIMES}*,;\s]\s*", re.IGNORECASE)
"""The batch axis, as Keras writes it in front of a shape."""
_SEPARATOR = re.compile(rf"\s*([x{TIMES}*,;])\s*|(\s)\s*", re.IGNORECASE)
_SIZE = re.compile(rf"[1-9][0-9]{{0,{_DIGITS - 1}}}")
_WHOLE = re.compile(rf"0|[1-9][0-9]{{0,{_DIGITS - 1}}}")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:([,. '_])[0-9]{3})(?:\1[0-9]{3}){0,3}")
"""A number in groups of three digits with one separator: 61,706 or 1.048.576, but not 0.001 or 1,234.567."""
_SIGN = re.compile(r"[-\N{MINUS SIGN}]")
_SCIENTIFIC = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?e\+?([0-9]{1,2})", re.IGNORECASE)


class Unclear(ValueError):
    """A text that is no answer, or may be two; the message says what to type."""


class Verdict(Struct, frozen=True):
    """What came of an answer.

    ``outcome`` is "right"; "misconception", if a known mistake leads to it, which ``message`` explains; "wrong", with
    the ``steps`` to the answer; "unclear", if it was not understood, where ``message`` says what to type; or "shown",
    if the ``steps`` were asked for.
    """

    outcome: Literal["right", "misconception", "wrong", "unclear", "shown"]
    message: str
    steps: tuple[str, ...] = ()


def check(exercise: Exercise, text: str) -> Verdict:
    """Whether ``text`` answers ``exercise``."""
    try:
        given = read_prediction(text, exercise.answer)
    except Unclear as error:
        return Verdict("unclear", str(error))
    if given == exercise.answer:
        return Verdict("right", f"{show_answer(given)} is right.")
    for known in exercise.misconceptions:
        if known.answer == given:
            return Verdict("misconception", known.feedback)
    return Verdict("wrong", f"{show_answer(given)} is not the answer.", exercise.steps)


def read_prediction(text: str, like: Answer, *, signed: bool = False) -> Answer:
    """The answer in ``text``, a count or a shape of as many sizes as ``like`` has. Raises `Unclear`.

    Where a whole number need not be a count, it may be ``signed``: negative.
    """
    if len(text) > LONGEST:
        raise Unclear(f"longer than {LONGEST} characters: {_wanted(like)}")
    inner = text.translate(_SPACES).strip()
    if isinstance(like, int):
        negative = signed and _SIGN.match(inner)
        return -_count(inner[1:], like) if negative else _count(inner, like)
    sizes = _without_batch(_without_brackets(inner))
    if is_number(like):
        return (_count(sizes.rstrip(", "), like),)
    return _shape(sizes, like)


def spellings(answer: Answer) -> tuple[str, ...]:
    """The usual ways to type ``answer``, each of which `read_prediction` reads as it; of a number the plain one."""
    if is_number(answer):
        return (show_answer(answer),)
    sizes = show_answer(answer).split("x")
    first, last = [sign.join(sizes) for sign in ("x", TIMES, ",", ", ", " ")], ", ".join(sizes)
    more = [" x ".join(sizes), f" {TIMES} ".join(sizes), f"({','.join(sizes)})", f"[{last}]", f"(None, {last})"]
    return (*first, f"({last})", *more)


def _shape(text: str, like: Shape) -> Shape:
    """The sizes in ``text``, with one separator between all of them."""
    signs = {(match[1] or " ").lower() for match in _SEPARATOR.finditer(text)}
    parts = _SEPARATOR.sub("\n", text).split("\n")
    if len(parts) != len(like) or len(signs) != 1 or not all(map(_SIZE.fullmatch, parts)):
        raise Unclear(f"not understood: {_wanted(like)}")
    return tuple(map(int, parts))


def _count(text: str, like: Answer) -> int:
    """The number in ``text``. A point or a comma is read as a thousands separator, or not at all."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if grouped := _THOUSANDS.fullmatch(text):
        return int(text.replace(grouped[1], ""))
    if scientific := _SCIENTIFIC.fullmatch(text):
        return _scientific(text, scientific[2] or "", like)
    raise Unclear(f"not understood: {_wanted(like)}")


def _scientific(text: str, decimals: str, like: Answer) -> int:
    """``6e4`` as 60,000. With three decimals the point may be one of thousands: 61.706e3 may be two numbers."""
    number = Decimal(text)
    if len(decimals) == 3 or number != number.to_integral_value() or number >= 10**_DIGITS:
        raise Unclear(f"not clear: {_wanted(like)}")
    return int(number)


def _without_brackets(text: str) -> str:
    found = _BRACKETS.fullmatch(text)
    return (found[1] if found[1] is not None else found[2]).strip() if found else text


def _without_batch(text: str) -> str:
    found = _BATCH.match(text)
    return text[found.end() :] if found else text


def _wanted(like: Answer) -> str:
    """What to type."""
    if isinstance(like, int) or is_number(like):
        return "type a whole number, such as 61706 or 61,706"
    sizes = {2: "two sizes, such as 28x6", 3: "height, width and channels, such as 28x28x6"}
    return f"type {sizes.get(len(like), f'{len(like)} sizes, with an x between them')}"
