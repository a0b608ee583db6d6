"""Hand-ins of real trainings, honest, changed and hostile, marked by training them again."""

import json
import shutil
from collections.abc import Callable, Iterator
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from core.marking import hand_in
from core.marking.assignment import loads
from core.marking.mark import Marker, Marks, hand_ins_in
from core.marking.retrained import NotTrained, Order
from core.marking.retrainer import Retrainer
from core.network.architecture import Architecture
from core.network.layers import Dense, Dropout, Flatten
from core.plan.optimizers import Adam
from core.plan.plan import EarlyStopping, Plan
from core.presets import Preset
from core.runs import tensor_file
from core.runs.folder import CHECKPOINT
from core.runs.recorder import wait_until_written
from core.runs.sessions import new_session, resume_session
from core.runs.store import Store
from tests.core.runs import killing

pytestmark = pytest.mark.keras

LAB = loads(
    """
[[task]]
id = "params"
check = "params == 12730"
[[task]]
id = "trained"
check = "epochs == 3"
points = 2
[[task]]
id = "accuracy"
check = "test_accuracy >= 0.5"
points = 4
[[task]]
id = "why"
check = "answer"
""",
    "lab.toml",
)
SMALL = Architecture((28, 28), (Flatten(), Dense(16, "relu"), Dropout(0.3), Dense(10, "softmax")))
PLAN = Plan(validation=0.9, batch_size=64, epochs=3, optimizer=Adam(learning_rate=0.01))
FINAL = ("test_loss", "test_accuracy", "final_train_loss", "final_train_accuracy")
PLANS = {
    "plain": PLAN,
    "restored": replace(PLAN, epochs=8, early_stopping=EarlyStopping(patience=1, min_delta=0.5)),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A run of each plan."""
    store = Store(tmp_path_factory.mktemp("home"))
    for name, plan in PLANS.items():
        ended = new_session(store, Preset(name, SMALL, plan), lambda _: None).run()
        assert ended.reason == "finished", ended.message
    wait_until_written()
    return store


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    """Trains as many epochs again as there are."""
    marker = Marker(LAB, 10, 120, lambda most: most)
    yield marker
    marker.close()


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that train begin with TensorFlow imported: a test starts several."""
    with killing.server() as context:
        monkeypatch.setattr("core.marking.retrainer.get_context", lambda _: context)


@pytest.fixture
def folder(trained: Store, tmp_path: Path) -> Path:
    """A copy of the plain run, which a test may change."""
    return _copy(trained, "plain", tmp_path)


def _copy(store: Store, name: str, to: Path) -> Path:
    (run,) = [each for each in store.refresh() if each.architecture == name]
    return Path(shutil.copytree(store.path(run.id), to / run.id))


def marks(marker: Marker, folder: Path) -> Marks:
    path = folder.parent / "anna.zip"
    hand_in.write(path, hand_in.manifest("Anna", LAB, {"why": "because"}), {folder.name: folder}, replaces=True)
    return marker.mark(path)


def points(told: Marks) -> list[float]:
    return [task.points for task in told.report.tasks]


def change_json(path: Path, change: Callable[[dict], None]) -> None:
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))


def test_an_honest_one_is_believed_bit_for_bit(marker: Marker, folder: Path) -> None:
    told = marks(marker, folder)
    (verified,) = told.report.verified
    assert (verified.epochs, verified.exact, verified.believed) == (3, True, True)
    assert verified.message == "epochs 1 to 3 trained again: bit for bit, and the final weights are the same"
    assert points(told) == [1, 2, 4, 1]
    assert (told.name, told.problem) == ("Anna", "")


def test_weights_that_early_stopping_restored_are_those_that_are_evaluated(
    marker: Marker, trained: Store, tmp_path: Path
) -> None:
    (verified,) = marks(marker, _copy(trained, "restored", tmp_path)).report.verified
    assert verified.exact, verified.message
    assert verified.epochs >= 2


def test_epochs_that_were_added_are_trained_again_too(marker: Marker, trained: Store, tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    session = new_session(store, Preset("longer", SMALL, replace(PLAN, epochs=1)), lambda _: None)
    assert session.run().reason == "finished"
    wait_until_written()
    (run,) = store.refresh()
    resumed, _ = resume_session(store, run.id, lambda _: None, more=2)
    assert resumed.run().reason == "finished"
    wait_until_written()
    (verified,) = marks(marker, store.path(run.id)).report.verified
    assert (verified.epochs, verified.exact) == (3, True), verified.message


def test_an_accuracy_in_a_file_is_not_believed(marker: Marker, folder: Path) -> None:
    change_json(folder / "run.json", lambda raw: raw["figures"].update(test_accuracy=0.99))
    told = marks(marker, folder)
    assert "its weights give test accuracy" in told.report.verified[0].message
    assert points(told) == [1, 0, 0, 1]
    assert told.report.tasks[2].message.startswith("not believed: ")


def test_a_history_that_was_not_trained_is_not_believed(marker: Marker, folder: Path) -> None:
    def improve(raw: dict) -> None:
        raw["epochs"][1]["val_accuracy"] += 0.05

    change_json(folder / "history.json", improve)
    told = marks(marker, folder)
    assert "epoch 2 gives validation accuracy" in told.report.verified[0].message
    assert points(told) == [1, 0, 0, 1]


def test_no_figure_is_taken_from_the_history(marker: Marker, folder: Path) -> None:
    """Where it was trained on this machine, a little more is too much."""

    def improve(raw: dict) -> None:
        for epoch in raw["epochs"]:
            epoch["val_accuracy"] += 0.009

    change_json(folder / "history.json", improve)
    (verified,) = marks(marker, folder).report.verified
    assert (verified.exact, verified.believed) == (False, False)
    assert "epoch 1 gives validation accuracy" in verified.message


FIGURES = (
    "best_val_accuracy >= 0.999",
    "best_val_accuracy >= 0.5",
    "val_accuracy >= 0.5",
    "epochs >= 3",
    "epochs >= 1",
)


@pytest.mark.usefixtures("forked")
def test_an_epoch_that_is_not_trained_again_gives_no_points(folder: Path) -> None:
    lab = loads("".join(f'[[task]]\nid = "{each}"\ncheck = "{each}"\n' for each in FIGURES), "lab.toml")

    def forge(raw: dict) -> None:
        raw["epochs"][1]["val_accuracy"] = 0.9999

    change_json(folder / "history.json", forge)
    marker = Marker(lab, 1, 120, lambda most: most)
    try:
        told = marks(marker, folder)
    finally:
        marker.close()
    assert told.report.verified[0].believed, told.report.verified[0].message
    assert [task.met for task in told.report.tasks] == [False, True, True, False, True]
    assert told.report.tasks[0].message == "not confirmed: only epoch 1 of 3 was trained again; mark with --epochs 3"
    assert told.report.tasks[0].message == told.report.tasks[3].message


@pytest.mark.usefixtures("forked")
def test_epochs_that_points_depend_on_are_not_left_to_chance(folder: Path) -> None:
    lab = loads('[[task]]\ncheck = "epochs >= 2"\n', "lab.toml")
    marker = Marker(lab, 2, 120, lambda _: 1)
    try:
        (task,) = marks(marker, folder).report.tasks
    finally:
        marker.close()
    assert (task.met, task.got) == (True, 2)


@pytest.mark.usefixtures("forked")
def test_epochs_after_which_there_are_no_weights_are_found(folder: Path) -> None:
    def longer(raw: dict) -> None:
        last = raw["epochs"][-1]
        raw["epochs"].append({**last, "epoch": 4, "step": last["step"] + 94})

    change_json(folder / "history.json", longer)
    marker = Marker(LAB, 1, 120, lambda most: most)
    try:
        (verified,) = marks(marker, folder).report.verified
    finally:
        marker.close()
    assert not verified.believed
    assert "its weights are those of epoch 3, not of its last one, 4" in verified.message


@pytest.mark.parametrize("threads", [10**9, -3, 0])
def test_how_many_threads_there_are_is_not_for_a_hand_in_to_say(marker: Marker, folder: Path, threads: int) -> None:
    change_json(folder / "run.json", lambda raw: raw["environment"].update(threads=threads))
    (verified,) = marks(marker, folder).report.verified
    assert (verified.exact, verified.believed) == (True, True), verified.message


@pytest.mark.usefixtures("forked")
def test_one_process_trains_at_a_time(folder: Path) -> None:
    before, marker = set(active_children()), Marker(LAB, 10, 120, lambda most: most)
    try:
        for threads in (1, 2, 3):
            change_json(folder / "run.json", lambda raw, threads=threads: raw["environment"].update(threads=threads))
            assert marks(marker, folder).report.verified[0].believed
            assert len(set(active_children()) - before) == 1
    finally:
        marker.close()
    assert set(active_children()) <= before


def test_averaged_weights_are_those_that_are_evaluated(marker: Marker, tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    plan = replace(PLAN, optimizer=Adam(learning_rate=0.01, use_ema=True))
    assert new_session(store, Preset("averaged", SMALL, plan), lambda _: None).run().reason == "finished"
    wait_until_written()
    (run,) = store.refresh()
    (verified,) = marks(marker, store.path(run.id)).report.verified
    assert verified.exact, verified.message


def test_other_weights_are_found(marker: Marker, folder: Path) -> None:
    tensors = tensor_file.read(folder / CHECKPOINT)
    spoiled = [np.zeros_like(each) for each in tensors.groups["variables"]]
    tensor_file.write(folder / CHECKPOINT, replace(tensors, groups={**tensors.groups, "variables": spoiled}))
    told = marks(marker, folder)
    assert not told.report.verified[0].believed
    assert points(told) == [1, 0, 0, 1]


def test_weights_of_a_longer_training_are_found(marker: Marker, trained: Store, folder: Path, tmp_path: Path) -> None:
    """The history is honest, the weights are better: from another run of the same network."""
    other = _copy(trained, "restored", tmp_path)
    mine, theirs = (tensor_file.read(each / CHECKPOINT) for each in (folder, other))
    swapped = {**mine.groups, "variables": theirs.groups["variables"]}
    tensor_file.write(folder / CHECKPOINT, replace(mine, groups=swapped))
    change_json(folder / "run.json", lambda raw: raw["figures"].update(dict.fromkeys(FINAL)))
    told = marks(marker, folder)
    assert not told.report.verified[0].believed
    assert "its weights give validation loss" in told.report.verified[0].message
    assert points(told) == [1, 0, 0, 1]


def test_one_that_cannot_be_trained_costs_only_itself(marker: Marker, folder: Path, tmp_path: Path) -> None:
    (folder / CHECKPOINT).write_bytes(b"\0" * 64)
    broken = marks(marker, folder)
    assert broken.report is None
    assert "its runs cannot be read" in broken.problem
    (tmp_path / "noise.zip").write_bytes(b"noise")
    assert marker.mark(tmp_path / "noise.zip").report is None
    assert [path.name for path in hand_ins_in(tmp_path)] == ["anna.zip", "noise.zip"]


def test_a_run_that_two_hand_in_is_told(trained: Store, tmp_path: Path) -> None:
    marker, folder = Marker(LAB, 1, 120, lambda _: 1), _copy(trained, "plain", tmp_path)
    (folder / "history.json").write_text("{")  # it is not trained
    for name in ("anna", "ben"):
        hand_in.write(tmp_path / f"{name}.zip", hand_in.manifest(name, LAB, {}), {folder.name: folder})
    assert marker.mark(tmp_path / "anna.zip").problem.startswith("its runs cannot be read")
    told = marker.mark(tmp_path / "ben.zip").problem
    assert f"its run {folder.name[-5:]} is that of anna.zip" in told


def test_of_another_version_of_the_assignment_it_is_said(marker: Marker, tmp_path: Path) -> None:
    other = loads('[[task]]\nid = "why"\ncheck = "answer"\n', "lab.toml")
    path = tmp_path / "other.zip"
    hand_in.write(path, hand_in.manifest("Bob", other, {"why": "so"}), {})
    told = marker.mark(path)
    assert "another version of the assignment" in told.problem
    assert points(told) == [0, 0, 0, 1]
    assert [task.message for task in told.report.tasks[:3]] == ["no run was handed in"] * 3


@pytest.mark.usefixtures("forked")
def test_what_takes_too_long_is_ended_and_the_next_is_trained(folder: Path) -> None:
    retrainer = Retrainer(1, 0.001)
    try:
        for _ in range(2):
            with pytest.raises(NotTrained, match="not done after"):
                retrainer.train(Order(folder, 3))
    finally:
        retrainer.close()


def test_nothing_of_a_hand_in_leaves_its_folder(marker: Marker, folder: Path) -> None:
    """A run whose name climbs out is refused."""
    path = folder.parent / "anna.zip"
    hand_in.write(path, hand_in.manifest("Anna", LAB, {}), {"..": folder})
    told = marker.mark(path)
    assert told.report is None
    assert "is no id of a run" in told.problem
    assert not (folder.parent / "run.json").exists()
