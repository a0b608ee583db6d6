"""An architecture as a Keras model, a plan's optimizer and loss as Keras's. Importing this loads TensorFlow."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from threading import Lock
from typing import Any

from core.keras_call import Call
from core.keras_runtime import runtime
from core.network.architecture import Architecture
from core.plan.plan import Plan

runtime.prepare()

import keras  # noqa: E402  # what prepare() sets is read when Keras is imported

__all__ = ["build", "loss", "make", "optimizer", "parts"]

keras.config.set_floatx("float32")
keras.config.set_image_data_format("channels_last")

_one_at_a_time = Lock()


def build(architecture: Architecture, seed: int) -> keras.Model:
    """The Keras model, not compiled. Whatever Keras finds wrong with it is raised as Keras raises it.

    Two models built with the same seed are equal, and equal to one whose layers are made in their order right after
    ``keras.utils.set_random_seed(seed)``.
    """
    with _seeded(seed):
        layers = [make(call) for layer in architecture.layers for call in layer.calls()]
    model = keras.Sequential([keras.Input(architecture.input_shape), *layers])
    for layer in model.layers:
        for outer in layer._flatten_layers():
            if not outer.trainable:
                # A wrapper such as Bidirectional does not freeze what it holds.
                for inner in outer._flatten_layers():
                    inner.trainable = False
    return model


def parts(architecture: Architecture, model: keras.Model) -> dict[int, tuple[keras.layers.Layer, ...]]:
    """The Keras layers that each row of ``architecture``, from 1 on, became in a ``model`` that `build` made."""
    made = iter(model.layers)
    return {row: tuple(next(made) for _ in layer.calls()) for row, layer in enumerate(architecture.layers, start=1)}


def optimizer(plan: Plan) -> keras.optimizers.Optimizer:
    """The plan's optimizer, its learning rate a variable that can be assigned to."""
    return make(plan.optimizer.call())


def loss(plan: Plan) -> keras.losses.Loss:
    """The plan's loss."""
    return make(plan.loss.call())


def make(call: Call) -> Any:
    """What ``call`` makes when it is carried out in Keras."""
    arguments = {name: make(value) if isinstance(value, Call) else value for name, value in call.arguments}
    return attrgetter(call.function)(keras)(**arguments)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Begin Python's random numbers at ``seed``, and afterwards put them back.

    From them a layer or an initializer that is given no seed draws its own when it is made; what it then draws depends
    on that alone.
    """
    with _one_at_a_time:
        state = random.getstate()
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(state)
