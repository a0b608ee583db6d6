"""The files of a run as bytes, to train it on one machine and keep it on another.

What comes is not trusted: only the files that a run has, up to a size, are taken in, and only if they can be read.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

from core import files
from core.files import FileKind
from core.formatting import show_bytes
from core.runs import folder as run_folder
from core.runs.forecast_file import FORECAST_FILE
from core.runs.record import RunError
from core.sanitize import quoted
from core.storage import UNFINISHED

__all__ = ["MOST_BYTES", "check_names", "create_from", "read_files"]

MOST_BYTES = 2 * 2**30
"""Of all files of a run together."""
_KINDS: dict[str, FileKind] = {
    "run.json": files.RUN,
    "label.json": files.LABEL,
    FORECAST_FILE: files.FORECAST,
    "preset.toml": files.PRESET,
    "history.json": files.HISTORY,
    run_folder.INITIAL_WEIGHTS: files.INITIAL_WEIGHTS,
    run_folder.CHECKPOINT: files.TENSORS,
    **dict.fromkeys(run_folder.KERAS_FILES.values(), files.MODEL),
}
_WEIGHTS = re.compile(r"weights-[0-9]{6,9}\.safetensors")


def read_files(folder: Path) -> dict[str, bytes]:
    """The files of the run in ``folder`` by name. Raises `RunError`, also if there is too much of it."""
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    for path in sorted(folder.iterdir()):
        kind = _kind(path.name)
        if kind is None:
            continue  # its lock, or a file that was not finished
        with run_folder.reading(path):
            left -= path.stat(follow_symlinks=False).st_size
            if left < 0:
                raise RunError(f"{folder.name}: is larger than {show_bytes(MOST_BYTES)}, too much to be sent")
            with files.open_regular(path, kind, follow=False) as file:  # not `read_bytes`: it takes memory for the most
                found[path.name] = file.read()
    return found


def check_names(content: Mapping[str, bytes]) -> None:
    """Raises `RunError` unless ``content`` has only files of a run, none of them too large."""
    for name, data in content.items():
        kind = _kind(name)
        if kind is None:
            raise RunError(f"{quoted(name)} is no file of a run")
        if len(data) > kind.most:
            raise RunError(f"{name} is too large: {show_bytes(len(data))}")
    size = sum(map(len, content.values()))
    if size > MOST_BYTES:
        raise RunError(f"its files are too large: {show_bytes(size)}, at most {show_bytes(MOST_BYTES)}")


def create_from(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write the files of a run that was trained elsewhere to ``folder``, atomically, once they have been checked.

    An empty folder there, which reserves the name, is replaced. Raises `RunError` and OSError.
    """
    check_names(content)
    unfinished = folder.with_name(f"{UNFINISHED}{folder.name}")
    unfinished.mkdir(parents=True)
    try:
        for name, data in content.items():
            run_folder.write_entry(unfinished / name, data, durably=False)
        run_folder.check(unfinished)
        run_folder.put_in_place(unfinished, folder)
    except BaseException:
        rmtree(unfinished, ignore_errors=True)
        raise


def _kind(name: str) -> FileKind | None:
    """What kind of file of a run is called ``name``; None if none is."""
    return files.TENSORS if _WEIGHTS.fullmatch(name) else _KINDS.get(name)
