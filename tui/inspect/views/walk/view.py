"""Walk: one digit's way through every layer."""

from collections.abc import Callable

import numpy as np
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

from core.datasets import DATASETS
from core.inspection.steps import refusal, steps
from core.inspection.tensors import Weight
from core.network.summary import Row, summarize
from core.sanitize import one_line
from tui.inspect.base import View
from tui.inspect.chosen_layer import line_of, place_cursor
from tui.inspect.inspector_protocol import Image, Inspected
from tui.inspect.messages import LayerChosen
from tui.inspect.views.walk.activations import Activations, Scene
from tui.inspect.views.walk.model import Digit, Walked, another, caption, first
from tui.inspect.views.walk.pixels import Drawn, Pixels
from tui.inspect.views.walk.row_list import RowList
from tui.inspect.views.walk.stepper import Stepper
from tui.widgets.listing import Listing

__all__ = ["WalkView"]

WORKING = "computing every layer's output for the digit ..."
FAILURES = {"walk": "digit could not be walked", "steps": "weights could not be loaded"}

HIGH_ENOUGH = 26
"""Height from which the digit is shown below the list."""

NARROW, WIDE = 98, 148
"""Widths below and above which the list of layers has another width."""


class WalkView(View, can_focus=True):
    """Every layer's output for one digit."""

    HELP = """
    ## Walk
    One digit's way through the network: the output of each layer. **up** and **down** select the layer,
    **left** and **right** a map of it or a unit, **page up** and **page down** (or **comma** and **full stop**) turn
    the page. **n** walks another digit of the test set.

    All maps of a layer share one scale, so that they can be compared; **s** gives each its own. **space** shows the
    selected map alone. **enter** on a convolution or a pooling slides its window over its input, number by number.
    """

    BINDINGS = [
        Binding("enter", "open", "Slide window", id="walk.open", tooltip="Slide the layer's window, stop by stop"),
        Binding("n", "another", "Another digit", id="walk.another", tooltip="Walk another digit of the test set"),
        Binding("space", "alone", "Map alone", id="walk.alone", tooltip="Show the selected map alone, or all of them"),
        Binding("s", "each", "Scale", id="walk.scale", tooltip="One scale for all maps, or each its own"),
        Binding("up", "layer(-1)", "Layer above", id="walk.up", tooltip="The layer above", show=False),
        Binding("down", "layer(1)", "Layer below", id="walk.down", tooltip="The layer below", show=False),
        Binding("home", "jump(0)", "Input", id="walk.home", tooltip="The input", show=False),
        Binding("end", "jump(-1)", "Last layer", id="walk.end", tooltip="The last layer", show=False),
        Binding("left", "unit(-1)", "Map before", id="walk.left", tooltip="The map or unit before", show=False),
        Binding("right", "unit(1)", "Next map", id="walk.right", tooltip="The next map or unit", show=False),
        Binding("pageup,comma", "page(-1)", "Page before", id="walk.pageup", tooltip="The maps before", show=False),
        Binding("pagedown,full_stop", "page(1)", "Next page", id="walk.pagedown", tooltip="More maps", show=False),
    ]

    DEFAULT_CSS = """
    WalkView #walk-title { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    WalkView #walk-body { height: 1fr; }
    WalkView #walk-left { width: 36; margin-right: 2; }
    WalkView #walk-digit { height: 14; margin-top: 1; }
    WalkView.-narrow #walk-left { width: 26; margin-right: 1; }
    WalkView.-wide #walk-left { width: 48; }
    """

    title = query_one("#walk-title", Static)
    body = query_one("#walk-body", Horizontal)
    rows = query_one(RowList)
    digit = query_one("#walk-digit", Pixels)
    activations = query_one(Activations)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._choose_digit: Callable[[Inspected], Digit] = first
        self._asked = False
        self._walked: Walked | None = None
        self._weights: tuple[Weight, ...] | None = None
        self._unit = 0
        self._each = self._alone = False

    def compose(self) -> ComposeResult:
        yield Static(id="walk-title", markup=False)
        with Horizontal(id="walk-body"):
            with Vertical(id="walk-left"):
                yield RowList()
                yield Pixels(id="walk-digit")
            yield Activations()

    def take(self, image: Image, truth: str) -> None:
        """Walk ``image`` through the network; ``truth`` is the name of its class, empty if unknown."""
        digit = Digit(image, truth)
        self._request(lambda _: digit)

    @property
    def shown(self) -> tuple[Image | None, str, int | None]:
        """The digit: its image, its class and its number in the test set, as far as they are known."""
        digit = self._walked.digit if self._walked else None
        return (digit.image, digit.truth, digit.index) if digit else (None, "", None)

    def on_mount(self) -> None:
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        self.digit.display = event.size.height >= HIGH_ENOUGH
        self.set_class(event.size.width < NARROW, "-narrow")
        self.set_class(event.size.width > WIDE, "-wide")

    def watch_inspected(self, inspected: Inspected | None) -> None:
        for group in ("walk", "steps"):
            self.workers.cancel_group(self, group)
        self._walked = self._weights = None
        self._asked = False
        if not self.is_mounted:
            return
        self._say("")
        self._show()
        self._walk_if_active()

    def watch_active(self) -> None:
        self._walk_if_active()

    def watch_layer_row(self) -> None:
        self._unit, self._alone = 0, False
        if self.is_mounted and self.rows.summary is not None:
            place_cursor(self.rows, range(self.rows.lines), self.layer_row)
            self._show()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self._say(f"! The {FAILURES[event.worker.group]}: {event.worker.error}", "$text-error")

    @on(Listing.Selected)
    def _chosen(self, event: Listing.Selected) -> None:
        event.stop()
        if self.rows.lines and event.index != line_of(range(self.rows.lines), self.layer_row):
            self.post_message(LayerChosen(event.index))

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        event.stop()
        if self.check_action("open", ()):
            self.action_open()

    @on(Activations.Selected)
    def _map_chosen(self, event: Activations.Selected) -> None:
        event.stop()
        self._unit = event.unit
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Only some layers have a window to slide, and a single unit has no map to be alone.
        summary, scene = self.rows.summary, self._scene()
        if action == "open":
            return bool(summary and scene and not refusal(summary.rows[self._row]))
        return action != "alone" or (scene is not None and not scene.dense)

    def action_layer(self, by: int) -> None:
        """Select the layer ``by`` further down."""
        self.rows.action_step(by)

    def action_jump(self, row: int) -> None:
        """Select a layer; -1 is the last."""
        self.rows.action_jump(row)

    def action_unit(self, by: int) -> None:
        """Select the map or unit ``by`` further, wrapping around."""
        scene = self._scene()
        if scene:
            self._unit = (scene.unit + by) % scene.count
            self._show()

    def action_page(self, by: int) -> None:
        """Turn ``by`` pages of maps or units forward, if there are that many."""
        scene = self._scene()
        if scene is None:
            return
        places = self.activations.places
        page = scene.unit // places + by
        if 0 <= page * places < scene.count:
            self._unit = page * places
            self._show()

    def action_alone(self) -> None:
        """Show the selected map alone, or all of them again."""
        scene = self._scene()
        if scene and not scene.dense:
            self._alone = not self._alone
            self._show()

    def action_each(self) -> None:
        """Give each map a scale of its own, or all of them one."""
        self._each = not self._each
        self._show()

    def action_another(self) -> None:
        """Walk another digit of the test set."""
        before = self._walked.digit.index if self._walked else None
        self._request(lambda inspected: another(inspected, before))

    def action_open(self) -> None:
        """Slide the window of the selected layer."""
        if self._walked is None or self.inspected is None or self.rows.summary is None:
            return
        row = self.rows.summary.rows[self._row]
        if self._weights is None:
            self._say("loading the weights ...")
            self._load_weights(self.inspected, row)
        else:
            self._step(row)

    @property
    def _row(self) -> int:
        """The row shown: that of the layer chosen, unless this network has fewer."""
        return min(self.layer_row, self.rows.lines - 1)

    def _request(self, wanted: Callable[[Inspected], Digit]) -> None:
        self._choose_digit, self._asked = wanted, False
        self._walk_if_active()

    def _walk_if_active(self) -> None:
        if self.is_mounted and self.active and self.inspected is not None and not self._asked:
            self._asked = True
            self._say(WORKING)
            self._walk(self.inspected, self._choose_digit)

    @work(thread=True, exclusive=True, group="walk", exit_on_error=False)
    def _walk(self, inspected: Inspected, wanted: Callable[[Inspected], Digit]) -> None:
        worker = get_current_worker()
        digit = wanted(inspected)
        walked = Walked(digit, inspected.walk(digit.image))
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, worker, inspected, walked)

    def _take(self, worker: "Worker[None]", inspected: Inspected, walked: Walked) -> None:
        if worker.is_cancelled or inspected is not self.inspected:
            return
        summary = summarize(inspected.architecture)
        if summary != self.rows.summary:
            self._unit = 0
            with self.rows.prevent(Listing.Selected):
                self.rows.summary = summary
            place_cursor(self.rows, range(self.rows.lines), self.layer_row)
        self._walked = walked
        self._choose_digit = lambda _: walked.digit  # changed weights are shown with the same digit
        self._show()

    @work(thread=True, exclusive=True, group="steps", exit_on_error=False)
    def _load_weights(self, inspected: Inspected, row: Row) -> None:
        worker = get_current_worker()
        weights = inspected.weights()
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take_weights, worker, inspected, weights, row)

    def _take_weights(
        self, worker: "Worker[None]", inspected: Inspected, weights: tuple[Weight, ...], row: Row
    ) -> None:
        if worker.is_cancelled or inspected is not self.inspected:
            return
        self._weights = weights
        self._show()
        # Do not open the page if the user has moved on meanwhile.
        if self.active and self._row == row.index and self.screen.is_active:
            self._step(row)

    def _step(self, row: Row) -> None:
        if self._walked and self._weights is not None:
            shown = steps(row, self._walked.outputs, self._weights)
            unit = min(self._unit, shown.filters - 1)
            # Start where the filter responds most strongly: the first stop is mostly background.
            self.app.push_screen(Stepper(shown, unit, shown.strongest(unit)))

    def _scene(self) -> Scene | None:
        if self._walked is None or self.inspected is None:
            return None
        rows, row = self.inspected.architecture.stack, self._row
        last = row == len(rows) - 1
        classes = DATASETS[self.inspected.plan.dataset].classes if last else ()
        output, label = self._walked.outputs[row], f"{row}  {rows[row].label}"
        return Scene(output, label, self._unit, self._each, self._alone, classes)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        scene = self._scene()
        self.refresh_bindings()
        self.body.display = scene is not None
        self.activations.scene = scene
        if scene is None or self._walked is None or self.inspected is None:
            return
        self.digit.drawn = Drawn(self._walked.digit.image.astype(np.int16))
        self._say(caption(self._walked, DATASETS[self.inspected.plan.dataset].classes))

    def _say(self, text: str, style: str = "") -> None:
        self.title.update(Content.styled(one_line(text), style))
