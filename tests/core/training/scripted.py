"""A listener that remembers what it was told and acts when something arrives, as a person would."""

from collections.abc import Callable
from typing import Any

from core.events import Ended, EpochEnded, Event, LearningRateChanged, Preparing, Progress, Started, StateChanged
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.plan import Plan
from core.training.session import Session

SMALL = Architecture((28, 28, 1), (Flatten(), Dense(10, "softmax")))
QUICK = Plan(validation=0.9, batch_size=64, epochs=1)
"""6,000 examples to train on: 93 full batches and one of 48."""

When = Callable[[Event], bool]
Do = Callable[[Session], None]


class Script:
    """Runs sessions and acts on their events: each pair of when and do acts once, in its order."""

    def __init__(self, architecture: Architecture = SMALL, plan: Plan = QUICK, *acts: tuple[When, Do]) -> None:
        self.events: list[Event] = []
        self.watch: Callable[[Event], None] = lambda _: None
        self._acts = list(acts)
        self.session = Session(architecture, plan, self._hear)

    def run(self, *acts: tuple[When, Do]) -> Ended:
        self._acts += acts
        ended = self.session.run()
        assert not self._acts, "everything that was planned has been done"
        return ended

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def weights(self) -> list[Any]:
        return [
            variable.numpy() for variable in (*self.session.model.variables, *self.session.model.optimizer.variables)
        ]

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.watch(event)
        if self._acts and self._acts[0][0](event):
            self._acts.pop(0)[1](self.session)


def state(name: str) -> When:
    return lambda event: event == StateChanged(name)  # type: ignore[arg-type]  # a state's name


def progress(step: int = 0) -> When:
    return lambda event: isinstance(event, Progress) and event.step >= step


def epoch(number: int) -> When:
    return lambda event: isinstance(event, EpochEnded) and event.epoch == number


def preparing(event: Event) -> bool:
    return isinstance(event, Preparing)


def started(event: Event) -> bool:
    return isinstance(event, Started)


def rate_changed(event: Event) -> bool:
    return isinstance(event, LearningRateChanged)
