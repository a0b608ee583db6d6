"""How Keras's optimizers change a weight: their state and their step as formulas, one after the other.

In each, ``w`` is a weight, ``g`` the gradient of the loss at it, ``t`` the number of the step, counted from 1, and all
else a number of the optimizer or of its state. The formulas are those of ``keras.optimizers``, which the tests compare
them with.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from core.fields.struct import fields_of
from core.fields.types import FieldError
from core.formulas.real_formula import RealFormula
from core.plan.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Optimizer, RMSprop

__all__ = ["WRITTEN_OUT", "Line", "Slot", "UpdateRule", "numbers_of", "rule_of"]

WRITTEN_OUT: tuple[type[Optimizer], ...] = (SGD, RMSprop, Adam, AdamW, Adamax, Adagrad, Adadelta)
"""The optimizers that have a rule here."""


class Line(Struct, frozen=True):
    """``name`` becomes what ``formula`` gives."""

    name: str
    formula: RealFormula


class Slot(Struct, frozen=True):
    """A number that is kept for each weight from step to step."""

    name: str
    """In the formulas."""
    variable: str
    """Keras's name of the variable, without that of the weight."""
    meaning: str
    initial: float = 0.0


class UpdateRule(Struct, frozen=True):
    """A step of an optimizer: ``lines`` in their order, the last of which gives the new ``w``."""

    slots: tuple[Slot, ...]
    lines: tuple[Line, ...]


def rule_of(optimizer: Optimizer) -> UpdateRule:
    """The rule of ``optimizer``. Raises `FieldError` for one that is not written out here."""
    if optimizer.gradient_accumulation_steps:
        raise FieldError("it takes a step for several batches together, which is not written out by numbers")
    parts = _parts(optimizer)
    if parts is None:
        known = ", ".join(each.__name__ for each in WRITTEN_OUT)
        raise FieldError(f"the step of {type(optimizer).__name__} is not written out by numbers; those of {known} are")
    slots, own = parts
    return UpdateRule(slots, (*_before(optimizer), *_lines(own)))


def numbers_of(optimizer: Optimizer) -> dict[str, float]:
    """The numbers of ``optimizer`` by their names in the formulas, the learning rate among them."""
    values = {field.name: getattr(optimizer, field.name) for field in fields_of(type(optimizer))}
    return {
        name: float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


Parts = tuple[tuple[Slot, ...], Mapping[str, str]]


def _parts(optimizer: Optimizer) -> Parts | None:
    """The slots and the formulas of ``optimizer`` itself; None if they are not written out."""
    match optimizer:
        case SGD():
            return _sgd(optimizer)
        case RMSprop():
            return _rmsprop(optimizer)
        case Adam() | AdamW():
            return _adam(optimizer)
        case Adamax():
            return _adamax()
        case Adagrad():
            return _adagrad(optimizer)
        case Adadelta():
            return _adadelta()
        case _:
            return None


def _before(optimizer: Optimizer) -> Iterator[Line]:
    """What comes before the rule itself; ``norm`` is that of the weight's gradient, or of all together."""
    if optimizer.clipnorm:
        yield Line("g", RealFormula("g * clipnorm / max(norm, clipnorm)"))
    elif optimizer.global_clipnorm:
        yield Line("g", RealFormula("g * global_clipnorm / max(norm, global_clipnorm)"))
    elif optimizer.clipvalue:
        yield Line("g", RealFormula("max(min(g, clipvalue), -clipvalue)"))
    if optimizer.weight_decay:
        yield Line("w", RealFormula("w - w * weight_decay * learning_rate"))


def _lines(own: Mapping[str, str]) -> Iterator[Line]:
    return (Line(name, RealFormula(text)) for name, text in own.items())


def _sgd(optimizer: SGD) -> Parts:
    if not optimizer.momentum:
        return (), {"w": "w - learning_rate * g"}
    slot = Slot("v", "momentum", "velocity: the step before, slowed down, and the new one")
    step = "w + momentum * v - learning_rate * g" if optimizer.nesterov else "w + v"
    return (slot,), {"v": "momentum * v - learning_rate * g", "w": step}


def _rmsprop(optimizer: RMSprop) -> Parts:
    slots = [Slot("v", "velocity", "running average of the squared gradient")]
    lines = {"v": "rho * v + (1 - rho) * g**2"}
    variance = "v"
    if optimizer.centered:
        slots.append(Slot("a", "average_gradient", "running average of the gradient"))
        lines["a"] = "rho * a + (1 - rho) * g"
        variance = "v - a**2"
    lines["step"] = f"learning_rate * g / sqrt({variance} + epsilon)"
    if not optimizer.momentum:
        return tuple(slots), {**lines, "w": "w - step"}
    slots.append(Slot("m", "momentum", "the step before, slowed down, and the new one"))
    return tuple(slots), {**lines, "m": "momentum * m + step", "w": "w - m"}


def _adam(optimizer: Adam | AdamW) -> Parts:
    slots = [
        Slot("m", "momentum", "running average of the gradient"),
        Slot("v", "velocity", "running average of the squared gradient"),
    ]
    lines = {"m": "beta_1 * m + (1 - beta_1) * g", "v": "beta_2 * v + (1 - beta_2) * g**2"}
    divisor = "v"
    if optimizer.amsgrad:
        slots.append(Slot("h", "velocity_hat", "the largest v so far"))
        lines["h"] = "max(h, v)"
        divisor = "h"
    rate = "learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)"
    return tuple(slots), {**lines, "rate": rate, "w": f"w - rate * m / (sqrt({divisor}) + epsilon)"}


def _adamax() -> Parts:
    slots = (
        Slot("m", "momentum", "running average of the gradient"),
        Slot("u", "norm", "the largest gradient so far, slowly forgotten"),
    )
    return slots, {
        "m": "beta_1 * m + (1 - beta_1) * g",
        "u": "max(beta_2 * u, abs(g))",
        "w": "w - learning_rate * m / ((1 - beta_1**t) * (u + epsilon))",
    }


def _adagrad(optimizer: Adagrad) -> Parts:
    slot = Slot("s", "accumulator", "sum of all squared gradients", optimizer.initial_accumulator_value)
    return (slot,), {"s": "s + g**2", "w": "w - learning_rate * g / sqrt(s + epsilon)"}


def _adadelta() -> Parts:
    slots = (
        Slot("s", "accumulated_grad", "running average of the squared gradient"),
        Slot("d", "accumulated_delta_var", "running average of the squared step"),
    )
    return slots, {
        "s": "rho * s + (1 - rho) * g**2",
        "step": "sqrt(d + epsilon) / sqrt(s + epsilon) * g",
        "d": "rho * d + (1 - rho) * step**2",
        "w": "w - learning_rate * step",
    }
