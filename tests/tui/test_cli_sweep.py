"""`layerlab sweep`: what it prints, refuses and goes on with. Real trainings of the smallest network."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.sweeps import sweep_file
from tests.tui.test_cli_runs import done, layerlab, refused
from tui.interval_plot import Interval, axis, interval_lines

SWEEP = """
base = "ffnn-10"
repeats = 2
[plan]
validation = 0.9
epochs = 1
[[vary]]
field = "plan.optimizer.learning_rate"
values = [0.01, 0.001]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rates.toml"
    path.write_text(SWEEP)
    return path


def lines(*words: str) -> list[dict]:
    return [json.loads(line) for line in done("sweep", *words, "--json").splitlines()]


@pytest.mark.keras
def test_from_the_first_trial_to_the_table_and_on_with_more_seeds(file: Path, home: Path) -> None:
    start, *trials, end = lines(str(file), "--jobs", "1")
    assert (start["event"], start["trials"], start["done"], start["jobs"]) == ("start", 4, 0, 1)
    assert [trial["trial"] for trial in trials] == [0, 1, 2, 3]
    assert {trial["state"] for trial in trials} == {"finished"}
    assert [trial["values"] for trial in trials[:2]] == [
        {"plan.optimizer.learning_rate": rate} for rate in (0.01, 0.001)
    ]
    assert [trial["seed"] for trial in trials] == [1, 1, 2, 2]
    assert (end["event"], end["reason"], end["metric"]) == ("end", "finished", "val_accuracy")
    means = [sum(trial["val_accuracy"] for trial in trials[setting::2]) / 2 for setting in (0, 1)]
    assert [setting["mean"] for setting in end["settings"]] == pytest.approx(means)
    assert end["best"]["mean"] == pytest.approx(max(means))
    assert {each["verdict"] for each in end["comparisons"]} == {"too few seeds"}
    runs = json.loads(done("runs", f"#sweep-{start['sweep']}", "--json"))
    assert {run["key"] for run in runs} == {trial["run"] for trial in trials}

    start, *more, end = lines(str(file), "--resume", "--repeats", "3")
    assert (start["done"], start["trials"]) == (4, 6)
    assert [trial["seed"] for trial in more] == [3, 3]
    assert [setting["n"] for setting in end["settings"]] == [3, 3]

    text = done("sweep", str(file), "--resume", "--repeats", "3")
    assert "optimizer.learning_rate" in text
    assert "\N{BLACK CIRCLE}" in text
    assert "3 shared seeds: too few seeds; 6 are the fewest that can tell at 5%" in text
    assert len(list((home / "sweeps").iterdir())) == 1
    assert list((home / "cache").glob("mnist-*.unpacked")), "its processes share the digits"


@pytest.mark.keras
def test_ctrl_c_stops_it_and_resuming_does_nothing_twice(file: Path, tmp_path: Path) -> None:
    file.write_text(SWEEP.replace("epochs = 1", "epochs = 40"))
    command = [sys.executable, "-m", "tui", "sweep", str(file), "--json", "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline())]
        while told[-1]["event"] != "trial":
            told.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate()
    told += [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 0
    assert "layerlab: stopping" in errors
    assert (told[-1]["event"], told[-1]["reason"]) == ("end", "stopped")
    before = {trial["trial"] for trial in told if trial["event"] == "trial" and trial["state"] == "finished"}
    start, *trials, end = lines(str(file), "--resume")
    assert start["done"] == len(before)
    assert {trial["trial"] for trial in trials} == set(range(4)) - before
    assert end["reason"] == "finished"


@pytest.mark.keras
def test_a_trial_that_fails_is_told_and_the_exit_code_says_so(file: Path) -> None:
    file.write_text(SWEEP.replace("[0.01, 0.001]", "[0.01, 1e30]") + '[plan.loss]\nname = "MeanSquaredError"\n')
    result = layerlab("sweep", str(file), "--repeats", "1", "--jobs", "1")
    assert result.exit_code == 1
    assert "1e+30, seed 1: failed: " in result.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nothing"], "nothing: no such preset or file"),
        (["FILE", "--jobs", "0"], "--jobs: expected a whole number from 1"),
        (["FILE", "--repeats", "x"], "--repeats: expected a whole number"),
        (["FILE", "--epochs", "-1"], "--epochs: expected a whole number"),
        (["FILE", "--repeats", "999999"], "has 1,999,998 trials; at most 10,000"),
        (["FILE", "--resume"], "rates: there is nothing to resume; begin it without --resume"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], why: str, file: Path, home: Path) -> None:
    assert why in refused("sweep", *(str(file) if word == "FILE" else word for word in words))
    assert not (home / "sweeps").exists()


def test_where_nothing_can_be_written_it_is_refused(file: Path, home: Path) -> None:
    if os.geteuid() == 0:
        home.write_text("a file where the folder should be")
    else:
        home.mkdir(mode=0o500)
    assert "cannot be written" in refused("sweep", str(file))


def test_shipped_sweeps_can_be_read() -> None:
    assert "mlp-500-300-l2" in sweep_file.shipped()
    for path in sweep_file.shipped().values():
        assert sweep_file.load(path).count > 1


def test_intervals_are_drawn_on_one_axis() -> None:
    intervals = [Interval(0.5, 0.25, [0.25, 0.5, 0.75]), Interval(1.0, 0.0, [1.0]), Interval(0.0, 0.0, [0.0])]
    assert axis(intervals) == (0.0, 1.0)
    assert interval_lines(intervals, 9) == ["  ·─●─·", " " * 8 + "●", "●"]
    assert interval_lines([Interval(0.5, 0.5, [0.25])], 9) == ["├─·─●───┤"]
    assert interval_lines([Interval(0.5, 0.0, [0.5])], 9) == ["    ●"]
    assert interval_lines([], 9) == []
