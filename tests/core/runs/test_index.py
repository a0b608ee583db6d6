"""The index holds what was put into it, and whatever happens to its file is never an error."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs import index
from core.runs.index import VERSION, Index, Row
from core.runs.record import Label, Metrics, Run
from tests.core.generated import texts

ids = st.text("abc123-", min_size=1, max_size=8)
shares = st.none() | st.floats(0, 1)
runs = st.builds(
    Run,
    id=ids,
    label=st.builds(Label, texts(), texts(), st.lists(texts(), max_size=3).map(tuple)),
    architecture=texts(),
    state=st.sampled_from(["running", "finished", "damaged"]),
    begun=st.floats(0, 4e9),
    metrics=st.builds(Metrics, params=st.integers(0, 10**18), best_val_accuracy=shares, test_accuracy=shares),
)
tables = st.dictionaries(ids, st.builds(Row, texts(), runs), max_size=6)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / f"index-{VERSION}.db"


def row(name: str) -> Row:
    return Row("as it was", Run(name, Label(name), "LeNet-5", "finished", 1.0))


ONE, TWO = {"one": row("one")}, {"one": row("one"), "two": row("two")}


@given(st.lists(tables, min_size=1, max_size=4))
def test_what_is_kept_comes_back_in_every_process(
    tmp_path_factory: pytest.TempPathFactory, told: list[dict[str, Row]]
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    before: dict[str, Row] = {}
    for rows in told:
        Index(folder).update(rows, before.keys() | rows.keys())
        assert Index(folder).rows() == rows
        before = rows


def test_only_what_has_changed_is_written(tmp_path: Path) -> None:
    Index(tmp_path).update(TWO, TWO)
    Index(tmp_path).update({"one": row("another")}, ["one"])
    assert Index(tmp_path).rows() == {"one": row("another"), "two": row("two")}


def test_where_there_is_no_folder_none_is_made(tmp_path: Path) -> None:
    held = Index(tmp_path / "runs")
    assert held.rows() == {}
    held.clear()
    assert not list(tmp_path.iterdir())


def test_another_version_of_the_index_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / f"index-{VERSION + 1}.db"
    other.write_bytes(b"of a newer LayerLab")
    held = Index(tmp_path)
    held.update(ONE, ONE)
    held.clear()
    assert other.read_bytes() == b"of a newer LayerLab"
    assert held.rows() == {}


def garbage(file: Path) -> None:
    file.write_bytes(b"this is no database. " * 1000)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def overwritten(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    file.write_bytes(data)


def another_table(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE runs (name TEXT)")


def another_run(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("""UPDATE runs SET run = '{"id": 1}'""")


def emptied(file: Path) -> None:
    file.write_bytes(b"")


DAMAGES = [garbage, cut, overwritten, another_table, another_run, emptied, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_made_anew_by_who_reads(file: Path, damage: Callable[[Path], None]) -> None:
    Index(file.parent).update(TWO, TWO)
    damage(file)
    held = Index(file.parent)
    assert held.rows() == {}
    held.update(TWO, TWO)
    assert Index(file.parent).rows() == TWO


@pytest.mark.parametrize("damage", [garbage, cut, overwritten, another_table])
def test_a_database_that_is_damaged_between_is_written_whole(file: Path, damage: Callable[[Path], None]) -> None:
    held = Index(file.parent)
    held.update(ONE, ONE)
    damage(file)
    held.update(TWO, ["two"])
    assert Index(file.parent).rows() in (TWO, {})  # the damage may lie where nothing is looked at when writing
    assert held.rows() in (TWO, {})


@contextmanager
def in_its_place(file: Path) -> Iterator[None]:
    file.mkdir()
    yield


@contextmanager
def not_to_be_written(file: Path) -> Iterator[None]:
    file.parent.chmod(0o500)
    try:
        if os.access(file.parent, os.W_OK):
            pytest.skip("permissions do not hold this user back")
        yield
    finally:
        file.parent.chmod(0o700)


@contextmanager
def disk_full(file: Path) -> Iterator[None]:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("hindered", [in_its_place, not_to_be_written, disk_full])
def test_without_a_database_the_process_remembers(
    file: Path, hindered: Callable[[Path], AbstractContextManager[None]]
) -> None:
    held = Index(file.parent)
    with hindered(file):
        held.update(ONE, ONE)
        held.update(TWO, ["two"])
        assert held.rows() == TWO
        held.update({}, TWO)
        assert held.rows() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_what_was_read_is_not_lost_when_the_disk_fills_up(file: Path) -> None:
    held = Index(file.parent)
    held.update(ONE, ONE)
    with disk_full(file):
        held.update(TWO, ["two"])
        assert held.rows() == TWO


def test_a_database_that_another_process_locks_is_gone_on_without(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LOCK_TIMEOUT", 0.01)
    Index(file.parent).update(ONE, ONE)
    held = Index(file.parent)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert held.rows() == ONE
        held.update(TWO, ["two"])
        assert held.rows() == TWO
        other.execute("ROLLBACK")
    assert Index(file.parent).rows() == ONE


def test_a_database_that_another_process_has_just_made_is_shared(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LOCK_TIMEOUT", 0.01)
    held = Index(file.parent)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(index.TABLE)
        other.execute("BEGIN")
        other.execute("SELECT * FROM runs").fetchall()  # as long as it reads, nobody can switch to another journal
        assert held.rows() == {}
        other.execute("ROLLBACK")
    held.update(ONE, ONE)
    assert Index(file.parent).rows() == ONE
