"""The masks of Keras's Dropout, drawn ahead of the steps that use them. Importing this loads TensorFlow.

Inside code that XLA compiles for a CPU, drawing random numbers takes ten times as long as all the rest of a step. Drawn
outside, from the layer's own generator and in Keras's own order, they are the same numbers.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import tensorflow as tf

__all__ = ["draw", "forward", "values"]


def draw(model: keras.Model, size: int, steps: int, count: Any) -> tuple[Any, ...]:
    """Masks for the ``count`` (a tensor) of ``steps`` steps of ``size`` examples that will be taken.

    One for every layer that drops: bool (steps, size, ...), true where a value is kept; what belongs to steps that
    are not taken says nothing. The generators of the layers move on by ``count`` steps.
    """
    return tuple(_drawn(layer, (size, *_input(layer)), steps, count) for layer in model.layers if _drops(layer))


def values(model: keras.Model) -> int:
    """How many values of the masks one example has."""
    return sum(prod(_input(layer)) for layer in model.layers if _drops(layer))


def forward(model: keras.Model, masks: Sequence[Any], x: Any) -> Any:
    """What the layers of ``model`` give for ``x`` while training, with the masks of one step."""
    left = iter(masks)
    for layer in model.layers:
        # As tf.nn.experimental.stateless_dropout has it, which is what Keras calls.
        x = tf.where(next(left), x * (1.0 / (1.0 - layer.rate)), 0.0) if _drops(layer) else layer(x, training=True)
    return x


def _drops(layer: keras.Layer) -> bool:
    # Exactly Dropout: what derives from it makes its masks in another shape.
    return type(layer) is keras.layers.Dropout and layer.rate > 0


def _input(layer: keras.Layer) -> tuple[int, ...]:
    """The shape of what the layer is given, for one example."""
    shape: tuple[int, ...] = layer.input.shape[1:]
    return shape


def _drawn(layer: keras.Layer, shape: tuple[int, ...], steps: int, count: Any) -> Any:
    state = layer.seed_generator.state
    first = tf.identity(state.value)  # a copy: a variable would be read after it has moved on
    state.assign(first + tf.stack([0, tf.cast(count, first.dtype)]))
    ahead = first + tf.stack([tf.zeros(count, first.dtype), tf.range(count, dtype=first.dtype)], axis=1)
    seeds = tf.cast(tf.math.floormod(ahead, tf.int32.max - 1), tf.int32)

    def mask(seed: Any) -> Any:
        return tf.random.stateless_uniform(shape, seed) >= layer.rate

    drawn = tf.map_fn(mask, seeds, fn_output_signature=tf.TensorSpec(shape, tf.bool))
    # Compiled code wants one shape; drawing what is not used would take longer than the few steps of a short call.
    return tf.ensure_shape(tf.pad(drawn, [[0, steps - count], *([0, 0] for _ in shape)]), [steps, *shape])
