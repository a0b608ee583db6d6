"""The weights of every layer before and after training: how they are spread, and what they look like."""

from collections.abc import Callable

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from core.inspection.weights import WeightSummary, first_dense_on_pixels, weight_summary
from core.network.shapes import show_shape
from core.sanitize import one_line
from tui.inspect.histogram import Histogram
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.layer_list import LayerList, LayerWeights, figure, share
from tui.inspect.view import View
from tui.inspect.weight_images import WeightImages
from tui.widgets.listing import Listing
from tui.widgets.text import update_text

__all__ = ["WeightsView"]

SIDE_BY_SIDE = 110
"""Columns from which the list and what is chosen in it have room beside one another."""

HEADINGS = ("mean", "stddev", "min", "max", "near 0")

NOTHING = "No layer has weights: there is nothing to compare."
WORKING = "working out the weights before and after ..."


class WeightsView(View, can_focus=True):
    """A list of layers, and the chosen one's weights: their distribution, or pictures of them."""

    HELP = """
    ## Weights
    For every layer how its weights were spread when training began, dotted, and how they are now, filled: over the
    same values, in shares of all of them. **up / down** choose the layer, **left / right** its kernel, bias, gamma ...

    **i** shows the weights themselves as pictures: the filters of a convolution, a slice for every
    channel they see, for a Dense layer that takes the
    pixels what each of its units looks for in the image, else the matrix, a column for every unit. Zero is the grey
    in the middle, negative is darker, positive brighter. **space** changes between before and after, **,** and **.**
    turn the pages.

    The list is about each layer's first weight, as it is now; **change** is its standard deviation as a multiple of
    what it was. A weight is near zero if its size is at most 1% of the largest.
    """

    BINDINGS = [
        Binding("i", "pictures", "Pictures", id="weights.pictures", tooltip="The weights as pictures, or their spread"),
        Binding("right", "part(1)", "Next weight", id="weights.next", tooltip="The layer's next weight, as its bias"),
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
    WeightsView #weights-said { height: auto; color: $text-muted; }
    WeightsView.-wide { layout: horizontal; }
    WeightsView.-wide LayerList { width: 1fr; max-width: 84; height: 1fr; max-height: 100%; margin-right: 2; }
    WeightsView.-wide #weights-detail { width: 1fr; margin-top: 0; }
    WeightsView.-wide #weights-figures { margin-bottom: 1; }
    WeightsView.-unlisted LayerList, WeightsView.-empty #weights-detail { display: none; }
    WeightsView.-unlisted #weights-detail { margin-top: 0; }
    WeightsView WeightImages, WeightsView.-pictures Histogram, WeightsView.-pictures #weights-figures { display: none; }
    WeightsView.-pictures WeightImages { display: block; }
    """

    entries: reactive[tuple[LayerWeights, ...] | None] = reactive(None, repaint=False)
    """The layers with weights; None until they are worked out."""
    part: reactive[int] = reactive(0, repaint=False)
    """Which of the chosen layer's weights is shown."""
    pictured: reactive[bool] = reactive(False, repaint=False)
    """Whether they are shown as pictures."""
    listing = query_one(LayerList)
    detail = query_one("#weights-detail", Vertical)
    said = query_one("#weights-said", Static)
    title = query_one("#weights-title", Static)
    figures = query_one("#weights-figures", Static)
    histogram = query_one(Histogram)
    heat = query_one(WeightImages)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._asked: Inspected | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="weights-said", markup=False)
        yield LayerList()
        with Vertical(id="weights-detail"):
            yield Static(id="weights-title", markup=False)
            yield Static(id="weights-figures", markup=False)
            yield Histogram()
            yield WeightImages()

    def on_mount(self) -> None:
        self._say(WORKING)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= SIDE_BY_SIDE, "-wide")
        self._show()

    @property
    def digest(self) -> WeightSummary | None:
        """The weight that is shown."""
        chosen = self.listing.chosen
        return chosen.digests[self.part] if chosen and self.part < len(chosen.digests) else None

    # What comes down

    def watch_inspected(self) -> None:
        self.workers.cancel_group(self, "weights")
        self.entries = self._asked = None
        self._say(WORKING)
        self._ask()

    def watch_active(self) -> None:
        self._ask()

    def _ask(self) -> None:
        if self.active and self.inspected is not None and self.inspected is not self._asked:
            self._asked = self.inspected
            self._work_out(self.inspected)

    @work(thread=True, exclusive=True, group="weights", exit_on_error=False)
    def _work_out(self, inspected: Inspected) -> None:
        worker = get_current_worker()

        def wanted() -> bool:
            return not worker.is_cancelled

        try:
            layers = _layers(inspected, wanted)
        except Exception as error:  # noqa: BLE001  # whatever it is, the app goes on and says so
            self.app.call_from_thread(self._take, worker, inspected, None, one_line(f"! {error}"))
            return
        if layers is not None:
            self.app.call_from_thread(self._take, worker, inspected, layers, "" if layers else NOTHING)

    def _take(
        self, worker: "Worker[None]", inspected: Inspected, layers: tuple[LayerWeights, ...] | None, said: str
    ) -> None:
        if worker.is_cancelled or inspected is not self.inspected:
            return
        self._say(said)
        self.entries = layers

    def watch_entries(self) -> None:
        if not self.is_mounted:
            return
        self.listing.entries = self.entries or ()
        self._chosen()

    # What a person does

    @on(Listing.Chosen)
    def _chosen(self, event: Listing.Chosen | None = None) -> None:
        if event:
            event.stop()
        self.part = self.heat.page = 0
        self._show()

    def on_listing_opened(self, event: Listing.Opened) -> None:
        """A double click on a layer shows its pictures."""
        event.stop()
        self.action_pictures()

    def action_pictures(self) -> None:
        """Show the weights as pictures, or how they are spread."""
        self.pictured = not self.pictured

    def action_part(self, by: int) -> None:
        """Show the layer's weight ``by`` further on."""
        chosen = self.listing.chosen
        if chosen:
            self.heat.page = 0
            self.part = (self.part + by) % len(chosen.digests)

    def action_before(self) -> None:
        """Change between the weights before training and those after, as pictures."""
        self.heat.begun = not self.heat.begun

    def action_turn(self, by: int) -> None:
        """Turn the page of the pictures."""
        self.heat.turn(by)

    def action_step(self, by: int) -> None:
        """Choose the layer ``by`` further down."""
        self.listing.action_step(by)

    def action_list_page(self, by: int) -> None:
        """Choose the layer ``by`` pages further down."""
        self.listing.action_page(by)

    def action_jump(self, index: int) -> None:
        """Choose the first layer, or with -1 the last."""
        self.listing.action_jump(index)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Keys that do nothing now are not offered.
        return self.pictured if action in {"before", "turn"} else True

    # What is shown

    def watch_part(self) -> None:
        self._show()

    def watch_pictured(self) -> None:
        self.refresh_bindings()
        self._show()

    def _say(self, said: str) -> None:
        if self.is_mounted:
            self.said.update(said)
            self.said.display = bool(said)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        shown, chosen = self.digest, self.listing.chosen
        self.set_class(chosen is None, "-empty")
        self.set_class(self.pictured, "-pictures")
        self.set_class(chosen is None or (self.pictured and not self.has_class("-wide")), "-unlisted")
        self.histogram.digest = None if self.pictured else shown
        self.heat.digest = shown if self.pictured else None
        if shown and chosen:
            update_text(self.title, _title(chosen, self.part))
            update_text(self.figures, _figures(shown))


def _layers(inspected: Inspected, wanted: Callable[[], bool]) -> tuple[LayerWeights, ...] | None:
    """All layers with weights, worked out; None as soon as they are not ``wanted`` any more."""
    faced = first_dense_on_pixels(inspected.architecture)
    stack = inspected.architecture.stack
    digests: dict[int, list[WeightSummary]] = {}
    for weight in inspected.weights():
        if not wanted():
            return None
        image = faced[1] if faced and faced[0] == weight.row else None
        digests.setdefault(weight.row, []).append(weight_summary(weight, image))
    return tuple(LayerWeights(row, stack[row].label, tuple(parts)) for row, parts in digests.items())


def _title(layer: LayerWeights, part: int) -> Content:
    """Which weight of which layer: ``1 Conv2D 4@5x5: kernel 5x5x1x4, 1 of 2``."""
    shown = layer.digests[part]
    others = f", {part + 1} of {len(layer.digests)}" if len(layer.digests) > 1 else ""
    same = ", unchanged" if shown.unchanged else ""
    return Content.assemble(
        (f"{layer.row} {layer.label}: ", "$foreground-muted"),
        (f"{shown.name} {show_shape(shown.shape)}", "bold"),
        (f"{others}{same}", "$foreground-muted"),
    )


def _figures(shown: WeightSummary) -> Content:
    """Figures before and after, one line each."""
    lines = [Content.styled(f"{'':<7}{''.join(f'{name:>9}' for name in HEADINGS)}", "$foreground-muted")]
    for name, figures in (("before", shown.before), ("after", shown.after)):
        known = (figures.mean, figures.stddev, figures.low, figures.high)
        lines.append(Content(f"{name:<7}{''.join(f'{figure(value):>9}' for value in known)}{share(figures):>9}"))
    lines += [
        Content.styled(f"! {name}: {figures.not_finite:,} of {figures.count:,} are NaN or infinite", "$text-warning")
        for name, figures in (("before", shown.before), ("after", shown.after))
        if figures.not_finite
    ]
    return Content("\n").join(lines)
