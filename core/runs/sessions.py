"""Creates sessions that save a new run or resume a saved one."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from msgspec.structs import replace

from core.events import Event
from core.forecast.forecast import Forecast
from core.history import History
from core.presets import Preset
from core.runs import folder as files
from core.runs.record import RunDetails, RunError
from core.runs.recorder import Recorder
from core.runs.store import Store
from core.training.checkpoint import Checkpoint
from core.training.session import Session

__all__ = ["new_session", "resume_session"]

OnEvent = Callable[[Event], None]


def new_session(store: Store, preset: Preset, on_event: OnEvent, forecast: Forecast | None = None) -> Session:
    """A session that trains ``preset`` and saves it as a new run, with the ``forecast`` that was made of it."""
    recorder = Recorder(preset, on_event, store.new, forecast=forecast)
    return _session(preset, recorder)


def resume_session(store: Store, id: str, on_event: OnEvent, *, more: int = 0) -> tuple[Session, RunDetails]:
    """A session that resumes a run, to the last epoch of its plan or for ``more`` epochs; and the run so far.

    On the same machine, on a CPU, the result is bit for bit that of a run without interruption.

    Raises `RunError`.
    """
    details, folder = store.details(id), store.path(id)
    if details.run.state == "running":
        raise RunError(f"{id}: is already being trained")
    if details.run.state == "finished" and not more:
        raise RunError(f"{id}: is finished; say how many more epochs to train (+, or --more)")
    lock = files.lock(folder)  # from now on, so that no other training can start in the meantime
    try:
        preset, history, checkpoint = _resume_point(details, folder, more)
    except BaseException:
        lock.release()
        raise
    recorder = Recorder(preset, on_event, store.new, folder, history, lock, details.forecast)
    session = _session(preset, recorder, checkpoint)
    return session, replace(details, history=history)


def _session(preset: Preset, recorder: Recorder, checkpoint: Checkpoint | None = None) -> Session:
    """A session that ``recorder`` saves; what is to be found out in a lesson is not explained."""
    return Session(
        preset.architecture,
        preset.plan,
        recorder.handle,
        recorder.save_checkpoint,
        checkpoint,
        on_initial=recorder.take_initial,
        explains=not preset.lesson,
    )


def _resume_point(details: RunDetails, folder: Path, more: int) -> tuple[Preset, History, Checkpoint | None]:
    """What a run resumes from: its preset, its history so far, and its checkpoint."""
    checkpoints = import_module("core.runs.checkpoint_file")  # brings numpy
    preset = details.preset
    if not checkpoints.exists(folder):  # it ended in its first epoch
        return replace(preset, plan=replace(preset.plan, epochs=more or preset.plan.epochs)), History(), None
    early_stopping = preset.plan.early_stopping
    checkpoint: Checkpoint = checkpoints.read(
        folder, with_best_weights=early_stopping is not None and early_stopping.restore_best_weights
    )
    state = checkpoint.state
    if more:
        early_stop = replace(state.early_stop, waited=0)  # patience starts over
        state = replace(state, epochs=state.epoch + more, early_stop=early_stop)
    return preset, details.history.until(state.step), replace(checkpoint, state=state)
