"""One run trained again from its seed, and its weights evaluated again. Training loads TensorFlow."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from core.events import EpochEnded, Event, Started
from core.keras_runtime.failures import explain
from core.marking.retrained import Figures, NotTrained, Order, Retrained
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs import folder as run_folder
from core.runs.record import RunDetails
from core.training.checkpoint import Arrays, Checkpoint
from core.training.metrics import ZERO, MetricTotals, PartName
from core.training.session import Session

if TYPE_CHECKING:
    from core.training.trainer import Trainer

__all__ = ["train_again"]

CPU = "cpu"


def train_again(order: Order) -> Retrained:
    """What ``order`` asks for; whatever goes wrong is in the result."""
    try:
        details = run_folder.read(order.folder)
        checkpoint = checkpoint_file.read(order.folder)
        if checkpoint.state.begun:
            raise NotTrained("its weights are of the middle of an epoch: go on with it to the end of one")
        return _trained_again(_placed(details), checkpoint, order)
    except Exception as error:  # noqa: BLE001  # the next run may train
        return Retrained(problem=explain(error))


def _trained_again(preset: Preset, checkpoint: Checkpoint, order: Order) -> Retrained:
    device, epochs, variables = _trained(preset, order.epochs)
    weights = checkpoint_file.weights(order.folder, "last")
    measure = _measuring(preset)
    whole = order.epochs == checkpoint.state.epoch
    return Retrained(
        tuple(epochs),
        measure(weights),
        measure(variables) if whole else None,
        whole and len(variables) == len(weights) and all(map(np.array_equal, variables, weights)),
        _epoch_of(preset, checkpoint),
        device,
    )


def _placed(details: RunDetails) -> Preset:
    """The preset, trained on the processor if it was, else on whatever is here."""
    device = CPU if details.environment.device.lower().startswith(CPU) else "auto"
    return replace(details.preset, plan=replace(details.preset.plan, device=device))


def _trained(preset: Preset, epochs: int) -> tuple[str, list[EpochEnded], Arrays]:
    """The device, the first ``epochs`` epochs, and the weights after them as training leaves them."""
    device, told = "", list[EpochEnded]()

    def hear(event: Event) -> None:
        nonlocal device
        if isinstance(event, Started):
            device = event.device
        if isinstance(event, EpochEnded):
            told.append(event)
            if event.epoch == epochs:
                session.stop(evaluate=False)

    session = Session(preset.architecture, preset.plan, hear)
    if epochs > preset.plan.epochs:
        session.extend(epochs - preset.plan.epochs)  # as they were added to the run
    ended = session.run()
    if ended.reason == "failed":
        raise NotTrained(ended.message)
    return device, told, tuple(variable.numpy() for variable in session.model.variables)


def _measuring(preset: Preset) -> Callable[[Arrays], Figures]:
    """Evaluates weights as a session does at its end, and as after an epoch."""
    trainer: Trainer = import_module("core.training.trainer").Trainer(preset.architecture, preset.plan)
    parts: dict[object, PartName | None] = {"test": "test", "none": None}
    held_out = parts.get(preset.plan.validation, "validation")

    def totals(part: PartName) -> MetricTotals:
        return trainer.evaluate(part, 0, trainer.batches_in(part), ZERO)

    def measure(weights: Arrays) -> Figures:
        trainer.load_state(weights)
        test, train, validation = totals("test"), totals("train"), totals(held_out) if held_out else None
        figures = Figures(test.mean_loss, test.accuracy, train.mean_loss, train.accuracy)
        if validation is None:
            return figures
        return replace(figures, val_loss=validation.mean_loss, val_accuracy=validation.accuracy)

    return measure


def _epoch_of(preset: Preset, checkpoint: Checkpoint) -> int:
    """The epoch that validated the weights of the run as they are at its end; 0 if they were averaged since."""
    if checkpoint.result is None:
        return checkpoint.state.epoch
    stopping = preset.plan.early_stopping
    averaged = getattr(preset.plan.optimizer, "use_ema", False)
    return checkpoint.state.early_stop.best_epoch if stopping and stopping.restore_best_weights and not averaged else 0
