"""What programs are told of runs: every figure under its own name, and nothing where nothing is known."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.events import RunNotSaved, RunSaved, StateChanged
from core.fields.struct import fields_of
from core.plan.plan import Plan
from core.runs.json_output import comparison_report, run_details_report, run_report, run_saved_report
from core.runs.record import Label, Metrics, Run
from core.runs.store import Store
from core.strict_json import to_json
from tests.benchmarks.many_runs import fill

RUN = Run(
    "20260101-101500-lenet-5-k3x9a",
    Label("Mine", "a note", ("one", "two")),
    "LeNet-5",
    "stopped",
    1_767_262_500.0,
    "cpu",
    Metrics(61_706, 3, 10, 42.5, 2, 0.98, 0.97, 0.11, 0.09, 0.975, 0.1, 0.96, 3, 0.995, 0.02, 10_000),
)


def as_json(report: object) -> dict:
    return json.loads(to_json(report), parse_constant=pytest.fail)


@pytest.fixture
def store(home: Path) -> Store:
    fill(home, 3)
    store = Store(home)
    store.refresh()
    return store


def test_a_run_with_all_its_figures() -> None:
    assert as_json(run_report(RUN)) == {
        "id": "20260101-101500-lenet-5-k3x9a",
        "key": "k3x9a",
        "name": "Mine",
        "architecture": "LeNet-5",
        "state": "stopped",
        "begun": 1_767_262_500.0,
        "device": "cpu",
        "note": "a note",
        "tags": ["one", "two"],
        "message": "",
        "params": 61_706,
        "epochs": 3,
        "planned": 10,
        "seconds": 42.5,
        "best_epoch": 2,
        "best_val_accuracy": 0.98,
        "last_val_accuracy": 0.97,
        "last_val_loss": 0.11,
        "last_loss": 0.09,
        "test_accuracy": 0.975,
        "test_loss": 0.1,
        "accuracy_at_lowest_loss": 0.96,
        "best_accuracy_epoch": 3,
        "final_train_accuracy": 0.995,
        "final_train_loss": 0.02,
        "final_train_examples": 10_000,
        "generalization_gap": pytest.approx(0.02),
    }


def test_a_run_without_an_epoch_has_no_best_one() -> None:
    report = run_report(replace(RUN, metrics=Metrics()))
    assert (report.best_epoch, report.best_accuracy_epoch) == (None, None)


def test_a_loss_that_is_no_number_is_none() -> None:
    assert as_json(run_report(replace(RUN, metrics=Metrics(last_loss=float("nan")))))["last_loss"] is None


def test_of_a_damaged_run_only_the_reason_is_known() -> None:
    damaged = Run("folder", Label("folder"), "", "damaged", 0.0, message="run.json: is missing")
    told = {name: value for name, value in as_json(run_report(damaged)).items() if value is not None}
    assert told == {
        "id": "folder",
        "key": "folder",
        "name": "folder",
        "state": "damaged",
        "note": "",
        "tags": [],
        "message": "run.json: is missing",
    }


def test_all_of_a_run(store: Store) -> None:
    run = store.find("00002")
    told, folder = store.details(run.id), store.path(run.id)
    report = as_json(run_details_report(told, folder))
    assert report["run"] == as_json(run_report(run))
    assert report["folder"] == str(folder)
    assert report["environment"]["keras"] == "3.15.0"
    assert report["summary"]["totals"]["params"] == run.metrics.params == 61_706
    assert [layer["type"] for layer in report["preset"]["layers"]] == [
        layer["type"] for layer in report["summary"]["layers"]
    ]
    assert report["preset"]["layers"][0]["padding"] == "same"
    assert report["preset"]["layers"][0]["strides"] == [1, 1]
    plan = told.preset.plan
    given = {field.name for field in fields_of(Plan) if getattr(plan, field.name) is not None}
    assert set(report["preset"]["plan"]) == given
    assert [epoch["epoch"] for epoch in report["epochs"]] == list(range(1, 11))
    assert report["epochs"][-1]["val_loss"] == told.history.epochs[-1].val_loss


def test_a_comparison_has_a_value_for_each_run(store: Store) -> None:
    compared = [store.details(store.find(key).id) for key in ("00000", "00001", "00002")]
    report = as_json(comparison_report(compared))
    assert [run["key"] for run in report["runs"]] == ["00000", "00001", "00002"]
    units = {"place": "layer 2 Dense", "field": "units", "values": ["10", "500"]}
    assert units in as_json(comparison_report(compared[:2]))["differences"]
    assert all(len(difference["values"]) == 3 for difference in report["differences"])


def test_whether_a_run_is_kept_is_told() -> None:
    assert as_json(run_saved_report(RunSaved("an-id"))) == {"event": "kept", "run": "an-id"}
    assert as_json(run_saved_report(RunNotSaved("the disk is full"))) == {
        "event": "not_kept",
        "message": "the disk is full",
    }
    assert run_saved_report(StateChanged("idle")) is None
