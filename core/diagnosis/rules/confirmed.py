"""Rules that confirm static findings in training: penalties that dominate, moving averages that lag."""

from collections.abc import Iterator
from math import isfinite

from core.diagnosis.finding import Finding
from core.diagnosis.rule import FLAT, training_rule
from core.diagnosis.rules import moving_averages, penalties
from core.diagnosis.rules.inputs import FEWEST_EXAMPLES
from core.diagnosis.static_context import place
from core.diagnosis.training_context import GOOD, ProbedLayer, TrainingContext
from core.formatting import show_amount, show_percent

__all__ = ["moving_averages_lag", "penalty_dominates"]

MOST, FIRST = 2 / 3, 3 / 4
"""Shares of the loss from which penalties dominate it: now, or before the first step. Once they have driven the weights
to 0, they cost nothing."""

SEEN = 3
"""How many of the newest samples must agree; all if there are fewer."""

GAP = 0.05
"""How much lower validation accuracy must be than training accuracy."""

APART = 0.25
"""Minimum distance, in standard deviations, of outputs with moving averages from those with batch statistics."""


@training_rule(penalties.CODE, 10, hides=FLAT)
def penalty_dominates(context: TrainingContext) -> Iterator[Finding]:
    """Penalties that make up most of the loss of a network that does not learn well."""
    steps = [step for step in context.steps if not any(layer.broken for layer in step.layers)]
    learns = context.accuracy is not None and context.accuracy >= GOOD
    if learns or not steps or not (context.settled or context.history.ended):
        return
    first, newest = steps[0], steps[-SEEN:]
    if first.penalty < FIRST and min(step.penalty for step in newest) < MOST:
        return
    share = {layer.row.index: layer.penalty for layer in (first if first.penalty >= FIRST else newest[-1]).layers}
    found = penalties.penalties(context.static_context)
    found.sort(key=lambda one: (-share.get(one.row.index, 0.0), -(one.start or 0.0)))
    if not found:
        return
    more = f", with {show_amount(len(found) - 1, 'more regularizer')}," if found[1:] else ""
    accuracy = f"; accuracy is {show_percent(context.accuracy, 1)}" if context.accuracy is not None else ""
    known = next((one for one in context.static if one.code == penalties.CODE), None)
    before = f"; {known.evidence}" if known else ""
    # The factor that reduces the penalties to `SMALL` of the loss without them.
    factor = penalties.SMALL * (1 - first.penalty) / first.penalty if 0 < first.penalty < 1 else penalties.SMALL
    yield Finding(
        penalties.CODE,
        found[0].row.index,
        f"{penalties.penalty_of(found[0])}{more} is {show_percent(first.penalty, 0)} of the loss at step "
        f"{first.step:,} and {show_percent(newest[-1].penalty, 0)} at step {newest[-1].step:,}{accuracy}{before}",
        penalties.CAUSE,
        known.fixes if known else penalties.weaker_penalty_fixes(context.static_context, found, factor),
    )


@training_rule(moving_averages.CODE, 20, hides=frozenset({"overfitting"}))
def moving_averages_lag(training: TrainingContext) -> Iterator[Finding]:
    """Validation much worse than training because moving averages lag behind the batch statistics."""
    epochs, context = training.history.epochs, training.static_context
    if not epochs or context.plan.batch_size < FEWEST_EXAMPLES:
        return
    newest = epochs[-1]
    if newest.val_accuracy is None or newest.accuracy - newest.val_accuracy < GAP:
        return
    lagging = [layer for layer in (training.steps[-1].layers if training.steps else ()) if _lag(layer) >= APART]
    if not lagging:
        return
    worst = max(lagging, key=_lag)
    known = next((one for one in training.static if one.code == moving_averages.CODE), None)
    before = f"; {known.evidence}" if known else ""
    yield Finding(
        moving_averages.CODE,
        worst.row.index,
        f"in epoch {newest.epoch} accuracy is {show_percent(newest.accuracy, 1)} in training and "
        f"{show_percent(newest.val_accuracy, 1)} in "
        f"validation; at step {training.steps[-1].step:,} the outputs of {place(worst.row)} with its moving "
        f"averages are {_lag(worst):.2g} standard deviations from those with the mean and variance of the "
        f"batch{before}",
        moving_averages.CAUSE,
        known.fixes if known else moving_averages.faster_average_fixes(context, [layer.row for layer in lagging]),
    )


def _lag(layer: ProbedLayer) -> float:
    return layer.sample.lag if layer.sample.lag is not None and isfinite(layer.sample.lag) else 0.0
