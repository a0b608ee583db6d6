"""The totals that training and evaluation produce."""

from typing import Literal

from msgspec import Struct

__all__ = ["MOST_TRAIN_EXAMPLES", "ZERO", "MetricTotals", "PartName"]

PartName = Literal["test", "validation", "train"]
"""What can be evaluated: the test set, the part of the training set held out for validation, or up to
`MOST_TRAIN_EXAMPLES` examples of the part that is trained on."""

MOST_TRAIN_EXAMPLES = 10_000
"""Maximum number of training examples, stratified, that the final training accuracy is measured on."""


class MetricTotals(Struct, frozen=True, rename={"correct": "right"}):
    """Loss and correct answers, which files call "right", summed over ``examples``, and the number of steps."""

    loss: float
    correct: int
    examples: int
    steps: int

    def since(self, before: "MetricTotals") -> "MetricTotals":
        """What was added after ``before``."""
        return MetricTotals(
            self.loss - before.loss, self.correct - before.correct, self.examples - before.examples, self.steps
        )

    @property
    def mean_loss(self) -> float:
        """The mean loss per example."""
        return self.loss / self.examples

    @property
    def accuracy(self) -> float:
        """The share of correct answers."""
        return self.correct / self.examples


ZERO = MetricTotals(0.0, 0, 0, 0)
"""Before the first step."""
