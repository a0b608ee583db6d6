"""Fixes that change the step size: another learning rate, gradient clipping."""

from math import log10

from msgspec.structs import replace

from core.diagnosis.training_context import TrainingContext, largest_update
from core.network.fix import Fix

__all__ = ["USUAL", "clip_gradients", "lower_learning_rate", "power", "scale_learning_rate"]

USUAL, BOLD = 1e-3, 1e-2
"""A usual update as a share of the weights (Stanford CS231n, "Ratio of weights:updates"), and one for a first step."""

LEAST, MOST = 1e1, 1e4
"""The smallest and largest factor by which a learning rate is changed; larger ones would be mere guesses."""

LONGEST = 0.1
"""The largest learning rate, that is, step along a gradient of length 1, for which clipping is offered."""

SLOWEST, FASTEST = 1e-12, 1e6
"""Bounds of the learning rates that are proposed."""


def scale_learning_rate(context: TrainingContext, factor: float) -> Fix:
    """The learning rate times ``factor``."""
    plan = context.static_context.plan
    rate = _times(context.learning_rate, factor)
    if rate == plan.optimizer.learning_rate:  # the plan's own rate, from which the user changed it by hand
        rate = _times(rate, factor)
    plan = plan.with_learning_rate(rate)
    return context.static_context.make_fix(f"set learning_rate={rate:g}", plan=plan)


def _times(rate: float, factor: float) -> float:
    return float(f"{min(max(rate * factor, SLOWEST), FASTEST):.3g}")


def lower_learning_rate(context: TrainingContext) -> Fix:
    """A learning rate at most a tenth of the current one, at which the first updates are no larger than `BOLD`."""
    moved = [layer.update for step in context.steps[:1] if (layer := largest_update(step))]
    return scale_learning_rate(context, 1 / power(max(moved, default=0.0) / BOLD))


def power(factor: float) -> float:
    """The power of ten nearest to ``factor``, within `LEAST` and `MOST`."""
    return float(10.0 ** round(log10(min(max(factor, LEAST), MOST))))


def clip_gradients(context: TrainingContext) -> Fix | None:
    """Gradients clipped to length 1, unless they are clipped already or the steps would still be too long.

    Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks.
    """
    optimizer = context.static_context.plan.optimizer
    limits = (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
    if context.learning_rate > LONGEST or any(limit is not None for limit in limits):
        return None
    plan = replace(context.static_context.plan, optimizer=replace(optimizer, clipnorm=1.0))
    return context.static_context.make_fix("set clipnorm=1", plan=plan)
