"""Pictures of signed values, two pixels per character, one above the other."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from core.formatting import show_amount
from core.inspection.weights import Sheet, WeightSummary, sheet
from tui.widgets.lines import Lines
from tui.widgets.listing import fitted

__all__ = ["WeightImages"]

UPPER, LOWER = "\u2580", "\u2584"
CAPTION = 2
NOTHING = 0
"""A pixel outside all pictures, where the background shows through; black is 1 in pictures of signed values."""


class WeightImages(Lines):
    """The pictures of a weight, as many as fit, below a caption."""

    COMPONENT_CLASSES = {"weight-images--caption"}

    DEFAULT_CSS = """
    WeightImages { height: 1fr; }
    WeightImages > .weight-images--caption { color: $text-muted; }
    """

    weight: reactive[WeightSummary | None] = reactive(None, repaint=False)
    """The weight drawn; None for nothing."""
    before: reactive[bool] = reactive(False, repaint=False)
    """Whether the weights before training are drawn."""
    page: reactive[int] = reactive(0, repaint=False)
    """The page drawn, counted from 0."""

    def watch_weight(self) -> None:
        self.redraw()

    def watch_before(self) -> None:
        self.redraw()

    def watch_page(self) -> None:
        self.redraw()

    def turn(self, by: int) -> None:
        """Turn ``by`` pages forward, wrapping around."""
        drawn = self._sheet()
        if drawn:
            self.page = (drawn.page + by) % drawn.pages

    def draw(self) -> list[list[Segment]]:
        drawn = self._sheet()
        if drawn is None or self.weight is None:
            return []
        muted = Style(color=self.get_component_rich_style("weight-images--caption").color)
        when = Segment("before" if self.before else "after", Style(bold=True))
        what, scale = (
            fitted(text, self.size.width - len(when.text)) for text in _caption(self.weight, drawn, self.before)
        )
        return [[when, Segment(what, muted)], [Segment(scale, muted)], *_lines(drawn.image)]

    def _sheet(self) -> Sheet | None:
        width, height = self.size.width, self.size.height - CAPTION
        if self.weight is None or width < 1 or height < 1:
            return None
        return sheet(self.weight, (2 * height, width), self.page, initial=self.before)


def _caption(shown: WeightSummary, drawn: Sheet, before: bool) -> tuple[str, str]:
    """What the pictures show, their page, and what their greys mean."""
    number = shown.pictures[0].shape[2]
    if shown.kind == "matrix":
        text = ": inputs down, units across" if len(shown.shape) > 1 else ""
    else:
        thing = "unit" if shown.kind == "units" else "filter" if shown.shape[2] == 1 else "slice"
        text = f": {drawn.shown.start + 1:,} to {drawn.shown.stop:,} of {show_amount(number, thing)}"
    if drawn.pages > 1:
        text += f", page {drawn.page + 1:,} of {drawn.pages:,} (keys , and .)"
    text += ", means of several" if drawn.shrunk else ""
    broken = (shown.before if before else shown.after).not_finite
    scale = f"black <= {-drawn.most:.2g}, grey 0, white >= {drawn.most:.2g}"
    return text, f"! {broken:,} NaN or infinite as 0; {scale}" if broken else scale


def _lines(image: NDArray[np.uint8]) -> list[list[Segment]]:
    if len(image) % 2:
        image = np.vstack([image, np.full_like(image[:1], NOTHING)])
    return [_line(upper, lower) for upper, lower in zip(image[::2], image[1::2], strict=True)]


def _line(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> list[Segment]:
    """One segment for every run of equal characters."""
    changes = np.flatnonzero((np.diff(upper) != 0) | (np.diff(lower) != 0)) + 1
    starts = [0, *changes.tolist()]
    ends = [*changes.tolist(), upper.size]
    return [_cells(int(upper[at]), int(lower[at]), end - at) for at, end in zip(starts, ends, strict=True)]


@lru_cache(8192)
def _cells(upper: int, lower: int, number: int) -> Segment:
    if upper == lower == NOTHING:
        return Segment(" " * number)
    if upper == NOTHING:
        return Segment(LOWER * number, Style.from_color(_grey(lower)))
    return Segment(UPPER * number, Style.from_color(_grey(upper), None if lower == NOTHING else _grey(lower)))


@lru_cache(256)
def _grey(pixel: int) -> Color:
    return Color.from_rgb(pixel, pixel, pixel)
