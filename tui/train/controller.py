"""Runs one training session at a time in a thread and queues its events for the UI thread.

The state is tracked here: a worker that Textual calls cancelled still runs, so only the thread itself sets it to idle.
The thread puts events into a queue and never waits for the screen.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from core.events import Ended, Event, State, StateChanged
from core.keras_runtime.failures import explain
from tui.training_session import MakeSession, TrainedNetwork, TrainingSession

if TYPE_CHECKING:
    from core.training.inspector import Inspector

__all__ = ["Controller"]


class Controller:
    """Starts, commands and follows a training session.

    ``in_thread`` runs a function in a thread of its own; it is called on the UI's thread, as all methods here are.
    ``load`` is called in that thread and returns once everything that a session needs is loaded, or once the function
    it is given returns True. ``wake`` is called, in any thread, when an event comes while idle: writing a run's files
    after training may fail.
    """

    def __init__(
        self,
        in_thread: Callable[[Callable[[], None]], object],
        load: Callable[[Callable[[], bool]], object],
        wake: Callable[[], object],
    ) -> None:
        self._in_thread = in_thread
        self._load = load
        self._wake = wake
        self._events: deque[Event] = deque()
        self._session: TrainingSession | None = None
        self._lock = Lock()
        self._single = False
        self.stopped = False
        """Whether the run was asked to stop."""
        self.state: State = "idle"
        self.run: TrainedNetwork | None = None

    @property
    def busy(self) -> bool:
        """Whether the training thread is running."""
        return self.state != "idle"

    @property
    def extendable(self) -> bool:
        """Whether there is a session that can train more epochs."""
        return self._session is not None

    def start(self, run: TrainedNetwork, make: MakeSession, *, single: bool = False) -> None:
        """Train with the session that ``make`` makes; ``single``: pause after the first batch. Only while idle."""
        self._session = None
        self._single = single
        self._launch(run, lambda: self._run_new(make))

    def extend(self, epochs: int) -> None:
        """Train ``epochs`` more, on top of those asked for, starting the session again if it had ended."""
        session = self._session
        if session is None or self.run is None:
            return
        session.extend(epochs)
        if not self.busy:
            self._launch(self.run, session.run)

    def pause(self) -> None:
        """Pause at the next stretch of steps."""
        self._command(lambda session: session.pause())

    def resume(self) -> None:
        """Resume after a pause."""
        self._command(lambda session: session.resume())

    def step(self) -> None:
        """Train one batch, then pause."""
        self._command(lambda session: session.step())

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate by ``factor`` from the next stretch of steps on."""
        self._command(lambda session: session.scale_learning_rate(factor))

    def stop(self, *, evaluate: bool = True) -> None:
        """Stop, even before the session exists; without ``evaluate``, skip the test set. Does nothing if idle."""
        if not self.busy:
            return
        self.state = "stopping"
        with self._lock:
            self.stopped = True
            session = self._session
        if session is not None:
            session.stop(evaluate=evaluate)

    def inspector(self) -> "Inspector | None":
        """The network's inspector, if there is one; loads libraries, so call it in a thread."""
        session = self._session
        return session.inspector() if session else None

    def drain(self) -> list[Event]:
        """The events since the last call, the state brought up to date with them."""
        events: list[Event] = []
        while self._events:
            event = self._events.popleft()
            if isinstance(event, StateChanged):
                if self.stopped and event.state not in {"idle", "stopping"}:
                    continue
                self.state = event.state
            events.append(event)
        return events

    def _launch(self, run: TrainedNetwork, work: Callable[[], object]) -> None:
        self.run = run
        self.state = "preparing"
        self.stopped = False
        self._in_thread(lambda: self._thread(work))

    def _command(self, command: Callable[[TrainingSession], None]) -> None:
        if self._session is not None:
            command(self._session)

    def _thread(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # no error in training must end the app
            self._session = None
            self._events.append(Ended("failed", 0, 0.0, 0.0, None, None, explain(error)))
        finally:
            self._events.append(StateChanged("idle"))

    def _run_new(self, make: MakeSession) -> None:
        self._load(lambda: self.stopped)
        session = make(self._listen)
        with self._lock:
            if self.stopped:
                message = "stopped before training began"
                self._events.append(Ended("stopped", 0, 0.0, 0.0, None, None, message))
                return
            self._session = session
        session.run()

    def _listen(self, event: Event) -> None:
        if self._single and isinstance(event, StateChanged) and event.state == "preparing":
            self._single = False  # a session takes commands from here on
            self.step()
        # The session says idle before its thread has returned: idle is reported when it has.
        if not (isinstance(event, StateChanged) and event.state == "idle"):
            self._events.append(event)
            if not self.busy:
                self._wake()
