"""Trainings that are killed at random moments and gone on with, each in a process of its own.

A server process imports TensorFlow once and forks for every training.
"""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from core.events import Ended, EpochEnded, Event, RunSaved
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Dense, Dropout, Flatten, GaussianNoise
from core.plan.optimizers import Adam
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import ReduceLROnPlateau
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs.record import RunError
from core.runs.store import Store
from core.training.checkpoint import Checkpoint

__all__ = ["PRESET", "Ending", "Outcome", "ending", "kill_and_resume", "same", "server", "trained_to_the_end"]

PRESET = Preset(
    "to be killed",
    Architecture(
        (28, 28),
        (
            Flatten(),
            GaussianNoise(0.1),
            Dense(24, "relu"),
            BatchNormalization(),
            Dropout(0.3),
            Dense(10, "softmax"),
        ),
    ),
    Plan(
        epochs=30,
        batch_size=64,
        validation=0.9,
        optimizer=Adam(learning_rate=0.02),
        schedule=ReduceLROnPlateau(patience=1),
        early_stopping=EarlyStopping(patience=4, min_delta=0.005),
    ),
)
"""Whatever has a memory: moving statistics, generators of noise and of masks, Adam's moments, a schedule that looks
back, patience."""

PREPARING = 0.2
"""The share of the kills that come before training begins."""
SOONEST = 1.0
"""Seconds after which they come at the latest."""
LONGEST = 2.5
"""Seconds of training after which the others come at the latest."""


class Ending(Struct):
    """All that a run has come to."""

    checkpoint: Checkpoint
    figures: tuple[object, ...]


class Outcome(Struct):
    """What came of one run."""

    kills: int
    id: str
    wrong: list[str]
    """What is not as it should be, a line for each."""
    epochs: list[int]
    """How many epochs were kept after each time."""


@contextmanager
def server() -> Iterator[Any]:
    """A multiprocessing context whose processes begin with TensorFlow imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    context = get_context("forkserver")
    context.set_forkserver_preload(["core.runs.sessions", "core.runs.inspection", "core.runs.keras_file"])
    yield context


def ending(home: Path, id: str) -> Ending:
    """What the run ``id`` has come to."""
    store = Store(home)
    history = store.details(id).history
    epochs = [(e.epoch, e.step, e.loss, e.accuracy, e.val_loss, e.learning_rate, e.best) for e in history.epochs]
    ended = history.ended
    assert ended
    figures = (*epochs, ended.reason, ended.epochs, ended.test_loss, ended.test_accuracy, ended.message)
    return Ending(checkpoint_file.read(store.path(id), with_best_weights=True), figures)


def same(first: Ending, second: Ending) -> bool:
    """Whether both are the same to the last bit."""
    pairs = [
        (getattr(first.checkpoint, group) or (), getattr(second.checkpoint, group) or ())
        for group in ("variables", "optimizer", "best_weights", "result")
    ]
    arrays = all(len(one) == len(other) and all(map(np.array_equal, one, other)) for one, other in pairs)
    return arrays and first.figures == second.figures


def trained_to_the_end(context: Any, home: Path) -> str:
    """The id of a run that nothing has interrupted."""
    receiver, process = _start(context, home, "")
    with suppress(EOFError):
        while True:
            receiver.recv()
    process.join()
    return Store(home).find("last").id


def kill_and_resume(context: Any, home: Path, chance: random.Random, most: int) -> Outcome:
    """One run, killed ``most`` times at most, and gone on with until it has come to its end."""
    outcome = Outcome(0, "", [], [])
    while True:
        receiver, process = _start(context, home, outcome.id)
        told = 0
        if outcome.kills < most:
            early = chance.random() < PREPARING
            _await(receiver, "ready" if early else "started")
            process.join(chance.uniform(0, SOONEST if early else LONGEST))
            if process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
                outcome.kills += 1
        process.join()
        ended = False
        with suppress(EOFError):
            while True:
                event = receiver.recv()
                told = event.epoch if isinstance(event, EpochEnded) else told
                ended = ended or isinstance(event, Ended)
        if _look(home, outcome, told, ended=ended) or outcome.wrong:
            return outcome


def _await(receiver: Connection, word: str) -> None:
    """Wait until the process says ``word``, or has ended without a word."""
    with suppress(EOFError):
        while receiver.recv() != word:
            pass


def _look(home: Path, outcome: Outcome, told: int, *, ended: bool) -> bool:
    """Note the run's id, and what is wrong with the store; whether the run has come to its end."""
    store = Store(home)
    store.rebuild()
    runs = store.listed()
    outcome.wrong += [f"{run.id}: {run.message}" for run in runs if run.state == "damaged"]
    if not runs:
        if told:
            outcome.wrong.append("the run is not there")
        return False
    run = runs[0]
    outcome.id = outcome.id or run.id
    outcome.epochs.append(run.metrics.epochs)
    if run.id != outcome.id:
        outcome.wrong.append(f"{run.id}: is another run")
    if run.state not in ("finished", "interrupted"):
        outcome.wrong.append(f"{run.id}: is {run.state}")
    # Killed after its last epoch, all that is left to do is the end: then no epoch is told, and none may be lost.
    before = outcome.epochs[-2] if len(outcome.epochs) > 1 else 0
    if run.metrics.epochs < max(told - 1, before) or (ended and told and run.metrics.epochs != told):
        outcome.wrong.append(f"{run.id}: {told} epochs were told, {run.metrics.epochs} are kept")
    return run.state == "finished"


def _start(context: Any, home: Path, id: str) -> tuple[Connection, Any]:
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_train, args=(sender, home, id))
    process.start()
    sender.close()
    return receiver, process


def _train(sender: Connection, home: Path, id: str) -> None:
    """In the process that may be killed."""
    from core.runs.sessions import new_session, resume_session

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded | Ended):
            sender.send(event)
        elif isinstance(event, RunSaved):
            sender.send("started")

    store = Store(home)
    sender.send("ready")
    with suppress(RunError):
        session = resume_session(store, id, listen)[0] if id else new_session(store, PRESET, listen)
        session.run()
