"""The Runs tab: lists the saved runs, to find, compare, inspect and resume them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from core.formatting import show_amount
from core.presets import Preset
from core.runs.groups import RunGroup
from core.runs.labels import document_name
from core.runs.record import Run, RunDetails, RunError
from tui import run_text
from tui.conversation import conversation
from tui.runs import commands
from tui.runs.columns import COLUMNS
from tui.runs.detail import RunDetail
from tui.runs.first_run import first_run
from tui.runs.labels import ask
from tui.runs.list_state import RunListState
from tui.runs.messages import ExportRequested, InspectRequested, OpenRequested, ResumeRequested, SweepWanted
from tui.runs.run_cache import RunCache
from tui.runs.series_styles import sign
from tui.runs.store_poller import StorePoller, restore
from tui.runs.table import RunTable
from tui.widgets.chart import ChartWidget
from tui.widgets.chart_keys import CHART_ACTIONS, ChartKeys
from tui.widgets.listing import Listing
from tui.widgets.status_line import StatusLine, Tone
from tui.widgets.text import update_text
from tui.widgets.text_input import SEARCH, TextInput

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store
    from tui.runs.sweep_view import SweepView
    from tui.sweep_controller import LiveSweep

__all__ = ["RunsPane"]

OF_ONE_RUN = frozenset({"open", "inspect", "resume", "more", "write", "discard", "export", "mark"})
"""Actions on the selected run, or on marked ones."""
OF_A_SWEEP = frozenset({"resume", "sweep", "discard", "export", "write"})
"""Those that the row of a sweep has too; the last three act on its runs."""
OF_RUNS = OF_ONE_RUN | CHART_ACTIONS | {"filter", "mark_all", "reverse", "unfold", "turn", "sort"}
"""Actions that need a run."""


class RunsPane(ChartKeys, StorePoller):
    """Lists the runs of a store and acts on them."""

    HELP = """
    ## Runs
    Every run is saved and can be resumed, however it ended. **/** filters them: part of a name, a state, **#tag**,
    **best>0.98**, **gap>2%**, **params<100k**, **epochs=10**, **time<60**, or several of these, separated by spaces.

    **space** marks runs to compare their curves in one chart; **enter** opens a run's network in Build, **i** inspects
    it, **r** resumes it to the end of its plan, **+** trains as many epochs again as planned. **n** renames it,
    **N** writes a note, **#** adds tags. **d** moves it to the trash, **z** restores it.

    On the curves **s** changes the smoothing of training, **l** the scale of losses; **left** and **right** read
    values, **>** shows half as many epochs and **<** twice as many.
    """

    BINDINGS = commands.BINDINGS

    sweep: "reactive[LiveSweep | None]" = reactive(None, repaint=False)
    """The sweep that is being trained, or was last."""

    filter = query_one("#runs-query", Input)
    count = query_one("#runs-count", Static)
    table = query_one(RunTable)
    detail = query_one(RunDetail)
    status = query_one("#runs-status", StatusLine)

    def __init__(self, store: "Callable[[], Store]", *, id: str | None = None) -> None:
        """``store`` returns the store, which is used in threads."""
        super().__init__(store, id=id)
        self._cache = RunCache(lambda run: store().details(run))
        self._list_state = RunListState()
        self._trash: list[tuple[str, ...]] = []
        self.sweep_view: SweepView | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="runs-top"):
            yield TextInput(
                placeholder="/ filters: a name, #tag, best>0.98", id="runs-query", compact=True, max_length=SEARCH
            )
            yield Static(id="runs-count", markup=False)
        with Container(id="runs-main"):
            with Vertical(id="runs-list"):
                yield Static(first_run(), id="runs-none", markup=False)
                yield RunTable()
            yield RunDetail(self._cache)
        yield StatusLine(id="runs-status")

    def on_mount(self) -> None:
        self.query_one("#runs-list").border_title = "Runs"
        self.detail.display = False
        self.show_look()
        self.table.empty = run_text.READING

    def focus_default(self) -> None:
        """Focus the table, where all keys work."""
        self.table.focus()

    @property
    def charts(self) -> tuple[ChartWidget, ...]:
        return (self.detail.chart,)

    def show_look(self) -> None:
        self.detail.look = self.look

    def watch_active(self) -> None:
        super().watch_active()
        if self.is_mounted and not self.active:
            self.say("")  # it is out of date when the user comes back

    def take(self, runs: Sequence[Run]) -> None:
        self._list_state.take(runs)
        listed = {run.id for run in runs}
        if self._trash and listed.issuperset(self._trash[-1]):  # restored by another process
            self._trash.pop()
            self.say("")
        self._show()

    def say(self, message: str, tone: Tone = "") -> None:
        self.status.say(message, tone)

    # Display

    def _show(self) -> None:
        """Show the matching runs, sorted, with their marks."""
        state, table = self._list_state, self.table
        shown, marked = state.shown, state.marked
        none = self.known and not state.runs and state.begun is None
        self.set_class(none, "-none")
        table.empty = "" if none else run_text.nothing_listed(known=self.known, query=state.query)
        table.order = state.column, state.descending
        table.signs = {run.id: sign(number) for number, run in enumerate(marked)}
        table.show(state.rows)
        folded = 0 if state.unfolded or state.query.strip() else state.folded
        count = run_text.count(len(shown), len(state.runs), len(marked), folded)
        update_text(self.count, Content(count if self.known else run_text.LOOKING))
        self._show_detail()

    def _show_detail(self) -> None:
        group = self._chosen_sweep
        runs = () if group else self._acted_on
        self.status.recheck()
        self.detail.display = bool(runs)
        self.set_class(len(runs) > 1 or group is not None, "-comparing")
        self.detail.runs = runs
        self._show_sweep(group)
        self.refresh_bindings()

    def _show_sweep(self, group: RunGroup | None) -> None:
        """Show the sweep ``group`` in place of the curves; None: no sweep."""
        if group is not None and self.sweep_view is None:
            from tui.runs.sweep_view import SweepView  # noqa: PLC0415  # imports the sweeps, which start-up does without

            self.sweep_view = SweepView(self._cache)
            self.query_one("#runs-main").mount(self.sweep_view)
        if self.sweep_view is not None:
            view, live = self.sweep_view, self.sweep
            view.display = group is not None
            here = live if live and group and live.key == group.key else None
            view.progress, view.paused = (here.progress, here.paused) if here else (None, False)
            view.group = group

    def watch_sweep(self, before: "LiveSweep | None", sweep: "LiveSweep | None") -> None:
        if not self.is_mounted:
            return
        running = sweep if sweep and sweep.running else None
        self._list_state.begin(RunGroup(sweep.key, (), sweep.name, live=sweep.running) if sweep else None)
        if (before.running if before else False) != bool(running):
            self._show()
        else:  # several times a second
            self._show_sweep(self._chosen_sweep)

    def choose_sweep(self, key: str) -> None:
        """Select the row of the sweep with this ``key``, which has just begun."""
        self.filter.value = self._list_state.query = ""
        self._list_state.mark([run.id for run in self._list_state.marked], on=False)
        self._show()
        keys = [row.key if isinstance(row, RunGroup) else "" for row in self.table.rows]
        if key in keys:
            self.table.cursor = keys.index(key)
        self._show_detail()

    @on(Listing.Selected)
    def _chosen(self, event: Listing.Selected) -> None:
        event.stop()
        if self._list_state.marked:
            self.status.recheck()
        else:
            self._show_detail()

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        event.stop()
        if group := self.table.chosen_group:
            self.filter.value = f"#{group.id}"  # lists its runs
        else:
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
        self._list_state.query = event.value
        self.say("")
        self._show()

    @on(Input.Submitted, "#runs-query")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_default()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # While the user types in the filter, keys are text.
        if action == "uncross" and self.cross is None:
            return False
        return self.filter.has_focus == (action in {"clear", "list"})

    def offers(self, action: str) -> bool:
        """Whether ``action`` applies to the selected run, or to the marked ones if it acts on these."""
        group = self._chosen_sweep
        if group is not None and action in OF_ONE_RUN | CHART_ACTIONS | {"sweep"}:
            return action in OF_A_SWEEP and not self._why_no_sweep(action, group)
        if action == "sweep" or not self._list_state.runs:
            return action != "sweep" and action not in OF_RUNS
        marked = self._list_state.marked if action in {"discard", "export"} else ()
        runs = marked or self._selected_run
        if action in CHART_ACTIONS:
            several = bool(self._list_state.marked) and action == "smooth"  # epochs are means already
            return self.detail.chart.display and not several
        if action not in OF_ONE_RUN:
            return True
        return bool(runs) and (action == "mark" or not any(commands.refusal(action, run) for run in runs))

    def on_descendant_focus(self) -> None:
        if self.filter.has_focus:
            self._list_state.prepare()
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
        """Clear the filter; if there is none, clear all marks."""
        if self.filter.value:
            self.filter.value = ""
        else:
            self._list_state.mark([run.id for run in self._list_state.marked], on=False)
            self._show()
        self.focus_default()

    def action_mark(self) -> None:
        """Mark or unmark the selected run, and go to the next one."""
        if self.status.refuse(lambda: run_text.A_SWEEP if self.table.chosen_group else ""):
            return
        if self._mark_chosen():
            self.table.action_step(1)

    def action_mark_all(self) -> None:
        """Mark all runs shown; if all are marked, unmark them."""
        shown = [run.id for run in self.table.runs]
        self._list_state.mark(shown, on=not all(map(self._list_state.is_marked, shown)))
        self._show()

    def action_sort(self) -> None:
        """Sort the runs by the next column."""
        columns = self.table.columns or tuple(COLUMNS)
        at = columns.index(self._list_state.column) if self._list_state.column in columns else -1
        self._sort(columns[(at + 1) % len(columns)])

    def action_reverse(self) -> None:
        """Reverse the order of the runs."""
        self._sort(self._list_state.column)

    def action_unfold(self) -> None:
        """Show or hide runs that never took a step."""
        self._list_state.unfolded = not self._list_state.unfolded
        self._show()

    def action_turn(self) -> None:
        """Switch between accuracy, loss, and details or differences; or a sweep's settings and trials."""
        if self.sweep_view is not None and self.sweep_view.display:
            self.sweep_view.turn()
        else:
            self.detail.turn()

    def action_sweep(self, what: Literal["pause", "stop"]) -> None:
        """Pause the selected sweep, or stop it."""
        group = self.table.chosen_group
        why = "this is no sweep" if group is None else self._why_no_sweep("sweep", group)
        if not self.status.refuse(lambda: why) and group is not None:
            self.post_message(SweepWanted(group.key, what))

    def action_open(self) -> None:
        """Open the selected run's network in Build."""
        if run := self._allowed("open"):
            self._read(run, lambda details: OpenRequested(_document(details)))

    def action_inspect(self, which: "Which") -> None:
        """Inspect the selected run."""
        if run := self._allowed("inspect"):
            self.post_message(InspectRequested(run, which))

    def action_resume(self) -> None:
        """Resume the selected run to the end of its plan, or the trials of the selected sweep."""
        group = self._chosen_sweep
        if group is not None:
            if not self.status.refuse(lambda: self._why_not("resume", ())):
                self.post_message(SweepWanted(group.key, "resume"))
        elif run := self._allowed("resume"):
            self.post_message(ResumeRequested(run, 0))

    def action_more(self) -> None:
        """Resume the selected run for as many epochs as its plan has."""
        if run := self._allowed("more"):
            self._read(run, lambda details: ResumeRequested(run, details.preset.plan.epochs))

    @conversation
    async def action_write(self, part: str) -> None:
        """Edit the name or the note of the selected run, or the tags of all marked runs."""
        runs = self._targets("write") if part == "tags" else tuple(filter(None, [self._allowed("write")]))
        labels = await ask(self.app, part, runs) if runs else {}
        if labels:
            message = f"{run_text.named(runs)}: {part} saved"
            self.change(lambda store: [store.relabel(run, label) for run, label in labels.items()], message)

    def action_discard(self) -> None:
        """Move the marked runs, or else the selected one, to the trash."""
        if runs := self._targets("discard"):
            ids = tuple(run.id for run in runs)
            message = f"{run_text.named(runs)} moved to the trash: z restores {'it' if len(runs) == 1 else 'them'}"
            self.change(lambda store: store.discard(ids), message, lambda: self._trash.append(ids))

    def action_restore(self) -> None:
        """Restore what was deleted last."""
        selected = self._selected_run
        nothing = "nothing has been deleted since LayerLab started"
        if self.status.refuse(lambda: nothing if not self._trash and self._selected_run == selected else ""):
            return
        ids = self._trash.pop()
        self.change(lambda store: restore(store, ids), f"{show_amount(len(ids), 'run')} restored")

    def action_export(self) -> None:
        """Export the marked runs, or else the selected run or sweep."""
        if (group := self.table.chosen_group) and not self._list_state.marked:
            self.post_message(SweepWanted(group.key, "export"))
        elif runs := self._targets("export"):
            self.post_message(ExportRequested(runs))

    def _mark_chosen(self) -> bool:
        chosen = self.table.chosen
        if chosen is not None:
            self._list_state.mark([chosen.id], on=not self._list_state.is_marked(chosen.id))
            self._show()
        return chosen is not None

    def _sort(self, column: str) -> None:
        self._list_state.sort(column)
        self._show()

    @work(thread=True, exclusive=True, group="reading", exit_on_error=False)
    def _read(self, run: Run, request: Callable[[RunDetails], Message]) -> None:
        """Load ``run``, and post the message that ``request`` makes of it."""
        try:
            details = self._cache.read(run)
        except RunError as error:
            self.app.call_from_thread(self.say, str(error), "warning")
            return
        self.post_message(request(details))

    def _allowed(self, action: str) -> Run | None:
        """The selected run if ``action`` applies to it; else show why not."""
        refused = self.status.refuse(lambda: self._why_not(action, self._selected_run))
        return None if refused else self.table.chosen

    def _targets(self, action: str) -> tuple[Run, ...]:
        """The marked runs, or else the selected one, if ``action`` applies to all of them; else show why not."""
        refused = self.status.refuse(lambda: self._why_not(action, self._acted_on))
        return () if refused else self._acted_on

    @property
    def _chosen_sweep(self) -> RunGroup | None:
        """The sweep that keys act on: the selected one, unless runs are marked."""
        return None if self._list_state.marked else self.table.chosen_group

    @property
    def _selected_run(self) -> tuple[Run, ...]:
        return (self.table.chosen,) if self.table.chosen else ()

    @property
    def _acted_on(self) -> tuple[Run, ...]:
        group = self.table.chosen_group
        return self._list_state.marked or (group.runs if group else self._selected_run)

    def _why_no_sweep(self, action: str, group: RunGroup) -> str:
        """Why ``action`` does not apply to the sweep ``group``; empty if it does."""
        here = self.sweep is not None and self.sweep.running and self.sweep.key == group.key
        if action == "sweep":
            return "" if here else "it is not being trained here"
        if here:
            return "it is being trained" if action in ("resume", "discard") else ""
        over = action == "resume" and self.sweep_view is not None and self.sweep_view.left == 0
        return "all its trials have ended" if over else ""

    def _why_not(self, action: str, runs: Sequence[Run]) -> str:
        group = self._chosen_sweep
        if group is not None and action not in OF_A_SWEEP:
            return run_text.A_SWEEP
        if group is not None and (not runs or self._why_no_sweep(action, group)):
            return self._why_no_sweep(action, group)
        refused = (run_text.refused(run, why) for run in runs if (why := commands.refusal(action, run)))
        return next(refused, "") if runs else self.table.empty or run_text.NONE


def _document(details: RunDetails) -> Preset:
    """What a run trained, as a document."""
    return replace(details.preset, name=document_name(details.run.name, details.preset))
