"""A run on disk: reads and writes the files of its folder (read a run, load a run). Loads neither numpy nor TensorFlow.

run.json                  format, preset's name, begun, environment, state, message, figures: written by the trainer
label.json                name, note and tags: written by the user
forecast.json             what was expected of it, if that was said before it began
preset.toml               the architecture and the plan
history.json              the curves, the epochs, the samples of single steps
initial-weights.json      how the weights were distributed before the first step
checkpoint.safetensors    all that training resumes from, and weights-*.safetensors that it refers to
best.keras, last.keras    the weights of the epoch with the lowest loss and of the end, for other tools
lock                      held by the process that trains it
"""

import os
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from os import scandir
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
from msgspec import Struct, field

from core import files, presets, process_lock
from core.forecast.forecast import Forecast
from core.history import History
from core.presets import Preset, PresetError
from core.process_lock import LockHeldError
from core.runs import tensor_file
from core.runs.forecast_file import FORECAST_FILE, encode, read_forecast
from core.runs.history_file import HistoryFile, read_history
from core.runs.labels import shortened
from core.runs.record import (
    Environment,
    Label,
    Metrics,
    NewerFormat,
    Run,
    RunDetails,
    RunError,
    RunState,
    upgrade_metrics,
)
from core.sanitize import truncated
from core.storage import UNFINISHED, write_atomically

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = [
    "CHECKPOINT",
    "FORMAT",
    "INITIAL_WEIGHTS",
    "KERAS_FILES",
    "LOCK",
    "Header",
    "check",
    "create",
    "identity",
    "is_locked",
    "lock",
    "put_in_place",
    "read",
    "read_header",
    "read_listing",
    "reading",
    "signature",
    "verify",
    "write_entry",
    "write_header",
    "write_history",
    "write_label",
]

FORMAT = 1
RUN, LABEL, PRESET, HISTORY, LOCK = "run.json", "label.json", "preset.toml", "history.json", "lock"
CHECKPOINT = "checkpoint.safetensors"
INITIAL_WEIGHTS = "initial-weights.json"
KERAS_FILES = {"best": "best.keras", "last": "last.keras"}

LONGEST = 1_000
"""Maximum length of each text read from run.json, as lists of runs show them."""

T = TypeVar("T")


class Header(Struct, frozen=True):
    """The contents of run.json."""

    preset: str
    """The preset's name."""
    begun: Annotated[float, msgspec.Meta(ge=0, le=2**32)]
    environment: Environment
    state: RunState
    message: str = ""
    metrics: Metrics = field(default=Metrics(), name="figures")
    format: int = FORMAT


class _Format(Struct):
    format: int


def create(
    folder: Path,
    label: Label,
    preset: Preset,
    environment: Environment,
    metrics: Metrics = Metrics(),  # noqa: B008  # it is frozen
    forecast: Forecast | None = None,
) -> Header:
    """Create the ``folder`` of a run that starts now with its first files, atomically. Raises OSError."""
    unfinished = folder.with_name(f"{UNFINISHED}{folder.name}")
    unfinished.mkdir(parents=True)
    header = Header(preset.name, time.time(), environment, "running", metrics=metrics)
    write_entry(unfinished / PRESET, presets.dumps(preset))
    write_entry(unfinished / LABEL, _json(label))
    if forecast is not None:
        write_entry(unfinished / FORECAST_FILE, encode(forecast))
    write_history(unfinished, HistoryFile().encode(History()))
    write_header(unfinished, header)
    put_in_place(unfinished, folder)
    return header


def put_in_place(unfinished: Path, folder: Path) -> None:
    """Give a folder whose files are complete its name, which an empty one may have reserved. Raises OSError."""
    with suppress(OSError):
        folder.rmdir()
    unfinished.rename(folder)


def read_listing(folder: Path) -> Run:
    """The run as shown in lists. A run that has not ended and is not being trained was interrupted.

    Raises `RunError`.
    """
    return _run(folder, read_header(folder), _label(folder))


def read(folder: Path) -> RunDetails:
    """Read the run in ``folder`` from disk, except its weights. Raises `RunError`."""
    header = read_header(folder)
    history = _parsed(folder / HISTORY, files.HISTORY, read_history)
    run = _run(folder, header, _label(folder), history)
    return RunDetails(run, _preset(folder), history, header.environment, read_forecast(folder))


def check(folder: Path) -> Run:
    """The run as shown in lists, after checking all its files. Raises `RunError`."""
    details = read(folder)
    _check_tensors(folder)
    for path in (folder / name for name in KERAS_FILES.values()):
        if os.path.lexists(path) and not _is_zip(path):
            raise RunError(f"{_printable(path)}: is not a complete Keras file")
    if os.path.lexists(folder / INITIAL_WEIGHTS):
        _parsed(folder / INITIAL_WEIGHTS, files.INITIAL_WEIGHTS, msgspec.json.decode)
    return details.run


def verify(folder: Path) -> int:
    """How many epochs are saved in ``folder``, after checking all files that a run is read from.

    Of the weight files only the tables are checked, not the numbers. Raises `RunError`.
    """
    details = read(folder)
    _check_tensors(folder)
    return details.run.metrics.epochs


def identity(folder: Path) -> tuple[int, int]:
    """Distinguishes the folder from another at the same path. Raises `RunError` if it is missing or a link."""
    try:
        found = folder.stat(follow_symlinks=False)
    except OSError as error:
        raise RunError(f"{_printable(folder)}: its folder was deleted or moved: {error.strerror or error}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise RunError(f"{_printable(folder)}: its folder was deleted or moved")
    return found.st_dev, found.st_ino


def signature(folder: Path) -> str:
    """A text that changes whenever a file of the run changes. Raises OSError."""
    with scandir(folder) as entries:
        entry_stats = [
            (entry.name, entry.stat(follow_symlinks=False)) for entry in entries if _is_permanent(entry.name)
        ]
    return ";".join(sorted(f"{name},{stat.st_size},{stat.st_mtime_ns}" for name, stat in entry_stats))


def is_locked(folder: Path) -> bool:
    """Whether a process is still training the run: it holds the run's lock."""
    return process_lock.is_held(folder / LOCK)


def lock(folder: Path) -> "FileLock":
    """Lock the run for training, until the lock is released or this process ends.

    Raises `RunError` if it is already being trained, or is gone.
    """
    if not folder.is_dir():
        raise RunError(f"{_printable(folder)}: no longer exists")
    try:
        return process_lock.acquire(folder / LOCK)
    except LockHeldError as error:
        raise RunError(f"{_printable(folder)}: is already being trained") from error
    except files.NotAFile as error:
        raise RunError(f"{_printable(folder / LOCK)}: is {error.strerror}: remove it") from error


def write_header(folder: Path, header: Header, *, durably: bool = True) -> None:
    """Write run.json. Raises OSError."""
    write_entry(folder / RUN, _json(header), durably=durably)


def write_history(folder: Path, history: bytes, *, durably: bool = True) -> None:
    """Write history.json, encoded by `HistoryFile`. Raises OSError."""
    write_entry(folder / HISTORY, history, durably=durably)


def write_entry(path: Path, content: str | bytes, *, durably: bool = True) -> None:
    """Write a file of a run; its folder is never created, so that a deleted run stays deleted. Raises OSError."""
    write_atomically(path, content, durably=durably, follow=False, parents=False)


def write_label(folder: Path, label: Label) -> None:
    """Write the user's label of the run. Raises `RunError`."""
    read_header(folder)  # raises for a run of a newer LayerLab, which is left unchanged
    try:
        write_entry(folder / LABEL, _json(label))
    except OSError as error:
        raise RunError(f"{_printable(folder)}: cannot be written: {error.strerror or error}") from error


@contextmanager
def reading(path: Path) -> Iterator[Path]:
    """Turns errors with the file at ``path`` into a `RunError` that names it."""
    try:
        yield path
    except RunError:
        raise
    except FileNotFoundError as error:
        raise RunError(f"{_printable(path)}: is missing") from error
    except OSError as error:
        raise RunError(f"{_printable(path)}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{_printable(path)}: is damaged: {presets.printable_path(str(error))}") from error


def _run(folder: Path, header: Header, label: Label, history: History | None = None) -> Run:
    for name in (PRESET, HISTORY, *((CHECKPOINT,) if header.metrics.epochs else ())):
        if not os.path.lexists(folder / name):
            raise RunError(f"{_printable(folder / name)}: is missing")
    state, metrics = header.state, header.metrics
    if state == "running" and not is_locked(folder):
        state = "interrupted"
    if metrics.needs_upgrade:
        metrics = upgrade_metrics(metrics, history or _history(folder))
    return Run(
        folder.name,
        label,
        truncated(header.preset, LONGEST),
        state,
        header.begun,
        truncated(header.environment.device, LONGEST),
        metrics,
        truncated(header.message, LONGEST),
    )


def _history(folder: Path) -> History | None:
    """The run's history; None if it cannot be read: the run can be listed without it."""
    try:
        return _parsed(folder / HISTORY, files.HISTORY, read_history)
    except RunError:
        return None


def read_header(folder: Path) -> Header:
    """Read run.json. Raises `RunError`."""
    path = folder / RUN
    written = _parsed(path, files.RUN, lambda data: msgspec.json.decode(data, type=_Format)).format
    if written > FORMAT:
        raise NewerFormat(
            f"{_printable(path)}: was written by a newer LayerLab (format {written}): update LayerLab to use it"
        )
    return _parsed(path, files.RUN, lambda data: msgspec.json.decode(data, type=Header))


def _label(folder: Path) -> Label:
    return shortened(_parsed(folder / LABEL, files.LABEL, lambda data: msgspec.json.decode(data, type=Label)))


def _preset(folder: Path) -> Preset:
    try:
        return presets.load(folder / PRESET, follow=False)
    except PresetError as error:
        raise RunError(f"{_printable(folder)}: {error}") from error


def _parsed(path: Path, kind: files.FileKind, parse: Callable[[bytes], T]) -> T:
    """Read and parse the file at ``path``. Raises `RunError`."""
    with reading(path):
        return parse(files.read_bytes(path, kind, follow=False))


def _check_tensors(folder: Path) -> None:
    for path in sorted(folder.glob("*.safetensors")):
        with reading(path):
            tensor_file.check(path)


def _is_zip(path: Path) -> bool:
    with reading(path), files.open_regular(path, files.MODEL, follow=False) as file:
        return zipfile.is_zipfile(file)


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def _is_permanent(name: str) -> bool:
    return name != LOCK and not name.startswith(UNFINISHED)


def _printable(path: Path) -> str:
    """The file with its folder, which identifies the run."""
    return presets.printable_path(f"{path.parent.name}/{path.name}" if path.suffix or path.name == LOCK else path.name)
