"""What a full-screen app does to a terminal, and how that is taken back, also after a process that was killed.

While the app has the screen there is a file that says which terminal it is and what its settings were, locked by the
process. A file that nobody holds the lock of is that of a process that had no time to tidy up: only then is a terminal
put right by the next command there. A terminal is known by the name and the birth of its device, as names come again.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core import storage

__all__ = ["RESETS", "Marker", "restore", "restore_after_a_crash"]

RESETS = (
    "\x1b[?2026l"  # the end of a frame
    "\x1b[?2004l\x1b[?7h\x1b[?2048l"  # pastes, line wrap, reports of the size
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # the mouse
    "\x1b[<u\x1b[?1049l"  # Kitty's keys, which go with the alternate screen; that screen
    "\x1b[?25h\x1b[?1004l\x1b[0m"  # the cursor, reports of the focus, colours
)
"""Takes back what Textual's driver asks of a terminal; does nothing to a terminal of which none of it was asked."""
CANCEL = "\x18"
"""Ends an escape sequence of which only a part has been written."""
LARGEST = 10_000
"""Bytes of a file that can be a marker."""

Settings = Sequence[Any]
"""What `termios.tcgetattr` returns."""


class Marker:
    """Says, for as long as this process lives or until it is removed, that the terminal ``name`` is the app's."""

    def __init__(self, name: str, settings: Settings) -> None:
        """Where no file can be written or locked there is none, and nothing to be put right from."""
        self._path: Path | None = None
        self._descriptor = -1
        with suppress(OSError, ImportError):
            self._write(name, settings)

    def remove(self) -> None:
        """The terminal is as it was."""
        if self._path:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
        self._path = None

    def _write(self, name: str, settings: Settings) -> None:
        import fcntl  # noqa: PLC0415  # not on Windows
        import json  # noqa: PLC0415  # not wanted by most commands

        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
        unfinished = folder / f"{storage.UNFINISHED}{path.name}"
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            *flags, characters = settings
            codes = [code if isinstance(code, int) else code[0] for code in characters]
            os.write(descriptor, json.dumps({"terminal": _identity(name), "settings": [*flags, codes]}).encode())
            unfinished.rename(path)
        except BaseException:
            os.close(descriptor)
            unfinished.unlink(missing_ok=True)
            raise
        self._path, self._descriptor = path, descriptor


def restore(name: str, settings: Settings | None) -> None:
    """Put the terminal ``name`` right without ever waiting for it, whoever else is writing to it."""
    import termios  # noqa: PLC0415  # not on Windows

    with suppress(OSError, termios.error):
        descriptor = os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            if settings is not None:
                termios.tcsetattr(descriptor, termios.TCSANOW, list(settings))
            try:
                os.write(descriptor, (CANCEL + RESETS).encode())
            except BlockingIOError:  # nobody reads: what has not been read makes room
                termios.tcflush(descriptor, termios.TCOFLUSH)
                os.write(descriptor, (CANCEL + RESETS).encode())
        finally:
            os.close(descriptor)


def restore_after_a_crash() -> None:
    """Put this process's terminal right if an app was killed there that could not do so itself; else touch nothing."""
    folder = _folder()
    try:
        names = [entry for entry in os.listdir(folder) if not entry.startswith(".")]  # noqa: PTH208  # quicker
        name = next(os.ttyname(descriptor) for descriptor in range(3) if os.isatty(descriptor)) if names else ""
    except (OSError, StopIteration, AttributeError):  # there is no such folder; no terminal; Windows
        return
    for entry in names:
        with suppress(OSError, ValueError, KeyError, TypeError, IndexError, ImportError):
            _put_right(folder / entry, name)


def _put_right(path: Path, name: str) -> None:
    """Do so if the marker at ``path`` is of the terminal ``name`` and its process is dead; it is used up then."""
    import fcntl  # noqa: PLC0415  # as above
    import json  # noqa: PLC0415

    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails as long as its process lives
        told = json.loads(os.read(descriptor, LARGEST))
        marked = told["terminal"]
        if not isinstance(marked, list) or marked != _identity_or_none(str(marked[0])):
            path.unlink()  # that terminal is no more
        elif marked[0] == name and _in_foreground():
            _restore_here(told["settings"])
            path.unlink()
    except ValueError:
        path.unlink()  # no marker of ours
    finally:
        os.close(descriptor)


def _restore_here(settings: list[Any]) -> None:
    import termios  # noqa: PLC0415  # as above

    descriptor = next(descriptor for descriptor in range(3) if os.isatty(descriptor))
    writable = next((n for n in (1, 2) if os.isatty(n)), descriptor)
    raw = not termios.tcgetattr(descriptor)[3] & (termios.ICANON | termios.ECHO)
    if raw:  # a shell may have seen to it
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, settings)  # what the mouse has typed meanwhile is dropped
    os.write(writable, RESETS.encode())


def _in_foreground() -> bool:
    """Whether this process may change its terminal; one in the background would be stopped for it."""
    descriptor = next(descriptor for descriptor in range(3) if os.isatty(descriptor))
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:  # it is not the terminal that controls this process: nothing is stopped for it
        return True


def _folder() -> Path:
    return storage.home() / "terminals"


def _identity(name: str) -> list[object]:
    """What tells a terminal from one that had its name before: a device is made anew when its window opens."""
    found = Path(name).stat()
    return [name, found.st_rdev, found.st_ino, found.st_ctime_ns]


def _identity_or_none(name: str) -> list[object] | None:
    try:
        return _identity(name)
    except OSError:
        return None


if sys.platform == "win32":  # there the console is put right by itself

    def restore_after_a_crash() -> None:
        return
