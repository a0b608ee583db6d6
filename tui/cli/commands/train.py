"""`layerlab train`: one training, told as it goes."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from msgspec.structs import replace

from core.events import Ended, Event, RunSaved
from core.network.summary import summarize
from core.presets import Preset
from core.readiness import blockers
from core.runs.labels import clean_label
from core.runs.record import Label
from core.runs.recorder import wait_until_written
from core.runs.store import Store
from tui.cli.lookup import DONE, FAILED, UsageError, load, quiet, refused
from tui.cli.plan_options import planned
from tui.cli.reporters import Reporter, reporter
from tui.cli.session_runner import run_session
from tui.interrupt import INTERRUPTED
from tui.output import Output, say_error
from tui.sessions import new_session
from tui.training_session import MakeSession, TrainingSession

__all__ = ["SaveOptions", "prepare_preset", "run", "run_guarded", "run_training"]


class SaveOptions:
    """Whether trainings are kept as runs, and under what name: by default the preset's. Raises `UsageError`."""

    def __init__(self, *, saves: bool, name: str | None) -> None:
        self.default = saves and name is None
        """Whether nothing was said about it."""
        if name is not None and not saves:
            raise UsageError("--name: a run that is not saved has no name")
        with refused():
            self._label = None if name is None else clean_label(Label(name))
        self._store = Store() if saves else None

    def makes(self, preset: Preset) -> MakeSession:
        """How ``preset`` is trained."""
        return new_session(preset, self._store)

    def naming(self, other: Reporter) -> Reporter:
        """``other``, but that the run gets its name as soon as there is one."""
        return Naming(other, self._store, self._label) if self._store and self._label else other


class Naming:
    """Tells what another teller tells, and gives the run its name. `report` raises `UsageError` where that fails."""

    def __init__(self, other: Reporter, store: Store, label: Label) -> None:
        self._other = other
        self._store = store
        self._label = label

    def shown(self) -> AbstractContextManager[object]:
        return self._other.shown()

    def report(self, event: Event) -> None:
        if isinstance(event, RunSaved):
            with refused():
                self._store.relabel(event.run, self._label)
        self._other.report(event)

    def stopping(self) -> None:
        self._other.stopping()


def run(name: str, given: Mapping[str, object], keeping: SaveOptions, *, as_json: bool) -> int:
    """Train the preset or file ``name`` by its plan, changed by the ``given`` options."""
    preset = prepare_preset(load(name), given)

    def work(out: Output) -> Ended:
        telling = keeping.naming(reporter(preset, out, as_json=as_json))
        return run_training(keeping.makes(preset), telling)[1]

    return run_guarded(preset, work, as_json=as_json)


def prepare_preset(preset: Preset, given: Mapping[str, object]) -> Preset:
    """``preset``, its plan changed by the ``given`` options. Raises `UsageError`."""
    return replace(preset, plan=planned(preset.plan, given))


def run_guarded(preset: Preset, work: Callable[[Output], Ended], *, as_json: bool) -> int:
    """Do the ``work`` of training ``preset``, on a terminal that only its output gets to; the exit code.

    A training that was stopped by Ctrl+C, SIGTERM or SIGHUP is `DONE`: it tells what it reached, if only that it had
    not begun. A second one leaves at once, with `INTERRUPTED`.
    """
    against = blockers(preset.architecture, preset.plan, summarize(preset.architecture))
    if against:
        ended = Ended("failed", 0, 0.0, 0.0, None, None, against[0].message)
        reporter(preset, Output(), as_json=as_json).report(ended)
    else:
        with quiet() as out:
            ended = work(out)
    if ended.reason == "failed":
        sys.stdout.flush()
        say_error(ended.message)
        return FAILED
    return DONE


def run_training(make: MakeSession, told: Reporter) -> tuple[TrainingSession, Ended]:
    """Train, telling as it goes; the session, which knows the network, and how it ended."""
    sessions: list[TrainingSession] = []

    def made(listen: Callable[[Event], None]) -> TrainingSession:
        sessions.append(make(listen))
        return sessions[0]

    try:
        with _until_written(), told.shown():
            ended = run_session(made, told.report, told.stopping)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # the training thread is in the midst of a step and cannot be waited for
    return sessions[0], ended


@contextmanager
def _until_written() -> Iterator[None]:
    """Waits in the end for the Keras files of a run, which `core.runs.recorder` writes once its session is over.

    What libraries print meanwhile belongs in the log; and the process must not end while TensorFlow is at work.
    """
    try:
        yield
    finally:
        wait_until_written()
