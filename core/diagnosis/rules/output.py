"""Rules about the output and the loss that reads it."""

from collections.abc import Iterator
from math import e, log

from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.rule import BROKEN, STUCK, static_rule
from core.diagnosis.static_context import StaticContext, named
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
"""keras.config.epsilon(): what cross-entropy takes the logarithm of where a share is smaller."""

UNFIT = "not-the-datasets-classes"
"""What readiness calls an output of another size."""

MOST_MENDS = 4
"""No output is more fixes away from one number for each class; Flatten and Dense are two."""


@static_rule(10)
def output_not_the_classes(context: StaticContext) -> Iterator[Finding]:
    """As many outputs as the dataset has classes."""
    found = dataset_mismatches(context.architecture, context.plan, context.summary)
    for problem in found:
        if problem.code == UNFIT:
            yield Finding(
                "output-not-the-classes",
                problem.layer,
                problem.message,
                "Each class needs an output of its own, whose number says how sure the network is of it.",
                until_it_fits(context),
            )


def until_it_fits(context: StaticContext) -> tuple[Fix, ...]:
    """The fixes that readiness offers, one after the other until the output fits, as one fix."""
    architecture, plan, summary, labels = context.architecture, context.plan, context.summary, list[str]()
    for _ in range(MOST_MENDS):
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
    """A cross-entropy that does not fit the activation of the output."""
    wanted = context.plan.loss.reads
    if context.classifies and context.ending is not None:
        yield from _other_labels(context, context.ending)
    ending, ends_in = context.ending, context.ends_in
    if not wanted or not context.classifies or ending is None:
        return
    from_logits = bool(getattr(context.plan.loss, "from_logits", False))
    if wanted == "sigmoid" and ends_in == "softmax":
        if context.classes > 2:
            yield _binary_on_softmax(context, ending)
    elif from_logits and (ends_in in (wanted, "sigmoid")):
        yield _logits_of(context, ending)
    elif not from_logits and ends_in != wanted:
        yield _no_shares(context, ending, wanted)


def _binary_on_softmax(context: StaticContext, ending: Row) -> Finding:
    loss, classes = context.plan.loss, context.classes
    categorical = loss.categorical()
    plan = replace(context.plan, loss=categorical)
    return Finding(
        "binary-loss-on-softmax",
        ending.index,
        f"{loss.alias()} asks {classes} yes-or-no questions of each image, {classes - 1} of them to be answered no, "
        f"and averages them; the softmax of {named(ending)} gives one answer in {classes} shares",
        f"An image has one class, so the shares belong together. Judged one by one, the right class counts for "
        f"1/{classes} of the loss: its gradient is {classes} times smaller, and training slow.",
        (context.make_fix(f"set loss={categorical.alias()}", plan=plan),),
    )


def _logits_of(context: StaticContext, ending: Row) -> Finding:
    """Keras remembers what went into a softmax or sigmoid, and two losses read that instead of what came out.

    keras/src/backend/tensorflow/nn.py, _get_logits: so long as nothing stands behind the activation.
    """
    loss, ends_in, classes = context.plan.loss, context.ends_in, context.classes
    evidence = f"{loss.alias()} has from_logits=true and applies {loss.reads} to what {named(ending)} gives"
    cause = f"The loss takes the {ends_in} for raw sums and squashes it once more: even a sure answer looks unsure."
    if _remembered(context):
        evidence += f", where {ends_in} has been applied already"
        cause = (
            f"One of the two is too many. Keras notices and trains on the sums before the {ends_in}, with a warning; "
            "with any other layer behind it, or in other programs, the loss would squash it twice."
        )
    elif ends_in == "softmax":
        best = log(1 + (classes - 1) / e)
        evidence += f": shares of 1 and 0 become {e / (e + classes - 1):.2f} and less, a loss of {best:.2f} at best"
    elif loss.reads == "softmax":
        evidence += f": of numbers from 0 to 1 the largest share is {e / (e + classes - 1):.2f}, that of 1 among 0s"
    else:
        evidence += f": numbers from 0 to 1 become 0.50 to {e / (e + 1):.2f}"
    fixes = [_ends_in(context, ending, "linear")]
    if ends_in == loss.reads:
        plan = replace(context.plan, loss=replace(loss, from_logits=False))
        fixes.insert(0, context.make_fix("set from_logits=false", plan=plan))
    return Finding(f"logits-of-{ends_in}", ending.index, evidence, cause, tuple(fixes))


def _no_shares(context: StaticContext, ending: Row, wanted: str) -> Finding:
    loss, ends_in, classes = context.plan.loss, context.ends_in, context.classes
    each = f"{classes} shares that add up to 1" if wanted == "softmax" else f"{classes} numbers between 0 and 1"
    evidence = f"{loss.alias()} wants {each}, {named(ending)} ends in {ends_in}"
    if ends_in == "sigmoid":
        evidence += f": {classes} numbers that add up to anything from 0 to {classes}"
        cause = "Each sigmoid answers for its class alone, while an image has one class."
        if _remembered(context):
            cause += (
                " Keras notices and trains as if a softmax stood there: what the network shows is not what it learned."
            )
    else:
        evidence += f"; what is not above 0 counts as {LOWEST_SHARE:g}, whose logarithm is {log(LOWEST_SHARE):.1f}"
        cause = "The loss takes the logarithm of the outputs: where one is 0 or less there is none, and no gradient."
        if isinstance(loss, CategoricalCrossentropy | CategoricalFocalCrossentropy):
            zero = curve(ends_in).low >= 0
            cause += " First Keras divides the outputs by their sum: " + (
                "where all of them are 0 that is 0/0, and the loss is NaN from then on."
                if zero
                else "where they are of both signs that may be next to 0, and shares and steps become huge."
            )
    fixes = [_ends_in(context, ending, wanted)]
    if ends_in == "linear":
        plan = replace(context.plan, loss=replace(loss, from_logits=True))
        fixes.append(context.make_fix("set from_logits=true", plan=plan))
    return Finding(f"no-{wanted}", ending.index, evidence, cause, tuple(fixes))


def _other_labels(context: StaticContext, ending: Row) -> Iterator[Finding]:
    """Losses whose labels, or whose logarithm, the outputs can never come to."""
    loss, low = context.plan.loss, curve(context.ends_in).low
    if isinstance(loss, Poisson) and low < 0:
        yield Finding(
            "no-positive-output",
            ending.index,
            f"{loss.alias()} takes the logarithm of the outputs; {named(ending)} ends in {context.ends_in}, which goes "
            "below 0",
            "A number below 0 has no logarithm: the loss is NaN from then on.",
            (_ends_in(context, ending, "softmax"),),
        )
    if isinstance(loss, Hinge | SquaredHinge) and low >= 0:
        label, plan = "set loss=categorical_crossentropy", replace(context.plan, loss=CategoricalCrossentropy())
        fix = context.make_fix(label, plan=plan)
        if context.ends_in != "softmax":
            shares = _ends_in(context, ending, "softmax", plan)
            fix = replace(shares, label=f"{shares.label}, {label.removeprefix('set ')}")
        yield Finding(
            "hinge-without-negatives",
            ending.index,
            f"{loss.alias()} wants 1 for the class and -1 for each of the {context.classes - 1} others; "
            f"{named(ending)} ends in {context.ends_in}, which never goes below 0",
            "The loss is a distance between an output and a bound below 0 that it cannot reach: most of it stays "
            "whatever is learned, and little of the gradient tells the classes apart.",
            (fix,),
        )


def _remembered(context: StaticContext) -> bool:
    """Whether the loss reads the sums that Keras remembers."""
    plain = (CategoricalCrossentropy, SparseCategoricalCrossentropy, BinaryCrossentropy)
    return context.is_last and isinstance(context.plan.loss, plain)


def _ends_in(context: StaticContext, ending: Row, name: str, plan: Plan | None = None) -> Fix:
    """The fix by which the output has the activation ``name``: set where it is now, else in a layer of its own.

    What stands between a layer without activation and the output belongs in front of the new one. A recurrent layer's
    activation is at work in every step, and its bounds are too narrow for what softmax reads.
    """
    end, classes = len(context.architecture.layers) + 1, context.classes
    if ending.layer.recurrent and name != "linear":
        dense = Dense(classes, name)
        return context.make_fix(
            f"append {dense.label}", architecture=context.architecture.insert(end, dense), plan=plan
        )
    changed = ending.layer.with_activation(name)
    apart = context.ends_in == "linear" and not context.is_last
    if changed is None or (apart and name != "linear"):
        architecture = context.architecture.insert(end, Activation(name))
        return context.make_fix(f"append Activation {name}", architecture=architecture, plan=plan)
    return context.replace_layer(f"set activation={name}", ending, changed, plan)


@static_rule(12, {"dropout-after-output": STUCK})
def dropout_after_output(context: StaticContext) -> Iterator[Finding]:
    """Dropout or noise on the very numbers that are the answer."""
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
    evidence = f"{named(first)} adds noise with a standard deviation of {strength:g} to the {context.classes} outputs"
    if isinstance(first.layer, Dropout):
        evidence = (
            f"{named(first)} sets {show_percent(strength, 0)} of the {context.classes} outputs to 0 while training: "
            f"for {show_percent(strength, 0)} of the images the right class is among them"
        )
    yield Finding(
        "dropout-after-output",
        first.index,
        evidence,
        "Behind a hidden layer others can stand in for what is dropped. Here it is the answer itself: no weights can "
        "make up for it, and the training loss stays high.",
        (context.remove_layers(_removal(rows), rows),),
    )


def _strength(layer: Layer) -> float:
    return layer.rate if isinstance(layer, Dropout) else layer.stddev if isinstance(layer, GaussianNoise) else 0.0


@static_rule(13, {"normalization-after-output": STUCK | BROKEN})
def normalization_after_output(context: StaticContext) -> Iterator[Finding]:
    """A normalization of the classes' numbers after their activation."""
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
        f"{named(ending)} gives {context.classes} numbers{shares}; {named(rows[0])} moves them to mean 0 {over}, "
        "about half of them below 0",
        "The loss reads the output as it is: shares that have been moved and stretched are no shares any more.",
        (context.remove_layers(_removal(rows), rows),),
    )


def _removal(rows: tuple[Row, ...]) -> str:
    return "remove it" if len(rows) == 1 else "remove them"
