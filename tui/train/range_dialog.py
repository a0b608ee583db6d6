"""The learning-rate range test: the loss over the rate while it is tested, and the rate that follows."""

from time import monotonic

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static

from core.charts import next_place
from core.formatting import show_rate
from core.presets import Preset
from core.range_chart import range_chart
from core.sanitize import one_line
from core.sentences import sentence
from core.training.range_test import STEPS, RangeTest, advice, range_test
from core.typography import typeset
from tui.loading import FRAMES, FRAMES_A_SECOND, Loader
from tui.screens.modal import Modal
from tui.train.range_trial import RangeTester, RangeTrial
from tui.widgets.chart import ChartWidget
from tui.widgets.text import update_border_title, update_text

__all__ = ["RangeDialog"]

EMPTY = "The loss of each batch will be drawn here while the learning rate grows from step to step."


class RangeDialog(Modal[float | None]):
    """Tests learning rates for ``preset``; returns the one to plan, None to leave the plan as it is.

    It waits for ``loader``, if there is one, as training does. ``test`` stands in for the range test.
    """

    HELP = """
    ## Learning rate
    A new network is trained batch by batch, each with a higher learning rate than the one before: at first too low to
    learn anything, at last so high that the loss grows. The dots are the losses of the batches, the line is their
    smoothed mean; the star marks where it falls fastest. A rate near there is a good one to begin with. If the plan
    has a schedule, that starts from it.

    **enter** puts the suggested rate into the plan, where **u** undoes it; **escape** closes and leaves the plan as it
    is. **left** and **right** read values off the curves, as the mouse does. The network on the bench and its training
    are not touched.
    """

    BINDINGS = [
        Binding("escape,q", "close", "Close", id="range.close", tooltip="Stop the test and leave the plan as it is"),
        Binding("enter", "plan", "Plan it", id="range.plan", tooltip="Put the suggested learning rate into the plan"),
        Binding("left", "cross(-1)", "Read left", id="range.left", tooltip="Read values at a lower rate", show=False),
        Binding(
            "right", "cross(1)", "Read right", id="range.right", tooltip="Read values at a higher rate", show=False
        ),
    ]

    steps: reactive[int] = reactive(0, init=False, repaint=False)
    """How many steps are shown."""
    over: reactive[bool] = reactive(False, init=False, repaint=False)
    """Whether the test has ended by itself, and how is shown."""

    chart = query_one(ChartWidget)
    says = query_one("#range-says", Static)
    hint = query_one("#range-keys", Static)

    def __init__(self, preset: Preset, loader: Loader | None = None, test: RangeTester = range_test) -> None:
        super().__init__()
        self._trial = RangeTrial(preset, test, loader)
        self._frame = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="range"):
            yield ChartWidget("loss", EMPTY, id="range-chart")
            yield Static("", id="range-says", markup=False)
            yield Static("", id="range-keys", classes="note", markup=False)

    def on_mount(self) -> None:
        update_border_title(self.query_one("#range"), one_line(f"Learning rate for {self._trial.preset.title}"))
        self._ticker = self.set_interval(1 / FRAMES_A_SECOND, self._tick)
        self.run_worker(self._trial.run, name="range test", group="range", thread=True, exit_on_error=False)
        self._tick()

    def glossary_term(self) -> str:
        """What is looked for."""
        return "learning rate"

    def on_unmount(self) -> None:
        self._trial.cancel()

    @property
    def found(self) -> RangeTest | None:
        """The result that is shown."""
        return self._trial.found if self.over else None

    def watch_steps(self) -> None:
        self._draw()

    def watch_over(self) -> None:
        self._ticker.stop()
        self._draw()

    @on(ChartWidget.Pointed)
    def _pointed(self, event: ChartWidget.Pointed) -> None:
        event.stop()
        self.chart.cross = event.epoch

    def action_close(self) -> None:
        """Stop the test; the plan stays as it is."""
        self._trial.cancel()
        self.dismiss(None)

    def action_plan(self) -> None:
        """Plan the suggested rate; without one, close. While it is tested there is nothing to plan yet."""
        if self.over:
            self.dismiss(self.found.suggestion if self.found else None)

    def action_cross(self, direction: int) -> None:
        """Move the crosshair left or right."""
        if self.chart.chart is not None:
            self.chart.cross = next_place(self.chart.chart, self.chart.cross, direction)

    def _tick(self) -> None:
        """Show what has come since the last look."""
        self._frame = (self._frame + 1) % len(FRAMES)
        over = self._trial.over  # before its points are counted, so that none is left out
        self.steps = len(self._trial.points)
        self.over = over
        self._say()

    def _draw(self) -> None:
        points, found = self._trial.points[: self.steps], self.found
        planned = self._trial.preset.plan.optimizer.learning_rate
        self.chart.chart = range_chart(points, found.steepest if found else None, planned)

    def _say(self) -> None:
        update_text(self.says, self._status())
        update_text(self.hint, Content(self._keys()))

    def _status(self) -> Content:
        """What is under way, with a sign that moves; or what has come out."""
        trial = self._trial
        if not self.over:
            doing = trial.phase.text(monotonic())
            if self.steps:
                doing = f"step {self.steps} of {STEPS}, rate {show_rate(trial.points[self.steps - 1].rate)}"
            return Content.assemble((FRAMES[self._frame], "$accent"), f" {doing}")
        if self.found is None:
            return Content.styled(f"! {trial.failure}", "$text-error")
        said = sentence(advice(self.found, trial.preset.plan.optimizer.learning_rate))
        text = typeset(f"{said[0].upper()}{said[1:]}")
        if self.found.suggestion is None:
            return Content.styled(f"! {text}", "$text-warning")
        return Content(f"\u2605 {text}")

    def _keys(self) -> str:
        rate = self.found.suggestion if self.found else None
        if rate is not None:
            return f"enter: plan {rate:g}   escape: close   left and right: read   ?: help"
        return "enter or escape: close   ?: help" if self.over else "escape: stop   ?: help"
