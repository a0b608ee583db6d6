"""`layerlab report`: writes the lab report of a run."""

from collections.abc import Sequence

from click import Option

from core.export.format import RunSource
from core.export.formats import FORMATS
from core.export.formats.report import write_report
from core.presets import printable_path
from core.runs.store import Store
from tui.cli.command import Command
from tui.cli.commands.export import exporting
from tui.cli.lookup import DONE, UsageError, find_runs, quiet, refused, target
from tui.cli.parameters import FORCE, RUNS
from tui.output import Output
from tui.worker_thread import in_worker

__all__ = ["COMMAND", "run"]

SUFFIXES = frozenset({".html", ".htm", ".md"})


def run(names: Sequence[str], out: str | None, *, quick: bool, force: bool) -> int:
    """Write the lab report of the first of the runs ``names``, compared with the others.

    A ``quick`` one omits the confusion matrix, which requires evaluating the network.
    """
    store = Store()
    runs = find_runs(store, names)
    with refused():
        details, *others = (store.details(run.id) for run in runs)
        first = RunSource(details, store.path(details.run.id))
    path = target(out, FORMATS["report"].default_name(first))
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{printable_path(path)}: a lab report is HTML or Markdown: use a name ending in .html or .md")
    with exporting(), quiet("writing a lab report"):
        in_worker(lambda: write_report(path, first, others, evaluate=not quick, force=force))
    Output().line(f"wrote a lab report: {path}")
    return DONE


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
    help="Write the lab report of a run, compared with any further runs.",
)
