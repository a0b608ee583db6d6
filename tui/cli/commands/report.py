"""`layerlab report`: writes the lab report of a run or of a sweep."""

from collections.abc import Sequence
from pathlib import Path

from click import Option

from core.export.formats import FORMATS
from core.export.formats.report import write_report
from core.export.sweep_files import SWEEP_FORMATS, default_name, write_sweep
from core.lessons.silence import run_source
from core.presets import printable_path
from core.runs.store import Store
from core.sweeps.record import SweepError, find
from tui.cli.command import Command
from tui.cli.commands.export import exporting
from tui.cli.lookup import DONE, UsageError, find_runs, find_sweep, quiet, refused, target
from tui.cli.parameters import FORCE, RUNS
from tui.output import Output
from tui.worker_thread import in_worker

__all__ = ["COMMAND", "run"]

SUFFIXES = frozenset({".html", ".htm", ".md"})


def run(names: Sequence[str], out: str | None, *, quick: bool, force: bool) -> int:
    """Write the lab report of the first of the runs ``names``, compared with the others; or of a sweep.

    A ``quick`` one omits the confusion matrix, which requires evaluating the network.
    """
    store = Store()
    try:
        runs = find_runs(store, names)
    except UsageError as error:
        return _report_sweep(names, error, out, force=force)
    with refused():
        first, others = run_source(store, runs[0].id), [store.details(run.id) for run in runs[1:]]
    path = _path(out, FORMATS["report"].default_name(first))
    with exporting(), quiet("writing a lab report"):
        in_worker(lambda: write_report(path, first, others, evaluate=not quick, force=force))
    Output().line(f"wrote a lab report: {path}")
    return DONE


def _report_sweep(names: Sequence[str], no_runs: UsageError, out: str | None, *, force: bool) -> int:
    """Write the report of the only one of ``names``, if it is a sweep's; raises ``no_runs`` if it is not."""
    if len(names) > 1:
        if sweep := next(filter(_is_sweep, names), None):
            raise UsageError(f"{printable_path(sweep)}: is a sweep, whose report is of nothing else: give it alone")
        raise no_runs
    source = find_sweep(names[0], no_runs)
    path = _path(out, default_name(source, "report"))
    with exporting():
        in_worker(lambda: write_sweep(source, "report", path, force=force))
    Output().line(f"wrote {SWEEP_FORMATS['report']}: {path}")
    return DONE


def _is_sweep(name: str) -> bool:
    try:
        find(name)
    except SweepError:
        return False
    return True


def _path(out: str | None, name: str) -> Path:
    path = target(out, name)
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{printable_path(path)}: a lab report is HTML or Markdown: use a name ending in .html or .md")
    return path


COMMAND = Command(
    "report",
    run,
    [
        RUNS,
        Option(["--out"], metavar="PATH", help="Output file (.html or .md) or folder"),
        Option(["--quick"], is_flag=True, help="Leave out the confusion matrix"),
        FORCE,
    ],
    section="Runs",
    help="Write the lab report of a run, compared with any further runs; or of a sweep.",
)
