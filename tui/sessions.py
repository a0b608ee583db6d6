"""What the app does with runs: trains so that they are kept, goes on with one, looks into one.

All that loads something is done where the functions are called: in threads.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.events import Event
from core.presets import Preset
from core.runs.record import Run, RunDetails
from tui.training_session import MakeSession, TrainedNetwork, TrainingSession

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store
    from core.training.inspector import Inspector

__all__ = ["WEIGHTS", "interrupted_runs", "load_inspector", "new_session", "resume_session", "trained_network"]

WEIGHTS: dict["Which", str] = {"best": "weights of the lowest loss", "last": "last weights"}


def new_session(preset: Preset, store: "Store | None") -> MakeSession:
    """How ``preset`` is trained with Keras: kept in ``store``, if there is one."""

    def make(listen: Callable[[Event], None]) -> TrainingSession:
        # Imported here because nothing needs it before a person trains.
        if store is None:
            from core.training.session import Session  # noqa: PLC0415

            return Session(preset.architecture, preset.plan, listen)
        from core.runs.sessions import new_session  # noqa: PLC0415

        return new_session(store, preset, listen)

    return make


def resume_session(store: "Store", run: Run, more: int) -> tuple[MakeSession, RunDetails]:
    """How ``run`` is trained further, and what it has come to. Reads its weights. Raises `RunError`."""
    from core.runs.sessions import resume_session  # noqa: PLC0415  # as above

    heard: list[Callable[[Event], None]] = []

    def relay(event: Event) -> None:
        heard[0](event)

    session, told = resume_session(store, run.id, relay, more=more)

    def make(listen: Callable[[Event], None]) -> TrainingSession:
        heard.append(listen)
        return session

    return make, told


def trained_network(told: RunDetails, which: "Which | None" = None) -> TrainedNetwork:
    """The run as the Train and the Inspect tab name it, the latter with ``which`` of its weights."""
    preset = told.preset
    weights = f", {WEIGHTS[which]}" if which else ""
    return TrainedNetwork(told.run.name, preset.architecture, preset.plan, f"run {told.run.key}{weights}")


def load_inspector(store: "Store", told: RunDetails, which: "Which") -> "Inspector":
    """What can be asked of a run; seconds go by where TensorFlow is not loaded. Raises `RunError`, Keras's errors."""
    from core.runs.inspection import load_inspector  # noqa: PLC0415  # as above

    return load_inspector(store.path(told.run.id), told.preset, which)


def interrupted_runs(store: "Store", wanted: Callable[[], bool]) -> tuple[Run, ...]:
    """The runs whose training was cut off, newest first."""
    return tuple(run for run in store.refresh(wanted) if run.state == "interrupted")
