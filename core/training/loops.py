"""Training and evaluation as TensorFlow functions that run many steps per call. Importing this loads TensorFlow.

A call costs as much as a step of a small network, and the round trip from Python to TensorFlow even more. So the steps
of a call run in a loop inside the graph, and their number is an argument: a function is traced once, and each call can
be as long as the caller is willing to wait.

Every call takes and returns ``sums``: the loss summed over examples (float64) and the number of correct answers (int64)
since the epoch began. Because the sums continue from call to call in one order of additions, the results do not depend
on where one call ended and the next began.
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
    "Evaluation",
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
"""Maps images and class numbers as stored to the inputs of the model and the loss."""
Forward = Callable[[Any], Any]
"""Maps the model's inputs to its outputs in training mode."""
Update = Callable[..., object]


class Task(Struct, frozen=True, eq=False):
    """What the loops run on."""

    model: keras.Model
    batch: Batch
    image: Shape
    """The shape of an image as stored."""
    data_device: str
    """The device that holds the data: the model's, or the host, from which single batches are then copied."""


class Steps(Protocol):
    """Takes ``count`` training steps, as a TensorFlow function that is traced only once."""

    def __call__(self, images: Any, labels: Any, order: Any, first: Any, count: Any, sums: Sums, /) -> tuple[Any, Sums]:
        """How many steps it took, starting at index ``first`` of the order, and the new sums.

        They are fewer than ``count`` if the loss stopped being a finite number.
        """
        ...

    def get_concrete_function(self) -> Any:
        """Trace it now."""
        ...


class Evaluation(Protocol):
    """Evaluates ``count`` batches, as a TensorFlow function that is traced only once."""

    def __call__(self, images: Any, labels: Any, first: Any, end: Any, count: Any, sums: Sums, /) -> Sums:
        """The new sums; ``first`` is the index of the first example, ``end`` the one after the last."""
        ...

    def get_concrete_function(self) -> Any:
        """Trace it now."""
        ...


INDEX = tf.TensorSpec((), tf.int32)
_SUMS = (tf.TensorSpec((), tf.float64), tf.TensorSpec((), tf.int64))
_LABELS = tf.TensorSpec((None,), tf.int32)
_ORDER = tf.TensorSpec((None,), tf.int32)


def update(model: keras.Model, *, fused: bool) -> Update:
    """The optimizer's update of the model's weights, given a gradient for each of them.

    With ``fused``, XLA makes one pass over each weight where TensorFlow makes ten; it takes half a second to compile.
    """

    def apply(*gradients: Any) -> None:
        model.optimizer.apply(list(gradients), model.trainable_weights)

    if not fused:
        return apply
    compiled: Update = tf.function(apply, jit_compile=True, autograph=False)
    return compiled


def gather(task: Task, images: Any, labels: Any, indices: Any) -> tuple[Any, Any]:
    """The images and class numbers at ``indices``."""
    with tf.device(task.data_device):
        return tf.gather(images, indices), tf.gather(labels, indices)


def train_step(task: Task, forward: Forward, apply: Update, pixels: Any, truth: Any) -> Sums:
    """Take one training step, as ``keras.Model.train_step`` does; returns its sums."""
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


def steps(task: Task, apply: Update, size: int, *, exact: bool = False) -> Steps:
    """A loop of training steps of ``size`` examples each.

    ``exact`` steps are traced for any number of examples, as those of ``fit`` are: with a known number TensorFlow
    multiplies by its reciprocal where it would otherwise divide, which may differ in the last digit.
    """
    batch_size = None if exact else size

    def forward(x: Any) -> Any:
        return task.model(x, training=True)

    def run(images: Any, labels: Any, order: Any, first: Any, count: Any, sums: Sums) -> tuple[Any, Sums]:
        def step(done: Any, sums: Sums) -> tuple[Any, Sums]:
            start = first + done * size
            indices = tf.ensure_shape(order[start : start + size], [batch_size])
            return done + 1, add(sums, train_step(task, forward, apply, *gather(task, images, labels, indices)))

        def unfinished(done: Any, sums: Sums) -> Any:
            return tf.logical_and(done < count, tf.math.is_finite(sums[0]))

        done, sums = tf.while_loop(unfinished, step, [tf.constant(0), sums], parallel_iterations=1)
        return done, sums

    compiled: Steps = tf.function(run, signature(task.image), autograph=False)
    return compiled


def evaluation(task: Task, size: int) -> Evaluation:
    """A function that evaluates ``count`` batches of ``size`` examples; the last one may be smaller."""

    def run(images: Any, labels: Any, first: Any, end: Any, count: Any, sums: Sums) -> Sums:
        def step(done: Any, sums: Sums) -> tuple[Any, Sums]:
            start = first + done * size
            stop = tf.minimum(start + size, end)
            with tf.device(task.data_device):
                pixels, truth = images[start:stop], labels[start:stop]
            x, y = task.batch(pixels, truth)
            output = task.model(x, training=False)
            loss = task.model.compute_loss(x=x, y=y, y_pred=output, training=False)
            return done + 1, add(sums, _sums(loss, output, truth))

        def unfinished(done: Any, _: Sums) -> Any:
            return tf.logical_and(done < count, first + done * size < end)

        _, sums = tf.while_loop(unfinished, step, [tf.constant(0), sums], parallel_iterations=1)
        return sums

    specs = [_images(task.image), _LABELS, INDEX, INDEX, INDEX, _SUMS]
    compiled: Evaluation = tf.function(run, specs, autograph=False)
    return compiled


def signature(image: Shape) -> list[Any]:
    """The signature that `Steps` are traced with, for images of the given shape."""
    return [_images(image), _LABELS, _ORDER, INDEX, INDEX, _SUMS]


def add(sums: Sums, added: Sums) -> Sums:
    """The sum of both."""
    return sums[0] + added[0], sums[1] + added[1]


def _images(image: Shape) -> tf.TensorSpec:
    # Only the number of images is unknown: inferring shapes at every step would cost a tenth of a small step.
    return tf.TensorSpec((None, *image), tf.uint8)


def _sums(loss: Any, output: Any, labels: Any) -> Sums:
    examples = tf.shape(labels)[0]
    correct = tf.equal(tf.argmax(output, axis=-1, output_type=tf.int32), labels)
    return tf.cast(loss, tf.float64) * tf.cast(examples, tf.float64), tf.math.count_nonzero(correct)
