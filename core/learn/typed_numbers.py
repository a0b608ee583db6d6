"""Numbers that are typed into a bench: one, several in a row, or rows of them."""

import re
from collections.abc import Sequence
from math import isfinite

from core.fields.types import FieldError
from core.formatting import show_amount, show_count
from core.sanitize import quoted

__all__ = [
    "MOST",
    "Rows",
    "nudged",
    "read_number",
    "read_numbers",
    "read_rows",
    "read_whole",
    "show_number",
    "show_rows",
]

MOST = 1_000_000
"""The largest number of a bench, and with a minus the smallest: with more, sums would lose the digits to look at."""

Rows = tuple[tuple[float, ...], ...]
"""A table of numbers, row by row."""

_APART = re.compile(r"[\s,]+")
_ROWS = re.compile(r"[/;\n\]]+")
_MINUS = str.maketrans("\N{MINUS SIGN}", "-")


def read_number(text: str) -> float:
    """The number that ``text`` is. Raises `FieldError`."""
    numbers = read_numbers(text)
    if len(numbers) != 1:
        raise FieldError(f"expected one number, not {len(numbers) or 'an empty text'}")
    return numbers[0]


def read_whole(text: str, least: int, most: int) -> int:
    """The whole number that ``text`` is, from ``least`` to ``most``. Raises `FieldError`."""
    word = text.strip()
    if not (re.fullmatch(r"\+?[0-9]{1,9}", word) and least <= int(word) <= most):
        raise FieldError(f"expected a whole number from {least} to {most}, not {quoted(word)}")
    return int(word)


def read_numbers(text: str) -> tuple[float, ...]:
    """The numbers in ``text``, separated by spaces or commas. Raises `FieldError`."""
    return tuple(_number(word) for word in _APART.split(text.translate(_MINUS)) if word)


def read_rows(text: str, most: int) -> Rows:
    """The rows in ``text``, at most ``most`` of at most as many numbers each, all equally long.

    Rows are separated by slashes, semicolons or new lines; lists as Python writes them are understood too.
    Raises `FieldError`.
    """
    rows: list[tuple[float, ...]] = []
    for part in _ROWS.split(text.replace("[", " ")):
        if not part.strip(" \t,"):
            continue
        if len(rows) == most:
            raise FieldError(f"has more than {show_amount(most, 'row')}")
        try:
            rows.append(read_numbers(part))
        except FieldError as error:
            raise FieldError(f"row {len(rows) + 1}: {error.message}") from error
    if not rows:
        raise FieldError("type its rows, separated by slashes: 0 1 / 2 3")
    for place, row in enumerate(rows, start=1):
        if len(row) > most:
            raise FieldError(f"row {place} has {len(row)} numbers, more than {most}")
        if len(row) != len(rows[0]):
            raise FieldError(f"row {place} has {show_amount(len(row), 'number')}, row 1 has {len(rows[0])}")
    return tuple(rows)


def show_number(number: float) -> str:
    """``number`` as one would type it, without the traces of binary fractions: ``0.3``, ``-10``."""
    return f"{number + 0.0:.10g}"


def show_rows(rows: Sequence[Sequence[float]]) -> str:
    """``rows`` as one would type them: ``0 1 / 2 3``."""
    return " / ".join(" ".join(map(show_number, row)) for row in rows)


def nudged(text: str, by: float) -> str:
    """``text`` with the number that it is made larger by ``by``; the same if it is none, or would be too large."""
    try:
        more = read_number(text) + by
    except FieldError:
        return text
    return show_number(more) if abs(more) <= MOST else text


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise FieldError(f"{quoted(word)} is not a number") from None
    if not isfinite(number) or abs(number) > MOST:
        raise FieldError(f"expected numbers from {show_count(-MOST)} to {show_count(MOST)}, not {quoted(word)}")
    return number + 0.0
