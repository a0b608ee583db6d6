"""Runs a training session for the command line, in a thread of its own, so that signals are handled at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread, current_thread, main_thread
from typing import Any, Protocol

from core.events import Ended, EpochEnded, Event, StateChanged
from tui.interrupt import INTERRUPTED, ending_signals, leave, note

__all__ = ["RunnableSession", "run_session", "stopped_by_signals"]

LISTEN = 0.2
"""Seconds after which waiting is interrupted for a signal, on systems where a signal does not interrupt it."""


class RunnableSession(Protocol):
    """What running needs of a training session."""

    def run(self) -> Ended:
        """Train until the end; blocks."""

    def stop(self) -> None:
        """Ask it to end soon; does not block."""


class StopRequested:
    """A signal has asked the session to stop."""


Messages = SimpleQueue[Event | StopRequested | BaseException | None]


def run_session(
    make: Callable[[Callable[[Event], None]], RunnableSession],
    report: Callable[[Event], None],
    stopping: Callable[[], None] = lambda: None,
) -> Ended:
    """Run the session that ``make`` makes for a listener, and ``report`` its events in this thread as they come.

    The first Ctrl+C, SIGTERM or SIGHUP stops the session, which may take a moment, and calls ``stopping``; the second
    raises KeyboardInterrupt, with the session still running; the third ends the process. If an event cannot be
    reported (nobody reads any more), the session is stopped and waited for before the error is raised.
    """
    events: Messages = SimpleQueue()
    session = make(events.put)
    thread = Thread(target=_run, args=(session, events), name="training", daemon=True)

    def stop() -> None:
        session.stop()
        events.put(StopRequested())

    with stopped_by_signals(stop) as signals:
        thread.start()
        try:
            ended = _report_all(session, events, report, stopping, signals)
        except Exception:
            session.stop()
            thread.join()
            raise
        thread.join()
    return ended


def _report_all(
    session: RunnableSession,
    events: Messages,
    report: Callable[[Event], None],
    stopping: Callable[[], None],
    signals: list[int],
) -> Ended:
    epochs = 0
    ended = None
    while (event := _next(events)) is not None:
        if isinstance(event, StopRequested):
            stopping()
            continue
        if isinstance(event, BaseException):
            ended = Ended("failed", epochs, 0.0, 0.0, None, None, f"{type(event).__name__}: {event}")
            report(ended)
            continue
        report(event)
        if isinstance(event, EpochEnded):
            epochs = event.epoch
        elif isinstance(event, Ended):
            ended = event
        elif isinstance(event, StateChanged) and signals:
            session.stop()  # again: the signal may have come before the session could be stopped
    if ended is None:
        raise RuntimeError("the session ended without an Ended event")
    return ended


def _run(session: RunnableSession, events: Messages) -> None:
    try:
        session.run()
    except BaseException as error:  # noqa: BLE001  # reported by the main thread
        events.put(error)
    finally:
        events.put(None)


def _next(events: Messages) -> Event | StopRequested | BaseException | None:
    while True:
        try:
            return events.get(timeout=LISTEN)
        except Empty:
            continue


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Call ``stop`` at the first signal that ends a process; the second raises KeyboardInterrupt, the third ends it.

    Gives the signals so far.
    """
    received: list[int] = []
    if current_thread() is not main_thread():  # signals can be handled only there
        yield received
        return

    def handle(number: int, *_: object) -> None:
        received.append(number)
        note(number)
        if len(received) > 2:
            leave(INTERRUPTED)  # the second one is stuck: a pipe that nobody reads is full
        if len(received) > 1:
            raise KeyboardInterrupt
        stop()

    before: dict[signal.Signals, Any] = {number: signal.signal(number, handle) for number in ending_signals()}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
