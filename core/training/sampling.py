"""Which training steps to sample."""

__all__ = ["SHARE", "Sampling"]

SHARE = 0.02
"""The share of training time that sampling may take."""

FIRST_COST = 0.001
"""Seconds assumed for a sample before one has been timed; hardly any takes less."""


class Sampling:
    """Limits sampling to its share of the time, whatever a sample costs: the first is taken at the first step."""

    def __init__(self) -> None:
        self._samples = 0
        self._last_cost = 0.0
        self._sampling_seconds = 0.0

    def due(self, trained: float) -> bool:
        """Whether to sample the next step, after ``trained`` seconds of training."""
        return not self._samples or self._sampling_seconds + self._last_cost <= SHARE * trained

    def record(self, seconds: float) -> None:
        """Record that a sample took ``seconds``. The first, many times slower than the others, does not count."""
        if self._samples:
            self._sampling_seconds += seconds
        self._last_cost = seconds if self._samples else FIRST_COST
        self._samples += 1
