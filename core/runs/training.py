"""Sessions whose training is kept as a run, or goes on from one."""

from collections.abc import Callable
from importlib import import_module

from msgspec.structs import replace

from core.curves import History
from core.presets import Preset
from core.runs.record import RunError, Told
from core.runs.recorder import Recorder
from core.runs.store import Store
from core.training.events import Event
from core.training.session import Session

__all__ = ["kept", "resumed"]

Listen = Callable[[Event], None]


def kept(store: Store, preset: Preset, listen: Listen) -> Session:
    """A session that trains ``preset`` and keeps it as a new run."""
    recorder = Recorder(preset, listen, store.new)
    return Session(preset.architecture, preset.plan, recorder.hear, recorder.keep)


def resumed(store: Store, id: str, listen: Listen, *, more: int = 0) -> tuple[Session, Told]:
    """A session that goes on with a run, to the last epoch of its plan or for ``more`` epochs; and the run so far.

    On the same machine, on a CPU, it ends bit for bit where the run would have ended without a break.

    Raises `RunError`.
    """
    told, folder = store.told(id), store.path(id)
    if told.run.state == "running":
        raise RunError(f"{id}: is being trained already")
    if told.run.state == "finished" and not more:
        raise RunError(f"{id}: has come to its end; say how many epochs more (+, or --more)")
    checkpoints = import_module("core.runs.checkpoint_file")  # brings numpy
    preset = told.preset
    if not checkpoints.kept(folder):
        history, checkpoint = History(), None  # it ended in its first epoch
        preset = replace(preset, plan=replace(preset.plan, epochs=more or preset.plan.epochs))
    else:
        stopping = preset.plan.early_stopping
        checkpoint = checkpoints.read(folder, restores=stopping is not None and stopping.restore_best_weights)
        standing = checkpoint.standing
        if more:
            watched = replace(standing.watched, waited=0)  # as if patience began anew
            standing = replace(standing, epochs=standing.epoch + more, watched=watched)
        checkpoint = replace(checkpoint, standing=standing)
        history = told.history.until(standing.step)
    recorder = Recorder(preset, listen, store.new, folder, history)
    session = Session(preset.architecture, preset.plan, recorder.hear, recorder.keep, checkpoint)
    return session, replace(told, history=history)
