"""What people ask of a session, from any thread, and the state it is in."""

import math
from collections.abc import Callable
from functools import partial
from threading import Condition

from core.events import State

__all__ = ["Control"]

ANY = 2**31 - 1
"""As many steps as one likes."""


class Control:
    """Wishes on one side, a session's thread that honours them between two executions on the other."""

    def __init__(self, epochs: int, tell: Callable[[State], None], *, factor: float = 1.0, done: int = 0) -> None:
        """``done`` of the ``epochs`` have been trained before, ``factor`` is what the learning rate was scaled by."""
        self._changed = Condition()
        self._tell = tell
        self._state: State = "idle"
        self._awaited = True
        self._paused = False
        self._steps = 0
        self._stopped = False
        self._measure = True
        self._factor = factor
        self._epochs = epochs
        self._done = done

    @property
    def state(self) -> State:
        """What the session is doing."""
        return self._state

    @property
    def stopped(self) -> bool:
        """Whether an end is wished for."""
        return self._stopped

    @property
    def measured(self) -> bool:
        """Whether the final measurements, on the test and on the training set, are wished for."""
        return self._measure

    @property
    def factor(self) -> float:
        """What people have multiplied the learning rate by."""
        return self._factor

    @property
    def epochs(self) -> int:
        """Epochs to be reached."""
        return self._epochs

    # From any thread.

    def pause(self) -> None:
        with self._changed:
            if self._alive:
                self._paused, self._steps = True, 0
                self._changed.notify_all()

    def resume(self) -> None:
        with self._changed:
            if self._alive:
                self._paused, self._steps = False, 0
                self._changed.notify_all()

    def step(self) -> None:
        with self._changed:
            if self._alive:
                self._paused, self._steps = True, self._steps + 1
                self._changed.notify_all()

    def stop(self, *, evaluate: bool) -> None:
        with self._changed:
            if self._awaited or self._state != "idle":
                self._stopped = True
                self._measure = self._measure and evaluate
                self._changed.notify_all()

    def extend(self, epochs: int) -> None:
        if epochs < 1:
            raise ValueError(f"expected at least one epoch more, not {epochs}")
        with self._changed:
            if self._state == "idle" and not self._awaited:
                self._epochs = self._done
                self._awaited = True
            self._epochs += epochs

    def scale(self, factor: float) -> None:
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"expected a factor above 0, not {factor}")
        with self._changed:
            self._factor = min(max(self._factor * factor, 1e-30), 1e30)
            self._changed.notify_all()

    # From the session's thread.

    def begin(self) -> bool:
        """Go from idle to preparing; False if the session is at work already."""
        with self._changed:
            if self._state != "idle":
                return False
            self._state = "preparing"
            self._awaited = False
        self._tell("preparing")
        return True

    def allowed(self, on_change: Callable[[], None], *, take: bool) -> int:
        """How many steps may be taken now: 0 to end, 1 for a single batch (used up if ``take``), or any number.

        Waits while paused; calls ``on_change`` first and whenever something was asked for meanwhile.
        """
        while True:
            seen = self._factor
            on_change()
            with self._changed:
                if self._stopped:
                    return 0
                free = not self._paused
                single = self._steps > 0
                if not free and not single and self._state == "paused":
                    self._changed.wait_for(partial(self._asked, since=seen))
                    continue
                if single and take:
                    self._steps -= 1
            if not free and not single:
                self.enter("paused")
                continue
            self.enter("running")
            return ANY if free else 1

    def enter(self, state: State) -> None:
        """Be in ``state`` and tell it, unless it is so already."""
        with self._changed:
            if self._state == state:
                return
            self._state = state
        self._tell(state)

    def reached(self, epochs: int) -> bool:
        """Note that so many epochs are done; whether they are all that are wished for."""
        with self._changed:
            self._done = epochs
            return epochs >= self._epochs

    def end(self) -> None:
        """Back to idle, ready for another run."""
        with self._changed:
            self._paused, self._steps, self._stopped, self._measure = False, 0, False, True
            self._state = "idle"
        self._tell("idle")

    def _asked(self, since: float) -> bool:
        """Whether there is something to do in a pause; ``since`` is the factor it began with."""
        return self._stopped or not self._paused or self._steps > 0 or self._factor != since

    @property
    def _alive(self) -> bool:
        return self._state in ("preparing", "running", "paused")
