"""Rules about the output and the loss."""

from collections.abc import Iterator
from math import e, log

from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.rule import BROKEN, STUCK, static_rule
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_percent
from core.network.activations import curve
from core.network.fix import Fix
from core.network.layers import Activation, Dense, Dropout, GaussianNoise, Layer
from core.network.summary import Row, summarize
from core.plan.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    Hinge,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from core.plan.plan import Plan
from core.readiness import dataset_mismatches

__all__ = ["until_it_fits"]

LOWEST_SHARE = 1e-7
"""keras.config.epsilon(): cross-entropy clips smaller probabilities to it."""

UNFIT = "not-the-datasets-classes"
"""The code that `core.readiness` gives an output of the wrong size."""

MOST_FIXES = 4
"""The most fixes that an output needs to have one number for each class; Flatten and Dense are two."""


@static_rule(10)
def output_not_the_classes(context: StaticContext) -> Iterator[Finding]:
    """An output that does not have one number for each class."""
    for problem in dataset_mismatches(context.architecture, context.plan, context.summary):
        if problem.code == UNFIT:
            yield Finding(
                "output-not-the-classes",
                problem.layer,
                problem.message,
                "Each class needs its own output, which says how confident the network is of that class.",
                until_it_fits(context),
            )


def until_it_fits(context: StaticContext) -> tuple[Fix, ...]:
    """The fixes of `core.readiness`, applied one after another until the output fits, as one fix."""
    architecture, plan, summary, labels = context.architecture, context.plan, context.summary, list[str]()
    for _ in range(MOST_FIXES):
        problem = next((one for one in dataset_mismatches(architecture, plan, summary) if one.code == UNFIT), None)
        if problem is None:
            return (context.make_fix(", ".join(labels), architecture=architecture, plan=plan),)
        if problem.layer is None or problem.fix is None:
            break
        labels.append(problem.fix.label)
        if isinstance(problem.fix, Fix):
            architecture, plan = problem.fix.architecture, problem.fix.plan
        else:
            architecture = architecture.apply_fix(problem.layer, problem.fix)
        summary = summarize(architecture)
    return ()


@static_rule(
    11,
    {
        "no-softmax": STUCK | BROKEN,
        "no-sigmoid": STUCK | BROKEN,
        "no-positive-output": STUCK | BROKEN,
        "binary-loss-on-softmax": STUCK,
        "hinge-without-negatives": STUCK,
        "logits-of-softmax": STUCK,
        "logits-of-sigmoid": STUCK,
    },
)
def loss_mismatch(context: StaticContext) -> Iterator[Finding]:
    """A loss that does not match the activation of the output."""
    expected = context.plan.loss.reads
    if context.classifies and context.ending is not None:
        yield from _unreachable_labels(context, context.ending)
    ending, ends_in = context.ending, context.ends_in
    if not expected or not context.classifies or ending is None:
        return
    from_logits = bool(getattr(context.plan.loss, "from_logits", False))
    if expected == "sigmoid" and ends_in == "softmax":
        if context.classes > 2:
            yield _binary_on_softmax(context, ending)
    elif from_logits and (ends_in in (expected, "sigmoid")):
        yield _logits_of(context, ending)
    elif not from_logits and ends_in != expected:
        yield _not_probabilities(context, ending, expected)


def _binary_on_softmax(context: StaticContext, ending: Row) -> Finding:
    loss, classes = context.plan.loss, context.classes
    categorical = loss.categorical()
    plan = replace(context.plan, loss=categorical)
    return Finding(
        "binary-loss-on-softmax",
        ending.index,
        f"{loss.alias()} averages {classes} yes-or-no questions for each image, {classes - 1} of them with the answer "
        f"no; the softmax of {place(ending)} gives {classes} probabilities that add up to 1",
        f"An image has one class, so the probabilities depend on each other. Judged separately, the correct class "
        f"counts for 1/{classes} of the loss: its gradient is {classes} times smaller, and training is slow.",
        (context.make_fix(f"set loss={categorical.alias()}", plan=plan),),
    )


def _logits_of(context: StaticContext, ending: Row) -> Finding:
    """Keras remembers the logits that went into a softmax or sigmoid, and some losses use them instead of the output.

    keras/src/backend/tensorflow/nn.py, _get_logits: only if no layer follows the activation.
    """
    loss, ends_in, classes = context.plan.loss, context.ends_in, context.classes
    evidence = f"{loss.alias()} has from_logits=true and applies {loss.reads} to the output of {place(ending)}"
    cause = f"The loss treats the {ends_in} as logits and squashes it again: even a confident answer looks uncertain."
    if _uses_cached_logits(context):
        evidence += f", which is already a {ends_in}"
        cause = (
            f"One of the two is redundant. Keras notices, warns, and trains on the logits before the {ends_in}; "
            "with another layer after it, or in other frameworks, the loss would squash it twice."
        )
    elif ends_in == "softmax":
        best = log(1 + (classes - 1) / e)
        evidence += (
            f": probabilities of 1 and 0 become {e / (e + classes - 1):.2f} and less, a loss of {best:.2f} at best"
        )
    elif loss.reads == "softmax":
        evidence += (
            f": numbers from 0 to 1 give a probability of {e / (e + classes - 1):.2f} at most, that of 1 among 0s"
        )
    else:
        evidence += f": numbers from 0 to 1 become 0.50 to {e / (e + 1):.2f}"
    fixes = [_ends_in(context, ending, "linear")]
    if ends_in == loss.reads:
        plan = replace(context.plan, loss=replace(loss, from_logits=False))
        fixes.insert(0, context.make_fix("set from_logits=false", plan=plan))
    return Finding(f"logits-of-{ends_in}", ending.index, evidence, cause, tuple(fixes))


def _not_probabilities(context: StaticContext, ending: Row, expected: str) -> Finding:
    loss, ends_in, classes = context.plan.loss, context.ends_in, context.classes
    each = (
        f"{classes} probabilities that add up to 1" if expected == "softmax" else f"{classes} numbers between 0 and 1"
    )
    evidence = f"{loss.alias()} expects {each}; {place(ending)} ends in {ends_in}"
    if ends_in == "sigmoid":
        evidence += f": {classes} numbers that add up to anything from 0 to {classes}"
        cause = "Each sigmoid judges its own class only, while an image has exactly one class."
        if _uses_cached_logits(context):
            cause += " Keras notices and trains as if it were a softmax: the output is not the one that was trained."
    else:
        evidence += (
            f"; outputs of 0 and less are clipped to {LOWEST_SHARE:g}, whose logarithm is {log(LOWEST_SHARE):.1f}"
        )
        cause = "The loss takes the logarithm of the outputs: an output of 0 or less has none, and gets no gradient."
        if isinstance(loss, CategoricalCrossentropy | CategoricalFocalCrossentropy):
            never_negative = curve(ends_in).low >= 0
            cause += " First Keras divides the outputs by their sum: " + (
                "if all of them are 0 that is 0/0, and the loss is NaN from then on."
                if never_negative
                else "with both signs it can be close to 0, and probabilities and steps become huge."
            )
    fixes = [_ends_in(context, ending, expected)]
    if ends_in == "linear":
        plan = replace(context.plan, loss=replace(loss, from_logits=True))
        fixes.append(context.make_fix("set from_logits=true", plan=plan))
    return Finding(f"no-{expected}", ending.index, evidence, cause, tuple(fixes))


def _unreachable_labels(context: StaticContext, ending: Row) -> Iterator[Finding]:
    """Losses whose labels the outputs cannot reach, or whose logarithm they may not have."""
    loss, low = context.plan.loss, curve(context.ends_in).low
    if isinstance(loss, Poisson) and low < 0:
        yield Finding(
            "no-positive-output",
            ending.index,
            f"{loss.alias()} takes the logarithm of the outputs; {place(ending)} ends in {context.ends_in}, which goes "
            "below 0",
            "A number below 0 has no logarithm: the loss is NaN from then on.",
            (_ends_in(context, ending, "softmax"),),
        )
    if isinstance(loss, Hinge | SquaredHinge) and low >= 0:
        label, plan = "set loss=categorical_crossentropy", replace(context.plan, loss=CategoricalCrossentropy())
        fix = context.make_fix(label, plan=plan)
        if context.ends_in != "softmax":
            softmax = _ends_in(context, ending, "softmax", plan)
            fix = replace(softmax, label=f"{softmax.label}, {label.removeprefix('set ')}")
        yield Finding(
            "hinge-without-negatives",
            ending.index,
            f"{loss.alias()} expects 1 for the class and -1 for each of the {context.classes - 1} others; "
            f"{place(ending)} ends in {context.ends_in}, which never goes below 0",
            "The loss pushes outputs below a negative bound that they cannot reach: most of it remains whatever the "
            "network learns, and little of the gradient tells the classes apart.",
            (fix,),
        )


def _uses_cached_logits(context: StaticContext) -> bool:
    """Whether the loss uses the logits that Keras remembers."""
    losses = (CategoricalCrossentropy, SparseCategoricalCrossentropy, BinaryCrossentropy)
    return context.is_last and isinstance(context.plan.loss, losses)


def _ends_in(context: StaticContext, ending: Row, name: str, plan: Plan | None = None) -> Fix:
    """The fix that gives the output the activation ``name``: set where the activation is now, else appended.

    It is appended if other layers follow a layer without activation. A recurrent layer's activation is used in every
    step, and its range is too narrow for the input of a softmax, so a Dense is appended.
    """
    end, classes = len(context.architecture.layers) + 1, context.classes
    if ending.layer.recurrent and name != "linear":
        dense = Dense(classes, name)
        return context.make_fix(
            f"append {dense.label}", architecture=context.architecture.insert(end, dense), plan=plan
        )
    changed = ending.layer.with_activation(name)
    layers_follow = context.ends_in == "linear" and not context.is_last
    if changed is None or (layers_follow and name != "linear"):
        architecture = context.architecture.insert(end, Activation(name))
        return context.make_fix(f"append Activation {name}", architecture=architecture, plan=plan)
    return context.replace_layer(f"set activation={name}", ending, changed, plan)


@static_rule(12, {"dropout-after-output": STUCK | {"not-finite"}})
def dropout_after_output(context: StaticContext) -> Iterator[Finding]:
    """Dropout or noise on the output. Where all outputs are dropped, Keras divides 0 by 0."""
    if not context.classifies or not context.kernel_rows:
        return
    rows = tuple(
        row
        for row in context.behind(context.kernel_rows[-1])
        if _strength(row.layer) > 0 and row.input == context.summary.output
    )
    if not rows:
        return
    first, strength = rows[0], _strength(rows[0].layer)
    evidence = f"{place(first)} adds noise with a standard deviation of {strength:g} to the {context.classes} outputs"
    if isinstance(first.layer, Dropout):
        evidence = (
            f"{place(first)} sets {show_percent(strength, 0)} of the {context.classes} outputs to 0 while training: "
            f"for {show_percent(strength, 0)} of the images the correct class is among them"
        )
    yield Finding(
        "dropout-after-output",
        first.index,
        evidence,
        "After a hidden layer, other units can make up for dropped ones. Here the answer itself is dropped: no weights "
        "can make up for that, and the training loss stays high.",
        (context.remove_layers(_removal(rows), rows),),
    )


def _strength(layer: Layer) -> float:
    return layer.rate if isinstance(layer, Dropout) else layer.stddev if isinstance(layer, GaussianNoise) else 0.0


@static_rule(13, {"normalization-after-output": STUCK | BROKEN})
def normalization_after_output(context: StaticContext) -> Iterator[Finding]:
    """A normalization of the class outputs after their activation."""
    ending = context.ending
    if not context.classifies or ending is None or context.ends_in == "linear":
        return
    rows = tuple(row for row in context.behind(ending) if row.layer.normalizes_over)
    if not rows:
        return
    shares = " that add up to 1" if context.ends_in == "softmax" else ""
    over = "over the batch" if rows[0].layer.normalizes_over == "batch" else "over the example"
    yield Finding(
        "normalization-after-output",
        rows[0].index,
        f"{place(ending)} gives {context.classes} numbers{shares}; {place(rows[0])} shifts them to mean 0 {over}, "
        "about half of them below 0",
        "The loss uses the output as it is: probabilities that are shifted and scaled are no longer probabilities.",
        (context.remove_layers(_removal(rows), rows),),
    )


def _removal(rows: tuple[Row, ...]) -> str:
    return "remove it" if len(rows) == 1 else "remove them"
