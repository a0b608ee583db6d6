"""`layerlab hand-in`: packs answers and runs for who marks them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from click import Option
from msgspec import Struct

from core.export.format import refuse_existing
from core.formatting import show_amount, show_bytes
from core.marking import hand_in
from core.marking.checking import CheckReport, check
from core.marking.hand_in import HandInError
from core.marking.verifying import most_epochs, why_none
from core.presets import printable_path
from core.runs.record import RunDetails
from core.runs.store import Store
from core.sanitize import one_line
from core.strict_json import to_json
from tui.cli.assignments import find_runs, read_with_answers, show
from tui.cli.command import Command
from tui.cli.commands.check import ANSWERS, ASSIGNMENT, RUN
from tui.cli.commands.export import exporting
from tui.cli.lookup import DONE, UsageError, refused, target
from tui.cli.parameters import FORCE, JSON
from tui.output import Output

__all__ = ["COMMAND", "run"]


class HandInReport(Struct, frozen=True):
    """The output of `layerlab hand-in --json`."""

    file: str
    bytes: int
    runs: tuple[str, ...]
    """Their keys."""
    warnings: tuple[str, ...]
    report: CheckReport


def run(
    name: str,
    runs: Sequence[str],
    answers: str | None,
    who: str | None,
    out: str | None,
    *,
    force: bool,
    as_json: bool,
) -> int:
    """Pack what is handed in for the assignment in the file ``name``, whether all is met or not."""
    assignment, given = read_with_answers(name, answers)
    path = target(out, f"{Path(name).stem}-hand-in.zip")
    with exporting():
        refuse_existing([path], force=force)
    store = Store()
    details = find_runs(store, assignment, runs)
    if under_way := next((each.run for each in details if each.run.state == "running"), None):
        raise UsageError(f"{under_way.key}: is being trained; hand it in once it has ended")
    with refused():
        folders = {each.run.id: store.path(each.run.id) for each in details}
    about = hand_in.manifest(who or "", assignment, given)
    try:
        with exporting():
            size = hand_in.write(path, about, folders, replaces=force)
    except HandInError as error:
        raise UsageError(f"{printable_path(name)}: {error}") from error
    report, warnings = check(assignment, details, given), tuple(_warnings(details))
    if as_json:
        keys = tuple(each.run.key for each in details)
        Output().json(to_json(HandInReport(str(path), size, keys, warnings, report)))
    else:
        _show(report, warnings, f"wrote {path}: {show_amount(len(details), 'run')}, {show_bytes(size)}")
    return DONE


def _warnings(runs: Sequence[RunDetails]) -> Iterator[str]:
    for run in runs:
        if not most_epochs(run):
            yield f"{one_line(run.run.name)} ({run.run.key}): what it came to cannot be confirmed: {why_none(run)}"


def _show(report: CheckReport, warnings: Sequence[str], written: str) -> None:
    out = Output()
    show(report, out)
    for warning in warnings:
        out.line(f"! {warning}", "yellow")
    out.line(written)


COMMAND = Command(
    "hand-in",
    run,
    [
        ASSIGNMENT,
        RUN,
        ANSWERS,
        Option(["--name", "who"], metavar="NAME", help="Who hands it in"),
        Option(["--out"], metavar="FILE.zip", help="Where to write it; by default ASSIGNMENT-hand-in.zip"),
        FORCE,
        JSON,
    ],
    section="Learning",
    help="Pack answers and runs of an assignment for who marks them.",
)
