"""The means of a grid of two fields, by their values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.runs.record import Metrics
from core.sweeps import sweep_file
from core.sweeps.means import is_grid, mean_table
from core.sweeps.record import TrialRecord
from core.sweeps.results import results

GRID = sweep_file.loads(
    'base = "ffnn-10"\nrepeats = 1\n[[vary]]\nfield = "plan.batch_size"\nvalues = [32, 64]\n'
    '[[vary]]\nfield = "layers[1].units"\nvalues = [10, 12, 14]\n',
    "mine.toml",
)


def table(accuracies, sweep=GRID):
    """The table of ``sweep`` whose trials came to ``accuracies``; None for one that has not finished."""
    records = {
        trial.number: TrialRecord(
            trial.number, trial.values, trial.seed, "finished", metrics=Metrics(last_val_accuracy=accuracy)
        )
        for trial, accuracy in zip(sweep.trials(), accuracies, strict=True)
        if accuracy is not None
    }
    return mean_table(sweep, results(sweep, records))


def test_the_longer_field_goes_down_and_shades_go_by_rank():
    found = table([0.1, 0.97, 0.96, 0.96, None, 0.98])
    assert (found.row_field, found.column_field) == ("layers[1].units", "batch_size")
    assert (found.rows, found.columns) == (("10", "12", "14"), ("32", "64"))
    assert found.means == ((0.1, 0.96), (0.97, None), (0.96, 0.98))
    assert found.best == (2, 1)
    assert found.shades == ((0.0, pytest.approx(1 / 3)), (pytest.approx(2 / 3), 0.0), (pytest.approx(1 / 3), 1.0))


def test_before_the_first_trial_has_finished_all_is_missing():
    found = table([None] * 6)
    assert found.means == ((None, None),) * 3
    assert found.shades == ((0.0, 0.0),) * 3
    assert found.best is None


def test_only_a_grid_of_two_fields_is_one():
    assert is_grid(GRID)
    assert not is_grid(replace(GRID, vary=GRID.vary[:1]))
    assert not is_grid(replace(GRID, choose="random", limit=3))


@given(st.lists(st.none() | st.floats(0, 1), min_size=6, max_size=6))
def test_a_better_mean_never_has_a_weaker_shade(accuracies):
    found = table(accuracies)
    known = [
        pair
        for means, shades in zip(found.means, found.shades, strict=True)
        for pair in zip(means, shades, strict=True)
        if pair[0] is not None
    ]
    assert [shade for _, shade in sorted(known)] == sorted(shade for _, shade in known)
    assert all(0 <= shade <= 1 for _, shade in known)
