"""Where a person's own files lie, and how they are written: wholly or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

import platformdirs

__all__ = ["UNFINISHED", "home", "log_file", "presets_folder", "write_atomically"]

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


def write_atomically(path: Path, content: str | bytes, *, durably: bool = True) -> None:
    """Put ``content`` at ``path`` in one step, making its folder; whatever stood there stays until then.

    A link is followed, and a file that is replaced keeps its permissions. What is written outlives the process in any
    case, and a power cut if it is written ``durably``, which waits for the disk. Raises OSError.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.parent / f"{UNFINISHED}{os.urandom(8).hex()}"
    data = content.encode() if isinstance(content, str) else content
    try:
        with written.open("xb", buffering=0) as file:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            if durably:
                os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            written.chmod(S_IMODE(path.stat().st_mode))
        written.replace(path)
    except BaseException:
        with suppress(OSError):
            written.unlink()
        raise
