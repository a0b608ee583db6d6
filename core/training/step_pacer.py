"""How fast training goes, and how many steps fit an execution."""

__all__ = ["StepPacer"]

TARGET = 0.04
"""Seconds that an execution should last: short enough for every command and for the curve to have its points, long
enough that the way in and out of TensorFlow does not count."""

GROWTH = 4
"""An execution has at most so many times the steps of the one before: the first steps tell little."""


class StepPacer:
    """The speed of one kind of step, learnt as it goes."""

    def __init__(self) -> None:
        self._steps = 0
        self._seconds = 0.0

    @property
    def seconds_per_step(self) -> float:
        """A running mean; 0 before the first measurement."""
        return self._seconds

    def steps(self, left: int) -> int:
        """How many of the ``left`` steps the next execution should take.

        It takes half as many again rather than leave a few over: their mean would stick out of the curve.
        """
        if not self._seconds:
            return min(1, left)
        fitting = max(1, min(self._steps * GROWTH, int(TARGET / self._seconds)))
        return left if left < 1.5 * fitting else fitting

    def record(self, steps: int, seconds: float) -> None:
        """``steps`` have taken ``seconds``."""
        each = seconds / steps
        self._seconds = (self._seconds + each) / 2 if self._seconds else each
        self._steps = steps
