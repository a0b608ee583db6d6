"""Keeping up with a training: its events are taken in by turns, said in words, and drawn part by part."""

import asyncio
from collections.abc import Callable
from importlib import import_module

from textual.getters import query_one
from textual.reactive import reactive
from textual.widget import Widget

from core.events import Ended, Event, LearningRateChanged, Preparing, RunNotSaved, Started, State, StateChanged
from core.formatting import show_rate
from core.history import History
from core.keras_runtime import runtime
from core.presets import Preset
from core.sanitize import one_line
from tui.loading import Loader
from tui.train import messages
from tui.train.controller import Controller
from tui.train.run_view import RunView
from tui.widgets.status_line import StatusLine, Tone

__all__ = ["EventFollower"]

TURNS_A_SECOND = 20
"""How often what the training tells is taken in, and one of the parts that show it is drawn."""


class EventFollower(Widget):
    """Follows the training of its controller. A subclass composes a `RunView` and says what is to be trained."""

    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """What the document holds now: the architecture to train and the plan to train it by."""
    document_id: reactive[int] = reactive(0, repaint=False)
    """Which document that is: the same for as long as it is edited, another once one is opened."""
    state: reactive[State] = reactive[State]("idle", repaint=False)
    """What the training is about; anything but idle means that a thread is at work."""
    headline: reactive[str] = reactive("", repaint=False)
    """What goes on, in a few words for the header: ``training lenet-5 3/10``; empty when idle."""
    history: reactive[History] = reactive(History(), repaint=False)
    """What the last training has told so far."""
    active: reactive[bool] = reactive(True, init=False, repaint=False)
    """Whether the tab is open; where there are no tabs it always is."""

    view = query_one("#run-side", RunView)
    status = query_one("#status", StatusLine)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.controller = Controller(self._in_thread, self._load, lambda: self.call_later(self._tick))
        self._unkept = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def busy(self) -> bool:
        """Whether a training is under way, being prepared or coming to its end."""
        return self.controller.busy

    async def stop_and_wait(self) -> None:
        """Stop training, if there is one, and wait until its thread has come to its end."""
        self.controller.stop(measure=False)
        self._follow()
        await self._idle.wait()

    def on_mount(self) -> None:
        self._ticker = self.set_interval(1 / TURNS_A_SECOND, self._tick, pause=True)

    def on_unmount(self) -> None:
        self.controller.stop(measure=False)

    def watch_state(self) -> None:
        if not self.is_mounted:
            return
        if self.busy:
            self._idle.clear()
            self._ticker.resume()
        else:
            self._ticker.pause()
            self._idle.set()

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
                self._unkept = False
                self._say(messages.beginning(self._run_name, event))
            case StateChanged(state="paused"):
                self._say(messages.paused(history.progress))
            case StateChanged(state="stopping") if not self.controller.stopped:
                self._say("all epochs are done: measuring on the test and the training set ...")
            case StateChanged(state="running") if self.state == "paused" and history.started:
                self._say(messages.beginning(self._run_name, history.started))
            case LearningRateChanged():
                at = history.changes[-1]
                self._say(f"learning rate {show_rate(at.learning_rate)} from epoch {at.x:.2f} on")
            case RunNotSaved(message=message):
                self._unkept = self._unkept or history.ended is None  # after the end all that matters is kept
                self.app.notify(one_line(message), title="Not kept", severity="warning", timeout=10, markup=False)
            case Ended():
                self._say_outcome(event, history)

    @property
    def _run_name(self) -> str:
        return self.controller.run.name if self.controller.run else ""

    def _follow(self) -> None:
        """Show the controller's state."""
        self.state = self.controller.state
        self.headline = messages.headline(self._run_name, self.state, self.history, testing=not self.controller.stopped)

    def _say_outcome(self, ended: Ended, history: History) -> None:
        tones: dict[str, Tone] = {"finished": "done", "failed": "error"}
        other = self.preset is None or self.preset.name != self._run_name
        said = messages.outcome(ended, history, self._run_name if other else "")
        self._say(f"{said}; not all of it is kept" if self._unkept else said, tones.get(ended.reason, ""))

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
            runtime.lower_priority()
            import_module("tui.widgets.plot")  # takes a quarter of a second, which the first drawing would stand still
            work()

        self.run_worker(behind, name="training", group="training", thread=True, exclusive=False, exit_on_error=False)
