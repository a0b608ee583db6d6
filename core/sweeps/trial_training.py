"""The training of one trial: its session, and what became of it. Training loads TensorFlow."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from msgspec.structs import replace

from core import presets
from core.events import Ended, EpochEnded, Event, Progress, RunNotSaved, RunSaved
from core.history import History
from core.runs.labels import clean_label, shortened
from core.runs.record import Label, RunError, metrics_of
from core.runs.recorder import wait_until_written
from core.runs.sessions import new_session
from core.runs.store import Store
from core.sweeps.messages import Job, TrialDone, TrialEpoch, TrialProgress
from core.training.session import Session

__all__ = ["TrialTraining"]

EVERY = 0.5
"""Seconds between two reports of progress."""


class TrialTraining:
    """Trains the preset of ``job``, whose run is saved in ``store``; tells ``send`` how far it has come.

    Raises `core.presets.PresetError` for a preset that is none.
    """

    def __init__(self, job: Job, send: Callable[[TrialProgress | TrialEpoch], None], store: Store) -> None:
        self._job = job
        self._send = send
        self._store = store
        self._history = History()
        self._run: str | None = None
        self._problem = ""
        self._reported = 0.0
        self._stopped = False
        self._session: Session = new_session(store, presets.loads(job.preset, job.name), self._hear)

    def run(self) -> TrialDone:
        """Train to the end; all files of the run are written then."""
        ended = self._session.run()
        wait_until_written()
        message = "; ".join(filter(None, [ended.message if ended.reason == "failed" else "", self._problem]))
        metrics = metrics_of(self._history, ended.seconds)
        done = TrialDone(self._job.number, ended.reason, message, self._run, metrics, ended.seconds)
        if self._stopped and done.state == "finished" and metrics.test_accuracy is None:
            return replace(done, state="stopped")  # the stop came while it was measured
        return done

    def stop(self) -> None:
        """End it soon, from any thread, also before it has begun."""
        self._stopped = True
        self._session.stop(evaluate=False)

    def _hear(self, event: Event) -> None:
        self._history = self._history.after(event)
        match event:
            case RunSaved(run=run):
                self._run = run
                self._label(run)
            case RunNotSaved(message=message):
                self._run, self._problem = None, message
            case Progress() if monotonic() - self._reported > EVERY:
                self._reported = monotonic()
                total = event.epochs * event.steps_per_epoch
                self._send(TrialProgress(self._job.number, event.step / max(1, total), event.run_eta))
            case EpochEnded(epoch=epoch, val_accuracy=accuracy, val_loss=loss):
                self._send(TrialEpoch(self._job.number, epoch, accuracy, loss))
            case Ended():
                self._reported = 0.0

    def _label(self, run: str) -> None:
        with suppress(RunError):  # it has the name of its network then
            self._store.relabel(run, clean_label(shortened(Label(self._job.name, tags=(self._job.tag,)))))
