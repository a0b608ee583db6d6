"""Keys act one after the other: each waits until the one before it has moved the focus to where it belongs."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Protocol, runtime_checkable
from weakref import ref

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from tui.conversation import talking

__all__ = ["HoldsKeys", "KeyOrder"]

ROUNDS = 2
"""How often a marker follows a key from the focus up to the app: behind the key, and behind what the key posted."""
LOOK = 0.005
"""Seconds between two looks at what a key waits for."""
PATIENCE = 1.0
"""The longest that a key waits, in seconds: a key in the wrong place is a smaller evil than a dead keyboard."""
MOUNTING = 2.0
"""The longest that keys wait for a dialog to be mounted, in seconds."""


@runtime_checkable
class HoldsKeys(Protocol):
    """An app with a `KeyOrder`."""

    key_order: "KeyOrder"


class KeyOrder:
    """Holds keys and pastes back while one before them is still being handled, or the focus is about to move.

    Textual puts a key into the queue of the widget that has the focus when the key arrives. What the keys before it do
    may come later: a dialog opens or closes, a layer is added, the focus moves. Keys typed in a burst, or while the
    app is busy, would all go to the widget that had the focus at first.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Event] = deque()
        self._since = 0.0
        self._tired = False
        self._due: events.Event | None = None
        self._rounds = 0
        # Only looked at: a dialog that was closed must not be kept alive.
        self._carrier: ref[DOMNode] = ref(app)
        self._screen: ref[Screen[Any]] | None = None
        self._holds = 0

    def hold(self) -> Callable[[], None]:
        """Make keys wait until the function that this returns is called."""
        self._holds += 1
        held = [self]

        def release() -> None:
            if held:
                held.clear()
                self._holds -= 1

        self._app.set_timer(PATIENCE, release)
        return release

    def admits(self, event: events.Event) -> bool:
        """Whether ``event`` can act now. If not, the app gets it once more when it can."""
        if event is self._due:
            self._due = None
            return True
        if not self._waiting and self._due is None and self._quiet():
            return True
        self._waiting.append(event)
        if len(self._waiting) == 1:
            self._since = monotonic()
            self._app.set_timer(LOOK, self._look)
        return False

    async def screen_mounted(self) -> None:
        """Wait until a dialog that has just been opened is mounted: the keys that follow are for it.

        Its actions query its widgets, and a dialog that is dismissed while it mounts cannot find them.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(MOUNTING):
                while self._app.screen_stack and not (self._app._exit or self._app.screen.is_mounted):
                    await asyncio.sleep(0)

    def follow(self) -> None:
        """Send a marker after the key that was just passed on."""
        self._screen = ref(self._app.screen)
        self._rounds = ROUNDS
        self._start()

    def _start(self) -> None:
        self._carry(self._app.focused or self._app.screen)

    def _carry(self, pump: DOMNode) -> None:
        self._carrier = ref(pump)
        if not pump.call_later(self._carried, pump):
            self._rounds = 0

    def _carried(self, pump: DOMNode) -> None:
        """The marker has come through the queue of ``pump``."""
        if pump is not self._carrier():
            return  # of a key before, whose marker was given up
        if pump is not self._app:
            self._carry(pump.parent or self._app)
            return
        self._rounds -= 1
        if self._rounds > 0:
            self._start()
        elif self._waiting:
            self._look(again=False)

    def _quiet(self) -> bool:
        """Whether all that the keys before did is done."""
        carrier = self._carrier()
        if self._rounds and not (carrier and carrier.is_running and carrier.is_attached):
            self._rounds = 0  # the marker has gone with its widget
        if self._rounds or self._holds or self._is_between_dialogs():
            return self._tired
        self._tired = False
        if self._screen is None or self._app.screen is self._screen():
            return True
        if self._app.screen.is_mounted:
            self.follow()  # a dialog takes the focus after it is mounted
        return False

    def _is_between_dialogs(self) -> bool:
        """Whether a dialog has been answered and the answer is not yet carried out, or one is about to open."""
        return talking(self._app) and not self._app.screen.is_modal

    def _look(self, *, again: bool = True) -> None:
        """Pass on the first key that waits, if it can act by now."""
        if not self._app.screen_stack:
            self._waiting.clear()  # the app has ended
            return
        if self._waiting and self._due is None:
            late = monotonic() - self._since > PATIENCE
            if late or self._quiet():
                self._tired = late
                self._since = monotonic()
                self._due = self._waiting.popleft()
                self._app.post_message(self._due)
        if again and self._waiting:
            self._app.set_timer(LOOK, self._look)
