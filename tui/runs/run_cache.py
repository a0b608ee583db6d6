"""A cache of runs loaded from disk."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from core.runs.record import Run, RunDetails

__all__ = ["RunCache"]

SIZE = 24
"""Runs cached; a long one takes a megabyte."""


class RunCache:
    """Loads runs with ``read``, which takes an id, and caches the latest. Thread-safe."""

    def __init__(self, read: Callable[[str], RunDetails]) -> None:
        self._read = read
        self._cache: OrderedDict[str, tuple[Run, RunDetails]] = OrderedDict()
        self._lock = Lock()

    def cached(self, run: Run) -> RunDetails | None:
        """The cached details of ``run``, if the list's record has not changed."""
        with self._lock:
            listed, details = self._cache.get(run.id, (None, None))
            if listed != run:
                return None
            self._cache.move_to_end(run.id)
            return details

    def read(self, run: Run) -> RunDetails:
        """Everything about ``run`` but its weights. Raises `core.runs.record.RunError`."""
        details = self.cached(run)
        if details is None:
            details = self._read(run.id)
            with self._lock:
                self._cache[run.id] = run, details
                self._cache.move_to_end(run.id)
                while len(self._cache) > SIZE:
                    self._cache.popitem(last=False)
        return details
