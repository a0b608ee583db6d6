"""How far a sweep has come, as its events tell it."""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from core.sweeps.messages import TrialBegan, TrialEpoch, TrialProgress
from core.sweeps.runner import SweepEnded, SweepEvent, SweepStarted, SweepStopping, TrialEnded, TrialSubmitted
from core.sweeps.sweep import Setting

__all__ = ["MOST_EPOCHS", "SweepProgress"]

MOST_EPOCHS = 512
"""Epochs of a trial that are remembered while it is under way, more than a curve can show."""


class SweepProgress(Struct, frozen=True):
    """The state of a sweep; `after` each event there is a new one."""

    key: str = ""
    """Of its folder; empty before it has started."""
    trials: int = 0
    jobs: int = 1
    done: int = 0
    """Trials that have ended, now or before."""
    failed: int = 0
    """Of those that ended now."""
    pruned: int = 0
    """Of those that ended now, the ones that were ended early."""
    shares: dict[int, float] = {}
    """For each trial under way, by number, the share of its steps that are done, from 0 to 1."""
    epochs: dict[int, tuple[TrialEpoch, ...]] = {}
    """The epochs of each trial under way, by number: all, or of very many every second, every fourth, and so on."""
    settings: dict[int, Setting] = {}
    """What the trials under way train, by number."""
    finished: int = 0
    """Trials that were trained to their end now."""
    seconds: float = 0.0
    """What training those took in all."""
    stopping: bool = False
    ended: SweepEnded | None = None

    @property
    def share(self) -> float:
        """The share of all trials that is done, from 0 to 1."""
        return (self.done + sum(self.shares.values())) / max(1, self.trials)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end, if all trials take as long as those that finished; None if none has, or it is over."""
        if not self.finished or self.ended:
            return None
        left = self.trials - self.done - sum(self.shares.values())
        return max(0.0, left) * self.seconds / self.finished / max(1, self.jobs)

    def after(self, event: SweepEvent) -> Self:
        """The state once ``event`` has happened."""
        match event:
            case SweepStarted():
                return replace(self, key=event.key, trials=event.trials, done=event.done, jobs=event.jobs)
            case TrialSubmitted():
                return replace(self, settings={**self.settings, event.number: event.values})
            case TrialEpoch():
                so_far = (*_thinned(self.epochs.get(event.number, ())), event)
                return replace(self, epochs={**self.epochs, event.number: so_far})
            case TrialBegan():
                return replace(self, shares={**self.shares, event.number: 0.0})
            case TrialProgress():
                return replace(self, shares={**self.shares, event.number: event.share})
            case TrialEnded(record=record):
                well = record.state == "finished"
                return replace(
                    self,
                    done=self.done + (record.state != "stopped"),
                    failed=self.failed + (record.state == "failed"),
                    pruned=self.pruned + (record.state == "pruned"),
                    shares={number: share for number, share in self.shares.items() if number != record.number},
                    epochs={number: each for number, each in self.epochs.items() if number != record.number},
                    settings={number: each for number, each in self.settings.items() if number != record.number},
                    finished=self.finished + well,
                    seconds=self.seconds + well * record.seconds,
                )
            case SweepStopping():
                return replace(self, stopping=True)
            case SweepEnded():
                return replace(self, ended=event, shares={}, epochs={}, settings={})


def _thinned(epochs: tuple[TrialEpoch, ...]) -> tuple[TrialEpoch, ...]:
    """``epochs`` with room for one more."""
    return epochs if len(epochs) < MOST_EPOCHS else epochs[1::2]
