"""Trains runs that were handed in once more, in a process of its own: what it trains is not trusted to end well.

The process loads TensorFlow, this module does not.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from core.keras_runtime import runtime
from core.marking.retrained import NotTrained, Order, Retrained
from core.sweeps.places import Place
from core.sweeps.process_pool import spawning
from core.sweeps.worker import hush, ignore_terminal, settle

__all__ = ["Retrainer", "serve"]

STARTING = 180.0
"""Seconds that the process gets to load TensorFlow."""
ENDING = 5.0


class Retrainer:
    """A process that computes with ``threads`` threads, and trains each run for at most ``seconds``.

    It starts with the first one, and anew after one that it did not survive.
    """

    def __init__(self, threads: int, seconds: float) -> None:
        self.threads = threads
        self._seconds = seconds
        self._process: Any = None
        self._connection: Connection | None = None

    def train(self, order: Order) -> Retrained:
        """Train a run again. Raises `NotTrained`."""
        connection = self._connection or self._start()
        with self._or_ended():
            connection.send(order)
            if not connection.poll(self._seconds):
                self.close()
                raise NotTrained(f"it was not done after {self._seconds:g} s")
            trained: Retrained = connection.recv()
        if trained.problem:
            raise NotTrained(trained.problem)
        return trained

    def close(self) -> None:
        """End the process, with whatever is under way."""
        if self._process is not None:
            self._process.kill()
            self._process.join(ENDING)
        self._process, self._connection = None, None

    def _start(self) -> Connection:
        spawn = get_context("spawn")
        here, there = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(there, Place(self.threads)), daemon=True)
        with spawning():
            self._process.start()
        there.close()
        self._connection = here
        with self._or_ended():
            if not here.poll(STARTING):
                self.close()
                raise NotTrained(f"TensorFlow was not loaded after {STARTING:g} s")
            here.recv()
        return here

    @contextmanager
    def _or_ended(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError) as error:
            self._process.join(ENDING)
            code = self._process.exitcode
            self.close()
            killed = code is not None and code == -getattr(signal, "SIGKILL", 9)
            why = ", as when memory runs out" if killed else ""
            raise NotTrained(f"the process that trained it ended (exit code {code}{why})") from error


def serve(connection: Connection, place: Place) -> None:
    """Answer each `Order` that comes through ``connection`` with a `Retrained`, until it is closed at the other end."""
    ignore_terminal()
    settle(place)
    hush()
    train_again = import_module("core.marking.retrain").train_again
    try:
        runtime.load()
        connection.send("ready")
        while True:
            connection.send(train_again(connection.recv()))
    except (EOFError, OSError):
        return
