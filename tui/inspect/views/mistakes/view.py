"""The test digits that the network gets wrong."""

import numpy as np
from numpy.typing import NDArray
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static

from core.formatting import show_count
from core.inspection.results import Results
from tui.inspect.digit_detail import DigitDetail
from tui.inspect.digits_view import DigitsView
from tui.inspect.messages import WalkWanted
from tui.inspect.views.mistakes.filters import Filter, FilterLine
from tui.inspect.views.mistakes.gallery import Gallery

__all__ = ["MistakesView"]

MARGIN = 2
"""Columns between the gallery and the selected digit."""
TALL = 31
"""Height from which the outputs are below the digit."""


class MistakesView(DigitsView):
    """A gallery of mistakes, the most confident first, and the selected one at full size."""

    HELP = """
    ## Mistakes
    The test digits that the network gets wrong, the most confident mistake first. **a** steps through the true classes
    and **b** through the predicted ones (**A** and **B** backwards); if both are the same, correct predictions are
    shown. **x** shows all mistakes again.
    """

    BINDINGS = [
        Binding("enter", "walk", "Walk it", id="mistakes.walk", tooltip="Walk this digit through the layers"),
        Binding("a", "step('true', 1)", "True class", id="mistakes.true", tooltip="Only the next true class"),
        Binding(
            "A",
            "step('true', -1)",
            "True class before",
            id="mistakes.true_before",
            tooltip="Only the true class before",
            show=False,
        ),
        Binding("b", "step('predicted', 1)", "Predicted", id="mistakes.taken", tooltip="Only the next predicted class"),
        Binding(
            "B",
            "step('predicted', -1)",
            "Predicted before",
            id="mistakes.taken_before",
            tooltip="Only the predicted class before",
            show=False,
        ),
        Binding("x,escape", "clear", "All", id="mistakes.all", tooltip="All mistakes, of every class"),
    ]

    DEFAULT_CSS = """
    MistakesView #mistakes-found { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    MistakesView #mistakes-empty { height: auto; color: $text-muted; margin-top: 1; }
    MistakesView Horizontal { height: 1fr; }
    """

    filter: reactive[Filter] = reactive(Filter(), repaint=False)
    """Which digits are shown."""

    found = query_one("#mistakes-found", Static)
    line = query_one(FilterLine)
    empty = query_one("#mistakes-empty", Static)
    gallery = query_one(Gallery)
    chosen = query_one(DigitDetail)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: NDArray[np.int64] = np.zeros(0, np.int64)

    def compose(self) -> ComposeResult:
        yield Static(id="mistakes-found", markup=False)
        yield FilterLine()
        yield Static(id="mistakes-empty", markup=False)
        with Horizontal():
            yield Gallery()
            yield DigitDetail()

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        tall = self.size.height >= TALL
        self.chosen.set_class(tall, "-tall")
        self.gallery.fit(self.size.width - MARGIN - (DigitDetail.BELOW if tall else DigitDetail.BESIDE))

    def focus_default(self) -> None:
        self.gallery.focus()

    def show(self, true: int | None, predicted: int | None) -> None:
        """Show mistakes of class ``true`` predicted as ``predicted``, None for any; correct predictions if equal."""
        self.filter = Filter(true, predicted)

    def watch_filter(self) -> None:
        self._show()

    def watch_results(self) -> None:
        self._show()

    def watch_images(self) -> None:
        self._show()

    def watch_problem(self) -> None:
        self._show()

    def action_step(self, part: str, by: int) -> None:
        """Filter by the next class for ``part``, "true" or "predicted"."""
        if self.results is not None:
            self.filter = self.filter.stepped(part, by, len(self.results.classes))

    def action_clear(self) -> None:
        """Show all mistakes."""
        self.filter = Filter()

    def action_walk(self) -> None:
        """Walk the selected digit through the layers."""
        if self.results is not None and self.images is not None and len(self._items):
            index = self._items[self.gallery.place]
            self.post_message(WalkWanted(self.images[index], self.results.classes[self.results.labels[index]]))

    @on(FilterLine.Stepped)
    def _stepped(self, event: FilterLine.Stepped) -> None:
        event.stop()
        if event.part:
            self.action_step(event.part, 1)
        else:
            self.action_clear()

    @on(Gallery.Moved)
    def _moved(self, event: Gallery.Moved) -> None:
        event.stop()
        self._show_chosen()

    @on(Gallery.Opened)
    def _opened(self, event: Gallery.Opened) -> None:
        event.stop()
        self.action_walk()

    def _show(self) -> None:
        """Show the matching digits, or why there are none."""
        if not self.is_mounted:
            return
        results, images = self.results, self.images
        self._items = self.filter.chosen(results) if results is not None else np.zeros(0, np.int64)
        why = self._missing(results)
        # The gallery stays, empty, so that its keys still work.
        self.empty.display, self.chosen.display = bool(why), not why
        self.empty.update(why)
        self.line.filter = self.filter
        self.line.class_names = results.classes if results is not None else ()
        if images is not None:
            self.gallery.show(results, images, self._items)
        else:
            self.gallery.forget()
        self._show_chosen()

    def _missing(self, results: Results | None) -> str:
        if results is None:
            return self.waiting
        if not len(self._items):
            return self.filter.no_match(results)
        if self.images is None:
            return self.problem or "loading the digits ..."
        return ""

    def _show_chosen(self) -> None:
        if self.results is None:
            self.found.update("")
            return
        text = self.filter.describe(self.results, len(self._items))
        if self.results.unpredicted:
            text += f"; {show_count(self.results.unpredicted)} gave NaN"
        if len(self._items) and self.images is not None:
            pages = self.gallery.grid.pages(len(self._items))
            text += f"   page {show_count(self.gallery.page + 1)} of {show_count(pages)}"
            index = int(self._items[self.gallery.place])
            self.chosen.show(self.results, self.images[index], index)
        self.found.update(text)
