"""The dataset: digits of each class in half-block characters, and the class counts."""

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import get_current_worker

from core.datasets import DATASETS
from core.datasets.examples import DatasetError, Preview
from core.datasets.numbers import DECIMAL, one_hot, pixel_lines
from core.network.shapes import show_shape
from core.typography import typeset
from tui.screens.modal import Modal
from tui.widgets.bars import bar
from tui.widgets.digit_row import DigitRow

__all__ = ["DataPage"]

SHOWN = 3
"""Digits of the class side by side, if they fit."""
BAR = 20
"""Length of the longest bar, in cells."""


class DataPage(Modal[None]):
    """Class counts of ``dataset`` and some of its digits; the number keys select the class."""

    HELP = """
    ## Data
    Digits of one class of the dataset, and the class counts. **0** to **9** or **left / right** select the class,
    **n** shows the first of its digits as the numbers that the network gets, with its label as a vector, **escape**
    closes.
    """

    BINDINGS = [
        Binding("escape,q,enter", "close", "Close", id="data.close", tooltip="Close"),
        Binding("right,space", "step(1)", "Next class", id="data.next", tooltip="Digits of the next class"),
        Binding("n", "numbers", "Numbers", id="data.numbers", tooltip="The first digit as numbers, or as pictures"),
        Binding("left", "step(-1)", "Class before", id="data.previous", tooltip="Digits of the class before"),
    ]

    chosen: reactive[int] = reactive(0)
    """The class whose digits are shown."""
    as_numbers: reactive[bool] = reactive(False)
    """Whether the first digit is shown as numbers."""
    preview: reactive[Preview | None] = reactive(None)
    """The preview of the dataset, once loaded."""

    facts = query_one("#data-facts", Static)
    digits = query_one(DigitRow)
    counts = query_one("#data-counts", Static)
    scroll = query_one("#data-scroll", VerticalScroll)

    def __init__(self, dataset: str) -> None:
        super().__init__()
        self._dataset = DATASETS[dataset]

    def compose(self) -> ComposeResult:
        with Vertical(id="data"):
            yield Static(id="data-facts", markup=False)
            with VerticalScroll(id="data-scroll"):
                yield DigitRow(id="data-digits")
                yield Static("loading ...", id="data-counts", markup=False)
            yield Static(
                "0-9 or left and right: class   n: numbers   escape: close   ?: help", id="data-keys", markup=False
            )

    def on_mount(self) -> None:
        dataset = self._dataset
        self.facts.update(
            f"{typeset(show_shape(dataset.shape))} pixels from 0 to 255, {len(dataset.classes)} classes, "
            f"{dataset.train:,} to train, {dataset.test:,} to test"
        )
        self._load()

    @work(thread=True, exit_on_error=False)
    def _load(self) -> None:
        worker = get_current_worker()
        try:
            loaded = self._dataset.preview(SHOWN)
        except DatasetError as error:
            if not worker.is_cancelled:
                self.app.call_from_thread(self.counts.update, Content.styled(f"! {error}", "$text-error"))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(setattr, self, "preview", loaded)

    def watch_preview(self) -> None:
        self._redraw()

    def watch_chosen(self) -> None:
        self._redraw()

    def watch_as_numbers(self) -> None:
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def key_digit(self, digit: str) -> None:
        """Show the digits of the class ``digit``."""
        if digit in self._dataset.classes:
            self.chosen = self._dataset.classes.index(digit)

    def on_key(self, event: object) -> None:
        character = getattr(event, "character", None)
        if character:
            self.key_digit(character)

    def action_step(self, by: int) -> None:
        """Show the digits of another class."""
        self.chosen = (self.chosen + by) % len(self._dataset.classes)

    def action_numbers(self) -> None:
        """Show the first digit as numbers, or the digits as pictures again."""
        self.as_numbers = not self.as_numbers

    def action_close(self) -> None:
        """Close the page."""
        self.dismiss(None)

    def _redraw(self) -> None:
        if not self.is_mounted:
            return
        dataset = self._dataset
        self.query_one("#data").border_title = f"Data: {dataset.title}, class {dataset.classes[self.chosen]}"
        if self.preview is None:
            return
        self.digits.display = not self.as_numbers
        self.digits.images = tuple(self.preview.images[self.chosen])
        self.counts.update(self._numbers(self.preview) if self.as_numbers else self._counts(self.preview))

    def _numbers(self, loaded: Preview) -> Content:
        image, classes = loaded.images[self.chosen][0], self._dataset.classes
        lines = list(pixel_lines(image, self.scroll.scrollable_content_region.width))
        vector = ", ".join(map(str, one_hot(self.chosen, len(classes))))
        base = "" if len(lines[0]) == image.shape[1] * DECIMAL else ", in hexadecimal"
        size = typeset(show_shape(image.shape))
        head = f"A {classes[self.chosen]}, as {size} numbers from 0 (.) to 255{base}; its label, one-hot: ({vector})"
        return Content("\n").join([Content.styled(head, "$foreground-muted"), *map(Content, lines)])

    def _counts(self, loaded: Preview) -> Content:
        most = max(loaded.train_counts)
        widest = max(3, *(len(name) for name in self._dataset.classes))
        lines = [Content.styled(f"{'class':<{widest + 2}}   train    test", "$foreground-muted")]
        for index, name in enumerate(self._dataset.classes):
            train, test = loaded.train_counts[index], loaded.test_counts[index]
            style = "bold" if index == self.chosen else ""
            mark = ">" if index == self.chosen else " "
            row = f"{mark} {name:<{widest}} {train:>7,} {test:>7,}  "
            lines.append(Content.assemble((row, style), (bar(train / most, BAR), "$training")))
        return Content("\n").join(lines)
