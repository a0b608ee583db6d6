"""Ctrl+C, SIGTERM and SIGHUP while a command is at work: a line at once, an orderly end, never a traceback.

This is imported before anything else and imports as little as can be: a signal that comes earlier is Python's own.
"""

import os
import signal
import sys

TYPE_CHECKING = False  # mypy takes it for that of typing, which takes too long to import here
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
    """What has come so far, and the descriptor on which a person is told."""

    number = 0
    descriptor = 2


def ending_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask a process to end. SIGHUP is none where it is ignored, as ``nohup`` has it."""
    hangup: signal.Signals | None = getattr(signal, "SIGHUP", None)  # not on Windows
    heard = hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *((hangup,) if hangup is not None and heard else ()))


def handle_signals() -> None:
    """From now on the first signal is told in a line and raises KeyboardInterrupt; the second ends the process."""
    sys.unraisablehook = _unraisable
    for number in ending_signals():
        if signal.getsignal(number) is not signal.SIG_IGN:  # a script's job in the background ignores Ctrl+C
            signal.signal(number, _receive)


def note(number: int) -> None:
    """Another handler has answered signal ``number``: the next one that comes here is not the first."""
    _Received.number = _Received.number or number


def received() -> bool:
    """Whether a signal has asked for an end."""
    return bool(_Received.number)


def exit_code() -> int:
    """What a process exits with that a signal has ended, as shells have it: 128 and the signal's number."""
    return 128 + _Received.number if _Received.number else INTERRUPTED


def say_on(descriptor: int) -> int:
    """Tell people on ``descriptor`` from now on, as standard error goes elsewhere; the one so far."""
    before, _Received.descriptor = _Received.descriptor, descriptor
    return before


def leave(code: int) -> "NoReturn":
    """End at once, whatever is under way; a cursor that was hidden is shown again."""
    try:
        terminal = os.open(os.ttyname(_Received.descriptor), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        os.write(terminal, b"\x1b[?25h")
    except (OSError, AttributeError):  # not a terminal, or on Windows
        pass
    os._exit(code)


def end_quietly(code: int) -> None:
    """The work is done: a signal that comes now only ends the process, with ``code``."""
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
    """Write past Python's streams, in the midst of whose work a signal may come."""
    descriptor = _Received.descriptor
    try:
        clear = "\r\x1b[K" if os.isatty(descriptor) and os.environ.get("TERM") != "dumb" else ""
        os.write(descriptor, f"{clear}layerlab: {text}\n".encode())
    except OSError:  # nobody reads it
        pass


def _unraisable(unraisable: "UnraisableHookArgs") -> None:
    """An interrupt that came where Python cannot raise it, in a finalizer, is an interrupt nonetheless."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        leave(exit_code())
    sys.__unraisablehook__(unraisable)
