"""`layerlab hand-in` and `layerlab mark`: from answers and runs to marks. Training again is tried with the core."""

import csv
import io
import json
from pathlib import Path

import pytest

from core import presets
from core.marking import hand_in
from core.runs import folder as files
from core.runs.environment import environment
from core.runs.record import Label
from tests.benchmarks.many_runs import fill
from tests.tui.test_cli_runs import done, layerlab, refused

LAB = """
title = "Lab 1"
[[task]]
id = "params"
check = "params == 61706"
[[task]]
id = "why"
check = "answer"
points = 2
"""
QUESTIONS = """
title = "Questions"
[[task]]
id = "filters"
check = "answer == 156"
[[task]]
id = "why"
check = "answer"
points = 2
"""


@pytest.fixture
def lab(tmp_path: Path, home: Path) -> Path:
    """An assignment with an answer; the newest of three runs is of lenet-5."""
    fill(home, 3)
    path = tmp_path / "lab.toml"
    path.write_text(LAB)
    path.with_name("lab-answers.toml").write_text('why = "Weights are shared."')
    return path


@pytest.fixture
def group(tmp_path: Path, home: Path) -> Path:
    """A folder with questions, two hand-ins and a file that is none."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "questions.toml").write_text(QUESTIONS)
    for name, answers in (("anna", 'filters = 156\nwhy = "=1+1"'), ("bob", 'filters = "150"')):
        (folder / "questions-answers.toml").write_text(answers)
        done("hand-in", str(folder / "questions.toml"), "--name", name.title(), "--out", str(folder / f"{name}.zip"))
    (folder / "carl.zip").write_text("no zip")
    return folder


def test_what_is_handed_in_is_told(lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "anna.zip"
    told = done("hand-in", str(lab), "--name", "Anna", "--out", str(out))
    assert "3 of 3 points: all is met" in told
    assert f"wrote {out}: 1 run, " in told
    found = hand_in.read(out)
    assert (found.manifest.name, found.manifest.answers) == ("Anna", {"why": "Weights are shared."})
    assert len(found.runs) == 1


def test_it_is_written_though_not_all_is_met_but_never_over_another_file(lab: Path, home: Path, tmp_path: Path) -> None:
    first = min(path.name for path in (home / "runs").iterdir())
    words = ("hand-in", str(lab), "--out", str(tmp_path), "--run", first)
    told = json.loads(done(*words, "--json"))
    assert told["report"]["points"] < told["report"]["of"]
    assert told["file"] == str(tmp_path / "lab-hand-in.zip")
    assert told["bytes"] == (tmp_path / "lab-hand-in.zip").stat().st_size
    assert {"tasks", "points", "of", "verified"} <= set(told["report"])
    assert refused(*words).endswith("already exists; --force overwrites it")
    done(*words, "--force")


def test_one_that_is_being_trained_is_refused(lab: Path, home: Path, tmp_path: Path) -> None:
    folder = home / "runs" / "20260101-120000-lenet-5-abcde"
    files.create(folder, Label("under way"), presets.load(presets.find("lenet-5")), environment("cpu"))
    lock = files.lock(folder)
    try:
        why = refused("hand-in", str(lab), "--run", "abcde", "--out", str(tmp_path / "early.zip"))
    finally:
        lock.release()
    assert why == "abcde: is being trained; hand it in once it has ended"
    assert not (tmp_path / "early.zip").exists()


def test_answers_alone_need_no_run(group: Path, home: Path) -> None:
    assert not (home / "runs").exists()
    assert not hand_in.read(group / "anna.zip").runs


def test_a_class_is_marked_and_what_is_no_hand_in_is_a_row(group: Path) -> None:
    result = layerlab("mark", str(group))
    assert (result.exit_code, result.stderr) == (1, "")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[0] == "Questions"
    assert "✓ anna.zip  Anna  3 of 3 points" in lines
    assert "✗ bob.zip  Bob  0 of 3 points" in lines
    assert "    filters: 150 (answer == 156)" in lines
    assert "    why: not answered yet (answer)" in lines
    assert lines[-2:] == ["✗ carl.zip", "    carl.zip: cannot be read: File is not a zip file"]


def test_hand_ins_lie_in_folders_too(group: Path) -> None:
    (group / "Dora").mkdir()
    (group / "anna.zip").rename(group / "Dora" / "HAND-IN.ZIP")
    lines = layerlab("mark", str(group)).stdout.splitlines()
    assert any("HAND-IN.ZIP  Anna  3 of 3 points" in line for line in lines)


def test_the_folder_may_be_named_by_a_link(group: Path, tmp_path: Path) -> None:
    """It is the teacher's word; a link in it is not."""
    (tmp_path / "link").symlink_to(group, target_is_directory=True)
    (group / "dora.zip").symlink_to(group / "anna.zip")
    lines = [line.rstrip() for line in layerlab("mark", str(tmp_path / "link")).stdout.splitlines()]
    assert "\N{CHECK MARK} anna.zip  Anna  3 of 3 points" in lines
    assert "    dora.zip: cannot be read: a link, which is not followed here" in lines


def test_marks_as_a_table(group: Path) -> None:
    result = layerlab("mark", str(group), "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["file"] for row in rows] == ["anna.zip", "bob.zip", "carl.zip"]
    assert [row["points"] for row in rows] == ["3", "0", ""]
    assert rows[0]["why: found"] != "=1+1", "a spreadsheet computes nothing"
    assert rows[0]["why: found"].endswith("=1+1")
    assert "not a zip file" in rows[2]["problem"]


def test_marks_as_json_lines(group: Path) -> None:
    told = [json.loads(line) for line in layerlab("mark", str(group), "--json").stdout.splitlines()]
    assert [each["name"] for each in told] == ["Anna", "Bob", ""]
    assert [task["points"] for task in told[0]["report"]["tasks"]] == [1, 2]
    assert told[0]["report"]["verified"] == []
    assert told[2]["report"] is None


def test_all_well_is_zero(group: Path) -> None:
    (group / "carl.zip").unlink()
    assert layerlab("mark", str(group)).exit_code == 0


def test_wrong_usage_is_told(group: Path, lab: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "there is no hand-in" in refused("mark", str(empty))
    assert "No such file" in refused("mark", str(tmp_path / "none"))
    assert "leave out one of them" in refused("mark", str(group), "--csv", "--json")
    assert refused("mark", str(group), "--epochs", "0").startswith("--epochs: ")
    assert refused("mark", str(group), "--seed", "-1").startswith("--seed: ")
    (group / "second.toml").write_text(LAB)
    assert "2 .toml files in it; name it with --assignment FILE" in refused("mark", str(group))
    assert layerlab("mark", str(group), "--assignment", str(group / "questions.toml")).exit_code == 1
    for path in group.glob("*.toml"):
        path.unlink()
    assert "no assignment, a .toml, in it" in refused("mark", str(group))
    assert "no such run" in refused("hand-in", str(lab), "--run", "zzzzz")
    assert "cannot be read" in refused("hand-in", str(tmp_path / "none.toml"))
