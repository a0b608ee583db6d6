"""Saves a run to disk from the events of its session. Importing this loads neither numpy nor TensorFlow.

Files are written on the training thread, between two steps: whenever the process dies, at most the current epoch is
lost. If they cannot be written, training continues without saving.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING

from core.events import Ended, Event, RunNotSaved, RunSaved, Started, StateChanged
from core.forecast.forecast import Forecast
from core.history import History
from core.keras_runtime.failures import explain
from core.presets import Preset, printable_path
from core.runs.record import RunError
from core.runs.writer import Writer
from core.training.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from filelock import FileLock

    from core.inspection.violin_pairs import InitialViolin

__all__ = ["Recorder", "wait_until_written"]

WRITING = "writing Keras files"
"""The name of the threads that do so."""


def wait_until_written() -> None:
    """Wait for the Keras files of all runs that have ended; a process waits for them before it exits anyway."""
    for thread in enumerate_threads():
        if thread.name == WRITING:
            thread.join()


class Recorder:
    """Forwards a session's events to ``on_event``, and saves the run.

    The run is the one in ``folder``, which is resumed with its ``history`` so far, and whose ``lock`` is held; or a new
    one, for which ``new_folder`` creates a folder when training starts. ``forecast`` is kept with a new run.
    """

    def __init__(
        self,
        preset: Preset,
        on_event: Callable[[Event], None],
        new_folder: Callable[[str], Path],
        folder: Path | None = None,
        history: History | None = None,
        lock: "FileLock | None" = None,
        forecast: Forecast | None = None,
    ) -> None:
        self._preset = preset
        self._forecast = forecast
        self._on_event = on_event
        self._new_folder = new_folder
        self._folder = folder
        self._history = history or History()
        self._lock = lock
        self._writer: Writer | None = None
        self._initial: Sequence[InitialViolin] = ()
        self._failed = False

    def handle(self, event: Event) -> None:
        """Record ``event``, and forward it."""
        self._history = self._history.after(event)
        match event:
            case Started(device=device):
                self._failed = False
                self._try_write(lambda: self._begin(device))
            case Ended() as ended if self._writer:
                writer = self._writer
                self._try_write(lambda: self._end(writer, ended))
        self._on_event(event)
        if isinstance(event, StateChanged) and event.state == "idle":
            self._close()

    def _close(self) -> None:
        """Release the run once its Keras files are written."""
        if self._lock:
            self._lock.release()  # training never started
            self._lock = None
        if self._writer:
            # Not on the training thread: whoever waits for its end should not wait for this too.
            # Not a daemon, as the training thread may be: the end of the process would cut it off.
            thread = Thread(target=self._finish, args=(self._writer,), name=WRITING, daemon=False)
            self._writer = None
            thread.start()

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Save ``checkpoint``."""
        if self._writer:
            writer = self._writer
            self._try_write(lambda: writer.write(self._history, checkpoint))

    def take_initial(self, initial: "Sequence[InitialViolin]") -> None:
        """Save how the weights are distributed before the first step, as soon as there is a run."""
        self._initial = initial

    def _begin(self, device: str) -> None:
        wait_until_written()
        folder = self._folder
        lock, self._lock = self._lock, None
        if folder is not None:
            epochs = self._history.epochs[-1].epoch if self._history.epochs else 0
            try:
                self._writer = Writer.resume(folder, self._preset, device, epochs, lock)
            except RunError:
                folder = None  # it is gone or taken over by another process: continue as a new run
        if folder is None:
            folder = self._new_folder(self._preset.name)
            self._writer = Writer.create(folder, self._preset, self._history, device, self._forecast)
        self._folder = folder
        if self._initial and self._writer:
            self._writer.write_initial(self._initial)
        self._on_event(RunSaved(folder.name))

    def _end(self, writer: Writer, ended: Ended) -> None:
        if not writer.end(self._history, ended):
            self._folder = None  # if it is trained after all, it becomes a new run

    def _try_write(self, write: Callable[[], None]) -> None:
        """Write; if that fails, stop saving this run: what has been saved stays and can be resumed."""
        if self._failed:
            return
        try:
            write()
        except Exception as error:  # noqa: BLE001  # no error here may stop the training
            self._failed = True
            epochs = 0
            if self._writer:
                epochs = self._writer.readable_epochs()
                self._writer.release()
                self._writer = None
            saved = f"is saved only up to epoch {epochs}" if epochs else "is not being saved"
            continues = "" if self._history.ended else "; training continues"
            self._on_event(RunNotSaved(f"this run {saved}: {_reason(error)}{continues}"))

    def _finish(self, writer: Writer) -> None:
        try:
            writer.export()
        except Exception as error:  # noqa: BLE001  # the run is saved; Keras files can be exported at any time
            self._on_event(RunNotSaved(f"the Keras files of this run were not written: {explain(error)}"))
        finally:
            writer.release()


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return printable_path(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    return explain(error)
