"""Bytecode is kept in LayerLab's own folder, and only where Python keeps none."""

import py_compile
import sys
from importlib import import_module, invalidate_caches
from pathlib import Path

import pytest

from core import storage
from core.keras_runtime import bytecode

PACKAGE = "a_package_for_bytecode"


@pytest.fixture
def source(tmp_path, monkeypatch) -> Path:
    """A package that can be imported, in a process that keeps no bytecode."""
    folder = tmp_path / "site" / PACKAGE
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("from a_package_for_bytecode import part\n")
    (folder / "part.py").write_text("VALUE = 7\n")
    monkeypatch.syspath_prepend(str(folder.parent))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    invalidate_caches()


def imported(folder: Path) -> list[str]:
    """The files of bytecode that importing the package wrote, anywhere."""
    with bytecode.kept(PACKAGE):
        assert import_module(f"{PACKAGE}.part").VALUE == 7
    assert sys.dont_write_bytecode
    kept = storage.cache_folder()
    return sorted(path.name for place in (kept, folder) for path in place.rglob("*.pyc"))


def test_it_is_kept_where_python_must_not_write_it_beside_the_source(source):
    assert len(imported(source)) == 2
    assert sys.pycache_prefix is None
    assert not list(source.rglob("*.pyc"))
    assert {path.stat().st_mode & 0o077 for path in (storage.cache_folder() / "bytecode").parent.iterdir()} == {0}


def test_what_is_kept_is_used(source):
    imported(source)
    (written,) = storage.cache_folder().rglob("part.*.pyc")
    before = written.stat()
    del sys.modules[PACKAGE], sys.modules[f"{PACKAGE}.part"]
    imported(source)
    assert written.stat().st_mtime_ns == before.st_mtime_ns


def test_nothing_is_kept_twice(source):
    py_compile.compile(str(source / "__init__.py"))
    assert len(imported(source)) == 1


def test_nothing_is_kept_where_python_writes_it_itself(source, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with bytecode.kept(PACKAGE):
        import_module(PACKAGE)
    assert not storage.cache_folder().exists()
    assert len(list(source.rglob("*.pyc"))) == 2


def test_a_place_that_was_chosen_is_left(source, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "chosen"))
    assert imported(source) == []
    assert sys.pycache_prefix == str(tmp_path / "chosen")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
@pytest.mark.parametrize("others", ["write", "own by a link"])
def test_a_folder_that_others_may_write_to_is_not_used(source, others, tmp_path):
    folder = storage.cache_folder() / "bytecode"
    folder.parent.mkdir(parents=True)
    if others == "write":
        folder.mkdir()
        folder.chmod(0o777)
    else:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere").chmod(0o777)
        folder.symlink_to(tmp_path / "elsewhere")
    assert imported(source) == []


def test_a_folder_that_cannot_be_made_is_done_without(source, home):
    home.mkdir()
    (home / "cache").write_text("a file in its place")
    assert imported(source) == []


def test_an_unknown_package_is_none_of_its_business():
    with bytecode.kept("no_such_package_anywhere"):
        assert not storage.cache_folder().exists()
