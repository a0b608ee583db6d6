"""What the dynamic rules look at: a training under way or over, and what follows from it at a glance."""

from functools import cached_property
from math import isfinite, log
from statistics import median

from msgspec import Struct

from core.diagnosis.finding import Finding
from core.diagnosis.rule import STATIC_RULES
from core.diagnosis.static_context import StaticContext
from core.events import LayerSample
from core.history import History
from core.network.summary import Row
from core.plan.losses import CategoricalCrossentropy, SparseCategoricalCrossentropy

__all__ = ["GOOD", "ProbedLayer", "ProbedStep", "TrainingContext", "largest_update"]

NEWEST = 6
"""Samples that are judged besides the first: enough to outlast a step that is unlike the others."""

POINTS = 5
"""Points of a training curve that together say how things stand: a single one is of few examples."""

STEPS, EXAMPLES = 100, 10_000
"""Before so many steps, and so many examples, every network is still at the beginning."""

GOOD = 0.9
"""Training accuracy from which nothing is badly wrong: without any hidden layer, MNIST is read to 88% (LeCun et al.
1998, Gradient-Based Learning Applied to Document Recognition, figure 9), and to 92% with today's optimizers."""


class ProbedLayer(Struct, frozen=True):
    """A layer in a step that was looked at."""

    row: Row
    sample: LayerSample

    @property
    def gradient(self) -> float:
        """Norm of the gradient; 0 if there is none, or none that is a number."""
        value = self.sample.gradient
        return value if value is not None and isfinite(value) else 0.0

    @property
    def relative(self) -> float:
        """Norm of the gradient as a share of that of the weights."""
        weight = self.sample.weight
        return self.gradient / weight if weight and isfinite(weight) else 0.0

    @property
    def update(self) -> float:
        """How far the step moved the weights, as a share of them; 0 if that is not known."""
        value = self.sample.update
        return value if value is not None and isfinite(value) else 0.0

    @property
    def penalty(self) -> float:
        """What its regularizers are of the loss; 0 if there are none, or that is no number."""
        value = self.sample.penalty
        return value if value is not None and isfinite(value) else 0.0

    @property
    def broken(self) -> bool:
        """Whether its weights, or if they are sound its gradient, are no numbers any more."""
        told = (self.sample.weight, self.sample.gradient)
        return not all(isfinite(value) for value in told if value is not None)


class ProbedStep(Struct, frozen=True, dict=True):
    """A step that was looked at, with the layers that the summary knows."""

    step: int
    layers: tuple[ProbedLayer, ...]

    @property
    def penalty(self) -> float:
        """What all penalties are of the loss."""
        return sum(layer.penalty for layer in self.layers)

    @cached_property
    def kernel_layers(self) -> tuple[ProbedLayer, ...]:
        """The layers that learn a kernel."""
        return tuple(one for one in self.layers if one.sample.gradient is not None and one.row.layer.has_kernel)


class TrainingContext(Struct, frozen=True, dict=True):
    """An architecture and a plan, and what a training by it has told so far."""

    static_context: StaticContext
    history: History

    @cached_property
    def steps(self) -> tuple[ProbedStep, ...]:
        """The first sample and the newest, the oldest of them first."""
        rows, samples = self.static_context.summary.rows, self.history.samples
        return tuple(
            ProbedStep(
                one.step, tuple(ProbedLayer(rows[each.row], each) for each in one.layers if 0 < each.row < len(rows))
            )
            for one in (*samples[:1], *samples[1:][-NEWEST:])
        )

    @property
    def step(self) -> int:
        """How many steps have been taken."""
        return self.history.progress.step if self.history.progress else 0

    @property
    def settled(self) -> bool:
        """Whether training is past its very beginning."""
        return self.step >= STEPS and self.step * self.static_context.plan.batch_size >= EXAMPLES

    @cached_property
    def accuracy(self) -> float | None:
        """The training accuracy as it is now; None before there is one."""
        newest = self.history.accuracy[-POINTS:]
        return sum(point.y for point in newest) / len(newest) if newest else None

    @property
    def guesses(self) -> bool:
        """Whether the network, past the beginning, is right less than twice as often as by guessing."""
        return self.settled and self.accuracy is not None and self.accuracy < 2 / self.static_context.classes

    @cached_property
    def loss(self) -> float:
        """The training loss as it is now, at least one point known; an odd peak counts for nothing."""
        return median(point.y for point in self.history.loss[-POINTS:])

    @property
    def start(self) -> float:
        """The loss that training started from, at least one point known.

        The first point is of few examples: cross-entropy starts no lower than by guessing, at log(classes).
        """
        categorical = isinstance(self.static_context.plan.loss, CategoricalCrossentropy | SparseCategoricalCrossentropy)
        return max(self.history.loss[0].y, log(self.static_context.classes) if categorical else 0.0)

    @property
    def learning_rate(self) -> float:
        """The plan's learning rate, or what a person has made of it."""
        progress = self.history.progress
        if progress and self.history.changes:
            return progress.learning_rate
        return self.static_context.plan.optimizer.learning_rate

    @cached_property
    def static(self) -> tuple[Finding, ...]:
        """What the architecture and the plan tell by themselves. Takes as long as all dynamic rules together."""
        return tuple(finding for rule in STATIC_RULES for finding in rule(self.static_context))


def largest_update(look: ProbedStep) -> ProbedLayer | None:
    """The layer with a kernel that was moved farthest, as a share of its weights; None if there is none."""
    return max(look.kernel_layers, key=lambda layer: layer.update, default=None)
