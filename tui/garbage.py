"""Runs Python's garbage collector while the user is idle, not while they type.

A dialog's widgets refer to each other, so only a full collection frees them, and it would delay the painting of what
a key has changed.
"""

import gc
from time import monotonic

from textual.app import App
from textual.timer import Timer

__all__ = ["IdleCollector"]

RARELY = 100
"""Collections of generation 1 before a full one; Python's default is 10."""
REST = 2.0
"""Idle seconds after which a full collection runs, once."""


class IdleCollector:
    """Collects garbage whenever ``app`` has been idle for a while. Use it on the app's thread only."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._touched = 0.0
        self._due: Timer | None = None

    def begin(self) -> None:
        """Exempt the app's own objects from collection and make full collections rare."""
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], RARELY)
        gc.enable()

    def touched(self) -> None:
        """Restart the idle time: there was input."""
        self._touched = monotonic()
        if self._due is None:
            self._due = self._app.set_timer(REST, self._collect)

    def _collect(self) -> None:
        left = self._touched + REST - monotonic()
        if left > 0:
            self._due = self._app.set_timer(left, self._collect)
        else:
            self._due = None
            gc.collect()
