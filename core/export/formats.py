"""The export formats of presets and runs, and one function to export to any of them.

TensorFlow is loaded only if a format needs it and no existing file will do.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EEXIST
from importlib import import_module
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from core import presets
from core.export.csv import history_csv
from core.export.html import as_html
from core.export.lab_report import lab_report
from core.export.markdown import as_markdown
from core.export.script import script
from core.files import MODEL, open_regular
from core.formatting import show_amount
from core.keras_runtime import runtime
from core.keras_runtime.failures import TrainingRefused, explain
from core.network.summary import summarize
from core.presets import Preset, printable_path
from core.runs import checkpoint_file
from core.runs.checkpoint_file import Which
from core.runs.folder import CHECKPOINT, KERAS_FILES
from core.runs.record import RunDetails, RunError
from core.storage import atomic_file, write_atomically

if TYPE_CHECKING:
    from core.inspection.results import Results

__all__ = [
    "FORMATS",
    "ExportError",
    "Format",
    "RunSource",
    "answers",
    "content",
    "default_name",
    "export",
    "unavailable",
    "write_report",
]

MARKDOWN = ".md"
"""The suffix of a lab report in Markdown, whose charts are files beside it."""


class ExportError(ValueError):
    """Something cannot be exported; the message says why and what to do, in one line."""


class Format(Struct, frozen=True):
    """A format that presets or runs can be exported to."""

    name: str
    """What the user types for it."""
    title: str
    """What it is, as in "written as a Keras script"."""
    suffix: str
    """The suffix of its file; empty for a folder."""
    needs: Literal["preset", "history", "weights"]
    """What it is made from. Without a run there is no history, and the weights are the initial ones."""
    text: bool
    """Whether it is a single text, which can be written to standard output."""


KERAS = Format("keras", "a Keras model", ".keras", "weights", text=False)
_FORMATS = (
    KERAS,
    Format("script", "a Keras script", ".py", "preset", text=True),
    Format("toml", "a preset", ".toml", "preset", text=True),
    Format("csv", "a table of epochs", ".csv", "history", text=True),
    Format("tensorboard", "TensorBoard's event files", "", "history", text=False),
    Format("report", "a lab report", ".html", "history", text=True),
)
FORMATS: Mapping[str, Format] = {each.name: each for each in _FORMATS}
"""All formats by name."""


class RunSource(Struct, frozen=True):
    """A run, and the folder with its weights."""

    details: RunDetails
    folder: Path


Source = Preset | RunSource


def default_name(format: Format, source: Source) -> str:
    """The default file name: ``lenet-5.py`` for a preset, ``lenet-5-k3x9a.html`` for a run."""
    name, key = (
        (source.name, "") if isinstance(source, Preset) else (source.details.run.name, f"-{source.details.run.key}")
    )
    stem = presets.path_for(f"{name} ").stem  # with a space at its end no name is read as a path
    return f"{stem}{key}{format.suffix or f'-{format.name}'}"


def unavailable(format: Format, source: Source) -> str:
    """Why ``source`` cannot be exported to ``format``, in one line; or empty."""
    if isinstance(source, RunSource):
        if format.needs == "weights" and not checkpoint_file.exists(source.folder):
            return f"{source.details.run.name} has no weights: it ended in its first epoch"
    elif format.needs == "history":
        return f"{format.title} is made from the history of a training: export a run; `layerlab runs` lists them"
    elif format.needs == "weights" and (errors := summarize(source.architecture).errors):
        return errors[0].message
    return ""


def content(format: Format, source: Source) -> str:
    """The text of ``source`` in a text format. Raises as `export` does."""
    _check(format, source)
    preset = _effective_preset(source)
    match format.name, source:
        case "script", _:
            return script(preset, _difference_note(source.details) if isinstance(source, RunSource) else "")
        case "toml", _:
            return presets.dumps(preset)
        case "csv", RunSource(details=details):
            return history_csv(details.history)
        case "report", RunSource(details=details):
            return as_html(lab_report(details, answers(source, "last")))
    raise ExportError(f"{format.title} is not a text: name a file to write to")


def export(format: Format, source: Source, path: Path, which: Which = "last", *, force: bool = False) -> None:
    """Write ``source`` to ``path``; formats with weights use ``which`` of a run's.

    Raises `ExportError`, `RunError` and OSError; FileExistsError if ``path`` exists, unless ``force``.
    """
    _check(format, source)
    _refuse_existing([path], force=force)
    match format.name, source:
        case "keras", _:
            _write_keras(source, path, which, force=force)
        case "tensorboard", RunSource(details=details):
            with _tensorflow_errors():
                import_module("core.export.tensorboard").write(details, path, force=force)
        case "report", RunSource():
            write_report(path, source, force=force)
        case _:
            _write(path, content(format, source), force=force)


def answers(run: RunSource, which: Which) -> "Results | None":
    """The results of ``run`` on the test set; None if there are no weights. Raises as `export` does.

    Loads TensorFlow.
    """
    if not checkpoint_file.exists(run.folder):
        return None
    with _tensorflow_errors():
        inspector = import_module("core.runs.inspection").load_inspector(run.folder, run.details.preset, which)
        results: Results = inspector.results()
    return results


def write_report(
    path: Path, run: RunSource, others: Sequence[RunDetails] = (), *, evaluate: bool = True, force: bool = False
) -> None:
    """Write the lab report of ``run``, compared with ``others``: as Markdown to a .md file, to any other as HTML.

    With ``evaluate`` it includes the results of the final weights on the test set; without, it is quick.
    Raises as `export` does.
    """
    _refuse_existing([path], force=force)
    report = lab_report(run.details, answers(run, "last") if evaluate else None, others)
    files = {path: as_html(report)}
    if path.suffix.lower() == MARKDOWN:
        files = {path.with_name(name): text for name, text in as_markdown(report, path.stem).items()}
    _refuse_existing(files, force=force)
    for place, text in files.items():
        _write(place, text, force=force)


def _write_keras(source: Source, path: Path, which: Which, *, force: bool) -> None:
    if path.suffix != KERAS.suffix:
        raise ExportError(f"{printable_path(path.name)}: Keras needs a name that ends in {KERAS.suffix}")
    if isinstance(source, RunSource) and (current := _current_file(source.folder, which)):
        with (
            open_regular(current, MODEL, follow=False) as source_file,
            atomic_file(path, follow=False, replaces=force) as file,
        ):
            copyfileobj(source_file, file)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with _tensorflow_errors():
        write = import_module("core.runs.keras_file").write
        if isinstance(source, Preset):
            write(path, source, replaces=force)
        else:
            write(path, source.details.preset, source.folder, which, replaces=force)


def _difference_note(details: RunDetails) -> str:
    """Why a script, which trains without interruption, gives other results than the run; or empty."""
    plan, wanted = details.preset.plan, details.effective_preset.plan.epochs
    if details.history.changes:
        return "The run's learning rate was changed by hand during training: this script does not do that."
    scheduled = plan.schedule.expression(plan.epochs) != plan.schedule.expression(wanted)
    if wanted != plan.epochs and (scheduled or plan.early_stopping):
        return (
            f"The run was planned for {show_amount(plan.epochs, 'epoch')} and extended to {wanted}: its schedule and "
            "early stopping knew the new number only then, this script from the start."
        )
    return ""


def _effective_preset(source: Source) -> Preset:
    return source if isinstance(source, Preset) else source.details.effective_preset


def _current_file(folder: Path, which: Which) -> Path | None:
    """The Keras file saved by training, if it is as new as the last checkpoint."""
    path = folder / KERAS_FILES[which]
    try:
        return path if path.stat().st_mtime_ns >= (folder / CHECKPOINT).stat().st_mtime_ns else None
    except FileNotFoundError:
        return None


def _check(format: Format, source: Source) -> None:
    if why := unavailable(format, source):
        raise ExportError(why)


def _refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    for path in paths:
        if os.path.lexists(path) and not force:
            raise FileExistsError(EEXIST, "exists already", str(path))


def _write(path: Path, text: str, *, force: bool) -> None:
    """Write an export. Links are never followed: others may be able to write to the same folder."""
    write_atomically(path, text, follow=False, replaces=force)


@contextmanager
def _tensorflow_errors() -> Iterator[None]:
    """Prepares TensorFlow; turns errors of Keras and TensorFlow into an `ExportError`."""
    try:
        runtime.prepare()
        yield
    except (RunError, OSError, TrainingRefused):
        raise
    except Exception as error:
        raise ExportError(explain(error)) from error
