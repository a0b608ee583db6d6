"""What a run reached: the lowest loss and the best accuracy told apart, and the final weights on the training set."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from core import storage
from core.events import Ended, EpochEnded
from core.history import History
from core.runs import folder as files
from core.runs.history_file import HistoryFile
from core.runs.metrics_text import best_epochs, final_training
from core.runs.record import Metrics, metrics_of
from core.runs.search import matching, ordered
from core.runs.store import Store
from tests.core.runs.test_store import keep

RUN = "run.json"
LOSSES, ACCURACIES = (0.09, 0.06, 0.07, 0.08), (0.9712, 0.9819, 0.9831, 0.9831)


def history(accuracies: tuple[float, ...] = ACCURACIES, losses: tuple[float, ...] = LOSSES) -> History:
    """Epochs whose lowest validation loss is the second's, and whose highest accuracy the third reaches first."""
    told = History()
    for epoch, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), 1):
        best = loss <= min(losses[:epoch])
        told = told.after(EpochEnded(epoch, 4, epoch * 10, loss, 0.97, loss, accuracy, 0.001, 1.0, best))
    return told


def test_the_best_accuracy_is_the_best_not_that_of_the_lowest_loss() -> None:
    come_to = metrics_of(history(), 4.0)
    assert (come_to.best_epoch, come_to.accuracy_at_lowest_loss) == (2, 0.9819)
    assert (come_to.best_accuracy_epoch, come_to.best_val_accuracy) == (3, 0.9831)


def test_of_thousands_of_epochs_the_highest_is_never_lost() -> None:
    told = History()
    for epoch in range(1, 9001):
        accuracy = 0.99 if epoch == 1234 else 0.9 + epoch % 7 / 1000
        told = told.after(EpochEnded(epoch, 9000, epoch, 0.1, 0.9, 0.1, accuracy, 0.001, 1.0, epoch == 1))
    come_to = metrics_of(told, 1.0)
    assert (come_to.best_val_accuracy, come_to.best_accuracy_epoch) == (0.99, 1234)


@pytest.mark.parametrize(
    ("come_to", "said"),
    [
        (Metrics(), ""),
        (Metrics(best_epoch=3), "lowest training loss: epoch 3"),
        (
            metrics_of(history(), 1.0),
            "lowest validation loss: epoch 2 (98.19%); best validation accuracy: 98.31% in epoch 3",
        ),
        (
            metrics_of(history((0.5, 0.6, 0.5, 0.5)), 1.0),
            "lowest validation loss and best validation accuracy: epoch 2 (60.00%)",
        ),
        (Metrics(best_epoch=1200, accuracy_at_lowest_loss=0.5), "lowest validation loss: epoch 1,200 (50.00%)"),
    ],
)
def test_in_words(come_to: Metrics, said: str) -> None:
    assert best_epochs(come_to) == said


def test_the_final_weights_in_words() -> None:
    ended = Ended("finished", 4, 4.0, 9e4, 0.06, 0.983, "", 0.01, 0.9971, 10_000)
    come_to = metrics_of(history().after(ended), 4.0)
    assert final_training(come_to) == ("final training accuracy 99.71% on 10,000 examples, generalization gap 1.41 pp")
    assert final_training(Metrics(test_accuracy=0.9)) == ""
    assert Metrics(test_accuracy=0.9).generalization_gap is None


# Runs of earlier versions


def dated(folder: Path, come_to: Metrics) -> None:
    """Rewrite run.json as LayerLab 0.1 left it: without the fields that it did not know."""
    known = Metrics.__struct_fields__[: Metrics.__struct_fields__.index("accuracy_at_lowest_loss")]
    was = {name: getattr(come_to, name) for name in known} | {"best_val_accuracy": come_to.accuracy_at_lowest_loss}
    header = msgspec.json.decode((folder / RUN).read_bytes())
    storage.write_atomically(folder / RUN, msgspec.json.encode(header | {"figures": was}))


@pytest.fixture
def old(home: Path) -> Store:
    """A store with one run of LayerLab 0.1 in it."""
    store = Store(home)
    folder = store.path(keep(store, "small"))
    files.write_history(folder, HistoryFile().encode(history()))
    dated(folder, metrics_of(history(), 4.0))
    return store


def test_a_run_of_an_earlier_version_is_told_anew_from_its_history(old: Store) -> None:
    for (run,) in (old.refresh(), old.listed(), (old.details(old.listed()[0].id).run,)):
        assert (run.metrics.best_val_accuracy, run.metrics.best_accuracy_epoch) == (0.9831, 3)
        assert (run.metrics.accuracy_at_lowest_loss, run.metrics.best_epoch) == (0.9819, 2)
        assert run.metrics.final_train_accuracy is None


def test_where_its_history_is_lost_the_best_accuracy_is_unknown_not_wrong(old: Store) -> None:
    (run,) = old.refresh()
    (old.path(run.id) / "history.json").write_text("{")
    (run,) = old.refresh()
    assert run.readable
    assert run.metrics.best_val_accuracy is None
    assert run.metrics.accuracy_at_lowest_loss == 0.9819


# Runs in order of the gap, and filtered by it


def test_runs_are_found_and_put_in_order_by_their_gap(old: Store) -> None:
    (run,) = old.refresh()
    gaps = {"a": (0.999, 0.98), "b": (0.99, 0.985), "c": (0.97, 0.975), "d": (None, 0.9), "e": (0.5, None)}
    runs = [
        replace(run, id=name, metrics=Metrics(final_train_accuracy=train, test_accuracy=test))
        for name, (train, test) in gaps.items()
    ]

    def ids(query: str) -> str:
        return "".join(each.id for each in matching(runs, query))

    assert "".join(each.id for each in ordered(runs, "gap", descending=True)) == "abcde"
    assert ids("gap>0.01") == ids("gap>1%") == ids("gap>1pp") == ids("gap>1") == "a"
    assert ids("gap<0") == "c"
    assert ids("gap>-0.01") == ids("gap>-1pp") == "abc"
    assert ids("train>99%") == "a"
    assert ids("test>2pp") == "", "points are for differences"
