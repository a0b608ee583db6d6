"""A sweep in processes against the same trainings one after the other, on the command line and in a notebook."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from core import presets
from core.sweeps import sweep_file
from core.sweeps.sweep import Trial
from tests.benchmarks import sweep_tab
from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.memory import NOTEBOOK
from tests.benchmarks.processes import run
from tests.benchmarks.startup import PYTHON, seconds

ROUNDS = 2
FILE = """
base = "{preset}"
repeats = {repeats}
[plan]
epochs = {epochs}
[[vary]]
field = "plan.optimizer.learning_rate"
values = [0.001, 0.002]
"""


def measure(scope: Scope) -> Iterator[Measured]:
    """How many times as fast a sweep is, and what a trial takes beyond its training."""
    preset, repeats, epochs = ("ffnn-10", 1, 1) if scope.tiny else ("ffnn-500", 6, 2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.toml"
        path.write_text(FILE.format(preset=preset, repeats=repeats, epochs=epochs))
        trials = [Path(folder) / f"{trial.number}.toml" for trial in _write_trials(path, Path(folder))]
        ours, alone, theirs = [], [], []
        for _ in range(0 if scope.tiny else scope.times(ROUNDS)):  # as short as can be, it is tried elsewhere
            ours.append(seconds([PYTHON, "-m", "tui", "sweep", str(path)]))
            alone.append(sum(seconds([PYTHON, "-m", "tui", "train", str(trial)]) for trial in trials))
            theirs.append(seconds([PYTHON, "-c", _loop(len(trials), epochs)]))
        if ours:
            yield Measured(f"{len(trials)} trials of {preset}, {epochs} epochs each", median(ours), "s")
            yield _times("as fast as one `layerlab train` after the other", ours, alone, 1.6)
            yield _times("as fast as a notebook's loop over model.fit", ours, theirs, 3.0)
        yield _overhead(path)
    yield from sweep_tab.measure(scope)


def _times(what: str, ours: list[float], others: list[float], wanted: float) -> Measured:
    ratio = median(other / our for our, other in zip(ours, others, strict=True))
    return Measured(what, ratio, "times", wanted, at_most=False, note=f"{median(others):.1f} s")


def _overhead(path: Path) -> Measured:
    """What a trial takes beyond its training, in one process whose start does not count."""
    lines = [json.loads(line) for line in run([PYTHON, "-m", "tests.benchmarks.trials", str(path)]).splitlines()]
    return Measured("a trial beyond its training, the first left out", median(lines[1:] or lines), "s", 0.3)


def _write_trials(path: Path, folder: Path) -> Iterator[Trial]:
    for trial in sweep_file.load(path).trials():
        presets.save(trial.preset, folder / f"{trial.number}.toml")
        yield trial


def _loop(count: int, epochs: int) -> str:
    """A notebook that trains a network ``count`` times."""
    head, _, rest = NOTEBOOK.format(epochs=epochs).partition("model = ")
    body = "\n".join(f"    {line}" for line in f"model = {rest}".splitlines())
    return f"{head}for seed in range({count}):\n    keras.utils.set_random_seed(seed)\n{body}\n"
