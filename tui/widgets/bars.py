"""Horizontal bars to an eighth of a cell, and heights as characters."""

__all__ = ["HEIGHTS", "bar", "height"]

FULL = "\u2588"
EIGHTHS = ("", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589")
HEIGHTS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
"""A cell filled from the bottom, by eighths."""


def bar(share: float, cells: int, *, least: int = 0) -> str:
    """``share``, 0 to 1, of ``cells`` cells, at least ``least`` eighths of a cell long."""
    eighths = max(least, round(share * cells * 8))
    return FULL * (eighths // 8) + EIGHTHS[eighths % 8]


def height(share: float) -> str:
    """``share``, 0 to 1, as the height of one character; even 0 is visible."""
    return HEIGHTS[1 + round(share * (len(HEIGHTS) - 2))]
