"""Files are written wholly or not at all, with the permissions and the links that a person gave them."""

import os
from collections.abc import Iterator
from errno import EPERM
from pathlib import Path
from stat import S_IMODE, S_ISCHR, S_ISFIFO

import pytest

from core.files import NotAFile
from core.storage import open_log, private_folder, put_in_place, write_atomically


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


def test_where_a_link_is_not_followed_it_is_what_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("somebody's")
    link.symlink_to(target)
    write_atomically(link, "new", follow=False)
    assert not link.is_symlink()
    assert (link.read_text(), target.read_text()) == ("new", "somebody's")


@pytest.mark.parametrize("there", ["file", "folder", "link", "dangling"])
@pytest.mark.parametrize("links", [True, False])
def test_what_is_there_is_left_alone(tmp_path: Path, there: str, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    path, target = tmp_path / "x", tmp_path / "target"
    {
        "file": lambda: path.write_text("old"),
        "folder": path.mkdir,
        "link": lambda: (target.write_text("old"), path.symlink_to(target)),
        "dangling": lambda: path.symlink_to(target),
    }[there]()
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _not_on_this_disk)
    before = sorted(each.name for each in tmp_path.iterdir())
    with pytest.raises(FileExistsError):
        write_atomically(path, "new", follow=False, replaces=False)
    assert sorted(each.name for each in tmp_path.iterdir()) == before


@pytest.mark.parametrize("links", [True, False])
def test_what_is_not_there_yet_is_written_on_any_disk(
    tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _not_on_this_disk)
    write_atomically(tmp_path / "x", "new", follow=False, replaces=False)
    assert [each.name for each in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_text() == "new"


def _not_on_this_disk(self: Path, *_: object) -> None:
    if os.path.lexists(self):
        raise FileExistsError
    raise OSError(EPERM, "no such links")


def test_a_folder_that_has_gone_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "gone" / "x", "new", parents=False)
    assert list(tmp_path.iterdir()) == []


def test_a_device_or_a_pipe_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "null").symlink_to("/dev/null")
    for name in ("pipe", "null"):
        with pytest.raises(NotAFile, match=r"is not replaced|in a system folder"):
            write_atomically(tmp_path / name, "new")
    assert S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("path", ["/dev/layerlab-test", "/proc/layerlab-test", "/dev/fd/layerlab-test"])
@pytest.mark.parametrize("follow", [True, False])
def test_nothing_is_written_where_the_system_has_its_devices(path: str, follow: bool) -> None:
    with pytest.raises(NotAFile, match="in a system folder"):
        write_atomically(Path(path), "new", follow=follow)
    assert not Path(path).exists()


def test_a_private_folder_is_nobody_elses_and_goes(tmp_path: Path) -> None:
    with private_folder(tmp_path / "x.keras") as folder:
        assert folder.parent == tmp_path
        assert S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "model.keras").write_text("new")
        put_in_place(folder / "model.keras", tmp_path / "x.keras")
    assert [each.name for each in tmp_path.iterdir()] == ["x.keras"]


def test_the_log_is_no_pipe_that_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"\w"):
        open_log(tmp_path / "pipe", 10)
    path = tmp_path / "log"
    for line in (b"first line\n", b"second\n"):
        descriptor = open_log(path, 5)
        os.write(descriptor, line)
        os.close(descriptor)
    assert path.read_bytes() == b"second\n"
