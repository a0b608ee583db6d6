"""What a benchmark measured, and against what; how much of it is to be measured."""

from statistics import quantiles

from msgspec import Struct

__all__ = ["Measured", "Scope", "percentile"]


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

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """What, how much, what is wanted, whether it is reached, and the note, in words."""
        sign = "at most" if self.at_most else "at least"
        wanted = "" if self.wanted is None else f"{sign} {self.wanted:g}"
        verdict = "" if self.wanted is None else "yes" if self.good else "no"
        value = f"{self.value:.3g}" if self.value < 1000 else f"{self.value:,.0f}"
        return self.what, f"{value} {self.unit}", wanted, verdict, self.note


class Scope(Struct, frozen=True):
    """How much is to be measured."""

    tiny: bool = False
    """Everything once, as short as can be, to see that it works."""
    rounds: int | None = None
    """How often each pair is measured; None: as often as is usual for it."""
    presets: tuple[str, ...] = ()
    """Whose training is compared with ``model.fit``; empty: the usual ones."""

    def times(self, usual: int) -> int:
        """How often to measure what is usually measured ``usual`` times."""
        return 1 if self.tiny else self.rounds or usual


def percentile(values: list[float], percent: int) -> float:
    """The value that ``percent`` in a hundred of ``values`` do not exceed."""
    return max(values) if len(values) < 2 else quantiles(values, n=100, method="inclusive")[percent - 1]
