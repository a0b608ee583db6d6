"""Exporting runs for other tools: the choices and the writing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.formatting import show_amount
from core.runs.record import Run

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store

__all__ = ["CHOICES", "FilesExistError", "export_runs", "title"]

CHOICES = {
    "report": "lab report: HTML, for reading and printing",
    "markdown": "lab report: Markdown, with its curves as SVG",
    "script": "Keras script: runs with TensorFlow alone",
    "keras best": "Keras model (.keras) with the weights of the lowest loss",
    "keras last": "Keras model (.keras) with the last weights",
    "csv": "figures of every epoch as CSV",
    "toml": "architecture and plan as a preset (TOML)",
    "tensorboard": "TensorBoard event files",
}
"""The labels of the choices."""


class FilesExistError(Exception):
    """Some of the files exist already; the message names one and counts the others."""


def title(runs: Sequence[Run], choice: str = "") -> str:
    """What is exported: ``lenet-5 (k3f9q)``, or how many runs."""
    text = f"{runs[0].name} ({runs[0].key})" if len(runs) == 1 else show_amount(len(runs), "run")
    return f"{text}: {CHOICES[choice]}" if choice else f"Export {text}"


def export_runs(store: "Store", runs: Sequence[Run], choice: str, folder: Path, *, force: bool) -> tuple[Path, ...]:
    """Write ``runs`` to ``folder``; return the paths. A report is one file: the first run, compared with the others.

    Takes seconds if the network has to be evaluated. Raises `FilesExistError`, before anything is written, unless
    ``force``; `core.export.formats.ExportError`, `RunError` and OSError.
    """
    # Imported here because it imports numpy, which start-up does without.
    from core.export.formats import FORMATS, RunSource, default_name, export, write_report  # noqa: PLC0415

    sources = [RunSource(store.details(run.id), store.path(run.id)) for run in runs]
    if choice in {"report", "markdown"}:
        first, *others = sources
        path = folder / default_name(FORMATS["report"], first)
        path = path.with_suffix(".md") if choice == "markdown" else path
        _check_free([path], force=force)
        write_report(path, first, [other.details for other in others], force=True)
        return (path,)
    name, _, weights = choice.partition(" ")
    which: Which = "best" if weights == "best" else "last"
    paths = tuple(folder / default_name(FORMATS[name], source) for source in sources)
    _check_free(paths, force=force)
    for source, path in zip(sources, paths, strict=True):
        export(FORMATS[name], source, path, which, force=True)
    return paths


def _check_free(paths: Sequence[Path], *, force: bool) -> None:
    existing = [path.name for path in paths if path.exists()]
    if existing and not force:
        raise FilesExistError(
            f"{existing[0]} exists" if len(existing) == 1 else f"{existing[0]} and {len(existing) - 1} more exist"
        )
