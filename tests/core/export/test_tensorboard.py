"""A run's event files, read back with TensorFlow's own reader."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.charts import Point
from core.events import EpochEnded, Started
from core.history import History
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.presets import Preset
from core.runs.record import Environment, Label, Run, RunDetails, metrics_of

pytestmark = pytest.mark.keras

BEGUN = 1_700_000_000.5
PRESET = Preset("Mine", Architecture((28, 28, 1), (Flatten(), Dense(10, "softmax"))))
ENVIRONMENT = Environment("0.1", "3.11", "2.21", "3.15", "2.4", "Linux", "CPU")
STARTED = Started("CPU", 7_850, 60_000, 10_000, 469, 128, 0, 2, 0.001, 3.0)
EPOCHS = (
    EpochEnded(1, 2, 469, 0.5, 0.875, 0.25, 0.9375, 0.001, 4.0, True),
    EpochEnded(2, 2, 938, 0.375, 0.90625, 0.3, 0.92, 0.0005, 4.0, False),
)
HISTORY = History(
    loss=(Point(100 / 469, 1.25), Point(1.0, 0.5), Point(2.0, 0.375)),
    accuracy=(Point(100 / 469, 0.25), Point(1.0, 0.875), Point(2.0, 0.90625)),
    val_loss=(Point(1, 0.25), Point(2, 0.3)),
    val_accuracy=(Point(1, 0.9375), Point(2, 0.92)),
    epochs=EPOCHS,
    best=EPOCHS[0],
    started=STARTED,
)


class Scalar(NamedTuple):
    """What an event says."""

    tag: str
    step: int
    value: float
    after: float


def told(history: History) -> RunDetails:
    run = Run("2026-01-01-abcde", Label("Mine"), "Mine", "finished", BEGUN, "CPU", metrics_of(history, 8.0))
    return RunDetails(run, PRESET, history, ENVIRONMENT)


def events(folder: Path) -> list[Any]:
    import tensorflow as tf

    (path,) = folder.iterdir()
    assert "tfevents" in path.name
    return list(tf.compat.v1.train.summary_iterator(str(path)))


def scalars(folder: Path) -> list[Scalar]:
    import tensorflow as tf

    first, *others = events(folder)
    assert first.file_version == "brain.Event:2"
    found = []
    for event in others:
        (value,) = event.summary.value
        assert value.metadata.plugin_data.plugin_name == "scalars"
        assert value.metadata.data_class == 1
        number = tf.make_ndarray(value.tensor)
        assert (number.dtype, number.shape) == ("float32", ())
        found.append(Scalar(value.tag, event.step, float(number), event.wall_time - BEGUN))
    return found


@pytest.fixture(scope="module")
def write() -> Any:
    from core.export.tensorboard import write

    return write


def test_each_number_has_its_name_its_step_and_its_time(write: Any, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    assert write(told(HISTORY), folder) == folder
    assert sorted(path.name for path in folder.iterdir()) == ["train", "validation"]
    assert scalars(folder / "train") == [
        ("batch_loss", 100, 1.25, pytest.approx(800 / 938)),
        ("batch_accuracy", 100, 0.25, pytest.approx(800 / 938)),
        ("epoch_loss", 0, 0.5, 4.0),
        ("epoch_accuracy", 0, 0.875, 4.0),
        ("epoch_learning_rate", 0, pytest.approx(0.001), 4.0),
        ("batch_loss", 469, 0.5, 4.0),
        ("batch_accuracy", 469, 0.875, 4.0),
        ("epoch_loss", 1, 0.375, 8.0),
        ("epoch_accuracy", 1, 0.90625, 8.0),
        ("epoch_learning_rate", 1, pytest.approx(0.0005), 8.0),
        ("batch_loss", 938, 0.375, 8.0),
        ("batch_accuracy", 938, 0.90625, 8.0),
    ]
    assert scalars(folder / "validation") == [
        ("epoch_loss", 0, 0.25, 4.0),
        ("epoch_accuracy", 0, 0.9375, 4.0),
        ("epoch_loss", 1, pytest.approx(0.3), 8.0),
        ("epoch_accuracy", 1, pytest.approx(0.92), 8.0),
    ]


def test_a_run_written_over_another_leaves_nothing_of_it(write: Any, tmp_path: Path) -> None:
    write(told(HISTORY), tmp_path)
    unvalidated = EpochEnded(1, 1, 469, float("nan"), 0.5, None, None, 0.001, 1.0, True)
    write(told(History(epochs=(unvalidated,), started=STARTED)), tmp_path)
    assert [scalar.tag for scalar in scalars(tmp_path / "train")] == [
        "epoch_loss",
        "epoch_accuracy",
        "epoch_learning_rate",
    ]
    assert scalars(tmp_path / "validation") == []


def test_nothing_is_written_through_a_link_or_over_another_unless_that_is_wanted(write: Any, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "train").symlink_to(tmp_path / "elsewhere")
    for force in (False, True):
        with pytest.raises(OSError, match=r"\w"):
            write(told(HISTORY), tmp_path / "logs", force=force)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_run_that_told_nothing_is_written_empty(write: Any, tmp_path: Path) -> None:
    write(told(History()), tmp_path)
    assert scalars(tmp_path / "train") == scalars(tmp_path / "validation") == []
