"""The Inspect tab: what the network learned, and why it did not."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static
from textual.worker import Worker, WorkerState, get_current_worker

from core.events import State
from core.history import History
from core.keras_runtime.failures import explain
from core.network.summary import Summary, summarize
from core.presets import Preset
from core.sanitize import one_line
from tui.inspect import captions
from tui.inspect.bar import ViewBar
from tui.inspect.messages import CellWanted, LayerChosen, ViewLeft, WalkWanted
from tui.inspect.views import VIEWS
from tui.inspect.workers import NetworkWorkers
from tui.training_session import TrainedNetwork
from tui.widgets.network_strip import NetworkStrip
from tui.widgets.sight import focus_later
from tui.widgets.text import update_text

if TYPE_CHECKING:
    from core.inspection.results import Results
    from tui.inspect.base import View
    from tui.inspect.inspector_protocol import Inspected
    from tui.inspect.views.mistakes.view import MistakesView
    from tui.inspect.views.walk.view import WalkView

__all__ = ["InspectPane"]


class InspectPane(Vertical, NetworkWorkers):
    """Shows the network that was trained last, one view at a time."""

    HELP = captions.HELP

    BINDINGS = [
        *(
            Binding(entry.key, f"look('{name}')", entry.title, id=f"inspect.{name}", tooltip=entry.tooltip, show=False)
            for name, entry in VIEWS.items()
        ),
        Binding("tab", "step(1)", "Next view", id="inspect.next", tooltip="Open the next view", show=False),
        Binding("shift+tab", "step(-1)", "View before", id="inspect.previous", tooltip="The view before", show=False),
        Binding(
            "N", "numbers", "By numbers", id="inspect.numbers", tooltip="The digit's way and the next step", show=False
        ),
        Binding(
            "l", "back", "Last training", id="inspect.back", tooltip="Go back from the saved run to the last training"
        ),
    ]

    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """The open document, which may differ from what was trained."""
    silenced: reactive[frozenset[str]] = reactive(frozenset[str](), repaint=False)
    """The lessons whose broken networks are not diagnosed yet."""
    run: reactive[TrainedNetwork | None] = reactive(None, repaint=False)
    """What is being trained, or was last."""
    state: reactive[State] = reactive[State]("idle", repaint=False)
    """The state of that training."""
    history: reactive[History] = reactive(History(), repaint=False)
    """The history of that training."""
    trained: reactive[bool] = reactive(False, repaint=False, bindings=True)
    """Whether anything has been trained since the app was started."""
    active: reactive[bool] = reactive(False, repaint=False)
    """Whether this tab is open."""
    chosen: reactive[str] = reactive("results", repaint=False)
    """The open view."""
    inspected: reactive["Inspected | None"] = reactive(None, repaint=False)
    """The network shown, once it is available."""
    results: reactive["Results | None"] = reactive(None, repaint=False)
    """Its results on the test set, once available."""

    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The summary of the network shown."""
    layer_row: reactive[int] = reactive(0, repaint=False)
    """The layer chosen in the strip, for all views."""

    strip = query_one(NetworkStrip)
    switcher = query_one("#views", ContentSwitcher)
    bar = query_one(ViewBar)
    line = query_one("#subject", Static)
    empty = query_one("#inspect-empty", Static)

    class TrainedWanted(Message):
        """The user wants to see the network that was trained last instead of a saved run."""

    def __init__(self, load: "Callable[[], Inspected | None]", *, id: str | None = None) -> None:
        """``load`` returns the network shown; it is called in a thread."""
        super().__init__(id=id)
        self._load = load
        self._complete = False
        self._generation = 0
        self._step = 0
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield ViewBar().data_bind(InspectPane.chosen)
        yield Static(id="subject", markup=False)
        yield NetworkStrip(id="inspect-strip").data_bind(InspectPane.summary, selected=InspectPane.layer_row)
        yield Static(id="inspect-empty", markup=False)
        yield ContentSwitcher(id="views", initial=None)

    @property
    def view(self) -> "View | None":
        """The open view; None until the views of the network shown are mounted."""
        return cast("View", self.switcher.get_child_by_id(self.chosen)) if self._complete else None

    def focus_default(self) -> None:
        """Focus the open view."""
        if self.view and self.switcher.display:
            self.view.focus_default()
        else:
            self.bar.focus()

    def watch_run(self) -> None:
        self.summary = summarize(self.run.architecture) if self.run else None
        self.layer_row = captions.first_with_params(self.summary)
        self._renew()
        self._show()
        self.refresh_bindings()

    def watch_state(self) -> None:
        if self.state not in {"paused", "idle"}:
            self._forget()  # its weights are about to change, and its network may be reused by the next training
        self._show()

    def watch_history(self, before: History, history: History) -> None:
        if before.started is not None and history.started is None:
            self._renew()  # training from the beginning makes another network, even if the run is otherwise the same
        step = self.history.progress.step if self.history.progress else 0
        if step != self._step:
            self._step = step
            self._forget()  # a single step may be over, and the state paused again, before the state is read
        if self.active:
            self._show()

    def watch_preset(self) -> None:
        if self.active:
            self._show()

    async def watch_active(self) -> None:
        await self._make_views()
        self._show()
        if self.active:
            self.focus_default()

    def _renew(self) -> None:
        """Release the network and all views: another network gets new views, which hold nothing of this one."""
        self._forget()
        self._complete = False
        self._generation += 1
        if self.active:
            self.call_next(self._remake_views)

    async def _remake_views(self) -> None:
        await self._make_views()
        self._show()
        if self.active:
            self.focus_default()

    async def _make_views(self) -> None:
        """Mount the views for the network shown, if the tab is open and they are not mounted."""
        if not self.active or self._complete:
            return
        pane = InspectPane
        bound = (pane.inspected, pane.results, pane.run, pane.history, pane.preset, pane.layer_row, pane.silenced)
        made_for = None
        while made_for != self._generation:  # another network may be shown meanwhile
            made_for = self._generation
            before = {view.id: cast("View", view) for view in self.switcher.children}
            self.switcher.current = None
            await self.switcher.remove_children()
            for name, entry in VIEWS.items():
                view = entry.make(name)
                if view.id in before:
                    view.inherit(before[view.id])
                await self.switcher.add_content(view.data_bind(*bound))
        self._complete = True
        self.switcher.current = self.chosen  # a key may have changed it meanwhile

    def watch_chosen(self) -> None:
        if not self._complete:
            return
        self.switcher.current = self.chosen
        self._show()
        focus_later(self, self.focus_default)

    @on(ViewBar.Wanted)
    def _wanted(self, event: ViewBar.Wanted) -> None:
        event.stop()
        self.chosen = event.name

    @on(NetworkStrip.Selected)
    def _layer_clicked(self, event: NetworkStrip.Selected) -> None:
        event.stop()
        self.layer_row = event.index

    @on(LayerChosen)
    def _layer_chosen(self, event: LayerChosen) -> None:
        event.stop()
        self.layer_row = event.row

    @on(ViewLeft)
    def _view_left(self, event: ViewLeft) -> None:
        event.stop()
        self.bar.focus()

    @on(WalkWanted)
    def _walk(self, event: WalkWanted) -> None:
        event.stop()
        if self._complete:  # else the digit is from another network's view
            cast("WalkView", self.switcher.get_child_by_id("walk")).take(event.image, event.truth)
            self.chosen = "walk"

    @on(CellWanted)
    def _show_cell(self, event: CellWanted) -> None:
        event.stop()
        if self._complete:
            cast("MistakesView", self.switcher.get_child_by_id("mistakes")).show(event.true, event.predicted)
            self.chosen = "mistakes"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "numbers":
            return self.inspected is not None and self._complete
        return action != "back" or bool(self.run and self.run.saved_as and self.trained)

    def action_numbers(self) -> None:
        """Show every number of the walked digit's way through the network, and of the next step."""
        from tui.by_numbers.beginnings import trained_numbers  # noqa: PLC0415  # imports numpy, as the views do
        from tui.by_numbers.page import ByNumbers  # noqa: PLC0415  # as above

        if self.inspected is not None and self.run is not None:
            walk = cast("WalkView", self.switcher.get_child_by_id("walk"))
            begin = partial(trained_numbers, self.inspected, *walk.shown)
            self.app.push_screen(ByNumbers(self.run.title, begin))

    def action_back(self) -> None:
        """Show the network that was trained last instead of a saved run."""
        self.post_message(self.TrainedWanted())

    def action_look(self, view: str) -> None:
        """Open the view ``view``."""
        self.chosen = view

    def action_step(self, by: int) -> None:
        """Open the view ``by`` places to the right."""
        self.bar.action_step(by)

    def on_worker_state_changed(self, event: "Worker.StateChanged") -> None:
        """Show why the network cannot be inspected."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._problem = one_line(f"The network cannot be inspected: {explain(event.worker.error)}")
            self._show()

    def _forget(self) -> None:
        self.workers.cancel_group(self, "inspect")
        self._problem = ""
        self.inspected = None
        self.results = None

    def _show(self) -> None:
        """Show the open view, or why it has nothing to show."""
        if not self.is_mounted:
            return
        needs_network = VIEWS[self.chosen].needs_network
        why = captions.missing(network=needs_network, run=self.run, state=self.state, history=self.history)
        if needs_network and not why:
            why = self._problem
        if self.preset:
            update_text(self.line, Content(captions.subject(self.run, self.state, self.history, self.preset)))
        hidden = not self.switcher.display
        self.empty.display = bool(why)
        self.set_class(self.summary is None, "-without-strip")
        self.set_class(not VIEWS[self.chosen].shows_layer, "-without-layer")
        self.set_class(VIEWS[self.chosen].tall, "-tall")
        self.switcher.display = not why
        if self.active and hidden != bool(why):
            # The focused widget is hidden now, or the view is shown again.
            focus_later(self, self.focus_default)
        update_text(self.empty, Content(why) if self.run else captions.first_look())
        seen = self.active and self._complete and not why  # views being mounted or removed are incomplete
        for view in self.switcher.children:
            cast("View", view).active = seen and view.id == self.chosen
        if self.active and self._complete and needs_network and not why and self.inspected is None:
            self._load_network()

    @work(thread=True, exclusive=True, group="inspect", exit_on_error=False)
    def _load_network(self) -> None:
        """Load the network, then evaluate it on the test set."""
        worker = get_current_worker()
        inspected = self._load()
        if worker.is_cancelled or inspected is None:
            return
        self.app.call_from_thread(self._take, worker, inspected, None)
        results = inspected.results(lambda: not worker.is_cancelled)
        if results is not None:
            self.app.call_from_thread(self._take, worker, inspected, results)

    def _take(self, worker: "Worker[None]", inspected: "Inspected", results: "Results | None") -> None:
        # Checked on the thread that cancels: a late result is for a network that is no longer shown.
        if not worker.is_cancelled:
            self.inspected, self.results = inspected, results
