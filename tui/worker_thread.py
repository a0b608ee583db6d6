"""Runs long work in a thread while the main thread handles signals."""

from collections.abc import Callable
from ctypes import c_ulong, py_object, pythonapi
from threading import Event, Thread
from typing import TypeVar

__all__ = ["in_worker"]

T = TypeVar("T")

PATIENCE = 0.2
"""Seconds after which waiting is interrupted for a signal, on systems where a signal does not interrupt it."""
GRACE = 2.0
"""Seconds that interrupted work has to clean up."""


def in_worker(work: Callable[[], T]) -> T:
    """Do ``work`` in a thread and wait for it.

    Signal handlers run in the main thread, and only between two bytecodes: while TensorFlow computes there, none would
    run. After a KeyboardInterrupt the work is interrupted too, and waited for briefly.
    Raises what ``work`` raises.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    done = Event()  # an interrupted join considers the thread ended

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  # raised in the thread that waits
            errors.append(error)
        finally:
            done.set()

    thread = Thread(target=run, name="work", daemon=True)
    try:
        thread.start()
        while not done.wait(PATIENCE):
            pass
    except KeyboardInterrupt:
        pythonapi.PyThreadState_SetAsyncExc(c_ulong(thread.ident or 0), py_object(KeyboardInterrupt))
        done.wait(GRACE)
        raise
    if errors:
        raise errors[0]
    return results[0]
