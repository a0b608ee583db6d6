"""The views of the Inspect tab by name, described without importing them: they import numpy."""

from msgspec import Struct
from textual.binding import Binding, BindingType

__all__ = ["BINDINGS", "VIEWS", "Entry"]


class Entry(Struct, frozen=True):
    """What describes a view before it is imported."""

    key: str
    title: str
    tooltip: str
    needs_network: bool = True
    """Whether it needs the network; else the history of its training is enough."""


VIEWS = {
    "results": Entry("r", "Results", "How well it classifies the test set"),
    "mistakes": Entry("m", "Mistakes", "The digits that it gets wrong, and how confidently"),
    "draw": Entry("d", "Draw", "Draw a digit and see what the network predicts"),
    "walk": Entry("w", "Walk", "One digit on its way through every layer"),
    "weights": Entry("v", "Weights", "The weights of every layer before and after training"),
    "gradients": Entry(
        "g", "Gradients", "Gradients, updates, dead and saturated units during training", needs_network=False
    ),
    "findings": Entry(
        "f", "Findings", "What is wrong with network or training, why, and how to fix it", needs_network=False
    ),
}

BINDINGS: list[BindingType] = [
    *(
        Binding(entry.key, f"look('{name}')", entry.title, id=f"inspect.{name}", tooltip=entry.tooltip, show=False)
        for name, entry in VIEWS.items()
    ),
    Binding("l", "back", "Last training", id="inspect.back", tooltip="Go back from the saved run to the last training"),
]
