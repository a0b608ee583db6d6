"""What people made with the first release opens unchanged: presets, runs, labels, and the JSON that scripts read."""

import json
import math
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import CliRunner

from core import presets
from core.runs.store import Store
from tui.cli.command_line import app

WRITTEN = Path(__file__).parent / "first_release"
TOLD = json.loads((WRITTEN / "told.json").read_text())
PRESETS = sorted((WRITTEN / "presets").glob("*.toml"))


@pytest.fixture
def first_release(home: Path) -> Path:
    """A copy of the data folder, as the one of the test."""
    copytree(WRITTEN, home, dirs_exist_ok=True)
    return home


def told(*words: str) -> Any:
    result = CliRunner().invoke(app, [*words, "--json"], prog_name="layerlab")
    assert result.stderr == ""
    return json.loads(result.stdout)


def assert_still_said(now: Any, then: Any, place: str = "") -> None:
    """All that was told ``then`` is told ``now``; more may be."""
    if isinstance(then, dict):
        assert then.keys() <= now.keys(), place
        for key, value in then.items():
            assert_still_said(now[key], value, f"{place}.{key}")
    elif isinstance(then, list):
        assert len(now) >= len(then), place
        for index, value in enumerate(then):
            assert_still_said(now[index], value, f"{place}[{index}]")
    elif isinstance(then, float):
        assert math.isclose(now, then, rel_tol=1e-12), place
    else:
        assert now == then, place


def test_the_folder_has_every_layer_optimizer_loss_and_schedule_of_the_first_release() -> None:
    found = [presets.load(path) for path in PRESETS]
    assert len({type(layer) for preset in found for layer in preset.architecture.layers}) == 31
    assert len({type(preset.plan.optimizer) for preset in found}) == 14
    assert len({type(preset.plan.loss) for preset in found}) == 20
    assert len({type(preset.plan.schedule) for preset in found}) == 5


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_opens_and_is_written_so_that_it_opens_again(path: Path) -> None:
    preset = presets.load(path)
    assert presets.loads(presets.dumps(preset), "written anew") == preset


@pytest.mark.parametrize("name", sorted(TOLD["presets"]))
def test_the_arithmetic_of_a_preset_is_what_it_was(first_release: Path, name: str) -> None:
    path = first_release / "presets" / f"{name}.toml"
    then = {key: value for key, value in TOLD["presets"][name].items() if key != "problems"}  # warnings may improve
    now = CliRunner().invoke(app, ["summary", str(path), "--json"], prog_name="layerlab").stdout
    assert_still_said(json.loads(now), then)


@pytest.mark.parametrize("key", sorted(TOLD["runs"]))
def test_a_run_is_told_as_it_was(first_release: Path, key: str) -> None:
    now, then = told("show", key), TOLD["runs"][key]
    del then["summary"]["problems"]
    assert_still_said(now, then)


def test_runs_are_listed_with_their_labels(first_release: Path) -> None:
    listed = {run["key"]: run for run in told("runs")}
    assert {key: run["state"] for key, run in listed.items()} == {
        "fmswd": "finished",
        "vp256": "failed",
        "4kdg6": "interrupted",
    }
    assert listed["fmswd"]["note"] == "a note: 5 > 3 [b]"
    assert listed["fmswd"]["tags"] == ["lab", "week-2"]


@pytest.mark.keras
def test_a_run_that_was_cut_off_goes_on_to_its_end(first_release: Path) -> None:
    result = CliRunner().invoke(app, ["resume", "4kdg6", "--more", "1"], prog_name="layerlab")
    assert result.exit_code == 0, result.stderr
    assert (told("show", "4kdg6")["run"]["state"], told("show", "4kdg6")["run"]["epochs"]) == ("finished", 3)


@pytest.mark.keras
@pytest.mark.parametrize("which", ["best", "last"])
def test_the_weights_of_a_run_give_the_accuracy_that_was_told(first_release: Path, which: Any) -> None:
    from core.runs.inspection import load_inspector

    store = Store(first_release)
    run = store.find("fmswd")
    accuracy = load_inspector(store.path(run.id), store.details(run.id).preset, which).results().accuracy
    assert accuracy == pytest.approx(TOLD["runs"]["fmswd"]["run"]["test_accuracy"])
