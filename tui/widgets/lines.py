"""A widget that draws its own lines and repaints only those that have changed."""

from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

__all__ = ["Lines"]


class Lines(Widget):
    """Calls `draw` for its lines: painting a line costs more than drawing it, and a new layout far more."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[list[Segment]] = []
        self._drawn_for: Size | None = None
        self._ground: Style | None = None

    def draw(self) -> list[list[Segment]]:
        """The lines for the current size, from the top, on the widget's own colors."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again, and repaint what has changed."""
        if not self.size:  # hidden: it is drawn once it is shown again
            self._drawn_for = None
            self.refresh()  # or Textual would show its cached lines
            return
        before = self._lines if self._drawn_for == self.size else None
        self._lines, self._drawn_for = self.draw(), self.size
        if before is None:
            self.refresh()
            return
        pairs = enumerate(zip_longest(before, self._lines))
        changed = [Region(0, y, self.size.width, 1) for y, (old, new) in pairs if old != new]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        if self._drawn_for != self.size:
            self._lines, self._drawn_for = self.draw(), self.size
        if self._ground is None:
            self._ground = self.visual_style.rich_style
        line = self._lines[y] if y < len(self._lines) else []
        strip = Strip(Segment.apply_style(line, self._ground))
        return strip.adjust_cell_length(self.size.width, self._ground)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn_for = self._ground = None
