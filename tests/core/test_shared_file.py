"""Records that several open LayerLabs update: no change is lost, and nothing that is damaged is overwritten."""

import os
import stat
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from msgspec import Struct

from core.files import PRACTICE
from core.process_lock import acquire
from core.shared_file import SharedFile


class Counted(Struct, frozen=True):
    """A record for these tests."""

    count: int = 0
    names: tuple[str, ...] = ()


FILE = SharedFile("counted.json", PRACTICE, Counted)
ADD = """
from core.shared_file import SharedFile
from tests.core.test_shared_file import Counted, FILE
for _ in range(40):
    FILE.update(lambda kept: Counted((kept or Counted()).count + 1))
"""


def test_without_one_there_is_nothing_to_read_and_nothing_is_made(home: Path) -> None:
    assert FILE.read() is None
    assert FILE.rescue() == ""
    assert not home.exists()


def test_an_update_is_made_from_what_is_there(home: Path) -> None:
    assert FILE.update(lambda kept: Counted(1 if kept is None else 0)) == Counted(1)
    assert FILE.update(lambda kept: Counted((kept or Counted()).count + 1)) == Counted(2)
    assert FILE.read() == Counted(2)


def test_processes_that_update_at_once_lose_nothing(home: Path) -> None:
    counting = [Popen([sys.executable, "-c", ADD], stderr=PIPE) for _ in range(3)]
    for process in counting:
        _, error = process.communicate()
        assert not process.returncode, error.decode()
    assert FILE.read() == Counted(120)


def test_one_that_somebody_else_is_writing_is_not_written(home: Path) -> None:
    FILE.update(lambda _: Counted(1))
    lock = acquire(home / "counted.lock")
    try:
        with pytest.raises(OSError, match="another LayerLab is writing it"):
            FILE.update(lambda _: Counted(2))
    finally:
        lock.release()
    assert FILE.read() == Counted(1)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"count": "x"}', b"\xff\xfe", b"[" * 90_000, b" " * (PRACTICE.most + 1)]
)
def test_one_that_is_damaged_is_moved_aside_and_said(home: Path, content: bytes) -> None:
    home.mkdir()
    FILE.path.write_bytes(content)
    assert FILE.read() is None
    assert FILE.path.read_bytes() == content, "who only reads changes nothing"
    assert FILE.rescue() == "counted.json is damaged: it was moved to counted-damaged.json, and a new one begins"
    assert (home / "counted-damaged.json").read_bytes() == content
    assert FILE.rescue() == ""


def test_each_that_is_damaged_is_kept(home: Path) -> None:
    home.mkdir()
    for content in ("{1", "{2"):
        FILE.path.write_text(content)
        assert FILE.update(lambda kept: Counted(7 if kept is None else 0)) == Counted(7)
    assert [path.read_text() for path in sorted(home.glob("*-damaged*"))] == ["{1", "{2"]


def test_a_text_that_cannot_be_read_again_is_not_written(home: Path) -> None:
    FILE.update(lambda _: Counted(1))
    with pytest.raises(UnicodeEncodeError):
        FILE.update(lambda _: Counted(2, ("\udcdc",)))
    assert FILE.read() == Counted(1)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_one_that_may_not_be_read_stays(home: Path) -> None:
    FILE.update(lambda _: Counted(1))
    FILE.path.chmod(0)
    assert FILE.rescue() == "counted.json cannot be read: Permission denied"
    with pytest.raises(PermissionError):
        FILE.update(lambda _: Counted(2))
    FILE.path.chmod(stat.S_IRUSR)
    assert FILE.read() == Counted(1)


def test_a_folder_in_its_place_stays(home: Path) -> None:
    FILE.path.mkdir(parents=True)
    assert FILE.rescue() == "counted.json cannot be read: a folder, not a file"
    with pytest.raises(OSError, match="a folder"):
        FILE.update(lambda _: Counted(2))
