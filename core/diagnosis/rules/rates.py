"""Rules about the step size: NaN and infinity, losses that jump, weights that hardly move."""

from collections.abc import Iterator
from math import inf, isfinite
from operator import itemgetter
from statistics import median

from core.charts import Point
from core.diagnosis.finding import Finding
from core.diagnosis.fixes import fix_scaling
from core.diagnosis.rule import FLAT, STUCK, UNFIT, training_rule
from core.diagnosis.static_context import place
from core.diagnosis.step_size import USUAL, clip_gradients, lower_learning_rate, power, scale_learning_rate
from core.diagnosis.training_context import GOOD, ProbedLayer, ProbedStep, TrainingContext, largest_update
from core.formatting import show_amount, show_percent
from core.network.fix import Fix
from core.plan.optimizers import SGD

__all__ = ["exploding_gradients", "learning_rate_too_high", "learning_rate_too_low", "not_finite"]

JUMP = 2
"""How many times the initial loss a later one must be to count as a jump."""

SHOWN = 64
"""Minimum number of examples that a reliable point of the curve averages."""

TOO_FAR = 0.1
"""An update, as a share of the weights, a hundred times larger than usual (Stanford CS231n: about 1e-3)."""

TOO_NEAR = 1e-4
"""An update of a tenth of the usual size, which needs very many steps to get anywhere."""

OVERLONG = 1.0
"""A gradient longer than the weights before the first step counts as exploding."""

FALLEN = 0.3
"""Drop from an epoch's accuracy from which that accuracy counts as lost."""

_EXPLODES = (
    "The gradient grows in backpropagation, or is large because the inputs are: a step along it goes much too far, "
    "and the next gradient is larger still."
)
_JUMPS = (
    "Each step overshoots the minimum: the loss gets worse, and weights that end up far off leave units dead or "
    "saturated, with no gradient to bring them back."
)

# Called for every point: a Python function takes three times as long.
_height = itemgetter(1)


@training_rule("not-finite", 30, hides=STUCK | {"exploding-gradients"})
def not_finite(context: TrainingContext) -> Iterator[Finding]:
    """Weights or gradients that have become infinite or NaN."""
    step = context.steps[-1] if context.steps else None
    broken = [layer for layer in step.layers if layer.broken] if step else []
    if not step or not broken:
        return
    # NaN weights in one layer make the gradients of all layers NaN in the same step.
    weights = [layer for layer in broken if layer.sample.weight is not None and not isfinite(layer.sample.weight)]
    first = (weights or broken)[0]
    what = "weights" if weights else "gradient"
    more = f"; those of {show_amount(len(weights or broken) - 1, 'more layer')} too" if (weights or broken)[1:] else ""
    exploding = _exploding_layer(context)
    yield Finding(
        "not-finite",
        first.row.index,
        f"at step {step.step:,} the {what} of {place(first.row)} {'are' if weights else 'is'} infinite or NaN{more}"
        f"{_before(context, step)}",
        _EXPLODES if exploding else _JUMPS,
        _scaling_fixes(context) if exploding else _step_size_fixes(context),
    )


@training_rule("exploding-gradients", 40, hides=STUCK)
def exploding_gradients(context: TrainingContext) -> Iterator[Finding]:
    """Gradients that were too long before the first step, and made the loss jump."""
    layer, jump = _exploding_layer(context), _jump(context)
    if not layer or not jump:
        return
    first = context.steps[0]
    yield Finding(
        "exploding-gradients",
        layer.row.index,
        f"at step {first.step:,} the gradient of {place(layer.row)} is {layer.gradient:,.3g}, {layer.relative:,.3g} "
        f"times its weights; {_jumped(context, jump)}",
        _EXPLODES,
        _scaling_fixes(context),
    )


@training_rule("learning-rate-too-high", 50, hides=FLAT)
def learning_rate_too_high(context: TrainingContext) -> Iterator[Finding]:
    """A loss that jumped, an accuracy that was lost, or large steps without learning."""
    largest = [layer for step in context.steps if (layer := largest_update(step))]
    layer = max(largest, key=lambda one: one.update, default=None)
    moved = ""
    if layer and layer.update >= TOO_FAR:
        moved = f"one step moved {place(layer.row)} by {layer.update:,.2g} times its weights"
    rate = f"learning_rate is {context.learning_rate:g}{' and training diverges' if context.guesses else ''}"
    if jump := _jump(context):
        evidence = f"{rate}: {_jumped(context, jump)}"
    elif lost := _lost(context):
        evidence = f"{rate}: {lost}"
    elif moved and context.guesses and context.history.loss:
        reached = f"loss is {context.loss:,.3g}, accuracy {show_percent(context.accuracy, 1)}"
        evidence = f"{rate}: after {show_amount(context.step, 'step')} {reached}"
    else:
        return
    yield Finding(
        "learning-rate-too-high",
        layer.row.index if layer and moved else None,
        f"{evidence}{'; ' if moved else ''}{moved}",
        _JUMPS,
        (lower_learning_rate(context),),
    )


@training_rule("learning-rate-too-low", 90, hides=UNFIT)
def learning_rate_too_low(context: TrainingContext) -> Iterator[Finding]:
    """Steps that hardly move the weights of a network that still has much to learn."""
    history, accuracy = context.history, context.accuracy
    if not context.settled or accuracy is None or accuracy >= GOOD or not history.progress or not history.loss:
        return
    if history.progress.learning_rate < context.learning_rate / 2:
        return  # the schedule has lowered it on purpose
    largest = [layer for step in context.steps if (layer := largest_update(step)) and layer.gradient > 0]
    moved = median(layer.update for layer in largest) if largest else inf
    if not 0 < moved < TOO_NEAR:
        return
    yield Finding(
        "learning-rate-too-low",
        None,
        f"learning_rate is {context.learning_rate:g}: a step moves no layer by more than {moved:.1g} of its weights "
        f"({USUAL:g} is usual); in {show_amount(context.step, 'step')} the loss went from "
        f"{history.loss[0].y:.3g} to {context.loss:.3g}",
        "Gradients reach all layers, but the steps are so small that training takes many times longer than needed.",
        (scale_learning_rate(context, power(USUAL / moved)),),
    )


def _jump(context: TrainingContext) -> Point | None:
    """The point with the highest loss, if that is a jump from the start and training has not recovered since."""
    loss, accuracy = context.history.loss, context.accuracy
    started = context.history.started
    if len(loss) < 2 or not started or context.start <= 0 or (accuracy is not None and accuracy >= GOOD):
        return None
    at = loss.index(max(loss[1:], key=_height), 1)
    steps = (loss[at].x - loss[at - 1].x) * started.steps_per_epoch
    enough = steps * context.static_context.plan.batch_size >= SHOWN
    return loss[at] if enough and loss[at].y >= JUMP * context.start else None


def _jumped(context: TrainingContext, jump: Point) -> str:
    started = context.history.started
    step = round(jump.x * started.steps_per_epoch) if started else 0
    text = f"the loss rose from {context.history.loss[0].y:.3g} to {jump.y:,.3g} by step {step:,}"
    if context.accuracy is not None and context.history.loss[-1] != jump:
        text += f"; now it is {context.loss:,.3g}, accuracy {show_percent(context.accuracy, 1)}"
    return text


def _lost(context: TrainingContext) -> str:
    """The accuracy of an earlier epoch that has been lost since; empty if there is none."""
    best = max(context.history.epochs, key=lambda epoch: epoch.accuracy, default=None)
    accuracy = context.accuracy
    if best is None or accuracy is None or not context.settled or best.accuracy - accuracy < FALLEN:
        return ""
    return f"accuracy was {show_percent(best.accuracy, 1)} in epoch {best.epoch} and is {show_percent(accuracy, 1)} now"


def _exploding_layer(context: TrainingContext) -> ProbedLayer | None:
    """The layer with the largest relative gradient in the first sample, if it was too large.

    Optimizers that divide by the gradient's size do not take longer steps because of it.
    """
    if not context.steps or not isinstance(context.static_context.plan.optimizer, SGD):
        return None
    layer = max(context.steps[0].kernel_layers, key=lambda one: one.relative, default=None)
    return layer if layer and layer.relative > OVERLONG else None


def _before(context: TrainingContext, step: ProbedStep) -> str:
    """The largest update in the first step, if it was large; which later steps were sampled depends on timing."""
    first = context.steps[0]
    layer = largest_update(first) if first.step < step.step else None
    if not layer or layer.update < TOO_FAR:
        return ""
    return f"; step {first.step:,} moved {place(layer.row)} by {layer.update:,.2g} times its weights"


def _scaling_fixes(context: TrainingContext) -> tuple[Fix, ...]:
    clip = clip_gradients(context)
    return (*fix_scaling(context.static_context), *([clip] if clip else []), lower_learning_rate(context))


def _step_size_fixes(context: TrainingContext) -> tuple[Fix, ...]:
    clip = clip_gradients(context)
    return (lower_learning_rate(context), *([clip] if clip else []))
