"""One run trained again from its seed, and its weights evaluated again. Training loads TensorFlow."""

import numpy as np
from msgspec.structs import replace

from core.events import Ended, EpochEnded, Event
from core.keras_runtime.failures import explain
from core.marking.retrained import Order, Retrained
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs import folder as run_folder
from core.runs.record import RunDetails
from core.training.checkpoint import Arrays, Checkpoint
from core.training.session import Session

__all__ = ["train_again"]

CPU = "cpu"


def train_again(order: Order) -> Retrained:
    """What ``order`` asks for; whatever goes wrong is in the result."""
    try:
        details = run_folder.read(order.folder)
        preset = _placed(details)
        checkpoint = checkpoint_file.read(order.folder)
        weights = checkpoint_file.weights(order.folder, "last")
        tested = _evaluated(preset, checkpoint, weights)
        epochs, variables = _trained(preset, order.epochs)
        whole = order.epochs == preset.plan.epochs == checkpoint.state.epoch and not checkpoint.state.begun
        same = whole and len(variables) == len(weights) and all(map(np.array_equal, variables, weights))
        return Retrained(tuple(epochs), same if whole else None, tested)
    except Exception as error:  # noqa: BLE001  # the next run may train
        return Retrained((), None, None, explain(error))


def _placed(details: RunDetails) -> Preset:
    """The preset, trained on the processor if it was, else on whatever is here."""
    device = CPU if details.environment.device.lower().startswith(CPU) else "auto"
    return replace(details.preset, plan=replace(details.preset.plan, device=device))


def _evaluated(preset: Preset, checkpoint: Checkpoint, weights: Arrays) -> Ended:
    """How a session ends that has these ``weights`` and nothing left to train."""
    state = replace(checkpoint.state, epochs=checkpoint.state.epoch, begun=False)
    done = Checkpoint(state, weights, checkpoint.optimizer)
    return _ended(Session(preset.architecture, preset.plan, lambda _: None, checkpoint=done))


def _trained(preset: Preset, epochs: int) -> tuple[list[EpochEnded], Arrays]:
    """The first ``epochs`` epochs, and the weights after them as training leaves them."""
    told: list[EpochEnded] = []

    def hear(event: Event) -> None:
        if isinstance(event, EpochEnded):
            told.append(event)
            if event.epoch == epochs < preset.plan.epochs:
                session.stop(evaluate=False)

    session = Session(preset.architecture, preset.plan, hear)
    _ended(session)
    return told, tuple(variable.numpy() for variable in session.model.variables)


def _ended(session: Session) -> Ended:
    ended = session.run()
    if ended.reason == "failed":
        raise ValueError(ended.message)
    return ended
