"""Runs that were trained elsewhere: what is taken in, and what is refused."""

from pathlib import Path

import pytest

from core.runs import transfer
from core.runs.record import RunError
from core.runs.store import Store
from tests.benchmarks.many_runs import fill

ID = "20260101-120000-lenet-5-abcde"


@pytest.fixture
def content(tmp_path: Path) -> dict[str, bytes]:
    """The files of a run of another home."""
    fill(tmp_path / "other", 1)
    (run,) = Store(tmp_path / "other").refresh()
    return transfer.read_files(Store(tmp_path / "other").path(run.id))


def test_a_run_is_taken_in_under_its_id_and_reads_as_before(content: dict[str, bytes], home: Path) -> None:
    assert {"run.json", "label.json", "preset.toml", "history.json"} <= content.keys()
    assert "lock" not in content
    store = Store(home)
    assert store.take_in(ID, content) == ID
    assert transfer.read_files(store.path(ID)) == content
    assert [run.readable for run in store.refresh()] == [True]
    assert [path.name for path in (home / "runs").iterdir() if path.is_dir()] == [ID]


def test_one_whose_key_is_taken_gets_another(content: dict[str, bytes], home: Path) -> None:
    store = Store(home)
    store.take_in(ID, content)
    other = store.take_in(ID, content)
    assert other != ID
    assert other.startswith(ID[:-5])
    assert len(store.refresh()) == 2


@pytest.mark.parametrize(
    "id", ["../20260101-120000-x-abcde", "20260101-120000-a/b-abcde", "x", ID + "/", ID + "\n", ""]
)
def test_a_strange_id_is_refused(id: str, content: dict[str, bytes], home: Path) -> None:
    with pytest.raises(RunError, match="is no id of a run"):
        Store(home).take_in(id, content)
    assert not home.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../run.json",
        "/etc/passwd",
        "runs/run.json",
        "lock",
        ".layerlab-1",
        "weights-../x.safetensors",
        "a.py",
        "Run.json",
    ],
)
def test_a_strange_file_is_refused_and_nothing_is_left(name: str, content: dict[str, bytes], home: Path) -> None:
    with pytest.raises(RunError, match="is no file of a run"):
        Store(home).take_in(ID, {**content, name: b"x"})
    assert not list((home / "runs").iterdir())


def test_too_much_is_refused(content: dict[str, bytes], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunError, match=r"label.json is too large: 19.1 MiB"):
        Store(home).take_in(ID, {**content, "label.json": bytes(20_000_001)})
    monkeypatch.setattr(transfer, "MOST_BYTES", 1000)
    with pytest.raises(RunError, match="its files are too large"):
        Store(home).take_in(ID, content)
    other = Store(home.parent / "other")
    folder = other.path(other.refresh()[0].id)
    with pytest.raises(RunError, match="too much to be sent"):
        transfer.read_files(folder)
    assert not list((home / "runs").iterdir())


@pytest.mark.parametrize("name", ["run.json", "preset.toml", "history.json", "checkpoint.safetensors", "best.keras"])
def test_what_cannot_be_read_is_refused(name: str, content: dict[str, bytes], home: Path) -> None:
    with pytest.raises(RunError):
        Store(home).take_in(ID, {**content, name: b"damaged"})
    assert not list((home / "runs").iterdir())
