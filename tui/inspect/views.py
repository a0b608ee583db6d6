"""All views of the Inspect tab. Importing this imports numpy."""

from tui.inspect.draw import DrawView
from tui.inspect.findings import FindingsView
from tui.inspect.gradients import GradientsView
from tui.inspect.mistakes import MistakesView
from tui.inspect.results import ResultsView
from tui.inspect.view import View
from tui.inspect.view_registry import VIEWS
from tui.inspect.walk import WalkView
from tui.inspect.weights import WeightsView

__all__ = ["make"]

_CLASSES: dict[str, type[View]] = {
    "results": ResultsView,
    "mistakes": MistakesView,
    "draw": DrawView,
    "walk": WalkView,
    "weights": WeightsView,
    "gradients": GradientsView,
    "findings": FindingsView,
}


def make() -> list[View]:
    """One view of every kind, with its name as its id."""
    return [_CLASSES[name](id=name) for name in VIEWS]
