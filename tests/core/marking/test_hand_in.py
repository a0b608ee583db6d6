"""Hand-ins as files: what is written is read again, and what is broken or hostile is told in a line."""

import json
import struct
import tracemalloc
import zipfile
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.marking import hand_in
from core.marking.assignment import loads
from core.marking.hand_in import HandInError
from core.runs.store import Store
from tests.benchmarks.many_runs import fill

LAB = loads('[[task]]\nid = "why"\ncheck = "answer"\n', "lab.toml")
MANIFEST = {"format": 1, "name": "Anna", "assignment": "lab", "digest": "", "answers": {"why": "because"}}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    fill(home, 2)
    return Store(home)


@pytest.fixture(scope="module")
def whole(store, tmp_path_factory):
    """A hand-in of two runs."""
    path = tmp_path_factory.mktemp("handed") / "anna.zip"
    about = hand_in.manifest(" Anna ", LAB, {"why": "because"})
    hand_in.write(path, about, {run.id: store.path(run.id) for run in store.refresh()})
    return path


def archive(path, entries, method=ZIP_DEFLATED):
    with ZipFile(path, "w", method) as file:
        for name, content in entries.items():
            file.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return path


def refused(path):
    with pytest.raises(HandInError) as told:
        hand_in.read(path)
    text = str(told.value)
    assert text.startswith(f"{path.name}: ")
    assert "\n" not in text
    return text


def test_what_is_written_is_read_again(store, whole):
    found = hand_in.read(whole)
    assert (found.manifest.name, found.manifest.answers, found.manifest.assignment) == (
        "Anna",
        {"why": "because"},
        "lab",
    )
    assert found.manifest.digest == LAB.digest
    assert list(found.runs) == [run.id for run in store.refresh()]
    for run, files in found.runs.items():
        assert {"run.json", "preset.toml", "history.json"} <= set(files)
        assert not any(name.endswith(".keras") for name in files)
        assert all((store.path(run) / name).read_bytes() == data for name, data in files.items())


def test_an_existing_file_is_replaced_only_if_asked(store, whole):
    about = hand_in.manifest("", LAB, {})
    with pytest.raises(FileExistsError):
        hand_in.write(whole, about, {})
    assert hand_in.read(whole).manifest.name == "Anna"


def test_no_more_runs_than_are_read(store, tmp_path):
    (run, _) = store.refresh()
    many = {f"{number}": store.path(run.id) for number in range(hand_in.MOST_RUNS + 1)}
    with pytest.raises(HandInError, match="at most 50"):
        hand_in.write(tmp_path / "many.zip", hand_in.manifest("", LAB, {}), many)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({}, "there is no hand-in.json in it"),
        ({"other.txt": "x"}, "there is no hand-in.json in it"),
        ({"hand-in.json": "{"}, "hand-in.json is damaged"),
        ({"hand-in.json": []}, "hand-in.json is damaged"),
        ({"hand-in.json": {**MANIFEST, "answers": [1]}}, "hand-in.json is damaged"),
        ({"hand-in.json": "[" * 100_000}, "hand-in.json is damaged"),
        ({"hand-in.json": {**MANIFEST, "format": 2, "layerlab": "9.0"}}, "written by a newer LayerLab, '9.0'"),
        ({"hand-in.json": " " * 1_000_001}, "'hand-in.json' is larger than"),
        ({"hand-in.json": MANIFEST, **{f"runs/{n}/run.json": "x" for n in range(51)}}, "has 51 runs; at most 50"),
    ],
)
def test_what_is_no_hand_in_is_told(tmp_path, entries, why):
    assert why in refused(archive(tmp_path / "hand.zip", entries))


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "runs/a/../../evil", "runs/a/b/c", "runs/a\n/b", "__MACOSX/._x"]
)
def test_what_has_no_place_in_it_is_not_read(tmp_path, name):
    found = hand_in.read(archive(tmp_path / "hand.zip", {"hand-in.json": MANIFEST, name: "x"}))
    assert not found.runs
    assert [path.name for path in tmp_path.iterdir()] == ["hand.zip"]


def test_other_files_are_told(tmp_path):
    (tmp_path / "text.zip").write_text("no archive")
    assert "cannot be read: File is not a zip file" in refused(tmp_path / "text.zip")
    assert "cannot be read: No such file" in refused(tmp_path / "none.zip")
    (tmp_path / "folder.zip").mkdir()
    assert "a folder, not a file" in refused(tmp_path / "folder.zip")
    (tmp_path / "link.zip").symlink_to(tmp_path / "text.zip")
    assert "a link, which is not followed here" in refused(tmp_path / "link.zip")


def test_one_name_twice_and_other_compressions_are_refused(tmp_path):
    with ZipFile(tmp_path / "twice.zip", "w") as file:
        file.writestr("hand-in.json", json.dumps(MANIFEST))
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("hand-in.json", json.dumps({**MANIFEST, "name": "Bob"}))
    assert "several of one name" in refused(tmp_path / "twice.zip")
    lzma = archive(tmp_path / "lzma.zip", {"hand-in.json": MANIFEST}, ZIP_LZMA)
    assert "compressed in a way that is not read" in refused(lzma)


def test_a_size_that_is_a_lie_takes_no_more_memory(tmp_path, monkeypatch):
    """A file that grows a thousand times is cut off at the most that all runs may take."""
    monkeypatch.setattr(hand_in.transfer, "MOST_BYTES", 1_000_000)
    bomb = {"hand-in.json": MANIFEST, "runs/a/run.json": b"\0" * 5_000_000}
    path = archive(tmp_path / "bomb.zip", bomb)
    assert path.stat().st_size < 10_000
    assert "'runs/a/run.json' is larger than" in refused(path)


def test_a_table_of_contents_is_bounded_before_it_is_read(tmp_path):
    """Its entries are 46 bytes each, and take ten times as much once they are read."""
    path = tmp_path / "many.zip"
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    table = entry * 200_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(table), 0, 0)
    path.write_bytes(table + end)
    tracemalloc.start()
    try:
        assert "its table of contents is larger than 2.0 MiB" in refused(path)
        assert tracemalloc.get_traced_memory()[1] < 2 * hand_in.MOST_TABLE
    finally:
        tracemalloc.stop()


def test_as_many_files_as_may_be_fit(tmp_path):
    """All files that the runs of a hand-in may have, with names as LayerLab gives them."""
    names = [
        f"runs/20260101-120000-{'x' * 40}-{run:05}/weights-{file:06}.safetensors"
        for run in range(50)
        for file in range(100)
    ]
    path = archive(tmp_path / "many.zip", {"hand-in.json": MANIFEST, **dict.fromkeys(names, b"")})
    assert len(hand_in.read(path).runs) == 50


def test_answers_are_no_markup_and_no_control_codes(tmp_path):
    raw = {**MANIFEST, "layerlab": "\x1b[31m", "format": 9}
    assert "\x1b" not in refused(archive(tmp_path / "steering.zip", {"hand-in.json": raw}))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_damaged_one_is_read_or_refused(whole, tmp_path, place, new, cut):
    data = bytearray(whole.read_bytes())
    place %= len(data)
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(data[:place] if cut else data[:place] + new + data[place + len(new) :])
    try:
        hand_in.read(damaged)
    except HandInError as error:
        assert "\n" not in str(error)  # noqa: PT017  # either is well
    assert zipfile.is_zipfile(whole)
