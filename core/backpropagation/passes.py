"""One example forward through a network, its loss, the gradients back, and the step: every number, each explained."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Literal

import numpy as np
from msgspec import Struct

from core.backpropagation.descent import Update, updates
from core.backpropagation.explanation import Explanation, Term, cell, digits, given, summed
from core.backpropagation.layers import operations, refusal
from core.backpropagation.losses import LossWork, loss_work, target
from core.backpropagation.operations.operation import Index, Names, Operation
from core.backpropagation.operations.pointwise import Pointwise, Softmax
from core.backpropagation.state import SYMBOLS, Key, State
from core.fields.types import FieldError
from core.formulas.arrays import Array
from core.network.architecture import Architecture
from core.network.regularizers import Regularizer
from core.network.shapes import show_shape
from core.network.summary import Summary, summarize
from core.plan.optimizers import Optimizer
from core.plan.plan import Plan

__all__ = ["Pass", "Phase", "Quantity", "check", "work"]

Phase = Literal["forward", "loss", "back", "update"]
GIVEN: Mapping[str, tuple[str, str]] = {
    "W": ("a weight", "the weights"),
    "b": ("a bias", "the biases"),
    "gamma": ("a scale", "the scales"),
    "beta": ("an offset", "the offsets"),
}
"""What weights are called, one of them and all, by symbol."""
QUIET = np.errstate(all="ignore")
"""A network with NaN or infinite weights is worked through like any other."""
KERAS_NAMES = {symbol: name for name, symbol in SYMBOLS.items()}


class Quantity(Struct, frozen=True, eq=False):
    """An array of numbers, and where they come from."""

    phase: Phase
    row: int
    """The layer it belongs to; 0 for the input and the loss."""
    name: str
    formula: str
    """How it is computed, or what it is if it is given."""
    values: Array
    explain: Callable[[Index], tuple[Explanation, ...]]
    """What the number at an index is computed from."""
    is_given: bool = False
    """Whether it is not computed: the input, a weight, the label."""


class Pass(Struct, frozen=True, eq=False):
    """All numbers of one example, in the order in which they are computed."""

    summary: Summary
    plan: Plan
    state: State
    x: Array
    right: int
    """The class of the example."""
    quantities: tuple[Quantity, ...]
    loss: float
    output: Array
    gradients: Mapping[Key, Array]
    updates: Mapping[Key, Update]
    no_step: str = ""
    """Why the optimizer's step is not among the numbers; empty if it is."""

    def quantity(self, name: str) -> Quantity:
        """The one of that name. Raises KeyError."""
        return {each.name: each for each in self.quantities}[name]

    def stepped(self) -> "Pass":
        """The same example after the step."""
        state = State(
            {**self.state.weights, **{key: update.after["w"] for key, update in self.updates.items()}},
            {key: update.kept for key, update in self.updates.items()},
            self.state.learning_rate,
            self.state.steps + 1,
        )
        return work(self.summary, self.plan, state, self.x, self.right)

    def shown(self, x: Array, right: int) -> "Pass":
        """Another example through the same network."""
        return work(self.summary, self.plan, self.state, x, right)


def check(architecture: Architecture) -> Summary:
    """The summary of a network whose numbers can be shown. Raises `FieldError`."""
    summary = summarize(architecture)
    why = refusal(summary)
    output = summary.rows[-1].facts.output if not why and summary.rows[-1].facts else ()
    if not why and len(output) != 1:
        why = f"its output, {show_shape(output)}, is not one number for each class: add Flatten and Dense"
    if why:
        raise FieldError(why)
    return summary


class _Node(Struct, frozen=True, eq=False):
    """An operation at work."""

    row: int
    operation: Operation
    names: Names
    x: Array
    y: Array


@QUIET
def work(summary: Summary, plan: Plan, state: State, x: Array, right: int) -> Pass:
    """All numbers of the example ``x``, of class ``right``. Raises `FieldError` if the loss is not written out."""
    nodes = tuple(_forward(summary, state, x))
    output = nodes[-1].y
    last = nodes[-1].operation
    activation = "softmax" if isinstance(last, Softmax) else last.name if isinstance(last, Pointwise) else ""
    loss = loss_work(plan.loss, activation, len(output), nodes[-1].names.output, nodes[-1].names.input)
    t = target(plan.loss, len(output), right)
    at = nodes[-1].x if loss.joint else output
    penalties = dict(_penalties(summary, state))
    gradients: dict[Key, Array] = {}
    back = tuple(_back(nodes, loss, at, t, penalties, gradients, state))
    steps, no_step = _steps(plan.optimizer, state, summary, gradients)
    value = loss.value(at, t) + sum(_penalty(each, state.weights[key]) for key, each in penalties.items())
    quantities = (
        Quantity(
            "forward", 0, "x", "the example", x, partial(_given, "x", "a number of the example", x), is_given=True
        ),
        *_forward_quantities(nodes),
        *_loss_quantities(loss, at, t, penalties, state, value),
        *back,
        *_step_quantities(steps, type(plan.optimizer).__name__),
    )
    return Pass(summary, plan, state, x, right, quantities, value, output, gradients, steps, no_step)


def _forward(summary: Summary, state: State, x: Array) -> Iterator[_Node]:
    source = "x"
    for row in summary.rows[1:]:
        for operation in operations(row, state.of_row(row.index)):
            names = Names(source, f"{operation.symbol}{row.index}", row.index)
            y = operation.forward(x)
            yield _Node(row.index, operation, names, x, y)
            source, x = names.output, y


def _forward_quantities(nodes: tuple[_Node, ...]) -> Iterator[Quantity]:
    for node in nodes:
        for symbol, values in node.operation.weights.items():
            name, (one, all_of_them) = node.names.weight(symbol), GIVEN[symbol]
            explain = partial(_given, name, one, values)
            yield Quantity("forward", node.row, name, all_of_them, values, explain, is_given=True)
        formula = node.operation.formula(node.names)
        yield Quantity("forward", node.row, node.names.output, formula, node.y, partial(_explain, node))


def _loss_quantities(
    loss: LossWork, at: Array, t: Array, penalties: Mapping[Key, Regularizer], state: State, value: float
) -> Iterator[Quantity]:
    yield Quantity("loss", 0, "t", "the label", t, partial(_given, "t", "a number of the label", t), is_given=True)
    explained = loss.explain(at, t)
    terms = [_penalty_term(key, each, state.weights[key]) for key, each in penalties.items()]
    if terms:
        formula = f"{explained.formula}, and the penalties"
        explained = summed("L", formula, (*explained.terms, *terms), value)
    yield Quantity("loss", 0, "L", explained.formula, np.asarray([value]), lambda _: (explained,))


def _back(
    nodes: tuple[_Node, ...],
    loss: LossWork,
    at: Array,
    t: Array,
    penalties: Mapping[Key, Regularizer],
    gradients: dict[Key, Array],
    state: State,
) -> Iterator[Quantity]:
    """The gradients from the loss back to the first weights, which ``gradients`` gets by their keys."""
    first = min((index for index, node in enumerate(nodes) if node.operation.weights), default=len(nodes))
    gradient = loss.gradient(at, t)
    name = nodes[-1].names.input_gradient if loss.joint else nodes[-1].names.output_gradient
    explain = partial(_explain_loss, loss, gradient, at, t, name)
    yield Quantity("back", nodes[-1].row, name, loss.gradient_formula, gradient, explain)
    for index in reversed(range(first, len(nodes) - loss.joint)):
        node = nodes[index]
        for symbol, values in node.operation.gradients(node.x, gradient).items():
            key = node.row, KERAS_NAMES[symbol]
            penalty = penalties.get(key)
            whole = values if penalty is None else values + _penalty_gradient(penalty, state.weights[key])
            gradients[key] = whole
            formula = node.operation.gradient_formula(symbol, node.names)
            if penalty is not None:
                formula += f" + {_penalty_text(penalty, node.names.weight(symbol))}"
            explained = partial(_explain_gradient, node, symbol, gradient, values, penalty, state.weights[key])
            yield Quantity("back", node.row, node.names.weight_gradient(symbol), formula, whole, explained)
        if index == first:
            return
        before = node.operation.backward(node.x, node.y, gradient)
        formula, name = node.operation.back_formula(node.names), node.names.input_gradient
        yield Quantity("back", node.row, name, formula, before, partial(_explain_back, node, gradient, before))
        gradient = before


def _steps(
    optimizer: Optimizer, state: State, summary: Summary, gradients: Mapping[Key, Array]
) -> tuple[dict[Key, Update], str]:
    trained = {key: each for key, each in gradients.items() if getattr(summary.rows[key[0]].layer, "trainable", True)}
    if not trained:
        return {}, "no weight of this network is trained"
    try:
        return updates(optimizer, state, dict(sorted(trained.items(), key=lambda pair: pair[0][0]))), ""
    except FieldError as error:
        return {}, str(error)


def _step_quantities(steps: Mapping[Key, Update], optimizer: str) -> Iterator[Quantity]:
    for (row, keras_name), update in steps.items():
        name = f"{SYMBOLS[keras_name]}{row}"
        formula = f"{name} after a step of {optimizer}"
        yield Quantity("update", row, f"{name} new", formula, update.after["w"], partial(_explain_step, update, name))


def _given(name: str, what: str, values: Array, index: Index) -> tuple[Explanation, ...]:
    return (given(cell(name, index), what, float(values[index])),)


@QUIET
def _explain(node: _Node, index: Index) -> tuple[Explanation, ...]:
    return (node.operation.explain(node.x, node.y, index, node.names),)


@QUIET
def _explain_loss(
    loss: LossWork, gradient: Array, x: Array, t: Array, name: str, index: Index
) -> tuple[Explanation, ...]:
    return (loss.explain_gradient(gradient, x, t, index, name),)


@QUIET
def _explain_back(node: _Node, gradient: Array, before: Array, index: Index) -> tuple[Explanation, ...]:
    return (node.operation.explain_back(node.x, node.y, gradient, before, index, node.names),)


@QUIET
def _explain_gradient(
    node: _Node, symbol: str, gradient: Array, values: Array, penalty: Regularizer | None, weights: Array, index: Index
) -> tuple[Explanation, ...]:
    found = node.operation.explain_gradient(symbol, node.x, gradient, values, index, node.names)
    if penalty is None:
        return (found,)
    weight = cell(node.names.weight(symbol), index)
    more = float(_penalty_gradient(penalty, weights[index]))
    formula = f"that + {_penalty_text(penalty, weight)}"
    text = f"{digits(found.value)} + {digits(more)}"
    return found, Explanation(f"{found.name} with the penalty", formula, found.value + more, text)


@QUIET
def _explain_step(update: Update, name: str, index: Index) -> tuple[Explanation, ...]:
    return update.explain(index, name)


def _penalties(summary: Summary, state: State) -> Iterator[tuple[Key, Regularizer]]:
    for row in summary.rows[1:]:
        for keras_name in SYMBOLS:
            found = getattr(row.layer, f"{keras_name}_regularizer", None)
            if found is not None and (row.index, keras_name) in state.weights:
                yield (row.index, keras_name), found


def _penalty(penalty: Regularizer, weights: Array) -> float:
    return float(penalty.l1 * np.abs(weights).sum() + penalty.l2 * (weights**2).sum())


def _penalty_term(key: Key, penalty: Regularizer, weights: Array) -> Term:
    value = _penalty(penalty, weights)
    return Term(f"{digits(value)} (penalty of {SYMBOLS[key[1]]}{key[0]})", value)


def _penalty_gradient(penalty: Regularizer, weights: Array) -> Array:
    return np.asarray(penalty.l1 * np.sign(weights) + 2 * penalty.l2 * weights, np.float64)


def _penalty_text(penalty: Regularizer, weight: str) -> str:
    parts = []
    if penalty.l1:
        parts.append(f"{digits(penalty.l1)} * sign({weight})")
    if penalty.l2 or not parts:
        parts.append(f"2 * {digits(penalty.l2)} * {weight}")
    return " + ".join(parts)
