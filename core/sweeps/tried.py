"""What became of a setting, as the choice of the next one takes it into account."""

from msgspec import Struct

__all__ = ["Places", "Tried"]

Places = tuple[int, ...]
"""A setting, by the places of its values in the lists of the sweep."""


class Tried(Struct, frozen=True):
    """What came of a setting."""

    value: float | None = None
    """The mean of the metric; None if nothing is known, as it failed or is under way."""
    pruned_at: int | None = None
    """The epoch after which it was ended early, with ``value`` then."""
    under_way: bool = False
