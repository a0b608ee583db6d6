"""LayerLab's training against ``model.fit`` on NumPy arrays, as a notebook does it; validation included on both sides.

Both sides get the same network, optimizer, loss, batch size and digits, and run by turns in one process, so that
whatever else the machine is doing falls on both alike. What is compared is the median time of an epoch (the first one,
in which each side compiles, set apart) and the time of a whole short training from the built network on.
"""

from importlib import import_module
from itertools import pairwise
from statistics import median
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from core import presets
from core.training.events import Ended, EpochEnded, Event, Progress
from core.training.session import Session
from tests.benchmarks.measured import Measured

WANTED = {
    "ffnn-10": 6.0,
    "deep-sigmoid-49": 2.5,
    "ffnn-500": 2.8,
    "mlp-600-100-bn-dropout": 2.2,
    "keras-convnet": 1.6,
}
"""How many times as fast as ``model.fit`` an epoch is wanted; where nothing stands, no slower."""

PRESETS = ("ffnn-10", "deep-sigmoid-49", "ffnn-500", "mlp-600-100-bn-dropout", "lenet-5", "keras-convnet")


class Comparison(Struct, frozen=True):
    """Seconds: medians over all epochs but the first of every round, and over the rounds' whole trainings."""

    preset: str
    batch_size: int
    epochs: int
    rounds: int
    ours: float
    theirs: float
    ratio: float
    """How many times as fast an epoch is in LayerLab."""
    ours_whole: float
    theirs_whole: float
    ratio_whole: float
    longest_gap: float
    """Longest time between two points of our training curve within an epoch."""


def compare(preset: str, epochs: int = 3, rounds: int = 3, batch_size: int | None = 128) -> Comparison:
    """Train ``preset`` for ``epochs`` by turns with LayerLab and with ``model.fit``, ``rounds`` times each."""
    import_module("core.training.trainer")  # neither side's time is TensorFlow's time to load
    loaded = presets.load(presets.find(preset))
    plan = replace(loaded.plan, epochs=epochs, early_stopping=None, batch_size=batch_size or loaded.plan.batch_size)
    loaded = replace(loaded, plan=plan)
    data = _arrays(loaded)
    ours, theirs, gaps = [], [], []
    for _ in range(rounds):
        seconds, gap = _ours(loaded)
        ours.append(seconds)
        gaps.append(gap)
        theirs.append(_theirs(loaded, data))
    each = [median(second for taken in side for second in (taken[1:] or taken)) for side in (ours, theirs)]
    whole = [median(sum(taken) for taken in side) for side in (ours, theirs)]
    return Comparison(
        preset=preset,
        batch_size=plan.batch_size,
        epochs=epochs,
        rounds=rounds,
        ours=each[0],
        theirs=each[1],
        ratio=each[1] / each[0],
        ours_whole=whole[0],
        theirs_whole=whole[1],
        ratio_whole=whole[1] / whole[0],
        longest_gap=max(gaps),
    )


def _ours(preset: presets.Preset) -> tuple[list[float], float]:
    """Seconds of every epoch, building and tracing counted with the first; the longest time between two points."""
    marks: list[float] = []
    points: list[tuple[int, float]] = []

    def listen(event: Event) -> None:
        now = perf_counter()
        if isinstance(event, Progress):
            points.append((event.epoch, now))
        elif isinstance(event, EpochEnded):
            marks.append(now)

    begun = perf_counter()
    ended: Ended = Session(preset.architecture, preset.plan, listen).run()
    if ended.reason != "finished":
        raise RuntimeError(ended.message)
    gaps = [now - before for (epoch, before), (same, now) in pairwise(points) if epoch == same]
    return _differences(begun, marks), max(gaps, default=0.0)


def _theirs(preset: presets.Preset, data: "_Data") -> list[float]:
    import keras

    from core import keras_model

    marks: list[float] = []
    mark = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: marks.append(perf_counter()))
    begun = perf_counter()
    model = keras_model.build(preset.architecture, preset.plan.seed)
    model.compile(
        optimizer=keras_model.optimizer(preset.plan), loss=keras_model.loss(preset.plan), metrics=["accuracy"]
    )
    model.fit(**data, batch_size=preset.plan.batch_size, epochs=preset.plan.epochs, verbose=0, callbacks=[mark])
    return _differences(begun, marks)


_Data = dict[str, object]


def _arrays(preset: presets.Preset) -> _Data:
    """What a notebook gives to ``fit``."""
    import numpy as np

    from core.datasets import mnist

    digits = mnist.load()
    scale = 255.0 if preset.plan.pixels == "0..1" else 1.0

    def images(pixels: "np.ndarray") -> "np.ndarray":
        return (pixels.astype("float32") / scale).reshape(-1, *preset.architecture.input_shape)

    train = {"x": images(digits.x_train), "y": np.eye(10, dtype="float32")[digits.y_train]}
    if isinstance(preset.plan.validation, float):
        return {**train, "validation_split": preset.plan.validation}
    return {**train, "validation_data": (images(digits.x_test), np.eye(10, dtype="float32")[digits.y_test])}


def _differences(begun: float, marks: list[float]) -> list[float]:
    return [after - before for before, after in zip([begun, *marks], marks, strict=False)]


def measure(*, tiny: bool) -> list[Measured]:
    """Each preset's epoch against ``model.fit``'s, and its whole short training, tracing and compiling included."""
    figures = []
    for preset in PRESETS[:1] if tiny else PRESETS:
        result = compare(preset, epochs=1, rounds=1) if tiny else compare(preset)
        figures += [
            Measured(f"{preset}: an epoch", result.ours, "s", note=f"model.fit {result.theirs:.2f} s"),
            Measured(
                f"{preset}: times as fast as model.fit", result.ratio, "times", WANTED.get(preset, 1.0), at_most=False
            ),
            Measured(
                f"{preset}: {result.epochs} epochs from building on", result.ratio_whole, "times", 1.0, at_most=False
            ),
        ]
    return figures
