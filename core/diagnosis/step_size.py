"""Cures that change how far a step goes: another learning rate, gradients of bounded length."""

from math import log10

from msgspec.structs import replace

from core.diagnosis.evidence import Evidence, largest_update
from core.remedy import Remedy

__all__ = ["USUAL", "clipped", "power", "slower", "stepped"]

USUAL, BOLD = 1e-3, 1e-2
"""A usual update as a share of the weights (Stanford CS231n, "Ratio of weights:updates"), and one for a first step."""

LEAST, MOST = 1e1, 1e4
"""What a learning rate is divided or multiplied by, at least and at most: further from afar no guess is good."""

LONGEST = 0.1
"""The longest step along a gradient of length 1, which is the learning rate, that is worth a try."""

SLOWEST, FASTEST = 1e-12, 1e6
"""Learning rates beyond which nothing is proposed."""


def stepped(evidence: Evidence, factor: float) -> Remedy:
    """The learning rate times ``factor``."""
    plan = evidence.subject.plan
    rate = _times(evidence.learning_rate, factor)
    if rate == plan.optimizer.learning_rate:  # where a person who changed it by hand started from
        rate = _times(rate, factor)
    plan = replace(plan, optimizer=replace(plan.optimizer, learning_rate=rate))
    return evidence.subject.changed(f"set learning_rate={rate:g}", plan=plan)


def _times(rate: float, factor: float) -> float:
    return float(f"{min(max(rate * factor, SLOWEST), FASTEST):.3g}")


def slower(evidence: Evidence) -> Remedy:
    """A learning rate so much lower that the first updates are of a bold size at most; a tenth at least."""
    moved = [layer.update for look in evidence.looks[:1] if (layer := largest_update(look))]
    return stepped(evidence, 1 / power(max(moved, default=0.0) / BOLD))


def power(factor: float) -> float:
    """The power of ten next to ``factor``, within reason."""
    return float(10.0 ** round(log10(min(max(factor, LEAST), MOST))))


def clipped(evidence: Evidence) -> Remedy | None:
    """Gradients of length 1 at most, if they may be longer and such steps would be short enough.

    Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks.
    """
    optimizer = evidence.subject.plan.optimizer
    held = (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
    if evidence.learning_rate > LONGEST or any(bound is not None for bound in held):
        return None
    plan = replace(evidence.subject.plan, optimizer=replace(optimizer, clipnorm=1.0))
    return evidence.subject.changed("set clipnorm=1", plan=plan)
