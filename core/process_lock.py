"""Locks, of a run in training or a journal, that are released when their process ends, even if it crashes."""

import os
import stat
from contextlib import suppress
from errno import EINVAL
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import NotAFile

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["LockHeldError", "acquire", "is_held"]


class LockHeldError(Exception):
    """Another process holds the lock."""


def is_held(path: Path) -> bool:
    """Whether a process holds the lock at ``path`` now."""
    if not _is_regular(path):
        return False
    from filelock import FileLock, Timeout  # noqa: PLC0415  # slow to import, rarely needed

    probe = FileLock(path, thread_local=False)
    try:
        probe.acquire(blocking=False)
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False  # no locking support means nothing is locked
    probe.release()
    return False


def acquire(path: Path) -> "FileLock":
    """Acquire the lock at ``path``.

    Raises `LockHeldError`, `NotAFile` for a link or a device, and OSError.
    """
    if os.path.lexists(path) and not _is_regular(path):
        raise NotAFile(EINVAL, "not a file", str(path))
    from filelock import FileLock, Timeout  # noqa: PLC0415  # as above

    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=1)  # `is_held` holds it for a moment
    except Timeout as error:
        raise LockHeldError(str(path)) from error
    return lock


def _is_regular(path: Path) -> bool:
    """Whether there is a regular file at ``path``: locking through a link would truncate its target."""
    with suppress(OSError):
        return stat.S_ISREG(path.stat(follow_symlinks=False).st_mode)
    return False
