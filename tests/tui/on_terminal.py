"""Running a command on a pseudo-terminal."""

import os
import pty
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Terminal:
    """What a process shows on its pseudo-terminal, and a keyboard for it."""

    def __init__(self, process: subprocess.Popen[bytes], leader: int) -> None:
        self.process = process
        self.seen = b""
        self.leader = leader

    def type(self, keys: str) -> None:
        os.write(self.leader, keys.encode())

    def until(self, condition: Callable[[str], object]) -> str:
        """Read until ``condition`` holds of all that was shown; it must before the process ends."""
        while not condition(self.seen.decode(errors="replace")):
            if not self.read():
                raise AssertionError(f"the process ended, having shown {self.seen!r}")
        return self.seen.decode(errors="replace")

    def to_the_end(self) -> str:
        """All that is shown until the process ends."""
        while self.read():
            pass
        self.process.wait()
        return self.seen.decode(errors="replace")

    def read(self) -> bytes:
        try:
            chunk = os.read(self.leader, 65536)
        except OSError:  # Linux's way to say that the other side is closed
            return b""
        self.seen += chunk
        return chunk


@contextmanager
def on_terminal(command: list[str], size: tuple[int, int] = (100, 30), **streams: Any) -> Iterator[Terminal]:
    """``command`` started on a pseudo-terminal of ``size``, save for those of its ``streams`` that go elsewhere."""
    leader, follower = pty.openpty()
    columns, lines = size
    termios.tcsetwinsize(follower, (lines, columns))
    environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    environ |= {"TERM": "xterm-256color"}
    ends = {"stdin": follower, "stdout": follower, "stderr": follower} | streams
    process = subprocess.Popen(command, env=environ, start_new_session=True, **ends)
    os.close(follower)
    try:
        yield Terminal(process, leader)
    finally:
        process.kill()
        process.wait()
        os.close(leader)
