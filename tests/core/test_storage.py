"""Files are written wholly or not at all, with the permissions and the links that a person gave them."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from core.storage import write_atomically


@pytest.fixture
def umask() -> Iterator[int]:
    mask = 0o027
    before = os.umask(mask)
    yield mask
    os.umask(before)


def test_a_new_file_has_the_permissions_that_any_new_file_has(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "new.toml"
    write_atomically(path, "x")
    assert S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("old")
    path.chmod(0o604)
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "kept" / "target.toml", tmp_path / "link.toml"
    link.symlink_to(target)
    for text in ("first", "second"):
        write_atomically(link, text)
        assert link.is_symlink()
        assert target.read_text() == text
    assert list(target.parent.iterdir()) == [target]


def test_nothing_is_left_of_what_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
