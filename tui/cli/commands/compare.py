"""`layerlab compare`: the metrics of runs side by side, and their differences."""

from collections.abc import Callable, Sequence

from core.formatting import NONE, show_accuracy, show_count, show_duration, show_gap, show_loss, show_moment
from core.runs.differences import differences
from core.runs.json_output import comparison_report
from core.runs.record import Run, RunDetails
from core.runs.store import Store
from core.strict_json import to_json
from tui import run_text
from tui.cli.command import Command
from tui.cli.lookup import DONE, UsageError, find_runs, refused
from tui.cli.parameters import JSON, RUNS
from tui.output import Column, Output

__all__ = ["COMMAND", "run", "show"]

FIGURES: tuple[tuple[str, Callable[[Run], str]], ...] = (
    ("name", lambda run: run.name),
    ("architecture", lambda run: run.architecture),
    ("params", lambda run: show_count(run.metrics.params)),
    ("epochs", lambda run: run_text.epochs(run.metrics)),
    ("epoch of lowest loss", lambda run: _epoch(run.metrics.best_epoch)),
    ("validation accuracy there", lambda run: show_accuracy(run.metrics.accuracy_at_lowest_loss)),
    ("best validation accuracy", lambda run: show_accuracy(run.metrics.best_val_accuracy)),
    ("in epoch", lambda run: _epoch(run.metrics.best_accuracy_epoch)),
    ("last validation accuracy", lambda run: show_accuracy(run.metrics.last_val_accuracy)),
    ("last validation loss", lambda run: show_loss(run.metrics.last_val_loss)),
    ("training loss of the last epoch", lambda run: show_loss(run.metrics.last_loss)),
    ("test accuracy", lambda run: show_accuracy(run.metrics.test_accuracy)),
    ("test loss", lambda run: show_loss(run.metrics.test_loss)),
    ("final training accuracy", lambda run: show_accuracy(run.metrics.final_train_accuracy)),
    ("final training loss", lambda run: show_loss(run.metrics.final_train_loss)),
    ("generalization gap", lambda run: show_gap(run.metrics.generalization_gap)),
    ("time", lambda run: show_duration(run.metrics.seconds)),
    ("device", lambda run: run.device),
    ("state", lambda run: run.state),
    ("begun", lambda run: show_moment(run.begun)),
)


def _epoch(number: int) -> str:
    return show_count(number) if number else NONE


def run(names: Sequence[str], *, as_json: bool) -> int:
    """Print the metrics of the runs ``names``, and how their architectures and plans differ."""
    store = Store()
    runs = find_runs(store, names)
    if len(runs) < 2:
        same = f"{runs[0].name} ({runs[0].key}) is a single run; " if len(names) > 1 else ""
        raise UsageError(f"{same}comparing needs two or more runs; `layerlab runs` lists them")
    with refused():
        compared = [store.details(run.id) for run in runs]
    if as_json:
        Output().json(to_json(comparison_report(compared)))
    else:
        show(compared, Output())
    return DONE


def show(compared: Sequence[RunDetails], out: Output) -> None:
    """Print two or more runs, a column for each."""
    runs = [details.run for details in compared]
    keys = [Column(run.key) for run in runs]
    out.table([Column(""), *keys], [(title, *(figure(run) for run in runs)) for title, figure in FIGURES])
    out.line()
    found = differences(compared)
    if not found:
        out.line("architectures and plans are the same")
        return
    out.heading("what differs")
    out.table(
        [Column("Where"), Column("What"), *keys],
        [(each.place, each.field, *map(out.typeset, each.values)) for each in found],
    )


COMMAND = Command(
    "compare", run, [RUNS, JSON], section="Runs", help="Compare runs: their metrics and their differences."
)
