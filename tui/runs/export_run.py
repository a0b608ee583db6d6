"""Exporting runs for other tools: the choices and the writing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.formatting import show_amount
from core.runs.record import Run

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store

__all__ = ["FilesExistError", "choices", "export_runs", "title"]


class FilesExistError(Exception):
    """Some of the files exist already; the message names one and counts the others."""


def choices() -> dict[str, str]:
    """What runs can be exported to, with its label."""
    from core.export.formats import FORMATS  # noqa: PLC0415  # start-up does without it

    return {choice: label for form in FORMATS.values() for choice, label in form.choices.items()}


def title(runs: Sequence[Run], choice: str = "") -> str:
    """What is exported: ``lenet-5 (k3f9q)``, or how many runs."""
    text = f"{runs[0].name} ({runs[0].key})" if len(runs) == 1 else show_amount(len(runs), "run")
    return f"{text}: {choices()[choice]}" if choice else f"Export {text}"


def export_runs(store: "Store", runs: Sequence[Run], choice: str, folder: Path, *, force: bool) -> tuple[Path, ...]:
    """Write ``runs`` to ``folder``; return the paths. A report is one file: the first run, compared with the others. It
    has no findings while the diagnosis is silent about that run.

    Takes seconds if the network has to be evaluated. Raises `FilesExistError`, before anything is written, unless
    ``force``; `core.export.format.ExportError`, `RunError` and OSError.
    """
    from core.export.formats import FORMATS  # noqa: PLC0415  # as above
    from core.export.formats.report import MARKDOWN, write_report  # noqa: PLC0415
    from core.lessons.silence import run_source  # noqa: PLC0415

    name, _, variant = choice.partition(" ")
    form = FORMATS[name]
    sources = [run_source(store, run.id) for run in runs]
    if name == "report":
        first, *others = sources
        path = folder / form.default_name(first)
        path = path.with_suffix(MARKDOWN) if variant == "markdown" else path
        _check_free([path], force=force)
        write_report(path, first, [other.details for other in others], force=True)
        return (path,)
    which: Which = "best" if variant == "best" else "last"
    paths = tuple(folder / form.default_name(source) for source in sources)
    _check_free(paths, force=force)
    for source, path in zip(sources, paths, strict=True):
        form.export(source, path, which, force=True)
    return paths


def _check_free(paths: Sequence[Path], *, force: bool) -> None:
    existing = [path.name for path in paths if path.exists()]
    if existing and not force:
        raise FilesExistError(
            f"{existing[0]} exists" if len(existing) == 1 else f"{existing[0]} and {len(existing) - 1} more exist"
        )
