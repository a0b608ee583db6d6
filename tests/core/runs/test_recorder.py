"""Real trainings that are kept: what is on disk, and how they go on from it."""

import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from core import storage
from core.events import Ended, EpochEnded, Event, Progress, RunNotSaved, RunSaved, Started, StateChanged
from core.history import History
from core.inspection.violin import violin
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Dense, Dropout, Flatten
from core.plan.optimizers import SGD, Adam
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import Cosine
from core.presets import Preset
from core.runs import checkpoint_file, initial_weights
from core.runs import folder as files
from core.runs.record import Metrics, RunError
from core.runs.recorder import wait_until_written
from core.runs.sessions import new_session, resume_session
from core.runs.store import Store
from core.training import epoch_loop
from core.training.checkpoint import Checkpoint
from core.training.session import Session
from tests.core.runs import killing

pytestmark = pytest.mark.keras

NOISY = Architecture((28, 28), (Flatten(), Dense(16, "relu"), BatchNormalization(), Dropout(0.5), Dense(10, "softmax")))
PLAN = Plan(validation=0.9, batch_size=64, epochs=4, optimizer=Adam(learning_rate=0.01), schedule=Cosine())
"""6,000 examples to train on: 93 full batches and one of 48."""
PRESET = Preset("noisy", NOISY, PLAN)

Do = Callable[[Session], None]


class Told:
    """Hears a session, and acts once when something is told."""

    def __init__(self, when: Callable[[Event], bool] = lambda _: False, do: Do = Session.stop) -> None:
        self.events: list[Event] = []
        self.session: Session | None = None
        self._when, self._do = when, do

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if self.session and self._when(event):
            self._when = lambda _: False
            self._do(self.session)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def id(self) -> str:
        return str(self.of(RunSaved)[0].run)

    @property
    def history(self) -> History:
        history = History()
        for event in self.events:
            history = history.after(event)
        return history


@pytest.fixture
def store(home: Path) -> Store:
    return Store()


def train(store: Store, preset: Preset, told: Callable[[Event], None]) -> Session:
    session = new_session(store, preset, told)
    if isinstance(told, Told):
        told.session = session
    session.run()
    wait_until_written()
    if isinstance(told, Told):
        told.session = None
    return session


def go_on(store: Store, told: Told, id: str, *, more: int = 0) -> Session:
    session, _ = resume_session(store, id, told, more=more)
    told.session = session
    session.run()
    wait_until_written()
    told.session = None
    return session


def train_into_a_full_disk(store: Store, told: Told) -> Session:
    """From the second epoch on no file can have more than 4 KB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 2:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        told(event)

    try:
        return train(store, PRESET, listen)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def at(epoch: int, step: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Progress) and event.epoch == epoch and event.epoch_step >= step


def test_a_run_is_kept_with_all_that_belongs_to_it(store: Store) -> None:
    told = Told()
    session = train(store, PRESET, told)
    store.rebuild()
    (run,) = store.listed()
    assert (run.id, run.name, run.architecture, run.state) == (told.id, "noisy", "noisy", "finished")
    whole = store.details(run.id)
    assert whole.preset == PRESET
    assert whole.history == told.history
    ended = told.of(Ended)[0]
    assert run.metrics.test_accuracy == ended.test_accuracy
    assert run.metrics.seconds == ended.seconds
    assert run.metrics.epochs == run.metrics.planned == 4
    assert run.metrics.params == session.model.count_params()
    assert told.history.best
    assert run.metrics.best_val_accuracy == told.history.best.val_accuracy
    assert whole.environment.device == run.device == "cpu"
    last = checkpoint_file.weights(store.path(run.id), "last")
    assert all(map(np.array_equal, last, (variable.numpy() for variable in session.model.variables)))


def test_how_its_weights_were_before_training_stays_with_it(store: Store) -> None:
    from core.keras_runtime import keras_model

    told = Told(at(2, 50))
    train(store, PRESET, told)
    folder = store.path(told.id)
    initial = initial_weights.read(folder)
    assert initial is not None
    model = keras_model.build(NOISY, PLAN.seed)
    assert [one.violin for one in initial] == [violin(weight.numpy()) for weight in model.weights]
    assert [(one.row, one.name) for one in initial[:3]] == [(2, "kernel"), (2, "bias"), (3, "gamma")]
    session = go_on(store, Told(), told.id)
    assert initial_weights.read(folder) == initial
    pairs = initial_weights.pairs(folder, NOISY, "last")
    assert pairs is not None
    assert [pair.after for pair in pairs] == [violin(weight.numpy()) for weight in session.model.weights]
    (folder / files.INITIAL_WEIGHTS).unlink()  # as in a run of an earlier version
    go_on(store, Told(), told.id, more=1)
    assert initial_weights.read(folder) == initial


def test_a_training_that_first_came_to_nothing_has_them_too(store: Store) -> None:
    told = Told(lambda event: isinstance(event, Started))
    session = train(store, PRESET, told)
    told.session = None
    session.run()
    wait_until_written()
    assert initial_weights.read(store.path(told.of(RunSaved)[-1].run))


def test_its_keras_files_hold_the_best_and_the_last_weights(store: Store) -> None:
    import keras

    def spoil(session: Session) -> None:
        session.scale_learning_rate(3000.0)

    told = Told(lambda event: isinstance(event, EpochEnded) and event.epoch == 2, spoil)
    train(store, PRESET, told)
    assert told.history.best
    assert told.history.best.epoch == 2
    folder = store.path(told.id)
    images = np.random.default_rng(0).random((8, 28, 28), np.float32)
    outputs = {}
    for which in ("best", "last"):
        model = keras.saving.load_model(folder / f"{which}.keras")
        weights = checkpoint_file.weights(folder, which)
        floats = [value for value, own in zip(weights, model.variables, strict=True) if own.dtype == "float32"]
        assert all(map(np.array_equal, model.get_weights(), floats)), which
        outputs[which] = model.predict(images, verbose=0)
        assert model.optimizer.iterations == (4 * 94 if which == "last" else 0)
    assert not np.array_equal(outputs["best"], outputs["last"])


@pytest.mark.parametrize(
    ("plan", "moment"),
    [
        (PLAN, (2, 50)),
        (replace(PLAN, early_stopping=EarlyStopping(patience=2, min_delta=0.02)), (3, 94)),
        (replace(PLAN, optimizer=SGD(learning_rate=0.1, momentum=0.9, use_ema=True, ema_momentum=0.9)), (1, 20)),
    ],
    ids=["plain", "early stopping", "averaged weights"],
)
def test_stopped_anywhere_and_gone_on_with_it_ends_the_same(
    store: Store, home: Path, plan: Plan, moment: tuple[int, int]
) -> None:
    preset = Preset("stopped", NOISY, plan)
    whole, told, again = Told(), Told(at(*moment)), Told()
    train(store, preset, whole)
    train(store, preset, told)
    assert store.details(told.id).run.state == "stopped"
    go_on(store, again, told.id)
    assert again.of(RunSaved)[0].run == told.id
    assert killing.same(killing.ending(home, whole.id), killing.ending(home, told.id))
    assert not list(store.path(told.id).glob(".*"))


def test_more_epochs_go_on_where_the_run_ended(store: Store, home: Path) -> None:
    plan = replace(PLAN, schedule=Plan().schedule)
    whole, told, more = Told(), Told(), Told()
    train(store, Preset("six", NOISY, replace(plan, epochs=6)), whole)
    train(store, Preset("four", NOISY, plan), told)
    with pytest.raises(RunError, match="how many"):
        resume_session(store, told.id, more)
    go_on(store, more, told.id, more=2)
    assert [event.epoch for event in more.of(EpochEnded)] == [5, 6]
    assert killing.same(killing.ending(home, whole.id), killing.ending(home, told.id))
    assert store.details(told.id).run.metrics.planned == 6


def test_a_session_that_goes_on_by_itself_stays_one_run(store: Store) -> None:
    told = Told()
    session = train(store, PRESET, told)
    session.extend(2)
    session.run()
    wait_until_written()
    store.refresh()
    (run,) = store.listed()
    assert (run.state, run.metrics.epochs) == ("finished", 6)
    assert store.details(run.id).history == told.history


def test_the_history_that_goes_on_has_no_gap_and_nothing_twice(store: Store) -> None:
    told, again = Told(at(2, 30)), Told()
    train(store, PRESET, told)
    go_on(store, again, told.id)
    history = store.details(told.id).history
    steps = [point.x for point in history.loss]
    assert steps == sorted(set(steps))
    assert [event.epoch for event in history.epochs] == [1, 2, 3, 4]
    assert history.ended == again.of(Ended)[0]


def test_checkpoints_are_taken_in_the_midst_of_long_epochs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epoch_loop, "SAVE_EVERY", 0.0)
    checkpoints: list[Checkpoint] = []
    session = Session(NOISY, replace(PLAN, epochs=1), Told(), checkpoints.append)
    session.run()
    within = [one.state for one in checkpoints if one.state.begun]
    assert within
    assert all(0 < standing.epoch_step <= 94 for standing in within)


def test_nothing_is_left_of_a_run_in_which_nothing_was_trained(store: Store, home: Path) -> None:
    told = Told(lambda event: isinstance(event, Started))
    train(store, PRESET, told)
    store.refresh()
    assert not store.listed()
    assert not [path for path in (home / "runs").iterdir() if path.is_dir()]


def test_a_run_that_diverged_can_be_gone_on_with_from_before(store: Store) -> None:
    from math import nan

    def break_it(session: Session) -> None:
        for variable in session.model.trainable_variables:
            variable.assign(variable * nan)

    told = Told(lambda event: isinstance(event, EpochEnded) and event.epoch == 2, break_it)
    # Told before it is kept: the weights of epoch 2 are broken when the checkpoint is taken, so those of 1 count.
    train(store, PRESET, told)
    run = store.details(told.id).run
    assert run.state == "failed"
    assert "NaN" in run.message


def test_two_trainings_at_once_are_two_runs(store: Store, home: Path) -> None:
    first, second = Told(), Told()
    threads = [Thread(target=train, args=(store, PRESET, told)) for told in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.id != second.id
    assert killing.same(killing.ending(home, first.id), killing.ending(home, second.id))


def test_a_run_that_is_trained_cannot_be_gone_on_with_or_discarded(store: Store) -> None:
    refused: list[str] = []

    def try_it(session: Session) -> None:
        for attempt in (lambda: resume_session(store, told.id, Told()), lambda: store.discard([told.id])):
            with pytest.raises(RunError) as error:
                attempt()
            refused.append(str(error.value))

    told = Told(at(1, 1), try_it)
    train(store, PRESET, told)
    assert all("being trained" in why for why in refused)
    assert len(refused) == 2
    assert store.details(told.id).run.state == "finished"


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of files")
def test_where_nothing_can_be_written_any_more_training_goes_on(store: Store) -> None:
    told = Told()
    train_into_a_full_disk(store, told)
    assert told.of(Ended)[0].reason == "finished"
    assert told.of(Ended)[0].epochs == 4
    (said,) = told.of(RunNotSaved)
    assert "up to epoch 1" in said.message
    assert "training continues" in said.message
    store.rebuild()
    (run,) = store.listed()
    assert (run.state, run.metrics.epochs) == ("interrupted", 1)
    again = Told()
    go_on(store, again, told.id)
    assert store.details(told.id).run.state == "finished"
    assert [event.state for event in again.of(StateChanged)][-1] == "idle"


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of files")
def test_once_there_is_room_again_the_next_training_is_kept_with_all_before(store: Store) -> None:
    told = Told()
    session = train_into_a_full_disk(store, told)
    session.extend(1)
    session.run()
    wait_until_written()
    assert len(told.of(RunNotSaved)) == 1
    (run,) = store.refresh()
    assert (run.state, run.metrics.epochs) == ("finished", 5)
    assert [epoch.epoch for epoch in store.details(run.id).history.epochs] == [1, 2, 3, 4, 5]


def test_a_run_that_somebody_is_about_to_train_is_refused_at_once(store: Store) -> None:
    told = Told(lambda event: isinstance(event, EpochEnded) and event.epoch == 1)
    train(store, PRESET, told)
    first, _ = resume_session(store, told.id, Told())
    with pytest.raises(RunError, match="already being trained"):
        resume_session(store, told.id, Told())
    del first  # nobody wants to train it any more
    second, _ = resume_session(store, told.id, Told())
    second.stop()
    second.run()
    assert resume_session(store, told.id, Told())


def test_a_run_without_its_checkpoint_is_damaged(store: Store) -> None:
    told = Told(at(2, 1))
    train(store, PRESET, told)
    (store.path(told.id) / files.CHECKPOINT).unlink()
    with pytest.raises(RunError, match="is missing"):
        resume_session(store, told.id, Told(), more=1)
    assert [run.state for run in store.refresh()] == ["damaged"]


def test_what_was_asked_for_is_kept_before_the_next_step(store: Store) -> None:
    told, more, again = Told(), Told(at(5, 1), lambda session: session.stop(evaluate=False)), Told()
    train(store, PRESET, told)
    go_on(store, more, told.id, more=3)
    assert checkpoint_file.read(store.path(told.id)).state.epochs == 7
    go_on(store, again, told.id)
    assert store.details(told.id).run.metrics.epochs == 7


def test_a_run_in_the_trash_stays_whole_when_its_training_goes_on(store: Store) -> None:
    told = Told()
    session = train(store, PRESET, told)
    store.discard([told.id])
    session.extend(1)
    assert session.run().epochs == 5
    assert not told.of(RunNotSaved)
    wait_until_written()
    (new,) = store.refresh()
    assert (new.id, new.metrics.epochs) == (told.of(RunSaved)[1].run, 5)
    store.restore([told.id])
    assert store.details(told.id).run.metrics.epochs == 4


def test_a_kept_run_that_is_stopped_before_its_first_step_stays(store: Store) -> None:
    told, again = Told(at(2, 1)), Told(lambda event: isinstance(event, Started))
    train(store, PRESET, told)
    folder = store.path(told.id)
    (folder / files.CHECKPOINT).unlink()
    files.write_header(folder, replace(files.read_header(folder), state="stopped", metrics=Metrics()))
    go_on(store, again, told.id)
    assert store.details(told.id).run.state == "stopped"


def test_what_another_process_has_trained_meanwhile_is_not_overwritten(store: Store) -> None:
    told, elsewhere = Told(), Told()
    session = train(store, PRESET, told)
    go_on(store, elsewhere, told.id, more=3)
    session.extend(1)
    session.run()
    assert store.details(told.id).run.metrics.epochs == 7
    wait_until_written()
    new = store.details(told.of(RunSaved)[1].run)
    assert (new.run.id != told.id, new.run.metrics.epochs) == (True, 5)
    assert [epoch.epoch for epoch in new.history.epochs] == [1, 2, 3, 4, 5]


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


def moved_away(folder: Path) -> None:
    folder.rename(folder.parent.parent / folder.name)


def replaced_by_another(folder: Path) -> None:
    moved_away(folder)
    folder.mkdir()


def replaced_by_a_link(folder: Path) -> None:
    moved_away(folder)
    folder.symlink_to(folder.parent.parent / folder.name)


def runs_replaced_by_a_file(folder: Path) -> None:
    folder.parent.rename(folder.parent.parent / "elsewhere")
    folder.parent.write_bytes(b"")


def without_its_preset(folder: Path) -> None:
    (folder / files.PRESET).unlink()


def with_a_pipe_for_its_label(folder: Path) -> None:
    (folder / files.LABEL).unlink()
    os.mkfifo(folder / files.LABEL)


@pytest.mark.skipif(sys.platform == "win32", reason="an open file holds its folder")
@pytest.mark.parametrize(
    "break_it",
    [
        gone,
        moved_away,
        replaced_by_another,
        replaced_by_a_link,
        runs_replaced_by_a_file,
        without_its_preset,
        with_a_pipe_for_its_label,
    ],
)
def test_a_run_is_called_kept_only_if_it_can_be_read_back(store: Store, break_it: Callable[[Path], None]) -> None:
    left: list[set[str]] = []

    def act(_: Session) -> None:
        break_it(store.path(told.id))
        left.append(names_below(store))

    told = Told(lambda event: isinstance(event, EpochEnded) and event.epoch == 2, act)
    train(store, replace(PRESET, plan=replace(PLAN, epochs=3)), told)
    (said,) = told.of(RunNotSaved)
    assert "this run is not being saved: " in said.message
    assert said.message.isprintable()
    assert told.of(Ended)[0].reason == "finished"
    order = [type(event) for event in told.events]
    assert order.index(RunNotSaved) < order.index(Ended)  # whoever tells of the end knows by then
    if break_it not in (without_its_preset, with_a_pipe_for_its_label):
        assert names_below(store) == left[0]  # nothing was made where the run had been
    assert not any(run.readable for run in store.refresh())


def names_below(store: Store) -> set[str]:
    home = storage.home()
    below = {path.relative_to(home) for path in home.rglob("*") if not path.name.startswith("index-")}
    return {path.as_posix() for path in below if path.parts[0] != "cache"}  # where a slow machine keeps its durations


@pytest.mark.skipif(sys.platform == "win32", reason="an open file holds its folder")
def test_a_run_whose_folder_went_is_a_new_one_when_its_training_goes_on(store: Store) -> None:
    told = Told(lambda event: isinstance(event, EpochEnded) and event.epoch == 1, lambda _: gone(store.path(told.id)))
    session = train(store, replace(PRESET, plan=replace(PLAN, epochs=2)), told)
    session.extend(1)
    session.run()
    wait_until_written()
    (run,) = store.refresh()
    assert run.id == told.of(RunSaved)[1].run
    assert store.details(run.id).history.epochs[-1].epoch == 3
