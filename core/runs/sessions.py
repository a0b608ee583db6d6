"""Sessions whose training is kept as a run, or goes on from one."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from msgspec.structs import replace

from core.events import Event
from core.history import History
from core.presets import Preset
from core.runs import folder as files
from core.runs.record import RunDetails, RunError
from core.runs.recorder import Recorder
from core.runs.store import Store
from core.training.checkpoint import Checkpoint
from core.training.session import Session

__all__ = ["new_session", "resume_session"]

Listen = Callable[[Event], None]


def new_session(store: Store, preset: Preset, listen: Listen) -> Session:
    """A session that trains ``preset`` and keeps it as a new run."""
    recorder = Recorder(preset, listen, store.new)
    return Session(preset.architecture, preset.plan, recorder.handle, recorder.save_checkpoint)


def resume_session(store: Store, id: str, listen: Listen, *, more: int = 0) -> tuple[Session, RunDetails]:
    """A session that goes on with a run, to the last epoch of its plan or for ``more`` epochs; and the run so far.

    On the same machine, on a CPU, it ends bit for bit where the run would have ended without a break.

    Raises `RunError`.
    """
    told, folder = store.details(id), store.path(id)
    if told.run.state == "running":
        raise RunError(f"{id}: is being trained already")
    if told.run.state == "finished" and not more:
        raise RunError(f"{id}: has come to its end; say how many epochs more (+, or --more)")
    lock = files.lock(folder)  # from now on: whoever asks for a run does not want to train it for nothing
    try:
        preset, history, checkpoint = _left(told, folder, more)
    except BaseException:
        lock.release()
        raise
    recorder = Recorder(preset, listen, store.new, folder, history, lock)
    session = Session(preset.architecture, preset.plan, recorder.handle, recorder.save_checkpoint, checkpoint)
    return session, replace(told, history=history)


def _left(told: RunDetails, folder: Path, more: int) -> tuple[Preset, History, Checkpoint | None]:
    """What a run goes on with: what is trained, what has been told so far, and where it stands."""
    checkpoints = import_module("core.runs.checkpoint_file")  # brings numpy
    preset = told.preset
    if not checkpoints.kept(folder):  # it ended in its first epoch
        return replace(preset, plan=replace(preset.plan, epochs=more or preset.plan.epochs)), History(), None
    stopping = preset.plan.early_stopping
    checkpoint: Checkpoint = checkpoints.read(folder, restores=stopping is not None and stopping.restore_best_weights)
    standing = checkpoint.standing
    if more:
        watched = replace(standing.watched, waited=0)  # as if patience began anew
        standing = replace(standing, epochs=standing.epoch + more, watched=watched)
    return preset, told.history.until(standing.step), replace(checkpoint, standing=standing)
