"""Runs read from disk, the last ones kept at hand."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from core.runs.record import Run, RunDetails

__all__ = ["RunCache"]

KEPT = 24
"""Runs kept at hand; a long one takes a megabyte."""


class RunCache:
    """Reads runs with ``read``, which takes an id. It may be asked in several threads."""

    def __init__(self, read: Callable[[str], RunDetails]) -> None:
        self._read = read
        self._kept: OrderedDict[str, tuple[Run, RunDetails]] = OrderedDict()
        self._lock = Lock()

    def at_hand(self, run: Run) -> RunDetails | None:
        """What is at hand of ``run`` as the list has it."""
        with self._lock:
            listed, told = self._kept.get(run.id, (None, None))
            if listed != run:
                return None
            self._kept.move_to_end(run.id)
            return told

    def read(self, run: Run) -> RunDetails:
        """All of ``run`` but its weights. Raises `core.runs.record.RunError`."""
        told = self.at_hand(run)
        if told is None:
            told = self._read(run.id)
            with self._lock:
                self._kept[run.id] = run, told
                self._kept.move_to_end(run.id)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return told
