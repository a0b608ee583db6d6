"""The trials of a sweep that are still to be trained, in their order."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from statistics import mean
from typing import Protocol

from core.sweeps.record import TrialRecord
from core.sweeps.sweep import Setting, Sweep, Trial
from core.sweeps.tried import Tried

__all__ = ["TrialQueue", "trial_queue"]


class TrialQueue(Protocol):
    """What is to be trained next."""

    @property
    def left(self) -> bool:
        """Whether there are trials that have not begun."""

    def next(self) -> Trial | None:
        """The next trial; None if there is none."""

    def put_back(self, trial: Trial) -> None:
        """Have ``trial`` trained next, once more."""

    def ended(self, record: TrialRecord) -> None:
        """Take note of how a trial ended."""


def trial_queue(sweep: Sweep, records: Mapping[int, TrialRecord]) -> TrialQueue:
    """The trials of ``sweep`` that are not settled by ``records``, by their numbers. Raises `FieldError`."""
    settled = {number: record for number, record in records.items() if record.settled and number < sweep.count}
    return SuggestedTrials(sweep, settled.values()) if sweep.choose == "tpe" else ListedTrials(sweep, settled)


class ListedTrials:
    """Trials that are known from the start: all settings with the first seed, then with the second."""

    def __init__(self, sweep: Sweep, settled: Mapping[int, TrialRecord]) -> None:
        self._pending = deque(trial for trial in sweep.trials() if trial.number not in settled)

    @property
    def left(self) -> bool:
        return bool(self._pending)

    def next(self) -> Trial | None:
        return self._pending.popleft() if self._pending else None

    def put_back(self, trial: Trial) -> None:
        self._pending.appendleft(trial)

    def ended(self, record: TrialRecord) -> None:
        """They are trained whatever becomes of the others."""


class SuggestedTrials:
    """Trials of settings that are chosen by what became of those before; each with all its seeds at once."""

    def __init__(self, sweep: Sweep, settled: Iterable[TrialRecord]) -> None:
        self._sweep = sweep
        self._pending: deque[Trial] = deque()
        self._settings: dict[int, Setting] = {}
        self._records: dict[int, dict[int, TrialRecord]] = {}
        self._exhausted = False
        for record in settled:
            if sweep.where(record.values) is not None:  # a file that anyone could edit says so
                self.ended(record)
        for index in sorted(self._settings):
            self._pending.extend(self._trials(index))

    @property
    def left(self) -> bool:
        more = len(self._settings) < self._sweep.setting_count and not self._exhausted
        return bool(self._pending) or more

    def next(self) -> Trial | None:
        if not self._pending and self.left:
            self._choose()
        return self._pending.popleft() if self._pending else None

    def put_back(self, trial: Trial) -> None:
        self._pending.appendleft(trial)

    def ended(self, record: TrialRecord) -> None:
        index = self._sweep.index(record.number)
        self._settings.setdefault(index, record.values)
        self._records.setdefault(index, {})[record.number] = record

    def _choose(self) -> None:
        """Choose another setting, if there is one."""
        from core.sweeps.tpe import suggest  # noqa: PLC0415  # loads Optuna

        tried = {
            places: self._tried(index)
            for index, setting in self._settings.items()
            if (places := self._sweep.where(setting)) is not None
        }
        places = suggest(self._sweep, tried)
        if places is None:
            self._exhausted = True
            return
        index = next(index for index in range(self._sweep.setting_count) if index not in self._settings)
        self._settings[index] = self._sweep.setting(places)
        self._pending.extend(self._trials(index))

    def _trials(self, index: int) -> Iterator[Trial]:
        """The trials of a setting that have not ended."""
        for repeat in range(self._sweep.repeats):
            trial = self._sweep.trial(index, self._settings[index], repeat)
            if trial.number not in self._records.get(index, {}):
                yield trial

    def _tried(self, index: int) -> Tried:
        """What is known of a setting."""
        records = self._records.get(index, {})
        pruned = next((each for each in records.values() if each.state == "pruned" and each.by_epoch), None)
        if pruned is not None:
            return Tried(pruned.by_epoch[-1], len(pruned.by_epoch))
        if len(records) < self._sweep.repeats:
            return Tried(under_way=True)
        values = [each.value(self._sweep.metric) for each in records.values() if each.state == "finished"]
        known = [value for value in values if value is not None and isfinite(value)]
        return Tried(mean(known) if known else None)
