"""The base of all screens above the tabs: dismissed only once, with help."""

from typing import ClassVar, TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen

from tui.screens.resizing import FollowsSize

__all__ = ["HELP_KEYS", "DismissOnce", "Modal"]

ResultT = TypeVar("ResultT")

HELP_KEYS: list[BindingType] = [
    Binding("question_mark", "app.help", "Help", id="modal.help", tooltip="Help for this dialog", show=False),
    Binding(
        "f1",
        "app.explain",
        "Explain",
        id="modal.explain",
        tooltip="The field or row you are on, in the glossary; elsewhere help",
        key_display="F1",
        show=False,
    ),
]
"""Open the app's help for the current screen, or the entry of what has the focus."""

FRAMEWORK = ("textual.events", "textual.messages")
"""Modules of the messages by which Textual runs and removes a screen."""


class DismissOnce(FollowsSize[ResultT]):
    """Makes a screen ignore what reaches it after it has been dismissed.

    Two presses of enter in one burst are both on their way before the first is handled. Textual raises `ScreenError`
    where a screen is dismissed a second time, or dismisses the one below it.
    """

    @property
    def dismissed(self) -> bool:
        """Whether it has left the screen stack."""
        return self not in self.app.screen_stack

    def dismiss(self, result: ResultT | None = None) -> AwaitComplete:
        """Close the screen with ``result`` if it is on top; else do nothing."""
        return super().dismiss(result) if self.app.screen_stack[-1:] == [self] else AwaitComplete()

    async def _on_message(self, message: Message) -> None:
        # Drop messages of keys, clicks and widgets; the framework's own are still needed to remove the screen.
        late = isinstance(message, events.InputEvent) or type(message).__module__ not in FRAMEWORK
        if late and self.dismissed:
            message.stop()
            return
        await super()._on_message(message)


class Modal(DismissOnce[ResultT], ModalScreen[ResultT]):
    """A dialog or page. ``?`` shows help where it is not text; F1 does where no term is in focus, else the term."""

    HELPS_BELOW: ClassVar[bool] = False
    """Whether its help goes on with that of where it was opened, whose key for help opens it."""

    BINDINGS = HELP_KEYS
