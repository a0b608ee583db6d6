"""The input of the training rules: a running or finished training, and what follows directly from it."""

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
"""Samples that are used besides the first: enough to average out an unusual step."""

POINTS = 5
"""Points of a training curve that give its current value; a single one covers few examples."""

STEPS, EXAMPLES = 100, 10_000
"""Before this many steps and this many examples, it is too early to judge any network."""

GOOD = 0.9
"""Training accuracy from which nothing is badly wrong: without a hidden layer, a network reaches 88% on MNIST (LeCun et
al. 1998, Gradient-Based Learning Applied to Document Recognition, figure 9), and 92% with today's optimizers."""


class ProbedLayer(Struct, frozen=True):
    """A layer in a sampled step."""

    row: Row
    sample: LayerSample

    @property
    def gradient(self) -> float:
        """Norm of the gradient; 0 if there is none or it is not finite."""
        value = self.sample.gradient
        return value if value is not None and isfinite(value) else 0.0

    @property
    def relative(self) -> float:
        """Norm of the gradient divided by that of the weights; 0 if that is unknown."""
        weight = self.sample.weight
        return self.gradient / weight if weight and isfinite(weight) else 0.0

    @property
    def update(self) -> float:
        """Norm of the update divided by that of the weights; 0 if that is unknown."""
        value = self.sample.update
        return value if value is not None and isfinite(value) else 0.0

    @property
    def penalty(self) -> float:
        """Share of the loss that comes from its regularizers; 0 if there are none or it is not finite."""
        value = self.sample.penalty
        return value if value is not None and isfinite(value) else 0.0

    @property
    def broken(self) -> bool:
        """Whether its weights or its gradient are infinite or NaN."""
        norms = (self.sample.weight, self.sample.gradient)
        return not all(isfinite(value) for value in norms if value is not None)


class ProbedStep(Struct, frozen=True, dict=True):
    """A sampled step, with the layers that the summary knows."""

    step: int
    layers: tuple[ProbedLayer, ...]

    @property
    def penalty(self) -> float:
        """Share of the loss that comes from all penalties."""
        return sum(layer.penalty for layer in self.layers)

    @cached_property
    def kernel_layers(self) -> tuple[ProbedLayer, ...]:
        """The layers that train a kernel."""
        return tuple(one for one in self.layers if one.sample.gradient is not None and one.row.layer.has_kernel)


class TrainingContext(Struct, frozen=True, dict=True):
    """An architecture and a plan, and the history of their training so far."""

    static_context: StaticContext
    history: History

    @cached_property
    def steps(self) -> tuple[ProbedStep, ...]:
        """The first sample and the `NEWEST` last ones, oldest first."""
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
        """Whether training is past its first `STEPS` and `EXAMPLES`."""
        return self.step >= STEPS and self.step * self.static_context.plan.batch_size >= EXAMPLES

    @cached_property
    def accuracy(self) -> float | None:
        """The current training accuracy; None before there is one."""
        newest = self.history.accuracy[-POINTS:]
        return sum(point.y for point in newest) / len(newest) if newest else None

    @property
    def guesses(self) -> bool:
        """Whether the network, past the beginning, is correct less than twice as often as guessing would be."""
        return self.settled and self.accuracy is not None and self.accuracy < 2 / self.static_context.classes

    @cached_property
    def loss(self) -> float:
        """The current training loss, robust against single peaks. Needs at least one point."""
        return median(point.y for point in self.history.loss[-POINTS:])

    @property
    def start(self) -> float:
        """The loss that training started from. Needs at least one point.

        The first point covers few examples, so for cross-entropy it is at least log(classes), the loss of guessing.
        """
        categorical = isinstance(self.static_context.plan.loss, CategoricalCrossentropy | SparseCategoricalCrossentropy)
        return max(self.history.loss[0].y, log(self.static_context.classes) if categorical else 0.0)

    @property
    def learning_rate(self) -> float:
        """The plan's learning rate, or the current one if the user has changed it."""
        progress = self.history.progress
        if progress and self.history.changes:
            return progress.learning_rate
        return self.static_context.plan.optimizer.learning_rate

    @cached_property
    def static(self) -> tuple[Finding, ...]:
        """The static findings. Computing them takes as long as all training rules together."""
        return tuple(finding for rule in STATIC_RULES for finding in rule(self.static_context))


def largest_update(step: ProbedStep) -> ProbedLayer | None:
    """The layer with a kernel and the largest relative update; None if there is none."""
    return max(step.kernel_layers, key=lambda layer: layer.update, default=None)
