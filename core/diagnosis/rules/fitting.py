"""Rules about the result of training after some epochs: overfitting, underfitting, no progress."""

from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.fixes import hidden_rows, use_elu
from core.diagnosis.rule import UNFIT, training_rule
from core.diagnosis.static_context import StaticContext
from core.diagnosis.training_context import TrainingContext
from core.formatting import show_amount, show_percent
from core.network.fix import Fix
from core.network.layers import Dense, Dropout, Layer
from core.network.summary import Row
from core.plan.optimizers import Adam
from core.plan.plan import EarlyStopping

__all__ = ["no_progress", "overfitting", "underfitting"]

SUSTAINED = 5
"""Epochs without a better validation loss before it counts as rising, not as noise."""

RISEN = 1.05
"""Factor by which the validation loss has risen by then; Prechelt 1998, Early stopping - but when?, also uses 5%."""

LOW = 0.95
"""Accuracy that any network with a hidden layer of a few hundred units reaches on MNIST.

LeCun et al. 1998, figure 9: 4.7% errors with 300 hidden units, fewer with more of them.
"""

LEVEL = 0.1
"""Share of its errors by which a network may still improve in `SPAN` epochs when its accuracy has levelled off."""

SPAN = 3

PATIENCE = 3

MANY = 256
"""Units of a hidden layer from which adding more does not help."""


@training_rule("overfitting", 100, hides=UNFIT)
def overfitting(context: TrainingContext) -> Iterator[Finding]:
    """A validation loss that rises while the training loss falls."""
    epochs, best = context.history.epochs, context.history.best
    if best is None or best.val_loss is None or len(epochs) <= SUSTAINED:
        return
    newest = epochs[-1]
    losses = [epoch.val_loss for epoch in epochs[-SUSTAINED:] if epoch.val_loss is not None]
    if newest.epoch - best.epoch < SUSTAINED or len(losses) < SUSTAINED:
        return
    mean = sum(losses) / len(losses)
    if best.val_loss <= 0 or mean < RISEN * best.val_loss or newest.loss >= best.loss or newest.loss >= mean:
        return
    yield Finding(
        "overfitting",
        None,
        f"since epoch {best.epoch} the validation loss has risen from {best.val_loss:.3g} to {mean:.3g}, the mean of "
        f"the last {SUSTAINED} epochs, while the training loss fell from {best.loss:.3g} to {newest.loss:.2g}",
        "The network memorizes its training images: on others it becomes more confident, but not more accurate.",
        tuple(_regularized(context.static_context)),
    )


def _regularized(context: StaticContext) -> Iterator[Fix]:
    """Dropout where there is none (Srivastava et al. 2014), and early stopping."""
    if len(context.kernel_rows) > 1 and not any(isinstance(row.layer, Dropout) for row in context.summary.rows):
        place = context.kernel_rows[-1].index
        with_dropout = context.architecture.insert(place, Dropout(0.5))
        yield context.make_fix(f"insert Dropout 0.5 before layer {place}", architecture=with_dropout)
    if context.plan.early_stopping is None:
        stopping = EarlyStopping(monitor="val_loss", patience=PATIENCE)
        plan = replace(context.plan, early_stopping=stopping)
        yield context.make_fix(f"set early_stopping to patience={PATIENCE}", plan=plan)


@training_rule("underfitting", 110, hides=frozenset({"no-progress"}))
def underfitting(context: TrainingContext) -> Iterator[Finding]:
    """An accuracy that has levelled off low, in training and in validation."""
    epochs = context.history.epochs[-SPAN - 1 :]
    if len(epochs) <= SPAN or not context.settled:
        return
    shares = [max(epoch.accuracy, epoch.val_accuracy or 0.0) for epoch in epochs]
    errors = [1 - epoch.accuracy for epoch in epochs]
    if max(shares) >= LOW or errors[-1] < (1 - LEVEL) * errors[0] or _learning_rate_lowered(context) or context.static:
        return
    validated = epochs[-1].val_accuracy
    also = f", validation accuracy {show_percent(validated, 1)}" if validated is not None else ""
    yield Finding(
        "underfitting",
        None,
        f"training accuracy levels off: in the last {SPAN} epochs it went from "
        f"{show_percent(epochs[0].accuracy, 1)} to {show_percent(epochs[-1].accuracy, 1)}{also}",
        "Gradients and steps are of a usual size: this network is too small to tell more of the images apart.",
        tuple(_enlarged(context.static_context)),
    )


def _learning_rate_lowered(context: TrainingContext) -> bool:
    """Whether the schedule or the user has lowered the learning rate in these epochs."""
    rates = [epoch.learning_rate for epoch in context.history.epochs[-SPAN - 1 :]]
    return any(
        later < earlier for earlier, later in pairwise([context.static_context.plan.optimizer.learning_rate, *rates])
    )


def _enlarged(context: StaticContext) -> Iterator[Fix]:
    """Less dropout, more units, another hidden layer, where applicable."""
    rows, last = hidden_rows(context), context.kernel_rows[-1] if context.kernel_rows else None
    halved = [(row, half) for row in rows if (half := _halved(row.layer))]
    if halved:
        yield _replaced(context, "halve the dropout", halved)
    widened = [(row, wide) for row in rows if (wide := _widened(row.layer))]
    if widened:
        yield _replaced(context, f"set units={MANY}", widened)
    if last and isinstance(last.layer, Dense):
        deeper = context.architecture.insert(last.index, Dense(MANY, "relu"))
        yield context.make_fix(f"insert Dense {MANY} relu before layer {last.index}", architecture=deeper)


def _halved(layer: Layer) -> Layer | None:
    return replace(layer, rate=layer.rate / 2) if isinstance(layer, Dropout) and layer.rate > 0 else None


def _widened(layer: Layer) -> Layer | None:
    return replace(layer, units=MANY) if isinstance(layer, Dense) and layer.units < MANY else None


def _replaced(context: StaticContext, label: str, changes: list[tuple[Row, Layer]]) -> Fix:
    architecture = context.architecture
    for row, layer in changes:
        architecture = architecture.replace(row.index, layer)
    return context.make_fix(label, architecture=architecture)


@training_rule("no-progress", 120)
def no_progress(training: TrainingContext) -> Iterator[Finding]:
    """No better than guessing after a whole epoch, with no other known cause."""
    if not training.history.epochs or not training.guesses or training.accuracy is None or training.static:
        return
    context = training.static_context
    fixes = [use_elu(context, normalized=True)] if any(row.layer.has_kernel for row in hidden_rows(context)) else []
    if not isinstance(context.plan.optimizer, Adam):
        fixes.insert(0, context.make_fix("set optimizer=adam", plan=replace(context.plan, optimizer=Adam())))
    yield Finding(
        "no-progress",
        None,
        f"after {show_amount(training.step, 'step')} accuracy is {show_percent(training.accuracy, 1)}: guessing among "
        f"{context.classes} classes gives {show_percent(1 / context.classes, 0)}",
        "Gradients reach all layers and the steps are of a usual size, but the network has not learned anything yet.",
        tuple(fix for fix in fixes if fix),
    )
