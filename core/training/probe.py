"""A close look at one step of training: gradients, updates, units that have nothing more to say. Loads TensorFlow.

The step itself is taken as all others are. Beforehand its gradient is worked out once more, from the same batch with
the same masks of dropout, and the weights are copied; afterwards it is seen how far they have moved.
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

FLAT = 0.9
"""How near its ends a sigmoid or tanh counts as saturated, its whole range being -1 to 1: its slope there is below a
fifth of the steepest, so next to nothing of a gradient comes back through it."""

RELUS = ("relu", "relu6")
CURVED = ("sigmoid", "tanh")


class ProbeState(Struct, frozen=True, eq=False):
    """What is known before the step: float32 (rows, 6) of what `LayerSample` tells, but the update; and the weights."""

    figures: Any
    weights: tuple[Any, ...]


class Probe:
    """Looks at the layers that learn or that can die or saturate."""

    def __init__(self, architecture: Architecture, task: loops.Task) -> None:
        self._task = task
        self._parts = keras_model.parts(architecture, task.model)
        self._rows = tuple(
            row
            for row, layers in self._parts.items()
            if _trained(layers) or _averages(layers) or _activation(architecture, row) in (*RELUS, *CURVED)
        )
        self._penalized: set[int] = set()
        self._activations = {row: _activation(architecture, row) for row in self._rows}
        self._before = tf.function(
            self._look, [*loops.signature(task.image)[:3], loops.INDEX, loops.INDEX], autograph=False
        )
        self._after = tf.function(self._moved, autograph=False)

    def trace(self) -> None:
        """Trace it, so that no training waits for it later."""
        self._before.get_concrete_function()
        self._after.get_concrete_function(*(tf.TensorSpec(weight.shape, weight.dtype) for weight in self._weights))

    def before(self, images: Any, labels: Any, order: Any, start: Any, stop: Any) -> ProbeState:
        """Look at the step to come, which learns from the examples of ``order`` from ``start`` to ``stop``."""
        figures, weights = self._before(images, labels, order, start, stop)
        return ProbeState(figures, tuple(weights))

    def after(self, look: ProbeState) -> tuple[LayerSample, ...]:
        """What there is to tell once the step has been taken."""
        moved = self._after(*look.weights).numpy()
        return tuple(
            self._sample(row, *(float(figure) for figure in (*figures, distance)))
            for row, figures, distance in zip(self._rows, look.figures.numpy(), moved, strict=True)
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
        learns = bool(_trained(self._parts[row]))
        return LayerSample(
            row,
            gradient if learns else None,
            weight if learns else None,
            distance / weight if learns and weight else None,
            dead if activation in RELUS else None,
            saturated if activation in CURVED else None,
            lag if _averages(self._parts[row]) else None,
            penalty if row in self._penalized else None,
        )

    def _penalties(self, row: int) -> Iterator[Any]:
        """What the layers of ``row`` added to the loss when they were called last."""
        for layer in self._parts[row]:
            yield from layer.losses

    @property
    def _weights(self) -> list[Any]:
        return [weight for row in self._rows for weight in _trained(self._parts[row])]

    def _look(self, images: Any, labels: Any, order: Any, start: Any, stop: Any) -> tuple[Any, list[Any]]:
        model, weights = self._task.model, self._weights
        x, y = self._task.batch(*loops.gather(self._task, images, labels, order[start:stop]))
        # The step that follows draws the same masks, and counts this batch but once in its running means.
        kept = [tf.identity(variable.value) for variable in model.non_trainable_variables]
        averages = {id(variable): value for variable, value in zip(model.non_trainable_variables, kept, strict=True)}
        inputs: dict[int, Any] = {}
        outputs: dict[int, Any] = {}
        with tf.GradientTape() as tape:
            output = x
            for row, layers in self._parts.items():
                for layer in layers:
                    inputs[row] = output  # of a padding and its convolution, the convolution's
                    output = layer(output, training=True)
                outputs[row] = output
            penalties = {row: list(self._penalties(row)) for row in self._rows}
            self._penalized = {row for row, added in penalties.items() if added}
            loss = model.compute_loss(x=x, y=y, y_pred=output, training=True)
        lags = {row: _lag(layers[0], inputs[row], averages) for row, layers in self._parts.items() if _averages(layers)}
        gradients = tape.gradient(loss, [weight.value for weight in weights], unconnected_gradients="zero")
        for variable, value in zip(model.non_trainable_variables, kept, strict=True):
            variable.assign(value)
        sound = {row: _sound(self._parts[row], inputs[row], outputs[row]) for row in self._rows}
        of = {id(weight): gradient for weight, gradient in zip(weights, gradients, strict=True)}
        figures = [
            tf.stack(
                [
                    _norm([of[id(weight)] for weight in _trained(self._parts[row])]),
                    _norm([weight.value for weight in _trained(self._parts[row])]),
                    _dead(outputs[row], sound[row]) if self._activations[row] in RELUS else _nothing(),
                    _saturated(outputs[row], self._activations[row], sound[row]),
                    lags.get(row, _nothing()),
                    tf.add_n(penalties[row]) / loss if penalties[row] else _nothing(),
                ]
            )
            for row in self._rows
        ]
        told = tf.stack(figures) if figures else tf.zeros((0, 6))
        return told, [tf.identity(weight.value) for weight in weights]

    def _moved(self, *before: Any) -> Any:
        left = iter(before)
        moved = [_norm([weight.value - next(left) for weight in _trained(self._parts[row])]) for row in self._rows]
        return tf.stack(moved) if moved else tf.zeros((0,))


def _activation(architecture: Architecture, row: int) -> str:
    layer = architecture.layers[row - 1]
    return "" if layer.group == "Recurrent" else str(getattr(layer, "activation", ""))


def _trained(layers: Sequence[keras.Layer]) -> list[Any]:
    return [weight for layer in layers for weight in layer.trainable_weights]


def _norm(tensors: Sequence[Any]) -> Any:
    if not tensors:
        return _nothing()
    return tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(tf.cast(tensor, tf.float32))) for tensor in tensors]))


def _nothing() -> Any:
    return tf.constant(float("nan"))


def _averages(layers: Sequence[keras.Layer]) -> bool:
    """Whether it is a normalization that keeps moving averages of its batches."""
    return len(layers) == 1 and isinstance(layers[0], keras.layers.BatchNormalization) and layers[0].trainable


def _lag(layer: keras.Layer, values: Any, averages: dict[int, Any]) -> Any:
    """How far the outputs by moving averages and by those of the batch are apart, before gamma and beta.

    With d and m for the standard deviations of the batch and the average, the one is (d / m) times the other plus
    the difference of the means over m: the mean square of the difference is (d/m - 1)^2 + (difference / m)^2.
    """
    rank = len(values.shape)
    mean, variance = tf.nn.moments(values, [axis for axis in range(rank) if axis != layer.axis % rank])
    moving = tf.sqrt(averages[id(layer.moving_variance)] + layer.epsilon)
    stretch = tf.sqrt(variance + layer.epsilon) / moving - 1.0
    shift = (mean - averages[id(layer.moving_mean)]) / moving
    return tf.sqrt(tf.reduce_mean(tf.square(stretch) + tf.square(shift)))


def _sound(layers: Sequence[keras.Layer], values: Any, output: Any) -> Any:
    """Of every unit, or filter, whether all that its sums are made of are numbers: bool (units,)."""
    units = output.shape[-1]
    sound = tf.fill([units], True)
    by_unit = not _trained(layers) and values.shape[-1] == units
    for tensor in [values, *(weight.value for layer in layers for weight in layer.weights if "float" in weight.dtype)]:
        axes = len(tensor.shape) - 1 if len(tensor.shape) and tensor.shape[-1] == units else -1
        apart = axes >= 0 and (by_unit or tensor is not values)
        finite = tf.reduce_all(tf.math.is_finite(tensor), axis=list(range(axes)) if apart else None)
        sound = tf.logical_and(sound, finite)
    return sound


def _share(units: Any, sound: Any) -> Any:
    """The mean of what is told of every unit over those that are sound; NaN if none is."""
    weights = tf.cast(sound, tf.float32)
    return tf.reduce_sum(tf.where(sound, units, 0.0)) / tf.reduce_sum(weights)


def _dead(output: Any, sound: Any) -> Any:
    """The share of sound units, or of a convolution's filters, that are 0 for every example and everywhere."""
    silent = tf.reduce_all(tf.equal(output, 0.0), axis=list(range(len(output.shape) - 1)))
    return _share(tf.cast(silent, tf.float32), sound)


def _saturated(output: Any, activation: str, sound: Any) -> Any:
    """The share of sound units' outputs near an end of their range."""
    if activation not in CURVED:
        return _nothing()
    centred = 2.0 * output - 1.0 if activation == "sigmoid" else output
    near = tf.cast(tf.abs(centred) > FLAT, tf.float32)
    return _share(tf.reduce_mean(near, axis=list(range(len(output.shape) - 1))), sound)
