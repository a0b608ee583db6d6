"""What is typed into the form of a sweep: a part of a field's name, values, seeds."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core import presets
from core.fields.types import FieldError
from core.runs.record import Label, Metrics, Run
from core.sweeps.addresses import addresses, find_address
from core.sweeps.cluster_address import ClusterAddress, TlsFiles
from core.sweeps.typed import TypedSweep, epoch_seconds, estimated_seconds, read_typed
from core.sweeps.values import parse_values

FFNN = presets.load(presets.find("ffnn-10"))
TYPED = TypedSweep((("learning_rate", "0.1 0.01"), ("", "")), "3", "2", "2")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.1, 0.01", (0.1, 0.01)),
        ("16 32  64", (16, 32, 64)),
        ("relu tanh", ("relu", "tanh")),
        ("true, False", (True, False)),
        ("1e-4 to 1e-1, 4, log", (1e-4, 1e-3, 1e-2, 1e-1)),
        ("1 .. 5, 5", (1, 2, 3, 4, 5)),
        ("0.0 TO 1.0 , 3 , Linear", (0.0, 0.5, 1.0)),
    ],
)
def test_values_are_typed_as_lists_and_ranges(text, values):
    assert parse_values(text) == pytest.approx(values) if isinstance(values[0], float) else parse_values(text) == values


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one value"),
        ("1 1", "twice"),
        ("a to b, 3", "expected a number"),
        ("0 to 1, 3, log", "above 0"),
        ("1 to 2, 999999999", "10000"),
        ("1e99", "below 1e+38"),
    ],
)
def test_values_that_are_none_are_refused(text, why):
    with pytest.raises(FieldError, match=why.replace("+", r"\+")):
        parse_values(text)


@given(st.text(max_size=40))
def test_any_text_gives_values_or_a_reason(text):
    with suppress(FieldError):
        assert parse_values(text)


def test_a_part_of_a_name_is_enough_if_only_one_has_it():
    assert find_address(FFNN, "learning_rate") == "plan.optimizer.learning_rate"
    assert find_address(FFNN, "BATCH") == "plan.batch_size"
    for address in addresses(FFNN):
        assert find_address(FFNN, address) == address


def test_several_that_fit_are_named_and_none_is_met_with_the_nearest():
    with pytest.raises(FieldError, match=r"which one: layers\[.*and \d+ more\?"):
        find_address(FFNN, "layers")
    with pytest.raises(FieldError, match=r"the nearest is plan\.optimizer\.learning_rate"):
        find_address(FFNN, "plan.learning_rat")


def test_a_sweep_is_read_with_its_seeds_epochs_and_processes():
    wanted = read_typed(TYPED, FFNN, "ffnn-10")
    sweep, jobs = wanted.sweep, wanted.jobs
    trials = list(sweep.trials())
    assert len(trials) == sweep.count == 6
    assert {trial.preset.plan.epochs for trial in trials} == {2}
    assert {trial.preset.plan.optimizer.learning_rate for trial in trials} == {0.1, 0.01}
    assert len({trial.seed for trial in trials}) == 3
    assert jobs == 2
    assert read_typed(replace(TYPED, jobs="99"), FFNN, "ffnn-10").jobs == 6, "no more processes than trials"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"repeats": "0"}, "seeds: expected"),
        ({"repeats": "many"}, "seeds: expected"),
        ({"epochs": ""}, "epochs: expected"),
        ({"jobs": "-1"}, "processes: expected"),
        ({"varied": (("learning_rate", "0.1"), ("learning_rate", "0.2"))}, "varied twice"),
        ({"varied": (("plan.seed", "1 2"),)}, "same seeds"),
        ({"varied": (("learning_rate", "fast"),)}, "learning_rate: expected"),
        ({"varied": (("", "0.1"),)}, "type a part"),
        ({"varied": (("batch", "1 to 10000, 10000"),), "repeats": "100"}, "1,000,000 trials"),
        ({"choose": "tpe"}, "how many settings to train: tpe 20"),
        ({"choose": "random 20 30"}, "how many settings to train"),
        ({"choose": "tpe 0"}, "choose: expected"),
        ({"choose": "best 3"}, "choose: 'best' is not one of them"),
        ({"pruner": "mean"}, "prune: 'mean' is not one of them"),
        ({"cluster": "gpu-box"}, "cluster: gpu-box: expected tcp://HOST:PORT"),
        ({"cluster": "tcp://10.0.0.7:8786"}, "cluster: tcp://10.0.0.7:8786: whoever reaches"),
        ({"cluster": "--trust-network"}, "cluster: --trust-network: expected tcp://HOST:PORT"),
        ({"cluster": "tcp://10.0.0.7:8786 --trust"}, "cluster: --trust: expected --trust-network, or --tls-ca"),
        ({"cluster": "tls://10.0.0.7:8786 --tls-ca"}, "cluster: --tls-ca: expected .*each with a file"),
        ({"cluster": "tls://10.0.0.7:8786 --tls-ca 'a b"}, "cluster: .*a quotation mark is missing"),
    ],
)
def test_a_mistake_is_told_with_its_place(change, why):
    with pytest.raises(FieldError, match=why):
        read_typed(replace(TYPED, **change), FFNN, "ffnn-10")


def test_what_cannot_be_trained_is_told_before_it_begins():
    example = presets.load(presets.find("lecture-7x7-stride-1"))
    with pytest.raises(FieldError, match="it cannot be trained: arithmetic only"):
        read_typed(replace(TYPED, varied=(("", ""),)), example, "lecture-7x7-stride-1")


def test_settings_are_chosen_as_it_is_typed():
    typed = replace(TYPED, varied=(("batch", "1 to 1000, 1000"),), choose=" TPE 20 ", pruner="median")
    sweep = read_typed(typed, FFNN, "ffnn-10").sweep
    assert (sweep.choose, sweep.limit, sweep.pruner, sweep.setting_count) == ("tpe", 20, "median", 20)
    assert estimated_seconds(sweep, 2, 3.0) == pytest.approx(20 * 3 * 2 * 3.0 / 2)
    assert read_typed(replace(TYPED, choose="random 1"), FFNN, "ffnn-10").sweep.setting_count == 1
    assert read_typed(replace(TYPED, choose="grid"), FFNN, "ffnn-10").sweep.setting_count == 2


def test_with_nothing_to_vary_there_are_only_seeds():
    sweep = read_typed(replace(TYPED, varied=(("", ""),)), FFNN, "ffnn-10").sweep
    assert sweep.count == 3


def test_the_time_is_that_of_an_epoch_measured_before():
    def run(name: str, params: int, seconds: float) -> Run:
        metrics = Metrics(params=params, epochs=4, seconds=seconds)
        return Run(f"1-{name}-abcde", Label(name), name, "finished", 0.0, metrics=metrics)

    runs = [run("other", 7_960, 1.0), run(FFNN.name, 1, 2.0), run(FFNN.name, 7_960, 8.0), run(FFNN.name, 7_960, 80.0)]
    assert epoch_seconds(FFNN, runs) == 2.0
    assert epoch_seconds(FFNN, runs[:2]) is None
    wanted = read_typed(TYPED, FFNN, "ffnn-10")
    assert estimated_seconds(wanted.sweep, wanted.workers, 2.0) == 6 * 2 * 2.0 / 2


@pytest.mark.parametrize(
    ("text", "cluster", "workers"),
    [
        ("", None, 2),
        ("  ", None, 2),
        ("local:4", ClusterAddress("local:4", processes=4), 4),
        ("local:99", ClusterAddress("local:99", processes=99), 6),
        ("tcp://127.0.0.1:8786", ClusterAddress("tcp://127.0.0.1:8786"), None),
        ("tcp://10.0.0.7:8786 --trust-network", ClusterAddress("tcp://10.0.0.7:8786"), None),
    ],
)
def test_a_cluster_is_typed_with_its_options(text, cluster, workers):
    wanted = read_typed(replace(TYPED, cluster=text), FFNN, "ffnn-10")
    assert (wanted.cluster, wanted.workers) == (cluster, workers)


def test_a_cluster_with_certificates_is_typed_with_their_files(tmp_path):
    files = TlsFiles(*(tmp_path / f"my {name}.pem" for name in ("ca", "cert", "key")))
    for path in (files.ca, files.cert, files.key):
        path.write_text("")
    text = f"tls://gpu:8786 --tls-key '{files.key}' --tls-ca '{files.ca}' --tls-cert '{files.cert}'"
    cluster = read_typed(replace(TYPED, cluster=text), FFNN, "ffnn-10").cluster
    assert cluster == ClusterAddress("tls://gpu:8786", tls=files)
