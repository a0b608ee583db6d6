"""Tables of a run's figures, read back with all their digits."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from core.events import EpochEnded
from core.export.formats.csv import history_csv
from core.history import History

numbers = st.floats(0, allow_nan=False, allow_infinity=False)
measured = st.builds(
    EpochEnded,
    epoch=st.integers(1),
    epochs=st.integers(1),
    step=st.integers(1),
    loss=numbers,
    accuracy=numbers,
    val_loss=st.none() | numbers,
    val_accuracy=st.none() | numbers,
    learning_rate=numbers,
    seconds=numbers,
    best=st.booleans(),
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def number(cell: str) -> float | None:
    return float(cell) if cell else None


@given(st.lists(measured).map(tuple))
def test_every_epoch_is_a_row_that_reads_back_as_it_was(epochs: tuple[EpochEnded, ...]) -> None:
    found = rows(history_csv(History(epochs=epochs)))
    assert len(found) == len(epochs)
    for row, epoch in zip(found, epochs, strict=True):
        assert (int(row["epoch"]), int(row["step"])) == (epoch.epoch, epoch.step)
        for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"):
            assert number(row[name]) == getattr(epoch, name)
        assert row["best"] == str(epoch.best)


def test_the_columns_are_named_and_what_was_not_measured_is_empty() -> None:
    epoch = EpochEnded(1, 5, 469, 0.1 + 0.2, 0.5, None, None, 1e-3, 2.5, True)
    assert history_csv(History(epochs=(epoch,))) == (
        "epoch,step,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,best\n"
        "1,469,0.30000000000000004,0.5,,,0.001,2.5,True\n"
    )


def test_a_run_without_an_epoch_is_a_table_without_a_row() -> None:
    assert history_csv(History()).splitlines() == [
        "epoch,step,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,best"
    ]
