"""The terminal guard: what libraries print goes to a log file, never onto the screen.

TensorFlow's C++ code writes to file descriptor 2 whatever its log level, and Textual draws on ``sys.__stderr__``,
which is the same descriptor. So the screen gets descriptors of its own, and 1 and 2 point at the log meanwhile.
"""

import ctypes
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import NamedTuple, TextIO

from core import storage
from tui import interrupt

__all__ = ["Streams", "guarded", "hush"]

LOG_LIMIT = 1_000_000
"""Size in bytes above which the log is started again."""


class Streams(NamedTuple):
    """The streams while the terminal is guarded: output, errors and log."""

    out: TextIO
    err: TextIO
    log: TextIO


@contextmanager
def guarded() -> Iterator[Streams]:
    """Point file descriptors 1 and 2 at the log; ``sys.stdout`` and ``sys.stderr`` still reach the reader.

    ``sys.__stderr__`` and ``sys.__stdout__``, on which Textual draws and of which it asks the terminal's size,
    become streams on the terminal wherever descriptor 2 or 1 is one. Afterwards everything is restored.
    """
    with ExitStack() as stack:
        for stream in (sys.stdout, sys.stderr):
            hush(stream)
        log = os.fdopen(_open_log(), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
        stack.enter_context(log)
        out, err = (_moved(descriptor, log.fileno(), stack) for descriptor in (1, 2))
        drawing = err if err.isatty() or not out.isatty() else out
        streams = Streams(_instead(sys.stdout, 1, out), _instead(sys.stderr, 2, err), log)
        new = {
            "stdout": streams.out,
            "stderr": streams.err,
            "__stdout__": out if out.isatty() else drawing,
            "__stderr__": drawing,
        }
        old = {name: getattr(sys, name) for name in new}
        stack.callback(_assign, old)
        stack.callback(interrupt.say_on, interrupt.say_on(err.fileno()))
        stack.callback(_flush_native)
        _assign(new)
        yield streams


def hush(stream: TextIO | None) -> None:
    """Flush ``stream``; if nobody reads it any more, let it write to nowhere instead of complaining at exit."""
    if stream is None or stream.closed:
        return
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
            stream.flush()
        os.close(nowhere)


def _moved(descriptor: int, to: int, stack: ExitStack) -> TextIO:
    """A stream on the current target of ``descriptor``, which itself is redirected to ``to``."""
    try:
        copy = os.dup(descriptor)
    except OSError:  # the shell closed it: 2>&-
        copy = os.open(os.devnull, os.O_WRONLY)
    like = sys.__stderr__ if descriptor == 2 else sys.__stdout__
    stream = os.fdopen(
        copy,
        "w",
        encoding=getattr(like, "encoding", None) or "utf-8",
        errors="backslashreplace" if descriptor == 2 else "replace",
        buffering=1 if os.isatty(copy) else -1,
    )
    os.dup2(to, descriptor)
    stack.callback(stream.close)
    stack.callback(os.dup2, copy, descriptor)
    stack.callback(hush, stream)
    return stream


def _instead(stream: TextIO | None, descriptor: int, moved: TextIO) -> TextIO:
    """``moved`` if ``stream`` writes to ``descriptor``; any other stream, as in tests, stays."""
    if stream is None:
        return moved
    try:
        return moved if stream.fileno() == descriptor else stream
    except (io.UnsupportedOperation, ValueError):
        return stream


def _open_log() -> int:
    path = storage.log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return storage.open_log(path, LOG_LIMIT)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


def _flush_native() -> None:
    """Flush the buffers of C code while they still go to the log."""
    with suppress(OSError, TypeError, AttributeError):  # a platform without a C library under that name
        ctypes.CDLL(None).fflush(None)


def _assign(streams: Mapping[str, TextIO | None]) -> None:
    for name, stream in streams.items():
        setattr(sys, name, stream)
