"""An architecture as a Keras model, a plan's optimizer and loss as Keras's. Importing this loads TensorFlow."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import numpy as np

from core.architecture import Architecture
from core.keras_call import Call
from core.plan import Plan
from core.training import runtime

runtime.prepare()

import keras  # noqa: E402  # what prepare() sets is read when Keras is imported

__all__ = ["build", "loss", "make", "optimizer", "parts"]

keras.config.set_floatx("float32")
keras.config.set_image_data_format("channels_last")


def build(architecture: Architecture, seed: int) -> keras.Model:
    """The Keras model, not compiled. Whatever Keras finds wrong with it is raised as Keras raises it.

    Two models built with the same seed are equal: every initializer and every layer that draws random numbers gets
    a seed of its own from ``seed`` and its place in the stack, unless it brings one.
    """
    model = keras.Sequential([keras.Input(architecture.input_shape)])
    for index, layer in enumerate(architecture.layers, start=1):
        for part, call in enumerate(layer.calls()):
            made = make(call)
            for number, unseeded in enumerate(_unseeded(made)):
                _give_seed(unseeded, _derived(seed, index, part, number))
            model.add(made)
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


def _unseeded(layer: keras.layers.Layer) -> Iterator[Any]:
    """The initializers and generators of random numbers in ``layer`` that were given no seed, in a fixed order."""
    for inner in layer._flatten_layers():
        for _, held in sorted(vars(inner).items()):
            given: int | None = 0
            if isinstance(held, keras.initializers.Initializer):
                given = getattr(held, "_init_seed", 0)
            elif isinstance(held, keras.random.SeedGenerator):
                given = held._initial_seed
            if given is None:
                yield held


def _give_seed(unseeded: Any, seed: int) -> None:
    if isinstance(unseeded, keras.random.SeedGenerator):
        unseeded.state.assign([seed, 0])
    else:
        unseeded.seed = seed


def _derived(seed: int, *place: int) -> int:
    """A seed from 0 to 2**31 - 1."""
    return int(np.random.SeedSequence([seed, *place]).generate_state(1)[0]) >> 1
