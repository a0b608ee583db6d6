"""The Runs tab: every training that was kept, to be found again, compared, gone on with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static

from core.formatting import show_amount
from core.presets import Preset
from core.runs.record import Run, RunDetails, RunError
from tui import run_text
from tui.conversation import conversation
from tui.runs import commands
from tui.runs.columns import COLUMNS
from tui.runs.detail import RunDetail
from tui.runs.labels import ask
from tui.runs.list_state import RunListState
from tui.runs.run_cache import RunCache
from tui.runs.series_styles import sign
from tui.runs.store_poller import StorePoller
from tui.runs.table import RunTable
from tui.widgets.listing import Listing
from tui.widgets.status_line import StatusLine, Tone
from tui.widgets.text import update_text
from tui.widgets.text_input import SEARCH, TextInput

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store

__all__ = ["RunsPane"]


class RunsPane(StorePoller):
    """Lists the runs of a store and does what can be done with them."""

    HELP = """
    ## Runs
    Every training is kept, and goes on from where it was, whatever ended it. **/** shows only the runs that fit: part
    of a name, a state, **#tag**, or **best>0.98**, **gap>2%**, **params<100k**, **epochs=10**, **time<60**, several of
    them with blanks between.

    **space** marks runs, whose curves are then drawn over one another; **enter** opens what was trained in Build,
    **i** looks into it, **r** goes on to the end of its plan, **+** for as many epochs again as that has. **n** renames
    it, **N** writes a note, **#** gives it tags. **d** puts it in the trash, **z** takes it back.
    """

    BINDINGS = commands.BINDINGS

    filter = query_one("#runs-query", Input)
    count = query_one("#runs-count", Static)
    table = query_one(RunTable)
    detail = query_one(RunDetail)
    status = query_one("#runs-status", StatusLine)

    @dataclass
    class OpenRequested(Message):
        """A person wants to build on what was trained: a preset of the run's name."""

        preset: Preset

    @dataclass
    class InspectRequested(Message):
        """A person wants to look into a run with the weights of the lowest loss or the last ones."""

        run: Run
        which: "Which"

    @dataclass
    class ResumeRequested(Message):
        """A person wants to go on with a run for ``more`` epochs; 0: to the end of its plan."""

        run: Run
        more: int

    @dataclass
    class ExportRequested(Message):
        """A person wants runs written for other tools."""

        runs: tuple[Run, ...]

    def __init__(self, store: "Callable[[], Store]", *, id: str | None = None) -> None:
        """``store`` gives the runs; what it gives is asked in threads."""
        super().__init__(store, id=id)
        self._reader = RunCache(lambda run: store().details(run))
        self._shelf = RunListState()
        self._trash: list[tuple[str, ...]] = []

    def compose(self) -> ComposeResult:
        with Horizontal(id="runs-top"):
            yield TextInput(
                placeholder="/ filters: a name, #tag, best>0.98", id="runs-query", compact=True, max_length=SEARCH
            )
            yield Static(id="runs-count", markup=False)
        yield RunTable()
        yield RunDetail(self._reader)
        yield StatusLine(id="runs-status")

    def on_mount(self) -> None:
        self.detail.display = False
        self.table.empty = run_text.READING

    def focus_default(self) -> None:
        """Put the focus on the table, where all keys work."""
        self.table.focus()

    def watch_active(self) -> None:
        super().watch_active()
        if self.is_mounted and not self.active:
            self.say("")  # it is of no use any more when somebody comes back

    def take(self, runs: Sequence[Run]) -> None:
        self._shelf.take(runs)
        self._show()

    def say(self, message: str, tone: Tone = "") -> None:
        self.status.say(message, tone)

    # What is shown

    def _show(self) -> None:
        """Show the runs that fit, in order, with their marks."""
        shelf, table = self._shelf, self.table
        shown, marked = shelf.shown, shelf.marked
        table.empty = (
            run_text.READING if not self.known else run_text.no_match(shelf.query) if shelf.runs else run_text.NONE
        )
        table.order = shelf.column, shelf.descending
        table.signs = {run.id: sign(number) for number, run in enumerate(marked)}
        table.show(shown)
        said = run_text.count(len(shown), len(shelf.runs), len(marked))
        update_text(self.count, Content(said if self.known else run_text.LOOKING))
        self._show_detail()

    def _show_detail(self) -> None:
        runs = self._shelf.marked or self._chosen_alone
        self.detail.display = bool(runs)
        self.detail.runs = runs
        self.refresh_bindings()

    @on(Listing.Chosen)
    def _chosen(self, event: Listing.Chosen) -> None:
        event.stop()
        if not self._shelf.marked:
            self._show_detail()

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        event.stop()
        self.action_open()

    @on(RunTable.MarkWanted)
    def _mark_wanted(self, event: RunTable.MarkWanted) -> None:
        event.stop()
        self._mark_chosen()

    @on(RunTable.SortWanted)
    def _sort_wanted(self, event: RunTable.SortWanted) -> None:
        event.stop()
        self._sort(event.column)

    @on(Input.Changed, "#runs-query")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self._shelf.query = event.value
        self.say("")
        self._show()

    @on(Input.Submitted, "#runs-query")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_default()

    # What a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Where a person types, keys are letters.
        return self.filter.has_focus == (action in {"clear", "list"})

    def offers(self, action: str) -> bool:
        """Whether ``action`` would be done with the chosen run, or the marked ones where it is about these."""
        about = self._shelf.marked if action in {"discard", "export"} else ()
        runs = about or self._chosen_alone
        if action not in {"open", "inspect", "resume", "more", "write", "discard", "export", "mark"}:
            return True
        return bool(runs) and (action == "mark" or not any(commands.refusal(action, run) for run in runs))

    def on_descendant_focus(self) -> None:
        if self.filter.has_focus:
            self._shelf.prepare()
        self.refresh_bindings()

    def action_filter(self) -> None:
        """Go to the filter."""
        self.filter.focus()

    def action_list(self) -> None:
        """Go from the filter to the runs."""
        self.focus_default()

    def action_clear(self) -> None:
        """Clear the filter and go back to the runs."""
        self.filter.value = ""
        self.focus_default()

    def action_leave(self) -> None:
        """Clear the filter; if there is none, take all marks away."""
        if self.filter.value:
            self.filter.value = ""
        else:
            self._shelf.mark([run.id for run in self._shelf.marked], on=False)
            self._show()
        self.focus_default()

    def action_mark(self) -> None:
        """Mark the chosen run, or take its mark away, and go to the next one."""
        if self._mark_chosen():
            self.table.action_step(1)

    def action_mark_all(self) -> None:
        """Mark all runs that are shown; if they are, take the marks away."""
        shown = [run.id for run in self.table.runs]
        self._shelf.mark(shown, on=not all(map(self._shelf.is_marked, shown)))
        self._show()

    def action_sort(self) -> None:
        """Put the runs in order of the next column."""
        columns = self.table.columns or tuple(COLUMNS)
        at = columns.index(self._shelf.column) if self._shelf.column in columns else -1
        self._sort(columns[(at + 1) % len(columns)])

    def action_reverse(self) -> None:
        """Put the runs the other way round."""
        self._sort(self._shelf.column)

    def action_turn(self) -> None:
        """Show accuracy, loss, or what the runs are and in what they differ."""
        self.detail.turn()

    def action_open(self) -> None:
        """Open what was trained in Build."""
        if run := self._allowed("open"):
            self._read(run, lambda told: self.OpenRequested(replace(told.preset, name=told.run.name)))

    def action_inspect(self, which: "Which") -> None:
        """Look into the chosen run."""
        if run := self._allowed("inspect"):
            self.post_message(self.InspectRequested(run, which))

    def action_resume(self) -> None:
        """Go on with the chosen run to the end of its plan."""
        if run := self._allowed("resume"):
            self.post_message(self.ResumeRequested(run, 0))

    def action_more(self) -> None:
        """Go on with the chosen run for as many epochs as its plan has."""
        if run := self._allowed("more"):
            self._read(run, lambda told: self.ResumeRequested(run, told.preset.plan.epochs))

    @conversation
    async def action_write(self, part: str) -> None:
        """Change the name or the note of the chosen run, or the tags of all that are marked."""
        runs = self._meant("write") if part == "tags" else tuple(filter(None, [self._allowed("write")]))
        labels = await ask(self.app, part, runs) if runs else {}
        if labels:
            said = f"{_named(runs)}: {part} written"
            self.change(lambda store: [store.relabel(run, label) for run, label in labels.items()], said)

    def action_discard(self) -> None:
        """Put the marked runs, or else the chosen one, in the trash."""
        if runs := self._meant("discard"):
            ids = tuple(run.id for run in runs)
            said = f"{_named(runs)} in the trash: z takes {'it' if len(runs) == 1 else 'them'} back"
            self.change(lambda store: store.discard(ids), said, lambda: self._trash.append(ids))

    def action_restore(self) -> None:
        """Take back what was deleted last."""
        if not self._trash:
            self.say("nothing has been deleted since LayerLab was started", "warning")
            return
        ids = self._trash.pop()
        self.change(lambda store: _take_back(store, ids), f"{show_amount(len(ids), 'run')} taken back")

    def action_export(self) -> None:
        """Write the marked runs, or else the chosen one, for other tools."""
        if runs := self._meant("export"):
            self.post_message(self.ExportRequested(runs))

    def _mark_chosen(self) -> bool:
        chosen = self.table.chosen
        if chosen is not None:
            self._shelf.mark([chosen.id], on=not self._shelf.is_marked(chosen.id))
            self._show()
        return chosen is not None

    def _sort(self, column: str) -> None:
        self._shelf.sort(column)
        self._show()

    @work(thread=True, exclusive=True, group="reading", exit_on_error=False)
    def _read(self, run: Run, request: Callable[[RunDetails], Message]) -> None:
        """Read ``run``, and post the request that is to be made with it."""
        try:
            told = self._reader.read(run)
        except RunError as error:
            self.app.call_from_thread(self.say, str(error), "warning")
            return
        self.post_message(request(told))

    def _allowed(self, action: str) -> Run | None:
        """The chosen run, if ``action`` can be done with it; else says why not."""
        return self.table.chosen if self._may(action, self._chosen_alone) else None

    def _meant(self, action: str) -> tuple[Run, ...]:
        """The marked runs, or else the chosen one, if ``action`` can be done with all of them; else says why not."""
        runs = self._shelf.marked or self._chosen_alone
        return runs if self._may(action, runs) else ()

    @property
    def _chosen_alone(self) -> tuple[Run, ...]:
        return (self.table.chosen,) if self.table.chosen else ()

    def _may(self, action: str, runs: Sequence[Run]) -> bool:
        refused = [(run, why) for run in runs if (why := commands.refusal(action, run))]
        if refused or not runs:
            self.say(_refused(*refused[0]) if refused else self.table.empty, "warning")
        return bool(runs) and not refused


def _take_back(store: "Store", ids: Sequence[str]) -> None:
    """Take ``ids`` out of the trash, or those of them that nobody else has. Raises `RunError` if there are none."""
    there = {run.id for run in store.discarded()}
    store.restore([name for name in ids if name in there] or ids)


def _named(runs: Sequence[Run]) -> str:
    return runs[0].name if len(runs) == 1 else show_amount(len(runs), "run")


def _refused(run: Run, why: str) -> str:
    """Why something is not done with ``run``; what cannot be read is named by its files."""
    return why if not run.readable else f"{run.name}: {why}"
