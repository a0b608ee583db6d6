"""A learning-rate range test that follows a script, at the pace that a test sets."""

from collections.abc import Callable
from math import log, tanh
from threading import Event

from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.training.range_test import HIGHEST, LOWEST, RangeTest, RatePoint, read

__all__ = ["ScriptedRange"]

HALT = 40
"""The points after which it waits, as for a step that takes long."""


class ScriptedRange:
    """Finds a loss that falls fastest near 0.001, and grows from 1 on; or one that stays, if ``flat``."""

    def __init__(self, *, at_once: bool = False, flat: bool = False, failure: Exception | None = None) -> None:
        self.flat, self.failure = flat, failure
        self.plans: list[Plan] = []
        """The plans it was called with."""
        self.let = Event()
        """Whether it may go on after `HALT` points."""
        self.returned = Event()
        self.ended_by_cancel = False
        if at_once:
            self.let.set()

    def __call__(
        self,
        architecture: Architecture,
        plan: Plan,
        cancelled: Callable[[], bool],
        steps: int,
        on_point: Callable[[RatePoint], object],
    ) -> RangeTest:
        self.plans.append(plan)
        rates = [LOWEST * (HIGHEST / LOWEST) ** (number / (steps - 1)) for number in range(steps)]
        losses = [2.3 if self.flat else self._loss(rate) for rate in rates if rate < 2]
        found = read(rates, losses, complete=False)
        for point in found.points[:HALT]:
            on_point(point)
        self.let.wait()
        self.ended_by_cancel = cancelled()
        if self.failure:
            self.returned.set()
            raise self.failure
        for point in () if self.ended_by_cancel else found.points[HALT:]:
            on_point(point)
        self.returned.set()
        return found

    def _loss(self, rate: float) -> float:
        return 1.3 - tanh(log(rate / 1e-3) / 1.5) + max(0.0, log(rate)) ** 2 * 20
