"""SIGINT, SIGTERM and SIGHUP shut the app down cleanly, in bounded time."""

import os
import signal
from contextlib import suppress
from threading import Timer
from typing import NoReturn

from tui.app import LayerLabApp
from tui.driver import TerminalDriver

__all__ = ["AppSignals"]

GRACE = 5.0
"""Seconds that training and the app have to end before the process is killed."""


class AppSignals:
    """Ends ``app`` as its own quit does, but without asking, with the exit code that shells give a signal.

    The first signal stops training, saves the run and closes the app. A second one, or the end of `GRACE`, restores the
    terminal and ends the process at once: the run is then interrupted, and can be resumed from its last epoch.
    """

    def __init__(self, app: LayerLabApp) -> None:
        self._app = app
        self._number = 0

    def handle(self) -> None:
        """Handle signals until the process ends."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def _receive(self, number: int, _: object) -> None:
        if self._number:
            if number != signal.SIGHUP:  # a terminal that closes may send it twice
                self._kill()
            return
        self._number = number
        loop = self._app._loop
        if loop is None:  # the app has not started, or has ended
            self._kill()
        timer = Timer(GRACE, self._kill)
        timer.daemon = True
        timer.start()
        if self._driver:
            self._driver.ending = True
        if self._app.is_running:
            loop.call_soon_threadsafe(self._shut_down)

    def _shut_down(self) -> None:
        self._app.run_worker(self._close(), group="ending", exit_on_error=False)

    async def _close(self) -> None:
        with suppress(Exception):
            await self._app.train_pane.stop_and_wait()
        self._app.exit(return_code=128 + self._number)

    def _kill(self) -> NoReturn:
        if self._driver:
            self._driver.restore_now()
        os._exit(128 + self._number)

    @property
    def _driver(self) -> TerminalDriver | None:
        driver = self._app._driver
        return driver if isinstance(driver, TerminalDriver) else None
