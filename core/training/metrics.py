"""The totals that training and evaluation produce."""

from typing import Literal

from msgspec import Struct

__all__ = ["MEASURED_ON", "ZERO", "MetricTotals", "PartName"]

PartName = Literal["test", "held", "train"]
"""What can be evaluated: the test set, the part of the training set held out for validation, or up to `MEASURED_ON`
examples of the part that is trained on."""

MEASURED_ON = 10_000
"""Maximum number of training examples, stratified, that the final training accuracy is measured on."""


class MetricTotals(Struct, frozen=True):
    """Loss and correct answers summed over ``examples``, and the number of steps."""

    loss: float
    right: int
    examples: int
    steps: int

    def since(self, before: "MetricTotals") -> "MetricTotals":
        """What was added after ``before``."""
        return MetricTotals(
            self.loss - before.loss, self.right - before.right, self.examples - before.examples, self.steps
        )

    @property
    def mean_loss(self) -> float:
        """The mean loss per example."""
        return self.loss / self.examples

    @property
    def accuracy(self) -> float:
        """The share of correct answers."""
        return self.right / self.examples


ZERO = MetricTotals(0.0, 0, 0, 0)
"""Before the first step."""
