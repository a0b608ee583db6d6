"""How the styles of curves look in a terminal."""

from core.charts import CurveStyle, Dash, Mark

__all__ = ["COLUMNS", "sample", "sign"]

COLUMNS: dict[Dash, tuple[int, int] | None] = {"solid": None, "dashed": (4, 3), "dotted": (1, 2), "points": None}
"""Columns drawn and skipped in turn; None for all drawn."""

_PIECES: dict[Dash, str] = {
    "solid": "\u2500\u2500",
    "dashed": "\u2574\u2574",
    "dotted": "\u2508\u2508",
    "points": "\u00b7\u00b7",
}
_SIGNS: dict[Mark, str] = {
    "circle": "\u25cf\u25cb",
    "triangle": "\u25b2\u25b3",
    "square": "\u25a0\u25a1",
    "diamond": "\u25c6\u25c7",
    "star": "\u2605\u2606",
}


def sign(style: CurveStyle) -> str:
    """The character at each point; empty for none."""
    return _SIGNS[style.mark][style.hollow] if style.mark else ""


def sample(style: CurveStyle) -> str:
    """A piece of the curve, in at most five cells."""
    piece = _PIECES[style.dash] if style.dash else ""
    return f"{piece}{sign(style)}{piece}"
