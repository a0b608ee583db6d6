"""The layer that all views share, in a view's own list of layers."""

from collections.abc import Sequence

from tui.widgets.listing import Listing

__all__ = ["place_cursor"]


def place_cursor(listing: Listing, rows: Sequence[int], layer: int) -> bool:
    """Select ``layer`` in ``listing``, which has a line for each of ``rows``; whether it is among them.

    If it is not, the cursor goes to the line before, but is dimmed: up and down go on from there.
    """
    known = layer in rows
    listing.set_class(not known, "-elsewhere")
    # This is not a choice of the user's, which all views would follow.
    with listing.prevent(Listing.Selected):
        listing.cursor = max(0, sum(row <= layer for row in rows) - 1)
    return known
