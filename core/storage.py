"""Where a person's own files lie, and how they are written: wholly or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

import platformdirs

__all__ = ["home", "log_file", "presets_folder", "write_atomically"]


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


def write_atomically(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` in one step, making its folder; whatever stood there stays until then.

    A link is followed, and a file that is replaced keeps its permissions. Raises OSError.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.parent / f".layerlab-{os.urandom(8).hex()}"
    try:
        with written.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            written.chmod(S_IMODE(path.stat().st_mode))
        written.replace(path)
    except BaseException:
        with suppress(OSError):
            written.unlink()
        raise
