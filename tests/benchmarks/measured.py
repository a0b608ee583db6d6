"""What a benchmark measured, and against what."""

from msgspec import Struct

__all__ = ["Measured"]


class Measured(Struct, frozen=True):
    """One figure. ``wanted`` is the bound it is held against, with ``at_most`` telling which side of it is good."""

    what: str
    value: float
    unit: str
    wanted: float | None = None
    at_most: bool = True
    note: str = ""

    @property
    def good(self) -> bool:
        """Whether the figure keeps its bound; True without one."""
        if self.wanted is None:
            return True
        return self.value <= self.wanted if self.at_most else self.value >= self.wanted
