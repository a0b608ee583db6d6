"""Training and evaluation as TensorFlow functions that run many steps a call. Importing this loads TensorFlow.

A call costs as much as a step of a small network, and the way from Python to TensorFlow and back more than that. So
the steps of a call run in a loop inside the graph, and how many is an argument: a function is traced once and its
calls are made as long as suits whoever waits for them.

``sums`` is what every call is given and gives back: the loss summed over examples (float64) and the right answers
(int64) since the epoch began. Because the sums go on from call to call in one order of additions, the figures do not
depend on where one call ended and the next began.
"""

from collections.abc import Callable
from typing import Any, Protocol

import keras
import tensorflow as tf
from msgspec import Struct

from core.network.shapes import Shape

__all__ = [
    "INDEX",
    "Batch",
    "Forward",
    "Steps",
    "Sums",
    "Task",
    "Update",
    "add",
    "evaluation",
    "gather",
    "signature",
    "steps",
    "train_step",
    "update",
]

Sums = tuple[Any, Any]
Batch = Callable[[Any, Any], tuple[Any, Any]]
"""Images and class numbers as they are stored -> what the model and the loss take."""
Forward = Callable[[Any], Any]
"""What the model takes -> what it gives while training."""
Update = Callable[..., object]


class Task(Struct, frozen=True, eq=False):
    """What loops are made for."""

    model: keras.Model
    batch: Batch
    image: Shape
    """The shape of an image as it is stored."""
    home: str
    """The device on which the data lies: that of the model, or the host's, and then only batches travel."""


class Steps(Protocol):
    """Takes ``count`` training steps, as a TensorFlow function that is traced but once."""

    def __call__(self, images: Any, labels: Any, order: Any, first: Any, count: Any, sums: Sums, /) -> tuple[Any, Sums]:
        """How many steps it took from index ``first`` of the order on, and the new sums.

        They are fewer than ``count`` if the loss stopped being a finite number.
        """
        ...

    def get_concrete_function(self) -> Any:
        """Trace it now."""
        ...


INDEX = tf.TensorSpec((), tf.int32)
_SUMS = (tf.TensorSpec((), tf.float64), tf.TensorSpec((), tf.int64))
_LABELS = tf.TensorSpec((None,), tf.int32)
_ORDER = tf.TensorSpec((None,), tf.int32)


def update(model: keras.Model, *, fused: bool) -> Update:
    """What the optimizer does to the model's weights, given a gradient for each of them.

    ``fused`` has XLA make one pass over each weight of what TensorFlow does in ten; it takes half a second to compile.
    """

    def apply(*gradients: Any) -> None:
        model.optimizer.apply(list(gradients), model.trainable_weights)

    if not fused:
        return apply
    compiled: Update = tf.function(apply, jit_compile=True, autograph=False)
    return compiled


def gather(task: Task, images: Any, labels: Any, chosen: Any) -> tuple[Any, Any]:
    """The images and class numbers with the indices ``chosen``."""
    with tf.device(task.home):
        return tf.gather(images, chosen), tf.gather(labels, chosen)


def train_step(task: Task, forward: Forward, apply: Update, pixels: Any, truth: Any) -> Sums:
    """One training step, as ``keras.Model.train_step`` takes it, and its sums."""
    model = task.model
    x, y = task.batch(pixels, truth)
    weights = model.trainable_weights
    with tf.GradientTape() as tape:
        output = forward(x)
        loss = model.compute_loss(x=x, y=y, y_pred=output, training=True)
        scaled = model.optimizer.scale_loss(loss)
    if weights:
        apply(*tape.gradient(scaled, weights))
    return _sums(loss, output, truth)


def steps(task: Task, apply: Update, size: int, *, literal: bool = False) -> Steps:
    """A loop of training steps of ``size`` examples each.

    ``literal`` steps are traced for any number of examples, as those of ``fit`` are: told how many there are,
    TensorFlow multiplies by one part of them where it would else divide, which may differ in the last digit.
    """
    known = None if literal else size

    def forward(x: Any) -> Any:
        return task.model(x, training=True)

    def run(images: Any, labels: Any, order: Any, first: Any, count: Any, sums: Sums) -> tuple[Any, Sums]:
        def step(done: Any, sums: Sums) -> tuple[Any, Sums]:
            start = first + done * size
            chosen = tf.ensure_shape(order[start : start + size], [known])
            return done + 1, add(sums, train_step(task, forward, apply, *gather(task, images, labels, chosen)))

        def going(done: Any, sums: Sums) -> Any:
            return tf.logical_and(done < count, tf.math.is_finite(sums[0]))

        done, sums = tf.while_loop(going, step, [tf.constant(0), sums], parallel_iterations=1)
        return done, sums

    compiled: Steps = tf.function(run, signature(task.image), autograph=False)
    return compiled


def evaluation(task: Task, size: int) -> Callable[..., Sums]:
    """A function that evaluates ``count`` batches of ``size`` examples, the last one smaller where they run out.

    Its arguments: images, labels, the index of the first example, the index behind the last one, count, sums. It
    gives the new sums.
    """

    def run(images: Any, labels: Any, first: Any, end: Any, count: Any, sums: Sums) -> Sums:
        def step(done: Any, sums: Sums) -> tuple[Any, Sums]:
            start = first + done * size
            stop = tf.minimum(start + size, end)
            with tf.device(task.home):
                pixels, truth = images[start:stop], labels[start:stop]
            x, y = task.batch(pixels, truth)
            output = task.model(x, training=False)
            loss = task.model.compute_loss(x=x, y=y, y_pred=output, training=False)
            return done + 1, add(sums, _sums(loss, output, truth))

        def going(done: Any, _: Sums) -> Any:
            return tf.logical_and(done < count, first + done * size < end)

        _, sums = tf.while_loop(going, step, [tf.constant(0), sums], parallel_iterations=1)
        return sums

    given = [_images(task.image), _LABELS, INDEX, INDEX, INDEX, _SUMS]
    compiled: Callable[..., Any] = tf.function(run, given, autograph=False)
    return compiled


def signature(image: Shape) -> list[Any]:
    """What `Steps` are traced for, with images of the given shape."""
    return [_images(image), _LABELS, _ORDER, INDEX, INDEX, _SUMS]


def add(sums: Sums, more: Sums) -> Sums:
    """Both together."""
    return sums[0] + more[0], sums[1] + more[1]


def _images(image: Shape) -> tf.TensorSpec:
    # All but the number of images is known: shapes worked out step by step would cost a tenth of a small step.
    return tf.TensorSpec((None, *image), tf.uint8)


def _sums(loss: Any, output: Any, labels: Any) -> Sums:
    examples = tf.shape(labels)[0]
    right = tf.equal(tf.argmax(output, axis=-1, output_type=tf.int32), labels)
    return tf.cast(loss, tf.float64) * tf.cast(examples, tf.float64), tf.math.count_nonzero(right)
