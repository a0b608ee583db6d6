"""How a network answers a set of examples: right and wrong, class by class, and where it is surest of what is wrong."""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.generalization import generalization_gap

__all__ = ["NONE", "Averages", "ClassMetrics", "Results", "TrainingResults"]

NONE = -1
"""The prediction for an example that has none."""


class ClassMetrics(Struct, frozen=True):
    """How well one class is told from the others. What would be a division by zero is None."""

    name: str
    precision: float | None
    """Share of what was taken for this class that is of it; None: nothing was."""
    recall: float | None
    """Share of its examples that were found; None: it has none."""
    f1: float | None
    """2 * right / (predicted + support), the harmonic mean of both; None: both sums are 0."""
    support: int
    """How many examples are of this class."""


class Averages(Struct, frozen=True):
    """Macro averages: every class counts the same."""

    precision: float
    recall: float
    f1: float


class TrainingResults(Struct, frozen=True):
    """What the network makes of examples that it was trained on, with the weights it answers the others with."""

    loss: float
    """The mean over the examples, penalties of regularizers included."""
    accuracy: float
    examples: int
    """How many it was measured on: a stratified part of the training set where that is large."""

    @classmethod
    def of(cls, outputs: NDArray[Any], labels: NDArray[Any], loss: float) -> "TrainingResults":
        """Judge ``outputs``, (n, classes), by ``labels``, (n,). One that holds a NaN is no right answer."""
        right = (outputs.argmax(axis=1) == labels) & ~np.isnan(outputs).any(axis=1)
        return cls(loss, int(np.count_nonzero(right)) / len(labels), len(labels))


class Results(Struct, frozen=True, eq=False):
    """What a network gave for n examples, and what follows from it.

    An example for which it gave any NaN has no prediction: it counts among the examples and in its class's support,
    never as right, is in no cell of the confusion matrix and is no mistake.
    """

    classes: tuple[str, ...]
    loss: float
    probabilities: NDArray[np.float32]
    """What came out of the last layer: (n, classes)."""
    labels: NDArray[np.int64]
    """The true classes: (n,)."""
    predicted: NDArray[np.int64]
    """The class with the highest output, the first of them if several have it, or `NONE`: (n,)."""
    confidence: NDArray[np.float32]
    """The output for the predicted class as it is, NaN where there is none: (n,).

    That is a probability after a softmax. A sigmoid's outputs do not add up to 1, and a linear output can be any
    number: more is surer, but it is no probability.
    """
    confusion: NDArray[np.int64]
    """How many examples of the class of the row were taken for the class of the column: (classes, classes)."""
    training: TrainingResults | None = None
    """The same weights on what they were trained on; None where that was not asked."""

    @classmethod
    def of(
        cls,
        probabilities: NDArray[Any],
        labels: NDArray[Any],
        loss: float,
        classes: tuple[str, ...],
        training: TrainingResults | None = None,
    ) -> "Results":
        """Judge ``probabilities``, (n, classes), by ``labels``, (n,). ``loss`` is their mean loss, as Keras has it.

        Raises `ValueError` if there are no examples, the sizes differ or a label is of no class.
        """
        if probabilities.shape != (len(labels), len(classes)) or labels.ndim != 1 or not probabilities.size:
            raise ValueError(
                f"expected outputs of shape ({len(labels)}, {len(classes)}) for {len(labels)} labels and "
                f"{len(classes)} classes, at least one of each; got {probabilities.shape}"
            )
        outputs, truth = probabilities.astype(np.float32, copy=False), labels.astype(np.int64)
        if truth.min() < 0 or truth.max() >= len(classes):
            raise ValueError(f"labels {truth.min()} to {truth.max()} do not fit {len(classes)} classes")
        predicted = ~np.isnan(outputs).any(axis=1)
        highest = outputs.argmax(axis=1)
        confidence = np.where(predicted, outputs[np.arange(len(truth)), highest], np.float32(np.nan))
        cells = np.bincount((truth * len(classes) + highest)[predicted], minlength=len(classes) ** 2)
        return cls(
            classes=classes,
            loss=loss,
            probabilities=outputs,
            labels=truth,
            predicted=np.where(predicted, highest, NONE),
            confidence=confidence,
            confusion=cells.reshape(len(classes), len(classes)),
            training=training,
        )

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return len(self.labels)

    @property
    def unpredicted(self) -> int:
        """How many examples have no prediction, because the network gave NaN."""
        return int(np.count_nonzero(self.predicted == NONE))

    @property
    def correct(self) -> int:
        """How many answers are right."""
        return int(self.confusion.trace())

    @property
    def accuracy(self) -> float:
        """Share of the examples that are answered rightly, 0 to 1."""
        return self.correct / self.examples

    @property
    def generalization_gap(self) -> float | None:
        """How much higher the accuracy on what was learned from is, as a share."""
        return generalization_gap(self.training.accuracy, self.accuracy) if self.training else None

    @property
    def support(self) -> NDArray[np.int64]:
        """How many examples each class has: (classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes))

    @property
    def percent(self) -> NDArray[np.float64]:
        """The confusion matrix in percent of each class's examples: (classes, classes).

        A row adds up to 100; to less where examples have no prediction; to 0 where the class has no examples.
        """
        return 100.0 * self.confusion / np.maximum(self.support, 1)[:, np.newaxis]

    @property
    def per_class(self) -> tuple[ClassMetrics, ...]:
        """Precision, recall, F1 and support of every class."""
        figures = zip(
            self.classes, self.confusion.diagonal(), self.confusion.sum(axis=0), self.support.tolist(), strict=True
        )
        return tuple(
            ClassMetrics(
                name,
                precision=_share(right, predicted),
                recall=_share(right, support),
                f1=_share(2 * right, predicted + support),
                support=support,
            )
            for name, right, predicted, support in figures
        )

    @property
    def macro(self) -> Averages:
        """The means over the classes that occur or are predicted.

        A precision or recall that is None counts as 0, as scikit-learn has it: a network that gives always the same
        answer is not to look good by it.
        """
        counted = [metrics for metrics in self.per_class if metrics.f1 is not None]
        return Averages(
            precision=sum(metrics.precision or 0.0 for metrics in counted) / len(counted),
            recall=sum(metrics.recall or 0.0 for metrics in counted) / len(counted),
            f1=sum(metrics.f1 or 0.0 for metrics in counted) / len(counted),
        )

    def mistakes(self, true: int | None = None, predicted: int | None = None) -> NDArray[np.int64]:
        """Which examples were answered wrongly, the most confident first; of class ``true``, as ``predicted``."""
        wrong = (self.predicted != self.labels) & (self.predicted != NONE)
        if true is not None:
            wrong &= self.labels == true
        if predicted is not None:
            wrong &= self.predicted == predicted
        return self._surest_first(wrong)

    def cell(self, true: int, predicted: int) -> NDArray[np.int64]:
        """Which examples are in a cell of the confusion matrix, the most confident first."""
        return self._surest_first((self.labels == true) & (self.predicted == predicted))

    def _surest_first(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Equally sure ones stay in their order."""
        indices = np.flatnonzero(chosen)
        return indices[np.argsort(-self.confidence[indices], kind="stable")]


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
