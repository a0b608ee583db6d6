"""Sweeps from files: what they make, and what they are told about their mistakes."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core import presets
from core.fields.types import FieldError
from core.presets import PresetError
from core.sweeps import sweep_file
from core.sweeps.sweep import MOST_TRIALS
from core.sweeps.values import read_values, show_value

BASE = 'base = "ffnn-10"\n'
RATES = '[[vary]]\nfield = "plan.optimizer.learning_rate"\nvalues = [0.1, 0.01]\n'
SIZES = '[[vary]]\nfield = "plan.batch_size"\nvalues = [32, 64, 128]\n'


def loads(text):
    return sweep_file.loads(text, "mine.toml")


def test_the_published_sweep_is_as_published():
    sweep = sweep_file.load(sweep_file.find("mlp-500-300-l2"))
    trials = list(sweep.trials())
    factors = [trial.preset.architecture.layers[1].kernel_regularizer.l2 for trial in trials[:5]]
    assert factors == pytest.approx([1e-6, 0.00025075, 0.0005005, 0.00075025, 1e-3])
    assert (len(trials), sweep.count, sweep.metric) == (15, 15, "val_accuracy")
    plan = trials[0].preset.plan
    assert (plan.epochs, plan.batch_size, plan.optimizer.learning_rate) == (10, 32, 0.1)


def test_every_setting_has_the_same_seeds_and_the_first_seed_comes_first():
    sweep = loads(BASE + "repeats = 3\n" + RATES + SIZES)
    trials = list(sweep.trials())
    assert [trial.number for trial in trials] == list(range(18))
    assert [trial.seed for trial in trials] == [seed for seed in (1, 2, 3) for _ in range(6)]
    assert [trial.setting for trial in trials] == [*range(6)] * 3
    assert [dict(setting) for setting in sweep.settings[:4]] == [
        {"plan.optimizer.learning_rate": 0.1, "plan.batch_size": 32},
        {"plan.optimizer.learning_rate": 0.1, "plan.batch_size": 64},
        {"plan.optimizer.learning_rate": 0.1, "plan.batch_size": 128},
        {"plan.optimizer.learning_rate": 0.01, "plan.batch_size": 32},
    ]


def test_more_repeats_leave_the_trials_before_as_they_are():
    few, many = (list(loads(f"{BASE}repeats = {count}\n{RATES}").trials()) for count in (2, 5))
    assert many[: len(few)] == few


def test_fields_that_are_tied_have_one_value():
    tied = '[[vary]]\nfields = ["layers[1].units", "plan.batch_size"]\nvalues = [16, 32]\n'
    for trial in loads(BASE + tied).trials():
        assert trial.preset.architecture.layers[1].units == trial.preset.plan.batch_size


def test_presets_are_varied_over_with_the_plan_of_the_sweep():
    sweep = loads(BASE + '[plan]\nepochs = 2\n[[vary]]\nfield = "preset"\nvalues = ["ffnn-10", "lenet-5"]\n' + SIZES)
    trials = list(sweep.trials())[:6]
    assert [trial.preset.name for trial in trials] == ["FFNN 784-10-10"] * 3 + ["LeNet-5"] * 3
    assert {trial.preset.plan.epochs for trial in trials} == {2}
    assert [trial.preset.plan.batch_size for trial in trials] == [32, 64, 128] * 2


def test_a_preset_is_trained_with_several_seeds():
    sweep = sweep_file.load(presets.find("lenet-5"))
    assert [trial.seed for trial in sweep.trials()] == [1, 2, 3]
    assert sweep.settings == ((),)


def test_settings_are_drawn_by_the_seed_and_each_once():
    values = SIZES.replace("[32, 64, 128]", "{ from = 1, to = 500, count = 500 }")
    text = BASE + 'choose = "random"\nlimit = 20\n' + values
    drawn = loads(text).settings
    assert loads(text).settings == drawn
    assert len(set(drawn)) == 20
    assert loads(f"{text}[plan]\nseed = 9\n").settings != drawn


def test_a_huge_space_is_drawn_from_without_making_it():
    wide = "".join(
        f'[[vary]]\nfield = "{field}"\nvalues = {{ from = 1, to = 9000, count = 9000 }}\n'
        for field in ("plan.batch_size", "plan.epochs", "layers[1].units")
    )
    assert loads(BASE + 'choose = "random"\nlimit = 5\n' + wide).count == 15
    with pytest.raises(PresetError, match=r"has 2,187,000,000,000 trials; at most 10,000"):
        loads(BASE + wide)


def test_the_metric_is_what_can_be_measured():
    assert loads(BASE + '[plan]\nvalidation = "none"\n').metric == "test_accuracy"
    assert loads(BASE + 'metric = "test_loss"\n').higher_is_better is False


def test_what_holds_a_field_is_set_before_it():
    text = BASE + RATES + '[[vary]]\nfield = "plan.optimizer"\nvalues = ["SGD", "Adam"]\n'
    optimizers = [trial.preset.plan.optimizer for trial in list(loads(text).trials())[:4]]
    found = [(type(each).__name__, each.learning_rate) for each in optimizers]
    assert found == [("SGD", 0.1), ("Adam", 0.1), ("SGD", 0.01), ("Adam", 0.01)]


def test_a_table_of_the_plan_goes_over_that_of_the_base():
    plan = loads(BASE + "[plan.optimizer]\nlearning_rate = 0.5\n").base.plan
    assert plan.optimizer == replace(presets.load(presets.find("ffnn-10")).plan.optimizer, learning_rate=0.5)


def test_options_apply_before_anything_is_checked(tmp_path):
    (tmp_path / "mine.toml").write_text(
        BASE + 'choose = "random"\n' + SIZES.replace("[32, 64, 128]", "{ from = 1, to = 5000, count = 5000 }")
    )
    with pytest.raises(PresetError, match="limit: is missing"):
        sweep_file.load(tmp_path / "mine.toml")
    assert sweep_file.load(tmp_path / "mine.toml", lambda sweep: replace(sweep, limit=2)).count == 6
    with pytest.raises(PresetError, match=r"plan.epochs: expected a whole number"):
        sweep_file.load(tmp_path / "mine.toml", lambda sweep: replace(sweep, limit=2).with_epochs(10**6))


def test_epochs_can_be_replaced():
    sweep = loads(BASE + '[[vary]]\nfield = "preset"\nvalues = ["ffnn-10", "lenet-5"]\n').with_epochs(7)
    assert {trial.preset.plan.epochs for trial in sweep.trials()} == {7}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('base = "nope"', "base: nope: no such preset or file"),
        ("base = 3", "base: expected text"),
        (BASE + "bse = 1", "bse: a sweep has no such key"),
        (BASE + 'choose = "tpf"', "choose: 'tpf' is not one of them"),
        (BASE + 'choose = "random"', "limit: is missing"),
        (BASE + "repeats = 0", "repeats: expected a whole number from 1"),
        (BASE + "repeats = true", "repeats: expected a whole number"),
        (BASE + "limit = -3", "limit: expected a whole number"),
        (BASE + 'metric = "f1"', "metric: 'f1' is not one of them"),
        (BASE + "plan = 3", "plan: expected a table"),
        (BASE + "[plan]\nepochs = -1", "plan.epochs: expected a whole number"),
        (BASE + "vary = 3", r"vary: expected \[\[vary\]\] tables"),
        (BASE + "[[vary]]\nvalues = [1]", "needs field, or fields"),
        (BASE + '[[vary]]\nfield = "plan.epochs"', "values: is missing"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = []', "expected at least one value"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = [1, 1]', "has '1' twice"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = [[1]]', "cannot vary over"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = [1, "x"]', "plan.epochs: expected a whole number"),
        (BASE + '[[vary]]\nfield = "plan.bach_size"\nvalues = [1]', "the nearest is plan.batch_size"),
        (BASE + '[[vary]]\nfield = "plan.seed"\nvalues = [1, 2]', "set repeats"),
        (BASE + '[[vary]]\nfield = "preset"\nvalues = ["x"]', "preset: x: no such preset"),
        (BASE + RATES + RATES, "is varied twice"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = { from = 1 }', "values.to: is missing"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = { from = 1, to = 2, count = 1 }', "count: expected"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = { from = 1, to = nan, count = 2 }', "to: expected a number"),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = { from = 0, to = 2, count = 2, scale = "log" }', "above 0"),
        (
            BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = { from = 1, to = 2, count = 2, scale = "lg" }',
            "scale: expected linear or log",
        ),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = { frm = 1, to = 2, count = 2 }', "frm: a range has no such"),
        (
            BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = { from = 1, to = 1' + "0" * 400 + ", count = 3 }",
            "to: expected",
        ),
        (BASE + '[[vary]]\nfield = "plan.epochs"\nvalues = [0x1' + "f" * 5000 + "]", "expected numbers below 1e"),
        (BASE + '[[vary]]\nfield = "preset"\nvalues = [3]', "preset: expected text"),
        (BASE + '[[vary]]\nfield = "layers[01].units"\nvalues = [3]', "has no field"),
        (BASE + f'[[vary]]\nfield = "plan.{"x" * 100_000}"\nvalues = [3]', "the nearest is plan."),
        (BASE + "metric = 3", "metric: expected text"),
        (BASE + 'metric = "val_loss"\n[plan]\nvalidation = "none"', "val_loss is not measured without validation"),
        (BASE + "[plan]\nseed = 2147483647", "plan.seed: expected a whole number from 0 to 2147483647"),
        ("repeats = 3", "base: is missing"),
        ("base = ", "not a TOML file: at its end"),
        ('name = "no base"', "input_shape: is missing"),
    ],
)
def test_a_mistake_is_told_in_a_line(text, why):
    with pytest.raises(PresetError, match=why) as refused:
        loads(text)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("mine.toml: ")


def test_a_file_beside_the_sweep_is_its_base(tmp_path):
    lenet = presets.load(presets.find("lenet-5"))
    presets.save(replace(lenet, name="Beside"), tmp_path / "beside.toml")
    (tmp_path / "mine.toml").write_text('base = "beside.toml"\n')
    assert sweep_file.load(tmp_path / "mine.toml").base.name == "Beside"


def test_no_file_is_no_sweep(tmp_path):
    with pytest.raises(PresetError, match="no such preset or file"):
        sweep_file.find("nothing-of-that-name")
    (tmp_path / "fine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PresetError, match="cannot be read"):
        sweep_file.load(tmp_path / "fine.toml")


@given(st.floats(1e-9, 1e9), st.floats(1.001, 1e6), st.integers(2, 200), st.sampled_from(["linear", "log"]))
def test_a_range_has_equal_steps_or_ratios_and_its_ends(first, factor, count, scale):
    last = first * factor
    values = read_values({"from": first, "to": last, "count": count, "scale": scale})
    assert (values[0], values[-1], len(values)) == (first, last, count)
    placed = [log(value) if scale == "log" else value for value in values]
    steps = [after - before for before, after in pairwise(placed)]
    assert steps == pytest.approx([(placed[-1] - placed[0]) / (count - 1)] * (count - 1), rel=1e-6, abs=1e-12)


def test_a_range_between_whole_numbers_has_whole_numbers():
    assert read_values({"from": 1, "to": 1000, "count": 4, "scale": "log"}) == (1, 10, 100, 1000)
    with pytest.raises(FieldError, match=r"there are 3 whole numbers from 1 to 3; write 1.0 for 1"):
        read_values({"from": 1, "to": 3, "count": 9})
    assert read_values({"from": 0.0, "to": 1, "count": 3}) == (0, 0.5, 1)


def test_values_are_shown_short():
    shown = [show_value(value) for value in (True, 3, 0.0031622776, "relu", {"name": "SGD", "momentum": 0.9})]
    assert shown == ["true", "3", "0.003162", "relu", "SGD momentum=0.9"]


def test_as_many_trials_as_allowed_are_made():
    text = BASE + "repeats = 20\n" + SIZES.replace("[32, 64, 128]", "{ from = 1, to = 500, count = 500 }")
    assert loads(text).count == MOST_TRIALS
