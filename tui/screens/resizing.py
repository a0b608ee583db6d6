"""Screens that follow the terminal's size and settle on the latest one."""

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
    """Makes a screen ignore a size that the terminal no longer has.

    A screen that is resized posts Resize to itself and to the screens below (Textual 8.2). With two sizes in flight at
    once, as while a window is dragged, each would trigger the other forever.
    """

    async def _on_message(self, message: Message) -> None:
        if isinstance(message, events.Resize) and message.size != self.app.size:
            message.stop()
            return
        await super()._on_message(message)


class TabsScreen(FollowsSize[None], Screen[None]):
    """The screen of the tabs, below all dialogs."""
