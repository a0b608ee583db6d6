"""How soon a person has something in front of them: whole processes, timed from outside."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from time import perf_counter

from tests.benchmarks import in_app
from tests.benchmarks.driven import ALONE, Witnessed, drive
from tests.benchmarks.measured import Measured, Scope
from tests.benchmarks.processes import held, run
from tests.tui.on_terminal import on_terminal

PAINTED = "61,706 params"
"""Stands on the screen once lenet-5 has been drawn."""

PYTHON = sys.executable
BARE = "import tensorflow, keras; from tests.benchmarks.processes import held; print(held(), held(line='RssAnon'))"
APP = [PYTHON, "-m", "tui", "lenet-5"]


def measure(scope: Scope) -> Iterator[Measured]:
    """First paint against the bare import of Textual, the commands that answer at once, and how trainings begin."""
    yield from _starts(scope.times(7))
    yield Measured("memory of the idle app", idle_memory(), "MB", 120.0)
    yield from _trainings(scope)


def _starts(rounds: int) -> Iterator[Measured]:
    paints, imports = [], []
    for _ in range(rounds):
        paints.append(first_paint())
        imports.append(seconds([PYTHON, "-c", "import textual.app"]))
    ratio = median(paint / bare for paint, bare in zip(paints, imports, strict=True))
    yield Measured("start of the process to first paint", median(paints), "s", 1.0)
    yield Measured("the same against `import textual.app`", ratio, "times", 1.8, note=f"{median(imports):.2f} s")
    for command in (["summary", "lenet-5"], ["presets"]):
        taken = median(seconds([PYTHON, "-m", "tui", *command]) for _ in range(rounds))
        yield Measured(f"`layerlab {' '.join(command)}`", taken, "s", 0.6)


def _trainings(scope: Scope) -> Iterator[Measured]:
    """Trainings in the app: in the runs from which `in_app` takes its epochs, and with `t` pressed at once."""
    preset, epochs, batch_size = in_app.PRESET, in_app.epochs(scope), in_app.BATCH_SIZE
    calm = [drive(preset, epochs, batch_size, turn) for turn in range(scope.times(in_app.ROUNDS))]
    yield _stall("loaded and the network prepared in the background", calm, 150.0)
    yield Measured("its lag meanwhile, 99th percentile", max(1e3 * each.lag for each in calm), "ms", 20.0)
    first = median(each.first for each in calm)
    yield Measured(f"`t` to the first point of {preset}, left alone for up to {ALONE:.0f} s before", first, "s", 0.5)
    yield Measured("the same for a second training in the same app", median(t.second for t in calm), "s", 1.0)
    yield from _memory(calm)
    if not scope.tiny:
        hasty = [drive(preset, 1, batch_size, turn, hasty=True) for turn in range(scope.times(in_app.ROUNDS))]
        yield _stall("loaded on `t`", hasty, 350.0)
        yield Measured(
            f"`t` to the first point of {preset}, TensorFlow loaded on it", median(t.first for t in hasty), "s"
        )


def _memory(told: list[Witnessed]) -> Iterator[Measured]:
    """What the app holds before a training, over a process that has only imported TensorFlow and Keras."""
    bare, own = map(float, run([PYTHON, "-c", BARE]).split())
    note = f"over {bare:.0f} MB"
    loaded, prepared = _median(each.loaded for each in told), _median(each.prepared for each in told)
    what = "memory of the app over the bare import"
    yield Measured(f"{what}, TensorFlow and the digits loaded", loaded - bare, "MB", 90.0, note=note)
    yield Measured(f"{what}, the network built, compiled and tried out", prepared - bare, "MB", note=note)
    unshared = _median(each.own for each in told)
    yield Measured("of that, what no other process shares", unshared - own, "MB", note=f"over {own:.0f} MB")


def _median(figures: Iterable[float | None]) -> float:
    return median(figure for figure in figures if figure is not None)


def _stall(when: str, told: list[Witnessed], wanted: float) -> Measured:
    stalls = [1e3 * each.stall for each in told]
    rounds = ", ".join(f"{stall:.0f}" for stall in stalls)
    what = f"longest stall of the event loop, TensorFlow {when}"
    return Measured(what, max(stalls), "ms", wanted, note=f"rounds: {rounds}")


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
        return held(terminal.process.pid)


def seconds(command: Sequence[str]) -> float:
    """Wall time of ``command``, which has to succeed."""
    begun = perf_counter()
    run(command)
    return perf_counter() - begun
