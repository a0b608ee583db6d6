"""What keeping a run costs: the same training kept and not kept, by turns, in one process."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from msgspec.structs import replace

from core import presets
from core.events import Ended, EpochEnded, Event, RunNotSaved
from core.presets import Preset
from core.runs.recorder import wait_until_written
from core.runs.sessions import new_session
from core.runs.store import Store
from core.training.session import Session
from tests.benchmarks.measured import Measured, Scope

EPOCHS = {"ffnn-500": 10, "ffnn-10": 60}
WANTED = {"ffnn-500": 1.03, "ffnn-10": 1.05}
ROUNDS = 5


def measure(scope: Scope) -> Iterator[Measured]:
    """How much longer training takes; the first epoch, in which each side compiles, is set apart."""
    for name in ("ffnn-10",) if scope.tiny else EPOCHS:
        loaded = presets.load(presets.find(name))
        epochs = 2 if scope.tiny else EPOCHS[name]
        preset = replace(loaded, plan=replace(loaded.plan, epochs=epochs, early_stopping=None))
        ratios = []
        for turn in range(scope.times(ROUNDS)):
            # Whichever comes second finds warmer caches: they take turns at that too.
            order = (True, False) if turn % 2 else (False, True)
            taken = {keeping: _seconds(preset, keeping=keeping) for keeping in order}
            ratios.append(taken[True] / taken[False])
        rounds = ", ".join(f"{ratio:.3f}" for ratio in ratios)
        yield Measured(
            f"{name} kept as a run", median(ratios), "times", WANTED[name], note=f"{epochs} epochs; rounds: {rounds}"
        )


def _seconds(preset: Preset, *, keeping: bool) -> float:
    """From the end of the first epoch to the end of training, as a person waits for it."""
    times: list[float] = []
    trouble: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded | Ended):
            times.append(perf_counter())
        if isinstance(event, RunNotSaved):
            trouble.append(event.message)

    with TemporaryDirectory() as home:
        if keeping:
            session = new_session(Store(Path(home)), preset, listen)
        else:
            session = Session(preset.architecture, preset.plan, listen)
        ended = session.run()
        if keeping:
            wait_until_written()
    if ended.reason != "finished" or trouble:
        raise RuntimeError("; ".join([ended.message, *trouble]))
    return times[-1] - times[0]
