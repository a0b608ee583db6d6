"""`layerlab show`: shows everything about a run."""

from core.events import EpochEnded
from core.fields.struct import fields_of
from core.network.summary import summarize
from core.plan.plan import Plan
from core.runs.json_output import run_details_report
from core.runs.record import RunDetails
from core.runs.store import Store
from core.sanitize import one_line
from core.strict_json import to_json
from tui import run_text
from tui.cli.command import Command
from tui.cli.commands import summary
from tui.cli.lookup import DONE, find_run, refused
from tui.cli.parameters import JSON, RUN
from tui.output import Column, Output
from tui.training_text import HEADINGS, epoch_cells

__all__ = ["COMMAND", "run", "show"]

IN_FULL = ("network", "plan")
"""Facts that are shown in full further down."""
WIDE = (0, 0, 40, 60, 50, 70, 70)
"""The terminal width from which each column of the epochs is shown."""


def run(name: str, *, as_json: bool) -> int:
    """Print everything about the run ``name``."""
    store = Store()
    found = find_run(store, name)
    with refused():
        details, folder = store.details(found.id), store.path(found.id)
    if as_json:
        Output().json(to_json(run_details_report(details, folder)))
    else:
        show(details, str(folder), Output())
    return DONE


def show(details: RunDetails, folder: str, out: Output) -> None:
    """Print ``details``: results, plan, architecture and epochs."""
    out.heading(details.run.name)
    facts = [(name, value) for name, value in run_text.facts(details) if name not in IN_FULL]
    _print_pairs([*facts, ("folder", folder)], out)
    out.line()
    out.heading("plan")
    plan = [
        (field.name, field.type.show(getattr(details.effective_preset.plan, field.name)) or "-")
        for field in fields_of(Plan)
    ]
    _print_pairs(plan, out)
    out.line()
    summary.show(details.preset, summarize(details.preset.architecture), out)
    _print_epochs(details, out)


def _print_epochs(details: RunDetails, out: Output) -> None:
    epochs = details.history.epochs
    if not epochs:
        return
    out.line()
    best, highest = details.history.best, details.history.best_accuracy
    columns = [*(Column(title, right=True, wide=wide) for title, wide in zip(HEADINGS, WIDE, strict=True)), Column("")]

    def marks(epoch: EpochEnded) -> str:
        by = ("loss",) * (epoch == best) + ("accuracy",) * (highest is not None and epoch.epoch == highest.x)
        return f"best {' and '.join(by)}" if by else ""

    rows = [(*epoch_cells(epoch), marks(epoch)) for epoch in epochs]
    out.table(columns, rows, ["green" if epoch == best else "" for epoch in epochs])


def _print_pairs(pairs: list[tuple[str, str]], out: Output) -> None:
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        out.line(f"  {name.ljust(width)}  {one_line(value)}")


COMMAND = Command("show", run, [RUN, JSON], section="Runs", help="Show everything about a run.")
