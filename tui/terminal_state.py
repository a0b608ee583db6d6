"""Restores a terminal after a full-screen app, even one that was killed.

While the app has the screen, a file locked by the process records the terminal and its settings. A file that nobody
has locked is from a process that could not clean up: only then does the next command restore that terminal. Terminals
are identified by the name and creation time of the device, as names are reused.
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
"""Resets the modes that Textual's driver sets; has no effect on a terminal in its normal state."""
CANCEL = "\x18"
"""Cancels a partly written escape sequence."""
LARGEST = 10_000
"""Maximum size of a marker file, in bytes."""

Settings = Sequence[Any]
"""What `termios.tcgetattr` returns."""


class Marker:
    """Marks the terminal ``name`` as in use by the app, until removed or until this process ends."""

    def __init__(self, name: str, settings: Settings) -> None:
        """If the file cannot be written or locked, there is no marker, and nothing will be restored."""
        self._path: Path | None = None
        self._descriptor = -1
        with suppress(OSError, ImportError):
            self._write(name, settings)

    def remove(self) -> None:
        """Remove the marker: the terminal has been restored."""
        if self._path:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
        self._path = None

    def _write(self, name: str, settings: Settings) -> None:
        import fcntl  # noqa: PLC0415  # not on Windows
        import json  # noqa: PLC0415  # not needed by most commands

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


def restore(name: str, settings: Settings | None) -> bool:
    """Restore the terminal ``name`` without ever blocking, whoever else is writing to it; whether that was possible."""
    import termios  # noqa: PLC0415  # not on Windows

    with suppress(OSError, termios.error):
        descriptor = os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            if settings is not None:
                termios.tcsetattr(descriptor, termios.TCSANOW, list(settings))
            if _writes(descriptor, (CANCEL + RESETS).encode()):
                return True
            termios.tcflush(descriptor, termios.TCOFLUSH)  # nobody reads: discard what has not been read
            return _writes(descriptor, (CANCEL + RESETS).encode())  # not while a thread waits for room for a frame
        finally:
            os.close(descriptor)
    return False


def _writes(descriptor: int, data: bytes) -> bool:
    """Whether all of ``data`` can be written without waiting."""
    try:
        return os.write(descriptor, data) == len(data)
    except BlockingIOError:
        return False


def restore_after_a_crash() -> None:
    """Restore this process's terminal if an app was killed there; else touch nothing."""
    folder = _folder()
    try:
        names = [entry for entry in os.listdir(folder) if not entry.startswith(".")]  # noqa: PTH208  # quicker
        name = next(os.ttyname(descriptor) for descriptor in range(3) if os.isatty(descriptor)) if names else ""
    except (OSError, StopIteration, AttributeError):  # there is no such folder; no terminal; Windows
        return
    for entry in names:
        with suppress(OSError, ValueError, KeyError, TypeError, IndexError, ImportError):
            _restore_marked(folder / entry, name)


def _restore_marked(path: Path, name: str) -> None:
    """Restore the terminal ``name`` if the marker at ``path`` is for it and its process is dead; delete the marker."""
    import fcntl  # noqa: PLC0415  # as above
    import json  # noqa: PLC0415

    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails as long as its process lives
        record = json.loads(os.read(descriptor, LARGEST))
        marked = record["terminal"]
        if not isinstance(marked, list) or marked != _identity_or_none(str(marked[0])):
            path.unlink()  # that terminal is gone
        elif marked[0] == name and _in_foreground():
            _restore_here(record["settings"])
            path.unlink()
    except ValueError:
        path.unlink()  # not one of our markers
    finally:
        os.close(descriptor)


def _restore_here(settings: list[Any]) -> None:
    import termios  # noqa: PLC0415  # as above

    descriptor = next(descriptor for descriptor in range(3) if os.isatty(descriptor))
    writable = next((n for n in (1, 2) if os.isatty(n)), descriptor)
    raw = not termios.tcgetattr(descriptor)[3] & (termios.ICANON | termios.ECHO)
    if raw:  # a shell may have restored it
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, settings)  # drops mouse reports that came meanwhile
    os.write(writable, RESETS.encode())


def _in_foreground() -> bool:
    """Whether this process may change its terminal; a background process would be stopped."""
    descriptor = next(descriptor for descriptor in range(3) if os.isatty(descriptor))
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:  # not the controlling terminal: no process is stopped
        return True


def _folder() -> Path:
    return storage.home() / "terminals"


def _identity(name: str) -> list[object]:
    """Distinguishes a terminal from earlier ones of the same name: each window creates a new device."""
    found = Path(name).stat()
    return [name, found.st_rdev, found.st_ino, found.st_ctime_ns]


def _identity_or_none(name: str) -> list[object] | None:
    try:
        return _identity(name)
    except OSError:
        return None


if sys.platform == "win32":  # there the console restores itself

    def restore_after_a_crash() -> None:
        return
