"""What all views of the Inspect tab have in common."""

from dataclasses import dataclass
from typing import Self

from textual.message import Message
from textual.reactive import reactive

from core.history import History
from core.inspection.results import Results
from tui.inspect.inspector_protocol import Image, Inspected
from tui.inspect.workers import Asking
from tui.training_session import TrainedNetwork

__all__ = ["View", "WalkWanted"]


@dataclass
class WalkWanted(Message):
    """A person wants to see the way of ``image`` through the network."""

    image: Image
    truth: str
    """The name of its class; empty if it is of none."""


class View(Asking):
    """One view of one network; it asks for nothing before it is `active`, and never on the thread that draws.

    Another network has another view: so nothing that was worked out, chosen or turned to here is shown there.
    """

    inspected: reactive[Inspected | None] = reactive(None, repaint=False)
    """The network on show. A new object whenever its weights are others; None while it cannot be asked."""
    results: reactive[Results | None] = reactive(None, repaint=False)
    """How it answers the test set; None until that is known."""
    run: reactive[TrainedNetwork | None] = reactive(None, repaint=False)
    """What was trained, under which name."""
    history: reactive[History] = reactive(History(), repaint=False)
    """What that training has told."""
    active: reactive[bool] = reactive(False, repaint=False)
    """Whether a person sees it."""

    def inherit(self, before: Self) -> None:
        """Take over from the view ``before``, of another network, what is a person's own and of no network."""

    def focus_default(self) -> None:
        """Put the focus where the view's keys work."""
        self.focus()
