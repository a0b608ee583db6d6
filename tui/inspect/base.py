"""The base of all views of the Inspect tab."""

from typing import Self

from textual.reactive import reactive

from core.history import History
from core.inspection.results import Results
from core.presets import Preset
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.workers import NetworkWorkers
from tui.training_session import TrainedNetwork

__all__ = ["View"]


class View(NetworkWorkers):
    """A view of one network. It loads nothing before it is `active`, and never on the UI thread.

    Another network gets another view, so that no result or selection of this one shows up there.
    """

    inspected: reactive[Inspected | None] = reactive(None, repaint=False)
    """The network shown: a new object whenever its weights change; None while it is not available."""
    results: reactive[Results | None] = reactive(None, repaint=False)
    """Its results on the test set; None until they are available."""
    run: reactive[TrainedNetwork | None] = reactive(None, repaint=False)
    """What was trained."""
    preset: reactive[Preset | None] = reactive(None, repaint=False)
    """The open document, which may differ from it."""
    silenced: reactive[frozenset[str]] = reactive(frozenset[str](), repaint=False)
    """The lessons whose broken networks are not diagnosed yet."""
    layer_row: reactive[int] = reactive(0, repaint=False)
    """The row of the layer chosen, which all views share; 0 is the input."""
    history: reactive[History] = reactive(History(), repaint=False)
    """The history of that training."""
    active: reactive[bool] = reactive(False, repaint=False)
    """Whether the view is visible."""

    def inherit(self, before: Self) -> None:
        """Take over from ``before``, the view of another network, what does not depend on the network."""

    def focus_default(self) -> None:
        """Focus the widget that handles the view's keys."""
        self.focus()
