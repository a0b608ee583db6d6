"""`layerlab mark`: marks a folder of hand-ins."""

import sys
from collections.abc import Callable
from contextlib import closing
from os.path import realpath
from pathlib import Path
from random import Random, SystemRandom

from click import Argument, Option

from core.export.marks_csv import head, row
from core.marking.assignment import Assignment
from core.marking.mark import Marker, Marks, hand_ins_in
from core.presets import printable_path
from core.sanitize import one_line
from core.strict_json import to_json
from tui.cli.assignments import read, show_got
from tui.cli.command import Command
from tui.cli.lookup import DONE, FAILED, UsageError, parse_positive_int, refused
from tui.cli.parameters import JSON
from tui.output import Output

__all__ = ["COMMAND", "run"]

EPOCHS, SECONDS = 10, 300
MET, UNMET = "\N{CHECK MARK}", "\N{BALLOT X}"
Show = Callable[[Marks], None]


def run(
    folder: str,
    assignment: str | None,
    epochs: str | None,
    seconds: str | None,
    seed: str | None,
    *,
    as_csv: bool,
    as_json: bool,
) -> int:
    """Mark the hand-ins in ``folder``; 1 if one of them could not be marked."""
    if as_csv and as_json:
        raise UsageError("--csv: --json prints everything that it does; leave out one of them")
    place = Path(realpath(folder))  # which may be a link: in it none is followed
    with refused():
        hand_ins = hand_ins_in(place)
    if not hand_ins:
        raise UsageError(f"{printable_path(folder)}: there is no hand-in, a .zip of `layerlab hand-in`, in it")
    tasks = read(assignment or _assignment_in(Path(folder)))
    most = parse_positive_int("--epochs", epochs) or EPOCHS
    limit = parse_positive_int("--seconds", seconds) or SECONDS
    failed = False
    with closing(Marker(tasks, most, limit, _choice(seed))) as marker:
        show = _shown(tasks, as_csv=as_csv, as_json=as_json)
        for path in hand_ins:
            marks = marker.mark(path, str(path.relative_to(place)))
            show(marks)
            failed = failed or marks.report is None
    return FAILED if failed else DONE


def _assignment_in(folder: Path) -> str:
    """The one assignment beside the hand-ins. Raises `UsageError`."""
    with refused():
        found = sorted(path for path in folder.glob("*.toml") if not path.stem.endswith("-answers"))
    if len(found) != 1:
        what = "no assignment, a .toml," if not found else f"{len(found)} .toml files"
        raise UsageError(f"{printable_path(folder)}: there is {what} in it; name it with --assignment FILE")
    return str(found[0])


def _choice(seed: str | None) -> Callable[[int], int]:
    """Chooses up to which epoch a run is trained again, so that nobody who hands in can know it."""
    if seed is None:
        return lambda most: SystemRandom().randint(1, most)
    chosen = Random(parse_positive_int("--seed", seed))  # noqa: S311  # who marks wants to repeat it
    return lambda most: chosen.randint(1, most)


def _shown(assignment: Assignment, *, as_csv: bool, as_json: bool) -> Show:
    """What prints the marks of a hand-in as soon as it is marked."""
    out = Output()
    if as_json:
        return lambda marks: out.json(to_json(marks))
    if as_csv:
        sys.stdout.write(head(assignment))
        return lambda marks: _print(row(assignment, marks))
    out.heading(one_line(assignment.title))
    return lambda marks: _show(marks, out)


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _show(marks: Marks, out: Output) -> None:
    name = f"{one_line(marks.file)}  {one_line(marks.name)}".rstrip()
    if marks.report is None:
        out.line(f"{UNMET} {name}")
        out.line(f"    {one_line(marks.problem)}", "red")
        return
    report = marks.report
    complete = all(task.met for task in report.tasks)
    out.line(f"{MET if complete else UNMET} {name}  {report.points:g} of {report.of:g} points")
    if marks.problem:
        out.line(f"    {one_line(marks.problem)}", "yellow")
    for told in report.verified:
        out.line(f"    run {told.run}: {one_line(told.message)}", "" if told.believed else "yellow")
    for task in report.tasks:
        if not task.met:
            out.line(f"    {one_line(task.id)}: {show_got(task)} ({one_line(task.check)})")


COMMAND = Command(
    "mark",
    run,
    [
        Argument(["folder"], metavar="FOLDER", help="A folder of hand-ins, with the assignment beside them"),
        Option(["--assignment"], metavar="FILE", help="The assignment; by default the one TOML file in the folder"),
        Option(["--epochs"], metavar="N", help=f"Epochs of each run that are trained again at most ({EPOCHS})"),
        Option(["--seconds"], metavar="N", help=f"Seconds that training a run again may take ({SECONDS})"),
        Option(["--seed"], metavar="N", help="Choose the epochs by a seed; by default by chance"),
        Option(["--csv", "as_csv"], is_flag=True, help="Print the marks as a table of comma-separated values"),
        JSON,
    ],
    section="Learning",
    help="Mark hand-ins: counts are computed, epochs trained and weights evaluated again.",
)
