"""The Keras losses for a classifier with one output per class."""

from collections.abc import Mapping
from math import expm1, log
from typing import Annotated, ClassVar

from core.fields.registry import Registered
from core.fields.struct import RARE
from core.fields.types import BoolField, FloatField
from core.keras_call import KerasObject

__all__ = ["BinaryCrossentropy", "CategoricalCrossentropy", "Loss", "SparseCategoricalCrossentropy"]

FromLogits = Annotated[bool, BoolField(), "The outputs are logits: the loss applies the activation", RARE]
Smoothing = Annotated[float, FloatField(0, 1), "How much the labels are smoothed towards uniform", RARE]
Gamma = Annotated[float, FloatField(0), "How much easy examples are down-weighted"]
Alpha = Annotated[float, FloatField(0, 1), "Weight of the focal term"]


class Loss(Registered, KerasObject, frozen=True):
    """The function that training minimizes."""

    module: ClassVar[str] = "losses"
    absent: ClassVar[Mapping[str, str]] = dict.fromkeys(("CTC", "Circle", "Loss", "LossFunctionWrapper"), "")
    reads: ClassVar[str] = ""
    """The output activation the loss is made for; empty if others work as well."""
    takes_classes: ClassVar[bool] = False
    """Whether it takes class numbers; others take one-hot labels."""

    @classmethod
    def plural(cls) -> str:
        return "the losses"

    def guessed(self, classes: int) -> float:
        """The approximate loss when every class gets the same probability; about 1 for many losses."""
        return 1.0

    def categorical(self) -> "Loss":
        """The most similar loss for outputs that are one probability distribution over the classes."""
        return self


class CategoricalCrossentropy(Loss, frozen=True):
    """-log of the probability of the true class; needs softmax."""

    reads: ClassVar[str] = "softmax"

    from_logits: FromLogits = False
    label_smoothing: Smoothing = 0.0

    def guessed(self, classes: int) -> float:
        return log(classes)


class SparseCategoricalCrossentropy(Loss, frozen=True):
    """Categorical cross-entropy with class numbers instead of one-hot labels; the same value."""

    reads: ClassVar[str] = "softmax"
    takes_classes: ClassVar[bool] = True

    from_logits: FromLogits = False

    def guessed(self, classes: int) -> float:
        return log(classes)


class BinaryCrossentropy(Loss, frozen=True):
    """Cross-entropy of each output separately; needs sigmoid."""

    aliases: ClassVar[tuple[str, ...]] = ("bce",)
    reads: ClassVar[str] = "sigmoid"

    from_logits: FromLogits = False
    label_smoothing: Smoothing = 0.0

    def categorical(self) -> Loss:
        return CategoricalCrossentropy(label_smoothing=self.label_smoothing)

    def guessed(self, classes: int) -> float:
        return log(2)


class MeanSquaredError(Loss, frozen=True):
    """Mean of the squared differences from the one-hot label."""

    aliases: ClassVar[tuple[str, ...]] = ("mse",)

    def guessed(self, classes: int) -> float:
        return (classes - 1) / classes**2


class MeanAbsoluteError(Loss, frozen=True):
    """Mean of the absolute differences from the one-hot label."""

    aliases: ClassVar[tuple[str, ...]] = ("mae",)

    def guessed(self, classes: int) -> float:
        return 2 * (classes - 1) / classes**2


class MeanAbsolutePercentageError(Loss, frozen=True):
    """Mean of the absolute differences in percent of the label; a label of 0 counts as 1e-7."""

    aliases: ClassVar[tuple[str, ...]] = ("mape",)

    def guessed(self, classes: int) -> float:
        return 100 * (classes - 1) / classes**2 / 1e-7


class MeanSquaredLogarithmicError(Loss, frozen=True):
    """Mean of the squared differences of logarithms."""

    aliases: ClassVar[tuple[str, ...]] = ("msle",)

    def guessed(self, classes: int) -> float:
        return (log(2) ** 2) / classes


class Huber(Loss, frozen=True):
    """Squared for small differences, absolute for large ones."""

    aliases: ClassVar[tuple[str, ...]] = ("huber_loss",)

    delta: Annotated[float, FloatField(above=0), "Difference at which squared becomes absolute"] = 1.0

    def guessed(self, classes: int) -> float:
        return (classes - 1) / classes**2 / 2


class LogCosh(Loss, frozen=True):
    """Logarithm of the hyperbolic cosine of the difference."""

    def guessed(self, classes: int) -> float:
        return (classes - 1) / classes**2 / 2


class KLDivergence(Loss, frozen=True):
    """Divergence of the output from the label's distribution."""

    aliases: ClassVar[tuple[str, ...]] = ("kld", "kullback_leibler_divergence")
    reads: ClassVar[str] = "softmax"

    def guessed(self, classes: int) -> float:
        return log(classes)


class Poisson(Loss, frozen=True):
    """output - label * log(output)."""

    def guessed(self, classes: int) -> float:
        return (1 + log(classes)) / classes


class CosineSimilarity(Loss, frozen=True):
    """Minus the cosine of the angle between output and label."""

    aliases: ClassVar[tuple[str, ...]] = ("cosine_proximity",)


class Hinge(Loss, frozen=True):
    """max(0, 1 - label * output) for each output."""


class SquaredHinge(Loss, frozen=True):
    """The square of the hinge."""


class CategoricalHinge(Loss, frozen=True):
    """Margin between the true class and the best wrong one."""


class CategoricalFocalCrossentropy(Loss, frozen=True):
    """Categorical cross-entropy that down-weights examples that are already correct."""

    reads: ClassVar[str] = "softmax"

    alpha: Alpha = 0.25
    gamma: Gamma = 2.0
    from_logits: FromLogits = False
    label_smoothing: Smoothing = 0.0

    def guessed(self, classes: int) -> float:
        return float(self.alpha * (1 - 1 / classes) ** self.gamma * log(classes))


class BinaryFocalCrossentropy(Loss, frozen=True):
    """Binary cross-entropy that down-weights examples that are already correct."""

    reads: ClassVar[str] = "sigmoid"

    apply_class_balancing: Annotated[bool, BoolField(), "Weight the classes by alpha"] = False
    alpha: Alpha = 0.25
    gamma: Gamma = 2.0
    from_logits: FromLogits = False
    label_smoothing: Smoothing = 0.0

    def categorical(self) -> Loss:
        return CategoricalFocalCrossentropy(alpha=self.alpha, gamma=self.gamma, label_smoothing=self.label_smoothing)

    def guessed(self, classes: int) -> float:
        return float(0.5**self.gamma * log(2))


class CategoricalGeneralizedCrossEntropy(Loss, frozen=True):
    """Between cross-entropy and mean absolute error; robust to wrong labels."""

    reads: ClassVar[str] = "softmax"
    takes_classes: ClassVar[bool] = True

    q: Annotated[float, FloatField(above=0, below=1), "Near 0: cross-entropy; near 1: absolute error"] = 0.5

    def guessed(self, classes: int) -> float:
        return -expm1(-self.q * log(classes)) / self.q


class Dice(Loss, frozen=True):
    """One minus twice the overlap over the sum."""


class Tversky(Loss, frozen=True):
    """Dice with separate weights for false positives and false negatives."""

    alpha: Annotated[float, FloatField(0), "Weight of false positives"] = 0.5
    beta: Annotated[float, FloatField(0), "Weight of false negatives"] = 0.5
