"""Pictures of signed values, two pixels per character, one above the other."""

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive

from core.formatting import show_amount
from core.inspection.activations import GROUND
from core.inspection.signed_pixels import MARKED, SIGNED
from core.inspection.weights import Sheet, WeightSummary, sheet
from tui.widgets.half_blocks import half_blocks
from tui.widgets.layer_kinds import rich_style
from tui.widgets.lines import Lines
from tui.widgets.signed_colors import legend, palette
from tui.widgets.text import fitted

__all__ = ["WeightImages"]

CAPTION = 2
NOTHING = 0
"""A pixel outside all pictures; the most negative value is 1."""


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
        marks = (MARKED - SIGNED) * drawn.signs.astype(np.int16)
        pixels = np.where(drawn.image == NOTHING, np.int16(GROUND), drawn.image.astype(np.int16) + SIGNED + marks)
        gap = rich_style(self.app, "$panel").color
        left = Segment(" " * max(0, (self.size.width - pixels.shape[1]) // 2))
        muted = Style(color=self.get_component_rich_style("weight-images--caption").color)
        when = Segment("before" if self.before else "after", Style(bold=True))
        what, warning = _caption(self.weight, drawn, self.before)
        most = f"{drawn.most:.2g}"
        scale = [
            Segment(text, Style(bgcolor=ground) if ground else muted)
            for text, ground in legend(self.app, f"-{most}", most)
        ]
        return [
            [when, Segment(fitted(what, self.size.width - len(when.text)), muted)],
            [Segment(warning, muted), *scale],
            *([left, *line] for line in half_blocks(pixels, palette(self.app, (gap,)), below=GROUND)),
        ]

    def _sheet(self) -> Sheet | None:
        width, height = self.size.width, self.size.height - CAPTION
        if self.weight is None or width < 1 or height < 1:
            return None
        return sheet(self.weight, (2 * height, width), self.page, initial=self.before)


def _caption(shown: WeightSummary, drawn: Sheet, before: bool) -> tuple[str, str]:
    """What the pictures show and their page, and how many weights cannot be drawn."""
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
    return text, f"! {broken:,} NaN or infinite as 0; " if broken else ""
