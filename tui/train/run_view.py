"""The live view of a run: curves, progress, epochs and status."""

from collections.abc import Callable
from time import monotonic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from core.charts import Chart
from core.diagnosis import training_findings
from core.durations import Phase
from core.forecast.forecast import Forecast
from core.forecast.verdict import ForecastVerdict, judge
from core.history import History
from core.plan.plan import Plan
from core.presets import Preset
from core.run_charts import Look, Quantity, learning_rate, single
from core.typography import typeset
from tui.forecast_text import came, pending
from tui.silence import SILENT
from tui.train import messages
from tui.train.epochs import EpochTable
from tui.train.machine_line import MachineLine
from tui.train.painter import Painter
from tui.train.progress import ProgressPanel
from tui.training_session import TrainedNetwork
from tui.widgets.chart import ChartWidget
from tui.widgets.gradient_table import GradientTable
from tui.widgets.sight import in_sight
from tui.widgets.status_line import StatusLine
from tui.widgets.text import update_text
from tui.widgets.titled_pane import TitledPane

__all__ = ["RunView"]

GROWN = 0.03
"""Growth of a curve, as a share, from which it is redrawn."""
SHORTEST, LONGEST = 0.3, 1.0
"""Seconds between two drawings of a part, at the start of a run and later."""
CURVES = 1.5
"""How many times longer the curves wait, as they take several times as long to draw."""


class RunView(Vertical):
    """Shows a `History`: part by part whenever `draw_next` is called while the run is ``live``, else at once."""

    history: reactive[History] = reactive(History(), init=False, repaint=False)
    """The history of training so far."""
    run: reactive[TrainedNetwork | None] = reactive(None, init=False, repaint=False)
    """What is trained, and its plan."""
    silenced: reactive[frozenset[str]] = reactive(frozenset[str](), init=False, repaint=False)
    """The lessons whose broken networks are not diagnosed yet."""
    live: reactive[bool] = reactive(False, init=False, repaint=False)
    """Whether the history is growing."""
    look: reactive[Look] = reactive(Look(), init=False, repaint=False)
    """How the curves are shown."""
    plan: reactive[Plan | None] = reactive[Plan | None](None, init=False, repaint=False)
    """The plan for the next training."""
    forecast: reactive[Forecast | None] = reactive[Forecast | None](None, init=False, repaint=False)
    """What was expected of the training, if that was said before it began."""
    alone: reactive[Quantity | None] = reactive[Quantity | None](None, init=False, repaint=False)
    """The only quantity shown, if there is no room for both charts."""

    curves = query_one("#curves", TitledPane)
    loss_chart = query_one("#loss", ChartWidget)
    accuracy_chart = query_one("#accuracy", ChartWidget)
    progress = query_one(ProgressPanel)
    epochs = query_one(EpochTable)
    gradients = query_one(GradientTable)
    diagnosis = query_one("#diagnosis", Static)
    predicted = query_one("#predicted", Static)

    def __init__(self, planning: Callable[[], bool], *, id: str | None = None) -> None:
        """``planning`` says whether the plan is being edited: then its learning rate takes the place of a chart."""
        super().__init__(id=id)
        self._planning = planning
        self._drawn_planning = False
        self.verdict: ForecastVerdict | None = None
        """What came of the forecast, once the training has ended."""
        self._painter = Painter()
        self._begun = 0.0

    def compose(self) -> ComposeResult:
        yield Static("", id="plan-line", markup=False)
        with TitledPane(id="curves"):
            with Vertical(id="charts"):
                yield ChartWidget("loss", messages.EMPTY, id="loss")
                yield ChartWidget("accuracy", "", id="accuracy")
            yield GradientTable(opens=False, id="gradients")
            yield ProgressPanel()
            yield MachineLine()
        with Vertical(id="epochs-side"):
            yield EpochTable()
        yield Static("", id="predicted", markup=False)
        yield Static("", id="diagnosis", markup=False)
        yield StatusLine(id="status")

    def on_mount(self) -> None:
        self.query_one("#epochs-side").border_title = "Epochs"
        self.progress.clear()
        self._draw_curves()

    def prepare(self, phase: Phase) -> None:
        """Show that training is being prepared; ``phase`` says how."""
        self.progress.prepare(phase)

    @property
    def showing_gradients(self) -> bool:
        """Whether the gradients replace the curves."""
        return self.has_class("-gradients")

    @property
    def table(self) -> Widget:
        """The table for the arrow keys: the gradients if shown, else the epochs."""
        return self.gradients if self.showing_gradients else self.epochs

    def turn(self) -> None:
        """Switch between curves and gradients."""
        self.toggle_class("-gradients")
        self._draw_curves()

    def watch_run(self, run: TrainedNetwork | None) -> None:
        self.gradients.architecture = run.architecture if run else None

    @property
    def trained(self) -> Preset | None:
        """What is trained, or was last."""
        return Preset(self.run.name, self.run.architecture, self.run.plan) if self.run else None

    def watch_forecast(self) -> None:
        self.verdict = None
        self._show_predicted()
        self.refresh_bindings()

    def watch_live(self, live: bool) -> None:
        if live:
            self._begun = monotonic()
        else:
            self._painter.want([self._draw_figures])  # without the time left
        self._painter.want([self._draw_curves])
        self.draw_all()

    def watch_history(self, before: History, history: History) -> None:
        self._painter.want([self._draw_curves, self._draw_figures])
        if self.is_mounted and not self.live:
            self.draw_all()

    def watch_silenced(self) -> None:
        self._painter.want([self._draw_figures])
        if self.is_mounted and not self.live:
            self.draw_all()

    def watch_look(self) -> None:
        self._draw_curves()

    def watch_plan(self) -> None:
        self._draw_curves()

    def watch_alone(self) -> None:
        self.loss_chart.display = self.alone in {None, "loss"}
        self.accuracy_chart.display = self.alone in {None, "accuracy"}
        self._draw_curves()

    def follow_focus(self) -> None:
        """Draw the curves again if editing the plan has begun or ended."""
        if self._planning() != self._drawn_planning:
            self._draw_curves()

    def draw_next(self) -> None:
        """Draw one of the parts that have changed, if visible."""
        if in_sight(self):
            self._painter.draw_next()

    def draw_all(self) -> None:
        """Draw everything that has changed, now."""
        self._painter.draw_all()

    @property
    def _interval(self) -> float:
        """Seconds until a part is worth drawing again."""
        return min(max(SHORTEST, GROWN * (monotonic() - self._begun)), LONGEST)

    def _draw_curves(self) -> float:
        self.loss_chart.empty = messages.PREPARING if self.live else messages.EMPTY
        self.gradients.empty = messages.no_gradients(self.history, live=self.live)
        if self.showing_gradients:
            self.gradients.samples = self.history.samples
            return self._interval
        loss, accuracy = self._charts()
        if self.alone != "accuracy":
            self.loss_chart.chart = loss
        if self.alone != "loss":
            self.accuracy_chart.chart = accuracy
        return CURVES * self._interval

    def _charts(self) -> tuple[Chart | None, Chart | None]:
        """The charts for both places: the curves, or the planned learning rate in place of one that is not needed."""
        planned, self._drawn_planning = self.history.planned, self._planning()
        loss = single("loss", self.history, planned, self.look)
        accuracy = single("accuracy", self.history, planned, self.look)
        if self.live or self.plan is None or not (self._drawn_planning or loss is None):
            return loss, accuracy
        rate = learning_rate(self.plan)
        return (loss, rate or accuracy) if self.alone is None or loss else (rate, rate)

    def _draw_figures(self) -> float:
        if self.history.progress:
            self.progress.show(self.history.progress, live=self.live)
        elif not self.live:
            self.progress.clear()
        self.curves.show_title(messages.figures(self.history))
        self.epochs.show(self.history.epochs)
        diagnosis = self._diagnosis()
        update_text(self.diagnosis, diagnosis)
        self.diagnosis.display = bool(diagnosis.plain)
        self._judge()
        return self._interval

    def _diagnosis(self) -> Content:
        if self.run is None:
            return Content()
        if self.run.lesson in self.silenced:
            return Content.styled(SILENT, "$foreground-muted") if self.history.progress else Content()
        found = training_findings(self.run.architecture, self.run.plan, self.history)
        return Content(typeset(messages.diagnosis(found)))

    def _judge(self) -> None:
        """Say what came of the forecast, once the training has ended."""
        over, trained = self.history.ended is not None and not self.live, self.trained
        if self.forecast and trained:
            before, self.verdict = self.verdict, judge(self.forecast, trained, self.history) if over else None
            self._show_predicted()
            if (before is None) != (self.verdict is None):
                self.refresh_bindings()

    def _show_predicted(self) -> None:
        text = came(self.verdict) if self.verdict else pending(self.forecast) if self.forecast else ""
        update_text(self.predicted, Content(text))
        self.predicted.display = bool(text)
