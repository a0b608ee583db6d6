"""A network's numbers as text, for sentences and for the cells of a table."""

from collections.abc import Sequence
from math import isfinite

from core.formatting import show_digits, show_percent
from core.inspection.activations import Spread

__all__ = ["spread_text", "table_numbers"]


def table_numbers(values: Sequence[float], width: int) -> list[str]:
    """The numbers of one table, none wider than ``width``, at least 4, with as many decimals as fit all of them.

    Zeros and non-finite numbers have no decimals, nor has any number if all are integers. Numbers that are still too
    wide are shown as powers of ten.
    """
    finite = [value for value in values if isfinite(value)]
    exact = all(value == int(value) for value in finite)
    decimals = (0,) if exact else (3, 2, 1, 0)
    # Dropping the leading 0 is better than showing only one decimal.
    for places, bare in sorted(((places, bare) for places in decimals for bare in (False, True)), key=_worth):
        texts = [_decimal(value, places, bare=bare) for value in values]
        if all(len(text) <= width for text in texts):
            return texts
    return [text if len(text) <= width else _power(value) for value, text in zip(values, texts, strict=True)]


def spread_text(spread: Spread) -> str:
    """The range of the values: ``0 to 3.41, mean 0.21, 45.1% zeros``."""
    if spread.low is None or spread.high is None or spread.mean is None or spread.zeros is None:
        return f"only NaN and infinity: {spread.count:,} of {spread.count:,}" if spread.count else "no values"
    if spread.count == 1:
        return show_digits(spread.low)
    low, high, mean = (show_digits(value, 3) for value in (spread.low, spread.high, spread.mean))
    return f"{low} to {high}, mean {mean}, {show_percent(spread.zeros, 1)} zeros"


def _worth(form: tuple[int, bool]) -> tuple[bool, bool, int]:
    places, bare = form
    return places < 2, bare, -places


def _decimal(value: float, places: int, *, bare: bool) -> str:
    if not isfinite(value):
        return show_digits(value)
    text = f"{value:.{places}f}" if value else "0"
    return text.replace("0.", ".", 1) if bare and abs(value) < 1 else text


def _power(value: float) -> str:
    return f"{value:.0e}".replace("e+0", "e").replace("e+", "e")
