"""The loss of one example, and its gradient at the last output, or at the logits where Keras takes both together."""

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from core.backpropagation.explanation import Explanation, Term, cell, digits, factor, summed
from core.backpropagation.operations.operation import Index
from core.fields.types import FieldError
from core.formulas.arrays import Array
from core.plan.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

__all__ = ["CLIP", "LossWork", "loss_work", "target"]

CLIP = 1e-7
"""Keras's ``epsilon``: probabilities are at least this far from 0 and from 1 before their logarithm is taken."""

KNOWN = (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    BinaryCrossentropy,
    MeanSquaredError,
    MeanAbsoluteError,
)


class LossWork(Struct, frozen=True, eq=False):
    """The loss as a sum of one number for each output, and its gradient. Its functions take ``x`` and targets ``t``.

    If ``joint``, ``x`` are the numbers that go into the last activation, a softmax or a sigmoid: Keras takes the loss
    of these logits then, so that no digits are lost where a probability is close to 0 or 1. Else they are the outputs.
    Sources: ``keras.losses``; Goodfellow, Bengio and Courville, Deep Learning (2016), 6.2.2.
    """

    joint: bool
    formula: str
    """Of the loss, with the name of the outputs; ``t`` are the targets."""
    gradient_formula: str
    parts: Callable[[Array, Array], Array]
    """What is added up."""
    gradient: Callable[[Array, Array], Array]
    part_text: Callable[[float, float], str]
    """One of the parts with its numbers, a share of `shares` and its target."""
    gradient_text: Callable[[float, float], str]
    shares: Callable[[Array], Array] = lambda x: x
    """The probabilities that ``x`` stands for."""

    def value(self, x: Array, t: Array) -> float:
        """The loss."""
        return float(self.parts(x, t).sum())

    def explain(self, x: Array, t: Array) -> Explanation:
        """Explains the loss."""
        parts, p = self.parts(x, t), self.shares(x)
        known = [index for index in range(len(t)) if t[index] or parts[index]]
        terms = [Term(self.part_text(p[index], t[index]), float(parts[index])) for index in known]
        return summed("L", self.formula, terms, float(parts.sum()))

    def explain_gradient(self, found: Array, x: Array, t: Array, index: Index, name: str) -> Explanation:
        """Explains an entry of the gradient ``found``, which is called ``name``."""
        text = self.gradient_text(self.shares(x)[index], t[index])
        return Explanation(cell(name, index), self.gradient_formula, float(found[index]), text)


def target(loss: Loss, outputs: int, right: int) -> Array:
    """The targets of ``outputs`` for class ``right``: one-hot, smoothed as ``loss`` says; of one output, the class."""
    t = np.asarray([float(right)]) if outputs == 1 else np.eye(outputs)[right]
    smoothing = getattr(loss, "label_smoothing", 0.0)
    if not smoothing:
        return t
    spread = 1 / 2 if isinstance(loss, BinaryCrossentropy) else 1 / outputs
    return t * (1 - smoothing) + smoothing * spread


def loss_work(loss: Loss, activation: str, outputs: int, output: str, logits: str) -> LossWork:
    """How ``loss`` is computed of that many ``outputs`` of an ``activation``.

    ``output`` is what they are called, ``logits`` what goes into the activation. Raises `FieldError`.
    """
    joint = activation in ("softmax", "sigmoid")  # Keras keeps the logits of both, and takes them for either loss
    match loss:
        case CategoricalCrossentropy() | SparseCategoricalCrossentropy():
            if joint or loss.from_logits:
                p = output if activation == "softmax" else f"softmax({logits if joint else output})"
                return _softmax_crossentropy(p, joint=joint)
            if isinstance(loss, SparseCategoricalCrossentropy):
                raise FieldError("without a softmax at the end, sparse cross-entropy is not written out by numbers")
            return _crossentropy(output)
        case BinaryCrossentropy():
            if joint or loss.from_logits:
                p = output if activation == "sigmoid" else f"sigmoid({logits if joint else output})"
                return _sigmoid_crossentropy(p, outputs, joint=joint)
            return _binary_crossentropy(output, outputs)
        case MeanSquaredError():
            return _squared(output, outputs)
        case MeanAbsoluteError():
            return _absolute(output, outputs)
    known = ", ".join(each.__name__ for each in KNOWN)
    raise FieldError(f"the loss {type(loss).__name__} is not written out by numbers; {known} are")


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max()
    logs: Array = shifted - np.log(np.exp(shifted).sum())
    return logs


def _softmax_crossentropy(p: str, *, joint: bool) -> LossWork:
    return LossWork(
        joint,
        f"sum of -t * log({p})",
        f"{p} - t",
        lambda z, t: -t * _log_softmax(z),
        lambda z, t: np.exp(_log_softmax(z)) * t.sum() - t,
        lambda p, t: _times(t, f"log {digits(p)}"),
        lambda p, t: f"{digits(p)} - {digits(t)}",
        lambda z: np.exp(_log_softmax(z)),
    )


def _crossentropy(name: str) -> LossWork:
    """After anything but a softmax: Keras divides by the sum of the outputs, and clips."""

    def shares(o: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(o / o.sum(), np.float64)

    def gradient(o: Array, t: Array) -> Array:
        q = shares(o)
        within = (q > CLIP) & (q < 1 - CLIP)
        at_shares = np.where(within, -t / np.clip(q, CLIP, 1 - CLIP), 0.0)
        return np.asarray((at_shares - (at_shares * q).sum()) / o.sum(), np.float64)

    return LossWork(
        False,
        f"sum of -t * log({name} / sum of {name})",
        f"(1 - t * sum of {name} / {name}) / sum of {name}, where the share is between 1e-7 and 1 - 1e-7",
        lambda o, t: -t * np.log(np.clip(shares(o), CLIP, 1 - CLIP)),
        gradient,
        lambda p, t: _times(t, f"log({digits(p)} / sum)"),
        lambda p, t: f"from p = {digits(p)} and t = {digits(t)}",
    )


def _sigmoid_crossentropy(p: str, outputs: int, *, joint: bool) -> LossWork:
    mean = f" / {outputs}" if outputs > 1 else ""
    return LossWork(
        joint,
        f"{'mean' if mean else 'sum'} of -t * log({p}) - (1 - t) * log(1 - {p})",
        f"({p} - t){mean}" if mean else f"{p} - t",
        lambda z, t: (np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))) / outputs,
        lambda z, t: (_sigmoid(z) - t) / outputs,
        lambda p, t: _binary_text(p, t, mean),
        lambda p, t: f"({digits(p)} - {digits(t)}){mean}" if mean else f"{digits(p)} - {digits(t)}",
        _sigmoid,
    )


def _sigmoid(z: Array) -> Array:
    powers = np.exp(-np.abs(z))
    shares: Array = np.where(z >= 0, 1 / (1 + powers), powers / (1 + powers))
    return shares


def _binary_crossentropy(name: str, outputs: int) -> LossWork:
    """After anything but a sigmoid: Keras clips."""
    mean = f" / {outputs}" if outputs > 1 else ""

    def gradient(p: Array, t: Array) -> Array:
        q = np.clip(p, CLIP, 1 - CLIP)
        found: Array = np.where((p >= CLIP) & (p <= 1 - CLIP), (q - t) / (q * (1 - q)), 0.0) / outputs
        return found

    def parts(p: Array, t: Array) -> Array:
        q = np.clip(p, CLIP, 1 - CLIP)
        found: Array = -(t * np.log(q) + (1 - t) * np.log(1 - q)) / outputs
        return found

    return LossWork(
        False,
        f"{'mean' if mean else 'sum'} of -t * log({name}) - (1 - t) * log(1 - {name})",
        f"({name} - t) / ({name} * (1 - {name})){mean}, where {name} is between 1e-7 and 1 - 1e-7",
        parts,
        gradient,
        lambda p, t: _binary_text(p, t, mean),
        lambda p, t: f"({digits(p)} - {digits(t)}) / ({digits(p)} * (1 - {digits(p)})){mean}",
    )


def _squared(name: str, outputs: int) -> LossWork:
    return LossWork(
        False,
        f"mean of ({name} - t)**2",
        f"2 * ({name} - t) / {outputs}",
        lambda p, t: (p - t) ** 2 / outputs,
        lambda p, t: 2 * (p - t) / outputs,
        lambda p, t: f"({digits(p)} - {digits(t)})**2 / {outputs}",
        lambda p, t: f"2 * ({digits(p)} - {digits(t)}) / {outputs}",
    )


def _absolute(name: str, outputs: int) -> LossWork:
    return LossWork(
        False,
        f"mean of abs({name} - t)",
        f"sign({name} - t) / {outputs}",
        lambda p, t: np.abs(p - t) / outputs,
        lambda p, t: np.sign(p - t) / outputs,
        lambda p, t: f"abs({digits(p)} - {digits(t)}) / {outputs}",
        lambda p, t: f"sign({digits(p)} - {digits(t)}) / {outputs}",
    )


def _times(t: float, logarithm: str) -> str:
    return f"-{logarithm}" if t == 1 else f"-{factor(t)} * {logarithm}"


def _binary_text(p: float, t: float, mean: str) -> str:
    if t in (0, 1):
        return f"-log {digits(p) if t else f'(1 - {digits(p)})'}{mean}"
    return f"(-{digits(t)} * log {digits(p)} - {digits(1 - t)} * log(1 - {digits(p)})){mean}"
