"""The layer that all views share, in a view's own list of layers."""

from collections.abc import Sequence

from tui.widgets.listing import Listing

__all__ = ["line_of", "place_cursor", "stepped"]


def line_of(rows: Sequence[int], layer: int) -> int:
    """The line of ``layer`` in a list with a line for each of ``rows``, or the line before it."""
    return max(0, sum(row <= layer for row in rows) - 1)


def place_cursor(listing: Listing, rows: Sequence[int], layer: int) -> bool:
    """Select ``layer`` in ``listing``; whether it is among its ``rows``.

    If it is not, the cursor goes to the line before, but is not seen.
    """
    known = layer in rows
    listing.set_class(not known, "-elsewhere")
    # This is not a choice of the user's, which all views would follow.
    with listing.prevent(Listing.Selected):
        listing.cursor = line_of(rows, layer)
    return known


def stepped(rows: Sequence[int], layer: int, by: int) -> int:
    """The layer ``by`` lines below ``layer``, which need not be among ``rows``; at the ends, the last that there is."""
    line = line_of(rows, layer) + by
    if layer not in rows and (by < 0 or layer < rows[0]):
        line += 1 if by < 0 else -1  # the cursor is on the line before
    return rows[min(max(0, line), len(rows) - 1)]
