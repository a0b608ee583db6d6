"""LayerLab's training against ``model.fit`` on NumPy arrays, as a notebook does it; validation included on both sides.

Both sides get the same network, optimizer, loss, batch size and digits, and run by turns in one process, so that
whatever else the machine is doing falls on both alike. What is compared is the median time of an epoch, the first one,
in which each side compiles, set apart; and the time of the whole short training from building on. Each round gives a
ratio, and the median of them counts.
"""

import gc
from collections.abc import Iterator
from importlib import import_module
from statistics import median
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from core import presets
from core.events import EpochEnded, Event
from core.training.session import Session
from tests.benchmarks import in_app, looks
from tests.benchmarks.measured import Measured, Scope

BATCH_SIZE = 128

WANTED = {
    "ffnn-10": 6.0,
    "deep-sigmoid-49": 2.5,
    "ffnn-500": 2.8,
    "mlp-600-100-bn-dropout": 2.2,
    "lenet-5": 1.0,
    "keras-convnet": 1.6,
}
"""The usual presets, and how many times as fast as ``model.fit`` an epoch is wanted; of any other: no slower."""

ROUNDS = 3
EPOCHS = {"ffnn-10": 6, "lenet-5": 2, "keras-convnet": 2}
"""Epochs of each training where it is not three: more of the short ones, fewer of the long ones."""

_Arrays = dict[str, object]


class Round(Struct, frozen=True):
    """Seconds of every epoch of one training on either side; building and tracing are counted with the first."""

    ours: list[float]
    theirs: list[float]

    @property
    def epoch(self) -> float:
        """How many times as fast an epoch is in LayerLab."""
        return usual(self.theirs) / usual(self.ours)

    @property
    def whole(self) -> float:
        """How many times as fast the whole training is in LayerLab."""
        return sum(self.theirs) / sum(self.ours)


def measure(scope: Scope) -> Iterator[Measured]:
    """Each preset's epoch and short training against ``model.fit``'s, then what looking closely costs, and the app."""
    for preset in scope.presets or (("ffnn-10",) if scope.tiny else WANTED):
        yield from _figures(preset, scope)
    yield from looks.measure(scope)
    yield from in_app.measure(scope)


def compare(preset: str, epochs: int, rounds: int) -> list[Round]:
    """Train ``preset`` for ``epochs`` with LayerLab and with ``model.fit`` by turns, ``rounds`` times each."""
    import_module("core.training.trainer")  # neither side's time is TensorFlow's time to load
    loaded = presets.load(presets.find(preset))
    plan = replace(loaded.plan, epochs=epochs, early_stopping=None, batch_size=BATCH_SIZE)
    loaded = replace(loaded, plan=plan)
    arrays = _arrays(loaded)
    return [Round(_ours(loaded), _theirs(loaded, arrays)) for _ in range(rounds)]


def usual(epochs: list[float]) -> float:
    """The median of all epochs but the first, if there are others."""
    return median(epochs[1:] or epochs)


def _figures(preset: str, scope: Scope) -> Iterator[Measured]:
    epochs = 1 if scope.tiny else EPOCHS.get(preset, 3)
    rounds = compare(preset, epochs, scope.times(ROUNDS))
    ours, theirs = (median(usual(getattr(each, side)) for each in rounds) for side in ("ours", "theirs"))
    each = ", ".join(f"{one.epoch:.2f}" for one in rounds)
    whole = [median(sum(getattr(one, side)) for one in rounds) for side in ("ours", "theirs")]
    yield Measured(f"{preset}: an epoch", ours, "s", note=f"model.fit {theirs:.3g} s")
    yield Measured(
        f"{preset}: an epoch, times as fast as model.fit",
        median(one.epoch for one in rounds),
        "times",
        WANTED.get(preset, 1.0),
        at_most=False,
        note=f"rounds: {each}",
    )
    yield Measured(
        f"{preset}: {epochs} epochs from building on, times as fast",
        median(one.whole for one in rounds),
        "times",
        1.0,
        at_most=False,
        note=f"{whole[0]:.3g} s, model.fit {whole[1]:.3g} s",
    )


def _ours(preset: presets.Preset) -> list[float]:
    marks: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded):
            marks.append(perf_counter())

    gc.collect()  # neither side pays for what the other left
    begun = perf_counter()
    ended = Session(preset.architecture, preset.plan, listen).run()
    if ended.reason != "finished":
        raise RuntimeError(ended.message)
    return _differences(begun, marks)


def _theirs(preset: presets.Preset, arrays: _Arrays) -> list[float]:
    import keras

    from core.keras_runtime import keras_model

    marks: list[float] = []
    mark = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: marks.append(perf_counter()))
    gc.collect()
    begun = perf_counter()
    model = keras_model.build(preset.architecture, preset.plan.seed)
    model.compile(
        optimizer=keras_model.optimizer(preset.plan), loss=keras_model.loss(preset.plan), metrics=["accuracy"]
    )
    model.fit(**arrays, batch_size=preset.plan.batch_size, epochs=preset.plan.epochs, verbose=0, callbacks=[mark])
    return _differences(begun, marks)


def _arrays(preset: presets.Preset) -> _Arrays:
    """What a notebook gives to ``fit``."""
    import numpy as np

    from core.datasets.catalog import mnist

    digits = mnist.load()
    scale = 255.0 if preset.plan.pixels == "0..1" else 1.0

    def images(pixels: "np.ndarray") -> "np.ndarray":
        return (pixels.astype("float32") / scale).reshape(-1, *preset.architecture.input_shape)

    def labels(classes: "np.ndarray") -> "np.ndarray":
        sparse = preset.plan.loss.takes_classes
        return classes if sparse else np.eye(10, dtype="float32")[classes]

    train = {"x": images(digits.x_train), "y": labels(digits.y_train)}
    if isinstance(preset.plan.validation, float):
        return {**train, "validation_split": preset.plan.validation}
    if preset.plan.validation == "none":
        return {**train}
    return {**train, "validation_data": (images(digits.x_test), labels(digits.y_test))}


def _differences(begun: float, marks: list[float]) -> list[float]:
    return [after - before for before, after in zip([begun, *marks], marks, strict=False)]
