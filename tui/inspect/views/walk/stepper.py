"""The window of a convolution or pooling, slid over its actual input: every product, every sum."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static

from core.inspection.activations import Picture
from core.inspection.steps import Steps, input_picture, output_at, output_picture
from core.network.shapes import show_shape
from core.typography import typeset
from tui.inspect.views.walk.pixels import Drawn, Pixels
from tui.screens.modal import Modal
from tui.widgets.key_footer import KeyFooter
from tui.widgets.text import update_text
from tui.window_text import grids, sums

__all__ = ["Place", "Stepper"]

CAPTIONS = 2
"""Lines above the two pictures."""

NARROW = 100
"""Width below which the pictures are small, to leave room for the numbers."""


class Place(Struct, frozen=True):
    """The window's stop, its filter, and the input channel shown."""

    stop: int = 0
    filter: int = 0
    channel: int = 0
    """Index among the channels that the filter sees."""


class Stepper(Modal[None]):
    """Slides a window, stop by stop, and shows how the output is computed."""

    HELP = """
    ## Window
    The window as it slides over the layer's input. On the left, the input with a frame around the window, and the
    output so far; on the right, the numbers under the window, what they are multiplied by, and the sum.

    The **arrows** slide it, **home** and **end** go to the first and the last stop, a click on the output goes to
    that stop. **comma** and **full stop** select another filter, **plus** and **minus** another input channel.
    **page up** and **page down** scroll the numbers if they do not all fit.
    """

    BINDINGS = [
        Binding("escape,q", "close", "Close", id="stepper.close", tooltip="Back to the walk"),
        Binding(
            "right",
            "slide(1)",
            "Next stop",
            id="stepper.right",
            tooltip="Slide the window forward",
            key_display="\u2192",
        ),
        Binding("left", "slide(-1)", "Stop before", id="stepper.left", tooltip="Slide it back", show=False),
        Binding("down", "line(1)", "Down", id="stepper.down", tooltip="Slide the window down", key_display="\u2193"),
        Binding("up", "line(-1)", "Up", id="stepper.up", tooltip="Slide the window up", show=False),
        Binding("home", "jump(0)", "First stop", id="stepper.home", tooltip="The first stop", show=False),
        Binding("end", "jump(-1)", "Last stop", id="stepper.end", tooltip="The last stop", show=False),
        Binding("full_stop", "filter(1)", "Next filter", id="stepper.filter", tooltip="Select the next filter"),
        Binding("comma", "filter(-1)", "Filter before", id="stepper.filter_before", tooltip="Select the filter before"),
        Binding("plus,equals_sign", "channel(1)", "Channel", id="stepper.channel", tooltip="Next channel of the input"),
        Binding("minus", "channel(-1)", "Before", id="stepper.channel_before", tooltip="Channel before", show=False),
        Binding("question_mark", "app.help", "Help", id="stepper.help", tooltip="Help and all keys", key_display="?"),
        Binding("pageup", "scroll(-1)", "Scroll up", id="stepper.pageup", tooltip="Scroll the numbers", show=False),
        Binding("pagedown", "scroll(1)", "Scroll", id="stepper.pagedown", tooltip="Scroll the numbers", show=False),
    ]

    DEFAULT_CSS = """
    Stepper #stepper {
        width: 100%; height: 100%; max-width: 150; max-height: 44;
        border: round $accent; background: $surface; padding: 0 1;
    }
    Stepper #stepper-title { height: 1; text-wrap: nowrap; text-overflow: ellipsis; text-style: bold; }
    Stepper #stepper-body { height: 1fr; }
    Stepper #stepper-pictures { width: 34; margin-right: 1; }
    Stepper #stepper-pictures Static { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    Stepper #stepper-numbers { width: 1fr; }
    Stepper #stepper-scroll { height: auto; scrollbar-size-vertical: 1; }
    Stepper #stepper-grids { height: auto; }
    Stepper #stepper-sums { height: auto; margin-top: 1; }
    Stepper.-small #stepper-pictures { width: 20; }
    """

    place: reactive[Place] = reactive(Place())
    """What is shown."""

    title_line = query_one("#stepper-title", Static)
    pictures = query_one("#stepper-pictures", Vertical)
    input_caption = query_one("#stepper-before", Static)
    input_pixels = query_one("#stepper-input", Pixels)
    output_caption = query_one("#stepper-after", Static)
    output_pixels = query_one("#stepper-output", Pixels)
    numbers = query_one("#stepper-numbers", Vertical)
    tables = query_one("#stepper-scroll", VerticalScroll)
    grids = query_one("#stepper-grids", Static)
    sums = query_one("#stepper-sums", Static)

    def __init__(self, steps: Steps, filter: int = 0, stop: int = 0) -> None:
        super().__init__()
        self._steps = steps
        self._sizes = (0, 0), (0, 0)
        self.set_reactive(Stepper.place, Place(stop, min(filter, steps.filters - 1)))

    def compose(self) -> ComposeResult:
        with Vertical(id="stepper"):
            yield Static(id="stepper-title", markup=False)
            with Horizontal(id="stepper-body"):
                with Vertical(id="stepper-pictures"):
                    yield Static(id="stepper-before", markup=False)
                    yield Pixels(id="stepper-input")
                    yield Static(id="stepper-after", markup=False)
                    yield Pixels(id="stepper-output")
                with Vertical(id="stepper-numbers"):
                    with VerticalScroll(id="stepper-scroll", can_focus=False):
                        yield Static(id="stepper-grids", markup=False)
                    yield Static(id="stepper-sums", markup=False)
            yield KeyFooter()

    def on_mount(self) -> None:
        steps = self._steps
        shapes = f"{show_shape(steps.x.shape)} -> {show_shape(steps.output.shape)}"
        self.query_one("#stepper").border_title = typeset(f"{steps.label}   {shapes}")
        self.call_after_refresh(self._redraw)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < NARROW, "-small")
        self.call_after_refresh(self._redraw)

    def watch_place(self) -> None:
        self._redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        counts = {"filter": self._steps.filters, "channel": len(self._channels)}
        return counts.get(action, 2) > 1

    @on(Pixels.Clicked, "#stepper-output")
    def _clicked(self, event: Pixels.Clicked) -> None:
        event.stop()
        for row in (event.row, event.row + 1):
            stop = output_at(self._steps, self._sizes[1], self.place.stop, row, event.column)
            if stop is not None:
                self.place = replace(self.place, stop=stop)
                return

    def action_slide(self, by: int) -> None:
        """Slide the window ``by`` stops forward, from the end of a line to the next one."""
        self.place = replace(self.place, stop=min(max(0, self.place.stop + by), self._steps.stops - 1))

    def action_line(self, by: int) -> None:
        """Slide the window ``by`` lines down, if there are that many."""
        stop = self.place.stop + by * self._steps.window.columns.output
        if 0 <= stop < self._steps.stops:
            self.place = replace(self.place, stop=stop)

    def action_jump(self, stop: int) -> None:
        """Go to a stop; -1 is the last."""
        self.place = replace(self.place, stop=stop % self._steps.stops)

    def action_filter(self, by: int) -> None:
        """Select the filter ``by`` further, wrapping around."""
        self.place = replace(self.place, filter=(self.place.filter + by) % self._steps.filters)

    def action_channel(self, by: int) -> None:
        """Select the channel ``by`` further, wrapping around."""
        self.place = replace(self.place, channel=(self.place.channel + by) % len(self._channels))

    def action_scroll(self, by: int) -> None:
        """Scroll the numbers by ``by`` pages."""
        self.tables.scroll_relative(y=by * self.tables.size.height, animate=False)

    def action_close(self) -> None:
        """Close the page."""
        self.dismiss(None)

    @property
    def _channels(self) -> Sequence[int]:
        return self._steps.channels(self.place.filter)

    def _redraw(self) -> None:
        if not self.is_mounted or not self.pictures.size:
            return
        steps, place = self._steps, self.place
        channel = self._channels[place.channel]
        self._sizes = self._picture_sizes()
        _draw(self.input_pixels, input_picture(steps, place.stop, channel, self._sizes[0]))
        _draw(self.output_pixels, output_picture(steps, place.stop, place.filter, self._sizes[1]))
        update_text(self.input_caption, Content(f"input, channel {channel + 1}"))
        update_text(self.output_caption, Content(f"output, {self._filter} {place.filter + 1}"))
        update_text(self.title_line, Content(self._title_text(channel)))
        at = steps.at(place.stop, place.filter)
        room = self.numbers.content_size
        summed = sums(at, place.channel, steps.activation, steps.given(place.stop, place.filter), room.width)
        update_text(self.sums, summed)
        self.tables.styles.max_height = max(1, room.height - len(summed.plain.splitlines()) - 1)
        # The last column is reserved for the scrollbar.
        update_text(self.grids, grids(at, place.channel, steps.padding, room.width - 1))

    def _title_text(self, channel: int) -> str:
        steps, place = self._steps, self.place
        row, column = steps.place(place.stop)
        text = f"stop {place.stop + 1:,} of {steps.stops:,}: row {row + 1}, column {column + 1}"
        text += f"   {self._filter} {place.filter + 1} of {steps.filters}"
        return f"{text}   input channel {channel + 1} of {steps.x.shape[2]}" if len(self._channels) > 1 else text

    @property
    def _filter(self) -> str:
        return "channel" if self._steps.kernel is None else "filter"

    def _picture_sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Pixels for the input and for the output, (height, width): what they need, or the room there is."""
        width, height = self.pictures.content_size
        lines = max(2, height - CAPTIONS)
        rows = self._steps.window.rows
        needs = [-(-(size + 2) // 2) for size in (rows.size + rows.before + rows.after, rows.output)]
        half = lines // 2
        if needs[0] <= half or needs[1] > half:
            first = lines - half if needs[1] <= half or needs[0] > half else max(needs[0], lines - needs[1])
        else:
            first = min(needs[0], lines - needs[1])
        return (2 * first, width), (2 * (lines - first), width)


def _draw(pixels: Pixels, picture: Picture) -> None:
    pixels.drawn = Drawn(picture)
    pixels.styles.height = -(-len(picture) // 2)
