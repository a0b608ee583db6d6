"""One training, from the plan to the test accuracy. Runs in whatever thread calls `Session.run`."""

from collections.abc import Callable

from core.architecture import Architecture
from core.plan import Plan
from core.training.events import Ended, Event, State

__all__ = ["Session"]


class Session:
    """Trains an architecture by a plan, tells `Event`s to a listener, takes commands from any thread."""

    def __init__(self, architecture: Architecture, plan: Plan, listen: Callable[[Event], None]) -> None:
        raise NotImplementedError

    @property
    def state(self) -> State:
        raise NotImplementedError

    def run(self) -> Ended:
        """Train to the plan's last epoch, or go on to it after `extend`; blocks until idle."""
        raise NotImplementedError

    def extend(self, epochs: int) -> None:
        """Ask for ``epochs`` more, while it runs or (then `run` again) after it ended."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def step(self) -> None:
        """Train one batch, then pause."""

    def stop(self) -> None: ...

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate, live; it stays multiplied whatever the schedule says."""
