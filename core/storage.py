"""Locates the user's files, and writes them atomically."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EEXIST, EINVAL
from itertools import count
from pathlib import Path
from stat import S_IMODE, S_ISLNK, S_ISREG
from typing import BinaryIO

import platformdirs

from core.files import NotAFile, what_is

__all__ = [
    "UNFINISHED",
    "atomic_file",
    "cache_folder",
    "home",
    "log_file",
    "open_log",
    "presets_folder",
    "private_folder",
    "put_in_place",
    "set_aside",
    "write_atomically",
]

_SYSTEM, _MEMORY = ("/dev/", "/proc/", "/sys/"), "/dev/shm/"  # noqa: S108  # a prefix, not a temporary file
UNFINISHED = ".layerlab-"
"""Prefix of the names of files that are being written; a leftover one belongs to a process that died."""

DAMAGED = "-damaged"
"""What follows the name of a file that was set aside."""


def home() -> Path:
    """The folder of all the user's files: ``LAYERLAB_HOME``, else the platform's data folder."""
    moved = os.environ.get("LAYERLAB_HOME")
    return Path(moved).expanduser() if moved else platformdirs.user_data_path("layerlab")


def presets_folder() -> Path:
    """The folder of the user's own presets; it may not exist."""
    return home() / "presets"


def cache_folder() -> Path:
    """The folder of what can be deleted at any time; it may not exist."""
    return home() / "cache" if os.environ.get("LAYERLAB_HOME") else platformdirs.user_cache_path("layerlab")


def log_file() -> Path:
    """The file that captures what libraries write to the terminal while the app has the screen."""
    folder = home() if os.environ.get("LAYERLAB_HOME") else platformdirs.user_log_path("layerlab")
    return folder / "layerlab.log"


def write_atomically(
    path: Path,
    content: str | bytes,
    *,
    durably: bool = True,
    follow: bool = True,
    parents: bool = True,
    replaces: bool = True,
) -> None:
    """Write ``content`` to ``path`` atomically; see `atomic_file`. Text is encoded before anything is written."""
    data = content.encode() if isinstance(content, str) else content
    with atomic_file(path, durably=durably, follow=follow, parents=parents, replaces=replaces) as file:
        file.write(data)


@contextmanager
def atomic_file(
    path: Path, *, durably: bool = True, follow: bool = True, parents: bool = True, replaces: bool = True
) -> Iterator[BinaryIO]:
    """A new file to write, which is moved to ``path`` at the end of the block; until then an existing file stays.

    While it is written it has a random name in the same folder. Once moved, it survives a crash of the process, and a
    power cut if written ``durably``, which waits for the disk. With ``parents``, missing folders are created. See
    `put_in_place` for ``replaces``.

    With ``follow``, a link at ``path`` stays, and its target is replaced: presets may be links into a folder of the
    user's choice. Without, the link itself is replaced: it may be in a folder that others can write to, and point
    anywhere.

    Raises OSError.
    """
    path = Path(os.path.realpath(path)) if follow else path
    _refuse_system(path)
    if parents:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _random_path(path)
    try:
        with temporary.open("xb") as file:  # fails if the name exists, even as a broken link
            yield file
        put_in_place(temporary, path, durably=durably, replaces=replaces)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


@contextmanager
def private_folder(beside: Path) -> Iterator[Path]:
    """A folder beside ``beside`` that only this user can access; deleted at the end of the block.

    For libraries that only write to a path. Raises OSError.
    """
    _refuse_system(beside)
    folder = _random_path(beside)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(temporary: Path, path: Path, *, durably: bool = True, replaces: bool = True) -> None:
    """Move the file ``temporary`` to ``path``, on the same disk, atomically.

    If it ``replaces`` a file, it gets that file's permissions; otherwise FileExistsError is raised if anything exists
    at ``path``, even a broken link, without a race. Anything but a file, such as a device, is never replaced. Raises
    OSError.
    """
    if durably:
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
    if not replaces:
        _create_new(temporary, path)
        return
    with suppress(FileNotFoundError):
        mode = path.stat(follow_symlinks=False).st_mode
        if S_ISREG(mode):
            temporary.chmod(S_IMODE(mode))
        elif not S_ISLNK(mode):
            raise NotAFile(EINVAL, f"{what_is(mode)}, so it is not replaced", str(path))
    temporary.replace(path)


def set_aside(path: Path) -> Path:
    """Move the damaged file at ``path`` to a free name beside it, which is returned. Raises OSError."""
    names = (f"{path.stem}{DAMAGED}{number or ''}{path.suffix}" for number in count())
    aside = next(free for name in names if not os.path.lexists(free := path.with_name(name)))
    return path.replace(aside)


def open_log(path: Path, most: int) -> int:
    """A descriptor that appends to the file at ``path``, truncated first if it has more than ``most`` bytes.

    Only a regular file is accepted: opening a pipe would block. Raises OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags, 0o600)
    found = os.fstat(descriptor)
    if description := what_is(found.st_mode):
        os.close(descriptor)
        raise NotAFile(EINVAL, description, str(path))
    if found.st_size > most:
        os.ftruncate(descriptor, 0)
    return descriptor


def _refuse_system(path: Path) -> None:
    """Raises `NotAFile` for paths in system folders: /dev/stdout, for example, is a link that other programs need."""
    place = f"{os.path.realpath(path.parent)}{os.sep}"
    if place.startswith(_SYSTEM) and not place.startswith(_MEMORY):
        raise NotAFile(EINVAL, "in a system folder", str(path))


def _random_path(beside: Path) -> Path:
    """A path with a random name in the folder of ``beside``."""
    return beside.parent / f"{UNFINISHED}{os.urandom(8).hex()}"


def _create_new(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise FileExistsError(EEXIST, "exists already", str(path)) from None
    except OSError:  # a file system without hard links: reserve the name, then replace it
        path.touch(exist_ok=False)
        temporary.replace(path)
    else:
        temporary.unlink()
