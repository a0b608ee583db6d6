"""Screens that follow the terminal's size and settle on the latest one."""

from collections.abc import Sequence
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
    """Makes a screen begin at the terminal's size, and ignore a size that the terminal no longer has.

    A screen that is resized posts Resize to itself and to the screens below (Textual 8.2). With two sizes in flight at
    once, as while a window is dragged, each would trigger the other forever.

    The classes of the size are there before the first widget is: to add them later has every widget styled again. So
    would Textual as it shows a new screen, whose widgets have been styled a moment ago.
    """

    _shown = False

    async def _on_message(self, message: Message) -> None:
        if isinstance(message, events.Resize) and message.size != self.app.size:
            message.stop()
            return
        if isinstance(message, events.Compose):
            width, height = self.app.size
            across, down = self.app.HORIZONTAL_BREAKPOINTS or (), self.app.VERTICAL_BREAKPOINTS or ()
            self.add_class(*_reached(width, across), *_reached(height, down))
        if isinstance(message, events.ScreenResume) and not self._shown:
            self._shown = True
            message.refresh_styles = False
        await super()._on_message(message)


def _reached(cells: int, breakpoints: Sequence[tuple[int, str]]) -> list[str]:
    """The class of the last of ``breakpoints`` that ``cells`` reach."""
    return [name for least, name in sorted(breakpoints) if cells >= least][-1:]


class TabsScreen(FollowsSize[None], Screen[None]):
    """The screen of the tabs, below all dialogs."""
