"""A training session as the app and the command line see it, and the network that it trains."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.events import Ended, Event
from core.network.architecture import Architecture
from core.plan.plan import Plan

if TYPE_CHECKING:
    from core.training.inspector import Inspector

__all__ = ["MakeSession", "TrainedNetwork", "TrainingSession"]


class TrainingSession(Protocol):
    """What the controller needs of a `core.training.session.Session`."""

    def run(self) -> Ended: ...

    def extend(self, epochs: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def step(self) -> None: ...

    def stop(self, *, evaluate: bool = True) -> None: ...

    def scale_learning_rate(self, factor: float) -> None: ...

    def inspector(self) -> "Inspector | None": ...


MakeSession = Callable[[Callable[[Event], None]], TrainingSession]
"""Makes a session for a listener. It loads nothing yet: that is left to its run. Called in the training thread."""


@dataclass(frozen=True)
class TrainedNetwork:
    """What is, or was last, trained: it stays as it was while the document goes on changing."""

    name: str
    architecture: Architecture
    plan: Plan
    kept: str = ""
    """Of a run that was kept: its key, and which of its weights are meant."""
    document: int | None = None
    """The document that it was trained from, as the app counts them; None of a run that was kept."""
