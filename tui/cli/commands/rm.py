"""`layerlab rm`: moves runs to the trash, restores them, or deletes them permanently."""

import sys
from collections.abc import Sequence

from click import Argument, Option

from core.formatting import show_amount
from core.runs.record import Run
from core.runs.resolve import resolve_run
from core.runs.store import Store
from tui.cli.command import Command
from tui.cli.lookup import DONE, UsageError, find_runs, refused
from tui.cli.parameters import run_keys
from tui.output import Output

__all__ = ["COMMAND", "run"]


def run(names: Sequence[str], *, restore: bool, empty: bool, yes: bool) -> int:
    """Discard the runs ``names``, ``restore`` them, or ``empty`` the trash of them, or of all runs if none is named."""
    store, out = Store(), Output()
    if restore and empty:
        raise UsageError("--restore and --empty cannot be combined")
    if not names and not empty:
        raise UsageError(f"name the runs by their keys; `layerlab runs{' --trash' if restore else ''}` lists them")
    if empty:
        _empty(store, names, out, yes=yes)
    elif restore:
        runs = _in_trash(store, names)
        with refused():
            store.restore([run.id for run in runs])
        out.line(f"restored {_listed(runs)}")
    else:
        runs = find_runs(store, names)
        with refused():
            store.discard([run.id for run in runs])
        keys = " ".join(run.key for run in runs)
        out.line(f"{_listed(runs)}: moved to the trash (`layerlab rm --restore {keys}` restores)")
    return DONE


def _empty(store: Store, names: Sequence[str], out: Output, *, yes: bool) -> None:
    runs = _in_trash(store, names) if names else store.discarded()
    if not runs:
        out.line("the trash is empty")
    elif yes or _confirmed(f"delete {show_amount(len(runs), 'run')} permanently?"):
        with refused():
            count = store.purge([run.id for run in runs] if names else None)
        out.line(f"{show_amount(count, 'run')} permanently deleted")
    else:
        out.line("nothing deleted")


def _confirmed(question: str) -> bool:
    """Whether the user confirms at the terminal. Raises `UsageError` if there is none."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{question} confirm with --yes")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _in_trash(store: Store, names: Sequence[str]) -> tuple[Run, ...]:
    """The discarded runs that ``names`` refer to, each once. Raises `UsageError`."""
    discarded, hint = store.discarded(), "`layerlab runs --trash` lists what is"
    with refused():
        found = [resolve_run(name, discarded, "is not in the trash", hint) for name in names]
    return tuple({run.id: run for run in found}.values())


def _listed(runs: Sequence[Run]) -> str:
    return ", ".join(f"{run.name} ({run.key})" for run in runs)


COMMAND = Command(
    "rm",
    run,
    [
        Argument(
            ["names"],
            nargs=-1,
            metavar="[RUN]...",
            help="Keys, ids or names of runs; last is the newest",
            shell_complete=run_keys,
        ),
        Option(["--restore"], is_flag=True, help="Restore runs from the trash"),
        Option(["--empty"], is_flag=True, help="Permanently delete runs in the trash"),
        Option(["--yes"], is_flag=True, help="Do not ask"),
    ],
    section="Runs",
    help="Move runs to the trash.",
)
