"""Training steps that XLA compiles as a whole, for networks that benefit. Importing this loads TensorFlow.

A step of a small dense network is about a hundred operations of a few microseconds each, and TensorFlow's overhead
between them is just as long. Compiled, the step is a handful of loops over memory. What XLA does badly on a CPU stays
outside: gathering the examples, and drawing random numbers.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from core.network.architecture import Architecture
from core.training import loops, masks

__all__ = ["benefits", "steps", "steps_per_gather"]

LARGEST_BATCH = 512
"""Largest batch for which compiling pays off: from 1,024 on TensorFlow's own operations use the cores better."""

GATHERED_EXAMPLES = 4096
"""Examples gathered at a time, so that one call into the compiled code runs many steps. They take 3 MB."""

MASK_VALUES = 2**24
"""Values of dropout masks drawn at a time, one byte each, unless a single step needs more."""


def benefits(architecture: Architecture, size: int) -> bool:
    """Whether training ``architecture`` with batches of ``size`` is faster compiled, on a CPU."""
    return size <= LARGEST_BATCH and all(layer.faster_compiled for layer in architecture.layers)


def steps_per_gather(model: keras.Model, size: int) -> int:
    """How many steps of ``size`` examples have their images and masks prepared at once."""
    return max(1, min(GATHERED_EXAMPLES, MASK_VALUES // max(1, masks.values(model))) // size)


def steps(task: loops.Task, size: int) -> loops.Steps:
    """`loops.steps`, compiled. It compiles at its first call, which may be for zero steps."""
    per_gather = steps_per_gather(task.model, size)
    run_gathered = _compiled_steps(task, size)

    def run(images: Any, labels: Any, order: Any, first: Any, count: Any, sums: loops.Sums) -> tuple[Any, loops.Sums]:
        def gather_and_run(done: Any, sums: loops.Sums, _: Any) -> tuple[Any, loops.Sums, Any]:
            indices = order[first + done * size : first + (done + per_gather) * size]
            # Compiled code needs a fixed shape; the padding at the end of an epoch is never used.
            indices = tf.ensure_shape(
                tf.pad(indices, [[0, per_gather * size - tf.shape(indices)[0]]]), [per_gather * size]
            )
            count_now = tf.minimum(count - done, per_gather)
            step_masks = masks.draw(task.model, size, per_gather, count_now)
            taken, sums = run_gathered(*loops.gather(task, images, labels, indices), step_masks, count_now, sums)
            return done + taken, sums, _unfinished(done + taken, count, sums)

        # The first iteration always runs, even for zero steps: that is what triggers compilation.
        state = [tf.constant(0), sums, tf.constant(True)]
        done, sums, _ = tf.while_loop(lambda *state: state[-1], gather_and_run, state, parallel_iterations=1)
        return done, sums

    traced: loops.Steps = tf.function(run, loops.signature(task.image), autograph=False)
    return traced


def _compiled_steps(task: loops.Task, size: int) -> Callable[..., tuple[Any, loops.Sums]]:
    """A compiled function that runs ``count`` steps over gathered images and labels, with a mask for every step."""
    apply = loops.update(task.model, fused=False)

    def run_steps(
        images: Any, labels: Any, step_masks: tuple[Any, ...], count: Any, sums: loops.Sums
    ) -> tuple[Any, loops.Sums]:
        def step(done: Any, sums: loops.Sums) -> tuple[Any, loops.Sums]:
            pixels = tf.slice(images, [done * size, *(0 for _ in task.image)], [size, *task.image])
            truth = tf.slice(labels, [done * size], [size])

            def forward(x: Any) -> Any:
                return masks.forward(task.model, [mask[done] for mask in step_masks], x)

            return done + 1, loops.add(sums, loops.train_step(task, forward, apply, pixels, truth))

        done, sums = tf.while_loop(lambda done, sums: _unfinished(done, count, sums), step, [tf.constant(0), sums])
        return done, sums

    compiled: Callable[..., tuple[Any, loops.Sums]] = tf.function(run_steps, jit_compile=True, autograph=False)
    return compiled


def _unfinished(done: Any, count: Any, sums: loops.Sums) -> Any:
    return tf.logical_and(done < count, tf.math.is_finite(sums[0]))
