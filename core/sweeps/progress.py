"""How far a sweep has come, as its events tell it."""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from core.sweeps.messages import TrialBegan, TrialProgress
from core.sweeps.runner import SweepEnded, SweepEvent, SweepStarted, SweepStopping, TrialEnded

__all__ = ["SweepProgress"]


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
    shares: dict[int, float] = {}
    """For each trial under way, by number, the share of its steps that are done, from 0 to 1."""
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
                    shares={number: share for number, share in self.shares.items() if number != record.number},
                    finished=self.finished + well,
                    seconds=self.seconds + well * record.seconds,
                )
            case SweepStopping():
                return replace(self, stopping=True)
            case SweepEnded():
                return replace(self, ended=event, shares={})
