"""Ctrl+C, SIGTERM and SIGHUP while a command runs: an immediate message, a clean end, never a traceback.

This module is imported first and imports as little as possible: earlier signals are handled by Python.
"""

import os
import signal
import sys

TYPE_CHECKING = False  # mypy treats it as typing's, which is too slow to import here
if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from typing import NoReturn

__all__ = [
    "INTERRUPTED",
    "STOPPING",
    "end_quietly",
    "ending_signals",
    "exit_code",
    "handle_signals",
    "leave",
    "note",
    "received",
    "say_on",
]

INTERRUPTED = 130
STOPPING = "stopping; ctrl+c again ends at once"


class _Received:
    """The signal received, and the descriptor that messages go to."""

    number = 0
    descriptor = 2


def ending_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask a process to end. SIGHUP is not one of them if it is ignored, as under ``nohup``."""
    hangup: signal.Signals | None = getattr(signal, "SIGHUP", None)  # not on Windows
    handled = hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *((hangup,) if hangup is not None and handled else ()))


def handle_signals() -> None:
    """From now on, the first signal prints a line and raises KeyboardInterrupt; the second ends the process."""
    sys.unraisablehook = _unraisable
    for number in ending_signals():
        if signal.getsignal(number) is not signal.SIG_IGN:  # a script's job in the background ignores Ctrl+C
            signal.signal(number, _receive)


def note(number: int) -> None:
    """Record that another handler has handled signal ``number``: the next one here is not the first."""
    _Received.number = _Received.number or number


def received() -> bool:
    """Whether a signal has been received."""
    return bool(_Received.number)


def exit_code() -> int:
    """The exit code after a signal, as in shells: 128 plus the signal's number."""
    return 128 + _Received.number if _Received.number else INTERRUPTED


def say_on(descriptor: int) -> int:
    """Print messages to ``descriptor`` from now on, as standard error is redirected; return the previous one."""
    before, _Received.descriptor = _Received.descriptor, descriptor
    return before


def leave(code: int) -> "NoReturn":
    """End the process at once; show the cursor again if it was hidden."""
    try:
        terminal = os.open(os.ttyname(_Received.descriptor), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        os.write(terminal, b"\x1b[?25h")
    except (OSError, AttributeError):  # not a terminal, or on Windows
        pass
    os._exit(code)


def end_quietly(code: int) -> None:
    """The work is done: from now on, a signal only ends the process, with ``code``."""
    for number in ending_signals():
        if signal.getsignal(number) is _receive:
            signal.signal(number, lambda *_: os._exit(code))


def _receive(number: int, _: object) -> None:
    if _Received.number:
        leave(128 + number)
    _Received.number = number
    _say(STOPPING if number == signal.SIGINT else "stopping")
    raise KeyboardInterrupt


def _say(text: str) -> None:
    """Bypass Python's streams, which the signal may have interrupted."""
    descriptor = _Received.descriptor
    try:
        clear = "\r\x1b[K" if os.isatty(descriptor) and os.environ.get("TERM") != "dumb" else ""
        os.write(descriptor, f"{clear}layerlab: {text}\n".encode())
    except OSError:  # nobody reads it
        pass


def _unraisable(unraisable: "UnraisableHookArgs") -> None:
    """Handle an interrupt that Python cannot raise, as in a finalizer, all the same."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        leave(exit_code())
    sys.__unraisablehook__(unraisable)
