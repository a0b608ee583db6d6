"""Runs Python's garbage collector while the user is idle, not while they type.

A dialog's widgets refer to each other, so only a full collection frees them, and it would delay the painting of what
a key has changed.
"""

import gc
from collections.abc import Callable

from textual.app import App
from textual.timer import Timer

__all__ = ["IdleCollector"]

RARELY = 100
"""Collections of generation 1 before a full one; Python's default is 10."""
REST = 2.0
"""Idle seconds after which a full collection runs, once."""


class IdleCollector:
    """Collects garbage whenever ``app`` has been idle for a while and is not ``busy``.

    Use it on the app's thread only.
    """

    def __init__(self, app: App[None], busy: Callable[[], bool]) -> None:
        self._app = app
        self._busy = busy
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Exempt the app's own objects from collection and make full collections rare."""
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], RARELY)
        gc.enable()

    def touched(self) -> None:
        """Restart the idle time: there was input."""
        if self._timer is None:
            self._timer = self._app.set_timer(REST, self._collect)
        else:
            self._timer.reset()

    def _collect(self) -> None:
        self._timer = None
        if self._busy():
            self.touched()
        else:
            gc.collect()
