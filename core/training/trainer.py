"""A Keras model in training: its data, its compiled loops, its weights. Importing this loads TensorFlow.

It knows nothing of epochs, pauses or events: `core.training.session` says what to do next.
"""

from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core import keras_model
from core.architecture import Architecture
from core.datasets import DATASETS
from core.losses import SparseCategoricalCrossentropy
from core.plan import Plan
from core.summary import summarize
from core.training import compiled, devices, feed, loops, memory
from core.training.measured import NOTHING, Measured, PartName
from core.training.validation import training_examples

__all__ = ["Trainer"]

FUSED_FROM = 100_000
"""Trained parameters from which on a fused update pays: on two cores it makes 400,000 a fifth faster, and below 100,000
the way into compiled code costs what it saves."""

MOST_EVALUATED, EVALUATED_PRODUCTS = 1000, 10_000_000
"""Examples that a small dense network is evaluated on at a time, and products that should take: with a training batch
of them, the way from one operation to the next would cost more than the operations."""


class Trainer:
    """Trains one model on one device, as many steps at a time as it is told to."""

    def __init__(self, architecture: Architecture, plan: Plan) -> None:
        """Finds the device, loads the dataset, builds the model.

        Raises what they raise: `Refused` for an unknown device or a lack of memory, `DatasetError`, Keras's errors.
        """
        self.device = device = devices.choose(plan.device)
        self._place = devices.placement(device)
        memory.check(architecture, plan, device)
        self._plan = plan
        self._data = feed.resident(plan.dataset, self._place)
        total = self._data.train.examples
        self.examples = training_examples(plan.validation, total)
        self._parts: dict[PartName, feed.Part] = {
            "test": self._data.test,
            "held": feed.Part(self._data.train.images, self._data.train.labels, self.examples, total),
        }
        self._full_steps, self._rest = divmod(self.examples, plan.batch_size)
        with tf.device(self._place):
            self.model = keras_model.build(architecture, plan.seed)
            sparse = isinstance(plan.loss, SparseCategoricalCrossentropy)
            accuracy = keras.metrics.SparseCategoricalAccuracy if sparse else keras.metrics.CategoricalAccuracy
            self.model.compile(
                optimizer=keras_model.optimizer(plan),
                loss=keras_model.loss(plan),
                metrics=[accuracy(name="accuracy")],
                jit_compile=False,
            )
            self.model.optimizer.build(self.model.trainable_variables)
        batch = _batch(architecture.input_shape, plan, sparse)
        trained = sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)
        whole = device == "cpu" and compiled.gains(self.model, plan.batch_size)
        self._fused = device == "cpu" and not whole and trained >= FUSED_FROM
        self._update = loops.update(self.model, fused=self._fused)
        task = loops.Task(self.model, batch, self._data.train.images.shape[1:], self._data.home)
        size = plan.batch_size
        self._full = compiled.steps(task, size) if whole else loops.steps(task, self._update, size)
        self._partial = loops.steps(task, self._update, self._rest)
        products = summarize(architecture).totals.multiply_adds
        self._evaluated = max(size, min(MOST_EVALUATED, EVALUATED_PRODUCTS // max(1, products))) if whole else size
        self._evaluation = loops.evaluation(task, self._evaluated)
        self._order: Any = None

    @property
    def message(self) -> str:
        """For people: what is not as they may expect it; or empty."""
        if self._data.home == self._place:
            return ""
        return f"{self.device} has no room for the dataset: each batch comes from the host's memory, which is slower"

    @property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch, the last one partial if the batch size does not divide the examples."""
        return self._full_steps + bool(self._rest)

    def trace(self) -> None:
        """Trace and compile, so that no step waits for it later: every loop is called for no steps at all."""
        self.begin(0)
        if self._full_steps:
            self._full.get_concrete_function()
        with ThreadPoolExecutor(1) as pool:
            # XLA compiles on one core, while Python traces the other loops on the other.
            compiling = pool.submit(self._compile)
            if self._rest:
                self._take(self._partial, 0, 0, NOTHING)
            self.evaluate("test", 0, 0, NOTHING)
            compiling.result()

    def begin(self, epoch: int) -> None:
        """Draw the order of ``epoch``, counted from 0."""
        chosen = feed.order(self._plan.seed, epoch, self.examples, self._plan.shuffle)
        with tf.device(self._place):
            self._order = tf.constant(chosen)

    def train(self, first: int, count: int, before: Measured) -> Measured:
        """Take up to ``count`` steps from step ``first`` of the epoch on; a partial batch is always taken alone.

        The figures go on from ``before``; ``steps`` are this call's. A loss that is not finite ends it at once and
        stands in the figures.
        """
        if first < self._full_steps:
            return self._take(self._full, first, min(count, self._full_steps - first), before)
        return self._take(self._partial, first, min(count, 1), before)

    def evaluate(self, part: PartName, first: int, count: int, before: Measured) -> Measured:
        """Evaluate up to ``count`` batches of a part from batch ``first`` on; the figures go on from ``before``."""
        data, size = self._parts[part], self._evaluated
        with tf.device(self._place):
            loss, right = self._evaluation(
                data.images,
                data.labels,
                tf.constant(data.first + first * size),
                tf.constant(data.end),
                tf.constant(count),
                _sums(before),
            )
        return Measured(float(loss), int(right), min((first + count) * size, data.examples), count)

    def batches_in(self, part: PartName) -> int:
        """How many batches evaluating the part takes."""
        return ceil(self._parts[part].examples / self._evaluated)

    def examples_of(self, part: PartName) -> int:
        """How many examples the part has."""
        return self._parts[part].examples

    def set_learning_rate(self, learning_rate: float) -> None:
        """From the next step on."""
        self.model.optimizer.learning_rate = learning_rate

    def weights(self) -> list[np.ndarray]:
        """A copy of all weights and statistics."""
        copied: list[np.ndarray] = self.model.get_weights()
        return copied

    def restore(self, weights: list[np.ndarray]) -> None:
        """Put back what `weights` gave."""
        self.model.set_weights(weights)

    def finalize(self) -> bool:
        """What Keras does to the weights when ``fit`` ends; whether that changed them."""
        self.model.optimizer.finalize_variable_values(self.model.trainable_weights)
        return bool(self.model.optimizer.use_ema)

    def _compile(self) -> None:
        if self._fused:
            self._compile_update()
        if self._full_steps:
            self._take(self._full, 0, 0, NOTHING)

    def _compile_update(self) -> None:
        """Have the update compiled by making one, and take it back."""
        weights = self.model.trainable_weights
        changed = [*weights, *self.model.optimizer.variables]
        before = [variable.numpy() for variable in changed]
        with tf.device(self._place):
            self._update(*(tf.zeros(weight.shape) for weight in weights))
        for variable, value in zip(changed, before, strict=True):
            variable.assign(value)

    def _take(self, run: loops.Steps, first: int, count: int, before: Measured) -> Measured:
        data, size = self._data.train, self._plan.batch_size
        with tf.device(self._place):
            done, (loss, right) = run(
                data.images,
                data.labels,
                self._order,
                tf.constant(first * size),
                tf.constant(count),
                _sums(before),
            )
        steps = int(done)
        return Measured(float(loss), int(right), min((first + steps) * size, self.examples), steps)


def _sums(measured: Measured) -> loops.Sums:
    return tf.constant(measured.loss, tf.float64), tf.constant(measured.right, tf.int64)


def _batch(shape: tuple[int, ...], plan: Plan, sparse: bool) -> loops.Batch:
    classes = len(DATASETS[plan.dataset].classes)
    scale = 1 / 255 if plan.pixels == "0..1" else None

    def batch(pixels: Any, labels: Any) -> tuple[Any, Any]:
        x = tf.reshape(tf.cast(pixels, tf.float32), (-1, *shape))
        if scale is not None:
            x = x * scale
        return x, labels if sparse else tf.one_hot(labels, classes)

    return batch
