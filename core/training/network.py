"""A Keras model with the loops that train and evaluate it: all of a training that takes long to make.

Importing this loads TensorFlow.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
from core.plan.losses import SparseCategoricalCrossentropy
from core.plan.plan import Plan
from core.plan.schedules import Constant
from core.training import compiled, loops, memory
from core.training.probe import Probe

__all__ = ["Network", "NetworkSpec"]

FUSED_FROM = 100_000
"""Trained parameters from which on a fused update pays: on two cores it makes 400,000 a fifth faster, and below 100,000
the way into compiled code costs what it saves."""

MOST_EVALUATED, EVALUATED_PRODUCTS = 1000, 10_000_000
"""Examples that a small dense network is evaluated on at a time, and products that should take: with a training batch
of them, the way from one operation to the next would cost more than the operations."""


class NetworkSpec(Struct, frozen=True):
    """All that a network is made from."""

    architecture: Architecture
    plan: Plan
    device: str
    """As `devices.choose` names it."""
    home: str
    """Where the data lies, in TensorFlow's words."""
    image: Shape
    """The shape of an image as it is stored."""

    @property
    def rest(self) -> int:
        """Examples of an epoch's last batch, if it is a smaller one; else 0."""
        examples = training_examples(self.plan.validation, DATASETS[self.plan.dataset].train)
        return examples % self.plan.batch_size

    @property
    def exact(self) -> bool:
        """Whether steps are taken with the very operations that Keras takes them with, one by one.

        XLA adds in another order, and a relu whose input lies next to zero makes a whole step of the last digit. Only
        without shuffling do plain Keras and LayerLab see the same batches; then they come to the same bit for bit.
        """
        return not self.plan.shuffle

    @property
    def cache_key(self) -> "NetworkSpec":
        """What the loops depend on: what is left out can be changed from one training to the next."""
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

    def __init__(self, blueprint: NetworkSpec) -> None:
        """Builds the model. Raises `TrainingRefused` for a lack of memory, and whatever Keras raises."""
        memory.check(blueprint.architecture, blueprint.plan, blueprint.device)
        self.blueprint = blueprint
        self.ready = False
        """Whether everything has been traced and compiled."""
        plan, cpu = blueprint.plan, blueprint.device == "cpu"
        self.model = _built(blueprint)
        with tf.device(devices.placement(blueprint.device)):
            batch = _batch(blueprint.architecture.input_shape, plan)
        self.task = task = loops.Task(self.model, batch, blueprint.image, blueprint.home)
        size = plan.batch_size
        literal = blueprint.exact
        free = cpu and not literal
        whole = free and compiled.benefits(self.model, size)
        trained = sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)
        self._fused = free and not whole and trained >= FUSED_FROM
        self._update = loops.update(self.model, fused=self._fused)
        self.full = compiled.steps(task, size) if whole else loops.steps(task, self._update, size, literal=literal)
        self.partial = loops.steps(task, self._update, blueprint.rest, literal=literal)
        products = summarize(blueprint.architecture).totals.multiply_adds
        self.evaluated = max(size, min(MOST_EVALUATED, EVALUATED_PRODUCTS // max(1, products))) if whole else size
        """Examples in a batch of the evaluation."""
        self.evaluation = loops.evaluation(task, self.evaluated)
        self.probe = Probe(blueprint.architecture, task)

    def reset(self, blueprint: NetworkSpec) -> None:
        """Begin anew with another seed and learning rate, as if it had just been built: its loops stay as they are."""
        fresh = _built(blueprint)
        for old, new in ((self.model, fresh), (self.model.optimizer, fresh.optimizer)):
            for variable, begun in zip(old.variables, new.variables, strict=True):
                variable.assign(begun)
        self.blueprint = blueprint

    def trace(self, full: Callable[[], object] | None, others: Callable[[], object]) -> None:
        """Trace and compile all loops: ``full`` and ``others`` call them, each for no steps at all."""
        if full:
            self.full.get_concrete_function()
        with ThreadPoolExecutor(1) as pool:
            # XLA compiles on one core, while Python traces the other loops on the other.
            compiling = pool.submit(self._compile, full)
            others()
            self.probe.trace()
            compiling.result()
        self.ready = True

    def _compile(self, full: Callable[[], object] | None) -> None:
        if self._fused:
            self._compile_update()
        if full:
            full()

    def _compile_update(self) -> None:
        """Have the update compiled by making one, and take it back."""
        weights = self.model.trainable_weights
        changed = [*weights, *self.model.optimizer.variables]
        before = [variable.numpy() for variable in changed]
        with tf.device(devices.placement(self.blueprint.device)):
            self._update(*(tf.zeros(weight.shape) for weight in weights))
        for variable, value in zip(changed, before, strict=True):
            variable.assign(value)


def _built(blueprint: NetworkSpec) -> keras.Model:
    """The model with its weights as they are before training, compiled as Keras has it, its optimizer built."""
    plan = blueprint.plan
    with tf.device(devices.placement(blueprint.device)):
        model = keras_model.build(blueprint.architecture, plan.seed)
        sparse = isinstance(plan.loss, SparseCategoricalCrossentropy)
        accuracy = keras.metrics.SparseCategoricalAccuracy if sparse else keras.metrics.CategoricalAccuracy
        model.compile(
            optimizer=keras_model.optimizer(plan),
            loss=keras_model.loss(plan),
            metrics=[accuracy(name="accuracy")],
            jit_compile=False,
        )
        model.optimizer.build(model.trainable_variables)
    return model


def _batch(shape: Shape, plan: Plan) -> loops.Batch:
    classes = len(DATASETS[plan.dataset].classes)
    # A variable, as TensorFlow turns division by a constant into multiplication, and what people write in NumPy differs
    # from that in the last digit.
    white = tf.Variable(255.0, trainable=False) if plan.pixels == "0..1" else None
    sparse = isinstance(plan.loss, SparseCategoricalCrossentropy)

    def batch(pixels: Any, labels: Any) -> tuple[Any, Any]:
        x = tf.reshape(tf.cast(pixels, tf.float32), (-1, *shape))
        if white is not None:
            x = x / white
        return x, labels if sparse else tf.one_hot(labels, classes)

    return batch
