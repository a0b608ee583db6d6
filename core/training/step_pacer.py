"""How fast training runs, and how many steps fit into one execution."""

__all__ = ["StepPacer"]

TARGET = 0.04
"""Seconds that an execution should last: short enough to react to commands and to plot a smooth curve, long enough
that the overhead of calling TensorFlow does not matter."""

GROWTH = 4
"""Factor by which executions may grow from one to the next: the timing of the first steps is unreliable."""


class StepPacer:
    """Measures the speed of one kind of step as it runs."""

    def __init__(self) -> None:
        self._steps = 0
        self._seconds = 0.0

    @property
    def seconds_per_step(self) -> float:
        """A running mean; 0 before the first measurement."""
        return self._seconds

    def steps(self, left: int) -> int:
        """How many of the ``left`` steps the next execution should take.

        It takes up to half as many more rather than leave a few over, whose mean would stick out of the curve.
        """
        if not self._seconds:
            return min(1, left)
        fitting = max(1, min(self._steps * GROWTH, int(TARGET / self._seconds)))
        return left if left < 1.5 * fitting else fitting

    def record(self, steps: int, seconds: float) -> None:
        """Record that ``steps`` took ``seconds``."""
        each = seconds / steps
        self._seconds = (self._seconds + each) / 2 if self._seconds else each
        self._steps = steps
