"""The store lists what is on disk, finds what a person means, and loses nothing."""

import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.network.architecture import Architecture
from core.network.layers import Dense
from core.presets import Preset
from core.runs import folder as files
from core.runs.index import VERSION
from core.runs.record import Environment, Label, Metrics, RunError
from core.runs.store import Store, clean_label
from core.storage import UNFINISHED
from tests.benchmarks.many_runs import NO_TENSORS
from tests.core.generated import texts

PRESET = Preset("Small", Architecture((8,), (Dense(10, "softmax"),)))
ENVIRONMENT = Environment("0.1.0", "3.11.9", "2.21.0", "3.15.0", "2.3.0", "Linux", "CPU")
NEWER = "was written by a newer LayerLab"


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home)


def keep(store: Store, name: str, begun: float = 1.0, state: str = "finished", **figures: Any) -> str:
    """A run as a training leaves it; its id."""
    folder = store.new(name)
    header = files.create(folder, Label(name), PRESET, ENVIRONMENT)
    (folder / files.CHECKPOINT).write_bytes(NO_TENSORS)
    files.write_header(folder, replace(header, begun=begun, state=state, metrics=Metrics(**figures)))
    return folder.name


def make_newer(folder: Path) -> None:
    raw = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**raw, "format": files.FORMAT + 1, "figures": "of another form"}))


def contents(place: Path) -> dict[str, bytes]:
    """Every file under ``place`` but the index, which is none of a person's."""
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file() and not path.name.startswith("index-")
    }


def changed(store: Store) -> bool:
    """Whether a look at the disk makes another list of what is listed."""
    before = store.listed()
    found = store.refresh()
    assert found == store.listed()
    return found != before


def listed(store: Store) -> list[str]:
    return [run.id for run in store.listed()]


# What is listed


def test_without_runs_nothing_is_listed_and_nothing_made(store: Store, home: Path) -> None:
    assert store.listed() == store.discarded() == ()
    assert not changed(store)
    assert store.rebuild() == store.purge() == 0
    assert not home.exists()


def test_runs_are_listed_newest_first(store: Store) -> None:
    ids = [keep(store, name, begun) for name, begun in (("b", 2.0), ("c", 3.0), ("a", 1.0))]
    assert changed(store)
    assert listed(store) == [ids[1], ids[0], ids[2]]
    assert not changed(store)


def test_a_list_says_what_the_folders_say(store: Store) -> None:
    run = store.path(keep(store, "One", params=90, best_val_accuracy=0.97))
    store.refresh()
    assert store.listed() == (files.read_listing(run),)
    assert store.details(run.name) == files.read(run)


def test_what_another_process_does_is_seen(store: Store, home: Path) -> None:
    other = Store(home)
    one, two = keep(store, "one", 1.0), keep(store, "two", 2.0)
    assert changed(other)
    assert listed(other) == [two, one]
    store.refresh()
    store.relabel(one, Label("renamed"))
    other.refresh()
    assert [run.name for run in other.listed()] == ["two", "renamed"]
    store.discard([two])
    other.refresh()
    assert listed(other) == [one]


def test_a_file_that_was_edited_by_hand_is_read_again(store: Store) -> None:
    folder = store.path(keep(store, "one"))
    store.refresh()
    (folder / "label.json").write_text('{"name": "by hand", "tags": ["x"]}')
    assert changed(store)
    assert store.listed()[0].label == Label("by hand", "", ("x",))


def test_a_look_that_is_no_longer_wanted_ends(store: Store) -> None:
    gone = keep(store, "gone")
    store.refresh()
    store.path(gone).rename(store.path(gone).with_name(".away"))
    kept = {keep(store, str(number)) for number in range(5)}
    looks = iter([True, True, False])
    assert len(store.refresh(lambda: next(looks))) == 3
    assert len(listed(store)) == 3
    assert gone in listed(store)
    store.refresh()
    assert set(listed(store)) == kept


# What is being trained


def test_a_run_is_training_as_long_as_it_is_held(store: Store) -> None:
    name = keep(store, "one", state="running")
    held = files.lock(store.path(name))
    store.refresh()
    assert [run.state for run in store.listed()] == ["running"]
    assert not changed(store)
    held.release()
    assert [run.state for run in store.listed()] == ["interrupted"]
    assert [run.state for run in store.refresh()] == ["interrupted"]
    assert store.find("last").state == "interrupted"
    assert not changed(store)


def test_a_run_that_is_being_made_is_not_listed_yet(store: Store) -> None:
    folder = store.new("one")
    assert not changed(store)
    held = files.lock(folder)
    (folder / "preset.toml").write_text("name = ")
    store.refresh()
    assert store.listed() == ()
    held.release()
    store.refresh()
    assert [run.state for run in store.listed()] == ["damaged"]


# What is damaged, foreign or newer


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xff{[")


def nested(path: Path) -> None:
    path.write_text('{"format": 1, "name":' + "[" * 100_000)


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [cut, garbage, nested, folder_in_its_place, Path.unlink])
@pytest.mark.parametrize("name", ["run.json", "label.json"])
def test_a_damaged_run_is_listed_and_breaks_nothing(store: Store, damage: Callable[[Path], None], name: str) -> None:
    well, ill = keep(store, "well"), keep(store, "ill")
    store.refresh()
    whole = (store.path(ill) / name).read_bytes()
    damage(store.path(ill) / name)
    store.refresh()
    assert listed(store) == [well, ill]
    run = store.listed()[1]
    assert (run.id, run.name, run.state) == (ill, ill, "damaged")
    assert name in run.message
    assert run.message.isprintable()
    with pytest.raises(RunError, match=re.escape(name)):
        store.details(ill)
    if (store.path(ill) / name).is_dir():
        (store.path(ill) / name).rmdir()
    (store.path(ill) / name).write_bytes(whole)
    store.refresh()
    assert {run.state for run in store.listed()} == {"finished"}


@pytest.mark.parametrize("name", ["preset.toml", "history.json", "checkpoint.safetensors", "best.keras"])
def test_all_that_is_damaged_is_found_when_the_index_is_made_anew(store: Store, name: str) -> None:
    well, ill = keep(store, "well"), keep(store, "ill")
    store.refresh()
    garbage(store.path(ill) / name)
    assert store.rebuild() == 2
    found = {run.id: run for run in store.listed()}
    assert (found[well].state, found[ill].state) == ("finished", "damaged")
    assert name in found[ill].message
    store.refresh()
    store.relabel(ill, Label("ill"))
    assert {run.id: run for run in store.listed()} == found  # a look at the list alone cannot tell that it is well


def test_a_damaged_run_can_be_discarded_and_purged(store: Store) -> None:
    ill = keep(store, "ill")
    (store.path(ill) / "run.json").unlink()
    store.discard([ill])
    assert store.listed() == ()
    assert [run.state for run in store.discarded()] == ["damaged"]
    assert store.purge() == 1


def test_what_a_killed_process_left_of_a_run_that_never_was_is_swept_away_in_time(store: Store, home: Path) -> None:
    kept = keep(store, "well")
    old, fresh = (home / "runs" / f"{UNFINISHED}{name}" for name in ("old", "fresh"))
    for path in (old, fresh):
        path.mkdir()
        (path / "preset.toml").write_text("")
    os.utime(old, (1.0, 1.0))
    assert store.rebuild() == 1
    assert listed(store) == [kept]
    assert (old.exists(), fresh.exists()) == (False, True)


def test_a_run_of_a_newer_format_is_listed_and_left_alone(store: Store, home: Path) -> None:
    newer, thrown = keep(store, "newer"), keep(store, "thrown away")
    store.discard([thrown])
    make_newer(store.path(newer))
    make_newer(home / "trash" / thrown)
    before = contents(home)
    store.refresh()
    for run in (*store.listed(), *store.discarded()):
        assert run.state == "newer"
        assert NEWER in run.message
    for refused in (
        lambda: store.relabel(newer, Label("mine")),
        lambda: store.discard([newer]),
        lambda: store.restore([thrown]),
        lambda: store.purge([thrown]),
    ):
        with pytest.raises(RunError, match=NEWER):
            refused()
    assert store.purge() == 0
    assert store.rebuild() == 1
    assert contents(home) == before


def test_a_newer_run_is_read_as_soon_as_this_layerlab_can(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = store.path(keep(store, "newer"))
    (newer / "run.json").write_text(json.dumps({**json.loads((newer / "run.json").read_text()), "format": 2}))
    store.refresh()
    assert [run.state for run in store.listed()] == ["newer"]
    monkeypatch.setattr(files, "FORMAT", 2)
    assert changed(store)
    assert [run.name for run in store.listed()] == ["newer"]


def test_a_file_that_goes_during_a_look_takes_no_run_off_the_list(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = keep(store, "one")
    store.refresh()

    def gone(folder: Path) -> str:
        raise FileNotFoundError(folder / "weights-00001.safetensors")

    monkeypatch.setattr(files, "signature", gone)
    assert not changed(store)
    assert listed(store) == [name]


def test_what_is_no_run_is_left_out(store: Store, home: Path, tmp_path: Path) -> None:
    name = keep(store, "one")
    runs = home / "runs"
    (runs / "notes.txt").write_text("mine")
    (runs / ".hidden").mkdir()
    (runs / "\x1b[31mred").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").touch()
    (runs / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (runs / "dangling").symlink_to(tmp_path / "nowhere")
    if sys.platform == "linux":
        os.mkdir(os.fsencode(runs) + b"/\xff")  # noqa: PTH102  # no Path holds this name
    store.refresh()
    assert listed(store) == [name]
    (runs / "folder").mkdir()
    (runs / "folder" / "file").touch()
    store.refresh()
    assert [run.message for run in store.listed()] == ["", "folder/run.json: is missing"]


@pytest.mark.parametrize("broken", [lambda file: file.unlink(), lambda file: file.write_bytes(b"garbage" * 999)])
def test_a_lost_index_is_restored(store: Store, home: Path, broken: Callable[[Path], None]) -> None:
    keep(store, "one")
    keep(store, "two")
    store.refresh()
    before = store.listed()
    broken(home / "runs" / f"index-{VERSION}.db")
    assert changed(store)
    assert store.listed() == Store(home).listed() == before


# Which run is meant


def test_a_run_is_found_by_id_key_name_and_how_they_begin(store: Store) -> None:
    one, two = keep(store, "Alpha", 1.0), keep(store, "Beta", 2.0)
    key = one.rpartition("-")[2]
    for text in (one, one.upper(), key, key.upper(), f" {key} ", "alpha", "ALPHA", one[:-1], "first name"):
        if text == "first name":
            store.relabel(one, Label("First  name"))
        assert store.find(text).id == one
    assert store.find("last").id == two


def test_a_run_that_is_not_meant_clearly_is_not_chosen(store: Store) -> None:
    with pytest.raises(RunError, match="no runs yet"):
        store.find("last")
    ids = [keep(store, "LeNet"), keep(store, "LeNet")]
    for text in ("lenet", ids[0][:4]):
        with pytest.raises(RunError) as refused:
            store.find(text)
        assert all(each.rpartition("-")[2] in str(refused.value) for each in ids)
    with pytest.raises(RunError, match=r"no such run; did you mean LeNet\?"):
        store.find("LeNte")
    for text in ("", " ", "\x1b[31m", "0" * 500, ".."):
        with pytest.raises(RunError) as refused:
            store.find(text)
        assert str(refused.value).isprintable()


# Names, notes, tags


def test_a_label_is_kept_tidy(store: Store, home: Path) -> None:
    name = keep(store, "one")
    run = store.relabel(name, Label(" My \n run ", " a note\nof two lines ", ("#a", " b c", "", "#", "a")))
    assert run.label == Label("My run", "a note\nof two lines", ("a", "b-c"))
    assert store.listed() == (run,)
    assert not changed(store)
    assert Store(home).details(name).run == run


@given(st.builds(Label, texts(), texts(), st.lists(texts(), max_size=30).map(tuple)))
def test_a_tidy_label_is_as_it_should_be_or_refused(label: Label) -> None:
    try:
        kept = clean_label(label)
    except RunError:
        assert not label.name.split() or len(label.tags) > 20
        return
    assert clean_label(kept) == kept
    assert 0 < len(kept.name) <= 100
    assert not any(re.search(r"[\s#]", tag) or not tag for tag in kept.tags)
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Label) == kept


@pytest.mark.parametrize(
    "label",
    [
        Label(""),
        Label(" \n"),
        Label("x" * 101),
        Label("x", "y" * 10_001),
        Label("x", "", ("t" * 31,)),
        Label("x", "", tuple(string.ascii_letters)),
        Label("\ud800"),
        Label("x", "\udc80"),
    ],
)
def test_a_label_that_cannot_be_kept_is_refused(store: Store, label: Label) -> None:
    name = keep(store, "one")
    with pytest.raises(RunError) as refused:
        store.relabel(name, label)
    assert str(refused.value).isprintable()
    assert store.details(name).run.name == "one"


# Folders


@given(texts())
def test_any_name_gives_a_folder_that_can_be_typed(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    store = Store(tmp_path_factory.mktemp("home"))
    folder = store.new(name)
    assert re.fullmatch(r"\d{8}-\d{6}-[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?-[2-9a-hj-km-np-z]{5}", folder.name)
    assert store.path(folder.name) == folder
    assert not list(folder.iterdir())


def test_no_two_runs_get_one_folder(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(store.new, ["same"] * 60))
    assert len({folder.name for folder in folders}) == len({folder.name[-5:] for folder in folders}) == 60


def test_no_two_runs_get_one_key(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runs.store.LETTERS", "abc")
    monkeypatch.setattr("core.runs.store.KEY_LENGTH", 1)
    names = [keep(store, "one")]
    store.discard(names)
    names += [keep(store, "two"), keep(store, "three")]
    assert {name[-1] for name in names} == set("abc")


@pytest.mark.parametrize("id", ["", ".", "..", "../runs", "../trash/x", "a/b", "/etc", "\0", ".hidden", "x\n", "none"])
def test_an_id_leads_nowhere_but_to_a_run(store: Store, home: Path, id: str) -> None:
    keep(store, "one")
    (home / "runs" / ".hidden").mkdir()
    (home / "trash" / "x").mkdir(parents=True)
    before = contents(home)
    for refused in (store.path, store.details, lambda each: store.relabel(each, Label("x"))):
        with pytest.raises(RunError) as error:
            refused(id)
        assert str(error.value).isprintable()
    for refused_too in (store.discard, store.restore, store.purge):
        with pytest.raises(RunError):
            refused_too([id])
    assert contents(home) == before
    assert (home / "trash" / "x").is_dir()


# The trash


def test_a_discarded_run_comes_back_as_it_was(store: Store, home: Path) -> None:
    one, two = keep(store, "one", 1.0), keep(store, "two", 2.0)
    store.refresh()
    runs, before = store.listed(), contents(home / "runs")
    store.discard([one, two, one])
    assert store.listed() == ()
    assert store.discarded() == runs
    assert contents(home / "trash") == before
    store.restore([two, one])
    assert store.listed() == runs
    assert not changed(store)
    assert contents(home / "runs") == before
    assert store.discarded() == ()


def test_no_run_is_discarded_if_one_is_being_trained(store: Store) -> None:
    one, held = keep(store, "one"), keep(store, "held", state="running")
    lock = files.lock(store.path(held))
    with pytest.raises(RunError, match="being trained"):
        store.discard([one, held])
    assert {path.name for path in store.path(one).parent.iterdir()} >= {one, held}
    assert store.discarded() == ()
    lock.release()
    store.discard([one, held])
    assert len(store.discarded()) == 2


def test_what_is_purged_is_gone_and_nothing_else(store: Store) -> None:
    kept, thrown, other = (keep(store, name) for name in ("kept", "thrown", "other"))
    store.discard([thrown, other])
    assert store.purge([thrown]) == 1
    assert [run.id for run in store.discarded()] == [other]
    with pytest.raises(RunError, match="not in the trash"):
        store.restore([thrown])
    assert store.purge() == 1
    assert store.discarded() == ()
    store.refresh()
    assert listed(store) == [kept]


def test_nothing_in_the_trash_or_among_the_runs_is_overwritten(store: Store, home: Path) -> None:
    name = keep(store, "one")
    store.refresh()
    (home / "trash" / name).mkdir(parents=True)
    (home / "trash" / name / "mine").touch()
    before = contents(home)
    with pytest.raises(RunError, match="cannot be moved"):
        store.discard([name])
    with pytest.raises(RunError, match="cannot be moved"):
        store.restore([name])
    assert contents(home) == before
    assert listed(store) == [name]


# Several at a time

BUSY = """
import sys
from pathlib import Path
from typing import Any
from core.runs.record import Label
from core.runs.store import Store
from tests.core.runs.test_store import keep
store = Store(Path(sys.argv[1]))
for number in range(15):
    kept, thrown = (keep(store, f"{what} {sys.argv[2]} {number}") for what in ("kept", "thrown"))
    store.refresh()
    store.relabel(kept, Label(f"renamed {sys.argv[2]} {number}"))
    store.discard([thrown])
    store.listed()
assert store._index._memory is None, "the database was given up"
"""


def test_processes_and_threads_work_side_by_side(store: Store, home: Path) -> None:
    command = [sys.executable, "-c", BUSY, str(home)]
    busy = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in "abc"]
    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(_look, store, busy) for _ in range(2)]
        assert [look.result() for look in looking] == [None, None]
    told = [process.communicate()[1] for process in busy]
    assert [process.returncode for process in busy] == [0, 0, 0], told
    store.refresh()
    names = {f"renamed {name} {number}" for name in "abc" for number in range(15)}
    assert {run.name for run in store.listed()} == names
    assert not changed(store)
    assert Store(home).listed() == store.listed()
    assert store.purge() == 45


def _look(store: Store, busy: list[subprocess.Popen[str]]) -> None:
    while any(process.poll() is None for process in busy):
        store.refresh()
        for run in store.listed():
            assert run.state in ("finished", "interrupted", "damaged")  # between two of the files that `keep` writes


# What it costs


def test_listing_and_finding_load_nothing_heavy(store: Store, home: Path) -> None:
    name = keep(store, "one")
    code = (
        "import sys; from core.runs.store import Store; from core.runs import differences, search\n"
        f"store = Store(); told = store.details(store.find({name!r}).id); search.matching(store.listed(), 'one')\n"
        "differences.differences([told, told])\n"
        "print([name for name in ('tensorflow', 'keras', 'numpy', 'textual', 'rich', 'tui') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
