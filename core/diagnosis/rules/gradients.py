"""Rules about the layers in the sampled steps: vanishing gradients, dead and saturated units."""

from collections.abc import Iterator, Sequence
from statistics import median

from msgspec import Struct

from core.diagnosis.finding import Finding
from core.diagnosis.fixes import RELUS, SQUASHING, feeding, fix_scaling, hidden_rows, unbiased, use_elu, use_leaky_relu
from core.diagnosis.rule import UNFIT, training_rule
from core.diagnosis.static_context import place
from core.diagnosis.step_size import lower_learning_rate
from core.diagnosis.training_context import GOOD, ProbedLayer, ProbedStep, TrainingContext
from core.formatting import show_amount, show_percent
from core.network.fix import Fix
from core.network.summary import Row

__all__ = ["dead_relus", "saturated_units", "vanishing_gradients"]

FADED = 16
"""Factor by which a gradient must be smaller to be reported: a sigmoid's slope is at most 1/4, two leave 1/16.

Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
"""

LEARNING = 0.5
"""Training accuracy from which gradients evidently work, however small they are."""

DEAD = 0.5
"""Share of dead units in a layer that is reported: networks that learn MNIST well had up to a third.

Stanford CS231n names 40% as the result of too high a learning rate.
"""

FEW = 16
"""Batch size below which working units are often silent by chance, so that the share must be `ALL`."""

ALL = 0.95

FLAT = 0.8
"""Share of saturated outputs in a layer that is reported. tanh layers that learn well reach one half."""

SEEN = 3
"""How many of the newest samples must agree."""


@training_rule("vanishing-gradients", 70, hides=UNFIT | {"learning-rate-too-low"})
def vanishing_gradients(training: TrainingContext) -> Iterator[Finding]:
    """Layers whose gradient is far smaller than the last layer's, both absolutely and relative to the weights."""
    accuracy = training.accuracy
    if not training.settled or accuracy is None or accuracy >= LEARNING:
        return
    faded = [found for step in training.steps if (found := _faded(step))]
    if not faded or 2 * len(faded) < len(training.steps):
        return
    step, last = faded[-1]
    weakest = _weakest([each for each, _ in faded])
    context = training.static_context
    ratio = f"1/{last.gradient / weakest.gradient:,.0f} of" if weakest.gradient else "against"
    squashed = sum(row.layer.activation_name in SQUASHING for row in hidden_rows(context))
    cause = "Backpropagation multiplies the gradient by the weights and slopes of every layer, which shrink it here."
    if squashed:
        cause = (
            f"Backpropagation multiplies the gradient by the slope of {show_amount(squashed, 'hidden activation')}, "
            "at most 1/4 for each sigmoid: little is left for the first layers to learn from."
        )
    fixes = [use_elu(context, normalized=True), use_elu(context, normalized=False)]
    yield Finding(
        "vanishing-gradients",
        weakest.row.index,
        f"at step {step.step:,} the gradient of {place(weakest.row)} is {weakest.gradient:.2g}, {ratio} the "
        f"{last.gradient:.2g} of {place(last.row)}; accuracy is {show_percent(accuracy, 1)}",
        cause,
        _distinct(fixes),
    )


def _faded(step: ProbedStep) -> tuple[ProbedStep, ProbedLayer] | None:
    """The step and its last layer, if the smallest gradient is `FADED` times smaller than that layer's."""
    if len(step.kernel_layers) < 2:
        return None
    *earlier, last = step.kernel_layers
    weakest = min(earlier, key=lambda layer: layer.relative)
    far = weakest.gradient * FADED <= last.gradient and weakest.relative * FADED <= last.relative
    return (step, last) if far and last.relative > 0 else None


def _weakest(steps: Sequence[ProbedStep]) -> ProbedLayer:
    """The layer of the last step with the smallest relative gradient; a median, because single batches differ."""
    gradients: dict[int, list[float]] = {}
    for layer in (layer for step in steps for layer in step.kernel_layers):
        gradients.setdefault(layer.row.index, []).append(layer.relative)
    return min(steps[-1].kernel_layers[:-1], key=lambda layer: median(gradients[layer.row.index]))


@training_rule("dead-relus", 60, hides=UNFIT | {"vanishing-gradients", "learning-rate-too-low"})
def dead_relus(training: TrainingContext) -> Iterator[Finding]:
    """Relus that output 0 for every image."""
    context = training.static_context
    enough = DEAD if context.plan.batch_size >= FEW else ALL
    lasting = [one for one in _lasting(training, "dead") if one.share >= enough]
    if not lasting:
        return
    worst = max(lasting, key=lambda one: one.share)
    first_step = training.steps[0].step
    cause = "A relu whose input is below 0 for every image outputs 0 and has slope 0: no gradient reaches its weights. "
    if worst.first >= enough:
        cause += f"This was already so at step {first_step:,}: the initial weights and biases are the cause."
        fixes = [unbiased(context, _feeding(training)), *fix_scaling(context), use_leaky_relu(context)]
    else:
        share = show_percent(worst.first, 0)
        cause += f"At step {first_step:,} it was {share}: steps that were too large pushed the weights there."
        slower = lower_learning_rate(training)
        fixes = [slower, *fix_scaling(context), use_leaky_relu(context, slower)]
    yield Finding(
        "dead-relus",
        worst.row.index,
        f"{_at_least(worst.share)} units of {place(worst.row)} gave 0 for every image of the batch at "
        f"{_steps(training)}{_more(lasting)}",
        cause,
        _distinct(fixes),
    )


def _feeding(context: TrainingContext) -> list[Row]:
    """The rows whose kernel feeds a relu."""
    rows = context.static_context.summary.rows
    found = (feeding(context.static_context, row) for row in rows if row.layer.activation_name in RELUS)
    return [row for row in found if row is not None]


@training_rule("saturated-units", 80, hides=UNFIT | {"learning-rate-too-low"})
def saturated_units(training: TrainingContext) -> Iterator[Finding]:
    """Sigmoids and tanh with nearly all outputs saturated, from the start or without learning."""
    context = training.static_context
    # A confident output is saturated too, so only hidden layers count.
    inner = len(hidden_rows(context))
    low = training.settled and training.accuracy is not None and training.accuracy < GOOD
    lasting = [
        one
        for one in _lasting(training, "saturated")
        if one.share >= FLAT and one.row.index <= inner and (low or one.first >= FLAT)
    ]
    if not lasting:
        return
    worst = max(lasting, key=lambda one: one.share)
    initial = worst.first >= FLAT
    cause = "A saturated activation has almost no slope, so it passes back hardly any gradient. "
    cause += "Its inputs are too large from the start." if initial else "Large steps have driven its inputs there."
    with_elu = use_elu(context, normalized=True)
    fixes = [with_elu, *fix_scaling(context)] if initial else [lower_learning_rate(training), with_elu]
    yield Finding(
        "saturated-units",
        worst.row.index,
        f"{_at_least(worst.share)} outputs of {place(worst.row)} were saturated at {_steps(training)}, "
        f"{show_percent(worst.first, 0)} at step {training.steps[0].step:,}{_more(lasting)}",
        cause,
        _distinct(fixes),
    )


class _Lasting(Struct, frozen=True):
    """The smallest share of a row's units or outputs in the newest samples, and the share in the first."""

    row: Row
    share: float
    first: float


def _lasting(context: TrainingContext, share: str) -> Iterator[_Lasting]:
    """The shares that persist over at least two samples, including the first if there is only one newer sample."""
    newest = context.steps[1:][-SEEN:]
    first = _least(context.steps[:1], share)
    for row, least in _least(newest, share).items():
        initial = first.get(row, 0.0)
        share_now = least if len(newest) > 1 else min(least, initial)
        yield _Lasting(context.static_context.summary.rows[row], share_now, initial)


def _least(steps: tuple[ProbedStep, ...], share: str) -> dict[int, float]:
    """The smallest share of each row in ``steps``; NaN, as after a diverged step, is ignored."""
    least: dict[int, float] = {}
    for step in steps:
        for layer in step.layers:
            value = getattr(layer.sample, share)
            if value is not None and value >= 0:
                least[layer.row.index] = min(value, least.get(layer.row.index, 1.0))
    return least


def _steps(context: TrainingContext) -> str:
    *earlier, last = (f"{step.step:,}" for step in context.steps[1:][-SEEN:])
    return f"steps {', '.join(earlier)} and {last}" if earlier else f"step {last}"


def _distinct(fixes: list[Fix | None]) -> tuple[Fix, ...]:
    return tuple(dict.fromkeys(fix for fix in fixes if fix))


def _at_least(share: float) -> str:
    return "all" if share == 1 else f"at least {show_percent(share, 0).removeprefix('>')} of the"


def _more(lasting: list[_Lasting]) -> str:
    return f"; the same in {show_amount(len(lasting) - 1, 'more layer')}" if lasting[1:] else ""
