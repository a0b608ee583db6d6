"""Runs written for other tools: what a person can choose from, and the writing."""

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
"""The words for what there is to choose from."""


class FilesExistError(Exception):
    """There are files already where some are to be written; the message names one and says how many."""


def title(runs: Sequence[Run], choice: str = "") -> str:
    """What is written: ``lenet-5 (k3f9q)``, or how many."""
    said = f"{runs[0].name} ({runs[0].key})" if len(runs) == 1 else show_amount(len(runs), "run")
    return f"{said}: {CHOICES[choice]}" if choice else f"Write {said} for other tools"


def export_runs(store: "Store", runs: Sequence[Run], choice: str, folder: Path, *, force: bool) -> tuple[Path, ...]:
    """Write ``runs`` into ``folder`` and say where. A report is one, of the first run, compared with the others.

    Takes seconds where the network is asked. Raises `FilesExistError`, before anything is written, unless told to
    ``force``; `core.export.formats.ExportError`, `RunError` and OSError.
    """
    # Imported here because it brings numpy, which the start does without.
    from core.export.formats import FORMATS, RunSource, default_name, export, write_report  # noqa: PLC0415

    sources = [RunSource(store.details(run.id), store.path(run.id)) for run in runs]
    if choice in {"report", "markdown"}:
        first, *others = sources
        path = folder / default_name(FORMATS["report"], first)
        path = path.with_suffix(".md") if choice == "markdown" else path
        _look_out([path], force=force)
        write_report(path, first, [other.details for other in others], force=True)
        return (path,)
    name, _, weights = choice.partition(" ")
    which: Which = "best" if weights == "best" else "last"
    paths = tuple(folder / default_name(FORMATS[name], source) for source in sources)
    _look_out(paths, force=force)
    for source, path in zip(sources, paths, strict=True):
        export(FORMATS[name], source, path, which, force=True)
    return paths


def _look_out(paths: Sequence[Path], *, force: bool) -> None:
    there = [path.name for path in paths if path.exists()]
    if there and not force:
        raise FilesExistError(
            f"{there[0]} exists" if len(there) == 1 else f"{there[0]} and {len(there) - 1} more exist"
        )
