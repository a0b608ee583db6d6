"""One step of an optimizer, for every weight of a network."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from core.backpropagation.explanation import DIGITS, Explanation, cell
from core.backpropagation.operations.operation import Index
from core.backpropagation.state import Key, State
from core.formulas.arrays import Array, over
from core.formulas.update_formulas import UpdateRule, numbers_of, rule_of
from core.plan.optimizers import Optimizer

__all__ = ["Update", "updates"]


class Update(Struct, frozen=True, eq=False):
    """What a step does to one weight, an array: ``values`` are those before it."""

    rule: UpdateRule
    numbers: Mapping[str, float]
    """Of the optimizer, with ``t`` and ``norm``."""
    values: Mapping[str, Array]
    """``w``, ``g`` and the slots of the rule, by name."""
    after: Mapping[str, Array]
    """The same after the step."""

    @property
    def kept(self) -> dict[str, Array]:
        """The slots after the step, by Keras's names."""
        return {slot.variable: self.after[slot.name] for slot in self.rule.slots}

    def explain(self, index: Index, weight: str) -> tuple[Explanation, ...]:
        """Each line of the rule for the entry at ``index`` of the weight that is called so."""
        values = {**self.numbers, **{name: float(array[index]) for name, array in self.values.items()}}
        found = [
            Explanation("w", cell(weight, index), values["w"]),
            Explanation("g", cell(f"dL/d{weight}", index), values["g"]),
        ]
        for line in self.rule.lines:
            after = line.formula(**values)
            name = f"new {line.name}"
            found.append(Explanation(name, line.formula.text, after, line.formula.substituted(values, DIGITS)))
            values[line.name] = after
        return tuple(found)


def updates(optimizer: Optimizer, state: State, gradients: Mapping[Key, Array]) -> dict[Key, Update]:
    """The update of every weight that has a gradient. Raises `FieldError` if the optimizer is not written out."""
    rule = rule_of(optimizer)
    numbers = numbers_of(optimizer) | {"learning_rate": state.learning_rate, "t": float(state.steps + 1)}
    together = float(np.sqrt(sum(float((each**2).sum()) for each in gradients.values())))
    found: dict[Key, Update] = {}
    for key, gradient in gradients.items():
        norm = together if optimizer.global_clipnorm and not optimizer.clipnorm else float(np.sqrt((gradient**2).sum()))
        kept = state.slots.get(key, {})
        slots = {
            slot.name: kept.get(slot.variable, np.full_like(state.weights[key], slot.initial)) for slot in rule.slots
        }
        known, values = numbers | {"norm": norm}, {"w": state.weights[key], "g": gradient, **slots}
        found[key] = Update(rule, known, values, _taken(rule, known, values))
    return found


def _taken(rule: UpdateRule, numbers: Mapping[str, float], values: Mapping[str, Array]) -> dict[str, Array]:
    found: dict[str, Array | float] = {**numbers, **values}
    for line in rule.lines:
        found[line.name] = over(line.formula, **found)
    return {name: np.asarray(found[name]) for name in values}
