"""Rules about softmax: over one number, applied twice, in a hidden layer, over the wrong axis."""

from collections.abc import Iterator
from math import exp, inf, log

from core.diagnosis.finding import Finding
from core.diagnosis.rule import STUCK, static_rule
from core.diagnosis.rules.output import until_it_fits
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_amount
from core.network.activations import curve
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import Activation, BatchNormalization, LayerNormalization, Rescaling
from core.network.summary import Row
from core.plan.losses import CategoricalCrossentropy, SparseCategoricalCrossentropy

SHARING = ("softmax", "sparsemax")
"""Activations whose outputs add up to 1."""

LEAST_FLOOR = 0.1
"""Lowest possible loss from which bounded logits are reported: relu6 before softmax leaves 0.02 for ten classes."""

STRETCHING = (BatchNormalization, LayerNormalization, Rescaling)
"""Layers whose output is not bounded by the range of their input."""


@static_rule(20, {"softmax-on-one-unit": STUCK})
def softmax_on_one_unit(context: StaticContext) -> Iterator[Finding]:
    """A softmax over a single number, which is always 1."""
    rows = _single_unit_rows(context)
    if not rows:
        return
    is_output = len(rows) == 1 and not any(row.index > rows[0].index for row in context.kernel_rows)
    fixes = until_it_fits(context) if is_output and context.trains and context.summary.output == (1,) else ()
    if not fixes:
        architecture = context.architecture
        for row in rows:
            architecture = architecture.replace(row.index, row.layer.with_activation("sigmoid") or row.layer)
        fixes = (context.make_fix("set activation=sigmoid", architecture=architecture),)
    others = f"; the same in {show_amount(len(rows) - 1, 'more layer')}" if len(rows) > 1 else ""
    yield Finding(
        "softmax-on-one-unit",
        rows[0].index,
        f"{place(rows[0])} is a softmax over 1 number: exp(x) / exp(x) = 1 for every x{others}",
        "Softmax divides 1 among its inputs. A single input always gets all of it: the output says nothing, and no "
        "gradient passes back through it.",
        fixes,
    )


def _single_unit_rows(context: StaticContext) -> list[Row]:
    return [
        row
        for row in context.summary.rows
        if row.facts and row.facts.output[-1] == 1 and row.layer.activation_name == "softmax"
    ]


@static_rule(21, {"softmax-twice": STUCK, "bounded-logits": STUCK})
def bounded_logits(context: StaticContext) -> Iterator[Finding]:
    """A softmax of numbers that an earlier activation, with no kernel in between, keeps close together."""
    ending = context.ending
    if not context.classifies or ending is None or context.ends_in not in SHARING:
        return
    first = _activated_before(context, ending)
    if first is None:
        return
    name, between = first.layer.activation_name, context.summary.rows[first.index + 1 : ending.index]
    span = inf if any(isinstance(row.layer, STRETCHING) for row in between) else curve(name).span
    floor = log(1 + (context.classes - 1) * exp(-span))
    twice = name in SHARING
    if not twice and floor < LEAST_FLOOR:
        return
    yield Finding(
        "softmax-twice" if twice else "bounded-logits",
        ending.index,
        _evidence(context, first, ending, None if span == inf else floor),
        "One of the two is redundant. The second treats the probabilities of the first as logits, which differ by at "
        "most 1: it evens them out, and leaves hardly any gradient for a confident answer."
        if twice
        else f"Softmax expects logits of any size. Within the bounds of {name} they are too close together: even the "
        "most confident answer looks uncertain.",
        (_one_activation(context, first, ending),),
    )


def _activated_before(context: StaticContext, ending: Row) -> Row | None:
    """The row with the activation whose output ``ending`` receives; None if a kernel comes in between."""
    if ending.layer.has_kernel:
        return None
    for row in reversed(context.summary.rows[1 : ending.index]):
        if row.layer.activation_name not in ("", "linear"):
            return row
        if row.layer.has_kernel:
            return None
    return None


def _evidence(context: StaticContext, first: Row, ending: Row, floor: float | None) -> str:
    name, classes, loss = first.layer.activation_name, context.classes, context.plan.loss
    text = f"{place(ending)} is applied to the {name} of {place(first)}"
    if floor is None:
        return text
    low, high = curve(name).low, curve(name).high
    text += f": {classes} numbers from {low:g} to {high:g} become probabilities of {exp(-floor):.2f} at most"
    if isinstance(loss, CategoricalCrossentropy | SparseCategoricalCrossentropy):
        text += f", so the loss cannot go below -log({exp(-floor):.4f}) = {floor:.2f}"
    return text


def _one_activation(context: StaticContext, first: Row, ending: Row) -> Fix:
    """The fix that keeps one of the two: the last, unless it is a layer of its own that repeats the first."""
    is_activation_layer = isinstance(ending.layer, Activation)
    same = first.layer.activation_name == ending.layer.activation_name
    if is_activation_layer and same and first.layer.activation_name in SHARING:
        return context.remove_layers(f"remove layer {ending.index} ({ending.layer.label})", (ending,))
    if isinstance(first.layer, Activation):
        return context.remove_layers(f"remove layer {first.index} ({first.layer.label})", (first,))
    linear = first.layer.with_activation("linear")
    if linear is None:
        return context.remove_layers(f"remove layer {first.index} ({first.layer.label})", (first,))
    return context.replace_layer(f"set activation=linear in layer {first.index}", first, linear)


@static_rule(22, {"hidden-softmax": STUCK})
def hidden_softmax(context: StaticContext) -> Iterator[Finding]:
    """A softmax before the last kernel."""
    last = context.kernel_rows[-1].index if context.kernel_rows else 0
    rows = [
        row
        for row in context.summary.rows[1:last]
        if row.layer.activation_name in SHARING and row.facts and row.facts.output[-1] > 1
    ]
    if not rows:
        return
    row, architecture = rows[0], context.architecture
    for one in rows:
        hidden = "tanh" if one.layer.recurrent else "relu"
        architecture = architecture.replace(one.index, one.layer.with_activation(hidden) or one.layer)
    units = row.facts.output[-1] if row.facts else 1
    others = f"; the same in {show_amount(len(rows) - 1, 'more hidden layer')}" if rows[1:] else ""
    names = dict.fromkeys("tanh" if one.layer.recurrent else "relu" for one in rows)
    where = f" in {show_amount(len(rows), 'layer')}" if rows[1:] else f" in layer {row.index}"
    yield Finding(
        "hidden-softmax",
        row.index,
        f"{place(row)} is a hidden layer: its {units:,} numbers add up to 1, about {1 / units:.2g} each{others}",
        "Softmax makes units compete for a share of 1: where one is large, all others are close to 0. Slopes of "
        "p * (1 - p), at most 1/4 and here much less, leave earlier layers little to learn from.",
        (context.make_fix(f"set activation={' and '.join(names)}{where}", architecture=architecture),),
    )


@static_rule(23, {"softmax-axis": STUCK})
def softmax_over_places(context: StaticContext) -> Iterator[Finding]:
    """A final softmax over an axis that is not the classes."""
    ending = context.ending
    if not context.classifies or ending is None or ending.facts is None or context.ends_in not in SHARING:
        return
    shape, classes = ending.facts.output, context.classes
    if shape[-1] in (1, classes):
        return
    yield Finding(
        "softmax-axis",
        ending.index,
        f"{place(ending)} works along the last axis of {'x'.join(map(str, shape))}: every {shape[-1]} numbers add up "
        f"to 1, not the {classes} class outputs",
        "Softmax normalizes along the last axis only. The class outputs lie along other axes, so together they add up "
        "to more than 1.",
        (_at_the_end(context, ending),),
    )


def _at_the_end(context: StaticContext, ending: Row) -> Fix:
    architecture: Architecture = context.architecture
    if isinstance(ending.layer, Activation):
        architecture = architecture.remove(ending.index)
    else:
        architecture = architecture.replace(ending.index, ending.layer.with_activation("linear") or ending.layer)
    architecture = architecture.insert(len(architecture.layers) + 1, Activation(context.ends_in))
    return context.make_fix(f"put {context.ends_in} at the end", architecture=architecture)
