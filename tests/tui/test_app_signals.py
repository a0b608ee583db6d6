"""Signals that end the app, and what is left of a terminal: on pseudo-terminals, with real processes."""

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from core.runs.store import Store
from tui.terminal_state import RESETS, Marker, restore, restore_after_a_crash

APP = [sys.executable, "-m", "tui"]
MODE = re.compile(r"\x1b\[\?(\d+)([hl])|\x1b\[(>\d+|<)u")
AS_BEFORE = {"1049": "l", "1000": "l", "1003": "l", "1006": "l", "1015": "l", "2004": "l", "1004": "l"}
AS_BEFORE |= {"25": "h", "7": "h", "kitty": "l"}
PATIENCE = 120.0
"""Seconds after which a process that does not end, or show what it should, is given up."""


class Window:
    """A terminal in which processes are started, one after another, and what they have written to it."""

    def __init__(self) -> None:
        self.leader, self.follower = pty.openpty()
        termios.tcsetwinsize(self.follower, (30, 100))
        self.before = self.settings()
        self.seen = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *command: str, controls: bool = True, **environ: str) -> subprocess.Popen[bytes]:
        """``command``, which the terminal ``controls``, or for which it is no more than three open files."""
        new = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        self.process = subprocess.Popen(
            command,
            env=new | {"TERM": "xterm-256color"} | environ,
            stdin=self.follower,
            stdout=self.follower,
            stderr=self.follower,
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 1)) if controls else None,  # noqa: PLW1509
        )
        return self.process

    def read(self) -> bool:
        """Read what is there; False if nothing came for a moment."""
        if not select.select([self.leader], [], [], 0.05)[0]:
            return False
        self.seen += os.read(self.leader, 65536).decode(errors="replace")
        return True

    def until(self, condition: Callable[[], object]) -> None:
        """Read until ``condition`` holds."""
        for _ in range(int(PATIENCE / 0.05)):
            if condition():
                return
            while self.read():
                pass
        raise AssertionError(f"in vain; shown was {self.seen[-2000:]!r}")

    def forget(self) -> None:
        """Read what is there, and look from now on only at what comes after it."""
        while self.read():
            pass
        self.seen = ""

    def type(self, keys: str) -> None:
        os.write(self.leader, keys.encode())

    def code(self) -> int:
        """The exit code of the process, all that it wrote having been read."""
        process = self.process
        assert process
        self.until(lambda: process.poll() is not None)
        while self.read():
            pass
        return process.returncode

    def settings(self) -> list[Any]:
        return termios.tcgetattr(self.leader)

    def modes(self) -> dict[str, str]:
        """What the terminal has been told last of everything that can be turned on and off."""
        found = {}
        for mode, value, kitty in MODE.findall(self.seen):
            found[mode or "kitty"] = value or ("l" if kitty == "<" else "h")
        return found

    def is_as_before(self) -> bool:
        return self.settings() == self.before and self.modes().items() >= AS_BEFORE.items()


@pytest.fixture
def window() -> Iterator[Window]:
    opened = Window()
    try:
        yield opened
    finally:
        if opened.process:
            opened.process.kill()
            opened.process.wait()
        for descriptor in (opened.leader, opened.follower):
            with suppress(OSError):
                os.close(descriptor)


@pytest.fixture
def stuck(tmp_path: Path) -> str:
    """Where to import from to have TensorFlow's import begin, which makes a file, and never end."""
    folder = tmp_path / "stuck"
    for package in ("tensorflow", "keras"):
        (folder / package).mkdir(parents=True)
        begun = f"open({str(folder / 'begun')!r}, 'w').close()"
        (folder / package / "__init__.py").write_text(f"import time\n{begun}\nwhile True: time.sleep(1000)")
    return os.pathsep.join([str(folder), str(Path.cwd())])


def begun(stuck: str) -> Path:
    """The file that is there once the import has begun."""
    return Path(stuck.partition(os.pathsep)[0]) / "begun"


def markers(home: Path) -> list[Path]:
    return [*(home / "terminals").iterdir()] if (home / "terminals").exists() else []


ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_app_that_waits(number: signal.Signals, window: Window, stuck: str, home: Path) -> None:
    """It has begun to import TensorFlow, of which nobody waits for the end."""
    process = window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(begun(stuck).exists)
    assert not window.is_as_before()
    assert len(markers(home)) == 1
    process.send_signal(number)
    assert window.code() == 128 + number
    assert window.is_as_before()
    assert "Traceback" not in window.seen
    assert markers(home) == []


def test_in_a_dialog_over_an_edited_document(window: Window, stuck: str, home: Path) -> None:
    process = window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(begun(stuck).exists)  # nobody has touched the app for a second: it reads keys
    window.type("\x1b[Bdq")
    window.until(lambda: "Discard" in window.seen)
    process.send_signal(signal.SIGTERM)
    assert window.code() == 143
    assert window.is_as_before()
    assert "Traceback" not in window.seen


def test_a_second_signal_ends_it_at_once_where_nobody_reads(window: Window, stuck: str, home: Path) -> None:
    process = window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(lambda: "LeNet-5" in window.seen)
    for _ in range(40):
        window.type("2134")
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) in (130, 143)
    while window.read():
        pass
    if markers(home):  # nothing could be written: a frame was, and nobody read
        window.start(*APP, "--version")
        assert window.code() == 0
    assert window.is_as_before()


@pytest.mark.parametrize("controls", [True, False])
def test_a_terminal_that_closes_ends_the_app(*, controls: bool, window: Window, stuck: str, home: Path) -> None:
    process = window.start(*APP, "lenet-5", controls=controls, PYTHONPATH=stuck)
    window.until(lambda: "LeNet-5" in window.seen)
    os.close(window.follower)
    os.close(window.leader)
    assert process.wait(PATIENCE) == 129
    assert markers(home) == []
    assert "Traceback" not in (home / "layerlab.log").read_text()


def test_what_a_killed_app_left_is_put_right_by_the_next_command(window: Window, stuck: str, home: Path) -> None:
    process = window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(lambda: "LeNet-5" in window.seen and len(markers(home)) == 1)
    process.kill()
    window.code()
    assert not window.is_as_before()

    other = Window()  # one that nothing was done to
    other.start(*APP, "--version")
    assert other.code() == 0
    assert "\x1b" not in other.seen
    os.close(other.leader)
    os.close(other.follower)

    window.start(*APP, "--version")
    assert window.code() == 0
    assert window.is_as_before()
    assert RESETS in window.seen
    assert markers(home) == []

    window.forget()
    window.start(*APP, "--version")
    assert window.code() == 0
    assert "\x1b" not in window.seen


def test_a_killed_app_is_opened_again_and_leaves_all_as_before(window: Window, stuck: str, home: Path) -> None:
    process = window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(lambda: "LeNet-5" in window.seen and len(markers(home)) == 1)
    process.kill()
    window.code()
    window.forget()
    window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(lambda: "LeNet-5" in window.seen)
    window.type("q")
    assert window.code() == 0
    assert window.is_as_before()
    assert markers(home) == []


def test_a_terminal_of_an_app_that_lives_is_left_alone(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    leader, follower = pty.openpty()
    marker = Marker(os.ttyname(follower), termios.tcgetattr(follower))
    restore_after_a_crash()
    assert len(markers(home)) == 1
    marker.remove()
    assert markers(home) == []
    os.close(leader)
    os.close(follower)


def test_a_terminal_to_which_nothing_can_be_written_is_not_called_restored():
    leader, follower = pty.openpty()
    assert restore(os.ttyname(follower), None)
    writer = Thread(target=os.write, args=(follower, b"x" * 300_000), daemon=True)
    writer.start()
    while select.select([], [follower], [], 0)[1]:  # until it holds no more, and the thread waits for room
        pass
    assert not restore(os.ttyname(follower), None)
    while writer.is_alive() or select.select([leader], [], [], 0)[0]:
        if select.select([leader], [], [], 0.2)[0]:
            os.read(leader, 65536)
    assert restore(os.ttyname(follower), None)
    os.close(leader)
    os.close(follower)
    assert not restore("/dev/none", None)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"terminal": 1, "settings": 2}', "x" * 20_000])
def test_what_is_no_marker_does_no_harm(text: str, window: Window, home: Path) -> None:
    (home / "terminals").mkdir(parents=True)
    (home / "terminals" / "1-abc").write_text(text)
    window.start(*APP, "--version")
    assert window.code() == 0
    assert "\x1b" not in window.seen
    assert window.settings() == window.before


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_a_process_that_was_stopped_goes_on(number: signal.Signals, window: Window, stuck: str) -> None:
    process = window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(lambda: "LeNet-5" in window.seen)
    process.send_signal(number)
    window.until(lambda: Path(f"/proc/{process.pid}/stat").read_text().split(")")[1].split()[0] == "T")
    if number == signal.SIGTSTP:
        assert window.is_as_before()
    window.forget()
    process.send_signal(signal.SIGCONT)
    window.until(lambda: "LeNet-5" in window.seen)
    assert window.modes()["1049"] == "h"
    window.type("q")
    assert window.code() == 0
    assert window.is_as_before()


def test_a_process_that_is_stopped_is_ended(window: Window, stuck: str) -> None:
    process = window.start(*APP, "lenet-5", PYTHONPATH=stuck)
    window.until(lambda: "LeNet-5" in window.seen)
    process.send_signal(signal.SIGTSTP)
    window.until(lambda: Path(f"/proc/{process.pid}/stat").read_text().split(")")[1].split()[0] == "T")
    window.forget()
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    assert window.code() == 143
    assert "1049" not in window.modes()
    assert window.settings() == window.before


@pytest.mark.keras
def test_a_training_is_stopped_and_kept(window: Window, home: Path) -> None:
    process = window.start(*APP, "ffnn-10")
    window.until(lambda: "FFNN" in window.seen)
    window.type("t")
    window.until(lambda: any((home / "runs").glob("*/checkpoint*")) if (home / "runs").exists() else False)
    process.send_signal(signal.SIGTERM)
    assert window.code() == 143
    assert window.is_as_before()
    assert "Traceback" not in window.seen
    (run,) = Store(home).refresh()
    assert run.state == "stopped"


@pytest.mark.keras
def test_a_training_whose_terminal_closes_is_kept(window: Window, home: Path) -> None:
    process = window.start(*APP, "train", "ffnn-10", "--epochs", "100000")
    window.until(lambda: "epoch 2" in window.seen)
    os.close(window.follower)
    os.close(window.leader)
    assert process.wait(PATIENCE) == 0
    (run,) = Store(home).refresh()
    assert run.state == "stopped"
    assert run.metrics.epochs >= 1
