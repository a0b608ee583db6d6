"""Rules about what the layers are like in the steps that were looked at: gradients, dead and saturated units."""

from collections.abc import Iterator, Sequence
from statistics import median

from msgspec import Struct

from core.diagnosis.finding import Finding
from core.diagnosis.fixes import RELUS, SQUASHING, feeding, fix_scaling, hidden_rows, unbiased, use_elu, use_leaky_relu
from core.diagnosis.rule import UNFIT, training_rule
from core.diagnosis.static_context import named
from core.diagnosis.step_size import lower_learning_rate
from core.diagnosis.training_context import GOOD, ProbedLayer, ProbedStep, TrainingContext
from core.formatting import show_amount, show_percent
from core.network.fix import Fix
from core.network.summary import Row

__all__ = ["dead_relus", "saturated_units", "vanishing_gradients"]

FADED = 16
"""How many times smaller a gradient is worth a word: a sigmoid's slope is 1/4 at most, so that two leave 1/16.

Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
"""

LEARNING = 0.5
"""Training accuracy from which gradients, however small, are seen to do their work."""

DEAD = 0.5
"""Share of a layer's units that may be dead: of sound networks trained on MNIST, up to a third was seen to be.

Stanford CS231n names 40% as what too high a learning rate leaves.
"""

FEW = 16
"""Examples a batch below which many a sound unit happens to be silent, and all but all must be."""

ALL = 0.95

FLAT = 0.8
"""Share of a layer's outputs that may be near their ends. Layers of tanh that learn well come to a half."""

SEEN = 3
"""How many of the newest samples must agree."""


@training_rule("vanishing-gradients", 70, hides=UNFIT | {"learning-rate-too-low"})
def vanishing_gradients(training: TrainingContext) -> Iterator[Finding]:
    """Layers whose gradient is a small part of the last layer's, for itself and measured by the weights."""
    accuracy = training.accuracy
    if not training.settled or accuracy is None or accuracy >= LEARNING:
        return
    faded = [found for look in training.steps if (found := _faded(look))]
    if not faded or 2 * len(faded) < len(training.steps):
        return
    look, last = faded[-1]
    weakest = _weakest([each for each, _ in faded])
    context = training.static_context
    left = f"1/{last.gradient / weakest.gradient:,.0f} of" if weakest.gradient else "nothing of"
    squashed = sum(row.layer.activation_name in SQUASHING for row in hidden_rows(context))
    cause = "On its way back the gradient is multiplied by the weights and slopes of every layer, and they shrink it."
    if squashed:
        cause = (
            f"On its way back the gradient is multiplied by the slope of {show_amount(squashed, 'hidden activation')}, "
            "at most 1/4 for each sigmoid: little is left for the first layers to learn from."
        )
    fixes = [use_elu(context, normalized=True), use_elu(context, normalized=False)]
    yield Finding(
        "vanishing-gradients",
        weakest.row.index,
        f"at step {look.step:,} the gradient of {named(weakest.row)} is {weakest.gradient:.2g}, {left} the "
        f"{last.gradient:.2g} of {named(last.row)}; accuracy is {show_percent(accuracy, 1)}",
        cause,
        _distinct(fixes),
    )


def _faded(look: ProbedStep) -> tuple[ProbedStep, ProbedLayer] | None:
    """The look and its last layer, if there is so much between that and the smallest gradient for its weights."""
    if len(look.kernel_layers) < 2:
        return None
    *earlier, last = look.kernel_layers
    weakest = min(earlier, key=lambda layer: layer.relative)
    far = weakest.gradient * FADED <= last.gradient and weakest.relative * FADED <= last.relative
    return (look, last) if far and last.relative > 0 else None


def _weakest(looks: Sequence[ProbedStep]) -> ProbedLayer:
    """The layer of the last look whose gradient is mostly the smallest for its weights: single batches differ."""
    told: dict[int, list[float]] = {}
    for layer in (layer for look in looks for layer in look.kernel_layers):
        told.setdefault(layer.row.index, []).append(layer.relative)
    return min(looks[-1].kernel_layers[:-1], key=lambda layer: median(told[layer.row.index]))


@training_rule("dead-relus", 60, hides=UNFIT | {"vanishing-gradients", "learning-rate-too-low"})
def dead_relus(training: TrainingContext) -> Iterator[Finding]:
    """Relus that give 0 whatever the image."""
    context = training.static_context
    enough = DEAD if context.plan.batch_size >= FEW else ALL
    lasting = [one for one in _lasting(training, "dead") if one.share >= enough]
    if not lasting:
        return
    worst = max(lasting, key=lambda one: one.share)
    begun = training.steps[0].step
    cause = "A relu whose sum is below 0 for every image gives 0 and has no slope: no gradient reaches its weights. "
    if worst.first >= enough:
        cause += f"At step {begun:,} it was so already: the weights and biases it starts from are to blame."
        fixes = [unbiased(context, _feeding(training)), *fix_scaling(context), use_leaky_relu(context)]
    else:
        was = show_percent(worst.first, 0)
        cause += f"At step {begun:,} it was {was}: steps that were too large have pushed them there."
        slow = lower_learning_rate(training)
        fixes = [slow, *fix_scaling(context), use_leaky_relu(context, slow)]
    yield Finding(
        "dead-relus",
        worst.row.index,
        f"{_at_least(worst.share)} units of {named(worst.row)} gave 0 for every image of the batch at "
        f"{_steps(training)}{_more(lasting)}",
        cause,
        _distinct(fixes),
    )


def _feeding(context: TrainingContext) -> list[Row]:
    """The rows whose sums go into a relu."""
    rows = context.static_context.summary.rows
    fed = (feeding(context.static_context, row) for row in rows if row.layer.activation_name in RELUS)
    return [row for row in fed if row is not None]


@training_rule("saturated-units", 80, hides=UNFIT | {"learning-rate-too-low"})
def saturated_units(training: TrainingContext) -> Iterator[Finding]:
    """Sigmoids and tanh of which nearly all outputs are at their ends, from the start or with nothing learned."""
    context = training.static_context
    # A sure answer is one at its end: only of hidden layers does it say something.
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
    cause = "Near its ends an activation has next to no slope: little of a gradient comes back through it. "
    cause += "It started so: its sums are too large." if initial else "Large steps have driven its sums there."
    alive = use_elu(context, normalized=True)
    fixes = [alive, *fix_scaling(context)] if initial else [lower_learning_rate(training), alive]
    yield Finding(
        "saturated-units",
        worst.row.index,
        f"{_at_least(worst.share)} outputs of {named(worst.row)} were near their ends at {_steps(training)}; at step "
        f"{training.steps[0].step:,} it was {show_percent(worst.first, 0)}{_more(lasting)}",
        cause,
        _distinct(fixes),
    )


class _Lasting(Struct, frozen=True):
    """The least share of a row's units, or outputs, in the newest samples, and that in the first."""

    row: Row
    share: float
    first: float


def _lasting(context: TrainingContext, share: str) -> Iterator[_Lasting]:
    """What lasts over at least two samples, the first of which, where it is one of them, must agree."""
    newest = context.steps[1:][-SEEN:]
    first = _least(context.steps[:1], share)
    for row, least in _least(newest, share).items():
        begun = first.get(row, 0.0)
        yield _Lasting(context.static_context.summary.rows[row], least if len(newest) > 1 else min(least, begun), begun)


def _least(looks: tuple[ProbedStep, ...], share: str) -> dict[int, float]:
    """The smallest share of each row in ``looks``; NaN, as after numbers have broken, counts for nothing."""
    least: dict[int, float] = {}
    for look in looks:
        for layer in look.layers:
            value = getattr(layer.sample, share)
            if value is not None and value >= 0:
                least[layer.row.index] = min(value, least.get(layer.row.index, 1.0))
    return least


def _steps(context: TrainingContext) -> str:
    *earlier, last = (f"{look.step:,}" for look in context.steps[1:][-SEEN:])
    return f"steps {', '.join(earlier)} and {last}" if earlier else f"step {last}"


def _distinct(fixes: list[Fix | None]) -> tuple[Fix, ...]:
    return tuple(dict.fromkeys(fix for fix in fixes if fix))


def _at_least(share: float) -> str:
    return "all" if share == 1 else f"at least {show_percent(share, 0).removeprefix('>')} of the"


def _more(lasting: list[_Lasting]) -> str:
    return f"; {show_amount(len(lasting) - 1, 'more layer')} alike" if lasting[1:] else ""
