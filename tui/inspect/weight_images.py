"""Pictures of signed values: each character is two pixels, one above the other."""

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
"""The pixel that belongs to no picture: black is 1 in pictures of signed values, and the ground shows through here."""


class WeightImages(Lines):
    """The pictures of a weight, as many of them as there is room for, under a line that says what they are."""

    COMPONENT_CLASSES = {"heat--caption"}

    DEFAULT_CSS = """
    WeightImages { height: 1fr; }
    WeightImages > .heat--caption { color: $text-muted; }
    """

    digest: reactive[WeightSummary | None] = reactive(None, repaint=False)
    """What is drawn; None for nothing."""
    begun: reactive[bool] = reactive(False, repaint=False)
    """Whether it is drawn as it was before training."""
    page: reactive[int] = reactive(0, repaint=False)
    """Which page of the pictures is drawn, counted from 0."""

    def watch_digest(self) -> None:
        self.redraw()

    def watch_begun(self) -> None:
        self.redraw()

    def watch_page(self) -> None:
        self.redraw()

    def turn(self, by: int) -> None:
        """Draw another page; behind the last comes the first."""
        drawn = self._sheet()
        if drawn:
            self.page = (drawn.page + by) % drawn.pages

    def draw(self) -> list[list[Segment]]:
        drawn = self._sheet()
        if drawn is None or self.digest is None:
            return []
        muted = Style(color=self.get_component_rich_style("heat--caption").color)
        when = Segment("before" if self.begun else "after", Style(bold=True))
        what, scale = (
            fitted(said, self.size.width - len(when.text)) for said in _caption(self.digest, drawn, self.begun)
        )
        return [[when, Segment(what, muted)], [Segment(scale, muted)], *_lines(drawn.image)]

    def _sheet(self) -> Sheet | None:
        width, height = self.size.width, self.size.height - CAPTION
        if self.digest is None or width < 1 or height < 1:
            return None
        return sheet(self.digest, (2 * height, width), self.page, initial=self.begun)


def _caption(shown: WeightSummary, drawn: Sheet, begun: bool) -> tuple[str, str]:
    """What the pictures are of and on which page, and what their greys mean."""
    number = shown.pictures[0].shape[2]
    if shown.kind == "matrix":
        said = ": inputs down, units across" if len(shown.shape) > 1 else ""
    else:
        thing = "unit" if shown.kind == "units" else "filter" if shown.shape[2] == 1 else "slice"
        said = f": {drawn.shown.start + 1:,} to {drawn.shown.stop:,} of {show_amount(number, thing)}"
    if drawn.pages > 1:
        said += f", page {drawn.page + 1:,} of {drawn.pages:,} (keys , and .)"
    said += ", means of several" if drawn.shrunk else ""
    broken = (shown.before if begun else shown.after).not_finite
    scale = f"black <= {-drawn.most:.2g}, grey 0, white >= {drawn.most:.2g}"
    return said, f"! {broken:,} NaN or infinite as 0; {scale}" if broken else scale


def _lines(image: NDArray[np.uint8]) -> list[list[Segment]]:
    if len(image) % 2:
        image = np.vstack([image, np.full_like(image[:1], NOTHING)])
    return [_line(upper, lower) for upper, lower in zip(image[::2], image[1::2], strict=True)]


def _line(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> list[Segment]:
    """A segment for every run of equal characters: pictures of few weights are drawn large."""
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
