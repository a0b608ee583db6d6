"""The JSON lines of a training: its start, its epochs, its end, as plain data for `core.strict_json.to_json`."""

from msgspec import UNSET, Struct, UnsetType

from core.events import Ended, EpochEnded, Event, Reason, Started
from core.fields.registry import RegisteredField
from core.history import History
from core.plan.losses import Loss
from core.plan.optimizers import Optimizer
from core.presets import Preset
from core.runs.record import metrics_of

__all__ = ["EndReport", "EpochReport", "StartReport", "event_report"]


class StartReport(Struct, frozen=True, tag_field="event", tag="start"):
    """Training starts; ``seconds`` is how long preparation took."""

    name: str
    device: str
    params: int
    train_examples: int
    validation_examples: int
    steps_per_epoch: int
    batch_size: int
    epochs: int
    optimizer: str
    learning_rate: float
    loss: str
    seed: int
    seconds: float
    message: str


class EpochReport(Struct, frozen=True, tag_field="event", tag="epoch"):
    """An epoch is done; ``val_*`` are None without validation."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


class EndReport(Struct, frozen=True, tag_field="event", tag="end"):
    """Training is over; ``epochs`` counts completed ones.

    ``step`` is the number of steps taken, left out if unknown; if the loss became NaN or infinite, the first step with
    such a loss. ``best_epoch`` is the one with the lowest validation loss, or loss without validation,
    ``accuracy_at_lowest_loss`` its validation accuracy; ``best_val_accuracy`` is the highest of all, first reached in
    ``best_accuracy_epoch``. ``final_train_*`` are of the final weights, on ``final_train_examples`` examples that were
    trained on (at most 10,000, stratified); ``generalization_gap`` is that accuracy minus the test accuracy.
    """

    reason: Reason
    epochs: int
    seconds: float
    test_loss: float | None
    test_accuracy: float | None
    examples_per_second: float
    best_epoch: int | None
    accuracy_at_lowest_loss: float | None
    best_val_accuracy: float | None
    best_accuracy_epoch: int | None
    final_train_loss: float | None
    final_train_accuracy: float | None
    final_train_examples: int | None
    generalization_gap: float | None
    step: int | UnsetType = UNSET


def event_report(event: Event, preset: Preset, history: History) -> StartReport | EpochReport | EndReport | None:
    """The report of ``event`` in a training of ``preset``; None for events that are not reported.

    ``history`` is the history so far, ``event`` included.
    """
    if isinstance(event, Started):
        plan = preset.plan
        fields = {name: getattr(event, name) for name in StartReport.__struct_fields__ if hasattr(event, name)}
        optimizer, loss = RegisteredField(Optimizer).show(plan.optimizer), RegisteredField(Loss).show(plan.loss)
        return StartReport(name=preset.name, optimizer=optimizer, loss=loss, seed=plan.seed, **fields)
    if isinstance(event, EpochEnded):
        return EpochReport(**{name: getattr(event, name) for name in EpochReport.__struct_fields__})
    if isinstance(event, Ended):
        metrics = metrics_of(history, event.seconds)
        fields = {name: getattr(event, name) for name in EndReport.__struct_fields__ if hasattr(event, name)}
        return EndReport(
            **(fields | {"step": UNSET if event.step is None else event.step}),
            best_epoch=metrics.best_epoch or None,
            accuracy_at_lowest_loss=metrics.accuracy_at_lowest_loss,
            best_val_accuracy=metrics.best_val_accuracy,
            best_accuracy_epoch=metrics.best_accuracy_epoch or None,
        )
    return None
