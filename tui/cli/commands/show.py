"""`layerlab show`: all about one run."""

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
from tui.cli.commands import summary
from tui.cli.lookup import DONE, find_run, refused
from tui.output import Column, Output
from tui.training_text import HEADINGS, epoch_cells

__all__ = ["run", "show"]

IN_FULL = ("network", "plan")
"""Facts that are told in full further down."""
WIDE = (0, 0, 40, 60, 50, 70, 70)
"""The least width of terminal at which there is each of the columns of epochs."""


def run(name: str, *, as_json: bool) -> int:
    """Print what is known of the run ``name``."""
    store = Store()
    found = find_run(store, name)
    with refused():
        told, folder = store.details(found.id), store.path(found.id)
    if as_json:
        Output().json(to_json(run_details_report(told, folder)))
    else:
        show(told, str(folder), Output())
    return DONE


def show(told: RunDetails, folder: str, out: Output) -> None:
    """Lay out ``told`` for a reader: what it came to, its plan, its architecture, its epochs."""
    out.heading(told.run.name)
    facts = [(name, value) for name, value in run_text.facts(told) if name not in IN_FULL]
    _pairs([*facts, ("folder", folder)], out)
    out.line()
    out.heading("plan")
    plan = [
        (field.name, field.type.show(getattr(told.effective_preset.plan, field.name)) or "-")
        for field in fields_of(Plan)
    ]
    _pairs(plan, out)
    out.line()
    summary.show(told.preset, summarize(told.preset.architecture), out)
    _epochs(told, out)


def _epochs(told: RunDetails, out: Output) -> None:
    epochs = told.history.epochs
    if not epochs:
        return
    out.line()
    best, highest = told.history.best, told.history.best_accuracy
    columns = [*(Column(title, right=True, wide=wide) for title, wide in zip(HEADINGS, WIDE, strict=True)), Column("")]

    def marks(epoch: EpochEnded) -> str:
        by = ("loss",) * (epoch == best) + ("accuracy",) * (highest is not None and epoch.epoch == highest.x)
        return f"best {' and '.join(by)}" if by else ""

    rows = [(*epoch_cells(epoch), marks(epoch)) for epoch in epochs]
    out.table(columns, rows, ["green" if epoch == best else "" for epoch in epochs])


def _pairs(pairs: list[tuple[str, str]], out: Output) -> None:
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        out.line(f"  {name.ljust(width)}  {one_line(value)}")
