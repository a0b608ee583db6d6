"""The masks of Keras's Dropout, drawn before the steps that use them. Importing this loads TensorFlow.

In code that XLA compiles for a CPU, drawing random numbers takes ten times as long as the rest of a step. Drawn
outside, from the layer's own generator and in Keras's order, they are the same numbers.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import tensorflow as tf

__all__ = ["draw", "forward", "values"]


def draw(model: keras.Model, size: int, steps: int, count: Any) -> tuple[Any, ...]:
    """Masks for ``count`` (a tensor) steps of ``size`` examples, padded to ``steps``.

    One for every Dropout layer: bool (steps, size, ...), true where a value is kept; the padding has no meaning. The
    generators of the layers advance by ``count`` steps.
    """
    return tuple(
        _draw_layer(layer, (size, *_input(layer)), steps, count) for layer in model.layers if _is_dropout(layer)
    )


def values(model: keras.Model) -> int:
    """How many mask values one example needs."""
    return sum(prod(_input(layer)) for layer in model.layers if _is_dropout(layer))


def forward(model: keras.Model, masks: Sequence[Any], x: Any) -> Any:
    """The output of ``model`` for ``x`` in training mode, with the masks of one step."""
    remaining = iter(masks)
    for layer in model.layers:
        # As in tf.nn.experimental.stateless_dropout, which Keras calls.
        x = (
            tf.where(next(remaining), x * (1.0 / (1.0 - layer.rate)), 0.0)
            if _is_dropout(layer)
            else layer(x, training=True)
        )
    return x


def _is_dropout(layer: keras.Layer) -> bool:
    # Exactly Dropout: its subclasses draw masks of another shape.
    return type(layer) is keras.layers.Dropout and layer.rate > 0


def _input(layer: keras.Layer) -> tuple[int, ...]:
    """The shape of the layer's input, for one example."""
    shape: tuple[int, ...] = layer.input.shape[1:]
    return shape


def _draw_layer(layer: keras.Layer, shape: tuple[int, ...], steps: int, count: Any) -> Any:
    state = layer.seed_generator.state
    first = tf.identity(state.value)  # a copy: the variable would be read after it has advanced
    state.assign(first + tf.stack([0, tf.cast(count, first.dtype)]))
    states = first + tf.stack([tf.zeros(count, first.dtype), tf.range(count, dtype=first.dtype)], axis=1)
    seeds = tf.cast(tf.math.floormod(states, tf.int32.max - 1), tf.int32)

    def mask(seed: Any) -> Any:
        return tf.random.stateless_uniform(shape, seed) >= layer.rate

    drawn = tf.map_fn(mask, seeds, fn_output_signature=tf.TensorSpec(shape, tf.bool))
    # Compiled code needs a fixed shape; drawing unused masks would take longer than the few steps of a short call.
    return tf.ensure_shape(tf.pad(drawn, [[0, steps - count], *([0, 0] for _ in shape)]), [steps, *shape])
