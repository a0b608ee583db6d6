"""What every screen above the tabs has in common: it is dismissed once, and has help."""

from typing import TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.message import Message
from textual.screen import ModalScreen

from tui.screens.resizing import FollowsSize

__all__ = ["HELP_KEYS", "DismissOnce", "Modal"]

ResultT = TypeVar("ResultT")

HELP_KEYS = Binding("f1,question_mark", "app.help", "Help", id="modal.help", tooltip="Help for this dialog", show=False)
"""Help for the screen that is open: the app opens it above."""

FRAMEWORK = ("textual.events", "textual.messages")
"""Modules of the messages by which Textual runs a screen, and takes it down."""


class DismissOnce(FollowsSize[ResultT]):
    """Makes a screen take no notice of what reaches it after it has been dismissed, and gives it help.

    Two presses of enter in one burst are both on their way before the first is handled. Textual raises `ScreenError`
    where a screen is dismissed a second time, or dismisses the one below it.
    """

    @property
    def dismissed(self) -> bool:
        """Whether it is on the stack of screens no more."""
        return self not in self.app.screen_stack

    def dismiss(self, result: ResultT | None = None) -> AwaitComplete:
        """Close the screen with ``result`` if it is the one on top; else nothing happens."""
        return super().dismiss(result) if self.app.screen_stack[-1:] == [self] else AwaitComplete()

    async def _on_message(self, message: Message) -> None:
        # Drop what a key, a click or a widget has to say; the framework's own messages still take the screen down.
        late = isinstance(message, events.InputEvent) or type(message).__module__ not in FRAMEWORK
        if late and self.dismissed:
            message.stop()
            return
        await super()._on_message(message)


class Modal(DismissOnce[ResultT], ModalScreen[ResultT]):
    """A dialog or a page of LayerLab. ``?`` is help, where it is not text; F1 always is."""

    BINDINGS = [HELP_KEYS]
