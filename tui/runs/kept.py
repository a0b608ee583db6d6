"""What the app does with runs: trains so that they are kept, goes on with one, looks into one.

All that loads something is done where the functions are called: in threads.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.presets import Preset
from core.runs.record import Run, Told
from core.training.events import Event
from tui.train.controller import Make, TrainingSession
from tui.train.controller import Run as Trained

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store
    from core.training.inspector import Inspector

__all__ = ["WEIGHTS", "go_on", "interrupted", "look_into", "trained", "trains"]

WEIGHTS: dict["Which", str] = {"best": "weights of the lowest loss", "last": "last weights"}


def trains(preset: Preset, store: "Store | None") -> Make:
    """How ``preset`` is trained with Keras: kept in ``store``, if there is one."""

    def make(listen: Callable[[Event], None]) -> TrainingSession:
        # Imported here because nothing needs it before a person trains.
        if store is None:
            from core.training.session import Session  # noqa: PLC0415

            return Session(preset.architecture, preset.plan, listen)
        from core.runs.training import kept  # noqa: PLC0415

        return kept(store, preset, listen)

    return make


def go_on(store: "Store", run: Run, more: int) -> tuple[Make, Told]:
    """How ``run`` is trained further, and what it has come to. Reads its weights. Raises `RunError`."""
    from core.runs.training import resumed  # noqa: PLC0415  # as above

    heard: list[Callable[[Event], None]] = []

    def relay(event: Event) -> None:
        heard[0](event)

    session, told = resumed(store, run.id, relay, more=more)

    def make(listen: Callable[[Event], None]) -> TrainingSession:
        heard.append(listen)
        return session

    return make, told


def trained(told: Told, which: "Which | None" = None) -> Trained:
    """The run as the Train and the Inspect tab name it, the latter with ``which`` of its weights."""
    preset = told.preset
    weights = f", {WEIGHTS[which]}" if which else ""
    return Trained(told.run.name, preset.architecture, preset.plan, f"run {told.run.key}{weights}")


def look_into(store: "Store", told: Told, which: "Which") -> "Inspector":
    """What can be asked of a run; seconds go by where TensorFlow is not loaded. Raises `RunError`, Keras's errors."""
    from core.runs.inspecting import inspector  # noqa: PLC0415  # as above

    return inspector(store.path(told.run.id), told.preset, which)


def interrupted(store: "Store", wanted: Callable[[], bool]) -> tuple[Run, ...]:
    """The runs whose training was cut off, newest first."""
    return tuple(run for run in store.refresh(wanted) if run.state == "interrupted")
