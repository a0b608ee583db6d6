"""Trains jobs on the workers of a Dask cluster, one at a time on each. Their runs come back as bytes.

A task is bound to the worker that it is given to. Else Dask would train it again, unasked and several times, wherever
the worker that has it dies; here that is the sweep's decision.
"""

from asyncio import CancelledError as AsyncCancelledError
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from queue import Empty, SimpleQueue
from secrets import token_hex
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Any

import msgspec
from distributed import Future, KilledWorker
from msgspec import Struct
from msgspec.structs import replace

from core.keras_runtime.failures import explain
from core.presets import printable_path
from core.runs.record import RunError
from core.runs.store import Store
from core.sanitize import one_line
from core.sweeps import cluster_worker
from core.sweeps.cluster_address import ClusterAddress
from core.sweeps.cluster_connection import Connection
from core.sweeps.cluster_roster import Roster
from core.sweeps.cluster_worker import Returned, Told
from core.sweeps.messages import Job, Message, TrialDone, TrialProgress
from core.sweeps.record import SweepError

__all__ = ["Cluster", "taken_in"]

LOOK = 1.0
"""Seconds between two looks at who is there."""
TELL = 60.0
"""Seconds between two times that all workers are told which trials are still wanted."""
ENDING = 2.0
"""Seconds in which trials under way are told that the sweep is over."""
Outcome = bytes | BaseException


class _UnderWay:
    """A job, and the worker that has it."""

    def __init__(self, job: Job, worker: str, future: "Future[bytes]") -> None:
        self.job = job
        self.worker = worker
        self.future = future
        self.begun = False
        self.wanted = True


class _Ended(Struct, frozen=True):
    task: str
    outcome: Outcome


class Cluster:
    """An `Executor` over the workers at ``address``; those that are started there have ``threads`` threads each.

    Raises `SweepError` if it does not answer, has no workers, or some with other versions.
    """

    def __init__(self, address: ClusterAddress, threads: int) -> None:
        self._connection = Connection(address, threads)
        self._client = self._connection.client
        self._roster = Roster(self._client)
        self._topic = f"layerlab-{token_hex(8)}"
        self._heard: SimpleQueue[_Ended | Told] = SimpleQueue()
        self._under_way: dict[str, _UnderWay] = {}
        self._sweep = ""
        self._holders: dict[int, str] = {}
        """The workers that finished a trial of this sweep for somebody who had gone, by its number."""
        self._stopping = False
        self._untold: set[str] = set()
        """The workers that something has changed for since they were told what is wanted."""
        self._tell_all_at = 0.0
        self._closed = Flag()
        try:
            self._begin()
        except BaseException:
            self.close()
            raise
        self._attendant = Thread(target=self._attend, name="attending to a cluster", daemon=True)
        self._attendant.start()

    @property
    def size(self) -> int:
        """How many workers there are."""
        return len(self._roster.threads)

    @property
    def free(self) -> int:
        return len(self._idle())

    def submit(self, job: Job) -> None:
        idle = self._idle()
        if not idle:
            raise self._lost()
        if not self._sweep:
            self._sweep = job.tag
            self._find_finished()
        worker = self._holders.pop(job.number, "")
        worker = worker if worker in idle else min(idle, key=list(self._holders.values()).count)
        task = f"{self._topic}-{job.number}-{token_hex(4)}"
        future = self._client.submit(
            cluster_worker.train,
            job,
            task,
            self._topic,
            self._roster.threads[worker],
            key=task,
            workers=[worker],
            allow_other_workers=False,
            retries=0,
            pure=False,
        )
        self._under_way[task] = _UnderWay(job, worker, future)
        self._untold.add(worker)
        Thread(target=self._wait, args=(task, future), name=f"waiting for {task}", daemon=True).start()

    def messages(self, timeout: float) -> Sequence[Message]:
        if self._connection.lost:
            raise self._lost()
        self._give_up()
        found: list[Message] = []
        with suppress(Empty):
            heard = self._heard.get(timeout=timeout)
            while True:
                if message := self._message(heard):
                    found.append(message)
                heard = self._heard.get_nowait()
        return found

    def cancel(self, number: int) -> None:
        for each in self._under_way.values():
            if each.job.number == number:
                each.wanted = False
                self._untold.add(each.worker)

    def stop(self) -> None:
        self._stopping = True
        for each in list(self._under_way.values()):
            if not each.begun:  # it waits behind what somebody else trains there
                each.future.cancel()

    def close(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        if self._under_way:
            self._stopping = True
            telling = Thread(target=self._attend_to, args=(self._tell_wanted,), daemon=True)
            telling.start()
            telling.join(ENDING)
        self._connection.close()

    def _begin(self) -> None:
        address = self._connection.address.text
        try:
            self._roster.look()
            self._client.subscribe_topic(self._topic, self._progressed)
        except OSError as error:
            raise self._lost() from error
        if refused := list(self._roster.refused.values()):
            raise SweepError(f"--cluster {address}: {refused[0]}")
        if not self._roster.threads:
            raise SweepError(
                f"--cluster {address}: has no workers; start one with `dask worker {address} --nthreads 1`"
            )

    def _lost(self) -> SweepError:
        address = printable_path(self._connection.address.text)
        return SweepError(f"--cluster {address}: does not answer any more; --resume goes on with what is left")

    def _idle(self) -> list[str]:
        busy = {each.worker for each in list(self._under_way.values())}
        return [worker for worker in self._roster.threads if worker not in busy]

    def _find_finished(self) -> None:
        """See which workers have finished trials of this sweep that nobody was there to take in."""
        try:
            answers = self._client.run(cluster_worker.last, workers=list(self._roster.threads), on_error="ignore")
        except OSError as error:
            raise self._lost() from error
        for worker, answer in answers.items():
            with suppress(msgspec.MsgspecError, TypeError):
                for tag, number in msgspec.json.decode(answer, type=list[tuple[str, int]]):
                    if tag == self._sweep:
                        self._holders[number] = worker

    def _give_up(self) -> None:
        """Wait no longer for what is with workers that have left: bound to them, it would never be done."""
        for each in self._under_way.values():
            if each.worker not in self._roster.present:
                each.future.cancel()

    def _message(self, heard: "_Ended | Told") -> Message | None:
        """What to tell of ``heard``; None if it is of a task that is over."""
        each = self._under_way.get(heard.task)
        if each is None:
            return None
        if isinstance(heard, _Ended):
            del self._under_way[heard.task]
            return self._done(each, heard.outcome)
        each.begun = True
        told = replace(heard.message, number=each.job.number)
        return replace(told, share=min(max(told.share, 0.0), 1.0)) if isinstance(told, TrialProgress) else told

    def _done(self, each: _UnderWay, outcome: Outcome) -> TrialDone:
        number = each.job.number
        if isinstance(outcome, bytes):
            return taken_in(number, outcome, Store())
        if self._stopping and not each.begun:
            return TrialDone(number, "stopped")
        if isinstance(outcome, CancelledError | AsyncCancelledError | KilledWorker):
            if self._connection.lost:
                raise self._lost()
            return TrialDone(number, "failed", f"the worker {one_line(each.worker, 100)} has gone", may_differ=True)
        return TrialDone(number, "failed", one_line(explain(_exception(outcome)), 1_000), may_differ=True)

    # In other threads

    def _wait(self, task: str, future: "Future[bytes]") -> None:
        outcome: Any
        try:
            outcome = future.result()
        except (Exception, AsyncCancelledError) as error:  # noqa: BLE001  # told as the end of the trial
            outcome = error
        self._heard.put(_Ended(task, outcome if isinstance(outcome, bytes | BaseException) else b""))

    def _progressed(self, event: tuple[float, Any]) -> None:
        """Called by Dask with what a worker tells."""
        with suppress(msgspec.ValidationError):
            self._heard.put(msgspec.convert(event[1], Told))

    def _attend(self) -> None:
        """Until it is closed, see who is there, and tell workers which trials are still wanted."""
        while not self._closed.wait(LOOK):
            self._attend_to(self._roster.look)
            self._attend_to(self._tell_wanted)

    def _attend_to(self, matter: Callable[[], None]) -> None:
        with suppress(Exception):  # a worker may leave meanwhile; that the scheduler has gone is told elsewhere
            matter()

    def _tell_wanted(self) -> None:
        """Cancelling a task does not end what runs already: its worker has to be told."""
        under_way, untold = dict(self._under_way), set(self._untold)
        everyone = self._stopping or monotonic() >= self._tell_all_at
        if everyone:
            untold |= {each.worker for each in under_way.values()}
        workers = sorted(untold & self._roster.present)
        if workers:
            wanted = [task for task, each in under_way.items() if each.wanted and each.worker in untold]
            self._untold -= untold
            try:
                self._client.run(
                    cluster_worker.want, self._sweep, wanted, stop=self._stopping, workers=workers, on_error="ignore"
                )
            except Exception:
                self._untold |= untold  # at the next look
                raise
        if everyone:
            self._tell_all_at = monotonic() + TELL


def taken_in(number: int, raw: bytes, store: Store) -> TrialDone:
    """How trial ``number`` ended, from the `Returned` in ``raw``, once its run is in ``store``."""
    try:
        returned = msgspec.msgpack.decode(raw, type=Returned)
        done = replace(returned.done, number=number, run=None, message=one_line(returned.done.message, 1_000))
        if returned.done.run is None:
            return done
        return replace(done, run=store.take_in(returned.done.run, returned.content))
    except (msgspec.MsgspecError, RunError) as error:
        why = one_line(str(error), 1_000)
        return TrialDone(number, "failed", f"what came back is refused: {why}", may_differ=True)
    except OSError as error:
        return replace(done, message=f"its run is not saved: {error.strerror or error}")


def _exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(str(error))
