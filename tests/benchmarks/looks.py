"""What the close looks at single steps cost: the same training with them and without, by turns, in one process."""

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from msgspec.structs import replace

from core import presets
from core.events import EpochEnded, Event, StepSampled
from core.presets import Preset
from core.training import sampling
from core.training.session import Session
from tests.benchmarks.measured import Measured, Scope

EPOCHS = {"ffnn-10": 60, "ffnn-500": 12, "lenet-5": 3}
ROUNDS = 5


def measure(scope: Scope) -> Iterator[Measured]:
    """How much longer the epochs take; the first one, in which each side compiles, is set apart."""
    for name in ("ffnn-10",) if scope.tiny else EPOCHS:
        loaded = presets.load(presets.find(name))
        epochs = 2 if scope.tiny else EPOCHS[name]
        preset = replace(loaded, plan=replace(loaded.plan, epochs=epochs, early_stopping=None))
        ratios, looks = [], 0
        for turn in range(scope.times(ROUNDS)):
            # Whichever comes second finds warmer caches: they take turns at that too.
            order = (True, False) if turn % 2 else (False, True)
            taken = {looking: trained(preset, looking=looking) for looking in order}
            ratios.append(taken[True][0] / taken[False][0])
            looks = taken[True][1]
        yield Measured(
            f"{name} looked at closely now and then",
            median(ratios),
            "times",
            1.03,
            note=f"{looks} looks in {epochs} epochs; rounds: {', '.join(f'{ratio:.3f}' for ratio in ratios)}",
        )


def trained(preset: Preset, *, looking: bool) -> tuple[float, int]:
    """Seconds of all epochs of a training but the first, and how often a step was looked at closely."""
    told: list[Event] = []
    with _share(sampling.SHARE if looking else -1.0):
        ended = Session(preset.architecture, preset.plan, told.append).run()
    if ended.reason != "finished":
        raise RuntimeError(ended.message)
    epochs = [event.seconds for event in told if isinstance(event, EpochEnded)]
    return sum(epochs[1:]), sum(isinstance(event, StepSampled) for event in told)


@contextmanager
def _share(share: float) -> Iterator[None]:
    usual = sampling.SHARE
    sampling.SHARE = share
    try:
        yield
    finally:
        sampling.SHARE = usual
