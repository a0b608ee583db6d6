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
from typing import Any

from core.keras_runtime.failures import explain
from core.runs.store import Store
from core.sweeps.messages import Job, TrialBegan, TrialDone
from core.sweeps.places import Place
from core.sweeps.trial_training import TrialTraining

__all__ = ["STOP", "TERMINAL_SIGNALS", "hush", "ignore_terminal", "main", "settle", "thread_environment"]

STOP = "stop"
"""Asks for the end of the training that is under way."""
TERMINAL_SIGNALS = (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT))


def main(connection: Connection, place: Place) -> None:
    """Train the jobs that come through ``connection``, at ``place``, until it is closed at the other end."""
    ignore_terminal()
    settle(place)
    hush()
    Worker(connection).run()


def ignore_terminal() -> None:
    """Signals of the terminal go to all its processes: the one that asks for a stop decides."""
    for number in TERMINAL_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINAL_SIGNALS)


def thread_environment(count: int) -> dict[str, str]:
    """The environment in which TensorFlow, loaded later, computes with ``count`` threads."""
    return {"TF_NUM_INTRAOP_THREADS": str(count), "OMP_NUM_THREADS": str(count)}


def hush() -> None:
    """From now on, drop what this process prints: libraries print what nobody asked for."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with Path(os.devnull).open("r+b") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)


def settle(place: Place) -> None:
    """Keep this process to ``place``; before TensorFlow is loaded, which looks only once."""
    os.environ |= thread_environment(place.threads)
    if place.gpus is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = place.gpus


class Worker:
    """Trains jobs one at a time; listens meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._training: TrialTraining | None = None
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
            self._training = TrialTraining(job, self._send, Store())
            if self._stopped:  # before there was anything to stop
                self._training.stop()
            return self._training.run()
        except Exception as error:  # noqa: BLE001  # the next trial may train
            return TrialDone(job.number, "failed", explain(error))
        finally:
            self._training = None

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
                        training.stop()
        except (EOFError, OSError):
            os._exit(0)  # nobody waits for this any more; the run can be resumed

    def _send(self, message: Any) -> None:
        with suppress(OSError):  # nobody listens any more: `_listen` ends the process
            self._connection.send(message)
