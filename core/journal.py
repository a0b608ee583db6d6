"""The edit journal: a process's unsaved changes, on disk in case it ends before it can ask to save them.

    journal/<name>/journal.json   the document: preset, its saved version, its file
    journal/<name>/lock           held by the process that edits it

A folder whose lock is not held was left by a process that ended unexpectedly.
"""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from core import files, presets, process_lock, storage
from core.document import Document
from core.presets import Preset, PresetError
from core.process_lock import LockHeldError

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["Journal", "JournalError", "Leftover", "discard", "leftovers", "reopen"]

JOURNAL, LOCK = "journal.json", "lock"
DAMAGED = "damaged-"
"""Prefix of the folders whose journal cannot be read: they are kept, and not read again."""


class JournalError(ValueError):
    """A journal that cannot be read or taken over; the message says why, in one line."""


class _Entry(Struct, frozen=True):
    """The contents of journal.json; presets are TOML."""

    preset: str
    saved: str | None
    path: str | None
    written: float


class Leftover(Struct, frozen=True):
    """The unsaved changes of a process that ended unexpectedly."""

    folder: Path
    preset: Preset
    saved: Preset | None
    """The version last opened or saved; None if it was never in a file."""
    path: Path | None
    written: float
    """Seconds since 1970."""


class Journal:
    """The journal of this process. Thread-safe; its methods block on the disk."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: FileLock | None = None
        self._mutex = Lock()
        self._number = 0
        self._saved: tuple[Preset | None, str | None] = None, None
        self._closed = False

    def write(self, document: Document, path: Path | None, number: int) -> None:
        """Write the unsaved changes of ``document`` to disk, or delete them if all is saved. Raises OSError.

        Of two calls the one with the greater ``number`` wins, whichever comes first.
        """
        with self._mutex:
            if self._closed or number <= self._number:
                return
            self._number = number
            if not document.unsaved:
                if self._folder is not None:
                    (self._folder / JOURNAL).unlink(missing_ok=True)
                return
            folder = self._claim()
            entry = _Entry(
                presets.dumps(document.present),
                self._dump(document.saved),
                str(path.absolute()) if path else None,
                time.time(),
            )
            storage.write_atomically(folder / JOURNAL, msgspec.json.encode(entry))

    def adopt(self, leftover: Leftover) -> None:
        """Take over ``leftover`` as the journal of this process. Raises `JournalError` if another one has it."""
        with self._mutex:
            try:
                lock = process_lock.acquire(leftover.folder / LOCK)
            except (LockHeldError, OSError) as error:
                raise JournalError("another LayerLab already has it open") from error
            if not (leftover.folder / JOURNAL).exists():
                lock.release()
                raise JournalError("another LayerLab has already handled it")
            self._delete()
            self._folder, self._lock = leftover.folder, lock

    def close(self) -> None:
        """Delete the journal at a normal exit."""
        with self._mutex:
            self._closed = True
            self._delete()

    def _claim(self) -> Path:
        if self._folder is None:
            folder = _home() / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(4).hex()}"
            folder.mkdir(parents=True)
            self._folder, self._lock = folder, process_lock.acquire(folder / LOCK)
        return self._folder

    def _delete(self) -> None:
        if self._folder is not None and self._lock is not None:
            with suppress(OSError):
                (self._folder / JOURNAL).unlink(missing_ok=True)
            self._lock.release()
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = self._lock = None

    def _dump(self, saved: Preset | None) -> str | None:
        """``saved`` as TOML, cached, as it seldom changes between edits."""
        if self._saved[0] is not saved:
            self._saved = saved, presets.dumps(saved) if saved else None
        return self._saved[1]


def leftovers() -> tuple[tuple[Leftover, ...], tuple[str, ...]]:
    """The unsaved documents, newest first, and a line for each damaged journal, which is set aside."""
    found, damaged = [], []
    try:
        folders = sorted(folder for folder in _home().iterdir() if folder.is_dir())
    except OSError:
        return (), ()
    for folder in folders:
        if folder.name.startswith(DAMAGED) or process_lock.is_held(folder / LOCK):
            continue
        try:
            leftover = _read(folder)
            if _is_saved(leftover):
                shutil.rmtree(folder, ignore_errors=True)
            else:
                found.append(leftover)
        except FileNotFoundError:
            _delete_empty(folder)  # nothing was unsaved
        except JournalError as error:
            damaged.append(f"{_set_aside(folder)}: {error}")
    return tuple(sorted(found, key=lambda leftover: -leftover.written)), tuple(damaged)


def discard(leftover: Leftover) -> None:
    """Delete ``leftover``. Raises `JournalError` if another process has taken it."""
    if process_lock.is_held(leftover.folder / LOCK):
        raise JournalError("another LayerLab already has it open")
    shutil.rmtree(leftover.folder, ignore_errors=True)


def reopen(leftover: Leftover) -> tuple[Document, Path | None]:
    """The document in ``leftover``, and its file; None if the file has changed since it was opened or saved.

    This way ctrl+s never overwrites what somebody else has written since.
    """
    path = leftover.path
    if path is not None:
        try:
            same = presets.load(path) == leftover.saved
        except PresetError:
            same = False
        if not same:
            return Document(leftover.preset, saved=None), None
    return Document(leftover.preset, saved=leftover.saved), path


def _read(folder: Path) -> Leftover:
    """Raises FileNotFoundError if there is no journal, `JournalError` if it is damaged."""
    try:
        entry = msgspec.json.decode(files.read_bytes(folder / JOURNAL, files.JOURNAL, follow=False), type=_Entry)
        saved = None if entry.saved is None else presets.loads(entry.saved, JOURNAL)
        file = None if entry.path is None else Path(entry.path)
        return Leftover(folder, presets.loads(entry.preset, JOURNAL), saved, file, entry.written)
    except FileNotFoundError:
        raise
    except PresetError as error:
        raise JournalError(str(error)) from error
    except OSError as error:
        raise JournalError(error.strerror or "cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise JournalError("is damaged") from error


def _is_saved(leftover: Leftover) -> bool:
    """Whether the file has the same contents: it was saved just before the process ended."""
    try:
        return leftover.path is not None and presets.load(leftover.path) == leftover.preset
    except PresetError:
        return False


def _delete_empty(folder: Path) -> None:
    """Delete the folder of a process that had nothing unsaved, unless it is so new that it may still be written."""
    with suppress(OSError):
        if time.time() - folder.stat().st_mtime > 60:
            shutil.rmtree(folder, ignore_errors=True)


def _set_aside(folder: Path) -> str:
    aside = folder.with_name(f"{DAMAGED}{folder.name}")
    with suppress(OSError):
        folder.rename(aside)
    return presets.printable_path(aside)


def _home() -> Path:
    return storage.home() / "journal"
