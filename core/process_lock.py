"""Locks that die with the process that holds them, in whatever way it ends."""

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
    from filelock import FileLock, Timeout  # noqa: PLC0415  # slow to import, and seldom asked

    probe = FileLock(path, thread_local=False)
    try:
        probe.acquire(blocking=False)
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False  # where nothing can be locked nothing is
    probe.release()
    return False


def acquire(path: Path) -> "FileLock":
    """Take the lock at ``path`` until it is released.

    Raises `LockHeldError`; `NotAFile` where a link or a device lies there; OSError.
    """
    if os.path.lexists(path) and not _is_regular(path):
        raise NotAFile(EINVAL, "no file", str(path))
    from filelock import FileLock, Timeout  # noqa: PLC0415  # as above

    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=1)  # one who only asks whether it is held has it for a moment
    except Timeout as error:
        raise LockHeldError(str(path)) from error
    return lock


def _is_regular(path: Path) -> bool:
    """Whether there is a file at ``path``: to lock what a link leads to would cut that to nothing."""
    with suppress(OSError):
        return stat.S_ISREG(path.stat(follow_symlinks=False).st_mode)
    return False
