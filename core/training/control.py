"""The commands a session has received, from any thread, and the state it is in."""

import math
from collections.abc import Callable
from functools import partial
from threading import Condition

from core.events import State

__all__ = ["Control"]

UNLIMITED = 2**31 - 1
"""Any number of steps."""


class Control:
    """Takes commands from any thread; the session's thread carries them out between two executions."""

    def __init__(self, epochs: int, on_state: Callable[[State], None], *, factor: float = 1.0, done: int = 0) -> None:
        """``done`` of the ``epochs`` were trained before; ``factor`` is what the learning rate was scaled by."""
        self._changed = Condition()
        self._on_state = on_state
        self._state: State = "idle"
        self._run_pending = True
        self._paused = False
        self._steps = 0
        self._stopped = False
        self._evaluates = True
        self._factor = factor
        self._epochs = epochs
        self._done = done

    @property
    def state(self) -> State:
        """What the session is doing."""
        return self._state

    @property
    def stopped(self) -> bool:
        """Whether a stop was requested."""
        return self._stopped

    @property
    def evaluates(self) -> bool:
        """Whether to evaluate the final weights on the test and the training set."""
        return self._evaluates

    @property
    def factor(self) -> float:
        """What the user has multiplied the learning rate by."""
        return self._factor

    @property
    def epochs(self) -> int:
        """Epochs to train in all."""
        return self._epochs

    # From any thread.

    def pause(self) -> None:
        with self._changed:
            if self._active:
                self._paused, self._steps = True, 0
                self._changed.notify_all()

    def resume(self) -> None:
        with self._changed:
            if self._active:
                self._paused, self._steps = False, 0
                self._changed.notify_all()

    def step(self) -> None:
        with self._changed:
            if self._active:
                self._paused, self._steps = True, self._steps + 1
                self._changed.notify_all()

    def stop(self, *, evaluate: bool) -> None:
        with self._changed:
            if self._run_pending or self._state != "idle":
                self._stopped = True
                self._evaluates = self._evaluates and evaluate
                self._changed.notify_all()

    def extend(self, epochs: int) -> None:
        if epochs < 1:
            raise ValueError(f"expected at least one more epoch, not {epochs}")
        with self._changed:
            if self._state == "idle" and not self._run_pending:
                self._epochs = self._done
                self._run_pending = True
            self._epochs += epochs

    def scale(self, factor: float) -> None:
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"expected a factor above 0, not {factor}")
        with self._changed:
            self._factor = min(max(self._factor * factor, 1e-30), 1e30)
            self._changed.notify_all()

    # From the session's thread.

    def begin(self) -> bool:
        """Go from idle to preparing; False if the session is already running."""
        with self._changed:
            if self._state != "idle":
                return False
            self._state = "preparing"
            self._run_pending = False
        self._on_state("preparing")
        return True

    def steps_allowed(self, on_change: Callable[[], None], *, consume: bool) -> int:
        """How many steps may run now: 0 to stop, 1 for a single batch (used up if ``consume``), or any number.

        Blocks while paused; calls ``on_change`` first, and again after every command that arrives meanwhile.
        """
        while True:
            factor = self._factor
            on_change()
            with self._changed:
                if self._stopped:
                    return 0
                free = not self._paused
                single = self._steps > 0
                if not free and not single and self._state == "paused":
                    self._changed.wait_for(partial(self._has_request, since=factor))
                    continue
                if single and consume:
                    self._steps -= 1
            if not free and not single:
                self.enter("paused")
                continue
            self.enter("running")
            return UNLIMITED if free else 1

    def enter(self, state: State) -> None:
        """Change to ``state`` and report it, unless already there."""
        with self._changed:
            if self._state == state:
                return
            self._state = state
        self._on_state(state)

    def reached(self, epochs: int) -> bool:
        """Record that ``epochs`` are done; whether these are all of them."""
        with self._changed:
            self._done = epochs
            return epochs >= self._epochs

    def end(self) -> None:
        """Return to idle, ready for another run."""
        with self._changed:
            self._paused, self._steps, self._stopped, self._evaluates = False, 0, False, True
            self._state = "idle"
        self._on_state("idle")

    def _has_request(self, since: float) -> bool:
        """Whether a command arrived during the pause; ``since`` is the factor when it began."""
        return self._stopped or not self._paused or self._steps > 0 or self._factor != since

    @property
    def _active(self) -> bool:
        return self._state in ("preparing", "running", "paused")
