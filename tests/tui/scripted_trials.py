"""Trials of a sweep that train nothing: each ends as soon as it may, with an accuracy out of a formula."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event
from time import sleep

from core import presets
from core.presets import Preset
from core.runs.record import Metrics
from core.sweeps.messages import Job, Message, TrialBegan, TrialDone, TrialEpoch, TrialProgress
from core.sweeps.record import SweepFolder
from core.sweeps.runner import Control, SweepEnded, SweepEvent, run_sweep
from core.sweeps.sweep import Sweep

__all__ = ["ScriptedTrials", "by_rate"]


def by_rate(preset: Preset) -> float:
    """An accuracy that is higher with a higher learning rate, and by chance with the seed."""
    return 0.9 + min(0.05, preset.plan.optimizer.learning_rate / 10) + preset.plan.seed % 10 / 1000


class ScriptedTrials:
    """An executor; while ``may_end`` is not set, its trials are under way."""

    def __init__(
        self, accuracy: Callable[[Preset], float] = by_rate, kept: Callable[[Job, Preset], str | None] | None = None
    ) -> None:
        """``kept`` saves the run of a job and gives its id."""
        self.may_end = Event()
        self.may_end.set()
        self.most = 10**6
        """How many trials may end."""
        self.jobs: list[Job] = []
        self.size = 2
        self._accuracy = accuracy
        self._kept = kept or (lambda _job, _preset: None)
        self._under_way: deque[Job] = deque()
        self._begun: deque[Message] = deque()
        self._stopped = False

    def run(
        self,
        sweep: Sweep,
        folder: SweepFolder,
        on_event: Callable[[SweepEvent], None],
        control: Control,
        jobs: int,
    ) -> SweepEnded:
        """Train ``sweep`` as `core.sweeps.start.run_here` does."""
        self.size, self._stopped = jobs, False
        return run_sweep(sweep, folder, self, on_event, control, jobs)

    @property
    def free(self) -> int:
        return self.size - len(self._under_way)

    def submit(self, job: Job) -> None:
        self.jobs.append(job)
        self._under_way.append(job)
        self._begun += [
            TrialBegan(job.number),
            TrialProgress(job.number, 0.5, None),
            TrialEpoch(job.number, 1, 0.8125, 0.5),
        ]

    def messages(self, timeout: float) -> Sequence[Message]:
        found, self._begun = list(self._begun), deque()
        if not found and self._under_way and (self._stopped or self.may_end.wait(timeout / 20)):
            if self._stopped or self.most > 0:
                self.most -= 1
                found.append(self._end(self._under_way.popleft()))
            else:
                sleep(timeout / 20)
        return found

    def cancel(self, number: int) -> None:
        raise AssertionError("nothing is ended early here")

    def stop(self) -> None:
        self._stopped = True

    def close(self) -> None:
        self._under_way.clear()

    def _end(self, job: Job) -> TrialDone:
        if self._stopped:
            return TrialDone(job.number, "stopped")
        preset = presets.loads(job.preset, job.name)
        accuracy = self._accuracy(preset)
        run = self._kept(job, preset)
        if accuracy != accuracy:  # noqa: PLR0124  # NaN is not equal to itself
            return TrialDone(job.number, "failed", "the loss is NaN", run)
        metrics = Metrics(last_val_accuracy=accuracy, test_accuracy=accuracy)
        return TrialDone(job.number, "finished", run=run, metrics=metrics, seconds=1.0)
