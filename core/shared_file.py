"""Small records that every open LayerLab updates: read, merged and written under a lock, so that none loses a change.

A record that cannot be read is never overwritten: it is moved aside, where it can be mended by hand.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EAGAIN
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from core import process_lock, storage
from core.files import FileKind, TooLarge, read_bytes
from core.process_lock import LockHeldError
from core.sanitize import printable_path

__all__ = ["SharedFile"]

T = TypeVar("T")


class _DamagedError(ValueError):
    """The file is none of its kind."""


class SharedFile(Struct, Generic[T], frozen=True):
    """The record called ``name``, a file of this ``kind`` in the user's folder: a ``type`` as JSON."""

    name: str
    kind: FileKind
    type: type[T]

    @property
    def path(self) -> Path:
        """Where it is; there may be none."""
        return storage.home() / self.name

    def read(self) -> T | None:
        """The record; None if there is none that can be read."""
        try:
            return self._found()
        except (OSError, _DamagedError):
            return None

    def rescue(self) -> str:
        """Move a damaged record aside, and say so in a line; or why it cannot be read; else empty."""
        if not os.path.lexists(self.path):
            return ""
        try:
            with _locked(self.path):
                return self._undamaged()[1]
        except OSError as error:
            return f"{self.name} cannot be read: {error.strerror or error}"

    def update(self, merge: Callable[[T | None], T]) -> T:
        """Write, and return, what ``merge`` makes of the record as it is now. Raises OSError."""
        with _locked(self.path):
            merged = merge(self._undamaged()[0])
            content = msgspec.json.format(msgspec.json.encode(merged), indent=1)
            storage.write_atomically(self.path, content, durably=False)
        return merged

    def _undamaged(self) -> tuple[T | None, str]:
        """The record, None if there is none; and what to say of a damaged one, which is moved aside. Raises OSError."""
        try:
            return self._found(), ""
        except _DamagedError:
            aside = printable_path(storage.set_aside(self.path).name)
            return None, f"{self.name} is damaged: it was moved to {aside}, and a new one begins"

    def _found(self) -> T | None:
        """The record; None if there is none. Raises `_DamagedError` and OSError."""
        try:
            return msgspec.json.decode(read_bytes(self.path, self.kind), type=self.type)
        except FileNotFoundError:
            return None
        except (TooLarge, ValueError, RecursionError) as error:
            raise _DamagedError from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes from updating the file at ``path``. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock = process_lock.acquire(path.with_suffix(".lock"))
    except LockHeldError as error:
        raise BlockingIOError(EAGAIN, "another LayerLab is writing it", str(path)) from error
    except (OSError, NotImplementedError):  # nothing can be locked here: what is left is to be quick
        yield
        return
    try:
        yield
    finally:
        lock.release()
