"""`layerlab train`: trains a preset and reports progress."""

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
from tui.cli.command import Command
from tui.cli.lookup import DONE, FAILED, UsageError, load, quiet, refused
from tui.cli.parameters import JSON, NO_SAVE, PRESET, RUN_NAME
from tui.cli.plan_options import apply_plan_options, plan_options
from tui.cli.reporters import Reporter, reporter
from tui.cli.session_runner import run_session
from tui.interrupt import INTERRUPTED
from tui.output import Output, say_error
from tui.sessions import new_session
from tui.training_session import MakeSession, TrainingSession

__all__ = ["COMMAND", "SaveOptions", "prepare_preset", "run", "run_guarded", "run_training"]


class SaveOptions:
    """Whether the run is saved, and under what name: by default the preset's. Raises `UsageError`."""

    def __init__(self, *, saves: bool, name: str | None) -> None:
        self.default = saves and name is None
        """Whether no option was given."""
        if name is not None and not saves:
            raise UsageError("--name: a run that is not saved has no name")
        with refused():
            self._label = None if name is None else clean_label(Label(name))
        self._store = Store() if saves else None

    def session_factory(self, preset: Preset) -> MakeSession:
        """A session factory for ``preset``."""
        return new_session(preset, self._store)

    def naming(self, other: Reporter) -> Reporter:
        """``other``, which also names the run as soon as it is saved."""
        return NamingReporter(other, self._store, self._label) if self._store and self._label else other


class NamingReporter:
    """Passes events on to another reporter and names the run. `report` raises `UsageError` where that fails."""

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


def run(name: str, *, no_save: bool, run_name: str | None, as_json: bool, **plan: object) -> int:
    """Train the preset or file ``name`` by its plan, changed by the options ``plan``; None is one not given."""
    save_options = SaveOptions(saves=not no_save, name=run_name)
    preset = prepare_preset(load(name), plan)

    def work(out: Output) -> Ended:
        reporting = save_options.naming(reporter(preset, out, as_json=as_json))
        return run_training(save_options.session_factory(preset), reporting)[1]

    return run_guarded(preset, work, as_json=as_json)


def prepare_preset(preset: Preset, given: Mapping[str, object]) -> Preset:
    """``preset``, its plan changed by the ``given`` options. Raises `UsageError`."""
    return replace(preset, plan=apply_plan_options(preset.plan, given))


def run_guarded(preset: Preset, work: Callable[[Output], Ended], *, as_json: bool) -> int:
    """Do the ``work`` of training ``preset`` on a terminal that libraries cannot write to; return the exit code.

    Training that Ctrl+C, SIGTERM or SIGHUP stopped is `DONE`: it reports what it reached, even if that is nothing.
    A second signal ends the process at once, with `INTERRUPTED`.
    """
    blocking = blockers(preset.architecture, preset.plan, summarize(preset.architecture))
    if blocking:
        ended = Ended("failed", 0, 0.0, 0.0, None, None, blocking[0].message)
        reporter(preset, Output(), as_json=as_json).report(ended)
    else:
        with quiet() as out:
            ended = work(out)
    if ended.reason == "failed":
        sys.stdout.flush()
        say_error(ended.message)
        return FAILED
    return DONE


def run_training(make: MakeSession, reporter: Reporter) -> tuple[TrainingSession, Ended]:
    """Train and report; return the session, which holds the network, and how it ended."""
    sessions: list[TrainingSession] = []

    def make_once(listen: Callable[[Event], None]) -> TrainingSession:
        sessions.append(make(listen))
        return sessions[0]

    try:
        with _until_written(), reporter.shown():
            ended = run_session(make_once, reporter.report, reporter.stopping)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # the training thread is in the middle of a step and cannot be waited for
    return sessions[0], ended


@contextmanager
def _until_written() -> Iterator[None]:
    """Wait at the end for the Keras files of a run, which `core.runs.recorder` writes once its session is over.

    What libraries print meanwhile belongs in the log, and the process must not end while TensorFlow is at work.
    """
    try:
        yield
    finally:
        wait_until_written()


COMMAND = Command(
    "train",
    run,
    [PRESET, NO_SAVE, RUN_NAME, JSON, *plan_options()],
    section="Training",
    help="Train and save a run; Ctrl+C stops and reports the result.",
)
