"""Formats numbers for display: bytes, counts, durations, percentages, dates."""

import time
from decimal import Decimal
from math import isfinite, isinf

__all__ = [
    "NONE",
    "show_accuracy",
    "show_amount",
    "show_bytes",
    "show_change",
    "show_count",
    "show_digits",
    "show_duration",
    "show_gap",
    "show_loss",
    "show_moment",
    "show_percent",
    "show_plain_percent",
    "show_points",
    "show_rate",
    "show_share",
    "show_short",
    "show_weight",
]

NONE = "-"
"""Shown for unknown or missing values."""
_INFINITE = "\u221e"


def show_bytes(size: float) -> str:
    """Bytes with a binary unit: ``241 KiB``."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        if size < 1024 or unit == "EiB":
            digits = 0 if unit == "B" or size >= 100 else 1
            return f"{size:,.{digits}f} {unit}"
        size /= 1024
    raise AssertionError("the last unit accepts every size")


def show_count(number: int) -> str:
    """An integer with thousands separators: ``61,706``."""
    return f"{number:,}"


def show_amount(number: int, thing: str) -> str:
    """``1 bias``, ``236 biases``, ``1 weight``, ``2 batches``, ``0 entries``."""
    return f"{number:,} {thing if number == 1 else _plural(thing)}"


def _plural(thing: str) -> str:
    if thing.endswith("y") and thing[-2:-1] not in "aeiou":
        return f"{thing[:-1]}ies"
    return f"{thing}es" if thing.endswith(("s", "x", "tch", "sh")) else f"{thing}s"


def show_short(number: float) -> str:
    """A number in at most four characters and a letter: ``416k``, ``15.3G``."""
    for limit, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            scaled = number / limit
            return f"{scaled:,.0f}{letter}" if scaled >= 100 else f"{scaled:.3g}{letter}"
    return f"{number:.0f}"


def show_change(before: int, after: int) -> str:
    """``61,706 -> 42,800 (-31%)``; a tenfold increase or more as a factor, a change below 1% as a difference."""
    ratio = after / before if before else 0.0
    if ratio >= 10:
        change = f" (x{ratio:,.0f})"
    elif abs(ratio - 1) < 0.01:
        change = f" ({after - before:+,})"
    else:
        digits = 1 if 0 < ratio < 0.005 else 0
        change = f" (-{show_percent(1 - ratio, digits)})" if ratio < 1 else f" (+{ratio - 1:.0%})"
    return f"{before:,} -> {after:,}{change if before else ''}"


def show_duration(seconds: float) -> str:
    """``0.8 s``, ``42 s``, ``3:05``, ``1:02:09``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, whole_seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole_seconds:02}" if hours else f"{minutes}:{whole_seconds:02}"


def show_percent(share: float | None, digits: int = 2) -> str:
    """A share from 0 to 1 as a percentage: ``98.71%``. Only exactly 1 is 100%, only exactly 0 is 0%.

    A share that would round to either gets one more digit, ``99.997%``, and if that is not enough or ``digits`` is 0,
    a sign: ``>99.99%``, ``<0.001%``. No text is wider than that of 100%.
    """
    if share is None:
        return NONE
    text = f"{share:.{digits}%}"
    if not 0 < share < 1 or float(text[:-1]) not in (0.0, 100.0):
        return "NaN" if share != share else text  # noqa: PLR0124  # NaN is not equal to itself
    if digits and float((finer := f"{share:.{digits + 1}%}")[:-1]) not in (0.0, 100.0):
        return finer
    least = Decimal(1).scaleb(-digits)
    return f">{100 - least}%" if share > 0.5 else f"<{least.scaleb(-1) if digits else least}%"


def show_plain_percent(share: float) -> str:
    """A share that somebody typed as a percentage, with as few digits as it has: ``93%``, ``0.5%``."""
    return f"{100 * share:.7g}%"


def show_points(share: float) -> str:
    """A difference of shares in points of percent: ``1 point``, ``4 points``, ``0.5 points``."""
    points = f"{100 * share:.3g}"
    return f"{points} {'point' if points == '1' else 'points'}"


def show_share(share: float | None, digits: int = 4) -> str:
    """A share from 0 to 1 as a decimal fraction: ``0.9871``. Only 1 is ``1.0000``, only 0 is ``0.0000``."""
    if share is None:
        return NONE
    if 0 < share < 1:
        least = 10.0**-digits
        share = min(max(share, least), 1 - least)
    return f"{share:.{digits}f}"


def show_accuracy(accuracy: float | None) -> str:
    """A share as a percentage with two digits: ``98.71%``; see `show_percent`."""
    return show_percent(accuracy)


def show_gap(gap: float | None) -> str:
    """A difference of two shares in percentage points: ``1.42 pp``, ``-0.10 pp``."""
    return NONE if gap is None else f"{100 * gap + 0.0:.2f} pp".replace("-0.00", "0.00")


def show_loss(loss: float | None) -> str:
    """A loss with four digits: ``0.0412``, ``12.35``."""
    return NONE if loss is None else f"{loss:.4f}" if abs(loss) < 10 else f"{loss:.4g}"


def show_rate(learning_rate: float) -> str:
    """A learning rate in few digits: ``0.0005``, ``1.25e-05``."""
    return f"{learning_rate:.3g}"


def show_weight(value: float | None) -> str:
    """A weight, or a figure of weights, in at most eight characters: ``-0.0123``, ``4.5e-05``, ``-2.4e+09``."""
    if value is None:
        return NONE
    return f"{value:.3g}" if value == 0 or 1e-3 <= abs(value) < 999.5 else f"{value:.1e}"


def show_moment(seconds: float) -> str:
    """A time in seconds since 1970, to the minute, in local time: ``2023-11-20 14:05``."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def show_digits(number: float, digits: int = 4) -> str:
    """With ``digits`` significant digits: ``3.412``, ``19``, ``NaN``, ``-1.2e-5``."""
    if not isfinite(number):
        return ("-" if number < 0 else "") + _INFINITE if isinf(number) else "NaN"
    return f"{number or 0.0:.{digits}g}".replace("e-0", "e-").replace("e+0", "e")
