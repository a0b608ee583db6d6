"""`layerlab sweep`: what it prints, refuses and goes on with. Real trainings of the smallest network."""

import csv
import json
import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from core.sweeps import sweep_file
from tests.core.export.swept import RATES, kept
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

    start, *more, end = lines(str(file), "--resume", "--repeats", "3", "--jobs", "1")
    assert (start["done"], start["trials"]) == (4, 6)
    assert [trial["seed"] for trial in more] == [3, 3]
    assert [setting["n"] for setting in end["settings"]] == [3, 3]

    text = done("sweep", str(file), "--resume", "--repeats", "3")
    assert "optimizer.learning_rate" in text
    assert "\N{BLACK CIRCLE}" in text
    assert "3 shared seeds: too few seeds; 6 are the fewest that can tell at 5%" in text
    (folder,) = (home / "sweeps").iterdir()
    key = folder.name[-5:]
    assert f"`layerlab report {key}` writes a report, `layerlab export {key} --to csv` its tables" in text
    told = done("export", key, "--to", "csv", "--out", "-")
    assert [row["run"][-5:] for row in csv.DictReader(StringIO(told))][:4] == [trial["run"] for trial in trials]
    assert list((home / "cache").glob("mnist-*.unpacked")), "its processes share the digits"


@pytest.mark.keras
def test_ctrl_c_stops_it_and_resuming_does_nothing_twice(file: Path, tmp_path: Path) -> None:
    file.write_text(SWEEP.replace("epochs = 1", "epochs = 12"))
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
    start, *trials, end = lines(str(file), "--resume", "--jobs", "1")  # each job imports TensorFlow
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
        (["FILE", "--cluster", "here"], "--cluster here: expected tcp://HOST:PORT, tls://HOST:PORT, or local:N"),
        (["FILE", "--cluster", "tcp://10.0.0.7:8786"], "use tls://, an SSH tunnel to 127.0.0.1, or --trust-network"),
        (
            ["FILE", "--cluster", "tls://10.0.0.7:8786"],
            "needs --tls-ca, --tls-cert and --tls-key; there is no --tls-ca",
        ),
        (
            ["FILE", "--cluster", "tcp://127.0.0.1:1"],
            "no Dask scheduler answers there; start one with `dask scheduler`",
        ),
        (["FILE", "--cluster", "local:2", "--jobs", "2"], "--jobs: a cluster trains with all its workers"),
        (["FILE", "--tls-key", "key.pem"], "--tls-key: only --cluster has a use for it"),
        (["FILE", "--trust-network"], "--trust-network: only --cluster has a use for it"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], why: str, file: Path, home: Path) -> None:
    assert why in refused("sweep", *(str(file) if word == "FILE" else word for word in words))
    assert not (home / "sweeps").exists()


def test_without_dask_it_is_told_what_to_install(file: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [each for each in sys.modules if each.startswith("core.sweeps.cluster")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = refused("sweep", str(file), "--cluster", "local:2")
    assert "--cluster: needs Dask, which is not installed: pip install layerlab[cluster]" in told
    assert not (home / "sweeps").exists()


def test_where_nothing_can_be_written_it_is_refused(file: Path, home: Path) -> None:
    if os.geteuid() == 0:
        home.write_text("a file where the folder should be")
    else:
        home.mkdir(mode=0o500)
    assert "cannot be written" in refused("sweep", str(file))


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of a sweep, from a folder with nothing else in it."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return kept(RATES, {3: "the loss became NaN"}).key


def test_a_sweep_is_exported_by_its_key_as_tables(key: str) -> None:
    assert done("export", key, "--to", "csv") == f"wrote tables of a sweep: rates-{key}.csv, rates-{key}-settings.csv\n"
    assert Path(f"rates-{key}.csv").read_text() == done("export", key.upper(), "--to", "csv", "--out", "-")
    assert len(Path(f"rates-{key}.csv").read_text().splitlines()) == 31
    assert len(Path(f"rates-{key}-settings.csv").read_text().splitlines()) == 6
    assert "already exists; --force overwrites it" in refused("export", key, "--to", "csv")
    done("export", key, "--to", "csv", "--force")
    assert sorted(path.name for path in Path().iterdir()) == [f"rates-{key}-settings.csv", f"rates-{key}.csv"]


def test_a_sweep_has_a_report_by_its_key(key: str) -> None:
    assert done("report", key) == f"wrote a report of a sweep: rates-{key}.html\n"
    assert "the loss became NaN" in Path(f"rates-{key}.html").read_text()
    assert "already exists" in refused("report", key)
    done("report", key, "--force", "--quick")
    done("export", key, "--to", "report", "--out", "other.html")
    assert Path("other.html").read_text() == Path(f"rates-{key}.html").read_text()
    done("report", key, "--out", "lab.md")
    assert Path("lab-sweep.svg").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["report", "wrong"], "there are no runs yet: train a preset first"),
        (["report", "wrong", "wronger"], "there are no runs yet: train a preset first"),
        (["export", "wrong", "--to", "csv"], "wrong: no such preset or file; "),
        (["report", "KEY", "wrong"], "is a sweep, whose report is of nothing else: give it alone"),
        (["report", "KEY", "--out", "a.pdf"], "a.pdf: a lab report is HTML or Markdown"),
        (["export", "KEY", "--to", "keras"], "is a sweep, which is exported to csv or report"),
        (["export", "KEY", "--to", "csv", "--weights", "best"], "has no weights to choose from"),
    ],
)
def test_what_cannot_be_taken_away_is_told_in_one_line(words: list[str], why: str, key: str) -> None:
    assert why in refused(*(key if word == "KEY" else word for word in words))
    assert not list(Path().iterdir())


def test_a_sweep_that_cannot_be_read_is_told_in_one_line(key: str, home: Path) -> None:
    (folder,) = (home / "sweeps").iterdir()
    (folder / "sweep.json").write_text('{"format": 1, "base": 3}')
    for words in (["report", key], ["export", key, "--to", "csv"]):
        assert "sweep.json: base: expected a preset as TOML; begin it anew" in refused(*words)


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
