"""`layerlab runs`: lists the saved runs."""

from collections.abc import Sequence

from click import Argument, Option

from core.formatting import show_accuracy, show_amount, show_count, show_duration, show_gap, show_moment
from core.runs.json_output import run_report
from core.runs.record import Run
from core.runs.search import ignored_comparison_warning, matching, ordered
from core.runs.store import Store
from core.strict_json import to_json
from tui import run_text
from tui.cli.command import Command
from tui.cli.lookup import DONE, parse_positive_int, refused
from tui.cli.parameters import JSON
from tui.output import Column, Output

__all__ = ["COMMAND", "STYLES", "run", "show"]

COLUMNS = (
    Column("Key"),
    Column("Name"),
    Column("Architecture", wide=120),
    Column("Params", right=True, wide=100),
    Column("Epochs", right=True, wide=30),
    Column("Best", right=True, wide=60),
    Column("Last", right=True, wide=110),
    Column("Test", right=True, wide=40),
    Column("Train", right=True, wide=130),
    Column("Gap", right=True, wide=90),
    Column("Time", right=True, wide=80),
    Column("Device", wide=140),
    Column("State", wide=50),
    Column("Begun", wide=120),
    Column("Note", wide=160),
)
STYLES = {"interrupted": "yellow", "failed": "red", "damaged": "red", "newer": "yellow"}
NO_RUNS = "no runs yet: `layerlab train lenet-5` trains a preset and saves the run"
NO_TRASH = "the trash is empty"
LONGEST_NOTE = 40
AT_ONCE = 500
"""Runs shown on a terminal unless --limit is given: laying out thousands would take seconds."""


def run(
    filters: Sequence[str],
    sort: str | None,
    limit: str | None,
    *,
    reverse: bool,
    trash: bool,
    rebuild: bool,
    as_json: bool,
) -> int:
    """Print the runs that match the ``filters``, newest first; or rebuild the index and print its size."""
    store = Store()
    if rebuild:
        return _rebuild(store, as_json=as_json)
    most = parse_positive_int("--limit", limit)
    every = store.discarded() if trash else store.refresh()
    with refused():
        matches = ordered(matching(every, " ".join(filters)), sort or "begun", descending=reverse == bool(sort))
    out = Output()
    if most is None and out.rich and not as_json:
        most = AT_ONCE
    shown = matches[:most]
    if as_json:
        out.json(to_json([run_report(each) for each in shown]))
    elif shown:
        show(shown, out)
        if len(shown) < len(matches):
            hint = "" if limit else "; --limit shows more"
            out.line(f"{show_count(len(shown))} of {show_amount(len(matches), 'run')}{hint}")
        if not trash:
            _print_advice(matches, out)
    elif every:
        query = " ".join(filters)
        out.line(f"none of {show_amount(len(every), 'run')} matches: {ignored_comparison_warning(query) or query}")
    else:
        out.line(NO_TRASH if trash else NO_RUNS)
    return DONE


def show(runs: Sequence[Run], out: Output) -> None:
    """Print ``runs`` as a table."""
    out.table(COLUMNS, [_cells(each) for each in runs], [STYLES.get(each.state, "") for each in runs])


def _print_advice(runs: Sequence[Run], out: Output) -> None:
    """Print what can be done about runs that did not end well."""
    interrupted = [each.key for each in runs if each.state == "interrupted"]
    if interrupted:
        were = "was" if len(interrupted) == 1 else "were"
        out.line(
            f"{show_amount(len(interrupted), 'run')} {were} interrupted: `layerlab resume {interrupted[0]}` resumes it"
        )
    for each in runs:
        if not each.readable:
            out.line(f"{each.state}: {each.message}")


def _rebuild(store: Store, *, as_json: bool) -> int:
    count = store.rebuild()
    damaged = sum(each.state == "damaged" for each in store.listed())
    if as_json:
        Output().json(to_json({"runs": count, "damaged": damaged}))
    else:
        found = f", {show_count(damaged)} of them damaged" if damaged else ""
        Output().line(f"index rebuilt: {show_amount(count, 'run')}{found}")
    return DONE


def _cells(run: Run) -> tuple[str, ...]:
    if not run.readable:
        return (run.key, run.name, *("-" * 10), run.state, "-", "-")
    metrics = run.metrics
    return (
        run.key,
        run.name,
        run.architecture,
        show_count(metrics.params),
        run_text.epochs(metrics),
        show_accuracy(metrics.best_val_accuracy),
        show_accuracy(metrics.last_val_accuracy),
        show_accuracy(metrics.test_accuracy),
        show_accuracy(metrics.final_train_accuracy),
        show_gap(metrics.generalization_gap),
        show_duration(metrics.seconds),
        run.device,
        run.state,
        show_moment(run.begun),
        _cut(run_text.label_text(run.label)),
    )


def _cut(note: str) -> str:
    return note if len(note) <= LONGEST_NOTE else f"{note[: LONGEST_NOTE - 4].rstrip()} ..."


COMMAND = Command(
    "runs",
    run,
    [
        Argument(
            ["filters"], nargs=-1, metavar="[FILTER]...", help="Words, #tags, or comparisons: best>0.98 params<100k"
        ),
        Option(["--sort"], metavar="COLUMN", help="Sort by COLUMN, smallest first"),
        Option(["--reverse"], is_flag=True, help="Reverse the order"),
        Option(["--limit"], metavar="N", help="Show the first N only"),
        Option(["--trash"], is_flag=True, help="List the trash"),
        Option(["--rebuild"], is_flag=True, help="Rebuild the index from the run files"),
        JSON,
    ],
    section="Runs",
    help="List the runs, newest first.",
)
