"""The Train tab: what is trained and how, the curves as they grow, how far it is, what it came to."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from core.curves import History
from core.fields import Described
from core.plan import Plan
from core.presets import Preset
from core.quantities import show_rate
from core.training import runtime
from core.training.events import Ended, Event, LearningRateChanged, NotKept, Preparing, Started, State, StateChanged
from tui.plain import one_line
from tui.train import commands, words
from tui.train.controller import Controller, Make, Run
from tui.train.epochs import EpochTable
from tui.train.loading import Loader
from tui.train.run_view import RunView
from tui.train.status import StatusLine, Tone
from tui.widgets.form import StructForm

__all__ = ["TrainPane"]

TURNS_A_SECOND = 20
"""How often what the training tells is taken in, and one of the parts that show it is drawn."""

FOLDED_BELOW = 110
"""Columns below which the plan has no place beside the charts."""
TALL_FROM = 45
SHORT_BELOW = 19
"""Rows from which, and below which, there is more or less room for the table of epochs."""


class TrainPane(Widget):
    """Trains the preset it is given; hands every edit of its plan to ``on_edit``."""

    HELP = """
    ## Train
    **t** trains the network by the plan; **space** pauses and goes on, **n** trains a single batch, **x** stops.
    **+** trains for as many epochs again as the plan says. **[** and **]** halve and double the learning rate while
    it trains: the change is marked on the curves. **e** goes to the plan, **g** puts the gradients in the place of the
    curves.

    The line is the training set's figure, a point for every stretch of batches; the dots are the validation set's,
    one for every epoch; the star is the best epoch.
    """

    BINDINGS = commands.BINDINGS

    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """What the document holds now: the architecture to train and the plan to train it by."""
    state: reactive[State] = reactive[State]("idle", repaint=False)
    """What the training is about; anything but idle means that a thread is at work."""
    headline: reactive[str] = reactive("", repaint=False)
    """What goes on, in a few words for the header: ``training lenet-5 3/10``; empty when idle."""
    history: reactive[History] = reactive(History(), repaint=False)
    """What the last training has told so far."""

    form = query_one("#plan", StructForm)
    plan_title = query_one("#plan-title", Static)
    plan_line = query_one("#plan-line", Static)
    view = query_one("#run-side", RunView)
    epochs = query_one(EpochTable)
    status = query_one("#status", StatusLine)

    class PlanSettled(Message):
        """The edit of the plan is complete."""

    def __init__(
        self, on_edit: Callable[[Plan, str], None], make: Callable[[Preset], Make], *, id: str | None = None
    ) -> None:
        """``on_edit`` takes an edited plan, as `StructForm` hands it on; ``make`` says how a preset is trained."""
        super().__init__(id=id)
        self._on_edit = on_edit
        self._make = make
        self.controller = Controller(self._in_thread, self._load, lambda: self.call_later(self._tick))
        self._idle = asyncio.Event()
        self._idle.set()

    def compose(self) -> ComposeResult:
        with Vertical(id="plan-side"):
            yield Static("Plan", id="plan-title", markup=False)
            yield StructForm(self._plan_edited, self.preset.plan if self.preset else None, id="plan")
        yield RunView(id="run-side").data_bind(TrainPane.history)

    def on_mount(self) -> None:
        self._ticker = self.set_interval(1 / TURNS_A_SECOND, self._tick, pause=True)
        self._show_preset()

    def on_unmount(self) -> None:
        self.controller.stop(measure=False)

    def on_resize(self, event: events.Resize) -> None:
        folded = event.size.width < FOLDED_BELOW
        self.set_class(folded, "-folded")
        self.view.loss_chart.bare = folded
        self.set_class(event.size.height >= TALL_FROM, "-tall")
        self.set_class(event.size.height < SHORT_BELOW, "-short")

    @property
    def busy(self) -> bool:
        """Whether a training is under way, being prepared or coming to its end."""
        return self.controller.busy

    @property
    def message(self) -> str:
        """What the status line says."""
        return self.status.message

    async def stop_and_wait(self) -> None:
        """Stop training, if there is one, and wait until its thread has come to its end."""
        self.controller.stop(measure=False)
        self._follow()
        await self._idle.wait()

    def focus_default(self) -> None:
        """Put the focus where every key of this tab works: on a table, which an open plan would hide."""
        table = self.view.table
        if self.has_class("-planning"):
            self.remove_class("-planning")
            self.call_after_refresh(table.focus)
        else:
            table.focus()

    # What comes down

    def watch_preset(self) -> None:
        # Behind another tab it would cost every keystroke there, for nothing to be seen.
        if self.is_mounted and self.display:
            self._show_preset()

    def on_show(self) -> None:
        self._show_preset()

    def _show_preset(self) -> None:
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
            self._say(words.ready(self.preset.name))

    def _show_plan(self) -> None:
        """Show the plan that is trained by, else that of the document."""
        source = self.controller.run if self.busy else self.preset
        plan = source.plan if source else None
        self.form.take(plan)
        self.plan_line.update(f"Plan: {words.plan_line(plan)}  (e changes it)" if plan else "")

    def watch_state(self) -> None:
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
            self._idle.clear()
            self.remove_class("-planning")
            self._ticker.resume()
        else:
            self._ticker.pause()
            self._idle.set()

    # What a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave_plan":
            return self.has_class("-planning") or self.form.has_focus_within
        if action in {"pause", "resume"} and (action == "resume") != (self.state == "paused"):
            return False
        if action == "already":
            return self.busy
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
        self._say(f"going on with {run.name} as it was when training began: {more} epochs more")

    def action_scale(self, factor: float) -> None:
        """Multiply the learning rate by ``factor``."""
        if self._allowed("scale"):
            self.controller.scale_learning_rate(factor)

    def action_plan(self) -> None:
        """Go to the plan; where it is folded away, open it in the place of the charts."""
        if self._allowed("plan"):
            self.set_class(self.has_class("-folded"), "-planning")
            self.call_after_refresh(self.form.focus_field)

    def action_gradients(self) -> None:
        """Show the gradients in the place of the curves, or the curves again."""
        self.view.turn()
        self.call_after_refresh(self.focus_default)

    def action_leave_plan(self) -> None:
        """Go back from the plan to the charts."""
        self.remove_class("-planning")
        self.call_after_refresh(self.focus_default)

    def _plan_edited(self, plan: Described, merging: str) -> None:
        if isinstance(plan, Plan):
            self._on_edit(plan, f"plan.{merging}")

    @on(StructForm.Settled)
    def _plan_settled(self, event: StructForm.Settled) -> None:
        event.stop()
        self.post_message(self.PlanSettled())
        if event.done:
            self.action_leave_plan()

    # What the training tells

    def _tick(self) -> None:
        """Take in what has been told since the last time, and draw a part of it."""
        told, headline = self.controller.drain(), self.headline
        if told:
            self._take_in(told)
        # The header stands far above: what is painted in one turn with it takes all that lies between along.
        if self.headline == headline:
            self.view.draw_next()

    def _take_in(self, told: list[Event]) -> None:
        history = self.history
        for event in told:
            history = history.after(event)
            self._hear(event, history)
        self.history = history
        self._follow()
        if self.state == "paused":
            self.view.draw_all()  # while it rests, what is shown is what there is

    def _hear(self, event: Event, history: History) -> None:
        match event:
            case Preparing(what=what):
                self.view.prepare(what)
                self._say(f"preparing: {what} ...")
            case Started():
                self._say(words.beginning(self._run_name, event))
            case StateChanged(state="paused"):
                self._say(words.paused(history.progress))
            case StateChanged(state="stopping") if not self.controller.stopped:
                self._say("all epochs are done: measuring on the test set ...")
            case StateChanged(state="running") if self.state == "paused" and history.started:
                self._say(words.beginning(self._run_name, history.started))
            case LearningRateChanged():
                at = history.changes[-1]
                self._say(f"learning rate {show_rate(at.learning_rate)} from epoch {at.x:.2f} on")
            case NotKept(message=message):
                self.app.notify(one_line(message), title="Not kept", severity="warning", timeout=10, markup=False)
            case Ended():
                self._say_outcome(event, history)

    @property
    def _run_name(self) -> str:
        return self.controller.run.name if self.controller.run else ""

    def _follow(self) -> None:
        """Show the controller's state."""
        self.state = self.controller.state
        self.headline = words.headline(self._run_name, self.state, self.history, testing=not self.controller.stopped)

    def _start(self, *, single: bool = False) -> None:
        preset = cast("Preset", self.preset)
        self._launch(Run(preset.name, preset.architecture, preset.plan), self._make(preset), History(), single=single)

    def go_on(self, run: Run, make: Make, history: History) -> None:
        """Train further what has come to ``history``. Only while idle."""
        self._launch(run, make, history)

    def _launch(self, run: Run, make: Make, history: History, *, single: bool = False) -> None:
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
        self._say(why + words.last(ended) if ended and not self.busy else why, "warning")

    def _say_outcome(self, ended: Ended, history: History) -> None:
        tones: dict[str, Tone] = {"finished": "done", "failed": "error"}
        other = self.preset is None or self.preset.name != self._run_name
        self._say(words.outcome(ended, history.best, self._run_name if other else ""), tones.get(ended.reason, ""))

    def _say(self, message: str, tone: Tone = "") -> None:
        self.status.say(message, tone)

    def _load(self, given_up: Callable[[], bool]) -> None:
        if self._loader:
            self._loader.wait(given_up)

    @property
    def _loader(self) -> Loader | None:
        loader: Loader | None = getattr(self.app, "loader", None)
        return loader

    def _in_thread(self, work: Callable[[], None]) -> None:
        def behind() -> None:
            runtime.give_way()
            import_module("tui.widgets.plot")  # takes a quarter of a second, which the first drawing would stand still
            work()

        self.run_worker(behind, name="training", group="training", thread=True, exclusive=False, exit_on_error=False)
