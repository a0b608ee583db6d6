"""Writes the files of one run while it is trained. Importing this loads neither numpy nor TensorFlow."""

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import TYPE_CHECKING

from msgspec.structs import replace

from core.events import Ended
from core.forecast.forecast import Forecast
from core.history import History
from core.presets import Preset
from core.runs import folder as files
from core.runs.environment import environment
from core.runs.folder import Header
from core.runs.history_file import HistoryFile
from core.runs.labels import default_label
from core.runs.record import RunError, RunState, metrics_of
from core.storage import UNFINISHED
from core.training.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from filelock import FileLock

    from core.inspection.violin_pairs import InitialViolin

__all__ = ["Writer"]

DURABLE_EVERY = 30.0
"""Seconds between writes that also survive a power cut and rewrite the Keras files."""


class Writer:
    """Owns a run's folder until it is released. Raises OSError or `RunError`."""

    def __init__(self, folder: Path, preset: Preset, lock: "FileLock", header: Header, *, new: bool) -> None:
        self.folder = folder
        self._new = new
        self._preset = preset
        self._lock = lock
        self._header = header
        self._history = HistoryFile()
        self._identity = files.identity(folder)
        self._durable_at = monotonic()

    @classmethod
    def create(
        cls, folder: Path, preset: Preset, history: History, device: str, forecast: Forecast | None = None
    ) -> "Writer":
        """For a run that starts now; its ``history`` has the number of parameters and epochs."""
        label, metrics = default_label(preset), metrics_of(history, 0.0)
        header = files.create(folder, label, preset, environment(device), metrics, forecast)
        lock = files.lock(folder)
        try:
            return cls(folder, preset, lock, header, new=True)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def resume(cls, folder: Path, preset: Preset, device: str, epochs: int, lock: "FileLock | None" = None) -> "Writer":
        """For a run resumed after ``epochs``; if it has more by now, another process has trained it.

        Its ``lock`` may be held already.
        """
        lock = lock or files.lock(folder)
        try:
            header = replace(files.read_header(folder), environment=environment(device))
            if header.metrics.epochs > epochs:
                raise RunError(f"{folder.name}: has been trained further meanwhile: resume it from the list of runs")
            for leftover in folder.glob(f"{UNFINISHED}*"):
                _remove(leftover)
            writer = cls(folder, preset, lock, header, new=False)
            writer._write_state(header, "running")
        except BaseException:
            lock.release()
            raise
        return writer

    def write(self, history: History, checkpoint: Checkpoint) -> None:
        """Save the current state. The history is written first: it may be ahead of the checkpoint, never behind.

        Every `DURABLE_EVERY` seconds it waits for the disk.
        """
        checkpoints = import_module("core.runs.checkpoint_file")  # imports numpy, which training has loaded
        self._check_folder()
        durably = monotonic() - self._durable_at > DURABLE_EVERY
        files.write_history(self.folder, self._history.encode(history), durably=durably)
        checkpoints.write(self.folder, checkpoint, durably=durably)
        metrics = metrics_of(history, checkpoint.state.seconds)
        self._write_state(replace(self._header, metrics=metrics), "running", durably=durably)
        if durably:
            self._durable_at = monotonic()
            with suppress(Exception):  # at the end they are written again, and errors are reported
                self.export()

    def write_initial(self, initial: "Sequence[InitialViolin]") -> None:
        """Save how the weights were distributed before the first step, unless an earlier training has."""
        self._check_folder()
        import_module("core.runs.initial_weights").write(self.folder, initial)  # imports numpy, as above

    def end(self, history: History, ended: Ended) -> bool:
        """Save how the run ended; False for a new run stopped before its first step, which is deleted."""
        self._check_folder()
        if self._new and history.progress is None and ended.reason != "failed":
            rmtree(self.folder)
            return False
        files.write_history(self.folder, self._history.encode(history))
        self._write_state(
            replace(self._header, metrics=metrics_of(history, ended.seconds)), ended.reason, ended.message
        )
        files.verify(self.folder)
        return True

    def readable_epochs(self) -> int:
        """How many epochs can be read and resumed from, whatever has happened to the folder; 0 if none."""
        try:
            self._check_folder()
            return files.verify(self.folder)
        except (OSError, RunError):
            return 0

    def export(self) -> None:
        """Write the Keras files; takes a tenth of a second or more."""
        self._check_folder()
        if (self.folder / files.CHECKPOINT).exists():
            import_module("core.runs.keras_file").write_both(self.folder, self._preset)

    def release(self) -> None:
        """Release the lock of the run."""
        self._lock.release()

    def _check_folder(self) -> None:
        """Raises `RunError` if the folder has been replaced."""
        if files.identity(self.folder) != self._identity:
            raise RunError(f"{self.folder.name}: its folder has been replaced by another")

    def _write_state(self, header: Header, state: RunState, message: str = "", *, durably: bool = True) -> None:
        self._header = replace(header, state=state, message=message)
        files.write_header(self.folder, self._header, durably=durably)


def _remove(leftover: Path) -> None:
    """Delete what a process that died was writing, if possible."""
    with suppress(OSError):
        if leftover.is_dir() and not leftover.is_symlink():
            rmtree(leftover)
        else:
            leftover.unlink()
