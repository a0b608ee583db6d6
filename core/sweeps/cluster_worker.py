"""What a worker of a cluster does: trains a trial into a folder of its own, and gives the run back as bytes.

Its functions are called by name: nothing but LayerLab, installed there too, is run.
"""

import os
import socket
from collections.abc import Collection
from pathlib import Path
from threading import Lock
from time import monotonic

import msgspec
from distributed import get_worker
from msgspec import Struct
from msgspec.structs import replace

from core import presets
from core.datasets import DATASETS, unpacked
from core.keras_runtime.failures import explain
from core.runs import transfer
from core.runs.record import RunError
from core.runs.store import Store
from core.storage import private_folder
from core.sweeps.messages import Job, TrialBegan, TrialDone, TrialEpoch, TrialProgress
from core.sweeps.trial_training import TrialTraining
from core.sweeps.worker import thread_environment

__all__ = ["Cores", "Returned", "Told", "cores", "last", "train", "want"]

LEASE = 600.0
"""Seconds after which a trial that nobody wants any more ends: who began it may have been killed."""


class Told(Struct, frozen=True):
    """What the trial of a task tells while it is under way."""

    task: str
    message: TrialBegan | TrialProgress | TrialEpoch


class Returned(Struct, frozen=True):
    """What is left of a trial."""

    done: TrialDone
    content: dict[str, bytes]
    """The files of its run by name; empty if it was not saved."""


class Cores(Struct, frozen=True):
    """The cores that a worker may use; workers with the same ones share them."""

    host: str
    numbers: tuple[int, ...]


class _Trial:
    """A trial under way."""

    def __init__(self, sweep: str, training: TrialTraining) -> None:
        self.sweep = sweep
        self.training = training
        self.wanted = monotonic()


_TRIALS: dict[str, _Trial] = {}
"""By task."""
_LAST: dict[Job, bytes] = {}
"""The last trial that came to an end here, with its `Returned`: who asked for it may have gone meanwhile."""
_TRAINING = Lock()
"""Held while one trains: a worker with several threads still trains one trial at a time."""


def cores() -> bytes:
    """The `Cores` of this worker, as JSON."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return msgspec.json.encode(Cores(socket.gethostname(), tuple(sorted(allowed))))


def last() -> bytes:
    """The tags and numbers of the trials in `_LAST`, as JSON."""
    return msgspec.json.encode([(job.tag, job.number) for job in _LAST])


def want(sweep: str, tasks: Collection[str], *, stop: bool) -> None:
    """Tell the trials of ``sweep`` here that ``tasks`` are still wanted, or are to ``stop``; all others of it end."""
    for task, trial in list(_TRIALS.items()):
        if trial.sweep == sweep:
            trial.wanted = monotonic()
            if stop or task not in tasks:
                trial.training.stop()


def train(job: Job, task: str, topic: str, threads: int) -> bytes:
    """Train ``job`` as ``task`` with ``threads`` threads, tell ``topic`` how far it is, and give back a `Returned`.

    If it was the last that was trained here, nothing is done twice. What TensorFlow computes with was settled when this
    process first trained.
    """
    with _TRAINING:
        if job in _LAST:
            return _LAST[job]
        try:
            with private_folder(Path(get_worker().local_directory) / "run") as home:
                os.environ |= thread_environment(threads)
                returned = _train(job, task, topic, Store(home))
        except Exception as error:  # noqa: BLE001  # told to who waits for it
            returned = Returned(TrialDone(job.number, "failed", explain(error)), {})
        raw = msgspec.msgpack.encode(returned)
        _LAST.clear()
        if returned.done.state == "finished":
            _LAST[job] = raw
    return raw


def _train(job: Job, task: str, topic: str, store: Store) -> Returned:
    worker = get_worker()

    def tell(message: TrialBegan | TrialProgress | TrialEpoch) -> None:
        worker.log_event(topic, msgspec.to_builtins(Told(task, message)))

    def progressed(message: TrialProgress | TrialEpoch) -> None:
        tell(message)
        if monotonic() - trial.wanted > LEASE:
            trial.training.stop()

    trial = _Trial(job.tag, TrialTraining(job, progressed, store))
    unpacked.keep(DATASETS[presets.loads(job.preset, job.name).plan.dataset])
    _TRIALS[task] = trial
    try:
        tell(TrialBegan(job.number))
        done = trial.training.run()
    finally:
        del _TRIALS[task]
    return _returned(done, store)


def _returned(done: TrialDone, store: Store) -> Returned:
    if done.run is None:
        return Returned(done, {})
    try:
        return Returned(done, transfer.read_files(store.path(done.run)))
    except (RunError, OSError) as error:
        return Returned(replace(done, run=None, message=f"its run could not be sent: {error}"), {})
