"""When which part of a picture that changes all the time is drawn."""

from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic

__all__ = ["Painter", "Part"]

Part = Callable[[], float]
"""Draws a part, and gives the seconds after which it may be drawn again."""


class Painter:
    """Draws parts one at a time, so that no key waits for all of them, and each as seldom as it wants.

    Where one core draws, all of TensorFlow's threads wait for the one that had it: what is drawn more often than
    anybody sees makes a training longer.
    """

    def __init__(self) -> None:
        self._waiting: deque[Part] = deque()
        self._resting: dict[Part, float] = {}

    def want(self, parts: Iterable[Part]) -> None:
        """Have ``parts`` drawn when it is their turn."""
        self._waiting.extend(part for part in parts if part not in self._waiting)

    def draw_next(self) -> None:
        """Draw the part that has waited longest and need not rest, if there is one."""
        now = monotonic()
        part = next((part for part in self._waiting if now >= self._resting.get(part, 0.0)), None)
        if part:
            self._waiting.remove(part)
            self._resting[part] = now + part()

    def draw_all(self) -> None:
        """Draw all that waits, now."""
        while self._waiting:
            self._waiting.popleft()()
        self._resting.clear()
