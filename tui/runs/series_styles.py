"""What distinguishes runs that are shown together: a symbol, a color and a line style."""

__all__ = ["DASHES", "MOST", "ROLES", "SIGNS", "Sign", "sample", "sign"]

Sign = tuple[str, str]
"""The symbol of a run, and the role that gives its color."""

SIGNS = "\u25cf\u25b2\u25a0\u25c6\u25cb\u25b3\u25a1\u25c7"
MOST = len(SIGNS)
"""Runs whose curves are drawn; more would be indistinguishable."""
ROLES = tuple(f"curve{number}" for number in range(1, MOST + 1))
"""Their roles, the last part of component classes."""
FURTHER: Sign = ("+", "muted")
"""Marks a run that is not drawn."""

DASHES = (None, (4, 3), (1, 2))
"""Line styles, in turn: see `tui.widgets.picture.Line`."""
PIECES = ("\u2500\u2500", "\u2574\u2574", "\u2508\u2508")
"""Samples of the line styles, two cells each."""


def sign(number: int) -> Sign:
    """The symbol of the run ``number``, counted from 0."""
    return (SIGNS[number], ROLES[number]) if number < MOST else FURTHER


def sample(number: int) -> str:
    """A piece of the curve ``number``, which is below `MOST`."""
    piece = PIECES[number % len(PIECES)]
    return f"{piece}{SIGNS[number]}{piece}"
