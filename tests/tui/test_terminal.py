"""The terminal guard, tried on real file descriptors: pipes, a pseudo-terminal, closed ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import storage
from core.sanitize import escaped, one_line
from tests.tui.on_terminal import on_terminal
from tui.terminal import LOG_LIMIT, guarded

NOISE = """
import ctypes, os, sys
from tui.terminal import guarded
with guarded() as streams:
    os.write(1, b"noise on 1\\n")
    os.write(2, b"noise on 2\\n")
    ctypes.CDLL(None).puts(b"noise held back by C")
    print("to the reader")
    print("to the reader of errors", file=sys.stderr)
    print("also to the reader", file=streams.out)
    {inside}
os.write(1, b"1 is back\\n")
os.write(2, b"2 is back\\n")
"""


def script(inside: str = "pass") -> list[str]:
    return [sys.executable, "-c", NOISE.format(inside=inside)]


def test_noise_goes_to_the_log_and_words_to_the_reader(home: Path) -> None:
    done = subprocess.run(script(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["to the reader", "also to the reader", "1 is back"]
    assert done.stderr.splitlines() == ["to the reader of errors", "2 is back"]
    assert (home / "layerlab.log").read_text().splitlines() == [
        "noise on 1",
        "noise on 2",
        "noise held back by C",
    ]


def test_without_a_place_for_the_log_the_noise_goes_nowhere(home: Path) -> None:
    home.write_text("a file where the folder should be")
    done = subprocess.run(script(), capture_output=True, text=True, check=True)
    assert "noise" not in done.stdout + done.stderr
    assert done.stdout.endswith("1 is back\n")


def test_an_error_inside_is_told_on_the_terminal() -> None:
    done = subprocess.run(script("raise RuntimeError('seen')"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("RuntimeError: seen\n")


def test_closed_descriptors_are_no_hindrance() -> None:
    command = ["sh", "-c", '"$@" 2>&-', "sh", *script()[:2], script()[2].replace('os.write(2, b"2 is back\\n")', "")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["to the reader", "also to the reader", "1 is back"]


ASK = (
    "import shutil; print(sys.__stderr__.isatty(), sys.__stderr__.fileno() > 2, "
    "tuple(shutil.get_terminal_size()), file=sys.__stderr__)"
)


def test_textual_finds_the_terminal_and_its_size() -> None:
    with on_terminal(script(ASK)) as terminal:
        seen = terminal.to_the_end()
    assert "True True (100, 30)" in seen
    assert "noise" not in seen


def test_textual_draws_on_the_terminal_also_if_errors_go_to_a_file(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("w") as errors, on_terminal(script(ASK), stderr=errors) as terminal:
        seen = terminal.to_the_end()
    assert "True True (100, 30)" in seen
    assert (tmp_path / "errors").read_text() == "to the reader of errors\n2 is back\n"


def test_all_is_as_before_afterwards() -> None:
    def state() -> tuple[object, ...]:
        streams = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
        return (*map(id, streams), *((os.fstat(fd).st_dev, os.fstat(fd).st_ino) for fd in (1, 2)))

    def fail() -> None:
        with guarded():
            assert state() != before
            raise ZeroDivisionError

    before, opened = state(), _open_descriptors()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert state() == before
    assert _open_descriptors() == opened


def _open_descriptors() -> list[str]:
    folder = Path("/proc/self/fd")
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_long_log_is_begun_anew(home: Path) -> None:
    home.mkdir()
    storage.log_file().write_bytes(b"." * (LOG_LIMIT + 1))
    with guarded():
        os.write(2, b"first\n")
    with guarded():
        os.write(2, b"second\n")
    assert storage.log_file().read_text() == "first\nsecond\n"


def test_text_that_could_steer_a_terminal_is_made_visible() -> None:
    assert escaped("\x1b[31m[red]a\tb\x07\x9bc\u202ed") == r"\x1b[31m[red]a\tb\x07\x9bc\u202ed"
    assert escaped("Größe 数字 \N{ROCKET}") == "Größe 数字 \N{ROCKET}"
    assert one_line(" two\n lines\r\n\x1b]0;title\x07 ") == r"two lines \x1b]0;title\x07"
