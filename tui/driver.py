"""Textual's driver with three fixes: pastes are text, the terminal is restored however the app ends, and it is written
to in ASCII if its encoding has no other signs.

POSIX only.
"""

import os
import select
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from contextlib import suppress
from threading import Thread
from typing import Any, TextIO

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tui.ascii_signs import AsciiStream, ascii_only
from tui.paste_parser import PasteParser
from tui.terminal_state import Marker, restore

__all__ = ["TerminalDriver"]

CHUNK = 65_536
"""Bytes read at once."""
TURN = 0.05
"""Seconds between calls of `PasteParser.tick`."""
MOUSE_PIXELS_OFF = "\x1b[?1016l"


class TerminalDriver(LinuxDriver):
    """Marks the terminal as in use by the app, and survives the loss of the terminal.

    Once the terminal is gone the process gets SIGHUP, which the system sends to most, but not to all.
    """

    def __init__(self, app: App[Any], **settings: Any) -> None:
        super().__init__(app, **settings)
        self._output = Output(self._file)
        self._file = self._output  # type: ignore[assignment]  # it implements what is used of a file
        self._active = False
        self._marker: Marker | None = None
        self._watched = False
        self.ending = False
        """Whether the app is about to end: it no longer takes the screen back."""

    def start_application_mode(self) -> None:
        """Take the screen."""
        before = self._writer_thread
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual does not type it
        self._active = self._writer_thread is not before  # a process in the background is stopped instead
        if not self._active:
            return
        if self.attrs_before is not None:
            with suppress(OSError):
                self._marker = Marker(os.ttyname(self.fileno), self.attrs_before)
        if not self._watched:
            self._watched = True
            Thread(target=self._wait_for_hang_up, name="hangup", daemon=True).start()

    def stop_application_mode(self) -> None:
        """Give the screen back, once."""
        if not self._active:
            return
        self._active = False
        if self._mouse_pixels:
            self.write(MOUSE_PIXELS_OFF)
        super().stop_application_mode()

    def close(self) -> None:
        """Wait until everything is written; only then does the terminal need no restoring."""
        super().close()
        if not self._active and self._marker:
            self._marker.remove()
            self._marker = None

    def restore_now(self) -> None:
        """Give the screen back at once, from any thread and in any state; nothing is drawn afterwards.

        Where that is not possible, as nobody reads what is written, the next command does it.
        """
        if not self._active:
            return
        self._output.gone, restored = True, False
        with suppress(OSError):
            restored = restore(os.ttyname(self.fileno), self.attrs_before)
        if restored and self._marker:
            self._marker.remove()

    def _sigcont_application(self, *_: object) -> None:
        if self.ending:
            return
        if self._active:  # stopped from outside, by SIGSTOP: the shell has had the terminal since
            self.suspend_application_mode()
        super()._sigcont_application()
        self._app.call_later(self._app.refresh, layout=True)

    def run_input_thread(self) -> None:
        """Read the terminal's input and post events, until the app exits or the terminal is gone.

        Textual has no hook for another parser: this replaces its own loop.
        """
        try:
            self._read_until_exit()
        except OSError:
            self._hang_up()

    def _read_until_exit(self) -> None:
        parser = PasteParser()
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(TURN):
                    read = os.read(self.fileno, CHUNK)
                    if not read:  # the terminal is gone
                        self._hang_up()
                        return
                    if text := decode(read):  # empty if only a part of a character has arrived
                        for event in parser.feed(text):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _wait_for_hang_up(self) -> None:
        if not hasattr(select, "poll"):
            return
        poll = select.poll()
        poll.register(self.fileno, 0)
        if any(happened & (select.POLLHUP | select.POLLERR) for _, happened in poll.poll()):
            self._hang_up()

    def _hang_up(self) -> None:
        self._output.gone = True
        self.exit_event.set()  # reading would return nothing, forever
        os.kill(os.getpid(), signal.SIGHUP)


class Output:
    """The stream that is drawn on; discards everything once the terminal is gone, so that the writer thread goes on."""

    def __init__(self, file: TextIO | None) -> None:
        stream = file or sys.stderr
        self._file = AsciiStream(stream) if ascii_only(stream) else stream
        self.gone = False

    def write(self, text: str) -> None:
        """Write ``text``, if possible."""
        if not self.gone:
            try:
                self._file.write(text)
            except (OSError, ValueError):
                self.gone = True

    def flush(self) -> None:
        """Flush, if possible."""
        if not self.gone:
            try:
                self._file.flush()
            except (OSError, ValueError):
                self.gone = True

    def fileno(self) -> int:
        """The file's descriptor."""
        return self._file.fileno()
