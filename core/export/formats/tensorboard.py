"""TensorBoard's event files."""

from importlib import import_module
from pathlib import Path

from core.export.format import Format, Source, run_of, tensorflow_errors
from core.runs.checkpoint_file import Which

__all__ = ["TensorBoard"]


class TensorBoard(Format):
    """TensorBoard's event files, in a folder."""

    place = 6
    name = "tensorboard"
    title = "TensorBoard's event files"
    suffix = ""
    needs = "history"
    choices = {"tensorboard": "TensorBoard event files"}

    def write(self, source: Source, path: Path, which: Which, *, force: bool) -> None:
        with tensorflow_errors():
            import_module("core.export.tensorboard").write(run_of(source).details, path, force=force)
