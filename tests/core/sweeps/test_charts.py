"""Where the settings of a sweep lie in its chart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.runs.record import Metrics
from core.sweeps import sweep_file
from core.sweeps.charts import MOST_PLACES, scale_of, spread_chart
from core.sweeps.record import TrialRecord
from core.sweeps.results import results

ONE = '[[vary]]\nfield = "plan.optimizer.learning_rate"\nvalues = [0.1, 0.001, 0.01]\n'
UNITS = '[[vary]]\nfield = "layers[1].units"\nvalues = [8, 16, 24, 32, 40, 48, 56]\n'
OPTIMIZERS = '[[vary]]\nfield = "plan.optimizer"\nvalues = ["sgd", { name = "adam", learning_rate = 0.1 }]\n'


def chart_of(text: str, head: str = "", value=lambda trial: 0.9 + trial.seed / 1000):
    sweep = sweep_file.loads(f'base = "ffnn-10"\nrepeats = 4\n{head}\n{text}', "mine.toml")
    records = {}
    for trial in sweep.trials():
        found = value(trial)
        metrics = Metrics(last_val_accuracy=found, last_val_loss=found)
        records[trial.number] = TrialRecord(trial.number, trial.values, trial.seed, "finished", metrics=metrics)
    return spread_chart(sweep, results(sweep, records))


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ((1e-6, 1e-5, 1e-4), "log"),
        ((16, 32, 64), "log"),
        ((1, 3, 10, 32, 100), "log"),
        ((1, 500), "log"),
        ((1, 50), "categories"),
        ((1, 2, 900), "log"),
        ((1, 2, 9), "categories"),
        ((0.0, 0.1, 0.2), "linear"),
        ((1e-6, 2.5075e-4, 5.005e-4, 7.5025e-4, 1e-3), "linear"),
        ((0, 1e-3, 1.0), "categories"),
        ((-1, 10, 1000), "categories"),
        ((1e-37, 1e37), "categories"),
        ((2**60, 2**60 + 1), "categories"),
        ((5,), "categories"),
        ((True, False), "categories"),
        (("relu", "tanh"), "categories"),
        ((1, "many"), "categories"),
        (({"name": "sgd"}, {"name": "adam"}), "categories"),
    ],
)
def test_the_scale_is_that_of_the_values(values, scale):
    assert scale_of(values) == scale
    assert scale_of(values[::-1]) == scale


def test_one_field_lies_on_its_axis_with_a_dot_for_each_seed():
    chart = chart_of(ONE)
    assert chart.x.log
    assert chart.x.labels == ((0.001, "0.001"), (0.01, "0.01"), (0.1, "0.1"))
    assert [each.x for each in chart.spreads] == pytest.approx([0.001, 0.01, 0.1])
    assert all(each.values == pytest.approx((0.901, 0.902, 0.903, 0.904)) for each in chart.spreads)
    assert all(each.ends[0] < each.mean < each.ends[1] for each in chart.spreads)
    assert (chart.x_name, [curve.name for curve in chart.curves]) == ("optimizer.learning_rate", ["mean"])


def test_two_fields_are_one_series_for_each_value_of_the_shorter_one():
    chart = chart_of(UNITS + OPTIMIZERS)
    assert chart.x_name == "layers[1].units"
    assert [curve.name for curve in chart.curves] == ["optimizer = sgd", "optimizer = adam learning_rate=0.1"]
    assert len(chart.spreads) == 14
    assert len({each.x for each in chart.spreads}) == 14, "none hides another"


def test_three_fields_lie_side_by_side_the_best_first():
    chart = chart_of(ONE + UNITS.replace("56", "64") + OPTIMIZERS, value=lambda trial: 0.9 + trial.setting / 1000)
    assert len(chart.spreads) == 42
    means = [each.mean for each in chart.spreads]
    assert means == sorted(means, reverse=True)
    assert chart.x.labels[0] == (0.0, "42")


def test_of_very_many_settings_the_best_are_shown():
    many = f'[[vary]]\nfield = "plan.batch_size"\nvalues = {list(range(10, 90, 2))}\n'
    assert len(chart_of(many + ONE + OPTIMIZERS, "limit = 200").spreads) == MOST_PLACES


def test_what_is_not_varied_is_one_place():
    chart = chart_of("")
    assert len(chart.spreads) == 1
    assert chart.x.labels == ((0.0, "as it is"),)


def test_bars_stay_within_what_is_possible():
    (spread,) = chart_of("", value=lambda trial: 1.0 if trial.seed > 1 else 0.9).spreads
    assert spread.ends[1] == 1.0
    (spread,) = chart_of("", 'metric = "val_loss"', lambda trial: 0.001 if trial.seed > 1 else 9.0).spreads
    assert spread.ends[0] == 0.0


def test_losses_over_a_wide_range_have_a_logarithmic_axis():
    chart = chart_of(ONE, 'metric = "val_loss"', lambda trial: 10.0 ** (2 * trial.setting))
    assert chart.y.log
    assert chart.notes == ("log",)


def test_without_a_finished_trial_there_is_none():
    sweep = sweep_file.loads(f'base = "ffnn-10"\n{ONE}', "mine.toml")
    assert spread_chart(sweep, results(sweep, {})) is None


finite = st.floats(-1e37, 1e37) | st.integers(-(10**37), 10**37)


@given(st.lists(finite, min_size=1, max_size=6, unique_by=float))
def test_every_axis_has_its_values_in_it(values):
    sweep = sweep_file.loads(f'base = "ffnn-10"\n{ONE}', "mine.toml")
    address = sweep.vary[0].addresses[0]
    vary = replace(sweep.vary[0], values=tuple(values))
    sweep = replace(sweep, vary=(vary,), repeats=1)
    records = {
        number: TrialRecord(number, ((address, value),), 1, "finished", metrics=Metrics(last_val_accuracy=0.5))
        for number, value in enumerate(values)
    }
    chart = spread_chart(sweep, results(sweep, records))
    assert all(0 <= chart.x.share(each.x) <= 1 for each in chart.spreads)
