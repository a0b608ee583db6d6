"""`layerlab evaluate`: results class by class and findings, for people and for programs."""

import json
from io import StringIO

import numpy as np
import pytest
from click.testing import CliRunner, Result

from core.datasets import DATASETS
from core.diagnosis import static_findings
from core.inspection.results import Results
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.network.summary import summarize
from core.plan.plan import Plan
from tui.cli.command_line import app
from tui.cli.commands.evaluate import show_findings, show_results
from tui.output import Output


def evaluated(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["evaluate", *words], prog_name="layerlab")
    assert done.exit_code == code, done.stderr
    return done


@pytest.mark.keras
class TestReally:
    def test_results_and_findings_as_json(self) -> None:
        done = evaluated("mlp-64-64-binary", "--epochs", "1", "--validation", "0.9", "--json")
        kept, start, epoch, end, results, findings = (json.loads(line) for line in done.stdout.splitlines())
        assert [told["event"] for told in (kept, start, epoch, end)] == ["kept", "start", "epoch", "end"]
        assert results["event"] == "results"
        assert results["accuracy"] == pytest.approx(end["test_accuracy"], abs=2e-4)
        confusion = np.array(results["confusion"])
        assert (confusion.shape, confusion.sum()) == ((10, 10), 10_000)
        assert confusion.trace() / 10_000 == results["accuracy"]
        assert [one["support"] for one in results["classes"]] == confusion.sum(axis=1).tolist()
        assert findings["event"] == "findings"
        (mismatch,) = [one for one in findings["findings"] if one["code"] == "binary-loss-on-softmax"]
        assert mismatch["remedies"]
        assert done.stderr == ""

    def test_results_and_findings_for_a_reader(self) -> None:
        done = evaluated("sigmoid-60", "--epochs", "1", "--validation", "0.9")
        assert "confusion matrix" in done.stdout
        assert "precision" in done.stdout
        assert "inputs-not-scaled" in done.stdout
        assert '> set pixels="0..1"' in done.stdout

    def test_a_training_that_fails_tells_what_was_found_all_the_same(self, tmp_path) -> None:
        file = tmp_path / "hopeless.toml"
        file.write_text(
            'name = "hopeless"\ninput_shape = [28, 28, 1]\n'
            '[[layers]]\ntype = "Flatten"\n[[layers]]\ntype = "Dense"\nunits = 10\n'
            '[[layers]]\ntype = "Dense"\nunits = 10\n'
            '[plan]\ndataset = "mnist"\nloss = "mean_squared_error"\nvalidation = 0.9\n'
            'optimizer = { name = "SGD", learning_rate = 1e30 }\n'
        )
        done = evaluated(str(file), "--json", code=1)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert [line["event"] for line in lines] == ["kept", "start", "end", "findings"]
        assert lines[2]["reason"] == "failed"
        assert lines[3]["findings"]
        assert done.stderr.startswith("layerlab: the training loss became")


def test_what_cannot_be_trained_is_refused_before_anything_is_loaded() -> None:
    done = evaluated("alexnet", code=1)
    assert "the input is" in done.stderr


def test_an_unknown_name_is_wrong_usage() -> None:
    assert "no such preset or file" in evaluated("no-such-preset", code=2).stderr


def test_undefined_figures_and_missing_predictions_are_told() -> None:
    outputs = np.zeros((4, 10), np.float32)
    outputs[:3, 1] = 1.0
    outputs[3] = np.nan
    stream = StringIO()
    show_results(Results.of(outputs, np.array([1, 1, 2, 3]), 0.5, DATASETS["mnist"].classes), Output(stream))
    told = stream.getvalue()
    assert "2 of 4 correct, 50.00%" in told
    assert "1 answer NaN" in told
    (row,) = [line.split() for line in told.splitlines() if line.split()[:1] == ["5"]][:1]
    assert row == ["5", "-", "-", "-", "0"]


def test_findings_are_told_with_evidence_cause_and_remedies() -> None:
    architecture = Architecture((28, 28), (Flatten(), Dense(10, "softmax")))
    plan = Plan(pixels="0..255")
    findings = static_findings(architecture, plan, summarize(architecture))
    stream = StringIO()
    show_findings(findings, Output(stream))
    told = " ".join(stream.getvalue().split())
    (finding,) = findings
    for text in (finding.code, finding.evidence, finding.cause, *(fix.label for fix in finding.fixes)):
        assert " ".join(text.split()) in told


def test_nothing_found_is_told_too() -> None:
    stream = StringIO()
    show_findings((), Output(stream))
    assert stream.getvalue().strip() == "no problems found"
