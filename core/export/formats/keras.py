"""A Keras model, with a run's weights or the initial ones."""

from importlib import import_module
from pathlib import Path
from shutil import copyfileobj

from core.export.format import ExportError, Format, RunSource, Source, tensorflow_errors
from core.files import MODEL, open_regular
from core.presets import Preset, printable_path
from core.runs.checkpoint_file import Which
from core.runs.folder import CHECKPOINT, KERAS_FILES
from core.storage import atomic_file

__all__ = ["Keras"]


class Keras(Format):
    """A Keras model."""

    place = 3
    name = "keras"
    title = "a Keras model"
    suffix = ".keras"
    needs = "weights"
    choices = {
        "keras best": "Keras model (.keras) with the weights of the lowest loss",
        "keras last": "Keras model (.keras) with the last weights",
    }

    def write(self, source: Source, path: Path, which: Which, *, force: bool) -> None:
        if path.suffix != self.suffix:
            raise ExportError(f"{printable_path(path.name)}: Keras needs a name that ends in {self.suffix}")
        if isinstance(source, RunSource) and (current := _current_file(source.folder, which)):
            with (
                open_regular(current, MODEL, follow=False) as source_file,
                atomic_file(path, follow=False, replaces=force) as file,
            ):
                copyfileobj(source_file, file)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tensorflow_errors():
            write = import_module("core.runs.keras_file").write
            if isinstance(source, Preset):
                write(path, source, replaces=force)
            else:
                write(path, source.details.preset, source.folder, which, replaces=force)


def _current_file(folder: Path, which: Which) -> Path | None:
    """The Keras file saved by training, if it is as new as the last checkpoint."""
    path = folder / KERAS_FILES[which]
    try:
        return path if path.stat().st_mtime_ns >= (folder / CHECKPOINT).stat().st_mtime_ns else None
    except FileNotFoundError:
        return None
