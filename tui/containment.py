"""The last line of defence: no error in a handler ends the app or takes its document along.

Textual 8.2 ends the app at any exception, and where it does not, the widget whose handler raised leaves its loop and
never answers again. So errors are caught where the loop still goes on: in the dispatch of one message, and in the
drawing of one widget. There is no hook for that; these three methods are replaced, and act otherwise for an app that
contains errors alone.
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
from textual.geometry import Region
from textual.message import Message
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget
from textual.worker import Worker, WorkerFailed, WorkerState

from core import storage
from core.sanitize import one_line
from tui.terminal import LOG_LIMIT

__all__ = ["Containing", "place_of"]

QUIET = 10.0
"""Seconds without an error until the same one is told again: one of every frame is told once."""
LONGEST = 120
"""Characters of an error's own words in a notice."""
NOT_DRAWN = "! cannot be drawn"


class Containing(App[None]):
    """An app that tells and logs the errors of its handlers and goes on, once `contain_errors` has been called."""

    def __init__(self) -> None:
        super().__init__()
        self._contains = False
        self._met: dict[str, float] = {}

    def contain_errors(self) -> None:
        """From now on errors are contained."""
        _replace_methods()
        self._contains = True

    def contain(self, error: BaseException) -> bool:
        """Tell and log ``error``, unless it has just been; False if errors are not contained."""
        if not self._contains:
            return False
        if isinstance(error, WorkerFailed):
            error = error.error
        place, now = place_of(error), monotonic()
        before, self._met[place] = self._met.get(place), now
        if before is None or now - before > QUIET:
            with suppress(Exception):  # whatever fails here must not take away what it is to protect
                _log(error)
                said = one_line(f"{type(error).__name__}: {error}")[:LONGEST]
                where = one_line(str(storage.log_file()))
                message = f"{said}. Your network is kept; details in {where}"
                self.notify(message, title="An error in LayerLab", severity="error", timeout=15, markup=False)
                self.secure()
        return True

    def secure(self) -> None:
        """Have the document on disk: an error has happened. A subclass says how."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell the error of a worker that need not end the app, either."""
        if event.state is WorkerState.ERROR and not event.worker.exit_on_error and event.worker.error is not None:
            self.contain(event.worker.error)

    def _handle_exception(self, error: Exception) -> None:
        if not self.contain(error):
            super()._handle_exception(error)


def place_of(error: BaseException) -> str:
    """Where ``error`` came from: two with the same are the same fault."""
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
    """Have the loops of all widgets, and what draws them, go on after an error; done once for the process."""
    if MessagePump._dispatch_message.__module__ == __name__:
        return
    dispatch, render, render_widget = MessagePump._dispatch_message, Widget._render, StylesCache.render_widget

    async def _dispatch_message(self: MessagePump, message: Message) -> None:
        try:
            await dispatch(self, message)
        except Exception as error:  # whatever it is
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
            said = Strip([Segment(NOT_DRAWN)]).adjust_cell_length(crop.width)
            return [said, *[Strip.blank(crop.width)] * (crop.height - 1)][: crop.height]

    for owner, name, method in (
        (MessagePump, "_dispatch_message", _dispatch_message),
        (Widget, "_render", _render),
        (StylesCache, "render_widget", _render_widget),
    ):
        setattr(owner, name, method)
