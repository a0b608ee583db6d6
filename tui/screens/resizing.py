"""Screens that follow the size of the terminal, and come to rest at the last of many."""

from typing import TYPE_CHECKING, Generic, TypeVar

from textual import events
from textual.message import Message
from textual.screen import Screen

__all__ = ["FollowsSize", "TabsScreen"]

ResultT = TypeVar("ResultT")

if TYPE_CHECKING:
    Mixed = Screen
else:
    Mixed = Generic  # a mixin: of several bases that are nodes, Textual takes styles and bindings from the first alone


class FollowsSize(Mixed[ResultT]):
    """Makes a screen pass over a size that the terminal has no more.

    A screen that changes its size tells itself, and has those below it change theirs (Textual 8.2). With two sizes on
    their way at once, as while the edge of a window is dragged, each would bring back the other for ever.
    """

    async def _on_message(self, message: Message) -> None:
        if isinstance(message, events.Resize) and message.size != self.app.size:
            message.stop()
            return
        await super()._on_message(message)


class TabsScreen(FollowsSize[None], Screen[None]):
    """The screen of the tabs, below all dialogs."""
