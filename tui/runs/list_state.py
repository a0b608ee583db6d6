"""The state of the list of runs: their order, the filter and the marks."""

from collections.abc import Iterable

from msgspec.structs import replace

from core.runs.groups import RunGroup, folded, sweep_key
from core.runs.record import Run
from core.runs.search import Searchable, ordered

__all__ = ["RunListState"]

ASCENDING = frozenset({"name", "architecture", "device", "state", "note"})
"""Columns that sort ascending first; numbers and dates sort descending first."""


class RunListState:
    """Keeps the runs sorted, so that typing in the filter only has to search them."""

    def __init__(self) -> None:
        self.runs: tuple[Run, ...] = ()
        """All runs, sorted."""
        self.column = "begun"
        """The column that they are sorted by."""
        self.descending = True
        self.query = ""
        """The text in the filter."""
        self.unfolded = False
        """Whether runs that never took a step are shown without a query too."""
        self.begun: RunGroup | None = None
        """The sweep that is being trained, or has ended and none of its runs is listed yet."""
        self._marks: dict[str, None] = {}
        self._newest_first: tuple[Run, ...] = ()
        self._started: tuple[Run, ...] = ()
        self._searchable: Searchable | None = None

    @property
    def shown(self) -> tuple[Run, ...]:
        """The runs that match the query; without one, those that took a step, unless all are unfolded."""
        if self.query.strip():
            return self.prepare().matching(self.query)
        return self.runs if self.unfolded or not self.folded else self._started

    @property
    def rows(self) -> tuple[Run | RunGroup, ...]:
        """What `shown` has, with a row for each sweep in place of its runs, unless there is a query."""
        if self.query.strip():
            return self.shown
        rows, begun = folded(self.shown), self.begun
        if begun is None:
            return rows
        if all(row.id != begun.id for row in rows):
            return (begun, *rows)
        return tuple(replace(row, live=begun.live) if row.id == begun.id else row for row in rows)

    @property
    def folded(self) -> int:
        """How many runs never took a step."""
        return len(self.runs) - len(self._started)

    def prepare(self) -> Searchable:
        """Prepare for a query: with thousands of runs, the first key would be slow otherwise."""
        if self._searchable is None:
            self._searchable = Searchable(self.runs)
        return self._searchable

    @property
    def marked(self) -> tuple[Run, ...]:
        """The marked runs, whether they match the query or not, in the order of marking."""
        if not self._marks:
            return ()
        known = {run.id: run for run in self.runs if run.id in self._marks}
        return tuple(known[name] for name in self._marks)

    def take(self, runs: Iterable[Run]) -> None:
        """Replace the runs with ``runs``, newest first; marks on those still there remain."""
        self._newest_first = tuple(runs)
        self.begin(self.begun)
        present = {run.id for run in self._newest_first} if self._marks else ()
        self._marks = {name: None for name in self._marks if name in present}
        self._sort()

    def begin(self, group: RunGroup | None) -> None:
        """Take note of the sweep that is being trained, or was: over, it has its row until its runs are listed."""
        listed = group and not group.live and any(sweep_key(run) == group.key for run in self._newest_first)
        self.begun = None if listed else group

    def sort(self, column: str) -> None:
        """Sort by ``column``; if already sorted by it, reverse the order."""
        self.descending = not self.descending if column == self.column else column not in ASCENDING
        self.column = column
        self._sort()

    def mark(self, ids: Iterable[str], *, on: bool) -> None:
        """Mark or unmark runs."""
        if on:
            self._marks |= dict.fromkeys(ids)
        else:
            gone = set(ids)
            self._marks = {name: None for name in self._marks if name not in gone}

    def is_marked(self, id: str) -> bool:
        """Whether a run is marked."""
        return id in self._marks

    def _sort(self) -> None:
        # Ties: newest first.
        self.runs = ordered(self._newest_first, self.column, self.descending)
        self._started = tuple(run for run in self.runs if not run.unstarted)
        self._searchable = None
