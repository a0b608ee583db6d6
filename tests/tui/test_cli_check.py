"""`layerlab check`: what is met is told at once, by the exit code too."""

import json
from pathlib import Path

import pytest

from tests.benchmarks.many_runs import fill
from tests.tui.test_cli_runs import done, layerlab, refused

LAB = """
title = "Lab 1"
[[task]]
id = "params"
check = "params == 61706"
[[task]]
id = "shape"
check = "layers[3].output == [10, 10, 16]"
points = 2
[[task]]
id = "why"
text = "Why?"
check = "answer"
"""


@pytest.fixture
def lab(tmp_path: Path, home: Path) -> Path:
    """An assignment; the newest of three runs is of lenet-5."""
    fill(home, 3)
    path = tmp_path / "lab.toml"
    path.write_text(LAB)
    return path


def test_what_is_met_and_what_not(lab: Path) -> None:
    result = layerlab("check", str(lab))
    assert result.exit_code == 1
    assert "Lab 1" in result.stdout
    assert "3 of 4 points: 1 of 3 tasks not met" in result.stdout
    assert "not answered yet" in result.stdout
    assert "10\N{MULTIPLICATION SIGN}10\N{MULTIPLICATION SIGN}16" in result.stdout or "10x10x16" in result.stdout


def test_answers_beside_it_are_found(lab: Path, tmp_path: Path) -> None:
    (tmp_path / "lab-answers.toml").write_text('why = "Weights are shared."')
    assert "4 of 4 points: all is met" in done("check", str(lab))
    other = tmp_path / "other.toml"
    other.write_text("")
    assert layerlab("check", str(lab), "--answers", str(other)).exit_code == 1


def test_as_json(lab: Path) -> None:
    result = layerlab("check", str(lab), "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["points"], told["of"], told["verified"]) == (3, 4, [])
    assert [task["met"] for task in told["tasks"]] == [True, True, False]
    assert set(told["tasks"][0]) >= {"id", "check", "met", "got", "points"}
    assert (told["tasks"][1]["got"], told["tasks"][1]["points"]) == ([10, 10, 16], 2)


def test_other_runs_are_looked_at(lab: Path, home: Path) -> None:
    first = min(path.name for path in (home / "runs").iterdir())
    told = json.loads(layerlab("check", str(lab), "--run", first, "--json").stdout)
    assert (told["tasks"][0]["met"], told["tasks"][0]["got"]) == (False, 7960)
    told = json.loads(layerlab("check", str(lab), "--run", first, "--run", "last", "--json").stdout)
    assert told["tasks"][0]["met"]


def test_a_mistake_is_one_line(lab: Path, tmp_path: Path, home: Path) -> None:
    assert "cannot be read: No such file" in refused("check", str(tmp_path / "none.toml"))
    assert "no such run" in refused("check", str(lab), "--run", "zzzzz") or "zzzzz" in refused(
        "check", str(lab), "--run", "zzzzz"
    )
    lab.write_text(LAB.replace("params ==", "parms =="))
    assert "lab.toml: task 1.check: there is no 'parms'" in refused("check", str(lab))


def test_without_runs_it_says_what_to_do(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(LAB)
    assert "train a preset first" in refused("check", str(path))
