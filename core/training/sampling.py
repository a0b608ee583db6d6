"""When a step is worth a closer look."""

__all__ = ["SHARE", "Sampling"]

SHARE = 0.02
"""Of the time spent on training, what looking closely may take."""

QUICKEST = 0.001
"""Seconds that a look is taken to last before one has been timed; hardly any takes less."""


class Sampling:
    """Keeps the looks to their share of the time, whatever one costs: the first is taken at the very first step."""

    def __init__(self) -> None:
        self._looks = 0
        self._last = 0.0
        self._spent = 0.0

    def due(self, trained: float) -> bool:
        """Whether to look at the next step, after ``trained`` seconds of training."""
        return not self._looks or self._spent + self._last <= SHARE * trained

    def record(self, seconds: float) -> None:
        """A look has taken ``seconds``. The first takes many times as long as the others, and is made but once."""
        if self._looks:
            self._spent += seconds
        self._last = seconds if self._looks else QUICKEST
        self._looks += 1
