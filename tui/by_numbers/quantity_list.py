"""Everything that is computed for an example, in the order in which it is."""

from textual.reactive import reactive

from core.backpropagation.passes import Pass, Phase
from core.network.shapes import show_shape
from core.typography import typeset, typeset_formula
from tui.widgets.listing import Cell, Listing
from tui.widgets.text import fitted

__all__ = ["QuantityList"]

PHASES: dict[Phase, str] = {"forward": "forward", "loss": "loss", "back": "back", "update": "step"}
PHASE, NAME, SHAPE, GAP = 8, 9, 10, 1
"""Widths of columns in cells."""
FORMULA = 12
"""Cells from which a formula is worth showing."""


class QuantityList(Listing):
    """A line for each array of a pass: its name, how it is computed, its shape."""

    DEFAULT_CSS = """
    QuantityList { height: 1fr; }
    """

    numbers: reactive[Pass | None] = reactive(None)
    """All numbers of the example."""

    @property
    def lines(self) -> int:
        return len(self.numbers.quantities) if self.numbers else 0

    def watch_numbers(self) -> None:
        self.changed()

    def header(self) -> str:
        formula = fitted("computed as", self._room) if self._room >= FORMULA else ""
        return f"{'':{PHASE}}{'':{NAME}}{formula}{'shape':>{SHAPE}}"

    def line(self, index: int) -> list[Cell]:
        if self.numbers is None:
            return []
        quantity, before = self.numbers.quantities[index], self.numbers.quantities[index - 1] if index else None
        begins = before is None or before.phase != quantity.phase
        cells: list[Cell] = [(fitted(PHASES[quantity.phase] if begins else "", PHASE), "muted")]
        cells.append((fitted(quantity.name, NAME), ""))
        if self._room >= FORMULA:
            formula = fitted(typeset_formula(quantity.formula), self._room - GAP)
            cells.append((f"{formula}{'':{GAP}}", "muted"))
        shape = "" if quantity.values.shape == (1,) and quantity.name == "L" else show_shape(quantity.values.shape)
        return [*cells, (fitted(typeset(shape), SHAPE, right=True), "muted")]

    @property
    def _room(self) -> int:
        return self.width - PHASE - NAME - SHAPE
