"""The views of the Inspect tab by name.

All that is known of them without importing them: they bring numpy, which the start does without.
"""

from msgspec import Struct
from textual.binding import Binding, BindingType

__all__ = ["BINDINGS", "VIEWS", "Entry"]


class Entry(Struct, frozen=True):
    """What is to be known of a view before it is opened."""

    key: str
    title: str
    tooltip: str
    asks: bool = True
    """Whether it asks the network; else what its training has told is enough."""


VIEWS = {
    "results": Entry("r", "Results", "How well it tells the digits of the test set apart"),
    "mistakes": Entry("m", "Mistakes", "The digits that it takes for others, and how sure it is"),
    "draw": Entry("d", "Draw", "Draw a digit and see what the network makes of it"),
    "walk": Entry("w", "Walk", "One digit on its way through every layer"),
    "weights": Entry("v", "Weights", "The weights of every layer before and after training"),
    "gradients": Entry("g", "Gradients", "Gradients, updates, dead and saturated units while it trained", asks=False),
    "findings": Entry("f", "Findings", "What is wrong with network or training, why, and what mends it", asks=False),
}

BINDINGS: list[BindingType] = [
    *(
        Binding(entry.key, f"look('{name}')", entry.title, id=f"inspect.{name}", tooltip=entry.tooltip, show=False)
        for name, entry in VIEWS.items()
    ),
    Binding("l", "back", "Last training", id="inspect.back", tooltip="Leave the kept run for what was trained last"),
]
