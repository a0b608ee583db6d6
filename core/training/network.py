"""A Keras model with the loops that train and evaluate it: the part of a training that takes long to build.

Importing this loads TensorFlow.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from msgspec import Struct
from msgspec.structs import replace

from core.datasets import DATASETS
from core.datasets.validation import training_examples
from core.keras_runtime import devices, keras_model
from core.network.architecture import Architecture
from core.network.shapes import Shape
from core.network.summary import summarize
from core.plan.plan import Plan
from core.plan.schedules import Constant
from core.training import compiled, loops, memory
from core.training.probe import Probe

__all__ = ["Network", "NetworkSpec"]

FUSED_FROM = 100_000
"""Trainable parameters from which a fused update pays off: on two cores it makes 400,000 a fifth faster; below 100,000
the call into compiled code costs what it saves."""

MAX_EVALUATION_BATCH, EVALUATION_MULTIPLY_ADDS = 1000, 10_000_000
"""The largest evaluation batch of a small dense network, in examples and in multiply-adds: with a training batch the
overhead between operations would cost more than the operations."""


class NetworkSpec(Struct, frozen=True):
    """Everything that a network is built from."""

    architecture: Architecture
    plan: Plan
    device: str
    """As named by `devices.choose`."""
    data_device: str
    """TensorFlow's name of the device that holds the data."""
    image: Shape
    """The shape of an image as stored."""

    @property
    def last_batch(self) -> int:
        """Examples in an epoch's last batch, if it is smaller than the others; else 0."""
        examples = training_examples(self.plan.validation, DATASETS[self.plan.dataset].train)
        return examples % self.plan.batch_size

    @property
    def exact(self) -> bool:
        """Whether steps use exactly the operations that Keras uses, one by one.

        XLA adds in another order, and a relu whose input is near zero can turn a difference in the last digit into a
        whole step. Plain Keras and LayerLab see the same batches only without shuffling; then they agree bit for bit.
        """
        return not self.plan.shuffle

    @property
    def cache_key(self) -> "NetworkSpec":
        """What the loops depend on: everything else may change from one training to the next."""
        plan = Plan()
        optimizer = replace(self.plan.optimizer, learning_rate=plan.optimizer.learning_rate)
        same = replace(
            self.plan,
            optimizer=optimizer,
            schedule=Constant(),
            epochs=plan.epochs,
            seed=plan.seed,
            early_stopping=None,
        )
        return replace(self, plan=same)


class Network:
    """A model on its device, and its loops."""

    def __init__(self, spec: NetworkSpec) -> None:
        """Builds the model. Raises `TrainingRefused` if memory is short, and whatever Keras raises."""
        memory.check(spec.architecture, spec.plan, spec.device)
        self.spec = spec
        self.ready = False
        """Whether what the first step needs has been traced and compiled."""
        plan, cpu = spec.plan, spec.device == "cpu"
        self.model = _build_model(spec)
        with tf.device(devices.placement(spec.device)):
            batch = _preprocess(spec.architecture.input_shape, plan)
        self.task = task = loops.Task(self.model, batch, spec.image, spec.data_device)
        size = plan.batch_size
        exact = spec.exact
        may_compile = cpu and not exact
        compile_steps = may_compile and compiled.benefits(spec.architecture, size)
        trainable_params = sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)
        self._fused = may_compile and not compile_steps and trainable_params >= FUSED_FROM
        self._update = loops.update(self.model, fused=self._fused)
        self.full = compiled.steps(task, size) if compile_steps else loops.steps(task, self._update, size, exact=exact)
        self.partial = loops.steps(task, self._update, spec.last_batch, exact=exact)
        products = summarize(spec.architecture).totals.multiply_adds
        self.evaluation_batch = (
            max(size, min(MAX_EVALUATION_BATCH, EVALUATION_MULTIPLY_ADDS // max(1, products)))
            if compile_steps
            else size
        )
        """Examples per batch in evaluation."""
        self.evaluation = loops.evaluation(task, self.evaluation_batch)
        self.probe = Probe(spec.architecture, task)

    def reset(self, spec: NetworkSpec) -> None:
        """Start over with another seed and learning rate, as if newly built; the loops are reused."""
        new_model = _build_model(spec)
        for old, new in ((self.model, new_model), (self.model.optimizer, new_model.optimizer)):
            for variable, initial in zip(old.variables, new.variables, strict=True):
                variable.assign(initial)
        self.spec = spec

    def trace(self, full: Callable[[], object] | None) -> None:
        """Trace and compile what the first step needs; ``full`` runs the loop of full batches for zero steps.

        Loops that come later, for the last batch of an epoch and for evaluation, are traced when they are first needed:
        beside this, Python would trace them at the expense of what XLA compiles.
        """
        if self._fused:
            self._compile_update()
        if full:
            full()
        self.probe.trace()
        self.ready = True

    def _compile_update(self) -> None:
        """Compile the update by running it once, then undo it."""
        weights = self.model.trainable_weights
        changed = [*weights, *self.model.optimizer.variables]
        before = [variable.numpy() for variable in changed]
        with tf.device(devices.placement(self.spec.device)):
            self._update(*(tf.zeros(weight.shape) for weight in weights))
        for variable, value in zip(changed, before, strict=True):
            variable.assign(value)


def _build_model(spec: NetworkSpec) -> keras.Model:
    """The model with its initial weights, compiled in Keras's sense, its optimizer built."""
    plan = spec.plan
    with tf.device(devices.placement(spec.device)):
        model = keras_model.build(spec.architecture, plan.seed)
        by_class = plan.loss.takes_classes
        accuracy = keras.metrics.SparseCategoricalAccuracy if by_class else keras.metrics.CategoricalAccuracy
        model.compile(
            optimizer=keras_model.optimizer(plan),
            loss=keras_model.loss(plan),
            metrics=[accuracy(name="accuracy")],
            jit_compile=False,
        )
        model.optimizer.build(model.trainable_variables)
    return model


def _preprocess(shape: Shape, plan: Plan) -> loops.Batch:
    classes = len(DATASETS[plan.dataset].classes)
    # A variable, as TensorFlow turns division by a constant into multiplication, which differs from NumPy's division in
    # the last digit.
    white = tf.Variable(255.0, trainable=False) if plan.pixels == "0..1" else None

    def batch(pixels: Any, labels: Any) -> tuple[Any, Any]:
        x = tf.reshape(tf.cast(pixels, tf.float32), (-1, *shape))
        if white is not None:
            x = x / white
        return x, labels if plan.loss.takes_classes else tf.one_hot(labels, classes)

    return batch
