"""Gradients, updates, dead and saturated units over the steps of training."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static

from core.charts import Axis, Chart, Curve, VerticalLine, epoch_axis
from core.history import History
from core.inspection.gradients import LayerTrend, Quantity, logarithmic, power_axis
from core.run_charts import TRAINING
from tui.inspect.base import View
from tui.inspect.chosen_layer import line_of, place_cursor
from tui.inspect.messages import LayerChosen
from tui.widgets.chart import ChartWidget
from tui.widgets.gradient_table import GradientTable
from tui.widgets.listing import Listing
from tui.widgets.text import update_text

__all__ = ["GradientsView"]

EVERY = 0.5
"""Minimum seconds between two redraws, however many samples arrive."""

MEANING: dict[Quantity, str] = {
    "gradient": "norm of the loss's gradient",
    "update": "step as a share of the weights",
    "dead": "relu units at 0 for a whole batch",
    "saturated": "sigmoid or tanh outputs near their ends",
}

LEGEND = (
    "Grad.: norm of the loss's gradient, on one log scale. Update: the step as a share of the weights (1e-3 is usual). "
    "Dead: relu units at 0. Sat.: sigmoid, tanh outputs near their ends."
)


class GradientsView(View):
    """A table of all layers, and optionally a chart of one of them."""

    BINDINGS = [
        Binding("escape", "table", "Table", id="gradients.table", tooltip="Back to the table alone", show=False),
    ]

    DEFAULT_CSS = """
    GradientsView { layout: vertical; }
    GradientsView GradientTable { height: 1fr; }
    GradientsView ChartWidget { height: 2fr; display: none; }
    GradientsView.-charted ChartWidget { display: block; }
    GradientsView #gradients-about { height: auto; color: $text-muted; }
    """

    charted: reactive[bool] = reactive(False, repaint=False)
    """Whether the selected layer's quantity is drawn as a chart."""

    table = query_one(GradientTable)
    chart = query_one(ChartWidget)
    about = query_one("#gradients-about", Static)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        yield GradientTable()
        yield ChartWidget("", "")
        yield Static(id="gradients-about", markup=False)

    def on_mount(self) -> None:
        self._update()

    def focus_default(self) -> None:
        """Focus the table, whose keys select the layer."""
        self.table.focus()

    def watch_active(self) -> None:
        self._update()

    def watch_run(self) -> None:
        self._update()

    def watch_history(self) -> None:
        if not self.active:
            return
        if not self.history.samples:
            self._update()  # another training run has begun
        elif self._due is None:
            self._due = self.set_timer(EVERY, self._update)

    def watch_layer_row(self) -> None:
        if self.is_mounted:
            self._choose()
            self._draw()

    def _choose(self) -> None:
        """Select the layer chosen; if it has no gradients, the nearest one below, as Weights does."""
        rows = [trend.row for trend in self.table.trends]
        place_cursor(self.table, rows, self.layer_row)

    def watch_charted(self) -> None:
        self.set_class(self.charted, "-charted")
        self._draw()

    @on(Listing.Selected)
    def _chosen(self, event: Listing.Selected) -> None:
        event.stop()
        rows = [trend.row for trend in self.table.trends]
        if self.table.chosen is not None and event.index != line_of(rows, self.layer_row):
            self.post_message(LayerChosen(self.table.chosen.row))
        self._draw()

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        event.stop()
        self.charted = not self.charted

    def on_gradient_table_followed(self, event: GradientTable.Followed) -> None:
        """Redraw the chart for the quantity that the table now shows."""
        event.stop()
        self._draw()

    def action_table(self) -> None:
        """Go back to the table alone."""
        self.charted = False

    def _update(self) -> None:
        """Show the current samples, if the view is active."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        if not self.active or not self.is_mounted:
            return
        if self.run is not None:
            self.table.architecture = self.run.architecture
        self.table.samples = self.history.samples
        self.table.display = bool(self.table.trends)
        self._choose()
        if not self.table.trends:
            self.charted = False
        update_text(self.about, Content(_about(self.history)))
        self._draw()

    def _draw(self) -> None:
        trend = self.table.chosen
        if self.charted and trend is not None:
            name = f"{trend.row} {self.table.name_of(trend.row)}"
            self.chart.chart = chart_of(trend, self.table.quantity, name, self.history)
            self.chart.empty = f"{name}: {_no_chart(trend, self.table.quantity)}"


def chart_of(trend: LayerTrend, quantity: Quantity, name: str, history: History) -> Chart | None:
    """A chart of ``quantity`` in the layer called ``name``; None where it has none that can be drawn."""
    steps = history.started.steps_per_epoch if history.started else 1
    points = trend.points(quantity, steps)
    if not points:
        return None
    axis = power_axis(points) if logarithmic(quantity) else Axis(0.0, 1.0, percent=True)
    since = trend.broken_since
    rules = (VerticalLine(since / max(1, steps), f"{trend.broken_as} from here"),) if since is not None else ()
    newest = max(trend.steps[-1] / max(1, steps), history.x)
    title = f"{name}: {MEANING[quantity]}"
    return Chart(title, epoch_axis(newest, history.planned), axis, (Curve(quantity, points, TRAINING),), rules)


def _no_chart(trend: LayerTrend, quantity: Quantity) -> str:
    """Why there is no chart."""
    if any(value is not None for value in trend.values(quantity)):
        return f"{quantity}: 0, NaN or infinite at every step, so there is nothing to draw on a logarithmic scale"
    return {
        "gradient": "no weights, so no gradient",
        "update": "no weights, so no updates",
        "dead": "no relu, so no unit can die",
        "saturated": "no sigmoid or tanh, so no output can saturate",
    }[quantity]


def _about(history: History) -> str:
    """What the numbers mean, and from which steps they are."""
    samples = history.samples
    if not samples:
        ended = history.ended is not None
        return "No samples were taken." if ended else "No samples yet: the first one is taken at the first step."
    if not any(sample.layers for sample in samples):
        return "No layer has weights, and none can die or saturate: there is nothing to show."
    number = "1 sample" if len(samples) == 1 else f"{len(samples):,} samples of single steps"
    return f"{number}, the last at step {samples[-1].step:,}. {LEGEND}"
