"""Trains the trials of a sweep with an executor, and keeps what came of them. Blocks; loads no TensorFlow itself."""

import time
from collections.abc import Callable, Mapping
from secrets import choice
from threading import Event as Flag
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from core import presets
from core.network.summary import summarize
from core.readiness import blockers
from core.runs.groups import SWEEP_TAG
from core.runs.store import KEY_LENGTH, LETTERS, slug
from core.sweeps.messages import Job, TrialBegan, TrialDone, TrialEpoch, TrialProgress
from core.sweeps.process_pool import Executor
from core.sweeps.record import SweepFolder, TrialRecord
from core.sweeps.sweep import Setting, Sweep, Trial
from core.sweeps.trial_queue import TrialQueue, trial_queue

if TYPE_CHECKING:
    from core.sweeps.pruning import Pruning

__all__ = [
    "Control",
    "SweepEnded",
    "SweepEvent",
    "SweepStarted",
    "SweepStopping",
    "TrialEnded",
    "TrialSubmitted",
    "new_id",
    "run_sweep",
]

LOOK = 0.2
"""Seconds after which a command is noticed at the latest."""
MOST_TRIES = 2
"""How often a trial is trained if its process dies."""
OTHER_SEED = "not trained: its setting did worse than others"


class SweepStarted(Struct, frozen=True):
    """A sweep begins, or goes on."""

    key: str
    trials: int
    done: int
    """Trials that had ended before."""
    jobs: int


class TrialSubmitted(Struct, frozen=True):
    """A trial is handed out."""

    number: int
    values: Setting


class TrialEnded(Struct, frozen=True):
    """A trial has ended."""

    record: TrialRecord


class SweepStopping(Struct, frozen=True):
    """A sweep stops: the trials under way are being ended."""


class SweepEnded(Struct, frozen=True):
    """A sweep is over."""

    reason: Literal["finished", "stopped"]
    seconds: float
    message: str = ""
    """That something could not be kept; or empty."""


SweepEvent = (
    SweepStarted | SweepStopping | TrialSubmitted | TrialBegan | TrialProgress | TrialEpoch | TrialEnded | SweepEnded
)


class Control:
    """Commands to a sweep, from any thread."""

    def __init__(self) -> None:
        self._stopped = Flag()
        self._paused = Flag()

    @property
    def stopped(self) -> bool:
        """Whether no trial is to begin any more, and those that train are to stop."""
        return self._stopped.is_set()

    @property
    def paused(self) -> bool:
        """Whether no trial is to begin for now."""
        return self._paused.is_set()

    def stop(self) -> None:
        """Stop; the trials under way are trained again when the sweep is resumed."""
        self._stopped.set()

    def pause(self) -> None:
        """Begin no more trials."""
        self._paused.set()

    def resume(self) -> None:
        """Go on after a pause."""
        self._paused.clear()


def new_id(sweep: Sweep) -> str:
    """The name of a folder for a sweep that begins now: time, name and a key to type."""
    key = "".join(choice(LETTERS) for _ in range(KEY_LENGTH))
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{slug(sweep.name)}-{key}"


def run_sweep(
    sweep: Sweep,
    folder: SweepFolder,
    executor: Executor,
    on_event: Callable[[SweepEvent], None],
    control: Control,
    jobs: int,
) -> SweepEnded:
    """Train all trials of ``sweep`` that are not settled by what is in ``folder``; what they came to is kept there.

    ``on_event`` is called on this thread. The executor is closed at the end.
    """
    begun = time.monotonic()
    stopping = False
    try:
        records = folder.records()
        running = _Running(sweep, folder, executor, on_event, records)
        settled = sum(record.settled and record.number < sweep.count for record in records.values())
        on_event(SweepStarted(folder.key, sweep.count, settled, jobs))
        while running.under_way or (running.queue.left and not control.stopped):
            if control.stopped and not stopping:
                stopping = True
                on_event(SweepStopping())
                executor.stop()
            if not (control.stopped or control.paused):
                running.submit()
            running.receive()
    finally:
        executor.close()
    reason: Literal["finished", "stopped"] = "stopped" if running.queue.left or running.cut_off else "finished"
    ended = SweepEnded(reason, time.monotonic() - begun, running.problem)
    on_event(ended)
    return ended


class _Running:
    """The trials that are still to be trained, and those under way."""

    def __init__(
        self,
        sweep: Sweep,
        folder: SweepFolder,
        executor: Executor,
        on_event: Callable[[SweepEvent], None],
        records: Mapping[int, TrialRecord],
    ) -> None:
        self._sweep = sweep
        self._folder = folder
        self._executor = executor
        self._on_event = on_event
        self._tries: dict[int, int] = {}
        self._given_up = {sweep.index(record.number) for record in records.values() if record.state == "pruned"}
        """The settings of which a trial was ended early: their other trials are not trained."""
        self._hopeless: set[int] = set()
        """The trials that are being ended early."""
        self._pruning = None if sweep.pruner == "none" else _pruning(sweep, records)
        self.queue: TrialQueue = trial_queue(sweep, records)
        self.under_way: dict[int, Trial] = {}
        self.cut_off = False
        """Whether a trial was stopped before its end."""
        self.problem = ""
        """Why something could not be kept."""

    def submit(self) -> None:
        """Hand out trials as long as there is room; those that cannot be trained have failed."""
        while self._executor.free and (trial := self.queue.next()):
            if trial.setting in self._given_up:
                self._end(trial, TrialDone(trial.number, "pruned", OTHER_SEED))
                continue
            architecture, plan = trial.preset.architecture, trial.preset.plan
            if blocking := blockers(architecture, plan, summarize(architecture)):
                self._end(trial, TrialDone(trial.number, "failed", blocking[0].message))
                continue
            self.under_way[trial.number] = trial
            self._tries[trial.number] = self._tries.get(trial.number, 0) + 1
            name = f"{self._sweep.name}: {trial.label}"
            tag = f"{SWEEP_TAG}{self._folder.key}"
            self._on_event(TrialSubmitted(trial.number, trial.values))
            self._executor.submit(Job(trial.number, presets.dumps(trial.preset), name, tag))

    def receive(self) -> None:
        """Handle what has come from the executor."""
        for message in self._executor.messages(LOOK):
            if isinstance(message, TrialDone):
                trial = self.under_way.pop(message.number)
                if message.may_differ and self._tries[trial.number] < MOST_TRIES:
                    self._forget(trial, message)
                    self.queue.put_back(trial)
                else:
                    self._end(trial, message)
            else:
                if isinstance(message, TrialEpoch):
                    self._judge(message)
                self._on_event(message)

    def _judge(self, message: TrialEpoch) -> None:
        """End the trials of a setting whose first seed does worse than that of others."""
        trial, pruning = self.under_way.get(message.number), self._pruning
        if pruning is None or trial is None or trial.seed != self._sweep.seed(0) or trial.number in self._hopeless:
            return
        value = message.val_accuracy if self._sweep.higher_is_better else message.val_loss
        if pruning.is_hopeless(trial.number, message.epoch, value) and message.epoch < trial.preset.plan.epochs:
            self._given_up.add(trial.setting)
            for number in [number for number, each in self.under_way.items() if each.setting == trial.setting]:
                self._hopeless.add(number)
                self._executor.cancel(number)

    def _forget(self, trial: Trial, done: TrialDone) -> tuple[float, ...]:
        """What ``trial``, which is ``done``, came to after each epoch, if that is of interest."""
        self._hopeless.discard(trial.number)
        return self._pruning.ended(trial.number, done.state) if self._pruning else ()

    def _end(self, trial: Trial, done: TrialDone) -> None:
        if done.state == "stopped" and trial.number in self._hopeless:
            done = replace(done, state="pruned", message=f"ended early after epoch {done.metrics.epochs}")
        self.cut_off |= done.state == "stopped"
        record = TrialRecord(
            number=trial.number,
            values=trial.values,
            seed=trial.seed,
            state=done.state,
            message=done.message,
            run=done.run,
            metrics=done.metrics,
            seconds=done.seconds,
            may_differ=done.may_differ,
            by_epoch=self._forget(trial, done),
        )
        if record.settled:
            self.queue.ended(record)
        try:
            self._folder.write(record)
        except OSError as error:
            self.problem = f"what came of some trials is not kept: {error.strerror or error}"
        self._on_event(TrialEnded(record))


def _pruning(sweep: Sweep, records: Mapping[int, TrialRecord]) -> "Pruning":
    """What ends trials early, with what is known of those before."""
    from core.sweeps.pruning import Pruning  # noqa: PLC0415  # loads Optuna

    return Pruning(sweep, (record for _, record in sorted(records.items()) if record.settled))
