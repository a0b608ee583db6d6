"""Below the table: the curves of the runs shown, the details of one, or the differences of several."""

from importlib import import_module
from textwrap import wrap
from typing import Literal

from msgspec import Struct
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from core.run_charts import Look, Quantity, overlaid, single
from core.runs.differences import Difference, differences, results
from core.runs.names import RunNames
from core.runs.record import Run, RunDetails, RunError
from core.runs.size_chart import size_chart
from core.sanitize import one_line
from core.sentences import sentence
from core.typography import typeset
from tui import run_text
from tui.runs.differences import Compared, DifferenceTable
from tui.runs.legend import Legend
from tui.runs.overlay import Overlay
from tui.runs.run_cache import RunCache
from tui.runs.series_styles import MOST, sign
from tui.widgets.listing import Listing
from tui.widgets.text import update_text

__all__ = ["RunDetail"]

REST = 0.06
"""Seconds that a run is selected before it is loaded."""
WIDE = 150
"""Width from which curves and facts fit side by side."""
TALL = 22
"""Height from which they fit one above the other."""


Figure = Quantity | Literal["parameters"]


class _Read(Struct, frozen=True, eq=False):
    """The details of runs, or why they could not be loaded."""

    runs: tuple[Run, ...]
    details: tuple[RunDetails | str, ...]
    results: tuple[Difference, ...] = ()
    differences: tuple[Difference, ...] = ()


class Facts(VerticalScroll):
    """Scrolls facts, which are wrapped anew whenever its own width changes: that may be after its parent's."""

    class Resized(Message):
        """Its size has changed."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class RunDetail(Vertical):
    """Shows ``runs``: the selected one, or several marked ones. They are loaded in a thread."""

    HELP = """
    ## Curves and differences
    The curves of the selected run, or of all marked runs in one chart: each has its own color, symbol and line style,
    and the same symbol in the table. **c** switches from accuracy to loss, of marked runs to their accuracies over
    their parameters, and on to the run's details, or to the results and differences of the marked runs; **tab** goes
    there. Where there is room both are shown.
    """

    runs: reactive[tuple[Run, ...]] = reactive((), repaint=False)
    """The runs shown."""
    figure: reactive[Figure] = reactive[Figure]("accuracy", repaint=False)
    """The metric of the curves, or the accuracies over the numbers of parameters."""
    look: reactive[Look] = reactive(Look(), init=False, repaint=False)
    """How the curves are shown."""
    turned: reactive[bool] = reactive(False, repaint=False)
    """Whether facts replace the curves, if there is no room for both."""

    about = query_one("#run-about", Static)
    legend = query_one(Legend)
    chart = query_one(Overlay)
    facts = query_one("#run-facts", VerticalScroll)
    text = query_one("#run-facts-text", Static)
    table = query_one(DifferenceTable)

    def __init__(self, reader: RunCache, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reader = reader
        self._read: _Read | None = None
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="run-about", markup=False)
        yield Legend()
        with Horizontal(id="run-body"):
            yield Overlay("Curves", run_text.READING)
            with Facts(id="run-facts"):
                yield Static(id="run-facts-text", markup=False)
            yield DifferenceTable()

    @property
    def wide(self) -> bool:
        """Whether curves and facts fit side by side."""
        return self.size.width >= WIDE

    @property
    def roomy(self) -> bool:
        """Whether there is room for both curves and facts."""
        return self.wide or self.size.height >= TALL

    @property
    def busy(self) -> bool:
        """Whether the runs shown are still being loaded."""
        return bool(self.runs) and (self._read is None or self._read.runs != self.runs)

    def on_mount(self) -> None:
        self.border_title = "Curves"
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()
        self.call_after_refresh(self._list_facts)

    def watch_runs(self, before: tuple[Run, ...], runs: tuple[Run, ...]) -> None:
        if not self.is_mounted:
            return
        self._lay_out()
        self._show_about()
        if self._due is not None:
            self._due.stop()
        known = [self._reader.cached(run) for run in runs]
        if len(runs) == 1 and known[0]:
            self.workers.cancel_group(self, "reading")
            self._show(_Read(runs, (known[0],)))
        elif runs:
            self._due = self.set_timer(REST, lambda: self._look_up(runs))  # even if it fires once there are none

    @on(Facts.Resized)
    def _facts_resized(self, event: Facts.Resized) -> None:
        event.stop()
        self.call_after_refresh(self._list_facts)

    def watch_figure(self) -> None:
        self._draw()

    def watch_look(self) -> None:
        self._draw()

    def watch_turned(self) -> None:
        self._lay_out()

    def turn(self) -> None:
        """Switch from accuracy to loss, of several to their parameters, and to the facts unless they are beside it."""
        figures: list[Figure] = ["accuracy", "loss", *(("parameters",) if len(self.runs) > 1 else ())]
        at = figures.index(self._shown)
        if self.turned and not self.roomy:
            self.turned, self.figure = False, "accuracy"
        elif at + 1 < len(figures):
            self.figure = figures[at + 1]
        elif self.roomy:
            self.figure = "accuracy"
        else:
            self.turned = True

    @property
    def _shown(self) -> Figure:
        """The figure that there is: one run alone is not compared by its parameters."""
        return "accuracy" if self.figure == "parameters" and len(self.runs) < 2 else self.figure

    @on(Listing.Selected)
    @on(Listing.Opened)
    def _stop_listing_event(self, event: Listing.Selected | Listing.Opened) -> None:
        event.stop()

    @work(thread=True, exclusive=True, group="reading", exit_on_error=False)
    def _look_up(self, runs: tuple[Run, ...]) -> None:
        worker = get_current_worker()
        import_module("tui.widgets.plot")  # takes a quarter of a second, which would block the first drawing
        loaded: list[RunDetails | str] = []
        for run in runs[:MOST]:
            if worker.is_cancelled:
                return
            try:
                loaded.append(self._reader.read(run))
            except RunError as error:
                loaded.append(one_line(str(error)))
        compared = [each for each in loaded if isinstance(each, RunDetails)]
        found = (results(compared), differences(compared)) if len(compared) > 1 else ()
        self.app.call_from_thread(self._take, worker, _Read(runs, tuple(loaded), *found))

    def _take(self, worker: "Worker[None]", read: _Read) -> None:
        if not worker.is_cancelled and read.runs == self.runs:
            self._show(read)

    def _show(self, read: _Read) -> None:
        self._read = read
        self._draw()
        if len(read.runs) == 1:
            self._list_facts()
            return
        names = RunNames(read.runs)
        compared = [
            (sign(number), names.of(details.run))
            for number, details in enumerate(read.details)
            if isinstance(details, RunDetails)
        ]
        signs, shown = zip(*compared, strict=True) if compared else ((), ())
        self.table.compared = Compared(signs, shown, read.results, read.differences)

    def _list_facts(self) -> None:
        if self.facts.display and self._read is not None and len(self._read.runs) == 1:
            details = self._read.details[0]
            lines = [("why", details)] if isinstance(details, str) else run_text.facts(details)
            lines = [(name, typeset(value) if name == "network" else value) for name, value in lines]
            update_text(self.text, _listed(lines, self.facts.scrollable_content_region.width))

    def _draw(self) -> None:
        read = self._read
        if read is None:
            return
        first = read.details[0]
        figure = self._shown
        if figure == "parameters":
            self.chart.empty = "None of these runs has an accuracy."
            self.chart.legend = False
            self.chart.chart = size_chart([(run.name, run) for run in read.runs])
        elif len(read.runs) > 1:
            histories = [("", None if isinstance(each, str) else each.history) for each in read.details]
            self.chart.empty = "None of these runs has a curve."
            self.chart.legend = False
            self.chart.chart = overlaid(figure, histories, self.look)
        elif isinstance(first, str):
            self.chart.empty = (
                f"{sentence(first)} {run_text.DISCARD_HINT}" if read.runs[0].state == "damaged" else first
            )
            self.chart.chart = None
        else:
            self.chart.empty = run_text.no_curves_reason(first.run)
            self.chart.legend = True
            self.chart.chart = single(figure, first.history, first.history.planned, self.look)

    def _lay_out(self) -> None:
        """Show what fits."""
        self.set_class(self.wide, "-wide")
        self.set_class(self.roomy and not self.wide, "-tall")
        facts = self.roomy or self.turned
        self.chart.display = self.roomy or not self.turned
        self.facts.display = facts and len(self.runs) < 2
        self.table.display = facts and len(self.runs) > 1
        self.call_after_refresh(self._list_facts)

    def _show_about(self) -> None:
        self.about.display = len(self.runs) == 1
        self.legend.display = len(self.runs) > 1
        if len(self.runs) == 1:
            update_text(self.about, _about(self.runs[0]))
        else:
            self.legend.names = tuple(map(RunNames(self.runs).of, self.runs))


def _about(run: Run) -> Content:
    """A run in one line."""
    color = "$text-error" if run.state in {"failed", "damaged"} else "$foreground-muted"
    why = f"{run_text.state(run)}: {run.message}" if run.message else run_text.state(run)
    label = one_line(run_text.label_text(run.label))
    return Content.assemble((one_line(run.name), "bold"), "  ", (one_line(why), color), f"  {label}" if label else "")


def _listed(lines: list[tuple[str, str]], width: int) -> Content:
    """Names and values in two columns."""
    widest = max(len(name) for name, _ in lines) + 2
    listed = []
    for name, value in lines:
        for number, part in enumerate(wrap(one_line(value), max(20, width - widest)) or [""]):
            listed.append(Content.assemble((f"{'' if number else name:<{widest}}", "$foreground-muted"), part))
    return Content("\n").join(listed)
