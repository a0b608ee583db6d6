"""All layers of a network with their output shapes."""

from textual.reactive import reactive

from core.network.shapes import show_shape
from core.network.summary import Summary
from core.typography import typeset
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["RowList"]


class RowList(Listing, can_focus=False):
    """The layers with their output shapes; the view around it handles the keys."""

    DEFAULT_CSS = """
    RowList { height: 1fr; }
    """

    summary: reactive[Summary | None] = reactive(None, repaint=False)
    """The summary of the architecture."""

    @property
    def lines(self) -> int:
        return len(self.summary.rows) if self.summary else 0

    def watch_summary(self) -> None:
        self.changed()

    def header(self) -> str:
        label, shape = self._widths()
        return f"  # {fitted('Layer', label)} {'Output':>{shape}}" if shape else f"  # {fitted('Layer', label)}"

    def line(self, index: int) -> list[Cell]:
        if self.summary is None:
            return []
        row, (label, shape) = self.summary.rows[index], self._widths()
        output = f" {typeset(show_shape(row.facts.output)):>{shape}}" if shape and row.facts else ""
        return [(f"{index:>3} ", "muted"), (fitted(typeset(row.layer.label), label), ""), (output, "")]

    def _widths(self) -> tuple[int, int]:
        """Widths of the label and the shape; 0 if there is no room for the shape."""
        shapes = [show_shape(row.facts.output) for row in self.summary.rows if row.facts] if self.summary else []
        shape = max([6, *map(len, shapes)])
        label = self.width - 4 - shape - 1
        return (label, shape) if label >= 10 else (self.width - 4, 0)
