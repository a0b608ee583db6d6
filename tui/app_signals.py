"""SIGINT, SIGTERM and SIGHUP end the app in an orderly way, and in bounded time."""

import os
import signal
from contextlib import suppress
from threading import Timer
from typing import NoReturn

from tui.app import LayerLabApp
from tui.driver import TerminalDriver

__all__ = ["AppSignals"]

GRACE = 5.0
"""Seconds that a training has to come to its end, and the app to close, before the process ends without."""


class AppSignals:
    """Ends ``app`` as its own quit does, but without asking, with the exit code that shells give a signal.

    The first signal stops the training, which is kept, and closes the app. A second one, or the end of `GRACE`, gives
    the terminal back and ends the process at once: then a training is as if the process had been killed, and can be
    gone on with from its last epoch.
    """

    def __init__(self, app: LayerLabApp) -> None:
        self._app = app
        self._number = 0

    def handle(self) -> None:
        """Hear signals from now on, to the end of the process."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def _receive(self, number: int, _: object) -> None:
        if self._number:
            if number != signal.SIGHUP:  # a terminal that closes may send it twice
                self._leave()
            return
        self._number = number
        loop = self._app._loop
        if loop is None:  # the app has not begun, or has come to its end
            self._leave()
        timer = Timer(GRACE, self._leave)
        timer.daemon = True
        timer.start()
        if self._driver:
            self._driver.ending = True
        if self._app.is_running:
            loop.call_soon_threadsafe(self._begin_to_end)

    def _begin_to_end(self) -> None:
        self._app.run_worker(self._end(), group="ending", exit_on_error=False)

    async def _end(self) -> None:
        with suppress(Exception):
            await self._app.train_pane.stop_and_wait()
        self._app.exit(return_code=128 + self._number)

    def _leave(self) -> NoReturn:
        if self._driver:
            self._driver.restore_now()
        os._exit(128 + self._number)

    @property
    def _driver(self) -> TerminalDriver | None:
        driver = self._app._driver
        return driver if isinstance(driver, TerminalDriver) else None
