"""What a lab report says, against the run that it is about."""

import json
import subprocess
import sys
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core import presets
from core.charts import smooth
from core.diagnosis import run_findings
from core.events import LearningRateChanged
from core.export.document import Block, ChartGroup, Items, KeyValues, Report, Section, Table, Text
from core.export.lab_report import lab_report
from core.export.sections.training import training
from core.history import History
from core.inspection.results import Results
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.network.summary import summarize
from core.plan.plan import EarlyStopping
from core.presets import Preset
from core.run_charts import RUNS, Look
from core.runs.differences import differences
from core.runs.record import Label
from tests.core.export.reported import LENET, STEPS, history, results, told


def blocks(sections: tuple[Section, ...]) -> list[Block]:
    """All blocks, those of inner sections too."""
    return [block for section in sections for block in (*section.blocks, *blocks(section.sections))]


def section(report: Report, title: str) -> Section:
    return next(section for section in report.sections if section.title.startswith(title))


def table(report: Report, title: str, caption: str) -> Table:
    found = [block for block in blocks((section(report, title),)) if isinstance(block, Table)]
    return next(table for table in found if table.caption.startswith(caption))


def column(table: Table, title: str) -> list[str]:
    place = [column.title for column in table.columns].index(title)
    return [row[place] for row in table.rows]


def number(text: str) -> int:
    return int(text.replace(",", ""))


# The network


@pytest.mark.parametrize("listed", presets.listed(), ids=lambda listed: listed.id)
def test_every_preset_can_be_reported_on_and_its_tables_are_even(listed: presets.Listed) -> None:
    preset = presets.load(listed.path)
    report = lab_report(told(preset=preset, history=History(), epochs=0), None)
    for block in blocks(report.sections):
        if isinstance(block, Table):
            widths = {len(row) for row in (*block.rows, *([block.total] if block.total else []))}
            assert widths <= {len(block.columns)}


@pytest.mark.parametrize("name", ["lenet-5", "mlp-600-100-bn-dropout"])
def test_weights_biases_and_statistics_are_counted_apart_and_add_up(name: str) -> None:
    preset = presets.load(presets.find(name))
    layers, totals = (
        table(lab_report(told(preset=preset), None), "Architecture", "Layers"),
        summarize(preset.architecture).totals,
    )
    assert layers.total is not None
    for place, title in enumerate(["Weights", "Biases", "Statistics", "Params"], start=3):
        known = getattr(totals, title.lower())
        assert sum(map(number, column(layers, title))) == number(layers.total[place]) == known


PYTHON = str.maketrans({"×": "*", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")"})
"""A typeset formula as Python."""


@pytest.mark.parametrize("name", ["lenet-5", "keras-convnet", "mlp-600-100-bn-dropout", "lecture-7x7-stride-3-padded"])
def test_every_step_of_the_arithmetic_comes_out_as_it_says(name: str) -> None:
    report = lab_report(told(preset=presets.load(presets.find(name))), None)
    steps = [block for block in blocks((section(report, "How it is computed"),)) if isinstance(block, Table)]
    assert steps
    for values, value in ((row[2], row[3]) for step in steps for row in step.rows):
        written = values.translate(PYTHON)
        assert eval(written, {"floor": floor, "ceil": ceil, "max": max}) == number(value)  # noqa: S307  # of our own


def test_height_and_width_share_a_line_but_gamma_and_beta_are_told_apart() -> None:
    report = lab_report(told(preset=presets.load(presets.find("mlp-600-100-bn-dropout"))), None)
    norm = next(one for one in section(report, "How it is computed").sections if "BatchNormalization" in one.title)
    steps = next(block for block in norm.blocks if isinstance(block, Table))
    assert column(steps, "Number") == [
        "gamma (weights)",
        "beta (biases)",
        "moving mean (statistics)",
        "moving variance (statistics)",
        "multiply-adds",
    ]
    pooled = section(lab_report(told(), None), "How it is computed").sections[2]
    assert Text("Given: strides = 2 x 2.") in pooled.blocks
    pooled = next(block for block in pooled.blocks if isinstance(block, Table))
    assert column(pooled, "Number") == ["height, width", "depth"]


def test_the_plan_is_told_field_by_field_with_what_is_nested() -> None:
    plan = replace(LENET.plan, epochs=7, early_stopping=EarlyStopping(patience=2))
    trained = told(preset=replace(LENET, plan=plan))
    fields = table(lab_report(trained, None), "Plan", "The plan")
    told_of = dict(zip(column(fields, "Field"), column(fields, "Value"), strict=True))
    expected = {
        "optimizer": "Adam",
        "optimizer.learning_rate": "0.001",
        "epochs": str(trained.run.metrics.planned),
        "early_stopping.patience": "2",
        "shuffle": "true",
    }
    assert told_of.items() >= expected.items()
    assert "optimizer.clipnorm" not in told_of


# The training


def test_what_was_reached_is_told_for_training_validation_and_test() -> None:
    reached = table(lab_report(told(history=history(4, best=3)), None), "Training", "Results")
    assert reached.rows == (
        ("Training set", "4", "0.7500", "47.24%"),
        ("Validation set", "4", "0.7500", "47.24%"),
        ("Validation set, lowest loss", "3", "0.3333", "71.65%"),
        ("Test set at the end", "-", "0.0500", "98.00%"),
    )


def test_without_validation_nothing_is_said_of_it() -> None:
    report = lab_report(told(history=history(2, validated=False)), None)
    reached = table(report, "Training", "Results")
    assert [row[0] for row in reached.rows] == ["Training set", "Test set at the end"]
    assert "Best val accuracy" not in dict(report.highlights)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 130), st.data())
def test_few_epochs_are_all_told_and_of_many_the_first_the_best_and_the_last(epochs: int, data: st.DataObject) -> None:
    best = data.draw(st.integers(1, epochs))
    shown = training(told(history=history(epochs, best=best))).blocks[-1]
    assert isinstance(shown, Table)
    numbers = [int(name.removeprefix("\u2605 ")) for name in column(shown, "Epoch")]
    assert numbers == sorted(set(numbers))
    assert {1, best, epochs} <= set(numbers)
    assert len(numbers) == epochs if epochs <= 20 else len(numbers) <= 22
    assert [row for row, name in enumerate(column(shown, "Epoch")) if name == f"\u2605 {best}"] == [*shown.marked]


def test_the_curves_reach_from_the_start_to_the_end_and_the_best_epoch_is_marked() -> None:
    went = history(5, best=2)
    figures = next(block for block in training(told(history=went)).blocks if isinstance(block, ChartGroup))
    assert [chart.name for chart in figures.charts] == ["loss", "accuracy"]
    loss = figures.charts[0]
    chart = loss.chart
    by_name = {curve.name: curve.points for curve in chart.curves}
    line = smooth(went.loss, Look().smoothing)
    assert by_name == {"training": line, "validation": went.val_loss, "lowest loss: epoch 2": ((2, 0.5),)}
    assert [band.points for band in chart.bands] == [went.loss]
    assert (chart.x.low, chart.x.high) == (0, 5)
    assert loss.description == (
        "Training loss from 1.0000 to 0.7000; validation loss from 1.0000 to 0.7000; lowest loss 0.5000 in epoch 2."
    )


def test_a_change_of_the_learning_rate_is_marked() -> None:
    went = history(2).after(LearningRateChanged(STEPS // 2, 0.0005))
    figures = next(block for block in training(told(history=went)).blocks if isinstance(block, ChartGroup))
    assert [(rule.x, rule.label) for rule in figures.charts[0].chart.rules] == [(0.5, "lr 0.0005")]


def test_a_run_that_failed_before_its_first_epoch_is_reported_on_all_the_same() -> None:
    failed = told(epochs=0)
    failed = replace(failed, run=replace(failed.run, state="failed", message="out of memory"))
    report = lab_report(failed, None)
    assert dict(report.highlights)["Test accuracy"] == "-"
    assert ("Reason", "out of memory") in facts(report)
    assert section(report, "Training").blocks == (Text("There are no curves: the run ended in its first epoch."),)
    assert "no weights" in str(section(report, "Results").blocks)


# The answers


def test_the_confusion_matrix_and_the_figures_of_each_class_are_those_of_the_results() -> None:
    answers = results()
    report = lab_report(told(), answers)
    matrix = table(report, "Results", "Confusion matrix")
    counts = [[0 if cell == "\u00b7" else number(cell) for cell in row[1:]] for row in matrix.rows]
    assert counts == answers.confusion.tolist()
    assert matrix.heat is not None
    shaded = [[share > 0 for share in row] for row in matrix.heat]
    assert shaded == [[count > 0 for count in row] for row in counts]
    classes = table(report, "Results", "Precision")
    assert column(classes, "Recall") == [f"{one.recall:.4f}" for one in answers.per_class]
    assert classes.total is not None
    assert classes.total[1:4] == tuple(
        f"{mean:.4f}" for mean in (answers.macro.precision, answers.macro.recall, answers.macro.f1)
    )
    most = next(block for block in section(report, "Results").blocks if isinstance(block, Items))
    assert most.items[0] == "9 predicted as 0: 9 of 20 (45.0%)"
    assert len(most.items) == 5


def test_examples_without_an_answer_are_told() -> None:
    outputs = np.full((4, 2), np.nan, np.float32)
    report = lab_report(told(), Results.of(outputs, np.array([0, 0, 1, 1]), float("nan"), ("a", "b")))
    assert "4 of 4 examples have no prediction" in str(section(report, "Results").blocks)


def test_without_results_it_is_said_how_to_get_them() -> None:
    assert "--quick" in str(section(lab_report(told(), None), "Results").blocks)


# Findings


def test_findings_are_told_with_evidence_cause_and_remedies() -> None:
    wrong = Preset("wrong", Architecture((28, 28, 1), (Flatten(), Dense(10, "relu"))))
    report = lab_report(told(preset=wrong), None)
    found = run_findings(wrong.architecture, wrong.plan, told(preset=wrong).history)
    sections = section(report, "Findings").sections
    assert found
    assert len(sections) == len(found)
    for finding, said in zip(found, sections, strict=True):
        assert said.blocks[:2] == (Text(finding.evidence), Text(finding.cause, quiet=True))
        assert [*said.blocks[2:]] == (
            [Items("How to fix it", tuple(remedy.label for remedy in finding.fixes))] if finding.fixes else []
        )


def test_where_nothing_is_wrong_that_is_said() -> None:
    assert "No problems were found" in str(section(lab_report(told(), None), "Findings").blocks)


# The comparison


def test_runs_are_compared_by_their_figures_their_differences_and_their_curves() -> None:
    other = told(
        Label("second"), preset=presets.load(presets.find("ffnn-500")), key="zzzzz", history=history(2, validated=False)
    )
    report = lab_report(told(), None, [other])
    reached = table(report, "Comparison", "Results of each run")
    assert column(reached, "Run") == ["first try", "second"]
    assert column(reached, "Key") == ["k3x9a", "zzzzz"]
    assert column(reached, "Best val acc") == ["71.65%", "-"]
    differing = table(report, "Comparison", "Differences")
    assert [column.title for column in differing.columns][2:] == ["first try", "second"]
    assert differing.rows == tuple((one.place, one.field, *one.values) for one in differences((told(), other)))
    charts = next(block for block in section(report, "Comparison").blocks if isinstance(block, ChartGroup)).charts
    assert [chart.title for chart in charts] == ["Validation or training loss", "Validation or training accuracy"]
    assert [curve.points for curve in charts[0].chart.curves] == [told().history.val_loss, other.history.means("loss")]


def test_runs_of_one_name_are_told_apart_by_their_keys_and_equal_ones_are_called_equal() -> None:
    report = lab_report(told(), None, [told(key="zzzzz")])
    reached = table(report, "Comparison", "Results of each run")
    assert column(reached, "Run") == ["first try (k3x9a)", "first try (zzzzz)"]
    assert Text("Their architectures and plans are the same.") in section(report, "Comparison").blocks


def test_more_runs_than_can_be_told_apart_are_compared_but_not_drawn() -> None:
    others = [told(Label(f"run {number}"), key=f"key{number:02}") for number in range(len(RUNS))]
    compared = section(lab_report(told(), None, others), "Comparison")
    charts = next(block for block in compared.blocks if isinstance(block, ChartGroup)).charts
    assert len(charts[0].chart.curves) == len(RUNS)
    assert Text(f"Curves are drawn for the first {len(RUNS)} runs.", quiet=True) in compared.blocks


def test_without_other_runs_there_is_no_comparison() -> None:
    assert not any("Comparison" in section.title for section in lab_report(told(), None).sections)


# The head


def test_the_head_tells_where_and_with_what_the_run_was_trained() -> None:
    report = lab_report(told(Label("mine", "One.\n\nTwo,\nstill two.", ("week-3", "baseline"))), None)
    assert report.title == "mine"
    assert report.head[:2] == (Text("One."), Text("Two, still two."))
    known = dict(facts(report))
    assert known["Tags"] == "week-3, baseline"
    assert known["Seed"] == "1"
    assert known["Versions"] == "LayerLab 0.1.0, TensorFlow 2.21.0, Keras 3.15.1, NumPy 2.4.6, Python 3.11.7"


def test_a_report_without_results_loads_neither_tensorflow_nor_numpy() -> None:
    code = (
        "import json, sys\n"
        "import core.export.lab_report, core.export.html, core.export.markdown\n"
        "print(json.dumps([name for name in ('tensorflow', 'keras', 'numpy', 'tui') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def facts(report: Report) -> tuple[tuple[str, str], ...]:
    return next(block for block in report.head if isinstance(block, KeyValues)).pairs
