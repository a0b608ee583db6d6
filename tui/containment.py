"""The last line of defence: no error in a handler ends the app or loses its document.

Textual 8.2 ends the app at any exception; and if it did not, the widget whose handler raised would leave its loop
and stop responding. So errors are caught inside the loop: in the dispatch of one message, and in the rendering of one
widget. Textual has no hook for that: three of its methods are replaced, and behave differently only for an app that
contains errors.
"""

import os
import traceback
from contextlib import suppress
from datetime import datetime
from time import monotonic

from rich.segment import Segment
from textual._context import active_app
from textual._styles_cache import StylesCache
from textual.app import App
from textual.content import Content
from textual.css.query import NoMatches
from textual.geometry import Region
from textual.message import Message
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import MountError, Widget
from textual.worker import Worker, WorkerFailed, WorkerState

from core import storage
from core.sanitize import one_line
from tui.terminal import LOG_LIMIT

__all__ = ["Containing", "place_of"]

QUIET = 10.0
"""Seconds until the same error is reported again: one that recurs every frame is reported once."""
LONGEST = 120
"""Characters of an error's message in a notification."""
NOT_DRAWN = "! cannot be drawn"


class Containing(App[None]):
    """An app that survives errors in its handlers, reports and logs them, once `contain_errors` has been called."""

    def __init__(self) -> None:
        super().__init__()
        self._contains = False
        self._reported: dict[str, float] = {}

    def contain_errors(self) -> None:
        """Contain errors from now on."""
        _replace_methods()
        self._contains = True

    def contain(self, error: BaseException) -> bool:
        """Report and log ``error``, unless it has just been reported; False if errors are not contained.

        An app that is quitting mounts nothing any more: that a widget misses its children then is no error.
        """
        if self._exit and isinstance(error, NoMatches | MountError):
            return True
        if not self._contains:
            return False
        if isinstance(error, WorkerFailed):
            error = error.error
        place, now = place_of(error), monotonic()
        before, self._reported[place] = self._reported.get(place), now
        if before is None or now - before > QUIET:
            with suppress(Exception):  # a failure here must not lose what it protects
                _log(error)
                text = one_line(f"{type(error).__name__}: {error}")[:LONGEST]
                where = one_line(str(storage.log_file()))
                message = f"{text}. Your network is safe; details in {where}"
                self.notify(message, title="An error in LayerLab", severity="error", timeout=15, markup=False)
                self.secure()
        return True

    def secure(self) -> None:
        """Write the document to disk: an error has happened. Subclasses implement it."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report errors of workers that do not end the app, too."""
        if event.state is WorkerState.ERROR and not event.worker.exit_on_error and event.worker.error is not None:
            self.contain(event.worker.error)

    def _handle_exception(self, error: Exception) -> None:
        if not self.contain(error):
            super()._handle_exception(error)


def place_of(error: BaseException) -> str:
    """Where ``error`` was raised: two from the same place are the same fault."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {where}"


def _log(error: BaseException) -> None:
    path = storage.log_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = storage.open_log(path, LOG_LIMIT)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} an error in LayerLab\n")
        log.writelines(traceback.format_exception(error))


def _contained(error: Exception) -> bool:
    app = active_app.get(None)
    return isinstance(app, Containing) and app.contain(error)


def _replace_methods() -> None:
    """Make the message loops and the rendering of all widgets survive errors; done once per process."""
    if MessagePump._dispatch_message.__module__ == __name__:
        return
    dispatch, render, render_widget = MessagePump._dispatch_message, Widget._render, StylesCache.render_widget

    async def _dispatch_message(self: MessagePump, message: Message) -> None:
        try:
            await dispatch(self, message)
        except Exception as error:  # any error
            if not _contained(error):
                raise

    def _render(self: Widget) -> Visual:
        try:
            return render(self)
        except Exception as error:  # as above
            if not _contained(error):
                raise
            return Content(NOT_DRAWN)

    def _render_widget(self: StylesCache, widget: Widget, crop: Region) -> list[Strip]:
        try:
            return render_widget(self, widget, crop)
        except Exception as error:  # as above
            if not _contained(error):
                raise
            line = Strip([Segment(NOT_DRAWN)]).adjust_cell_length(crop.width)
            return [line, *[Strip.blank(crop.width)] * (crop.height - 1)][: crop.height]

    for owner, name, method in (
        (MessagePump, "_dispatch_message", _dispatch_message),
        (Widget, "_render", _render),
        (StylesCache, "render_widget", _render_widget),
    ):
        setattr(owner, name, method)
