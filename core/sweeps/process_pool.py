"""Trains jobs in processes of this machine."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from multiprocessing import connection as connections
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Protocol

from core.sweeps import worker
from core.sweeps.messages import Job, Message, TrialDone
from core.sweeps.places import Place
from core.sweeps.record import SweepError

__all__ = ["Executor", "ProcessPool", "spawning"]

ENDING = 5.0
"""Seconds that a process gets to end by itself."""


class Executor(Protocol):
    """Trains jobs somewhere; used from one thread."""

    @property
    def free(self) -> int:
        """How many jobs can be taken now."""

    def submit(self, job: Job) -> None:
        """Train ``job`` as soon as possible. Raises `SweepError` if that cannot be."""

    def messages(self, timeout: float) -> Sequence[Message]:
        """What has come, after at most ``timeout`` seconds."""

    def cancel(self, number: int) -> None:
        """Stop the training of the job with this ``number``, if it is under way; it tells that it is done."""

    def stop(self) -> None:
        """Stop all trainings; each tells that it is done."""

    def close(self) -> None:
        """End it at once, with whatever is under way."""


class _Process:
    """One process, where it trains, and the job that it has."""

    def __init__(self, place: Place) -> None:
        self.place = place
        spawn = get_context("spawn")
        self.connection, there = spawn.Pipe()
        self.process: SpawnProcess = spawn.Process(target=worker.main, args=(there, place), daemon=True)
        with spawning():
            self.process.start()
        there.close()
        self.job: Job | None = None

    def send(self, message: object) -> None:
        """Send ``message``; if the process has gone, that is found when its answer is read."""
        with suppress(OSError):
            self.connection.send(message)

    def receive(self) -> Message:
        """The next message; the job has failed if there will be none."""
        try:
            message: Message = self.connection.recv()
        except (EOFError, OSError):
            self.process.join(ENDING)
            number = self.job.number if self.job else -1
            return TrialDone(number, "failed", f"its process ended ({_how(self.process.exitcode)})", may_differ=True)
        if isinstance(message, TrialDone):
            self.job = None
        return message

    def close(self) -> None:
        """End the process."""
        self.connection.close()
        self.process.join(ENDING / 5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(ENDING)


class ProcessPool:
    """An `Executor` of up to a process for each of ``places``; one that dies is replaced by one in the same place."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._unused = list(places)
        self._processes: list[_Process] = []

    @property
    def free(self) -> int:
        return len(self._unused) + sum(each.job is None for each in self._processes)

    def submit(self, job: Job) -> None:
        process = next((each for each in self._processes if each.job is None), None)
        if process is None:
            try:
                process = _Process(self._unused[0])
            except OSError as error:
                raise SweepError(f"no process can be started: {error.strerror or error}; try fewer --jobs") from error
            del self._unused[0]
            self._processes.append(process)
        process.job = job
        process.send(job)

    def messages(self, timeout: float) -> Sequence[Message]:
        by_connection: dict[object, _Process] = {each.connection: each for each in self._processes}
        listened: list[Connection] = [each.connection for each in self._processes]
        if not listened:
            time.sleep(timeout)  # not everywhere does waiting for nothing wait
            return ()
        found = []
        for ready in connections.wait(listened, timeout):
            process = by_connection[ready]
            message = process.receive()
            if isinstance(message, TrialDone) and message.may_differ:
                self._processes.remove(process)
                process.close()
                self._unused.insert(0, process.place)
                if message.number < 0:
                    continue  # it had no job
            found.append(message)
        return found

    def cancel(self, number: int) -> None:
        for each in self._processes:
            if each.job and each.job.number == number:
                each.send(worker.STOP)

    def stop(self) -> None:
        for each in self._processes:
            if each.job:
                each.send(worker.STOP)

    def close(self) -> None:
        for each in self._processes:
            each.close()
        self._unused += [each.place for each in self._processes]
        self._processes = []


@contextmanager
def spawning() -> Iterator[None]:
    """Within this, processes can be started from any thread and with any screen.

    A new one inherits that signals of the terminal wait until it ignores them.
    """
    if os.name == "posix":
        with redirect_stderr(sys.__stderr__):  # a screen's stand-in for it has no descriptor
            resource_tracker.ensure_running()  # which inherits that, when the first process is started
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, worker.TERMINAL_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _how(code: int | None) -> str:
    if code is None:
        return "it does not answer"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
