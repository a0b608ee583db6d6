"""The files that a sweep is taken away as: its tables, or its report."""

from pathlib import Path
from typing import Literal

from core.export.format import file_stem, refuse_existing, write_export
from core.export.formats.report import write_document
from core.export.html import as_html
from core.export.sweep_csv import settings_csv, trials_csv
from core.export.sweep_report import SweepSource, sweep_report
from core.sweeps.results import results

__all__ = ["SWEEP_FORMATS", "SweepFormat", "default_name", "sweep_text", "write_sweep"]

SweepFormat = Literal["csv", "report"]
SWEEP_FORMATS: dict[SweepFormat, str] = {"csv": "tables of a sweep", "report": "a report of a sweep"}
"""The formats that sweeps are exported to, with what they are."""
_SUFFIXES: dict[SweepFormat, str] = {"csv": ".csv", "report": ".html"}


def default_name(source: SweepSource, form: SweepFormat) -> str:
    """The default file name: ``l2-penalty-k3x9a.csv``."""
    return f"{file_stem(source.sweep.name)}-{source.key}{_SUFFIXES[form]}"


def sweep_text(source: SweepSource, form: SweepFormat) -> str:
    """The table of trials, or the report as HTML."""
    return trials_csv(source.sweep, source.records) if form == "csv" else as_html(sweep_report(source))


def write_sweep(source: SweepSource, form: SweepFormat, path: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write ``source`` to ``path``; gives the paths that it has become.

    As ``csv`` that is a table of trials, and beside it one of settings, whose name ends in ``-settings``. A report is
    Markdown if ``path`` ends in .md, else HTML. Raises OSError; FileExistsError if a file exists, unless ``force``.
    """
    if form == "report":
        write_document(path, sweep_report(source), force=force)
        return (path,)
    summary = path.with_name(f"{path.stem}-settings{path.suffix}")
    refuse_existing([path, summary], force=force)
    write_export(path, sweep_text(source, form), force=force)
    write_export(summary, settings_csv(source.sweep, results(source.sweep, source.records)), force=force)
    return path, summary
