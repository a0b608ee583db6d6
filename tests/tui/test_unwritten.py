"""An output that cannot be written: a full disk, a reader that has gone, streams that the shell closed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import presets
from core.marking import hand_in
from core.marking.assignment import load
from core.runs import folder as files
from core.runs.record import Environment, Label
from tests.benchmarks.many_runs import fill
from tests.tui.forking import Forks, forks
from tui.cli.commands import names

FULL = Path("/dev/full")
NOWHERE = os.devnull
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
LINES = {
    "presets": ["presets", "presets --json"],
    "summary": ["summary lenet-5", "summary lenet-5 --json"],
    "train": ["train alexnet --json", "train ffnn-10 --epochs 1", "train ffnn-10 --json", "train --help"],
    "sweep": ["sweep ffnn-10 --repeats 1", "sweep ffnn-10 --repeats 1 --json"],
    "lr-test": ["lr-test --help"],
    "evaluate": ["evaluate abcde", "evaluate abcde --json"],
    "doctor": ["doctor", "doctor --json"],
    "runs": ["runs", "runs --json"],
    "show": ["show last", "show last --json"],
    "compare": ["compare last 00000", "compare last 00000 --json"],
    "resume": ["resume abcde", "resume abcde --json"],
    "report": ["report 00000 --quick --out {folder}/report.html"],
    "export": ["export lenet-5 --to script --out -", "export lenet-5 --to toml --out {folder}/lenet.toml"],
    "check": ["check {lab}", "check {lab} --json"],
    "hand-in": ["hand-in {lab} --out {folder}/lab.zip", "hand-in {lab} --out {folder}/lab.zip --json"],
    "mark": ["mark {group}", "mark {group} --csv", "mark {group} --json"],
    "exercises": ["exercises --to markdown", "exercises --to json --out {folder}/exercises.json"],
    "import": ["import {model} --json"],
    "rm": ["rm 00000"],
    "": ["--help", "--version", "open --help"],
}
"""What each command is called with, none of which loads TensorFlow."""


def lines() -> list[str]:
    return [line for each in LINES.values() for line in each]


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Runs commands where TensorFlow cannot be imported, which takes no time."""
    folder = tmp_path_factory.mktemp("without")
    for package in ("tensorflow", "keras"):
        (folder / f"{package}.py").write_text("raise ImportError('not here')")
    path = os.pathsep.join([str(folder), str(Path.cwd())])
    with forks(os.environ | {"PYTHONPATH": path}) as ready:
        yield ready


@pytest.fixture
def filled(home: Path, tmp_path: Path) -> dict[str, object]:
    """A data folder with some runs; what the lines name."""
    fill(home, 2)
    environment = Environment("0.1.0", "3.11.9", "2.21.0", "3.15.0", "2.3.0", "Linux", "cpu")
    lenet = presets.load(presets.find("lenet-5"))
    files.create(home / "runs" / "20260101-120000-lenet-5-abcde", Label("cut off"), lenet, environment)
    model = tmp_path / "model.json"
    model.write_text(
        '{"class_name": "Sequential", "config": {"name": "small", "layers": [{"class_name": "Dense", "config": '
        '{"name": "dense", "units": 10, "activation": "softmax", "batch_input_shape": [null, 784]}}]}}'
    )
    lab = tmp_path / "lab.toml"
    lab.write_text('[[task]]\ncheck = "params > 0"\n')
    group = tmp_path / "class"
    group.mkdir()
    (group / "lab.toml").write_text('[[task]]\nid = "why"\ncheck = "answer"\n')
    hand_in.write(group / "anna.zip", hand_in.manifest("Anna", load(group / "lab.toml"), {"why": "so"}), {})
    return {"folder": tmp_path, "model": model, "lab": lab, "group": group}


def test_every_command_is_tried() -> None:
    assert set(LINES) == set(names()) - {"open"} | {""}


@needs_full
@pytest.mark.parametrize("line", lines())
def test_a_full_disk_is_told_in_a_line(line: str, forking: Forks, filled: dict[str, object], tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    assert forking.run(line.format_map(filled).split(), [NOWHERE, str(FULL), str(errors)]) == 1
    assert errors.read_text() == "layerlab: standard output: No space left on device\n"


@needs_full
@pytest.mark.parametrize("line", [*lines(), "summary nothing"])
def test_nobody_is_left_to_be_told(line: str, forking: Forks, filled: dict[str, object]) -> None:
    """What Python itself would say at its end would come with another exit code."""
    code = forking.run(line.format_map(filled).split(), [NOWHERE, str(FULL), str(FULL)])
    assert code == (2 if line == "summary nothing" else 1)


@pytest.mark.parametrize(
    ("line", "closed"),
    [
        *((line, (0, 1, 2)) for line in lines()),
        *((line, (n,)) for line in ("summary lenet-5", "rm 00000", "doctor", "train ffnn-10 --json") for n in range(3)),
    ],
)
def test_streams_that_the_shell_closed(
    line: str, closed: tuple[int, ...], forking: Forks, filled: dict[str, object], tmp_path: Path
) -> None:
    errors = tmp_path / "errors"
    streams = [NOWHERE, NOWHERE, str(errors)]
    code = forking.run(
        line.format_map(filled).split(), [None if n in closed else name for n, name in enumerate(streams)]
    )
    told = errors.read_text() if errors.exists() else ""
    fails = line.split(maxsplit=1)[0] in ("train", "doctor", "resume", "sweep") and "--help" not in line
    assert code == (1 if fails else 0), told
    assert told.count("\n") <= 1
    assert told == "" or told.startswith("layerlab: ")


@pytest.mark.parametrize("line", ["summary lenet-5", "--help", "train alexnet --json"])
def test_a_reader_that_has_gone_has_seen_enough(line: str) -> None:
    piped = f"set -o pipefail; {sys.executable} -m tui {line} | true"
    done = subprocess.run(["bash", "-c", piped], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert done.stderr == "" or (line.startswith("train") and done.stderr.startswith("layerlab: arithmetic only"))
