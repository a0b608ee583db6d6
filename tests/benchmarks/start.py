"""From the command to the first step of a training: whole processes against the bare import, and phase by phase."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from core import presets
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from core.presets import Preset
from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.memory import NOTEBOOK
from tests.benchmarks.processes import run
from tests.benchmarks.startup import PYTHON, seconds

ROUNDS = 5
BARE = "import tensorflow, keras"
OURS = "from core.keras_runtime import runtime; runtime.load()"
BOUNDS = {"ffnn-10": 1.0, "ffnn-500": 1.0, "lenet-5": 1.0, "keras-convnet": 1.5, "mlp-600-100-bn-dropout": 1.5}
"""Seconds beyond the bare import that the first step may take."""
DEEP = "40 layers like VGG"
PHASED = ("ffnn-10", "ffnn-500", "keras-convnet", DEEP)


def measure(scope: Scope) -> Iterator[Measured]:
    """The import, the first step beyond it, a short training against a notebook's script, and the phases of a start.

    Minima of rounds in which all take turns: whatever else a machine does only adds to them.
    """
    rounds = scope.times(ROUNDS)
    names = list(BOUNDS)[:1] if scope.tiny else list(BOUNDS)
    begins = {name: [PYTHON, "-m", "tui", "train", name, "--epochs", "1", "--no-save", "--json"] for name in names}
    bare, ours = [PYTHON, "-c", BARE], [PYTHON, "-c", OURS]
    taken: dict[str, list[float]] = {name: [] for name in [BARE, OURS, *names]}
    seconds(ours)  # the first time it compiles
    for _ in range(rounds):
        taken[BARE].append(seconds(bare))
        taken[OURS].append(seconds(ours))
        for name, command in begins.items():
            taken[name].append(until_started(command))
    least = {name: min(values) for name, values in taken.items()}
    yield Measured(f"`{BARE}`", least[BARE], "s")
    yield Measured("the same as LayerLab does it", least[OURS] / least[BARE], "times", 0.8, note=f"{least[OURS]:.2f} s")
    for name in names:
        yield Measured(
            f"`layerlab train {name}` to its start, beyond the import",
            least[name] - least[BARE],
            "s",
            BOUNDS[name],
            note=f"{least[name]:.2f} s; {least[name] - least[OURS]:.2f} s beyond LayerLab's import",
        )
    yield _short_training(scope)
    yield from _phases(PHASED[:1] if scope.tiny else PHASED)


def until_started(command: Sequence[str]) -> float:
    """Seconds until ``command``, a training with ``--json``, says that it begins with its first step."""
    begun = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        taken = perf_counter() - begun
        process.kill()
    if json.loads(line)["event"] != "start":
        raise RuntimeError(f"{' '.join(command)}: {line}")
    return taken


def _short_training(scope: Scope) -> Measured:
    epochs = 1 if scope.tiny else 3
    ours = [PYTHON, "-m", "tui", "train", "ffnn-500", "--epochs", str(epochs), "--no-save"]
    notebook = [PYTHON, "-c", NOTEBOOK.format(epochs=epochs)]
    pairs = [(seconds(ours), seconds(notebook)) for _ in range(scope.times(ROUNDS))]
    here, there = (min(each) for each in zip(*pairs, strict=True))
    what = f"`layerlab train ffnn-500 --epochs {epochs}` against a notebook's script"
    return Measured(what, here / there, "times", 0.65, note=f"{here:.2f} and {there:.2f} s")


def _phases(names: Sequence[str]) -> Iterator[Measured]:
    """What the time between the import and the first step goes into, in a process of its own for each network."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            file = Path(folder) / "deep.toml"
            if name == DEEP:
                presets.save(deep(), file)
            told = json.loads(run([PYTHON, "-m", "tests.benchmarks.phases", str(file) if name == DEEP else name]))
            for phase, taken in told.items():
                yield Measured(f"{name}: {phase}", taken, "s")


def deep() -> Preset:
    """Forty layers: blocks of convolutions with a pool each, and a dense layer at the end."""
    blocks: list[Layer] = []
    for filters in (8, 16, 32):
        blocks += [Conv2D(filters, (3, 3), padding="same", activation="relu")] * 11
        blocks.append(MaxPooling2D())
    layers = (*blocks, Flatten(), *[Dense(64, "relu")] * 2, Dense(10, "softmax"))
    return Preset("deep", Architecture((28, 28, 1), layers))
