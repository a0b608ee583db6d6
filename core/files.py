"""The only way to open a file for reading: regular files only, up to the maximum size of their kind.

A path may be a pipe that never sends anything, a device that never ends, or a link to either. So it is checked before
opening (opening some devices has side effects), opened without blocking, and checked again once it is open and can no
longer be swapped.
"""

import os
import stat
from errno import EFBIG, EINVAL, ELOOP, EMLINK, ENXIO
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

__all__ = [
    "DURATIONS",
    "FORECAST",
    "HAND_IN",
    "HISTORY",
    "INDEX",
    "INITIAL_WEIGHTS",
    "JOURNAL",
    "LABEL",
    "LESSON",
    "LISTED_PRESET",
    "MODEL",
    "PACKAGED",
    "PRESET",
    "RUN",
    "SETTINGS",
    "SHARED_DATA",
    "SWEEP",
    "SYSTEM",
    "TENSORS",
    "FileKind",
    "NotAFile",
    "TooLarge",
    "check_file",
    "open_pipe",
    "open_regular",
    "read_bounded",
    "read_bytes",
    "what_is",
]

_MB = 10**6


def _flag(name: str) -> int:
    """A flag of open(2), if this platform has it."""
    return getattr(os, name, 0)


_FLAGS = os.O_RDONLY | _flag("O_NONBLOCK") | _flag("O_CLOEXEC") | _flag("O_BINARY") | _flag("O_NOCTTY")
_NOFOLLOW = _flag("O_NOFOLLOW")


class FileKind(Struct, frozen=True):
    """A kind of file that LayerLab reads."""

    name: str
    """With its article, as in "larger than 5 MB, so not a preset"."""
    most: int
    """Maximum size in bytes."""


PRESET = FileKind("a preset", 1 * _MB)
LISTED_PRESET = FileKind("read for the list", _MB // 10)
MODEL = FileKind("a Keras model", 2**40)
"""A .keras or .h5 file is as large as its weights, which are not read; the parts that are read have other limits."""
RUN = FileKind("a run.json", 1 * _MB)
FORECAST = FileKind("a forecast", _MB // 100)
LABEL = FileKind("a label", 20 * _MB)
INDEX = FileKind("an index of runs", 500 * _MB)
JOURNAL = FileKind("an edit journal", 50 * _MB)
HISTORY = FileKind("a history", 200 * _MB)
INITIAL_WEIGHTS = FileKind("a file of initial weights", 200 * _MB)
TENSORS = FileKind("a checkpoint", 32_000 * _MB)
SHARED_DATA = FileKind("a shipped dataset", 200 * _MB)
PACKAGED = FileKind("a file of a package", 8_000 * _MB)
SYSTEM = FileKind("a system file", 1 * _MB)
SETTINGS = FileKind("settings", _MB // 10)
DURATIONS = FileKind("durations", _MB // 10)
SWEEP = FileKind("a file of a sweep", 20 * _MB)
ASSIGNMENT = FileKind("an assignment", 1 * _MB)
HAND_IN = FileKind("a hand-in", 2_000 * _MB)
LESSON = FileKind("a lesson", 1 * _MB)
PROGRESS = FileKind("a record of lessons", 1 * _MB)
PRACTICE = FileKind("a record of exercises", _MB // 10)


class NotAFile(OSError):
    """A path is not a regular file, or is a link where links are not followed; ``strerror`` says what it is."""

    @property
    def advice(self) -> str:
        """What it is, and what to do about it."""
        pipe = self.strerror == what_is(stat.S_IFIFO)
        return f"{self.strerror}; {'`layerlab import -` reads a model from one' if pipe else 'choose a file'}"


class TooLarge(OSError):
    """A file is larger than its kind allows; ``strerror`` says so."""

    @property
    def advice(self) -> str:
        """What is wrong, and what to do about it."""
        return f"{self.strerror}; choose another file"


def open_regular(path: Path, kind: FileKind, *, follow: bool = True) -> BufferedReader:
    """The file at ``path``, open for reading bytes; never blocks on a pipe or reads an endless device.

    Without ``follow``, neither ``path`` nor its folder may be a link, so that nothing leads out of that folder. Raises
    `NotAFile`, `TooLarge` and other OSErrors.
    """
    _check_regular(path.stat(follow_symlinks=follow).st_mode, path)
    try:
        descriptor = os.open(path, _FLAGS) if follow else _open_in_its_folder(path)
    except OSError as error:
        if error.errno == ENXIO:
            raise NotAFile(EINVAL, "a pipe or a device, not a file", str(path)) from error
        if not follow and error.errno in (ELOOP, EMLINK):
            raise NotAFile(EINVAL, what_is(stat.S_IFLNK), str(path)) from error
        raise
    try:
        found = os.fstat(descriptor)
        _check_regular(found.st_mode, path)
        if found.st_size > kind.most:
            raise _too_large(path, kind)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def check_file(path: Path, kind: FileKind) -> None:
    """Raises what `open_regular` would raise for the file at ``path``, not following links, without opening it.

    For SQLite's files: closing one releases all locks that this process has on it, including those of other threads.
    """
    found = path.stat(follow_symlinks=False)
    _check_regular(found.st_mode, path)
    if found.st_size > kind.most:
        raise _too_large(path, kind)


def open_pipe(path: Path) -> int:
    """A descriptor of the pipe at ``path``, opened without waiting for a writer; without a writer, reads return EOF.

    Raises `NotAFile` for anything else, and other OSErrors.
    """
    descriptor = os.open(path, _FLAGS)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISFIFO(mode):
        os.close(descriptor)
        raise NotAFile(EINVAL, what_is(mode) or "no longer a pipe", str(path))
    return descriptor


def read_bytes(path: Path, kind: FileKind, *, follow: bool = True) -> bytes:
    """All bytes of the file at ``path``. Raises as `open_regular` does."""
    with open_regular(path, kind, follow=follow) as file:
        return read_bounded(file, kind, path)


def read_bounded(file: BinaryIO, kind: FileKind, path: Path) -> bytes:
    """The rest of ``file``, opened from ``path``, even if it is growing. Raises OSError and `TooLarge`."""
    read = file.read(kind.most + 1)
    if len(read) > kind.most:
        raise _too_large(path, kind)
    return read


def what_is(mode: int) -> str:
    """What a file of this ``st_mode`` is instead of a regular one; empty for a regular one."""
    for matches, name in _NAMES:
        if matches(mode):
            return name
    return ""


_NAMES = (
    (stat.S_ISDIR, "a folder, not a file"),
    (stat.S_ISFIFO, "a pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISLNK, "a link, which is not followed here"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "a device, not a file"),
    (lambda mode: not stat.S_ISREG(mode), "not a file"),
)


def _check_regular(mode: int, path: Path) -> None:
    if description := what_is(mode):
        raise NotAFile(EINVAL, description, str(path))


def _too_large(path: Path, kind: FileKind) -> TooLarge:
    return TooLarge(EFBIG, f"larger than {_size(kind.most)}, so not {kind.name}", str(path))


def _size(count: int) -> str:
    return f"{count // _MB:,} MB" if count >= _MB else f"{count // 1000:,} kB"


def _open_in_its_folder(path: Path) -> int:
    """Open ``path`` relative to its folder, opened first, so that neither can be swapped for a link meanwhile."""
    if os.open not in os.supports_dir_fd:
        return os.open(path, _FLAGS | _NOFOLLOW)
    try:
        folder = os.open(path.parent, _FLAGS | _NOFOLLOW | _flag("O_DIRECTORY"))
    except NotADirectoryError as error:
        raise NotAFile(EINVAL, "in a folder that is a link, which is not followed here", str(path)) from error
    try:
        return os.open(path.name, _FLAGS | _NOFOLLOW, dir_fd=folder)
    finally:
        os.close(folder)
