"""Keras's files in every command that takes a preset, and what is said of others."""

import json
from pathlib import Path

import pytest

from core import presets
from core.network.architecture import Architecture
from core.network.layers import Dense
from tests.core.importing.test_files import hdf5_file
from tests.core.importing.test_keras2 import BY_CLASS, ROW, in_sequential
from tests.tui.test_cli import layerlab, one_line_of

NET = json.dumps(in_sequential("Dense", BY_CLASS["Dense"][0], ROW))


@pytest.fixture(params=["net.h5", "net.json"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One model, as a file of Keras 2."""
    path: Path = tmp_path / request.param
    path.write_bytes(hdf5_file(model_config=NET) if path.suffix == ".h5" else NET.encode())
    return path


def test_every_command_that_takes_a_preset_takes_a_file_of_keras_2(file: Path, tmp_path: Path) -> None:
    told = layerlab("summary", str(file))
    assert told.exit_code == 0
    assert "39 params" in told.stdout
    script = tmp_path / "net.py"
    assert layerlab("export", str(file), "--to", "script", "--out", str(script)).exit_code == 0
    assert "layers.Dense(" in script.read_text()
    assert one_line_of(layerlab(str(file))).startswith("the app needs a terminal")
    for command in ("train", "evaluate"):  # an input that is no image is refused before anything is loaded
        refused = layerlab(command, str(file), "--epochs", "1")
        assert "12" in refused.stderr + refused.stdout
        assert "UTF-8" not in refused.stderr
    assert layerlab("import", str(file), "--out", "mine").exit_code == 0
    assert presets.load(presets.find("mine")).architecture == Architecture(ROW, (BY_CLASS["Dense"][2],))


def test_a_preset_is_imported_too(tmp_path: Path) -> None:
    presets.save(presets.Preset("other", Architecture((5,), (Dense(3),))), tmp_path / "other.toml")
    assert layerlab("import", str(tmp_path / "other.toml")).exit_code == 0
    assert presets.load(presets.find("other")).architecture == Architecture((5,), (Dense(3),))


@pytest.mark.parametrize("name", ["train", "summary", "open", "import"])
def test_advice_is_never_the_command_itself(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.json").write_text(NET)
    told = layerlab("import", str(tmp_path / f"{name}.json"))
    assert told.stdout.endswith(f"`layerlab open {name}` opens it\n")
    assert layerlab("summary", name).exit_code == 0


def test_an_imported_preset_is_opened_by_its_path_where_its_name_is_that_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.json").write_text(NET)
    (tmp_path / "net").touch()
    told = layerlab("import", "net.json")
    assert told.stdout.endswith(f"`layerlab open {presets.own_folder() / 'net.toml'}` opens it\n")


def test_a_folder_is_called_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    monkeypatch.chdir(tmp_path)
    for words in (
        ("summary", "saved"),
        ("train", "./saved"),
        ("export", "saved", "--to", "script"),
        ("import", "saved"),
    ):
        assert one_line_of(layerlab(*words)).startswith((f"{words[1]}: a folder: a Tensor", "saved: a folder: "))
