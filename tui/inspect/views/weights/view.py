"""The weights of every layer before and after training: their distributions, and pictures of them."""

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from core.inspection.weights import WeightSummary
from core.sanitize import one_line
from tui.inspect.base import View
from tui.inspect.chosen_layer import line_of, place_cursor, stepped
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.messages import LayerChosen
from tui.inspect.views.weights.all_layers import AllLayers
from tui.inspect.views.weights.figures import figures_of, title_of
from tui.inspect.views.weights.histogram import Histogram
from tui.inspect.views.weights.layer_list import LayerList, LayerWeights
from tui.inspect.views.weights.loading import summarized
from tui.inspect.views.weights.weight_images import WeightImages
from tui.widgets.listing import Listing
from tui.widgets.text import update_text

__all__ = ["WeightsView"]

SIDE_BY_SIDE = 110
"""Width from which the list and the selected weight fit side by side."""

NOTHING = "No layer has weights: there is nothing to show."
WORKING = "loading the weights before and after ..."


class WeightsView(View, can_focus=True):
    """A list of layers, and the selected one's weights: their distribution, pictures of them, or violins of all."""

    HELP = """
    ## Weights
    For every layer, the distribution of its weights when training began (dotted) and now (filled), over the same bins,
    as shares of all weights. **up / down** select the layer, **left / right** its kernel, bias, gamma ...

    **i** shows the weights as pictures: a convolution's filters, with a slice for every input channel; for a Dense
    layer on pixels, what each unit looks for in the image; else the matrix, with a column for every unit. Negative
    is blue, positive orange, zero the background; where there is room, a weight has its sign. **space** switches
    between before and after, **,** and **.** turn the pages.

    **a** shows the weights of all layers side by side as violins, each as wide as values are frequent there: before
    training to the left, after it to the right, both as wide as any other at their widest place. The box reaches from
    quartile to quartile, the circle is the median; a line alone is a single value. The axis covers the central 99.9%
    of every weight; of more than 131,072 values, shape and quartiles are those of as many drawn from them. **left** and
    **right** select a violin, **b** switches to biases, scales and statistics.

    The list shows each layer's first weight after training; **change** is its standard deviation as a multiple of the
    one before. A weight is near zero if its magnitude is at most 1% of the largest.
    """

    BINDINGS = [
        Binding(
            "i", "pictures", "Pictures", id="weights.pictures", tooltip="Pictures of the weights, or their distribution"
        ),
        Binding(
            "a",
            "compare",
            "All layers",
            id="weights.compare",
            tooltip="The weights of all layers as violins, or of one",
        ),
        Binding(
            "right", "part(1)", "Next weight", id="weights.next", tooltip="The layer's next weight, such as its bias"
        ),
        Binding(
            "left", "part(-1)", "Weight before", id="weights.previous", tooltip="The layer's weight before", show=False
        ),
        Binding("space", "before", "Before/after", id="weights.before", tooltip="Pictures before or after training"),
        Binding("full_stop", "turn(1)", "Page on", id="weights.on", tooltip="The next page of pictures", show=False),
        Binding("comma", "turn(-1)", "Page back", id="weights.back", tooltip="The page before", show=False),
        Binding("up", "step(-1)", "Up", id="weights.up", tooltip="The layer above", show=False),
        Binding("down", "step(1)", "Down", id="weights.down", tooltip="The layer below", show=False),
        Binding("pageup", "list_page(-1)", "Page up", id="weights.pageup", tooltip="A page of layers up", show=False),
        Binding(
            "pagedown", "list_page(1)", "Page down", id="weights.pagedown", tooltip="A page of layers down", show=False
        ),
        Binding("home", "jump(0)", "First", id="weights.home", tooltip="The first layer", show=False),
        Binding("end", "jump(-1)", "Last", id="weights.end", tooltip="The last layer", show=False),
    ]

    DEFAULT_CSS = """
    WeightsView { layout: vertical; }
    WeightsView LayerList { height: auto; max-height: 7; }
    WeightsView #weights-detail { height: 1fr; margin-top: 1; }
    WeightsView #weights-figures { height: auto; }
    WeightsView #weights-title { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    WeightsView #weights-message { height: auto; color: $text-muted; }
    WeightsView.-wide { layout: horizontal; }
    WeightsView.-wide LayerList { width: 1fr; max-width: 84; height: 1fr; max-height: 100%; margin-right: 2; }
    WeightsView.-wide #weights-message { width: 1fr; }
    WeightsView.-wide #weights-detail { width: 1fr; margin-top: 0; }
    WeightsView.-wide #weights-figures { margin-bottom: 1; }
    WeightsView.-unlisted LayerList, WeightsView.-empty #weights-detail { display: none; }
    WeightsView.-unlisted #weights-detail { margin-top: 0; }
    WeightsView WeightImages, WeightsView.-pictures Histogram, WeightsView.-pictures #weights-figures { display: none; }
    WeightsView.-pictures WeightImages { display: block; }
    WeightsView AllLayers, WeightsView.-compared #weights-detail, WeightsView.-empty AllLayers { display: none; }
    WeightsView.-compared AllLayers { display: block; }
    """

    entries: reactive[tuple[LayerWeights, ...] | None] = reactive(None, repaint=False)
    """The layers with weights; None until they are loaded."""
    part: reactive[int] = reactive(0, repaint=False)
    """Which of the chosen layer's weights is shown."""
    pictured: reactive[bool] = reactive(False, repaint=False)
    """Whether they are shown as pictures."""
    compared: reactive[bool] = reactive(False, repaint=False)
    """Whether those of all layers are shown side by side."""
    listing = query_one(LayerList)
    detail = query_one("#weights-detail", Vertical)
    message = query_one("#weights-message", Static)
    title = query_one("#weights-title", Static)
    figures = query_one("#weights-figures", Static)
    histogram = query_one(Histogram)
    images = query_one(WeightImages)
    all_layers = query_one(AllLayers)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._loaded_for: Inspected | None = None

    def compose(self) -> ComposeResult:
        yield LayerList()
        yield Static(id="weights-message", markup=False)
        with Vertical(id="weights-detail"):
            yield Static(id="weights-title", markup=False)
            yield Static(id="weights-figures", markup=False)
            yield Histogram()
            yield WeightImages()
        yield AllLayers().data_bind(WeightsView.layer_row)

    def on_mount(self) -> None:
        self._say(WORKING)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= SIDE_BY_SIDE, "-wide")
        self._show()

    @property
    def weight(self) -> WeightSummary | None:
        """The weight shown."""
        chosen = self.chosen
        return chosen.weights[self.part] if chosen and self.part < len(chosen.weights) else None

    @property
    def chosen(self) -> LayerWeights | None:
        """The layer chosen; None if it has no weights."""
        at = self.listing.chosen
        return at if at is not None and at.row == self.layer_row else None

    # State from the pane

    def watch_inspected(self) -> None:
        self.workers.cancel_group(self, "weights")
        self.entries = self._loaded_for = None
        self._say(WORKING)
        self._load_if_active()

    def watch_active(self) -> None:
        self._load_if_active()

    def _load_if_active(self) -> None:
        if self.active and self.inspected is not None and self.inspected is not self._loaded_for:
            self._loaded_for = self.inspected
            self._load(self.inspected)

    @work(thread=True, exclusive=True, group="weights", exit_on_error=False)
    def _load(self, inspected: Inspected) -> None:
        worker = get_current_worker()

        def wanted() -> bool:
            return not worker.is_cancelled

        try:
            layers = summarized(inspected, wanted)
        except Exception as error:  # noqa: BLE001  # any error is shown instead
            self.app.call_from_thread(self._take, worker, inspected, None, one_line(f"! {error}"))
            return
        if layers is not None:
            self.app.call_from_thread(self._take, worker, inspected, layers, "" if layers else NOTHING)

    def _take(
        self, worker: "Worker[None]", inspected: Inspected, layers: tuple[LayerWeights, ...] | None, message: str
    ) -> None:
        if worker.is_cancelled or inspected is not self.inspected:
            return
        self.entries = layers
        if message:
            self._say(message)

    def watch_entries(self) -> None:
        if not self.is_mounted:
            return
        focused = self.has_focus_within
        with self.listing.prevent(Listing.Selected):
            self.listing.entries = self.entries or ()
        self.all_layers.entries = self.entries or ()
        self.watch_layer_row()
        if focused:
            self.focus_default()

    def watch_layer_row(self) -> None:
        if not self.is_mounted or self.entries is None:
            return
        known = place_cursor(self.listing, self._rows, self.layer_row)
        self._say("" if known or (self.compared and self.entries) else self._without_weights)
        self.part = self.images.page = 0
        self._show()

    @property
    def _rows(self) -> list[int]:
        """The layers listed."""
        return [entry.row for entry in self.entries or ()]

    @property
    def _without_weights(self) -> str:
        """Why nothing is shown of the layer chosen."""
        if not self.entries or self.inspected is None:
            return NOTHING
        stack = self.inspected.architecture.stack
        name = f"{self.layer_row} {stack[self.layer_row].label}" if self.layer_row < len(stack) else "This layer"
        return f"{name} has no weights: up and down go to the layers that have some."

    # Actions

    @on(Listing.Selected)
    def _chosen(self, event: Listing.Selected) -> None:
        event.stop()
        if self.listing.chosen is not None and event.index != line_of(self._rows, self.layer_row):
            self.post_message(LayerChosen(self.listing.chosen.row))

    def on_listing_opened(self, event: Listing.Opened) -> None:
        """Show a layer's pictures on a double click."""
        event.stop()
        self.action_pictures()

    def action_pictures(self) -> None:
        """Switch between pictures and distribution."""
        self.compared, self.pictured = False, not self.pictured

    def action_compare(self) -> None:
        """Switch between the weights of all layers and those of one."""
        self.pictured, self.compared = False, not self.compared

    def action_part(self, by: int) -> None:
        """Show the layer's weight ``by`` further."""
        chosen = self.chosen
        if chosen:
            self.images.page = 0
            self.part = (self.part + by) % len(chosen.weights)

    def action_before(self) -> None:
        """Switch the pictures between the weights before and after training."""
        self.images.before = not self.images.before

    def action_turn(self, by: int) -> None:
        """Turn the page of the pictures."""
        self.images.turn(by)

    def action_step(self, by: int) -> None:
        """Select the layer ``by`` further down among those with weights."""
        if self._rows:
            self.post_message(LayerChosen(stepped(self._rows, self.layer_row, by)))

    def action_list_page(self, by: int) -> None:
        """Select the layer ``by`` pages further down."""
        self.listing.action_page(by)

    def action_jump(self, index: int) -> None:
        """Select the first layer, or with -1 the last."""
        self.listing.action_jump(index)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Keys that do nothing now are hidden.
        return self.pictured if action in {"before", "turn"} else True

    # Display

    def watch_part(self) -> None:
        self._show()

    def watch_pictured(self) -> None:
        self.refresh_bindings()
        self._show()

    def watch_compared(self) -> None:
        if self.is_mounted:
            self.watch_layer_row()
            focused = self.has_focus_within
            self.set_class(self.compared, "-compared")
            if focused:
                self.focus_default()

    def focus_default(self) -> None:
        """Focus the widget that handles the view's keys."""
        (self.all_layers if self.compared and self.entries else self).focus()

    def _say(self, message: str) -> None:
        if self.is_mounted:
            self.message.update(message)
            self.message.display = bool(message)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        shown, chosen = self.weight, self.chosen
        self.set_class(not self.entries if self.compared else chosen is None, "-empty")
        self.set_class(self.pictured, "-pictures")
        covered = self.pictured and chosen is not None and not self.has_class("-wide")
        self.set_class(not self.entries or covered or self.compared, "-unlisted")
        self.histogram.weight = None if self.pictured or self.compared else shown
        self.images.weight = shown if self.pictured else None
        if shown and chosen:
            update_text(self.title, title_of(chosen, self.part))
            update_text(self.figures, figures_of(shown))
