"""What each field of a sweep explains: all where nothing else matters, nothing where it does not, no more than that."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.runs.record import Metrics
from core.sweeps import sweep_file
from core.sweeps.effects import field_effects, has_effects, omega_squared
from core.sweeps.record import TrialRecord
from core.sweeps.results import results

SWEEP = sweep_file.loads(
    """
base = "ffnn-10"
repeats = 1
[[vary]]
field = "plan.optimizer.learning_rate"
values = { from = 1e-4, to = 1e-2, count = 12, scale = "log" }
[[vary]]
field = "layers[1].activation"
values = ["relu", "tanh", "sigmoid"]
[[vary]]
field = "plan.batch_size"
values = [64, 128]
""",
    "mine.toml",
)


def found(value, sweep=SWEEP, kept=lambda _trial: True):
    records = {
        trial.number: TrialRecord(
            trial.number, trial.values, trial.seed, "finished", metrics=Metrics(last_val_accuracy=value(trial))
        )
        for trial in sweep.trials()
        if kept(trial)
    }
    return results(sweep, records, quick=True)


def rate(trial) -> float:
    return trial.preset.plan.optimizer.learning_rate


def test_the_field_that_matters_comes_first():
    effects = field_effects(SWEEP, found(lambda trial: 0.9 + rate(trial) + trial.preset.plan.batch_size / 1e6))
    assert effects[0].field == "optimizer.learning_rate"
    assert effects[0].share > 0.8
    assert effects[1].share == effects[2].share == 0.0, "no more than chance would give them"


def test_many_numbers_are_taken_together_in_ranges_of_about_as_many_settings():
    rates, *_ = field_effects(SWEEP, found(lambda trial: 0.9 + rate(trial)))
    assert len(rates.groups) == 5
    assert sum(group.settings for group in rates.groups) == SWEEP.setting_count
    assert {group.settings for group in rates.groups} <= {12, 18}
    assert rates.groups[0].label == "0.0001 to 0.000152"
    means = [group.mean for group in rates.groups]
    assert means == sorted(means)


def test_values_that_are_no_numbers_keep_their_order_and_mean():
    effects = field_effects(SWEEP, found(lambda trial: 0.8 if "relu" in trial.label else 0.6))
    by_field = {each.field: each for each in effects}
    groups = by_field["layers[1].activation"].groups
    assert [(group.label, group.settings) for group in groups] == [("relu", 24), ("tanh", 24), ("sigmoid", 24)]
    assert [group.mean for group in groups] == pytest.approx([0.8, 0.6, 0.6])
    assert by_field["layers[1].activation"].share == pytest.approx(1.0)


def test_with_few_settings_nothing_is_claimed():
    effects = field_effects(SWEEP, found(lambda _: 0.5, kept=lambda trial: trial.number == 0))
    assert {each.share for each in effects} == {None}
    assert all(len(each.groups) == 1 for each in effects)
    assert all(each.groups == () for each in field_effects(SWEEP, results(SWEEP, {})))


def test_two_fields_have_their_map():
    assert has_effects(SWEEP)
    assert not has_effects(replace(SWEEP, vary=SWEEP.vary[:2]))


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=6), min_size=1, max_size=5))
def test_it_is_a_share_and_the_one_that_the_f_statistic_gives(groups):
    """(k - 1) (F - 1) / ((k - 1) (F - 1) + n), where F is that of an analysis of variance."""
    share = omega_squared(groups)
    count, k = sum(map(len, groups)), len(groups)
    if share is None:
        assert k < 2 or count == k
        return
    assert 0 <= share <= 1
    within = sum(np.var(group) * len(group) for group in groups)
    if within > 1e-6:
        from scipy.stats import f_oneway

        above = (k - 1) * (f_oneway(*groups).statistic - 1)
        assert share == pytest.approx(max(0.0, above / (above + count)), abs=1e-6)
