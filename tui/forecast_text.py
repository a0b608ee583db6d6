"""What is expected of a training, and what came of it, as lines for tabs and the command line."""

from core.forecast.forecast import Forecast
from core.forecast.verdict import ForecastVerdict, expected_in_short
from core.typography import typeset

__all__ = ["MARKS", "came", "pending"]

MARKS: dict[bool | None, str] = {True: "\N{CHECK MARK}", False: "\N{BALLOT X}", None: "?"}
"""Whether what was predicted is right; None: it cannot be told."""


def pending(forecast: Forecast) -> str:
    """What is expected, as long as nothing has come of it."""
    return f"predicted: {expected_in_short(forecast)}"


def came(verdict: ForecastVerdict) -> str:
    """What came of it, in a line, with the key that says why."""
    parts = [f"{MARKS[right]} {text}" for right, text in verdict.in_short]
    return typeset("  ".join([*parts, "v: why"]))
