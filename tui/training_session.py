"""What the app and the command line need of a training session, and the network that it trains."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.events import Ended, Event
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.presets import Preset

if TYPE_CHECKING:
    from core.training.inspector import Inspector

__all__ = ["MakeSession", "TrainedNetwork", "TrainingSession"]


class TrainingSession(Protocol):
    """The commands of a `core.training.session.Session`."""

    def run(self) -> Ended: ...

    def extend(self, epochs: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def step(self) -> None: ...

    def stop(self, *, evaluate: bool = True) -> None: ...

    def scale_learning_rate(self, factor: float) -> None: ...

    def inspector(self) -> "Inspector | None": ...


MakeSession = Callable[[Callable[[Event], None]], TrainingSession]
"""Makes a session for a listener, without loading anything yet: `run` does. Called in the training thread."""


@dataclass(frozen=True)
class TrainedNetwork:
    """What is being trained, or was last: unchanged while the document is edited."""

    name: str
    architecture: Architecture
    plan: Plan
    saved_as: str = ""
    """For a saved run: its key, and which of its weights."""
    ended: bool = True
    """Whether the weights are those that the training came to, not the best on its way."""
    document: int | None = None
    """The `document_id` that it was trained from; None for a saved run."""
    lesson: str = ""
    """As in `core.presets.Preset`."""

    @property
    def title(self) -> str:
        """What it is called, as `core.presets.Preset.title`."""
        return Preset(self.name, self.architecture).title
