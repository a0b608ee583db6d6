"""A convolution by hand: an input, a filter, the window that slides, and the output that fills."""

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input

from core.learn.convolution import ConvolutionBench, unseen
from core.learn.typed_numbers import Rows, show_number, show_rows
from core.network.shapes import show_shape
from core.typography import typeset, typeset_formula
from tui.benches.bench import Bench, BenchBody
from tui.benches.field import BenchField
from tui.benches.number_grid import Lines, beside, grid
from tui.widgets.text import update_border_title, update_text
from tui.window_text import grids, sums

__all__ = ["ConvolutionScreen"]

PAD, OPEN = "\N{MIDDLE DOT}", "?"
"""What stands for a pixel of padding, and for an output that the window has not been at."""

NOT_FLIPPED = "A cross-correlation, which Keras calls a convolution: the filter is not flipped. F2 flips it."
FLIPPED = (
    "Flipped by half a turn: the convolution of mathematics. Keras does not flip: the filter is learned, and would "
    "only be learned flipped."
)
SYMMETRIC = "Flipped, this filter is the same, and so is the output."


class SlidingWindow(BenchBody):
    """The window over the input; arrows slide it."""

    BINDINGS = [
        Binding("right,space", "screen.slide(1)", "Next", id="convolution.right", tooltip="Slide the window forward"),
        Binding("left", "screen.slide(-1)", "Before", id="convolution.left", tooltip="Slide it back"),
        Binding("down", "screen.lower(1)", "Down", id="convolution.down", tooltip="Slide it down"),
        Binding("up", "screen.lower(-1)", "Up", id="convolution.up", tooltip="Slide it up"),
        Binding("home", "screen.restart", "Empty", id="convolution.home", tooltip="Begin again with an empty output"),
        Binding("end", "screen.complete", "Fill", id="convolution.end", tooltip="Fill all of the output"),
    ]


class ConvolutionScreen(Bench):
    """A convolution of one channel with one filter, begun as ``start``."""

    HELP = """
    ## A convolution by hand
    The numbers under the window, marked by brackets, are multiplied by those of the filter; the sum of the products and
    the bias is one number of the output, marked by brackets too. The **arrows** slide the window, **home** goes back to
    the first stop and empties the output, **end** fills all of it.

    **tab** goes to the fields. Rows are separated by slashes: `0 1 2 / 3 4 5 / 6 7 8`; also by semicolons, or as Python
    writes lists. Input and filter have at most 8 rows and columns. The padding is a number of zeros on each side,
    shown as a dot. **enter** comes back to the window.

    What Keras calls a convolution is a cross-correlation. **F2** flips the filter and shows what the convolution of
    mathematics gives, beside the other.
    """

    AUTO_FOCUS = "SlidingWindow"

    BINDINGS = [
        Binding("f2", "flip", "Flip", id="convolution.flip", tooltip="Flip the filter, or flip it back"),
    ]

    HEADING = "A convolution by hand"
    KEYS = "arrows: slide   home/end: empty, fill   tab: type   F2: flip the filter   escape: close   F1: help"

    bench: reactive[ConvolutionBench] = reactive(ConvolutionBench())
    """Input, filter, and where the window is."""

    def __init__(self, start: ConvolutionBench | None = None) -> None:
        super().__init__()
        self.set_reactive(ConvolutionScreen.bench, start or ConvolutionBench())

    def compose_fields(self) -> ComposeResult:
        bench = self.bench
        yield BenchField("image", "input ", show_rows(bench.image), "rows")
        yield BenchField("filter", "filter", show_rows(bench.filter), "rows")
        with Horizontal():
            yield BenchField("stride", "stride", str(bench.stride), "whole")
            yield BenchField("padding", "padding", str(bench.padding), "whole")
            yield BenchField("bias", "bias", show_number(bench.bias), "number")

    def compose_body(self) -> ComposeResult:
        yield SlidingWindow()

    def take(self, texts: Mapping[str, str]) -> None:
        self.bench = self.bench.typed(**texts)

    def watch_bench(self) -> None:
        self.show()

    @property
    def lead(self) -> Content:
        return _sizes(self.bench)

    def show_body(self) -> None:
        bench, (row, column) = self.bench, self.bench.place
        title = f"{self.HEADING}   stop {bench.stop + 1} of {bench.stops}: row {row + 1}, column {column + 1}"
        update_border_title(self.query_one(".bench"), title)
        room = self.body.scrollable_content_region.width
        update_text(self.body.text, _shown(bench, room, active=self.body.has_focus, tight=self.tight))

    @on(Input.Submitted)
    def _to_the_window(self, event: Input.Submitted) -> None:
        event.prevent_default()
        self.body.focus()

    def action_slide(self, by: int) -> None:
        """Slide the window along the row, and on to the next one."""
        self.bench = self.bench.slid(by)

    def action_lower(self, by: int) -> None:
        """Slide the window down or up."""
        self.bench = self.bench.lowered(by)

    def action_restart(self) -> None:
        """Begin again, with an empty output."""
        self.bench = self.bench.restarted()

    def action_complete(self) -> None:
        """Fill all of the output."""
        self.bench = self.bench.completed()

    def action_flip(self) -> None:
        """Flip the filter, or flip it back."""
        self.bench = self.bench.flip()


def _shown(bench: ConvolutionBench, room: int, *, active: bool, tight: bool) -> Content:
    at = bench.here
    name = "filter, flipped" if bench.turned else "the filter"
    blank = [] if tight else [Content()]
    lines = [
        *beside(_grids(bench, "bold $text-accent" if active else "bold"), room),
        *blank,
        grids(at, 0, bench.padding, room, name),
        sums(at, 0, "linear", at.total, room, "sum"),
        Content(),
        *_remarks(bench),
    ]
    return Content("\n").join(lines)


def _sizes(bench: ConvolutionBench) -> Content:
    """The size of the output, by its formula; of rows and columns where they differ."""
    rows, columns = (axis.steps[-1] for axis in (bench.window.rows, bench.window.columns))
    texts = [typeset_formula(f"{number.substituted} = {number.value}") for number in (rows, columns)]
    size = (typeset(f"output {show_shape(bench.size)}: "), "$foreground-muted")
    if texts[0] == texts[1]:
        return Content.assemble(size, texts[0])
    return Content.assemble(size, f"rows {texts[0]}, columns {texts[1]}")


def _grids(bench: ConvolutionBench, marked: str) -> list[Lines]:
    at, zeros = bench.here, bench.padding
    rows, columns = (range(places[0] + zeros, places[-1] + zeros + 1) for places in (at.stop.rows, at.stop.columns))
    padded, signs = _padded(bench.image, zeros)
    row, column = bench.place
    place = range(row, row + 1), range(column, column + 1)
    wide = bench.size[1]
    hidden = [["" if wide * y + x in bench.seen else OPEN for x in range(wide)] for y in range(bench.size[0])]
    tables = [
        grid("input" if not zeros else f"input, {PAD} padding", padded, (rows, columns), signs, marked),
        grid("output, flipped" if bench.turned else "output", bench.output, place, hidden, marked),
    ]
    if bench.turned:
        whole = [[""] * wide] * bench.size[0]
        tables.append(grid("not flipped", bench.other, place, whole, marked))
    return tables


def _padded(image: Rows, zeros: int) -> tuple[Rows, list[list[str]]]:
    """The input within its padding, and a sign wherever there is padding."""
    wide = len(image[0]) + 2 * zeros
    beyond = [(0.0,) * wide] * zeros
    inner = [(0.0,) * zeros + row + (0.0,) * zeros for row in image]
    signs = [[PAD] * zeros + [""] * len(row) + [PAD] * zeros for row in image]
    edge = [[PAD] * wide for _ in range(zeros)]
    return (*beyond, *inner, *beyond), [*edge, *signs, *edge]


def _remarks(bench: ConvolutionBench) -> Lines:
    said = FLIPPED if bench.turned else NOT_FLIPPED
    if bench.turned and bench.symmetric:
        said = SYMMETRIC
    missed = unseen(bench.window)
    texts = [f"The stride does not divide evenly: {missed}."] if missed else []
    return [Content(text) for text in (*texts, said)]
