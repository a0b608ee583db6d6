"""Schedules the drawing of the parts of a live view."""

from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic

__all__ = ["Painter", "Part"]

Part = Callable[[], float]
"""Draws a part and returns the seconds until it may be drawn again."""


class Painter:
    """Draws parts one at a time, so that no key waits for all of them, and each only as often as it allows.

    Drawing takes a core from TensorFlow, whose other threads then wait: drawing more often than anybody can see slows
    down training.
    """

    def __init__(self) -> None:
        self._waiting: deque[Part] = deque()
        self._resting: dict[Part, float] = {}

    def want(self, parts: Iterable[Part]) -> None:
        """Queue ``parts`` for drawing."""
        self._waiting.extend(part for part in parts if part not in self._waiting)

    def draw_next(self) -> None:
        """Draw the part that has waited longest and is due, if any."""
        now = monotonic()
        part = next((part for part in self._waiting if now >= self._resting.get(part, 0.0)), None)
        if part:
            self._waiting.remove(part)
            self._resting[part] = now + part()

    def draw_all(self) -> None:
        """Draw everything queued, now."""
        while self._waiting:
            self._waiting.popleft()()
        self._resting.clear()
