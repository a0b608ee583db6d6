"""Cures that change how far a step goes: another learning rate, gradients of bounded length."""

from math import log10

from msgspec.structs import replace

from core.diagnosis.training_context import TrainingContext, largest_update
from core.network.fix import Fix

__all__ = ["USUAL", "clip_gradients", "lower_learning_rate", "power", "scale_learning_rate"]

USUAL, BOLD = 1e-3, 1e-2
"""A usual update as a share of the weights (Stanford CS231n, "Ratio of weights:updates"), and one for a first step."""

LEAST, MOST = 1e1, 1e4
"""What a learning rate is divided or multiplied by, at least and at most: further from afar no guess is good."""

LONGEST = 0.1
"""The longest step along a gradient of length 1, which is the learning rate, that is worth a try."""

SLOWEST, FASTEST = 1e-12, 1e6
"""Learning rates beyond which nothing is proposed."""


def scale_learning_rate(context: TrainingContext, factor: float) -> Fix:
    """The learning rate times ``factor``."""
    plan = context.static_context.plan
    rate = _times(context.learning_rate, factor)
    if rate == plan.optimizer.learning_rate:  # where a person who changed it by hand started from
        rate = _times(rate, factor)
    plan = replace(plan, optimizer=replace(plan.optimizer, learning_rate=rate))
    return context.static_context.make_fix(f"set learning_rate={rate:g}", plan=plan)


def _times(rate: float, factor: float) -> float:
    return float(f"{min(max(rate * factor, SLOWEST), FASTEST):.3g}")


def lower_learning_rate(context: TrainingContext) -> Fix:
    """A learning rate so much lower that the first updates are of a bold size at most; a tenth at least."""
    moved = [layer.update for look in context.steps[:1] if (layer := largest_update(look))]
    return scale_learning_rate(context, 1 / power(max(moved, default=0.0) / BOLD))


def power(factor: float) -> float:
    """The power of ten next to ``factor``, within reason."""
    return float(10.0 ** round(log10(min(max(factor, LEAST), MOST))))


def clip_gradients(context: TrainingContext) -> Fix | None:
    """Gradients of length 1 at most, if they may be longer and such steps would be short enough.

    Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks.
    """
    optimizer = context.static_context.plan.optimizer
    held = (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
    if context.learning_rate > LONGEST or any(bound is not None for bound in held):
        return None
    plan = replace(context.static_context.plan, optimizer=replace(optimizer, clipnorm=1.0))
    return context.static_context.make_fix("set clipnorm=1", plan=plan)
