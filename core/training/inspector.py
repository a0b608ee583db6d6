"""Queries a trained network. Importing this loads TensorFlow.

Answers take from a millisecond (one digit) to seconds (the whole test set): call it from a worker thread. It uses the
current weights, so two answers given during training may differ.
"""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.backpropagation.state import State
from core.datasets import DATASETS
from core.inspection.results import Results, TrainingResults
from core.inspection.tensors import LayerOutput, Weight
from core.keras_runtime import keras_model
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.training.metrics import PartName
from core.training.step_state import read_state
from core.training.trainer import Trainer

__all__ = ["Inspector"]

CHUNK = 500
"""Images predicted between two checks whether the caller still wants the result."""

Image = NDArray[np.uint8]
"""Rows of pixels, 0 (background) to 255 (ink), as the dataset stores them."""


class Inspector:
    """Queries the network of one training. Thread-safe: it answers one query at a time."""

    def __init__(self, architecture: Architecture, plan: Plan, trainer: Trainer) -> None:
        self.architecture = architecture
        self.plan = plan
        self._trainer = trainer  # a reference, so that its network is not reused by another training
        self._task = trainer.task
        self._parts = keras_model.parts(architecture, trainer.model)
        self._lock = Lock()
        image = tf.TensorSpec((None, *self._task.image), tf.uint8)
        self._predict_function = tf.function(self._predict, [image, tf.TensorSpec((None,), tf.int32)], autograph=False)

    @property
    def images(self) -> NDArray[np.uint8]:
        """The images of the test set: (n, height, width)."""
        test = self._trainer.part("test")
        images: NDArray[np.uint8] = test.images[test.first : test.end].numpy()
        return images

    @property
    def labels(self) -> NDArray[np.int32]:
        """The class numbers of the test images: (n,)."""
        test = self._trainer.part("test")
        labels: NDArray[np.int32] = test.labels[test.first : test.end].numpy()
        return labels

    def results(self, wanted: Callable[[], bool] = lambda: True) -> Results | None:
        """The network's predictions on the test set, and its accuracy on examples it was trained on.

        None as soon as the result is no longer ``wanted``.
        """
        test = self._predict_part("test", wanted)
        train = self._predict_part("train", wanted) if test else None
        if not (test and train):
            return None
        outputs, labels, loss = test
        learned = TrainingResults.of(*train)
        return Results.of(outputs, labels, loss, DATASETS[self.plan.dataset].classes, learned)

    def outputs(self, image: Image) -> NDArray[np.float32]:
        """The output of the last layer for ``image``: a number per class, after a softmax its probability."""
        with self._lock:
            output, _ = self._on_device(self._predict_function, *self._single_batch(image))
            answer: NDArray[np.float32] = output.numpy()[0]
        return answer

    def walk(self, image: Image) -> tuple[LayerOutput, ...]:
        """The output of every layer for ``image``, the input first. Dropout and noise are off."""
        with self._lock:
            return tuple(self._on_device(lambda: list(self._layer_outputs(image))))

    def weights(self) -> tuple[Weight, ...]:
        """All weights, biases and statistics, from the first layer to the last."""
        with self._lock:
            initial = keras_model.parts(
                self.architecture, self._on_device(keras_model.build, self.architecture, self.plan.seed)
            )
            return tuple(
                Weight(row, after.name, before.numpy(), after.numpy())
                for row, layers in self._parts.items()
                for before, after in zip(_weights(initial[row]), _weights(layers), strict=True)
            )

    def step_state(self) -> State:
        """What the next step of the training begins with: weights, learning rate, the optimizer's state."""
        with self._lock:
            model = self._trainer.model
            return read_state(self.architecture, self.plan, model, model.optimizer)

    def _predict_part(
        self, name: PartName, wanted: Callable[[], bool]
    ) -> tuple[NDArray[np.float32], NDArray[np.int32], float] | None:
        """Outputs, class numbers and mean loss of a part; None as soon as they are no longer ``wanted``."""
        part = self._trainer.part(name)
        outputs: list[NDArray[np.float32]] = []
        loss = 0.0
        for start in range(part.first, part.end, CHUNK):
            if not wanted():
                return None
            stop = min(start + CHUNK, part.end)
            with self._lock:  # released after each chunk, so that a single digit need not wait for all the others
                output, mean = self._on_device(self._predict_function, part.images[start:stop], part.labels[start:stop])
            outputs.append(output.numpy())
            loss += float(mean) * (stop - start)
        return np.concatenate(outputs), part.labels[part.first : part.end].numpy(), loss / part.examples

    def _predict(self, images: Any, labels: Any) -> tuple[Any, Any]:
        x, y = self._task.batch(images, labels)
        output = self._task.model(x, training=False)
        return output, self._task.model.compute_loss(x=x, y=y, y_pred=output, training=False)

    def _single_batch(self, image: Image) -> tuple[Any, Any]:
        """A batch of ``image`` alone, with an arbitrary class."""
        return tf.constant(image[None]), tf.zeros(1, tf.int32)

    def _layer_outputs(self, image: Image) -> Iterator[LayerOutput]:
        values, _ = self._task.batch(*self._single_batch(image))
        yield LayerOutput(0, values.numpy()[0])
        for row, layers in self._parts.items():
            for layer in layers:
                values = layer(values, training=False)
            yield LayerOutput(row, values.numpy()[0])

    def _on_device(self, function: Callable[..., Any], *arguments: Any) -> Any:
        with tf.device(self._trainer.placement):
            return function(*arguments)


def _weights(layers: tuple[Any, ...]) -> list[Any]:
    return [weight for layer in layers for weight in layer.weights]
