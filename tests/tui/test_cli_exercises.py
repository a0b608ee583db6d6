"""`layerlab exercises`: what it prints, writes and refuses."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.export.exercise_sheet import SHEET_FORMATS, sheet_text
from core.learn.exercise import TOPICS
from core.learn.sheet import sheet
from core.typography import TIMES, typeset
from tests.tui.test_cli import layerlab, one_line_of
from tui.cli.command_line import app
from tui.cli.commands.exercises import COMMAND


def exercises(*words: str) -> str:
    result = layerlab("exercises", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.parametrize("form", SHEET_FORMATS)
def test_each_format_on_standard_output(form: str) -> None:
    told = exercises("--to", form, "--count", "3")
    assert told == exercises("--to", form, "--count", "3", "--out", "-")
    assert told == sheet_text(sheet(3, 7), form)  # type: ignore[arg-type]  # a key of the formats


def test_topics_take_turns_unless_some_are_named() -> None:
    told = json.loads(exercises("--to", "json", "--count", "8"))
    assert [each["topic"] for each in told] == [*TOPICS, TOPICS[0]]
    told = json.loads(exercises("--to", "json", "--topic", "padding", "--topic", "stacks", "--topic", "padding"))
    assert len(told) == 20
    assert [each["topic"] for each in told[:4]] == ["padding", "stacks", "padding", "stacks"]


def test_grade_and_seed() -> None:
    told = json.loads(exercises("--to", "json", "--grade", "2", "--seed", "0", "--count", "9"))
    assert {each["grade"] for each in told} == {2}
    assert told[0]["id"] == "conv-shapes-2-0-1"
    assert told != json.loads(exercises("--to", "json", "--grade", "2", "--seed", "1", "--count", "9"))


def test_the_preset_of_an_exercise_opens(tmp_path: Path) -> None:
    (exercise,) = json.loads(exercises("--to", "json", "--count", "1", "--topic", "stacks"))
    (tmp_path / "exercise.toml").write_text(exercise["preset"])
    told = json.loads(layerlab("summary", str(tmp_path / "exercise.toml"), "--json").stdout)
    asked = exercise["asked"]
    assert told["layers"][asked["layer"] - 1][asked["what"]] == exercise["answer"]


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "sheet.md"
    told = exercises("--to", "markdown", "--out", str(path))
    assert told == f"wrote a sheet of exercises with solutions: {path}\n"
    assert path.read_text().startswith("# Exercises\n")
    path.write_text("mine")
    words = ("exercises", "--to", "markdown", "--out", str(path))
    assert one_line_of(layerlab(*words)) == f"{path}: already exists; --force overwrites it"
    assert path.read_text() == "mine"
    assert layerlab(*words, "--force").exit_code == 0
    assert path.read_text().startswith("# Exercises\n")
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["sheet.md"]


def test_in_a_folder_the_file_has_a_name(tmp_path: Path) -> None:
    exercises("--to", "moodle-xml", "--count", "2", "--out", f"{tmp_path}/new/")
    assert "<quiz>" in (tmp_path / "new" / "exercises.xml").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--to", "markdwn"], "--to: unknown format markdwn; did you mean markdown?"),
        (["--to", "pdf"], "--to: unknown format pdf; available: json, markdown, gift, moodle-xml"),
        (["--to", "json", "--topic", "conv-shape"], "--topic: unknown topic conv-shape; did you mean conv-shapes?"),
        (["--to", "json", "--count", "0"], "--count: expected a whole number from 1 to 10000, not 0"),
        (["--to", "json", "--count", "10001"], "--count: expected a whole number from 1 to 10000, not 10001"),
        (["--to", "json", "--seed", "-1"], "--seed: expected a whole number from 0 to 2147483647, not -1"),
        (["--to", "json", "--seed", "x"], "--seed: expected a whole number from 0 to 2147483647, not 'x'"),
        (["--to", "json", "--grade", "4"], "--grade: expected a whole number from 1 to 3, not 4"),
        ([], "Missing option '--to'."),
    ],
)
def test_a_wrong_option_is_told_in_one_line(words: list[str], says: str) -> None:
    assert one_line_of(layerlab("exercises", *words)) == says


def test_a_folder_that_cannot_be_written_to_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in one_line_of(layerlab("exercises", "--to", "json", "--out", str(tmp_path / "file" / "x.json")))


def test_the_shell_completes_topics_and_formats() -> None:
    by_name = {parameter.name: parameter for parameter in COMMAND.params}
    context = COMMAND.make_context("exercises", ["--to", "json"])
    topics = [item.value for item in by_name["topics"].shell_complete(context, "conv")]
    assert topics == ["conv-shapes", "conv-params"]
    assert [item.value for item in by_name["to"].shell_complete(context, "m")] == ["markdown", "moodle-xml"]


def test_the_example_of_the_readme() -> None:
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text().replace("\n> ", " ").split())
    (command,) = re.findall(r"layerlab (exercises --topic [^`]*) --to markdown --out", readme)
    third = json.loads(exercises(*command.split()[1:], "--to", "json"))[2]
    assert typeset(third["text"]) in readme
    (wrong, feedback) = re.findall(r'(\S+) gets "([^"]*)"', readme)[0]
    assert {"answer": [int(size) for size in wrong.split(TIMES)], "feedback": feedback} in third["misconceptions"]


def test_it_is_listed() -> None:
    assert "exercises" in CliRunner().invoke(app, ["--help"]).output
