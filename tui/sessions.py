"""Creating, resuming and inspecting runs.

These functions load data and libraries: call them in threads.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.events import Event
from core.forecast.forecast import Forecast
from core.presets import Preset
from core.runs.labels import document_name
from core.runs.record import Run, RunDetails
from tui.training_session import MakeSession, TrainedNetwork, TrainingSession

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store
    from core.training.inspector import Inspector

__all__ = ["WEIGHTS", "interrupted_runs", "load_inspector", "new_session", "resume_session", "trained_network"]

WEIGHTS: dict["Which", str] = {"best": "weights of the lowest loss", "last": "last weights"}


def new_session(preset: Preset, store: "Store | None", forecast: Forecast | None = None) -> MakeSession:
    """A session factory that trains ``preset`` with Keras and saves it in ``store``, if given, with ``forecast``."""

    def make(listen: Callable[[Event], None]) -> TrainingSession:
        # Imported here, as nothing needs it before training starts.
        if store is None:
            from core.training.session import Session  # noqa: PLC0415

            return Session(preset.architecture, preset.plan, listen, explains=not preset.lesson)
        from core.runs.sessions import new_session  # noqa: PLC0415

        return new_session(store, preset, listen, forecast)

    return make


def resume_session(store: "Store", run: Run, more: int) -> tuple[MakeSession, RunDetails]:
    """A session factory that resumes ``run``, and the run's details. Reads its weights. Raises `RunError`."""
    from core.runs.sessions import resume_session  # noqa: PLC0415  # as above

    listeners: list[Callable[[Event], None]] = []

    def relay(event: Event) -> None:
        listeners[0](event)

    session, details = resume_session(store, run.id, relay, more=more)

    def make(listen: Callable[[Event], None]) -> TrainingSession:
        listeners.append(listen)
        return session

    return make, details


def trained_network(details: RunDetails, which: "Which | None" = None) -> TrainedNetwork:
    """The run as the Train and Inspect tabs show it, the latter with ``which`` of its weights."""
    preset = details.preset
    best = details.run.metrics.best_epoch
    weights = f"weights of epoch {best}, the lowest loss" if which == "best" and best else WEIGHTS[which or "last"]
    return TrainedNetwork(
        document_name(details.run.name, preset),
        preset.architecture,
        preset.plan,
        f"run {details.run.key}, {weights}" if which else f"run {details.run.key}",
        ended=which != "best",
        lesson=preset.lesson,
    )


def load_inspector(store: "Store", details: RunDetails, which: "Which") -> "Inspector":
    """Load a run's network; takes seconds if TensorFlow is not loaded. Raises `RunError` and Keras's errors."""
    from core.runs.inspection import load_inspector  # noqa: PLC0415  # as above

    return load_inspector(store.path(details.run.id), details.preset, which)


def interrupted_runs(store: "Store", wanted: Callable[[], bool]) -> tuple[Run, ...]:
    """The interrupted runs, newest first."""
    return tuple(run for run in store.refresh(wanted) if run.state == "interrupted")
