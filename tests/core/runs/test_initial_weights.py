"""How the weights of a run were before its first step: kept once, read with those of its checkpoint."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from core.inspection.violin import violin
from core.inspection.violin_pairs import InitialViolin
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.runs import checkpoint_file, initial_weights, transfer
from core.runs.folder import INITIAL_WEIGHTS
from core.runs.record import RunError
from core.runs.store import Store
from core.training.checkpoint import Checkpoint, TrainingState
from tests.core.runs.test_store import keep

LAYERS = Architecture((28, 28), (Flatten(), Dense(2)))
KERNEL, BIAS = np.arange(6.0).reshape(3, 2), np.zeros(2)
INITIAL = (InitialViolin(2, "kernel", 1, violin(KERNEL)), InitialViolin(2, "bias", 2, violin(BIAS)))


@pytest.fixture
def folder(home: Path) -> Path:
    """A run whose variables are a state that is no weight, a kernel and a bias."""
    store = Store(home)
    folder = store.path(keep(store, "one"))
    variables = (np.zeros(2, np.uint32), 2 * KERNEL, BIAS + 1)
    checkpoint_file.write(folder, Checkpoint(TrainingState(10), variables, variables), durably=False)
    return folder


def test_without_them_a_run_is_read_as_before(folder: Path) -> None:
    assert initial_weights.read(folder) is None
    assert initial_weights.pairs(folder, LAYERS, "last") is None


def test_they_are_paired_with_the_weights_of_the_checkpoint(folder: Path) -> None:
    initial_weights.write(folder, INITIAL)
    assert initial_weights.read(folder) == INITIAL
    pairs = initial_weights.pairs(folder, LAYERS, "last")
    assert pairs is not None
    assert [(pair.row, pair.label, pair.name) for pair in pairs] == [(2, "Dense 2", "kernel"), (2, "Dense 2", "bias")]
    assert [pair.both for pair in pairs] == [(violin(KERNEL), violin(2 * KERNEL)), (violin(BIAS), violin(BIAS + 1))]


def test_those_of_the_first_training_stay(folder: Path) -> None:
    initial_weights.write(folder, INITIAL)
    initial_weights.write(folder, INITIAL[:1])
    assert initial_weights.read(folder) == INITIAL


def test_a_run_that_is_sent_elsewhere_takes_them_along(folder: Path, home: Path) -> None:
    initial_weights.write(folder, INITIAL)
    there = Store(home.parent / "there")
    content = transfer.read_files(folder)
    taken = there.take_in("20260101-120000-one-abcde", content)
    assert initial_weights.read(there.path(taken)) == INITIAL


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"weights":[{}]}',
        b'{"weights":[{"row":-1,"name":"kernel","variable":0,"violin":{"count":0}}]}',
        b'{"weights":[{"row":1,"name":"kernel","variable":0,"violin":{"count":1,"step":-1}}]}',
        b'{"weights":[{"row":1,"name":"kernel","variable":0,"violin":{"count":1,"density":[-1]}}]}',
        msgspec.json.encode(
            {"weights": [{"row": 1, "name": "", "variable": 0, "violin": {"count": 1, "density": [0] * 9999}}]}
        ),
    ],
)
def test_what_cannot_be_read_is_said_to_be_damaged(content: bytes, folder: Path) -> None:
    (folder / INITIAL_WEIGHTS).write_bytes(content)
    with pytest.raises(RunError, match=r"initial-weights.json: is damaged"):
        initial_weights.pairs(folder, LAYERS, "last")


@pytest.mark.parametrize(
    "stranger", [InitialViolin(9, "kernel", 1, violin(KERNEL)), InitialViolin(2, "k", 7, violin(BIAS))]
)
def test_those_of_another_network_are_refused(stranger: InitialViolin, folder: Path) -> None:
    initial_weights.write(folder, (stranger,))
    with pytest.raises(RunError, match="is that of another network"):
        initial_weights.pairs(folder, LAYERS, "last")
