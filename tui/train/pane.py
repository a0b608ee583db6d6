"""The Train tab: the plan, live curves, progress and results."""

from collections.abc import Callable
from typing import cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from core.durations import begin
from core.fields.struct import FieldStruct
from core.forecast.forecast import Forecast
from core.formatting import show_amount
from core.history import History
from core.plan.plan import Plan
from core.presets import Preset
from core.settings import UnfoldedForms
from core.training.range_test import range_test
from tui.conversation import conversation
from tui.forms.form import StructForm
from tui.plan_text import plan_line
from tui.train import commands, messages
from tui.train.epochs import EpochTable
from tui.train.event_follower import EventFollower
from tui.train.range_dialog import RangeDialog
from tui.train.range_trial import RangeTester
from tui.train.run_view import RunView
from tui.training_session import MakeSession, TrainedNetwork
from tui.widgets.chart import ChartWidget
from tui.widgets.chart_keys import CHART_ACTIONS, ChartKeys
from tui.widgets.sight import focus_later

__all__ = ["TrainPane"]

FOLDED_BELOW = 110
"""Width below which the plan does not fit beside the charts."""
TALL_FROM = 45
SHORT_BELOW = 19
"""Heights from which, and below which, the table of epochs is taller or shorter."""


class TrainPane(ChartKeys, EventFollower):
    """Trains the preset it is given; passes every edit of its plan to ``on_edit``."""

    HELP = """
    ## Train
    **t** trains the network with the plan; **space** pauses and resumes, **n** trains a single batch, **x** stops.
    **+** trains for as many epochs again as planned. **[** and **]** halve and double the learning rate during
    training: the change is marked on the curves. **e** edits the plan, **g** switches between curves and gradients.
    **L** finds a learning rate for the plan: it trains a new network while the rate grows from batch to batch.

    **y** asks what you expect before it trains: which of two curves the loss will be, and the accuracy within a range.
    At the end a line says what came of it, **v** why.

    The line is a smoothed mean of the training metric, over a band of the values that it averages. The dots are the
    validation metric, one per epoch; the stars mark the epochs with the lowest validation loss and the highest
    validation accuracy, which may differ. An arrow at an edge gives the farthest value beyond it.

    **s** changes the smoothing, **l** the scale of the loss. **left** and **right** read values off the curves, as the
    mouse does. **>** shows half as many epochs, the newest or those around the crosshair; **<** twice as many. On a
    narrow terminal **c** switches between loss and accuracy.
    """

    BINDINGS = commands.BINDINGS

    unfolded_forms: reactive[UnfoldedForms] = reactive(UnfoldedForms(), repaint=False)
    """Which forms show all their fields."""
    silenced: reactive[frozenset[str]] = reactive(frozenset[str](), repaint=False)
    """The lessons whose broken networks are not diagnosed yet."""

    form = query_one("#plan", StructForm)
    plan_side = query_one("#plan-side", Vertical)
    plan_line = query_one("#plan-line", Static)
    epochs = query_one(EpochTable)

    class PlanSettled(Message):
        """The edit of the plan is complete."""

    def __init__(
        self,
        on_edit: Callable[[Plan, str], None],
        make: Callable[[Preset, Forecast | None], MakeSession],
        *,
        id: str | None = None,
    ) -> None:
        """``on_edit`` takes an edited plan, as in `StructForm`; ``make`` returns a session factory for a preset and
        what is expected of its training.
        """
        super().__init__(id=id)
        self._on_edit = on_edit
        self._make = make
        self.range_test: RangeTester = range_test
        """What tests learning rates."""
        self._blocked: tuple[Preset | None, str] = (None, commands.blocker(None))

    def compose(self) -> ComposeResult:
        with Vertical(id="plan-side"):
            form = StructForm(self._plan_edited, kind="plan", id="plan")  # its lines come with the first look
            yield form.data_bind(TrainPane.unfolded_forms)
        view = RunView(lambda: self.form.has_focus_within, id="run-side")
        yield view.data_bind(TrainPane.history, TrainPane.silenced)

    def _make_room(self, width: int) -> None:
        """Make the plan wide enough for the names of its fields."""
        side = self.plan_side
        side.styles.min_width = width + side.gutter.width

    def on_resize(self, event: events.Resize) -> None:
        folded = event.size.width < FOLDED_BELOW
        self.set_class(folded, "-folded")
        self.view.alone = (self.view.alone or "loss") if folded else None
        self.refresh_bindings()
        self.set_class(event.size.height >= TALL_FROM, "-tall")
        self.set_class(event.size.height < SHORT_BELOW, "-short")

    @property
    def charts(self) -> tuple[ChartWidget, ...]:
        return (self.view.loss_chart, self.view.accuracy_chart)

    def show_look(self) -> None:
        self.view.look = self.look

    def on_mount(self) -> None:
        self.watch(self.form, "least_width", self._make_room)
        self.plan_side.border_title = "Plan"
        self.show_look()

    def on_descendant_focus(self) -> None:
        self.view.follow_focus()

    def on_descendant_blur(self) -> None:
        self.view.follow_focus()

    @property
    def message(self) -> str:
        """The text of the status line."""
        return self.status.message

    def focus_default(self) -> None:
        """Focus the table, where every key of this tab works; close the plan, which would hide it."""
        table = self.view.table
        if self.has_class("-planning"):
            self.remove_class("-planning")
            focus_later(self, table.focus)
        else:
            table.focus()

    # State from the app

    def watch_preset(self) -> None:
        self._show_preset()

    def watch_active(self) -> None:
        self._show_preset()
        if self.active:
            self.view.draw_all()

    def _show_preset(self) -> None:
        # Behind another tab it would slow down every keystroke there for nothing.
        if not self.is_mounted or not self.active:
            return
        self._show_plan()
        self.refresh_bindings()
        if self.busy:
            return
        why = self._blocker()
        if why:
            self._say(why, "warning")
        elif self.history.ended:
            self._say_outcome(self.history.ended, self.history)
        elif self.preset:
            self._say(messages.ready(self.preset.title))

    def _show_plan(self) -> None:
        """Show the plan in training, else the document's."""
        source = self.controller.run if self.busy else self.preset
        plan = source.plan if source else None
        self.form.take(plan, self.document_id)
        self.view.plan = plan
        self.plan_line.update(f"Plan: {plan_line(plan)}" if plan else "")

    def watch_state(self) -> None:
        super().watch_state()
        self.refresh_bindings()
        if not self.is_mounted:
            return
        if self.busy and self.form.has_focus_within:
            self.focus_default()
        self.form.disabled = self.busy
        self._show_plan()
        self.view.live = self.busy
        self.plan_side.border_title = "Plan (fixed during training)" if self.busy else "Plan"
        if self.busy:
            self.remove_class("-planning")

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in CHART_ACTIONS:
            shown = not self.view.showing_gradients and not self.form.has_focus_within
            return shown and (action != "uncross" or self.cross is not None)
        if action == "turn":
            return self.view.alone is not None and not self.view.showing_gradients
        if action == "verdict":
            return self.view.verdict is not None
        if action == "leave_plan":
            return self.has_class("-planning") or self.form.has_focus_within
        if action in {"pause", "resume"} and (action == "resume") != (self.state == "paused"):
            return False
        if action == "already":
            return self.busy
        return not self._refusal(action)

    def offers(self, action: str) -> bool:
        """Whether ``action`` applies now."""
        return not self._refusal(action)

    def on_key(self, event: events.Key) -> None:
        """Show why a key of this tab does not apply now: Textual would ignore it silently."""
        bound = self._bindings.key_to_bindings.get(event.key, [])
        refusals = [self._refusal(binding.action.partition("(")[0]) for binding in bound]
        if refusals and all(refusals):
            event.stop()
            self._refuse(refusals[0])

    def action_start(self) -> None:
        """Train from scratch."""
        if self._allowed("start"):
            self._start()

    def action_already(self) -> None:
        """Show why no other training run can be started."""
        self._allowed("start")

    def action_pause(self) -> None:
        """Pause training."""
        if self._allowed("pause"):
            self.controller.pause()

    def action_resume(self) -> None:
        """Resume training."""
        if self._allowed("resume"):
            self.controller.resume()

    def action_step(self) -> None:
        """Train a single batch, then pause; starts training if idle."""
        if not self._allowed("step"):
            return
        if self.busy:
            self.controller.step()
            if self.state == "running":
                self._say("pausing after one more batch")
        else:
            self._start(single=True)

    def action_stop(self) -> None:
        """Stop and evaluate; a second time, skip the evaluation."""
        if self._allowed("stop"):
            again = self.state == "stopping"
            self.controller.stop(evaluate=not again)
            self._follow()
            measured = "skipping the test set" if again else "evaluating on the test set"
            self._say(f"stopping: {measured}")

    def action_more(self) -> None:
        """Train for as many epochs again as the run's plan has."""
        self._tick()  # training may have ended since: then its thread has to be started again
        run = self.controller.run
        if not self._allowed("more") or run is None:
            return
        more = run.plan.epochs
        self.controller.extend(more)
        self._follow()
        self._say(f"continuing {run.title} as it was when training started: {show_amount(more, 'epoch')} more")

    def action_scale(self, factor: float) -> None:
        """Multiply the learning rate by ``factor``."""
        if self._allowed("scale"):
            self.controller.scale_learning_rate(factor)

    def action_plan(self) -> None:
        """Edit the plan; if it is folded, open it in place of the charts."""
        if self._allowed("plan"):
            self.set_class(self.has_class("-folded"), "-planning")
            focus_later(self, self.form.focus_field)

    def action_range_test(self) -> None:
        """Find a learning rate: test the plan's network with rates that grow."""
        if self._allowed("range_test"):
            self._find_rate(cast("Preset", self.preset), self.document_id)

    @conversation
    async def _find_rate(self, preset: Preset, document: int) -> None:
        rate = await self.app.push_screen_wait(RangeDialog(preset, self._loader, self.range_test))
        if rate is None or self.preset is None or self.document_id != document:
            return  # what was found is about another network than the one that is open
        plan = self.preset.plan
        self._on_edit(plan.with_learning_rate(rate), "")
        self._say(messages.rate_planned(plan, rate), "done")

    def action_forecast(self) -> None:
        """Ask what the training will come to, then train."""
        if self._allowed("forecast"):
            self._ask_forecast(cast("Preset", self.preset), self.document_id)

    @conversation
    async def _ask_forecast(self, preset: Preset, document: int) -> None:
        from tui.train.forecast_page import ForecastPage  # noqa: PLC0415  # start-up does without the glossary's formulas

        forecast = await self.app.push_screen_wait(ForecastPage(preset))
        if forecast is None or self.document_id != document:
            return
        if self._allowed("start"):
            self._start(forecast=forecast)

    def action_verdict(self) -> None:
        """Show what came of the prediction, and why."""
        from tui.train.verdict_page import VerdictPage  # noqa: PLC0415  # as above

        verdict, trained, run = self.view.verdict, self.view.trained, self.view.run
        if verdict is not None and trained is not None:
            if run is not None and run.lesson in self.silenced:  # why it went so is to be found out
                verdict = verdict.unexplained
            self.app.push_screen(VerdictPage(verdict, trained, self.history))

    def action_turn(self) -> None:
        """Switch between the curves of loss and accuracy, where there is room for one."""
        self.view.alone = "accuracy" if self.view.alone == "loss" else "loss"

    def action_gradients(self) -> None:
        """Switch between curves and gradients."""
        self.view.turn()
        focus_later(self, self.focus_default)

    def action_leave_plan(self) -> None:
        """Go back from the plan to the charts."""
        self.remove_class("-planning")
        focus_later(self, self.focus_default)

    def _plan_edited(self, plan: FieldStruct, merging: str) -> None:
        if isinstance(plan, Plan):
            self._on_edit(plan, f"plan.{merging}")

    @on(StructForm.Settled)
    def _plan_settled(self, event: StructForm.Settled) -> None:
        event.stop()
        self.post_message(self.PlanSettled())
        if event.done:
            self.action_leave_plan()

    def _start(self, *, single: bool = False, forecast: Forecast | None = None) -> None:
        preset = cast("Preset", self.preset)
        name, document, lesson = preset.name, self.document_id, preset.lesson
        run = TrainedNetwork(name, preset.architecture, preset.plan, document=document, lesson=lesson)
        self._launch(run, self._make(preset, forecast), History(), forecast, single=single)

    def resume_run(
        self, run: TrainedNetwork, make: MakeSession, history: History, forecast: Forecast | None = None
    ) -> None:
        """Continue training after ``history``, of which ``forecast`` was made. Call it only while idle."""
        self._launch(run, make, history, forecast)

    def _launch(
        self,
        run: TrainedNetwork,
        make: MakeSession,
        history: History,
        forecast: Forecast | None,
        *,
        single: bool = False,
    ) -> None:
        self.view.forecast = forecast
        self.history = history
        self.forget_place()
        loader = self._loader
        phase = loader.phase if loader and not loader.done else begin("building the network")
        self.view.prepare(phase)
        self.view.run = run
        self.controller.start(run, make, single=single)
        self._follow()
        self._say(f"preparing: {phase.what} ...")

    def _refusal(self, action: str) -> str:
        if action not in commands.COMMANDS:
            return ""
        why = self._blocker() if self.state == "idle" else ""
        return commands.refusal(action, self.state, blocker=why, extendable=self.controller.extendable)

    def _blocker(self) -> str:
        """Why the preset cannot be trained: worked out once, as the footer asks at every key."""
        if self._blocked[0] is not self.preset:
            self._blocked = (self.preset, commands.blocker(self.preset))
        return self._blocked[1]

    def _allowed(self, action: str) -> bool:
        why = self._refusal(action)
        if why:
            self._refuse(why)
        return not why

    def _refuse(self, why: str) -> None:
        """Show why something is not done, and the result of the last run."""
        ended = self.history.ended
        self._say(why + messages.last(ended) if ended and not self.busy else why, "warning")
