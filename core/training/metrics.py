"""Figures as they come out of training and evaluation."""

from typing import Literal

from msgspec import Struct

__all__ = ["MEASURED_ON", "ZERO", "MetricTotals", "PartName"]

PartName = Literal["test", "held", "train"]
"""What can be evaluated: the test set, the part of the training set that is held back for validation, or examples of
the part that is trained on, `MEASURED_ON` at most."""

MEASURED_ON = 10_000
"""Examples of the training set that the final training accuracy is measured on, stratified, where there are more."""


class MetricTotals(Struct, frozen=True):
    """Loss and right answers summed over ``examples``, and how many steps that took."""

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
        """Mean loss of an example."""
        return self.loss / self.examples

    @property
    def accuracy(self) -> float:
        """Share of the right answers."""
        return self.right / self.examples


ZERO = MetricTotals(0.0, 0, 0, 0)
"""Before the first step."""
