"""A network's predictions on a set of examples: accuracy, confusion matrix, metrics per class, worst mistakes."""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from core.generalization import generalization_gap

__all__ = ["NONE", "Averages", "ClassMetrics", "Results", "TrainingResults"]

NONE = -1
"""The predicted class of an example without a prediction."""


class ClassMetrics(Struct, frozen=True):
    """How well one class is recognized. None means a division by zero."""

    name: str
    precision: float | None
    """The share of examples predicted as this class that belong to it; None if there are none."""
    recall: float | None
    """The share of its examples that were predicted correctly; None if it has none."""
    f1: float | None
    """2 * correct / (predicted + support), the harmonic mean of both; None if the divisor is 0."""
    support: int
    """How many examples belong to this class."""


class Averages(Struct, frozen=True):
    """Macro averages: every class has equal weight."""

    precision: float
    recall: float
    f1: float


class TrainingResults(Struct, frozen=True):
    """The network's results on examples it was trained on, with the same weights."""

    loss: float
    """The mean over the examples, including regularization penalties."""
    accuracy: float
    examples: int
    """How many it was measured on: a stratified sample of a large training set."""

    @classmethod
    def of(cls, outputs: NDArray[Any], labels: NDArray[Any], loss: float) -> "TrainingResults":
        """Compare ``outputs``, (n, classes), with ``labels``, (n,). An output with a NaN counts as wrong."""
        right = (outputs.argmax(axis=1) == labels) & ~np.isnan(outputs).any(axis=1)
        return cls(loss, int(np.count_nonzero(right)) / len(labels), len(labels))


class Results(Struct, frozen=True, eq=False):
    """A network's outputs for n examples, and the metrics derived from them.

    An example whose outputs include a NaN has no prediction: it counts as an example and in its class's support, but
    not as correct, not in the confusion matrix and not as a mistake.
    """

    classes: tuple[str, ...]
    loss: float
    probabilities: NDArray[np.float32]
    """The outputs of the last layer: (n, classes)."""
    labels: NDArray[np.int64]
    """The true classes: (n,)."""
    predicted: NDArray[np.int64]
    """The class with the highest output, the first of several, or `NONE`: (n,)."""
    confidence: NDArray[np.float32]
    """The output for the predicted class, NaN if there is none: (n,).

    After a softmax it is a probability. A sigmoid's outputs do not sum to 1, and a linear output can be any number:
    higher is more confident, but not a probability.
    """
    confusion: NDArray[np.int64]
    """How many examples of the row's class were predicted as the column's class: (classes, classes)."""
    training: TrainingResults | None = None
    """Results of the same weights on training examples; None if not evaluated."""

    @classmethod
    def of(
        cls,
        probabilities: NDArray[Any],
        labels: NDArray[Any],
        loss: float,
        classes: tuple[str, ...],
        training: TrainingResults | None = None,
    ) -> "Results":
        """Compare ``probabilities``, (n, classes), with ``labels``, (n,). ``loss`` is their mean loss as in Keras.

        Raises `ValueError` if there are no examples, the sizes differ or a label is out of range.
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
        """The number of examples."""
        return len(self.labels)

    @property
    def unpredicted(self) -> int:
        """How many examples have no prediction because the output is NaN."""
        return int(np.count_nonzero(self.predicted == NONE))

    @property
    def correct(self) -> int:
        """How many predictions are correct."""
        return int(self.confusion.trace())

    @property
    def accuracy(self) -> float:
        """The share of examples predicted correctly, 0 to 1."""
        return self.correct / self.examples

    @property
    def generalization_gap(self) -> float | None:
        """How much higher the accuracy on training examples is, as a share."""
        return generalization_gap(self.training.accuracy, self.accuracy) if self.training else None

    @property
    def support(self) -> NDArray[np.int64]:
        """How many examples each class has: (classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes))

    @property
    def percent(self) -> NDArray[np.float64]:
        """The confusion matrix in percent of each class's examples: (classes, classes).

        A row sums to 100; to less if examples have no prediction; to 0 if the class has no examples.
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

        A precision or recall that is None counts as 0, as in scikit-learn: a network that always predicts the same
        class must not benefit from it.
        """
        counted = [metrics for metrics in self.per_class if metrics.f1 is not None]
        return Averages(
            precision=sum(metrics.precision or 0.0 for metrics in counted) / len(counted),
            recall=sum(metrics.recall or 0.0 for metrics in counted) / len(counted),
            f1=sum(metrics.f1 or 0.0 for metrics in counted) / len(counted),
        )

    def mistakes(self, true: int | None = None, predicted: int | None = None) -> NDArray[np.int64]:
        """The indices of the mistakes, most confident first; of class ``true``, predicted as ``predicted``."""
        wrong = (self.predicted != self.labels) & (self.predicted != NONE)
        if true is not None:
            wrong &= self.labels == true
        if predicted is not None:
            wrong &= self.predicted == predicted
        return self._most_confident_first(wrong)

    def cell(self, true: int, predicted: int) -> NDArray[np.int64]:
        """The indices of the examples in a cell of the confusion matrix, most confident first."""
        return self._most_confident_first((self.labels == true) & (self.predicted == predicted))

    def _most_confident_first(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Ties stay in order."""
        indices = np.flatnonzero(chosen)
        return indices[np.argsort(-self.confidence[indices], kind="stable")]


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
