"""The Train tab: what is trained and how, the curves as they grow, how far it is, what it came to."""

from collections.abc import Callable
from typing import cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Static

from core.fields.struct import FieldStruct
from core.formatting import show_amount
from core.history import History
from core.plan.plan import Plan
from core.presets import Preset
from tui.plan_text import plan_line
from tui.train import commands, messages
from tui.train.epochs import EpochTable
from tui.train.event_follower import EventFollower
from tui.train.run_view import RunView
from tui.training_session import MakeSession, TrainedNetwork
from tui.widgets.form import StructForm
from tui.widgets.sight import focus_later

__all__ = ["TrainPane"]

FOLDED_BELOW = 110
"""Columns below which the plan has no place beside the charts."""
TALL_FROM = 45
SHORT_BELOW = 19
"""Rows from which, and below which, there is more or less room for the table of epochs."""


class TrainPane(EventFollower):
    """Trains the preset it is given; hands every edit of its plan to ``on_edit``."""

    HELP = """
    ## Train
    **t** trains the network by the plan; **space** pauses and goes on, **n** trains a single batch, **x** stops.
    **+** trains for as many epochs again as the plan says. **[** and **]** halve and double the learning rate while
    it trains: the change is marked on the curves. **e** goes to the plan, **g** puts the gradients in the place of the
    curves.

    The line is the training set's figure, a point for every stretch of batches; the dots are the validation set's,
    one for every epoch; the stars are the epochs with the lowest validation loss and
    with the highest validation accuracy, which need not be the same.
    """

    BINDINGS = commands.BINDINGS

    form = query_one("#plan", StructForm)
    plan_title = query_one("#plan-title", Static)
    plan_line = query_one("#plan-line", Static)
    epochs = query_one(EpochTable)

    class PlanSettled(Message):
        """The edit of the plan is complete."""

    def __init__(
        self, on_edit: Callable[[Plan, str], None], make: Callable[[Preset], MakeSession], *, id: str | None = None
    ) -> None:
        """``on_edit`` takes an edited plan, as `StructForm` hands it on; ``make`` says how a preset is trained."""
        super().__init__(id=id)
        self._on_edit = on_edit
        self._make = make

    def compose(self) -> ComposeResult:
        with Vertical(id="plan-side"):
            yield Static("Plan", id="plan-title", markup=False)
            yield StructForm(self._plan_edited, id="plan")  # its lines come with the first look at this tab
        yield RunView(id="run-side").data_bind(TrainPane.history)

    def on_resize(self, event: events.Resize) -> None:
        folded = event.size.width < FOLDED_BELOW
        self.set_class(folded, "-folded")
        self.view.loss_chart.bare = folded
        self.set_class(event.size.height >= TALL_FROM, "-tall")
        self.set_class(event.size.height < SHORT_BELOW, "-short")

    @property
    def message(self) -> str:
        """What the status line says."""
        return self.status.message

    def focus_default(self) -> None:
        """Put the focus where every key of this tab works: on a table, which an open plan would hide."""
        table = self.view.table
        if self.has_class("-planning"):
            self.remove_class("-planning")
            focus_later(self, table.focus)
        else:
            table.focus()

    # What comes down

    def watch_preset(self) -> None:
        self._show_preset()

    def watch_active(self) -> None:
        self._show_preset()
        if self.active:
            self.view.draw_all()

    def _show_preset(self) -> None:
        # Behind another tab it would cost every keystroke there, for nothing to be seen.
        if not self.is_mounted or not self.active:
            return
        self._show_plan()
        self.refresh_bindings()
        if self.busy:
            return
        why = commands.obstacle(self.preset)
        if why:
            self._say(why, "warning")
        elif self.history.ended:
            self._say_outcome(self.history.ended, self.history)
        elif self.preset:
            self._say(messages.ready(self.preset.name))

    def _show_plan(self) -> None:
        """Show the plan that is trained by, else that of the document."""
        source = self.controller.run if self.busy else self.preset
        plan = source.plan if source else None
        self.form.take(plan)
        self.plan_line.update(f"Plan: {plan_line(plan)}  (e changes it)" if plan else "")

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
        self.plan_title.update("Plan (fixed while it trains)" if self.busy else "Plan")
        if self.busy:
            self.remove_class("-planning")

    # What a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave_plan":
            return self.has_class("-planning") or self.form.has_focus_within
        if action in {"pause", "resume"} and (action == "resume") != (self.state == "paused"):
            return False
        if action == "already":
            return self.busy
        return not self._refusal(action)

    def offers(self, action: str) -> bool:
        """Whether ``action`` would be done now."""
        return not self._refusal(action)

    def on_key(self, event: events.Key) -> None:
        """Say why, when a key of this tab does not apply now: Textual would pass over it in silence."""
        bound = self._bindings.key_to_bindings.get(event.key, [])
        refusals = [self._refusal(binding.action.partition("(")[0]) for binding in bound]
        if refusals and all(refusals):
            event.stop()
            self._refuse(refusals[0])

    def action_start(self) -> None:
        """Train from the beginning."""
        if self._allowed("start"):
            self._start()

    def action_already(self) -> None:
        """Say why no other training can be started."""
        self._allowed("start")

    def action_pause(self) -> None:
        """Hold training where it is."""
        if self._allowed("pause"):
            self.controller.pause()

    def action_resume(self) -> None:
        """Go on with training."""
        if self._allowed("resume"):
            self.controller.resume()

    def action_step(self) -> None:
        """Train a single batch, then pause; from idle this begins a training."""
        if not self._allowed("step"):
            return
        if self.busy:
            self.controller.step()
            if self.state == "running":
                self._say("pausing after one batch more")
        else:
            self._start(single=True)

    def action_stop(self) -> None:
        """Stop, and measure what was reached; a second time leaves that out."""
        if self._allowed("stop"):
            again = self.state == "stopping"
            self.controller.stop(measure=not again)
            self._follow()
            measured = "the test set is left out" if again else "what was reached is measured on the test set"
            self._say(f"stopping: {measured}")

    def action_more(self) -> None:
        """Go on for as many epochs as the run's plan has."""
        self._tick()  # the training may have ended since: then it has to be begun again
        run = self.controller.run
        if not self._allowed("more") or run is None:
            return
        more = run.plan.epochs
        self.controller.extend(more)
        self._follow()
        self._say(f"going on with {run.name} as it was when training began: {show_amount(more, 'epoch')} more")

    def action_scale(self, factor: float) -> None:
        """Multiply the learning rate by ``factor``."""
        if self._allowed("scale"):
            self.controller.scale_learning_rate(factor)

    def action_plan(self) -> None:
        """Go to the plan; where it is folded away, open it in the place of the charts."""
        if self._allowed("plan"):
            self.set_class(self.has_class("-folded"), "-planning")
            focus_later(self, self.form.focus_field)

    def action_gradients(self) -> None:
        """Show the gradients in the place of the curves, or the curves again."""
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

    def _start(self, *, single: bool = False) -> None:
        preset = cast("Preset", self.preset)
        run = TrainedNetwork(preset.name, preset.architecture, preset.plan, document=self.document_id)
        self._launch(run, self._make(preset), History(), single=single)

    def go_on(self, run: TrainedNetwork, make: MakeSession, history: History) -> None:
        """Train further what has come to ``history``. Only while idle."""
        self._launch(run, make, history)

    def _launch(self, run: TrainedNetwork, make: MakeSession, history: History, *, single: bool = False) -> None:
        self.history = history
        loader = self._loader
        what = "building the network" if loader and loader.done else "loading TensorFlow"
        self.view.prepare(what)
        self.view.run = run
        self.controller.start(run, make, single=single)
        self._follow()
        self._say(f"preparing: {what} ...")

    def _refusal(self, action: str) -> str:
        if action not in commands.COMMANDS:
            return ""
        why = commands.obstacle(self.preset) if self.state == "idle" else ""
        return commands.refusal(action, self.state, obstacle=why, extendable=self.controller.extendable)

    def _allowed(self, action: str) -> bool:
        why = self._refusal(action)
        if why:
            self._refuse(why)
        return not why

    def _refuse(self, why: str) -> None:
        """Say why something is not done, without losing what the last training came to."""
        ended = self.history.ended
        self._say(why + messages.last(ended) if ended and not self.busy else why, "warning")
