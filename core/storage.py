"""Where a person's own files lie, and how they are written: wholly or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

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

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
