"""The base class of export formats: their names, what they need, and how they are written.

TensorFlow is loaded only if a format needs it and no existing file will do.
"""

import os
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from errno import EEXIST
from pathlib import Path
from typing import Any, ClassVar, Literal

from msgspec import Struct

from core import presets
from core.keras_runtime import runtime
from core.keras_runtime.failures import TrainingRefused, explain
from core.network.summary import summarize
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs.checkpoint_file import Which
from core.runs.record import RunDetails, RunError
from core.storage import write_atomically

__all__ = [
    "FORMATS",
    "ExportError",
    "Format",
    "RunSource",
    "Source",
    "effective_preset",
    "file_stem",
    "refuse_existing",
    "run_of",
    "tensorflow_errors",
    "write_export",
]


FORMATS: "dict[str, Format]" = {}
"""All formats by name, in the order of their places."""


class ExportError(ValueError):
    """Something cannot be exported; the message says why and what to do, in one line."""


class RunSource(Struct, frozen=True):
    """A run, and the folder with its weights."""

    details: RunDetails
    folder: Path
    diagnosed: bool = True
    """Whether findings may be told of it."""


Source = Preset | RunSource


class Format(ABC):
    """A format that presets or runs can be exported to; a subclass defines `text` or `write`.

    Defining a subclass registers it for the command line and the app.
    """

    place: ClassVar[int]
    """Formats are listed in the order of their places."""
    name: ClassVar[str]
    """What the user types for it."""
    title: ClassVar[str]
    """What it is, as in "written as a Keras script"."""
    suffix: ClassVar[str]
    """The suffix of its file; empty for a folder."""
    needs: ClassVar[Literal["preset", "history", "weights"]]
    """What it needs. Without a run there is no history, and the weights are the initial ones."""
    choices: ClassVar[Mapping[str, str]]
    """The choices in the app with their titles: the format's name, with ``best`` or ``last`` for the weights."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        formats = sorted([*FORMATS.values(), cls()], key=lambda each: each.place)
        FORMATS.clear()
        FORMATS.update((each.name, each) for each in formats)

    def text(self, source: Source) -> str:
        """The text of ``source``, which is available. Raises as `export` does."""
        raise ExportError(f"{self.title} is not a text: name a file to write to")

    def write(self, source: Source, path: Path, which: Which, *, force: bool) -> None:
        """Write ``source``, which is available, to ``path``; ``force`` overwrites what has appeared meanwhile."""
        write_export(path, self.text(source), force=force)

    def content(self, source: Source) -> str:
        """The text of ``source`` in a text format. Raises as `export` does."""
        self._check(source)
        return self.text(source)

    def export(self, source: Source, path: Path, which: Which = "last", *, force: bool = False) -> None:
        """Write ``source`` to ``path``; formats with weights use ``which`` of a run's.

        Raises `ExportError`, `RunError` and OSError; FileExistsError if ``path`` exists, unless ``force``.
        """
        self._check(source)
        refuse_existing([path], force=force)
        self.write(source, path, which, force=force)

    def default_name(self, source: Source) -> str:
        """The default file name: ``lenet-5.py`` for a preset, ``lenet-5-k3x9a.html`` for a run."""
        name, key = (
            (source.name, "") if isinstance(source, Preset) else (source.details.run.name, f"-{source.details.run.key}")
        )
        return f"{file_stem(name)}{key}{self.suffix or f'-{self.name}'}"

    def unavailable(self, source: Source) -> str:
        """Why ``source`` cannot be exported to this format, in one line; or empty."""
        if isinstance(source, RunSource):
            if self.needs == "weights" and not checkpoint_file.exists(source.folder):
                return f"{source.details.run.name} has no weights: it ended in its first epoch"
        elif self.needs == "history":
            return f"{self.title} is made from the history of a training: export a run; `layerlab runs` lists them"
        elif self.needs == "weights" and (errors := summarize(source.architecture).errors):
            return errors[0].message
        return ""

    def _check(self, source: Source) -> None:
        if why := self.unavailable(source):
            raise ExportError(why)


def file_stem(name: str) -> str:
    """``name`` as the beginning of a file's name."""
    return presets.path_for(f"{name} ").stem  # a trailing space prevents a name from being read as a path


def run_of(source: Source) -> RunSource:
    """``source``, if it is a run. Raises `ExportError`."""
    if isinstance(source, Preset):
        raise ExportError(f"{source.name} is a preset: export a run; `layerlab runs` lists them")
    return source


def effective_preset(source: Source) -> Preset:
    """The preset itself, or that of the run, with epochs added later."""
    return source if isinstance(source, Preset) else source.details.effective_preset


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Raises FileExistsError if there is anything at one of ``paths``, unless ``force``."""
    for path in paths:
        if os.path.lexists(path) and not force:
            raise FileExistsError(EEXIST, "exists already", str(path))


def write_export(path: Path, text: str, *, force: bool) -> None:
    """Write an export. Links are never followed: others may be able to write to the same folder."""
    write_atomically(path, text, follow=False, replaces=force)


@contextmanager
def tensorflow_errors() -> Iterator[None]:
    """Loads TensorFlow; turns errors of Keras and TensorFlow into an `ExportError`."""
    try:
        runtime.load()
        yield
    except (RunError, OSError, TrainingRefused):
        raise
    except Exception as error:
        raise ExportError(explain(error)) from error
