"""A Keras model in training: its data, compiled loops and weights. Importing this loads TensorFlow.

It knows nothing of epochs, pauses or events: `core.training.session` decides what to do next.
"""

from collections.abc import Callable
from math import ceil
from typing import Any, Self

import numpy as np
import tensorflow as tf

from core.datasets.validation import training_examples
from core.events import LayerSample
from core.inspection.violin import violin
from core.inspection.violin_pairs import InitialViolin
from core.keras_runtime import devices, keras_model
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.training import loops, resident_data
from core.training.checkpoint import Arrays
from core.training.metrics import MOST_TRAIN_EXAMPLES, ZERO, MetricTotals, PartName
from core.training.network import NetworkSpec
from core.training.network_cache import NetworkCache
from core.training.probe import ProbeState

__all__ = ["Trainer", "prepare"]

_cache = NetworkCache()


class Trainer:
    """Trains one model on one device, any number of steps at a time; `EpochLoop` is the training loop around it."""

    def __init__(self, architecture: Architecture, plan: Plan, cache: NetworkCache | None = None) -> None:
        """Finds the device, loads the dataset, and gets a model from ``cache`` (by default the shared one).

        Raises `TrainingRefused` for an unknown device or too little memory, `DatasetError`, and Keras's errors.
        """
        self.device = devices.choose(plan.device)
        self.placement = devices.placement(self.device)
        self._architecture = architecture
        self._plan = plan
        self._data = resident_data.resident(plan.dataset, self.placement)
        total = self._data.train.examples
        self.examples = training_examples(plan.validation, total)
        self._parts: dict[PartName, resident_data.Part] = {
            "test": self._data.test,
            "validation": resident_data.Part(self._data.train.images, self._data.train.labels, self.examples, total),
        }
        self._full_steps, self._last_batch = divmod(self.examples, plan.batch_size)
        self._cache = cache or _cache
        with self._cache.building:
            self._network = self._cache.acquire(_spec(architecture, plan, self.device, self._data), self)
        self.task = self._network.task
        self.model = self.task.model
        self._order: Any = None

    @property
    def message(self) -> str:
        """A notice for the user about anything unexpected; or empty."""
        if self._data.data_device == self.placement:
            return ""
        return f"{self.device} has no room for the dataset: each batch comes from the host's memory, which is slower"

    @property
    def steps_per_epoch(self) -> int:
        """Steps per epoch; the last one is partial if the batch size does not divide the examples."""
        return self._full_steps + bool(self._last_batch)

    def traced(self) -> Self:
        """Trace and compile what the first step needs, unless that was done for this network; returns itself."""
        with self._cache.building:
            self.begin(0)
            if not self._network.ready:
                self._network.trace(
                    (lambda: self._run_steps(self._network.full, 0, 0, ZERO)) if self._full_steps else None
                )
        return self

    def trace_step(self, first: int) -> None:
        """Trace what step ``first`` of the epoch needs, so that its timing is that of the step alone."""
        if first >= self._full_steps:
            with tf.device(self.placement):
                self._network.partial.get_concrete_function()

    def trace_evaluation(self) -> None:
        """Trace what `evaluate` needs, likewise."""
        with tf.device(self.placement):
            self._network.evaluation.get_concrete_function()

    def try_out(self) -> None:
        """Take a step: the first is slower than the others. The weights are those of no training then."""
        state = self.probe_before(0)
        self.train(0, 1, ZERO)
        self.probe_after(state)

    def begin(self, epoch: int) -> None:
        """Draw the order of the examples for ``epoch``, counted from 0."""
        indices = resident_data.order(self._plan.seed, epoch, self.examples, self._plan.shuffle)
        with tf.device(self.placement):
            self._order = tf.constant(indices)

    def train(self, first: int, count: int, before: MetricTotals) -> MetricTotals:
        """Take up to ``count`` steps, starting at step ``first`` of the epoch; a partial batch always runs alone.

        The totals continue from ``before``; ``steps`` are this call's. A loss that is not finite ends the call at once
        and is in the totals.
        """
        if first < self._full_steps:
            return self._run_steps(self._network.full, first, min(count, self._full_steps - first), before)
        return self._run_steps(self._network.partial, first, min(count, 1), before)

    def probe_before(self, first: int) -> ProbeState:
        """Measure before step ``first`` of the epoch, which must be taken alone and followed by `probe_after`."""
        data, size = self._data.train, self._plan.batch_size
        with tf.device(self.placement):
            start, stop = tf.constant(first * size), tf.constant(min((first + 1) * size, self.examples))
            return self._network.probe.before(data.images, data.labels, self._order, start, stop)

    def probe_after(self, state: ProbeState) -> tuple[LayerSample, ...]:
        """The samples of the step before which ``state`` was measured."""
        with tf.device(self.placement):
            return self._network.probe.after(state)

    def evaluate(self, part: PartName, first: int, count: int, before: MetricTotals) -> MetricTotals:
        """Evaluate up to ``count`` batches of a part from batch ``first`` on; the totals continue from ``before``."""
        data, size = self.part(part), self._network.evaluation_batch
        with tf.device(self.placement):
            loss, correct = self._network.evaluation(
                data.images,
                data.labels,
                tf.constant(data.first + first * size),
                tf.constant(data.end),
                tf.constant(count),
                _sums(before),
            )
        return MetricTotals(float(loss), int(correct), min((first + count) * size, data.examples), count)

    def batches_in(self, part: PartName) -> int:
        """How many batches evaluating the part takes."""
        return ceil(self.part(part).examples / self._network.evaluation_batch)

    def examples_of(self, part: PartName) -> int:
        """How many examples the part has."""
        return self.part(part).examples

    def part(self, name: PartName) -> resident_data.Part:
        """The examples of a part. Those of the training set are gathered on first use."""
        if name not in self._parts:
            trained_on = resident_data.Part(self._data.train.images, self._data.train.labels, 0, self.examples)
            self._parts[name] = resident_data.sample(trained_on, MOST_TRAIN_EXAMPLES)
        return self._parts[name]

    def set_learning_rate(self, learning_rate: float) -> None:
        """Set the learning rate of the next steps."""
        self.model.optimizer.learning_rate = learning_rate

    def variables(self) -> Arrays:
        """A copy of all variables of the model: weights, statistics, and the states of its random generators."""
        return tuple(np.asarray(variable.numpy()) for variable in self.model.variables)

    def initial_violins(self) -> tuple[InitialViolin, ...]:
        """How the weights, biases and statistics of every layer are distributed, before any step was taken."""
        places = {id(variable): place for place, variable in enumerate(self.model.variables)}
        return tuple(
            InitialViolin(row, weight.name, places[id(weight)], violin(weight.numpy()))
            for row, layers in keras_model.parts(self._architecture, self.model).items()
            for layer in layers
            for weight in layer.weights
        )

    def optimizer_variables(self) -> Arrays:
        """A copy of all variables of the optimizer."""
        return tuple(np.asarray(variable.numpy()) for variable in self.model.optimizer.variables)

    def load_state(self, variables: Arrays, optimizer: Arrays = ()) -> None:
        """Restore what `variables` returned, and what `optimizer_variables` returned, if given.

        Raises ValueError, before anything is changed, if they belong to another network.
        """
        pairs = [
            *zip(self.model.variables, variables, strict=True),
            *(zip(self.model.optimizer.variables, optimizer, strict=True) if optimizer else ()),
        ]
        if any(tuple(variable.shape) != value.shape for variable, value in pairs):
            raise ValueError("the arrays are those of another network")
        with tf.device(self.placement):
            for variable, value in pairs:
                variable.assign(value)

    def finalize(self) -> bool:
        """Do what Keras does to the weights when ``fit`` ends; whether that changed them."""
        self.model.optimizer.finalize_variable_values(self.model.trainable_weights)
        return bool(self.model.optimizer.use_ema)

    def _run_steps(self, run: loops.Steps, first: int, count: int, before: MetricTotals) -> MetricTotals:
        data, size = self._data.train, self._plan.batch_size
        with tf.device(self.placement):
            done, (loss, correct) = run(
                data.images,
                data.labels,
                self._order,
                tf.constant(first * size),
                tf.constant(count),
                _sums(before),
            )
        steps = int(done)
        return MetricTotals(float(loss), int(correct), min((first + steps) * size, self.examples), steps)


def prepare(architecture: Architecture, plan: Plan, cancelled: Callable[[], bool]) -> None:
    """Build, trace and try out the network of a training that may come, so that its first step is as quick as others.

    Training gets it with fresh weights. On a CPU only: a GPU's memory is not taken before a person trains. Raises what
    `Trainer` raises.
    """
    device = devices.choose(plan.device)
    if device != "cpu":
        return
    data = resident_data.resident(plan.dataset, devices.placement(device))
    if not cancelled() and not _cache.holds(_spec(architecture, plan, device, data)):
        trainer = Trainer(architecture, plan)
        for part in (trainer.traced, trainer.try_out):
            if not cancelled():
                part()


def _spec(architecture: Architecture, plan: Plan, device: str, data: resident_data.Resident) -> NetworkSpec:
    return NetworkSpec(architecture, plan, device, data.data_device, tuple(data.train.images.shape[1:]))


def _sums(totals: MetricTotals) -> loops.Sums:
    return tf.constant(totals.loss, tf.float64), tf.constant(totals.correct, tf.int64)
