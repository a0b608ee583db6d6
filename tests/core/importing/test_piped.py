"""A model is brought in through a pipe too, whatever it is called, and nothing endless is waited for."""

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from core import presets
from core.importing import piped

COMMAND = [sys.executable, "-m", "tui", "import"]
MODEL = {
    "class_name": "Sequential",
    "config": {
        "name": "two_layers",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 28, 28], "name": "in"}},
            {"class_name": "Flatten", "config": {"name": "flatten"}},
            {"class_name": "Dense", "config": {"name": "dense", "units": 10, "activation": "softmax"}},
        ],
    },
}
JSON = json.dumps(MODEL).encode()


def keras_file() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", JSON)
        archive.writestr("model.weights.h5", bytes(300_000))
    return made.getvalue()


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """What comes of a line of bash, in which ``layerlab`` is the command to import."""
    script = f'layerlab() {{ {" ".join(COMMAND)} "$@"; }}; {line}'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="has no bash")
@pytest.mark.parametrize(
    "line",
    [
        "cat {json} | layerlab -",
        "layerlab - < {json}",
        "cat {keras} | layerlab -",
        "layerlab /dev/stdin < {keras}",
        "cat {keras} | layerlab /dev/stdin",
        "layerlab /dev/fd/0 < {json}",
        "cat {json} | layerlab /proc/self/fd/0",
        "layerlab <(cat {keras})",
        "mkfifo {json}.pipe; (cat {json} > {json}.pipe &); layerlab {json}.pipe",
    ],
)
def test_a_model_comes_through_a_pipe(line: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(JSON)
    (tmp_path / "a.keras").write_bytes(keras_file())
    done = shell(line.format(json=tmp_path / "a.json", keras=tmp_path / "a.keras"))
    assert (done.returncode, done.stderr) == (0, "")
    preset = presets.load(presets.own_folder() / "two-layers.toml")
    assert preset.name == "two_layers"
    assert [layer.type for layer in preset.architecture.layers] == ["Flatten", "Dense"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no bash")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("yes | layerlab -", "standard input: neither a .keras file nor JSON"),
        ("layerlab - < /dev/zero", "standard input: a device, not a file; pipe a model into it, or name a file"),
        ("cat /dev/zero | layerlab -", "standard input: neither a .keras file nor JSON"),
        ("layerlab - < /dev/null", "standard input: a device, not a file"),
        (": | layerlab -", "standard input: an empty pipe"),
        ("layerlab - <&-", "standard input: "),
        ("layerlab /dev/fd/77", "/dev/fd/77: cannot be read: "),
        ("(printf '{{'; yes) | layerlab -", "standard input: cannot be read: more than 16 MB"),
        ("layerlab {pipe}", "{pipe}: an empty pipe"),
        ("layerlab /dev/zero", "/dev/zero: cannot be read: a device, not a file"),
    ],
)
def test_what_is_no_model_is_said_at_once_in_one_line(line: str, said: str, home: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "model.keras"
    subprocess.run(["mkfifo", str(pipe)], check=True)
    done = shell(line.format(pipe=pipe))
    assert done.returncode == 2
    assert done.stderr.startswith(f"layerlab: {said.format(pipe=pipe)}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_what_may_be_a_pipe_is_known_without_opening_it(tmp_path: Path) -> None:
    for name in ("-", "/dev/stdin", "/dev/fd/63", "/proc/self/fd/0"):
        assert piped.is_piped(name)
    for name in ("/dev/fd/../fd/0", "a.keras", str(tmp_path), "\0", "/dev/zero"):
        assert not piped.is_piped(name)
