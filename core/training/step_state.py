"""What the next step of a training begins with, as numbers. Importing this loads TensorFlow."""

from typing import Any

import keras
import numpy as np

from core.backpropagation.state import Key, State
from core.fields.types import FieldError
from core.formulas.arrays import Array
from core.formulas.update_formulas import rule_of
from core.keras_runtime import keras_model
from core.network.architecture import Architecture
from core.plan.plan import Plan

__all__ = ["initial_state", "read_state"]


def initial_state(architecture: Architecture, plan: Plan) -> State:
    """The state that a training of ``plan`` begins with: initial weights by the plan's seed, a new optimizer."""
    model = keras_model.build(architecture, plan.seed)
    optimizer = keras_model.optimizer(plan)
    optimizer.build(model.trainable_variables)
    return read_state(architecture, plan, model, optimizer)


def read_state(architecture: Architecture, plan: Plan, model: keras.Model, optimizer: Any) -> State:
    """The state of ``model``, built by `keras_model.build`, and of its ``optimizer``."""
    weights: dict[Key, Array] = {}
    slots: dict[Key, dict[str, Array]] = {}
    kept = {variable.name: variable for variable in optimizer.variables}
    names = _slot_names(plan)
    for row, layers in keras_model.parts(architecture, model).items():
        for weight in (weight for layer in layers for weight in layer.weights):
            key = row, weight.name
            weights[key] = _numbers(weight)
            path = weight.path.replace("/", "_")
            slots[key] = {name: _numbers(kept[f"{path}_{name}"]) for name in names if f"{path}_{name}" in kept}
    return State(weights, slots, float(optimizer.learning_rate), int(optimizer.iterations))


def _slot_names(plan: Plan) -> tuple[str, ...]:
    try:
        return tuple(slot.variable for slot in rule_of(plan.optimizer).slots)
    except FieldError:
        return ()


def _numbers(variable: Any) -> Array:
    return np.asarray(variable.numpy(), np.float64)
