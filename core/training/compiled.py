"""Training steps that XLA compiles as a whole, for networks that gain by it. Importing this loads TensorFlow.

A step of a small dense network is some hundred operations of a few microseconds each, and TensorFlow takes as long to
go from one to the next. Compiled, the step is a handful of loops over memory. What XLA does badly on a CPU stays
outside: picking the examples, and drawing random numbers.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from core.training import loops, masks

__all__ = ["benefits", "picked", "steps"]

LAYERS = (
    keras.layers.Activation,
    keras.layers.BatchNormalization,
    keras.layers.Dense,
    keras.layers.Dropout,
    keras.layers.ELU,
    keras.layers.Flatten,
    keras.layers.LayerNormalization,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.Rescaling,
    keras.layers.Reshape,
)
"""Layers that a CPU gets through faster when compiled. Convolutions take three times as long."""

LARGEST_BATCH = 512
"""Examples in a batch up to which compiling pays: from 1,024 on TensorFlow's own operations use the cores better."""

PICKED = 4096
"""Examples picked at a time, so that the way into the compiled code is gone once for many steps. They take 3 MB."""

MASKED = 2**24
"""Values of dropout's masks drawn at a time, a byte each, unless a single step takes more."""


def benefits(model: keras.Model, size: int) -> bool:
    """Whether training ``model`` with batches of ``size`` is faster compiled, on a CPU."""
    # Exactly these: what derives from one of them may do anything.
    return size <= LARGEST_BATCH and all(type(layer) in LAYERS for layer in model.layers)


def picked(model: keras.Model, size: int) -> int:
    """How many steps of ``size`` examples get their images, and their masks, at once."""
    return max(1, min(PICKED, MASKED // max(1, masks.values(model))) // size)


def steps(task: loops.Task, size: int) -> loops.Steps:
    """`loops.steps`, compiled. It compiles at its first call, which may be one for no steps."""
    most = picked(task.model, size)
    take = _taking(task, size)

    def run(images: Any, labels: Any, order: Any, first: Any, count: Any, sums: loops.Sums) -> tuple[Any, loops.Sums]:
        def pick(done: Any, sums: loops.Sums, _: Any) -> tuple[Any, loops.Sums, Any]:
            chosen = order[first + done * size : first + (done + most) * size]
            # Compiled code wants one shape; what is added at the end of an epoch is never looked at.
            chosen = tf.ensure_shape(tf.pad(chosen, [[0, most * size - tf.shape(chosen)[0]]]), [most * size])
            now = tf.minimum(count - done, most)
            kept = masks.draw(task.model, size, most, now)
            more, sums = take(*loops.gather(task, images, labels, chosen), kept, now, sums)
            return done + more, sums, _going(done + more, count, sums)

        # The first round is always made, for no steps if none are wanted: that is how compiling is brought about.
        state = [tf.constant(0), sums, tf.constant(True)]
        done, sums, _ = tf.while_loop(lambda *state: state[-1], pick, state, parallel_iterations=1)
        return done, sums

    traced: loops.Steps = tf.function(run, loops.signature(task.image), autograph=False)
    return traced


def _taking(task: loops.Task, size: int) -> Callable[..., tuple[Any, loops.Sums]]:
    """Compiled, ``count`` steps through picked images and labels from the first on, with a mask for every step."""
    apply = loops.update(task.model, fused=False)

    def take(images: Any, labels: Any, kept: tuple[Any, ...], count: Any, sums: loops.Sums) -> tuple[Any, loops.Sums]:
        def step(done: Any, sums: loops.Sums) -> tuple[Any, loops.Sums]:
            pixels = tf.slice(images, [done * size, *(0 for _ in task.image)], [size, *task.image])
            truth = tf.slice(labels, [done * size], [size])

            def forward(x: Any) -> Any:
                return masks.forward(task.model, [mask[done] for mask in kept], x)

            return done + 1, loops.add(sums, loops.train_step(task, forward, apply, pixels, truth))

        done, sums = tf.while_loop(lambda done, sums: _going(done, count, sums), step, [tf.constant(0), sums])
        return done, sums

    compiled: Callable[..., tuple[Any, loops.Sums]] = tf.function(take, jit_compile=True, autograph=False)
    return compiled


def _going(done: Any, count: Any, sums: loops.Sums) -> Any:
    return tf.logical_and(done < count, tf.math.is_finite(sums[0]))
