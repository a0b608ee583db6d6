"""What distinguishes runs that are shown together: a symbol and a color."""

from core.run_charts import RUNS
from tui.widgets.curve_signs import sign as curve_sign

__all__ = ["MOST", "ROLES", "Sign", "sign"]

Sign = tuple[str, str]
"""The symbol of a run, and the role that gives its color."""

MOST = len(RUNS)
"""Runs whose curves are drawn; more would be indistinguishable."""
ROLES = tuple(style.role for style in RUNS)
"""Their roles, the last part of component classes."""
FURTHER: Sign = ("+", "muted")
"""Marks a run that is not drawn."""


def sign(number: int) -> Sign:
    """The symbol of the run ``number``, counted from 0."""
    return (curve_sign(RUNS[number]), RUNS[number].role) if number < MOST else FURTHER
