"""Follows a training session: polls its events, reports them, and draws the view part by part."""

import asyncio
from collections.abc import Callable
from importlib import import_module

from textual.getters import query_one
from textual.reactive import reactive
from textual.widget import Widget

from core.durations import begin
from core.events import Ended, Event, LearningRateChanged, Preparing, RunNotSaved, Started, State, StateChanged
from core.formatting import show_rate
from core.history import History
from core.keras_runtime import runtime
from core.presets import Preset
from core.sanitize import one_line
from tui.loading import Loader, Preparer
from tui.train import messages
from tui.train.controller import Controller
from tui.train.run_view import RunView
from tui.widgets.status_line import StatusLine, Tone

__all__ = ["EventFollower"]

TICKS_PER_SECOND = 20
"""How often events are polled and one part of the view is drawn."""


class EventFollower(Widget):
    """Follows the training of its controller. Subclasses compose a `RunView`."""

    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """The open document: the architecture to train and its plan."""
    document_id: reactive[int] = reactive(0, repaint=False)
    """Identifies the document: unchanged while it is edited, new when another is opened."""
    state: reactive[State] = reactive[State]("idle", repaint=False)
    """The state of training; anything but idle means that its thread is running."""
    headline: reactive[str] = reactive("", repaint=False)
    """A summary for the header: ``training lenet-5 3/10``; empty when idle."""
    history: reactive[History] = reactive(History(), repaint=False)
    """The history of the last training session."""
    active: reactive[bool] = reactive(True, init=False, repaint=False)
    """Whether the tab is open; always True without tabs."""

    view = query_one("#run-side", RunView)
    status = query_one("#status", StatusLine)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.controller = Controller(self._in_thread, self._load, lambda: self.call_later(self._tick))
        self._save_failed = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def busy(self) -> bool:
        """Whether training is being prepared, running or stopping."""
        return self.controller.busy

    async def stop_and_wait(self) -> None:
        """Stop training, if any, and wait until its thread has ended."""
        self.controller.stop(evaluate=False)
        self._follow()
        await self._idle.wait()

    def on_mount(self) -> None:
        self._ticker = self.set_interval(1 / TICKS_PER_SECOND, self._tick, pause=True)

    def on_unmount(self) -> None:
        self.controller.stop(evaluate=False)

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
        """Process new events, and draw a part of the view."""
        events, headline = self.controller.drain(), self.headline
        if events:
            self._process(events)
        # The header is far above: painting both in one turn would repaint everything between them.
        if self.headline == headline:
            self.view.draw_next()

    def _process(self, events: list[Event]) -> None:
        history = self.history
        for event in events:
            history = history.after(event)
            self._report(event, history)
        self.history = history
        self._follow()
        if self.state == "paused":
            self.view.draw_all()  # while paused, the view is up to date

    def _report(self, event: Event, history: History) -> None:
        match event:
            case Preparing(what=what):
                self.view.prepare(begin(what))
                self._say(f"preparing: {what} ...")
            case Started():
                self._save_failed = False
                self._say(messages.beginning(self._run_title, event))
            case StateChanged(state="paused"):
                self._say(messages.paused(history.progress))
            case StateChanged(state="stopping") if not self.controller.stopped:
                self._say("all epochs done: evaluating on the test and training sets ...")
            case StateChanged(state="running") if self.state == "paused" and history.started:
                self._say(messages.beginning(self._run_title, history.started))
            case LearningRateChanged():
                at = history.changes[-1]
                self._say(f"learning rate {show_rate(at.learning_rate)} from epoch {at.x:.2f} on")
            case RunNotSaved(message=message):
                self._save_failed = (
                    self._save_failed or history.ended is None
                )  # after the end everything important is saved
                self.app.notify(one_line(message), title="Not saved", severity="warning", timeout=10, markup=False)
            case Ended():
                self._say_outcome(event, history)

    @property
    def _run_title(self) -> str:
        return self.controller.run.title if self.controller.run else ""

    def _follow(self) -> None:
        """Show the controller's state."""
        self.state = self.controller.state
        testing = not self.controller.stopped
        self.headline = messages.headline(self._run_title, self.state, self.history, testing=testing)

    def _say_outcome(self, ended: Ended, history: History) -> None:
        tones: dict[str, Tone] = {"finished": "done", "failed": "error"}
        run = self.controller.run
        other = run and (self.preset is None or self.preset.name != run.name)
        text = messages.outcome(ended, history, run.title if run and other else "")
        self._say(f"{text}; not everything was saved" if self._save_failed else text, tones.get(ended.reason, ""))

    def _say(self, message: str, tone: Tone = "") -> None:
        self.status.say(message, tone)

    def _load(self, cancelled: Callable[[], bool]) -> None:
        run, preparer = self.controller.run, self._preparer
        if self._loader:
            self._loader.wait(cancelled)
        if preparer and run:
            preparer.wait(run.architecture, run.plan, cancelled)

    @property
    def _loader(self) -> Loader | None:
        loader: Loader | None = getattr(self.app, "loader", None)
        return loader

    @property
    def _preparer(self) -> Preparer | None:
        preparer: Preparer | None = getattr(self.app, "preparer", None)
        return preparer

    def _in_thread(self, work: Callable[[], None]) -> None:
        def run() -> None:
            runtime.lower_priority()
            import_module("tui.widgets.plot")  # takes a quarter of a second, which would block the first drawing
            work()

        self.run_worker(run, name="training", group="training", thread=True, exclusive=False, exit_on_error=False)
