"""Builds the keras.Model of an architecture, and a plan's optimizer and loss. Importing this loads TensorFlow."""

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

runtime.load()

import keras  # noqa: E402  # what load() sets is read when Keras is imported

__all__ = ["build", "loss", "make", "optimizer", "parts"]

keras.config.set_floatx("float32")
keras.config.set_image_data_format("channels_last")

_seed_lock = Lock()


def build(architecture: Architecture, seed: int) -> keras.Model:
    """The Keras model, not compiled. Raises whatever Keras raises.

    Two models built with the same seed are equal, and equal to one whose layers are created in order right after
    ``keras.utils.set_random_seed(seed)``.
    """
    with _seeded(seed):
        layers = [make(call) for layer in architecture.layers for call in layer.calls()]
    model = keras.Sequential([keras.Input(architecture.input_shape), *layers])
    for layer in model.layers:
        for outer in layer._flatten_layers():
            if not outer.trainable:
                # A wrapper such as Bidirectional does not freeze its inner layers.
                for inner in outer._flatten_layers():
                    inner.trainable = False
    return model


def parts(architecture: Architecture, model: keras.Model) -> dict[int, tuple[keras.layers.Layer, ...]]:
    """The Keras layers of each row of ``architecture``, from 1 on, in a ``model`` made by `build`."""
    layers = iter(model.layers)
    return {row: tuple(next(layers) for _ in layer.calls()) for row, layer in enumerate(architecture.layers, start=1)}


def optimizer(plan: Plan) -> keras.optimizers.Optimizer:
    """The plan's optimizer; its learning rate is a variable that can be assigned."""
    return make(plan.optimizer.call())


def loss(plan: Plan) -> keras.losses.Loss:
    """The plan's loss."""
    return make(plan.loss.call())


def make(call: Call) -> Any:
    """The Keras object that ``call`` creates."""
    arguments = {name: make(value) if isinstance(value, Call) else value for name, value in call.arguments}
    return attrgetter(call.function)(keras)(**arguments)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed Python's random numbers with ``seed``, and restore their state afterwards.

    A layer or an initializer without a seed draws its own from them when it is created; all it draws later depends on
    that alone.
    """
    with _seed_lock:
        state = random.getstate()
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(state)
