"""An answer that is typed: a whole number, a decimal one, or a shape. Lessons and assignments read it alike."""

import re
from decimal import Decimal

from core.learn.exercise import Answer, show_answer
from core.learn.prediction import LONGEST, Unclear, read_prediction

__all__ = ["TypedAnswer", "check_typeable", "read_answer", "show_typed"]

TypedAnswer = Answer | float

_DECIMAL = re.compile(r"([+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:e[+-]?[0-9]{1,2})?)\s*(%?)", re.IGNORECASE)
"""Two digits of an exponent are enough, and give no infinite number."""
_COMMA_OR_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_MINUS = str.maketrans("\N{MINUS SIGN}", "-")


def read_answer(text: str, like: TypedAnswer, *, percent: bool = False) -> TypedAnswer:
    """The answer in ``text``: decimal, whole or a shape of as many sizes, as ``like`` is. Raises `Unclear`.

    With ``percent``, ``95.7%`` is the share 0.957.
    """
    if isinstance(like, float):
        return _decimal(text, percent=percent)
    return read_prediction(text, like, signed=True)


def check_typeable(answer: TypedAnswer, like: TypedAnswer) -> None:
    """Raises `Unclear` unless ``answer`` can be typed where one ``like`` this is asked for."""
    text = show_typed(answer)
    try:
        found = read_answer(text, like)
    except Unclear as error:
        raise Unclear(f"nobody can type {_cut(text)}: {error}") from error
    if found != answer:
        raise Unclear(f"nobody can type {_cut(text)}: it is read as {_cut(show_typed(found))}")


def show_typed(answer: TypedAnswer) -> str:
    """``answer`` as one would type it, with all its digits."""
    return repr(answer) if isinstance(answer, float) else show_answer(answer)


def _decimal(text: str, *, percent: bool) -> float:
    """The number in ``text``, with a point or a comma before its decimals; 95.7% is exactly what 0.957 is."""
    wanted = f"type a number, such as 0.25{' or 25%' if percent else ''}"
    if len(text) > LONGEST:
        raise Unclear(f"longer than {LONGEST} characters: {wanted}")
    inner = text.strip().translate(_MINUS)
    found = _DECIMAL.fullmatch(inner)
    if found is None or (found[2] and not percent):
        raise Unclear(f"not understood: {wanted}")
    if _COMMA_OR_THOUSANDS.fullmatch(found[1]):
        either = f"{found[1].replace(',', '.')} or {found[1].replace(',', '')}"
        raise Unclear(f"not clear, {either}: type a number with a point, such as 0.25")
    number = Decimal(found[1].replace(",", "."))
    return float(number.scaleb(-2) if found[2] else number)


def _cut(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}..."
