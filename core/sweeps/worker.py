"""A process that trains one trial of a sweep after the other. Training loads TensorFlow.

It is spawned, never forked: TensorFlow's threads do not survive a fork.
"""

import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

from msgspec.structs import replace

from core import presets
from core.events import Ended, Event, Progress, RunNotSaved, RunSaved
from core.history import History
from core.keras_runtime.failures import explain
from core.presets import Preset
from core.runs.labels import clean_label, shortened
from core.runs.record import Label, RunError, metrics_of
from core.runs.recorder import wait_until_written
from core.runs.sessions import new_session
from core.runs.store import Store
from core.sweeps.messages import Job, TrialBegan, TrialDone, TrialProgress
from core.sweeps.places import Place
from core.training.session import Session

__all__ = ["STOP", "TERMINAL_SIGNALS", "main", "settle"]

STOP = "stop"
"""Asks for the end of the training that is under way."""
TERMINAL_SIGNALS = (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT))
EVERY = 0.5
"""Seconds between two reports of progress."""


def main(connection: Connection, place: Place) -> None:
    """Train the jobs that come through ``connection``, at ``place``, until it is closed at the other end.

    Signals of the terminal go to all its processes: the one that asks for a stop decides.
    """
    for number in TERMINAL_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINAL_SIGNALS)
    settle(place)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with Path(os.devnull).open("r+b") as nothing:  # libraries print what nobody asked for
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    Worker(connection).run()


def settle(place: Place) -> None:
    """Keep this process to ``place``; before TensorFlow is loaded, which looks only once."""
    os.environ |= {"TF_NUM_INTRAOP_THREADS": str(place.threads), "OMP_NUM_THREADS": str(place.threads)}
    if place.gpus is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = place.gpus


class Worker:
    """Trains jobs one at a time; listens meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._training: _Training | None = None
        self._stopped = False

    def run(self) -> None:
        """Train whatever comes; returns when the process is ended from outside."""
        Thread(target=self._listen, name="listening", daemon=True).start()
        while True:
            job = self._jobs.get()
            self._send(TrialBegan(job.number))
            self._send(self._train(job))

    def _train(self, job: Job) -> TrialDone:
        try:
            self._training = _Training(job, presets.loads(job.preset, job.name), self._send)
            if self._stopped:  # before there was anything to stop
                self._training.session.stop(evaluate=False)
            done = self._training.run()
        except Exception as error:  # noqa: BLE001  # the next trial may train
            return TrialDone(job.number, "failed", explain(error))
        finally:
            self._training = None
        if self._stopped and done.state == "finished" and done.metrics.test_accuracy is None:
            return replace(done, state="stopped")  # the stop came while it was measured
        return done

    def _listen(self) -> None:
        try:
            while True:
                message = self._connection.recv()
                if isinstance(message, Job):
                    self._stopped = False
                    self._jobs.put(message)
                elif message == STOP:
                    self._stopped = True
                    if training := self._training:
                        training.session.stop(evaluate=False)
        except (EOFError, OSError):
            os._exit(0)  # nobody waits for this any more; the run can be resumed

    def _send(self, message: Any) -> None:
        with suppress(OSError):  # nobody listens any more: `_listen` ends the process
            self._connection.send(message)


class _Training:
    """One trial: its session and what became of it."""

    def __init__(self, job: Job, preset: Preset, send: Any) -> None:
        self._job = job
        self._send = send
        self._store = Store()
        self._history = History()
        self._run: str | None = None
        self._problem = ""
        self._reported = 0.0
        self.session: Session = new_session(self._store, preset, self._hear)

    def run(self) -> TrialDone:
        """Train to the end; all files of the run are written then."""
        ended = self.session.run()
        wait_until_written()
        message = "; ".join(filter(None, [ended.message if ended.reason == "failed" else "", self._problem]))
        metrics = metrics_of(self._history, ended.seconds)
        return TrialDone(self._job.number, ended.reason, message, self._run, metrics, ended.seconds)

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
            case Ended():
                self._reported = 0.0

    def _label(self, run: str) -> None:
        with suppress(RunError):  # it has the name of its network then
            self._store.relabel(run, clean_label(shortened(Label(self._job.name, tags=(self._job.tag,)))))
