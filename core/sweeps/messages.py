"""What is sent to the processes that train, and what they send back."""

from typing import Literal

from msgspec import Struct

from core.runs.record import Metrics

__all__ = ["Job", "Message", "TrialBegan", "TrialDone", "TrialEpoch", "TrialProgress", "TrialState"]

TrialState = Literal["finished", "stopped", "failed", "pruned"]
"""How a trial ended; a pruned one was ended early, as it did worse than others."""


class Job(Struct, frozen=True):
    """A trial to train."""

    number: int
    preset: str
    """As TOML: it is read and checked again where it is trained."""
    name: str
    """The name of its run."""
    tag: str
    """Marks the runs of a sweep."""


class TrialBegan(Struct, frozen=True, tag=True):
    """A process has begun with a trial."""

    number: int


class TrialProgress(Struct, frozen=True, tag=True):
    """How far a trial has come."""

    number: int
    share: float
    """Of its steps, from 0 to 1."""
    seconds_left: float | None


class TrialEpoch(Struct, frozen=True, tag=True):
    """A trial has trained an epoch."""

    number: int
    epoch: int
    """From 1."""
    val_accuracy: float | None
    val_loss: float | None


class TrialDone(Struct, frozen=True):
    """A trial has ended."""

    number: int
    state: TrialState
    message: str = ""
    """Why it failed, or that its run was not saved, in one line; or empty."""
    run: str | None = None
    """The id of its run, if that was saved."""
    metrics: Metrics = Metrics()
    seconds: float = 0.0
    """Of training and validation."""
    may_differ: bool = False
    """Whether it might end differently if it were trained again, as its process did not end by itself."""


Message = TrialBegan | TrialProgress | TrialEpoch | TrialDone
