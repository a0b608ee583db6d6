"""The learning-rate range test: the loss while the rate grows from step to step, and where it falls fastest.

Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3. Importing this loads no TensorFlow.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from math import isfinite, log
from typing import TYPE_CHECKING

from msgspec import Struct

from core.keras_runtime import runtime
from core.keras_runtime.failures import TrainingRefused
from core.network.architecture import Architecture
from core.network.summary import summarize
from core.plan.plan import Plan
from core.readiness import blockers
from core.training.metrics import MetricTotals

if TYPE_CHECKING:
    from core.training.trainer import Trainer

__all__ = ["HIGHEST", "LOWEST", "STEPS", "RangeTest", "RatePoint", "advice", "range_test", "read"]

STEPS = 200
LOWEST, HIGHEST = 1e-6, 10.0
WEIGHT = 0.9
"""Of what came before, in the smoothed loss."""
SPAN = 5
"""Steps to either side over which a slope is measured."""
LEAST_FALL = 0.005
"""The share of the first loss that it has to fall by in all: less is noise."""
DIVERGED = 4.0
"""How many times the lowest smoothed loss is the end: beyond it there is nothing to learn."""


class RatePoint(Struct, frozen=True):
    """One step: its learning rate, the loss of its batch before the step, and the smoothed loss."""

    rate: float
    loss: float
    smoothed: float


class RangeTest(Struct, frozen=True):
    """What a range test found."""

    points: tuple[RatePoint, ...]
    steepest: int | None
    """The point where the smoothed loss falls fastest over the logarithm of the rate; None if it never falls."""
    diverged: bool
    """Whether it ended before the highest rate, as the loss had grown too far or was no number."""

    @property
    def suggestion(self) -> float | None:
        """The rate there, to two digits; None if the loss never falls."""
        return None if self.steepest is None else float(f"{self.points[self.steepest].rate:.1e}")


def range_test(
    architecture: Architecture,
    plan: Plan,
    cancelled: Callable[[], bool] = lambda: False,
    steps: int = STEPS,
    on_point: Callable[[RatePoint], object] = lambda _: None,
) -> RangeTest:
    """Train a new network for up to ``steps`` batches, each with a higher rate; no other network is touched.

    ``on_point`` gets every point as it comes, in this thread. Takes seconds. Raises `TrainingRefused` if it cannot be
    trained, and what `core.training.trainer.Trainer` raises.
    """
    if problems := blockers(architecture, plan, summarize(architecture)):
        raise TrainingRefused(problems[0].message)
    runtime.load()
    trainers, caches = (import_module(f"core.training.{name}") for name in ("trainer", "network_cache"))
    trainer: Trainer = trainers.Trainer(architecture, plan, caches.NetworkCache()).traced()
    rates, losses = _rates(steps), list[float]()
    for number, rate in enumerate(rates):
        epoch, first = divmod(number, trainer.steps_per_epoch)
        if first == 0:
            trainer.begin(epoch)
        trainer.set_learning_rate(rate)
        before = MetricTotals(0.0, 0, first * plan.batch_size, 0)
        losses.append(trainer.train(first, 1, before).since(before).mean_loss)
        if cancelled() or not isfinite(losses[-1]):
            break
        smoothed = _smoothed(losses)
        on_point(RatePoint(rate, losses[-1], smoothed[-1]))
        if smoothed[-1] > DIVERGED * min(smoothed):
            break
    return read(rates[: len(losses)], losses, complete=len(losses) == steps)


def read(rates: Sequence[float], losses: Sequence[float], *, complete: bool = True) -> RangeTest:
    """What ``losses`` at ``rates`` say; those that are no numbers are left out."""
    finite = [loss for loss in losses if isfinite(loss)]
    points = tuple(map(RatePoint, rates, finite, _smoothed(finite)))
    return RangeTest(points, _steepest(points), not complete or len(finite) < len(losses))


def advice(found: RangeTest, planned: float) -> str:
    """What follows from ``found`` for a plan with the learning rate ``planned``, in a line."""
    plan = f"the plan has {planned:g}"
    diverged = f"; from about {found.points[-1].rate:.1g} on it diverges" if found.diverged and found.points else ""
    if found.suggestion is None:
        return f"the loss falls at no rate{diverged}: look at the network first ({plan})"
    return f"the loss falls fastest at {found.suggestion:g}, a good rate to begin with ({plan}){diverged}"


def _rates(steps: int) -> list[float]:
    ratio = HIGHEST / LOWEST
    return [LOWEST * ratio ** (number / max(1, steps - 1)) for number in range(steps)]


def _smoothed(losses: Sequence[float]) -> list[float]:
    """The exponential moving average without its bias towards 0 (as in Adam; Kingma and Ba 2015, algorithm 1)."""
    mean, smoothed = 0.0, []
    for number, loss in enumerate(losses, start=1):
        mean = WEIGHT * mean + (1 - WEIGHT) * loss
        smoothed.append(mean / (1 - WEIGHT**number))
    return smoothed


def _steepest(points: Sequence[RatePoint]) -> int | None:
    """The middle of the steepest fall before the lowest loss: noise falls steeply, too, where the loss has grown."""
    if len(points) <= 2 * SPAN:
        return None
    lowest = min(range(len(points)), key=lambda index: points[index].smoothed)
    if points[lowest].smoothed > (1 - LEAST_FALL) * points[0].smoothed:
        return None
    slopes = {
        index: _slope(points[index - SPAN], points[index + SPAN])
        for index in range(SPAN, len(points) - SPAN)
        if index <= lowest
    }
    steepest = min(slopes, key=slopes.__getitem__, default=None)
    return steepest if steepest is not None and slopes[steepest] < 0 else None


def _slope(before: RatePoint, after: RatePoint) -> float:
    return (after.smoothed - before.smoothed) / (log(after.rate) - log(before.rate))
