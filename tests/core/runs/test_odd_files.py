"""Whatever lies where a run has its files: nothing is waited for, followed or read without end; no other is lost."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from core import storage
from core.runs import folder as files
from core.runs import tensor_file
from core.runs.index import Index
from core.runs.record import Label, RunError
from core.runs.store import Store
from core.runs.tensor_file import Tensors
from tests.core.runs.test_store import keep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such files")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link_elsewhere(path: Path) -> None:
    elsewhere = storage.home() / "elsewhere"
    elsewhere.write_bytes(path.read_bytes() if path.exists() else b"{}")
    path.unlink(missing_ok=True)
    path.symlink_to(elsewhere)


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**36)


ODD = (pipe, endless, a_folder, a_link_elsewhere, huge)
NAMES = (files.RUN, files.LABEL, files.PRESET, files.HISTORY, files.INITIAL_WEIGHTS, files.CHECKPOINT, "best.keras")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", ODD)
def test_an_odd_file_damages_its_run_alone(make: Callable[[Path], None], name: str, home: Path) -> None:
    store = Store(home)
    odd, good = (store.path(keep(store, name)) for name in ("odd", "good"))
    if make is not a_link_elsewhere:
        (odd / name).unlink(missing_ok=True)
    make(odd / name)
    store.rebuild()
    states = {run.id: run for run in store.listed()}
    assert states[good.name].state == "finished"
    assert states[odd.name].state == "damaged"
    assert name in states[odd.name].message
    assert states[odd.name].message.isprintable()
    with pytest.raises(RunError, match=r"\w"):
        files.check(odd)
    store.discard([odd.name])
    assert store.purge() == 1
    assert (home / "elsewhere").exists() == (make is a_link_elsewhere)


@pytest.mark.parametrize("make", [pipe, endless, a_folder, a_link_elsewhere])
def test_an_odd_lock_is_none_and_is_left_alone(make: Callable[[Path], None], home: Path) -> None:
    store = Store(home)
    folder = store.path(keep(store, "odd"))
    (folder / files.LOCK).unlink(missing_ok=True)
    make(folder / files.LOCK)
    assert not files.is_locked(folder)
    with pytest.raises(RunError, match="remove it"):
        files.lock(folder)
    if make is a_link_elsewhere:
        assert (home / "elsewhere").read_bytes() == b"{}"  # to lock it would have emptied it


@pytest.mark.parametrize("make", ODD)
@pytest.mark.parametrize("name", ["index-1.db", "index-1.db-wal", "index-1.db-journal"])
def test_an_odd_index_is_none(make: Callable[[Path], None], name: str, home: Path) -> None:
    store = Store(home)
    run = keep(store, "one")
    make(home / "runs" / name)
    assert [each.id for each in store.refresh()] == [run]
    assert [each.id for each in store.listed()] == [run]
    if make is a_link_elsewhere:
        assert (home / "elsewhere").read_bytes() == b"{}"


def test_the_runs_may_lie_behind_a_link(home: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    home.mkdir()
    (home / "runs").symlink_to(tmp_path / "disk")
    store = Store(home)
    run = keep(store, "one")
    store.refresh()
    assert list(Index(home / "runs").rows()) == [run]
    assert store.details(run).run.name == "one"


def test_a_link_that_leads_nowhere_hides_no_run(home: Path) -> None:
    store = Store(home)
    run = keep(store, "one")
    (store.path(run) / "notes").symlink_to("nowhere")
    assert [each.id for each in store.refresh()] == [run]


def test_to_label_a_run_writes_nothing_elsewhere(home: Path) -> None:
    store = Store(home)
    run = keep(store, "one")
    a_link_elsewhere(store.path(run) / files.LABEL)
    before = (home / "elsewhere").read_bytes()
    store.relabel(run, Label("two"))
    assert (home / "elsewhere").read_bytes() == before
    assert store.details(run).run.name == "two"


def test_a_label_of_megabytes_is_cut(home: Path) -> None:
    store = Store(home)
    run = keep(store, "one")
    label = Label("n" * 3_000_000, "w " * 1_500_000, ("t" * 1_000_000,) * 3)
    (store.path(run) / files.LABEL).write_bytes(msgspec.json.encode(label))
    (found,) = store.refresh()
    assert found.readable
    assert (len(found.name), len(found.label.note)) == (100, 10_000)
    assert [len(tag) for tag in found.label.tags] == [30, 30, 30]
    assert found.name.startswith("nnn")
    store.relabel(run, Label("short"))
    assert store.details(run).run.label == Label("short")


def test_texts_of_a_run_that_a_list_shows_are_cut(home: Path) -> None:
    store = Store(home)
    folder = store.path(keep(store, "one"))
    header = files.read_header(folder)
    files.write_header(folder, msgspec.structs.replace(header, preset="p" * 400_000, message="m" * 400_000))
    (found,) = store.refresh()
    assert (len(found.architecture), len(found.message)) == (1_000, 1_000)


@pytest.mark.parametrize(
    ("table", "data"),
    [
        ({"a.0": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}, b""),
        ({"a.0": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, bytes(4)),
        ({"a.0": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, bytes(4)),
        ({"a.0": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, bytes(8)),
        ({f"a.{at}": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for at in (0, 1)}, bytes(4)),
        ({"a.0": {"dtype": "object", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)),
        ({"a.0": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(5)),
        ({"__metadata__": {"standing": 3}}, b""),
    ],
)
def test_a_table_that_does_not_fit_its_file_is_refused(table: object, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    head = msgspec.json.encode(table)
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)
    for look in (tensor_file.check, tensor_file.read):
        with pytest.raises(ValueError, match=r"\w"):
            look(path)


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 8, (2**62).to_bytes(8, "little") + b"{}", b"\x02" + bytes(7) + b"[]"]
)
def test_what_is_no_file_of_tensors_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"\w"):
        tensor_file.read(path)


def test_tensors_of_every_kind_come_back(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    numbers = np.random.default_rng(0)
    shapes = ((), (0,), (3,), (2, 3, 4))
    kinds = ("float32", "float64", "float16", "int64", "int32", "uint8", "uint32", "bool")
    arrays = [numbers.integers(0, 2, shape).astype(kind) for kind in kinds for shape in shapes]
    path = tmp_path / "x.safetensors"
    tensor_file.write(path, Tensors({"a.b": arrays, "c": arrays[:1]}, "a note"))
    tensors = tensor_file.read(path)
    assert tensors.note == "a note"
    assert {group: len(held) for group, held in tensors.groups.items()} == {"a.b": len(arrays), "c": 1}
    for written, found in zip(arrays, tensors.groups["a.b"], strict=True):
        assert (written.dtype, written.shape) == (found.dtype, found.shape)
        assert np.array_equal(written, found)
        assert found.flags.writeable
    assert len(load_file(path)) == len(arrays) + 1
