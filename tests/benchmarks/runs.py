"""What keeping runs costs, and how ten thousand of them answer."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from unittest.mock import patch

from tests.benchmarks import runs_tab, storing
from tests.benchmarks.many_runs import fill
from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.startup import seconds

ROUNDS = 7


def measure(scope: Scope) -> Iterator[Measured]:
    """Trainings kept and not kept, the Runs tab, `layerlab runs`."""
    yield from runs_tab.measure(scope)
    yield _listed(scope)
    yield from storing.measure(scope)


def _listed(scope: Scope) -> Measured:
    """The command that lists them, once there is an index."""
    count = 200 if scope.tiny else 10_000
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAYERLAB_HOME=home):
        fill(Path(home), count)
        command = [sys.executable, "-m", "tui", "runs"]
        first = seconds(command)
        taken = median(seconds(command) for _ in range(scope.times(ROUNDS)))
    return Measured(f"`layerlab runs` with {count:,} runs", taken, "s", 1.5, note=f"without an index: {first:.2f} s")
