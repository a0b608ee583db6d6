"""Measures one training step closely: gradients, updates, dead and saturated units. Loads TensorFlow.

The step itself is taken like any other. Before it, its gradient is computed a second time, from the same batch and with
the same dropout masks, and the weights are copied; after it, the distance they moved is measured.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf
from msgspec import Struct

from core.events import LayerSample
from core.keras_runtime import keras_model
from core.network.architecture import Architecture
from core.training import loops

__all__ = ["Probe", "ProbeState"]

SATURATION = 0.9
"""Output from which a sigmoid or tanh, scaled to -1 to 1, counts as saturated: its slope is then below a fifth of the
steepest, so hardly any gradient flows back through it."""

RELUS = ("relu", "relu6")
SATURATING = ("sigmoid", "tanh")


class ProbeState(Struct, frozen=True, eq=False):
    """Measured before the step: the fields of `LayerSample` but ``update``, float32 (rows, 6), and the weights."""

    metrics: Any
    weights: tuple[Any, ...]


class Probe:
    """Measures the layers that are trained, or that can die or saturate."""

    def __init__(self, architecture: Architecture, task: loops.Task) -> None:
        self._task = task
        self._parts = keras_model.parts(architecture, task.model)
        self._rows = tuple(
            row
            for row, layers in self._parts.items()
            if _trainable(layers) or _has_averages(layers) or _activation(architecture, row) in (*RELUS, *SATURATING)
        )
        self._penalized: set[int] = set()
        self._activations = {row: _activation(architecture, row) for row in self._rows}
        self._before = tf.function(
            self._measure, [*loops.signature(task.image)[:3], loops.INDEX, loops.INDEX], autograph=False
        )
        self._after = tf.function(self._distances, autograph=False)

    def trace(self) -> None:
        """Trace it now, so that no training step waits for it later."""
        self._before.get_concrete_function()
        self._after.get_concrete_function(*(tf.TensorSpec(weight.shape, weight.dtype) for weight in self._weights))

    def before(self, images: Any, labels: Any, order: Any, start: Any, stop: Any) -> ProbeState:
        """Measure before the next step, which trains on the examples of ``order`` from ``start`` to ``stop``."""
        metrics, weights = self._before(images, labels, order, start, stop)
        return ProbeState(metrics, tuple(weights))

    def after(self, state: ProbeState) -> tuple[LayerSample, ...]:
        """The samples of all layers, once the step has been taken."""
        distances = self._after(*state.weights).numpy()
        return tuple(
            self._sample(row, *(float(value) for value in (*metrics, distance)))
            for row, metrics, distance in zip(self._rows, state.metrics.numpy(), distances, strict=True)
        )

    def _sample(
        self,
        row: int,
        gradient: float,
        weight: float,
        dead: float,
        saturated: float,
        lag: float,
        penalty: float,
        distance: float,
    ) -> LayerSample:
        activation = self._activations[row]
        learns = bool(_trainable(self._parts[row]))
        return LayerSample(
            row,
            gradient if learns else None,
            weight if learns else None,
            distance / weight if learns and weight else None,
            dead if activation in RELUS else None,
            saturated if activation in SATURATING else None,
            lag if _has_averages(self._parts[row]) else None,
            penalty if row in self._penalized else None,
        )

    def _penalties(self, row: int) -> Iterator[Any]:
        """What the layers of ``row`` added to the loss in their last call."""
        for layer in self._parts[row]:
            yield from layer.losses

    @property
    def _weights(self) -> list[Any]:
        return [weight for row in self._rows for weight in _trainable(self._parts[row])]

    def _measure(self, images: Any, labels: Any, order: Any, start: Any, stop: Any) -> tuple[Any, list[Any]]:
        model, weights = self._task.model, self._weights
        x, y = self._task.batch(*loops.gather(self._task, images, labels, order[start:stop]))
        # So that the next step draws the same masks, and counts this batch only once in its moving averages.
        saved = [tf.identity(variable.value) for variable in model.non_trainable_variables]
        averages = {id(variable): value for variable, value in zip(model.non_trainable_variables, saved, strict=True)}
        inputs: dict[int, Any] = {}
        outputs: dict[int, Any] = {}
        with tf.GradientTape() as tape:
            output = x
            for row, layers in self._parts.items():
                for layer in layers:
                    inputs[row] = output  # of a padding and its convolution: the convolution's
                    output = layer(output, training=True)
                outputs[row] = output
            penalties = {row: list(self._penalties(row)) for row in self._rows}
            self._penalized = {row for row, added in penalties.items() if added}
            loss = model.compute_loss(x=x, y=y, y_pred=output, training=True)
        lags = {
            row: _lag(layers[0], inputs[row], averages) for row, layers in self._parts.items() if _has_averages(layers)
        }
        gradients = tape.gradient(loss, [weight.value for weight in weights], unconnected_gradients="zero")
        for variable, value in zip(model.non_trainable_variables, saved, strict=True):
            variable.assign(value)
        finite = {row: _finite_units(self._parts[row], inputs[row], outputs[row]) for row in self._rows}
        gradient_of = {id(weight): gradient for weight, gradient in zip(weights, gradients, strict=True)}
        metrics = [
            tf.stack(
                [
                    _norm([gradient_of[id(weight)] for weight in _trainable(self._parts[row])]),
                    _norm([weight.value for weight in _trainable(self._parts[row])]),
                    _dead(outputs[row], finite[row]) if self._activations[row] in RELUS else _undefined(),
                    _saturated(outputs[row], self._activations[row], finite[row]),
                    lags.get(row, _undefined()),
                    tf.add_n(penalties[row]) / loss if penalties[row] else _undefined(),
                ]
            )
            for row in self._rows
        ]
        result = tf.stack(metrics) if metrics else tf.zeros((0, 6))
        return result, [tf.identity(weight.value) for weight in weights]

    def _distances(self, *before: Any) -> Any:
        saved = iter(before)
        distances = [
            _norm([weight.value - next(saved) for weight in _trainable(self._parts[row])]) for row in self._rows
        ]
        return tf.stack(distances) if distances else tf.zeros((0,))


def _activation(architecture: Architecture, row: int) -> str:
    layer = architecture.layers[row - 1]
    return "" if layer.recurrent else layer.activation_name


def _trainable(layers: Sequence[keras.Layer]) -> list[Any]:
    return [weight for layer in layers for weight in layer.trainable_weights]


def _norm(tensors: Sequence[Any]) -> Any:
    if not tensors:
        return _undefined()
    return tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(tf.cast(tensor, tf.float32))) for tensor in tensors]))


def _undefined() -> Any:
    return tf.constant(float("nan"))


def _has_averages(layers: Sequence[keras.Layer]) -> bool:
    """Whether it is a normalization with moving averages over its batches."""
    return len(layers) == 1 and isinstance(layers[0], keras.layers.BatchNormalization) and layers[0].trainable


def _lag(layer: keras.Layer, values: Any, averages: dict[int, Any]) -> Any:
    """The distance of the outputs with the moving averages from those with the batch's own, before gamma and beta.

    With d and m the standard deviations of the batch and the moving average, the former are (d / m) times the latter
    plus the difference of the means over m: the mean squared distance is (d / m - 1)^2 + (difference / m)^2.
    """
    rank = len(values.shape)
    mean, variance = tf.nn.moments(values, [axis for axis in range(rank) if axis != layer.axis % rank])
    moving = tf.sqrt(averages[id(layer.moving_variance)] + layer.epsilon)
    stretch = tf.sqrt(variance + layer.epsilon) / moving - 1.0
    shift = (mean - averages[id(layer.moving_mean)]) / moving
    return tf.sqrt(tf.reduce_mean(tf.square(stretch) + tf.square(shift)))


def _finite_units(layers: Sequence[keras.Layer], values: Any, output: Any) -> Any:
    """For every unit or filter, whether all the terms of its sums are finite: bool (units,)."""
    units = output.shape[-1]
    finite = tf.fill([units], True)
    independent = not _trainable(layers) and values.shape[-1] == units
    for tensor in [values, *(weight.value for layer in layers for weight in layer.weights if "float" in weight.dtype)]:
        axes = len(tensor.shape) - 1 if len(tensor.shape) and tensor.shape[-1] == units else -1
        per_unit = axes >= 0 and (independent or tensor is not values)
        all_finite = tf.reduce_all(tf.math.is_finite(tensor), axis=list(range(axes)) if per_unit else None)
        finite = tf.logical_and(finite, all_finite)
    return finite


def _share(units: Any, finite: Any) -> Any:
    """The mean of a value per unit over the finite units; NaN if there are none."""
    weights = tf.cast(finite, tf.float32)
    return tf.reduce_sum(tf.where(finite, units, 0.0)) / tf.reduce_sum(weights)


def _dead(output: Any, finite: Any) -> Any:
    """The share of finite units, or filters of a convolution, that are 0 for every example at every position."""
    always_zero = tf.reduce_all(tf.equal(output, 0.0), axis=list(range(len(output.shape) - 1)))
    return _share(tf.cast(always_zero, tf.float32), finite)


def _saturated(output: Any, activation: str, finite: Any) -> Any:
    """The share of the finite units' outputs that are saturated."""
    if activation not in SATURATING:
        return _undefined()
    centred = 2.0 * output - 1.0 if activation == "sigmoid" else output
    near = tf.cast(tf.abs(centred) > SATURATION, tf.float32)
    return _share(tf.reduce_mean(near, axis=list(range(len(output.shape) - 1))), finite)
