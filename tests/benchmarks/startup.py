"""How soon a person has something in front of them: whole processes, timed from outside."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.benchmarks.measured import Measured
from tests.tui.on_terminal import on_terminal

PAINTED = "61,706 params"
"""Stands on the screen once lenet-5 has been drawn."""

PYTHON = sys.executable
APP = [PYTHON, "-m", "tui", "lenet-5"]


def measure(*, tiny: bool) -> list[Measured]:
    """First paint against the bare import of Textual, the commands that answer at once, the idle app's memory."""
    rounds = 1 if tiny else 7
    paints, imports = [], []
    for _ in range(rounds):
        paints.append(first_paint())
        imports.append(seconds([PYTHON, "-c", "import textual.app"]))
    ratio = median(paint / bare for paint, bare in zip(paints, imports, strict=True))
    summary = median(seconds([PYTHON, "-m", "tui", "summary", "lenet-5"]) for _ in range(rounds))
    listing = median(seconds([PYTHON, "-m", "tui", "presets"]) for _ in range(rounds))
    return [
        Measured("start of the process to first paint", median(paints), "s", 1.0),
        Measured("the same against `import textual.app`", ratio, "times", 1.8),
        Measured("`layerlab summary lenet-5`", summary, "s", 0.6),
        Measured("`layerlab presets`", listing, "s", 0.6),
        Measured("memory of the idle app", idle_memory(), "MB", 120.0),
    ]


def first_paint() -> float:
    """Seconds until the app, started on a terminal of 120x36, has drawn its network."""
    begun = perf_counter()
    with on_terminal(APP, (120, 36)) as terminal:
        terminal.until(lambda shown: PAINTED in shown)
        return perf_counter() - begun


def idle_memory() -> float:
    """Megabytes (10**6) of memory that the app holds once drawn, as the kernel counts them; Linux only, else NaN."""
    with on_terminal(APP, (120, 36)) as terminal:
        terminal.until(lambda shown: PAINTED in shown)
        status = Path(f"/proc/{terminal.process.pid}/status")
        if not status.exists():
            return float("nan")
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6


def seconds(command: Sequence[str]) -> float:
    """Wall time of ``command``, which has to succeed."""
    begun = perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - begun
