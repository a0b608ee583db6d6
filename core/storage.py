"""Where a person's own files lie, and how they are written: wholly or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EEXIST, EINVAL
from pathlib import Path
from stat import S_IMODE, S_ISLNK, S_ISREG
from typing import BinaryIO

import platformdirs

from core.files import NotAFile, what_is

__all__ = [
    "UNFINISHED",
    "atomic_file",
    "home",
    "log_file",
    "open_log",
    "presets_folder",
    "private_folder",
    "put_in_place",
    "write_atomically",
]

_SYSTEM, _MEMORY = ("/dev/", "/proc/", "/sys/"), "/dev/shm/"  # noqa: S108  # it is where files are, not one
UNFINISHED = ".layerlab-"
"""How the name of a file begins that is still being written; one that stays was left by a process that died."""


def home() -> Path:
    """The folder of everything that a person makes: ``LAYERLAB_HOME``, else the platform's data folder."""
    moved = os.environ.get("LAYERLAB_HOME")
    return Path(moved).expanduser() if moved else platformdirs.user_data_path("layerlab")


def presets_folder() -> Path:
    """The folder of a person's own presets; it need not exist."""
    return home() / "presets"


def log_file() -> Path:
    """Where what libraries write to the terminal goes while the app has the screen."""
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
    """Put ``content`` at ``path`` in one step; see `atomic_file`. A text is encoded before anything is written."""
    data = content.encode() if isinstance(content, str) else content
    with atomic_file(path, durably=durably, follow=follow, parents=parents, replaces=replaces) as file:
        file.write(data)


@contextmanager
def atomic_file(
    path: Path, *, durably: bool = True, follow: bool = True, parents: bool = True, replaces: bool = True
) -> Iterator[BinaryIO]:
    """A new file to write, which is put at ``path`` at the end of the block; whatever stood there stays until then.

    Until then it has a name that nobody can foresee, beside ``path``. What is written outlives the process in any case,
    and a power cut if it is written ``durably``, which waits for the disk. With ``parents`` its folder is made. See
    `put_in_place` for ``replaces``.

    With ``follow`` a link at ``path`` stays, and the file that it leads to is replaced: a person's presets may be links
    into a folder of their own making. Without, the link itself is replaced: it may lie in a folder that others write
    to, and lead to anything.

    Raises OSError.
    """
    path = Path(os.path.realpath(path)) if follow else path
    _refuse_system(path)
    if parents:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _random_path(path)
    try:
        with temporary.open("xb") as file:  # fails if there is anything of that name, even a link to nowhere
            yield file
        put_in_place(temporary, path, durably=durably, replaces=replaces)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


@contextmanager
def private_folder(beside: Path) -> Iterator[Path]:
    """A folder in that of ``beside`` which none but this person may look into; it is gone at the end of the block.

    For libraries that want to write to a path of their own choosing. Raises OSError.
    """
    _refuse_system(beside)
    folder = _random_path(beside)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(temporary: Path, path: Path, *, durably: bool = True, replaces: bool = True) -> None:
    """Move the file ``written`` to ``path``, on the same disk, in one step.

    If it ``replaces`` a file it gets its permissions; else FileExistsError is raised where there is anything, were it
    a link to nowhere, and also if it has come there since somebody looked. What is no file, such as a device, is never
    replaced. Raises OSError.
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
            raise NotAFile(EINVAL, f"{what_is(mode)}, and stays as it is", str(path))
    temporary.replace(path)


def open_log(path: Path, most: int) -> int:
    """A descriptor that adds to the file at ``path``, emptied first if it has more than ``most`` bytes.

    Only a regular file will do: a pipe would be waited for. Raises OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags, 0o600)
    found = os.fstat(descriptor)
    if what := what_is(found.st_mode):
        os.close(descriptor)
        raise NotAFile(EINVAL, what, str(path))
    if found.st_size > most:
        os.ftruncate(descriptor, 0)
    return descriptor


def _refuse_system(path: Path) -> None:
    """Raises `NotAFile` for what lies among devices: /dev/stdout, say, is a link that others need as it is."""
    place = f"{os.path.realpath(path.parent)}{os.sep}"
    if place.startswith(_SYSTEM) and not place.startswith(_MEMORY):
        raise NotAFile(EINVAL, "no place for a file", str(path))


def _random_path(beside: Path) -> Path:
    """A name in the folder of ``beside`` that nobody can foresee."""
    return beside.parent / f"{UNFINISHED}{os.urandom(8).hex()}"


def _create_new(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise FileExistsError(EEXIST, "exists already", str(path)) from None
    except OSError:  # a file system without such links: hold the place, then take it
        path.touch(exist_ok=False)
        temporary.replace(path)
    else:
        temporary.unlink()
