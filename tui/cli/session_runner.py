"""Running a training session for the command line: in a thread of its own, so that signals are heard at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread, current_thread, main_thread
from typing import Any, Protocol

from core.events import Ended, EpochEnded, Event, StateChanged
from tui.interrupt import INTERRUPTED, ending_signals, leave, note

__all__ = ["Trains", "run_session"]

LISTEN = 0.2
"""Seconds after which waiting is interrupted for a signal, on systems where a signal does not interrupt it."""


class Trains(Protocol):
    """What is needed of a training session."""

    def run(self) -> Ended:
        """Train until the end; blocks."""

    def stop(self) -> None:
        """Ask it to end soon; does not block."""


class StopAsked:
    """A signal has asked the session to stop."""


Heard = SimpleQueue[Event | StopAsked | BaseException | None]


def run_session(
    make: Callable[[Callable[[Event], None]], Trains],
    tell: Callable[[Event], None],
    stopping: Callable[[], None] = lambda: None,
) -> Ended:
    """Run the session that ``make`` makes for a listener, and ``tell`` its events in this thread as they come.

    The first Ctrl+C, SIGTERM or SIGHUP stops the session, which then ends in its own time, and ``stopping`` is called
    to say so; the second raises KeyboardInterrupt, with the session still running; the third ends the process. If an
    event cannot be told (nobody reads any more), the session is stopped and has ended before the error goes on.
    """
    events: Heard = SimpleQueue()
    session = make(events.put)
    thread = Thread(target=_run, args=(session, events), name="training", daemon=True)
    with _stopped_by_signals(session, events) as signals:
        thread.start()
        try:
            ended = _tell_all(session, events, tell, stopping, signals)
        except Exception:
            session.stop()
            thread.join()
            raise
        thread.join()
    return ended


def _tell_all(
    session: Trains, events: Heard, tell: Callable[[Event], None], stopping: Callable[[], None], signals: list[int]
) -> Ended:
    epochs = 0
    ended = None
    while (event := _next(events)) is not None:
        if isinstance(event, StopAsked):
            stopping()
            continue
        if isinstance(event, BaseException):
            ended = Ended("failed", epochs, 0.0, 0.0, None, None, f"{type(event).__name__}: {event}")
            tell(ended)
            continue
        tell(event)
        if isinstance(event, EpochEnded):
            epochs = event.epoch
        elif isinstance(event, Ended):
            ended = event
        elif isinstance(event, StateChanged) and signals:
            session.stop()  # again: the signal may have come before the session was ready to hear of it
    if ended is None:
        raise RuntimeError("the session is over and has not said so")
    return ended


def _run(session: Trains, events: Heard) -> None:
    try:
        session.run()
    except BaseException as error:  # noqa: BLE001  # told by the main thread
        events.put(error)
    finally:
        events.put(None)


def _next(events: Heard) -> Event | StopAsked | BaseException | None:
    while True:
        try:
            return events.get(timeout=LISTEN)
        except Empty:
            continue


@contextmanager
def _stopped_by_signals(session: Trains, events: Heard) -> Iterator[list[int]]:
    heard: list[int] = []
    if current_thread() is not main_thread():  # signals can be handled only there
        yield heard
        return

    def handle(number: int, *_: object) -> None:
        heard.append(number)
        note(number)
        if len(heard) > 2:
            leave(INTERRUPTED)  # what the second led to has not come to its end: a pipe that nobody reads is full
        if len(heard) > 1:
            raise KeyboardInterrupt
        session.stop()
        events.put(StopAsked())

    before: dict[signal.Signals, Any] = {number: signal.signal(number, handle) for number in ending_signals()}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
