"""A sweep read back from its folder: the same as it was, or one line about what is wrong with its file."""

import json
import string
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.sweeps import sweep_file
from core.sweeps.record import SweepError, SweepFolder, TrialRecord, find
from core.sweeps.start import folder_for

BOTH = """
base = "ffnn-10"
repeats = 2
metric = "test_accuracy"
[[vary]]
fields = ["layers[1].units", "layers[2].units"]
values = [12, 16]
[[vary]]
field = "plan.optimizer"
values = ["sgd", { name = "adam", learning_rate = 0.01 }]
"""
PRESETS = """
base = "ffnn-10"
choose = "random"
limit = 3
repeats = 4
[[vary]]
field = "preset"
values = ["ffnn-10", "ffnn-500"]
[[vary]]
field = "plan.optimizer.learning_rate"
values = { from = 1e-4, to = 0.1, count = 4, scale = "log" }
"""
RATES = """
base = "ffnn-10"
[[vary]]
field = "plan.optimizer.learning_rate"
values = [0.1, 0.01, 0.001]
"""


def kept(text: str) -> tuple[sweep_file.Sweep, SweepFolder]:
    sweep = sweep_file.loads(text, "mine.toml")
    return sweep, folder_for(sweep, resume=False)


def trained(sweep):
    return [
        (each.number, each.setting, each.values, each.preset.architecture, each.preset.plan) for each in sweep.trials()
    ]


def edit(folder: SweepFolder, **changes) -> None:
    path = folder.path / "sweep.json"
    raw = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({key: value for key, value in raw.items() if value is not ...}))


@pytest.mark.parametrize("text", [BOTH, PRESETS, RATES, 'base = "ffnn-10"\n'])
def test_a_sweep_comes_back_with_the_same_trials(text):
    sweep, folder = kept(text)
    again = folder.sweep()
    assert trained(again) == trained(sweep)
    for name in ("name", "base_id", "vary", "repeats", "choose", "limit", "metric"):
        assert getattr(again, name) == getattr(sweep, name)
    folder.check(again)


def test_more_repeats_are_kept_when_it_is_resumed_and_fewer_do_not_take_them_away():
    sweep, folder = kept(RATES)
    folder_for(replace(sweep, repeats=5, metric="val_loss"), resume=True)
    assert (folder.sweep().repeats, folder.sweep().metric) == (5, "val_loss")
    folder_for(replace(sweep, repeats=2), resume=True)
    assert (folder.sweep().repeats, folder.sweep().metric) == (5, "val_accuracy")


def test_a_folder_of_an_earlier_version_opens_with_the_repeats_that_there_are():
    sweep, folder = kept(RATES)
    edit(folder, repeats=..., metric=..., base_id=...)
    assert folder.sweep().repeats == 1
    for trial in list(sweep.trials())[:4]:
        folder.write(TrialRecord(trial.number, trial.values, trial.seed, "finished"))
    again = folder.sweep()
    assert (again.repeats, again.metric, again.base_id) == (2, "val_accuracy", "")
    folder_for(sweep, resume=True)
    assert folder.sweep().repeats == 3


def test_it_is_found_by_its_key_and_by_its_id():
    _, folder = kept(RATES)
    assert find(folder.key).path == find(f" {folder.key.upper()}").path == find(folder.path.name).path == folder.path
    assert folder.begun == pytest.approx(time.time(), abs=60)
    assert SweepFolder(Path("99999999-999999-mine-aaaaa")).begun is None


@pytest.mark.parametrize("key", ["wrong", "", "../..", "a\nb", "x" * 5000])
def test_a_wrong_key_is_one_line_that_says_what_to_do(key):
    kept(RATES)
    with pytest.raises(SweepError, match="there is no such sweep; `layerlab sweep` prints its key") as error:
        find(key)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"base": 3}, "base: expected a preset as TOML"),
        ({"base": "x" * 2_000_000}, "base: expected a preset as TOML"),
        ({"base": "layers = 3"}, "base: preset: name: is missing"),
        ({"vary": "all"}, "vary: expected a list"),
        ({"vary": [[["plan.epochs"], [1]]] * 101}, "vary: expected a list of at most 100"),
        ({"vary": [["plan.epochs"]]}, "expected addresses and values"),
        ({"vary": [[["plan.epochs"], [1]]] * 2}, "varied twice"),
        ({"vary": [[["plan.epoch"], [1]]]}, "the nearest is plan.epochs"),
        ({"vary": [[["plan.epochs"], ["many"]]]}, "plan.epochs"),
        ({"vary": [[["plan.epochs"], [None]]]}, "cannot vary over None"),
        ({"vary": [[["plan.epochs"], [10**4000]]]}, "expected numbers below"),
        ({"vary": [[["preset"], ["gone"]]]}, "presets: 'gone' is missing"),
        ({"vary": [[["preset"], [[]]]]}, "cannot vary over"),
        ({"presets": []}, "presets: expected presets by their names"),
        ({"presets": {"a": 1}}, "presets.*a.*: expected a preset as TOML"),
        ({"choose": "all"}, "choose: 'all' is not one of them"),
        ({"choose": "random"}, "limit: is missing"),
        ({"limit": -1}, "limit: expected a whole number"),
        ({"repeats": 0}, "repeats: expected a whole number"),
        ({"repeats": 1e9}, "repeats: expected a whole number"),
        ({"repeats": 9999}, "has 29,997 trials"),
        ({"metric": "luck"}, "metric: 'luck' is not one of them"),
        ({"metric": ["val_loss"]}, "metric: expected text"),
        ({"name": "x" * 20_000}, "name: expected a text of at most"),
        ({"name": None}, "name: expected a text"),
        ({"base_id": {}}, "base_id: expected a text"),
        ({"format": 2}, "was written by another LayerLab"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_one_line(changes, why):
    _, folder = kept(RATES)
    edit(folder, **changes)
    with pytest.raises(SweepError, match=why) as error:
        folder.sweep()
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 1000


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\ud800", "[" * 100_000, '{"format": 1}', "1" * 5000])
def test_a_file_that_is_no_sweep_is_refused(text):
    _, folder = kept(RATES)
    (folder.path / "sweep.json").write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(SweepError):
        folder.sweep()


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["preset", "plan.epochs", "layers[0]", "plan.optimizer.learning_rate", "grid", "random", "adam"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(string.ascii_letters, max_size=6), inner),
    max_leaves=8,
)
PAIRS = st.lists(st.tuples(st.lists(ANYTHING, max_size=2), st.lists(ANYTHING, max_size=3)) | ANYTHING, max_size=3)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["name", "base_id", "base", "vary", "presets", "choose", "limit", "repeats", "metric"]),
        ANYTHING | PAIRS,
        min_size=1,
        max_size=3,
    )
)
def test_no_file_crashes(changes):
    _, folder = kept(RATES)
    edit(folder, **changes)
    try:
        sweep = folder.sweep()
    except SweepError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  # most are refused, some are not
    else:
        list(sweep.trials())
