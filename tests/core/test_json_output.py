"""The plain data of --json: exact keys, exact numbers, strict JSON."""

import json
import math
from pathlib import Path

import pytest

from core import presets
from core.events import Ended, EpochEnded, LearningRateChanged, Preparing, Started, StateChanged
from core.history import History
from core.json_output import preset_reports, summary_report
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten, MaxPooling2D
from core.network.summary import summarize
from core.presets import Preset
from core.runs.event_json import event_report
from core.strict_json import to_json

LENET = presets.load(presets.find("lenet-5"))


def told(preset: Preset) -> dict:
    return json.loads(to_json(summary_report(preset, summarize(preset.architecture))), parse_constant=pytest.fail)


def broken() -> Preset:
    layers = (MaxPooling2D(pool_size=(40, 40)), Flatten(), Dense(10, "softmax"))
    return Preset("Broken", Architecture((28, 28, 1), layers))


def test_summary_has_the_named_keys_and_no_others() -> None:
    report = told(LENET)
    assert list(report) == ["name", "input_shape", "layers", "totals", "problems"]
    assert [set(layer) for layer in report["layers"]] == [
        {
            "index",
            "type",
            "output_shape",
            "weights",
            "biases",
            "statistics",
            "params",
            "trainable",
            "multiply_adds",
        }
    ] * 8
    assert set(report["totals"]) == {
        "weights",
        "biases",
        "statistics",
        "params",
        "trainable",
        "non_trainable",
        "multiply_adds",
        "bytes",
        "activation_bytes",
    }


def test_summary_of_lenet_5_is_the_published_one() -> None:
    report = told(LENET)
    assert report["name"] == "LeNet-5"
    assert report["input_shape"] == [28, 28, 1]
    assert [layer["index"] for layer in report["layers"]] == list(range(1, 9))
    assert [layer["params"] for layer in report["layers"]] == [156, 0, 2416, 0, 0, 48120, 10164, 850]
    assert report["layers"][2] == {
        "index": 3,
        "type": "Conv2D",
        "output_shape": [10, 10, 16],
        "weights": 2400,
        "biases": 16,
        "statistics": 0,
        "params": 2416,
        "trainable": 2416,
        "multiply_adds": 240000,
    }
    assert report["totals"]["params"] == report["totals"]["trainable"] == 61706
    assert report["totals"]["weights"] + report["totals"]["biases"] == 61706
    assert report["totals"]["bytes"] == 4 * 61706
    assert report["problems"] == []


def test_statistics_are_told_apart_from_what_is_trained() -> None:
    totals = told(presets.load(presets.find("mlp-600-100-bn")))["totals"]
    assert (totals["params"], totals["trainable"], totals["non_trainable"]) == (534910, 533510, 1400)
    assert totals["statistics"] == 1400


@pytest.mark.parametrize("path", sorted(presets.SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_totals_are_the_sums_of_the_layers(path: Path) -> None:
    report = told(presets.load(path))
    for key in ("weights", "biases", "statistics", "params", "trainable", "multiply_adds"):
        assert report["totals"][key] == sum(layer[key] for layer in report["layers"])


def test_layers_that_cannot_be_worked_out_have_no_numbers() -> None:
    report = told(broken())
    assert [layer["type"] for layer in report["layers"]] == ["MaxPooling2D", "Flatten", "Dense"]
    for layer in report["layers"]:
        assert {key for key, value in layer.items() if value is None} == set(layer) - {"index", "type"}
    error = report["problems"][0]
    assert set(error) == {"layer", "severity", "code", "message", "fix"}
    assert (error["layer"], error["severity"]) == (1, "error")
    assert isinstance(error["fix"], str)


def test_what_does_not_fit_the_dataset_is_a_warning() -> None:
    wrong_classes = Preset("Five", Architecture((28, 28, 1), (Flatten(), Dense(5, "softmax"))))
    assert [(p["layer"], p["severity"], p["fix"]) for p in told(wrong_classes)["problems"]] == [
        (2, "warning", "set units=10")
    ]
    wrong_input = Preset("Colour", Architecture((32, 32, 3), (Flatten(), Dense(10, "softmax"))))
    assert [(p["layer"], p["severity"], p["fix"]) for p in told(wrong_input)["problems"]] == [(0, "warning", None)]


def test_an_empty_architecture_is_a_problem_of_the_whole() -> None:
    report = told(Preset("Nothing", Architecture((28, 28, 1))))
    assert report["layers"] == []
    assert [(p["layer"], p["code"]) for p in report["problems"]] == [(None, "empty")]


def test_presets_tell_what_trains_here() -> None:
    reports = {report["id"]: report for report in json.loads(to_json(preset_reports()))}
    assert reports["lenet-5"] == {
        "id": "lenet-5",
        "name": "LeNet-5",
        "params": 61706,
        "trainable_here": True,
        "why": None,
    }
    assert reports["alexnet"]["params"] == 62378344
    assert not reports["alexnet"]["trainable_here"]
    assert "227x227x3" in reports["alexnet"]["why"]


def test_an_unreadable_preset_is_listed_with_the_reason(home: Path) -> None:
    folder = home / "presets"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("name = 3\n")
    presets.save(broken(), folder / "broken.toml")
    reports = {report.id: report for report in preset_reports()}
    assert reports["mine"].params is None
    assert "mine.toml: input_shape: is missing" in (reports["mine"].why or "")
    assert (reports["broken"].name, reports["broken"].params, reports["broken"].trainable_here) == (
        "Broken",
        None,
        False,
    )
    assert "lenet-5" in reports


def test_events_of_a_training() -> None:
    started = Started("CPU", 61706, 60000, 10000, 469, 128, 0, 10, 0.001, 2.5)
    epoch = EpochEnded(1, 10, 469, 0.3, 0.9, None, None, 0.001, 2.0, True)
    ended = Ended("stopped", 2, 2.0, 30000.0, 0.2, 0.95, "stopped by you", 0.1, 0.97, 10_000)
    history = History()
    for accuracy, best in ((0.91, True), (0.93, False)):
        told = EpochEnded(len(history.epochs) + 1, 10, 469, 0.3, 0.9, 0.2, accuracy, 0.001, 2.0, best)
        history = history.after(told)
    start = json.loads(to_json(event_report(started, LENET, History())))
    assert start["event"] == "start"
    assert (start["name"], start["device"], start["params"]) == ("LeNet-5", "CPU", 61706)
    assert (start["train_examples"], start["validation_examples"]) == (60000, 10000)
    assert (start["batch_size"], start["epochs"], start["seed"]) == (128, 10, 1)
    assert (start["optimizer"], start["loss"]) == ("adam", "categorical_crossentropy")
    assert json.loads(to_json(event_report(epoch, LENET, History()))) == {
        "event": "epoch",
        "epoch": 1,
        "loss": 0.3,
        "accuracy": 0.9,
        "val_loss": None,
        "val_accuracy": None,
        "seconds": 2.0,
    }
    assert json.loads(to_json(event_report(ended, LENET, history.after(ended)))) == {
        "event": "end",
        "reason": "stopped",
        "epochs": 2,
        "seconds": 2.0,
        "test_loss": 0.2,
        "test_accuracy": 0.95,
        "examples_per_second": 30000.0,
        "best_epoch": 1,
        "accuracy_at_lowest_loss": 0.91,
        "best_val_accuracy": 0.93,
        "best_accuracy_epoch": 2,
        "final_train_loss": 0.1,
        "final_train_accuracy": 0.97,
        "final_train_examples": 10_000,
        "generalization_gap": pytest.approx(0.02),
    }


def test_what_a_log_has_no_use_for_is_left_out() -> None:
    for event in (StateChanged("running"), Preparing("loading"), LearningRateChanged(3, 0.1)):
        assert event_report(event, LENET, History()) is None


def test_json_is_strict_and_ascii() -> None:
    line = to_json({"nan": math.nan, "inf": [math.inf, -math.inf], "text": "\x1b[31m\x9b\u202e\udcff\n", "big": 10**40})
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line, parse_constant=pytest.fail) == {
        "nan": None,
        "inf": [None, None],
        "text": "\x1b[31m\x9b\u202e\udcff\n",
        "big": 10**40,
    }
