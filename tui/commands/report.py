"""`layerlab report`: the lab report of a run."""

from collections.abc import Sequence

from core.export import formats
from core.export.formats import FORMATS, Stored
from core.presets import visible
from core.runs.store import Store
from tui.commands.common import DONE, Misuse, find_runs, refused, target, working
from tui.commands.export import exporting
from tui.output import Output
from tui.worker_thread import in_worker

__all__ = ["run"]

SUFFIXES = frozenset({".html", ".htm", ".md"})


def run(names: Sequence[str], out: str | None, *, quick: bool, force: bool) -> int:
    """Write the lab report of the first of the runs ``names``, compared with the others.

    A ``quick`` one does without the confusion matrix, for which the network has to be asked.
    """
    store = Store()
    runs = find_runs(store, names)
    with refused():
        told, *others = (store.told(run.id) for run in runs)
        first = Stored(told, store.path(told.run.id))
    path = target(out, formats.default_name(FORMATS["report"], first))
    if path.suffix.lower() not in SUFFIXES:
        raise Misuse(f"{visible(path)}: a lab report is HTML or Markdown: give a name that ends in .html or .md")
    with exporting(), working("making a lab report"):
        in_worker(lambda: formats.write_report(path, first, others, asks=not quick, force=force))
    Output().line(f"written as a lab report: {path}")
    return DONE
