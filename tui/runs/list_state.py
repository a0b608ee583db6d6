"""The runs as a person wants to see them: in which order, which of them, which are marked. Pure but for its state."""

from collections.abc import Iterable

from core.runs.record import Run
from core.runs.search import Searchable, ordered

__all__ = ["RunListState"]

RISING = frozenset({"name", "architecture", "device", "state", "note"})
"""Columns that begin with the first; of figures the highest is wanted, of dates the newest."""


class RunListState:
    """Keeps the runs in order, so that a key in the filter has only to look through them."""

    def __init__(self) -> None:
        self.runs: tuple[Run, ...] = ()
        """All of them, in order."""
        self.column = "begun"
        """What they are in order of."""
        self.descending = True
        self.query = ""
        """What is typed into the filter."""
        self._marks: dict[str, None] = {}
        self._newest_first: tuple[Run, ...] = ()
        self._searchable: Searchable | None = None

    @property
    def shown(self) -> tuple[Run, ...]:
        """Those that fit the query."""
        return self.prepare().matching(self.query) if self.query.strip() else self.runs

    def prepare(self) -> Searchable:
        """Get ready for a query: with thousands of runs the first key would have to wait for it."""
        if self._searchable is None:
            self._searchable = Searchable(self.runs)
        return self._searchable

    @property
    def marked(self) -> tuple[Run, ...]:
        """Those that are marked, whether they fit the query or not, in the order in which they were marked."""
        if not self._marks:
            return ()
        known = {run.id: run for run in self.runs if run.id in self._marks}
        return tuple(known[name] for name in self._marks)

    def take(self, runs: Iterable[Run]) -> None:
        """Have ``runs``, newest first, in the place of those before; marks stay on those that are still there."""
        self._newest_first = tuple(runs)
        present = {run.id for run in self._newest_first} if self._marks else ()
        self._marks = {name: None for name in self._marks if name in present}
        self._order()

    def sort(self, column: str) -> None:
        """Put them in order of ``column``; if they are already, the other way round."""
        self.descending = not self.descending if column == self.column else column not in RISING
        self.column = column
        self._order()

    def mark(self, ids: Iterable[str], *, on: bool) -> None:
        """Mark runs, or take the marks away."""
        if on:
            self._marks |= dict.fromkeys(ids)
        else:
            gone = set(ids)
            self._marks = {name: None for name in self._marks if name not in gone}

    def is_marked(self, id: str) -> bool:
        """Whether a run is marked."""
        return id in self._marks

    def _order(self) -> None:
        # Where several are equal, the newest comes first.
        self.runs = ordered(self._newest_first, self.column, self.descending)
        self._searchable = None
