"""What Keras itself answers to exercises."""

from math import prod
from typing import Any

from msgspec import Struct

from core import presets
from core.learn.exercise import Answer, Exercise
from core.network.layers import Layer

BIASES = {"bias", "beta"}
STATISTICS = {"moving_mean", "moving_variance"}


class Counts(Struct, frozen=True):
    """What Keras says of one layer."""

    output_shape: tuple[int, ...]
    weights: int
    biases: int
    statistics: int
    params: int

    @property
    def multiply_adds(self) -> int:
        """Every weight is used once at each position of the output: Keras itself does not count them."""
        return prod(self.output_shape[:-1]) * self.weights


class KerasAnswers:
    """Answers exercises with Keras's layers, which get weights, without values, only where they are counted.

    Equal layers on equal inputs are asked once.
    """

    def __init__(self) -> None:
        from core.keras_runtime import keras_model

        self._make = keras_model.make
        self._known: dict[tuple[Layer, tuple[int, ...], bool], Counts] = {}

    def answer(self, exercise: Exercise) -> Answer:
        """The answer to what ``exercise`` asks of its preset."""
        architecture = presets.loads(exercise.preset, exercise.id).architecture
        shape, found, asked = architecture.input_shape, [], exercise.asked
        for layer in architecture.layers:
            found.append(self._counts(layer, shape, counted=asked.what != "output_shape"))
            shape = found[-1].output_shape
        if asked.layer is None:
            return sum(getattr(counts, asked.what) for counts in found)
        answer: Answer = getattr(found[asked.layer - 1], asked.what)
        return answer

    def _counts(self, layer: Layer, shape: tuple[int, ...], *, counted: bool) -> Counts:
        if (layer, shape, counted) not in self._known:
            self._known[layer, shape, counted] = self._built(layer, shape, counted)
        return self._known[layer, shape, counted]

    def _built(self, layer: Layer, shape: tuple[int, ...], counted: bool) -> Counts:
        import keras

        inputs: Any = (None, *shape)
        weights: list[Any] = []
        params = 0
        with keras.StatelessScope():
            for call in layer.calls():
                made = self._make(call)
                if counted:
                    made.build(inputs)
                    weights += made.weights
                    params += made.count_params()
                inputs = made.compute_output_shape(inputs)
        biases, statistics = _size(weights, BIASES), _size(weights, STATISTICS)
        return Counts(tuple(inputs[1:]), params - biases - statistics, biases, statistics, params)


def _size(weights: list[Any], names: set[str]) -> int:
    return sum(prod(weight.shape) for weight in weights if weight.name in names)
