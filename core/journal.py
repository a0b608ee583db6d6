"""The edit journal: what a process has not saved yet, on disk, for the case that it ends before it can ask.

    journal/<name>/journal.json   the document: preset, what is saved of it, its file
    journal/<name>/lock           held by the process that edits it

A folder whose lock nobody holds was left by a process that ended unexpectedly.
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
"""How the name of a folder begins whose journal cannot be read: it is kept, and not looked at again."""


class JournalError(ValueError):
    """A journal that cannot be read or taken: one line that says why."""


class _Entry(Struct, frozen=True):
    """What journal.json holds: presets as TOML."""

    preset: str
    saved: str | None
    path: str | None
    written: float


class Leftover(Struct, frozen=True):
    """What a process that ended unexpectedly had not saved."""

    folder: Path
    preset: Preset
    saved: Preset | None
    """What was last opened or saved; None if it was never in a file."""
    path: Path | None
    written: float
    """Seconds since 1970."""


class Journal:
    """The journal of this process. Its methods may be called in any thread; they wait for the disk."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: FileLock | None = None
        self._mutex = Lock()
        self._number = 0
        self._saved: tuple[Preset | None, str | None] = None, None
        self._closed = False

    def write(self, document: Document, path: Path | None, number: int) -> None:
        """Have on disk what is unsaved of ``document``, or nothing if all is saved. Raises OSError.

        Of two calls the one with the greater ``number`` counts, whichever comes first.
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
        """Go on with ``leftover`` as the journal of this process. Raises `JournalError` if another one has it."""
        with self._mutex:
            try:
                lock = process_lock.acquire(leftover.folder / LOCK)
            except (LockHeldError, OSError) as error:
                raise JournalError("another LayerLab has it open already") from error
            if not (leftover.folder / JOURNAL).exists():
                lock.release()
                raise JournalError("another LayerLab has seen to it already")
            self._delete()
            self._folder, self._lock = leftover.folder, lock

    def close(self) -> None:
        """End in order: nothing is left."""
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
        """``saved`` as TOML; it is the same from one edit to the next."""
        if self._saved[0] is not saved:
            self._saved = saved, presets.dumps(saved) if saved else None
        return self._saved[1]


def leftovers() -> tuple[tuple[Leftover, ...], tuple[str, ...]]:
    """What was left unsaved, the newest first; and a line for each journal that is damaged, which is set aside."""
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
    return tuple(sorted(found, key=lambda one: -one.written)), tuple(damaged)


def discard(leftover: Leftover) -> None:
    """Delete ``leftover``. Raises `JournalError` if another process has taken it."""
    if process_lock.is_held(leftover.folder / LOCK):
        raise JournalError("another LayerLab has it open already")
    shutil.rmtree(leftover.folder, ignore_errors=True)


def reopen(leftover: Leftover) -> tuple[Document, Path | None]:
    """The document that ``leftover`` was, and its file: none if that no longer holds what was saved or opened then.

    So ctrl+s never overwrites what somebody has written there since.
    """
    path = leftover.path
    if path is not None:
        try:
            same = presets.load(path) == leftover.saved
        except PresetError:
            same = False
        if not same:
            return Document(leftover.preset, None), None
    return Document(leftover.preset, leftover.saved), path


def _read(folder: Path) -> Leftover:
    """Raises FileNotFoundError where there is no journal, `JournalError` for one that is damaged."""
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
    """Whether the file holds it: it was saved just before the process ended."""
    try:
        return leftover.path is not None and presets.load(leftover.path) == leftover.preset
    except PresetError:
        return False


def _delete_empty(folder: Path) -> None:
    """Delete what a process left that had nothing unsaved; one that is just being begun is young and stays."""
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
