"""A close look at one step of training: gradients, updates, units that have nothing more to say. Loads TensorFlow.

The step itself is taken as all others are. Beforehand its gradient is worked out once more, from the same batch with
the same masks of dropout, and the weights are copied; afterwards it is seen how far they have moved.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from msgspec import Struct

from core import keras_model
from core.architecture import Architecture
from core.training import loops
from core.training.events import LayerSample

__all__ = ["Look", "Probe"]

FLAT = 0.9
"""How near its ends a sigmoid or tanh counts as saturated, its whole range being -1 to 1: its slope there is below a
fifth of the steepest, so next to nothing of a gradient comes back through it."""

RELUS = ("relu", "relu6")
CURVED = ("sigmoid", "tanh")


class Look(Struct, frozen=True, eq=False):
    """What is known before the step: float32 (rows, 4) of gradient, weight, dead and saturated, and the weights."""

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
            if _trained(layers) or _activation(architecture, row) in (*RELUS, *CURVED)
        )
        self._activations = {row: _activation(architecture, row) for row in self._rows}
        self._before = tf.function(
            self._look, [*loops.signature(task.image)[:3], loops.INDEX, loops.INDEX], autograph=False
        )
        self._after = tf.function(self._moved, autograph=False)

    def trace(self) -> None:
        """Trace it, so that no training waits for it later."""
        self._before.get_concrete_function()
        self._after.get_concrete_function(*(tf.TensorSpec(weight.shape, weight.dtype) for weight in self._weights))

    def before(self, images: Any, labels: Any, order: Any, start: Any, stop: Any) -> Look:
        """Look at the step to come, which learns from the examples of ``order`` from ``start`` to ``stop``."""
        figures, weights = self._before(images, labels, order, start, stop)
        return Look(figures, tuple(weights))

    def after(self, look: Look) -> tuple[LayerSample, ...]:
        """What there is to tell once the step has been taken."""
        moved = self._after(*look.weights).numpy()
        return tuple(
            self._sample(row, *(float(figure) for figure in (*figures, distance)))
            for row, figures, distance in zip(self._rows, look.figures.numpy(), moved, strict=True)
        )

    def _sample(
        self, row: int, gradient: float, weight: float, dead: float, saturated: float, distance: float
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
        )

    @property
    def _weights(self) -> list[Any]:
        return [weight for row in self._rows for weight in _trained(self._parts[row])]

    def _look(self, images: Any, labels: Any, order: Any, start: Any, stop: Any) -> tuple[Any, list[Any]]:
        model, weights = self._task.model, self._weights
        x, y = self._task.batch(*loops.pick(self._task, images, labels, order[start:stop]))
        # The step that follows draws the same masks, and counts this batch but once in its running means.
        kept = [tf.identity(variable.value) for variable in model.non_trainable_variables]
        outputs: dict[int, Any] = {}
        with tf.GradientTape() as tape:
            output = x
            for row, layers in self._parts.items():
                for layer in layers:
                    output = layer(output, training=True)
                outputs[row] = output
            loss = model.compute_loss(x=x, y=y, y_pred=output, training=True)
        gradients = tape.gradient(loss, [weight.value for weight in weights], unconnected_gradients="zero")
        for variable, value in zip(model.non_trainable_variables, kept, strict=True):
            variable.assign(value)
        of = {id(weight): gradient for weight, gradient in zip(weights, gradients, strict=True)}
        figures = [
            tf.stack(
                [
                    _norm([of[id(weight)] for weight in _trained(self._parts[row])]),
                    _norm([weight.value for weight in _trained(self._parts[row])]),
                    _dead(outputs[row]) if self._activations[row] in RELUS else _nothing(),
                    _saturated(outputs[row], self._activations[row]),
                ]
            )
            for row in self._rows
        ]
        return tf.stack(figures) if figures else tf.zeros((0, 4)), [tf.identity(weight.value) for weight in weights]

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


def _dead(output: Any) -> Any:
    """The share of units, or of a convolution's filters, that are 0 for every example and everywhere."""
    silent = tf.reduce_all(tf.equal(output, 0.0), axis=list(range(len(output.shape) - 1)))
    return tf.reduce_mean(tf.cast(silent, tf.float32))


def _saturated(output: Any, activation: str) -> Any:
    """The share of outputs near an end of their range."""
    if activation not in CURVED:
        return _nothing()
    centred = 2.0 * output - 1.0 if activation == "sigmoid" else output
    return tf.reduce_mean(tf.cast(tf.abs(centred) > FLAT, tf.float32))
