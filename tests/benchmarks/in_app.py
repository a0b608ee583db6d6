"""The same training in the running app, its Train tab open, and on the command line: whole processes, by turns."""

import json
import sys
from collections.abc import Iterator
from statistics import median

from tests.benchmarks.driven import drive
from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.processes import run

PRESET = "ffnn-500"
BATCH_SIZE = 128
EPOCHS = 50
ROUNDS = 3


def measure(scope: Scope) -> Iterator[Measured]:
    """An epoch on either side, the first one set apart, and how much longer the app takes."""
    count = epochs(scope)
    here, there = [], []
    for turn in range(scope.times(ROUNDS)):
        here.append(median(drive(PRESET, count, BATCH_SIZE, turn).epochs[1:]))
        there.append(median(on_command_line(count)[1:]))
    ratios = [inside / outside for inside, outside in zip(here, there, strict=True)]
    yield Measured(
        f"{PRESET} in the app against the command line, an epoch",
        median(ratios),
        "times",
        1.05,
        note=f"{median(here):.3g} s, command line {median(there):.3g} s; rounds: "
        + ", ".join(f"{ratio:.2f}" for ratio in ratios),
    )


def epochs(scope: Scope) -> int:
    """How many epochs each training has."""
    return 2 if scope.tiny else EPOCHS


def on_command_line(epochs: int) -> list[float]:
    """Seconds of each epoch, as `layerlab train` tells them."""
    asked = [PRESET, "--epochs", str(epochs), "--batch-size", str(BATCH_SIZE), "--json"]
    lines = [json.loads(line) for line in run([sys.executable, "-m", "tui", "train", *asked]).splitlines()]
    return [line["seconds"] for line in lines if line["event"] == "epoch"]
