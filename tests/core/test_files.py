"""Only regular files are read, no more of them than their kind may have, and nothing else is waited for."""

import os
import socket
from pathlib import Path

import pytest

from core import files
from core.files import FileKind, NotAFile, TooLarge

SMALL = FileKind("a small thing", 1_000_000)


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"some bytes")
    (tmp_path / "link").symlink_to(path)
    assert files.read_bytes(path, SMALL) == b"some bytes"
    assert files.read_bytes(path, SMALL, follow=False) == b"some bytes"
    assert files.read_bytes(tmp_path / "link", SMALL) == b"some bytes"


def test_what_is_no_file_is_named_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        names = {
            "pipe": "a pipe, not a file",
            "folder": "a folder, not a file",
            "zero": "a device, not a file",
            "link": "a pipe, not a file",
            "socket": "a socket, not a file",
        }
        for name, what in names.items():
            with pytest.raises(NotAFile) as error:
                files.read_bytes(tmp_path / name, SMALL)
            assert error.value.strerror == what


def test_a_link_is_not_followed_where_it_could_lead_out(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    (tmp_path / "link").symlink_to("x")
    with pytest.raises(NotAFile, match="link"):
        files.read_bytes(tmp_path / "link", SMALL, follow=False)


def test_a_folder_that_is_a_link_is_not_followed_either(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").write_bytes(b"x")
    (tmp_path / "link").symlink_to("folder")
    assert files.read_bytes(tmp_path / "link" / "x", SMALL) == b"x"
    with pytest.raises(NotAFile, match="link"):
        files.read_bytes(tmp_path / "link" / "x", SMALL, follow=False)


def test_a_file_too_large_for_its_kind_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"")
    os.truncate(path, SMALL.most)
    assert len(files.read_bytes(path, SMALL)) == SMALL.most
    os.truncate(path, SMALL.most + 1)
    with pytest.raises(TooLarge) as error:
        files.open_regular(path, SMALL)
    assert error.value.strerror == "larger than 1 MB, so not a small thing"


def test_a_file_that_grows_while_it_is_read_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"")
    with files.open_regular(path, SMALL) as file:
        os.truncate(path, SMALL.most + 1)
        with pytest.raises(TooLarge):
            files.read_bounded(file, SMALL, path)


def test_no_descriptor_is_handed_down_to_other_programs(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    with files.open_regular(tmp_path / "x", SMALL) as file:
        assert not os.get_inheritable(file.fileno())
