"""Marking: how long a hand-in takes, and how far a training differs that is computed in another order."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from core.marking import hand_in
from core.marking.assignment import loads
from core.marking.mark import Marker
from core.marking.verifying import ACCURACY_TOLERANCE, LOSS_TOLERANCE
from core.runs.store import Store
from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.processes import run
from tests.benchmarks.startup import PYTHON

CLASS = 5
"""Hand-ins, all of one run."""
LAB = '[[task]]\nid = "accuracy"\ncheck = "test_accuracy >= 0.92"\n'
COMPARED, EPOCHS = ("ffnn-10", "ffnn-500", "mlp-600-100-bn-dropout", "keras-convnet"), 3
OTHERS = {
    "one thread": {"TF_NUM_INTRAOP_THREADS": "1"},
    "three threads": {"TF_NUM_INTRAOP_THREADS": "3"},
    "other kernels": {"TF_ENABLE_ONEDNN_OPTS": "0"},
}
"""What makes a processor add in another order, as one of another kind does."""


def measure(scope: Scope) -> Iterator[Measured]:
    """Seconds a hand-in of ffnn-10, and the largest differences against the tolerance."""
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAYERLAB_HOME=home):
        yield from _marking(Path(home), 1 if scope.tiny else CLASS)
    if scope.tiny:
        return  # trainings alone, which are tried elsewhere
    for preset in COMPARED:
        yield from _differences(preset)


def _marking(home: Path, count: int) -> Iterator[Measured]:
    """All ten epochs are trained again, which is the longest that may be chosen."""
    run([PYTHON, "-m", "tui", "train", "ffnn-10", "--json"])
    store = Store()
    (trained,) = store.refresh()
    assignment = loads(LAB, "lab.toml")
    about = hand_in.manifest("", assignment, {})
    size = hand_in.write(home / "one.zip", about, {trained.id: store.path(trained.id)})
    yield Measured("a hand-in of ffnn-10 takes", size / 1e3, "kB")
    marker = Marker(assignment, 10, 300, lambda most: most)
    try:
        for index in range(count):
            begun = perf_counter()
            (verified,) = marker.mark(home / "one.zip").report.verified  # type: ignore[union-attr]  # it was read
            took = perf_counter() - begun
            note = verified.message
            first = "the first, with TensorFlow" if not index else "a further one"
            if index in (0, count - 1):
                yield Measured(f"marking it: {first}", took, "s", 10.0, note=note)
    finally:
        marker.close()


def _differences(preset: str) -> Iterator[Measured]:
    usual = _epochs(preset, {})
    for name, changed in OTHERS.items():
        other = _epochs(preset, changed)
        pairs = list(zip(usual, other, strict=True))
        accuracy = max(abs(one[key] - two[key]) for one, two in pairs for key in ("accuracy", "val_accuracy"))
        loss = max(
            abs(one[key] - two[key]) / max(one[key], two[key]) for one, two in pairs for key in ("loss", "val_loss")
        )
        what = f"{preset}, {EPOCHS} epochs, {name}"
        yield Measured(f"{what}: accuracies differ by", accuracy, "", ACCURACY_TOLERANCE)
        yield Measured(f"{what}: losses differ by", loss, "", LOSS_TOLERANCE)


def _epochs(preset: str, environment: dict[str, str]) -> list[dict[str, float]]:
    with patch.dict(os.environ, environment):
        told = run([PYTHON, "-m", "tui", "train", preset, "--no-save", "--json", "--epochs", str(EPOCHS)])
    lines = [json.loads(line) for line in told.splitlines()]
    return [line for line in lines if line["event"] == "epoch"]
