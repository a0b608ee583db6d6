"""Python's garbage collector, kept out of a person's way: not while they type, but as soon as they rest.

A dialog's widgets refer to each other, so only a collection of all objects frees them, and painting what a key has
changed would wait for it.
"""

import gc
from time import monotonic

from textual.app import App
from textual.timer import Timer

__all__ = ["IdleCollector"]

RARELY = 100
"""How many collections of young objects come before one of all objects; Python's own choice is 10."""
REST = 2.0
"""Seconds without an input after which all objects are collected, once."""


class IdleCollector:
    """Collects garbage whenever nobody has touched ``app`` for a while. All is for the app's own thread."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._touched = 0.0
        self._due: Timer | None = None

    def begin(self) -> None:
        """Leave out what the app consists of, for good, and what is young most of the time."""
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], RARELY)
        gc.enable()

    def touched(self) -> None:
        """A person is at work: collect once they rest."""
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
