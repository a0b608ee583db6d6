"""How an optimizer goes down the simplest valley, beside plain gradient descent."""

from collections.abc import Iterator
from math import isfinite

from msgspec.structs import replace

from core.charts import Chart, Curve, Point
from core.fields.types import FieldError
from core.formatting import show_digits
from core.formulas.update_formulas import UpdateRule, numbers_of, rule_of
from core.glossary.concept_curves import FIRST, OTHER, chart_of
from core.plan.optimizers import SGD, Optimizer

__all__ = ["optimizer_chart", "optimizer_formulas"]

STEPS = 60
LIMIT = 2.0
"""Beyond this the axis is not stretched by a weight that runs away."""
START, RATE = 1.0, 0.1
"""Where the weight begins, and the learning rate of both: with those of the plan they could not be compared."""


def optimizer_chart(optimizer: Optimizer) -> Chart | None:
    """A weight over the steps where the loss is w^2 / 2; None if the optimizer is not written out."""
    try:
        curves = [Curve(type(optimizer).__name__, tuple(_descent(optimizer)), FIRST)]
    except FieldError:
        return None
    if optimizer != SGD(optimizer.learning_rate):
        curves.append(Curve("SGD without momentum", tuple(_descent(SGD())), OTHER))
    return chart_of(f"w over the steps, loss w^2 / 2, learning rate {RATE:g}", "step", *curves, low=-LIMIT, high=LIMIT)


def optimizer_formulas(optimizer: Optimizer) -> tuple[str, ...]:
    """The lines of a step, and the numbers in them; empty if the optimizer is not written out."""
    try:
        rule = rule_of(optimizer)
    except FieldError:
        return ()
    used = set[str]().union(*(line.formula.uses for line in rule.lines))
    known = {name: value for name, value in numbers_of(optimizer).items() if name in used}
    kept = {slot.name: slot.meaning for slot in rule.slots}
    return (
        *(f"{line.name} = {line.formula.text}" for line in rule.lines),
        *(f"{name}: {meaning}" for name, meaning in kept.items()),
        "g: the gradient at the weight w; "
        + ", ".join(f"{name} = {show_digits(value)}" for name, value in known.items()),
    )


def _descent(optimizer: Optimizer) -> Iterator[Point]:
    """The weight after each step, as long as it is a number. Raises `FieldError`."""
    rule, numbers = rule_of(optimizer), numbers_of(replace(optimizer, learning_rate=RATE))
    values = {slot.name: slot.initial for slot in rule.slots} | {"w": START}
    yield Point(0.0, START)
    for step in range(1, STEPS + 1):
        values = _after(rule, values, numbers | {"t": float(step)})
        if not isfinite(values["w"]):
            return
        yield Point(float(step), values["w"])


def _after(rule: UpdateRule, values: dict[str, float], numbers: dict[str, float]) -> dict[str, float]:
    gradient = values["w"]
    found = {**numbers, **values, "g": gradient, "norm": abs(gradient)}
    for line in rule.lines:
        found[line.name] = line.formula(**found)
    return {name: found[name] for name in values}
