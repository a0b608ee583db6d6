"""Keras's losses over ``p``, the output for the true class, where all other classes share the rest equally."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from core.fields.struct import fields_of
from core.formulas.real_formula import RealFormula
from core.plan.losses import Loss

__all__ = ["FORMULAS", "LossFormula"]


class LossFormula(Struct, frozen=True):
    """A formula of the loss, and how the outputs come together in it.

    ``sum`` and ``mean``: the formula is that of one output ``p`` with its label ``y``, over which it is summed or
    averaged. ``whole``: it is the loss, of ``p`` for the true class and ``rest`` for each of the other ``classes``.
    """

    formula: RealFormula
    over: Literal["sum", "mean", "whole"]

    def value(self, loss: Loss, p: float, classes: int) -> float:
        """The value of ``loss``, with its arguments but without label smoothing, at ``p``."""
        values = {
            field.name: float(number)
            for field in fields_of(type(loss))
            if isinstance(number := getattr(loss, field.name), float | int)
        }
        rest = (1 - p) / (classes - 1)
        if self.over == "whole":
            return self.formula(**values, p=p, rest=rest, classes=classes)
        total = self.formula(**values, p=p, y=1) + (classes - 1) * self.formula(**values, p=rest, y=0)
        return total / classes if self.over == "mean" else total

    @property
    def text(self) -> str:
        """The formula as it is shown."""
        return self.formula.text if self.over == "whole" else f"{self.over} over outputs of {self.formula.text}"


def _sum(text: str) -> LossFormula:
    return LossFormula(RealFormula(text), "sum")


def _mean(text: str) -> LossFormula:
    return LossFormula(RealFormula(text), "mean")


def _whole(text: str) -> LossFormula:
    return LossFormula(RealFormula(text), "whole")


_RIGHT = "(y * p + (1 - y) * (1 - p))"
"""The probability that a binary output gives to its label."""
_BALANCE = "((alpha * y + (1 - alpha) * (1 - y)) if apply_class_balancing else 1)"

FORMULAS: Mapping[str, LossFormula] = {
    "CategoricalCrossentropy": _sum("-y * log(p)"),
    "SparseCategoricalCrossentropy": _whole("-log(p)"),
    "BinaryCrossentropy": _mean("-(y * log(p) + (1 - y) * log(1 - p))"),
    "MeanSquaredError": _mean("(y - p)**2"),
    "MeanAbsoluteError": _mean("abs(y - p)"),
    "MeanAbsolutePercentageError": _mean("abs(y - p) / max(y, 1e-7) / 0.01"),
    "MeanSquaredLogarithmicError": _mean("(log(1 + y) - log(1 + p))**2"),
    "Huber": _mean("(y - p)**2 / 2 if abs(y - p) <= delta else delta * (abs(y - p) - delta / 2)"),
    "LogCosh": _mean("log(cosh(y - p))"),
    "KLDivergence": _sum("max(y, 1e-7) * log(max(y, 1e-7) / p)"),
    "Poisson": _mean("p - y * log(p + 1e-7)"),
    "CosineSimilarity": _whole("-p / sqrt(p**2 + (classes - 1) * rest**2)"),
    "Hinge": _mean("max(0, 1 - (2 * y - 1) * p)"),
    "SquaredHinge": _mean("max(0, 1 - (2 * y - 1) * p)**2"),
    "CategoricalHinge": _whole("max(0, 1 + rest - p)"),
    "CategoricalFocalCrossentropy": _sum("-y * alpha * (1 - p)**gamma * log(p)"),
    "BinaryFocalCrossentropy": _mean(f"-{_BALANCE} * (1 - {_RIGHT})**gamma * log({_RIGHT})"),
    "CategoricalGeneralizedCrossEntropy": _whole("(1 - p**q) / q"),
    "Dice": _whole("1 - 2 * p / (1 + p + (classes - 1) * rest)"),
    "Tversky": _whole("1 - p / (p + alpha * (classes - 1) * rest + beta * (1 - p))"),
}
"""By the name of the class."""
