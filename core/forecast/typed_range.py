"""An accuracy with a range, as somebody types it: read without guessing, and shown as it was understood."""

import re
from decimal import Decimal

from core.forecast.forecast import AccuracyRange
from core.formatting import show_plain_percent, show_points
from core.learn.prediction import Unclear

__all__ = ["LONGEST", "Unclear", "read_range", "remark", "show_range"]

LONGEST = 60
"""Characters that are read; a longer text is not understood."""
NOTHING, LITTLE = 0.9, 0.4
"""Widths from which a range says nothing or little."""

_LEAST_POINTS = Decimal("0.1")
"""A smaller number after a percentage may be one of points or a share."""
_WANTED = "type a range, such as 93-97 or 95 +- 2"

_ONE = r"([0-9]{1,4}(?:[.,][0-9]{1,9})?|[.,][0-9]{1,9})\s*(%?)"
_BETWEEN = re.compile(rf"{_ONE}\s*(?:-|\.{{2,3}}|to)\s*{_ONE}", re.IGNORECASE)
_AROUND = re.compile(rf"{_ONE}\s*(?:\+\s*/?\s*-|\N{{PLUS-MINUS SIGN}})\s*{_ONE}")
_ALONE = re.compile(_ONE)
_DASHES = {ord(dash): "-" for dash in "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}"}
_SPACES = {ord(space): " " for space in "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\t"}


def read_range(text: str) -> AccuracyRange:
    """The range in ``text``: ``93-97``, ``93..97``, ``93 to 97``, ``95 +- 2``, each also with % or as shares.

    What may be two things is asked about. Raises `Unclear`, which says what to type.
    """
    if len(text) > LONGEST:
        raise Unclear(f"longer than {LONGEST} characters: {_WANTED}")
    inner = text.translate(_DASHES | _SPACES).strip()
    if found := _BETWEEN.fullmatch(inner):
        low, high = sorted(_percents(*found.groups()))
    elif found := _AROUND.fullmatch(inner):
        low, high = _around(*found.groups())
    elif _ALONE.fullmatch(inner):
        raise Unclear(f"a single number says nothing of how sure you are: {_WANTED}")
    else:
        raise Unclear(f"not understood: {_WANTED}")
    if low == high:
        raise Unclear(f"a range has a width: {_WANTED}")
    if high > 100:
        raise Unclear("an accuracy is at most 100%")
    return AccuracyRange(float(low / 100), float(high / 100))


def show_range(accuracy: AccuracyRange) -> str:
    """``93% to 97%``."""
    return f"{show_plain_percent(accuracy.low)} to {show_plain_percent(accuracy.high)}"


def remark(accuracy: AccuracyRange) -> str:
    """How wide it is, and what that is worth."""
    wide = f"{show_points(accuracy.width)} wide"
    if accuracy.width >= NOTHING:
        return f"{wide}, which says nothing: whatever comes lies within"
    if accuracy.width >= LITTLE:
        return f"{wide}, which says little: most of what can come lies within"
    return wide


def _percents(first: str, first_sign: str, second: str, second_sign: str) -> tuple[Decimal, Decimal]:
    """Both ends in percent. Raises `Unclear` where one may be a share and the other a percentage."""
    ends = _number(first), _number(second)
    low, high = sorted(ends)
    if not (first_sign or second_sign) and high <= 1:
        if not _is_decimal(first + second):
            raise Unclear("not clear, percent or shares: type 0%-1% or 0-100")
        return ends[0].scaleb(2), ends[1].scaleb(2)
    share_alone = (0 < ends[0] < 1 and not first_sign) or (0 < ends[1] < 1 and not second_sign)
    if share_alone and high > 1:
        raise Unclear(f"not clear: {low} may be a share or percent; type both ends alike, as in 93-97 or 0.93-0.97")
    return ends


def _around(middle: str, middle_sign: str, spread: str, spread_sign: str) -> tuple[Decimal, Decimal]:
    """Both ends in percent, within 0 and 100. Raises `Unclear` as `_percents` does."""
    center, away = _number(middle), _number(spread)
    if center <= 1 and not middle_sign:
        if spread_sign or away >= 1 or not _is_decimal(middle):
            raise Unclear("not clear, percent or shares: type 95 +- 2 or 0.95 +- 0.02")
        center, away = center.scaleb(2), away.scaleb(2)
    elif 0 < away < _LEAST_POINTS and not spread_sign:
        raise Unclear(f"not clear: {away} points, or {away} as a share? Type 95 +- 2, or 95 +- {away}% for points")
    if center > 100:
        raise Unclear("an accuracy is at most 100%")
    return max(Decimal(0), center - away), min(Decimal(100), center + away)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _is_decimal(text: str) -> bool:
    return "." in text or "," in text
