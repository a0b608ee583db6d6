"""What a trained network can be asked. Importing this loads TensorFlow.

Answers take from a millisecond (one digit) to seconds (the whole test set): ask in a thread. The weights are those of
the moment, so while training goes on no two answers need agree.
"""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.datasets import DATASETS
from core.inspection.results import Learned, Results
from core.inspection.tensors import LayerOutput, Weight
from core.keras_runtime import keras_model
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.training.metrics import PartName
from core.training.trainer import Trainer

__all__ = ["Inspector"]

AT_ONCE = 500
"""Test images that are answered between two looks at whether anybody still waits."""

Image = NDArray[np.uint8]
"""Rows of pixels, 0 (ground) to 255 (ink), as the dataset has them."""


class Inspector:
    """Asks the network of one training. One question is answered at a time, whichever thread asks."""

    def __init__(self, architecture: Architecture, plan: Plan, trainer: Trainer) -> None:
        self.architecture = architecture
        self.plan = plan
        self._trainer = trainer  # held, so that its network is not lent to another training meanwhile
        self._task = trainer.task
        self._parts = keras_model.parts(architecture, trainer.model)
        self._lock = Lock()
        image = tf.TensorSpec((None, *self._task.image), tf.uint8)
        self._answered = tf.function(self._answer, [image, tf.TensorSpec((None,), tf.int32)], autograph=False)

    @property
    def images(self) -> NDArray[np.uint8]:
        """The images of the test set: (n, height, width)."""
        test = self._trainer.part("test")
        images: NDArray[np.uint8] = test.images[test.first : test.end].numpy()
        return images

    @property
    def labels(self) -> NDArray[np.int32]:
        """Their class numbers: (n,)."""
        test = self._trainer.part("test")
        labels: NDArray[np.int32] = test.labels[test.first : test.end].numpy()
        return labels

    def results(self, wanted: Callable[[], bool] = lambda: True) -> Results | None:
        """How the network answers the test set, and how right it is on what it was trained on.

        None as soon as the answer is not ``wanted`` any more.
        """
        test = self._asked("test", wanted)
        train = self._asked("train", wanted) if test else None
        if not (test and train):
            return None
        outputs, labels, loss = test
        learned = Learned.of(*train)
        return Results.of(outputs, labels, loss, DATASETS[self.plan.dataset].classes, learned)

    def outputs(self, image: Image) -> NDArray[np.float32]:
        """What the last layer gives for ``image``: a number for every class, after a softmax its probability."""
        with self._lock:
            output, _ = self._on_device(self._answered, *self._alone(image))
            answer: NDArray[np.float32] = output.numpy()[0]
        return answer

    def walk(self, image: Image) -> tuple[LayerOutput, ...]:
        """``image`` on its way through the layers, the input first. Dropout and noise are off, as in every test."""
        with self._lock:
            return tuple(self._on_device(lambda: list(self._passages(image))))

    def weights(self) -> tuple[Weight, ...]:
        """All weights, biases and statistics, from the first layer to the last."""
        with self._lock:
            begun = keras_model.parts(
                self.architecture, self._on_device(keras_model.build, self.architecture, self.plan.seed)
            )
            return tuple(
                Weight(row, after.name, before.numpy(), after.numpy())
                for row, layers in self._parts.items()
                for before, after in zip(_weights(begun[row]), _weights(layers), strict=True)
            )

    def _asked(
        self, name: PartName, wanted: Callable[[], bool]
    ) -> tuple[NDArray[np.float32], NDArray[np.int32], float] | None:
        """Outputs, class numbers and mean loss of a part; None as soon as they are not ``wanted`` any more."""
        part = self._trainer.part(name)
        outputs: list[NDArray[np.float32]] = []
        loss = 0.0
        for start in range(part.first, part.end, AT_ONCE):
            if not wanted():
                return None
            stop = min(start + AT_ONCE, part.end)
            with self._lock:  # taken anew for each stretch, so that a single digit need not wait for all others
                output, mean = self._on_device(self._answered, part.images[start:stop], part.labels[start:stop])
            outputs.append(output.numpy())
            loss += float(mean) * (stop - start)
        return np.concatenate(outputs), part.labels[part.first : part.end].numpy(), loss / part.examples

    def _answer(self, images: Any, labels: Any) -> tuple[Any, Any]:
        x, y = self._task.batch(images, labels)
        output = self._task.model(x, training=False)
        return output, self._task.model.compute_loss(x=x, y=y, y_pred=output, training=False)

    def _alone(self, image: Image) -> tuple[Any, Any]:
        """A batch of ``image`` alone, of no class in particular."""
        return tf.constant(image[None]), tf.zeros(1, tf.int32)

    def _passages(self, image: Image) -> Iterator[LayerOutput]:
        values, _ = self._task.batch(*self._alone(image))
        yield LayerOutput(0, values.numpy()[0])
        for row, layers in self._parts.items():
            for layer in layers:
                values = layer(values, training=False)
            yield LayerOutput(row, values.numpy()[0])

    def _on_device(self, ask: Callable[..., Any], *given: Any) -> Any:
        with tf.device(self._trainer.place):
            return ask(*given)


def _weights(layers: tuple[Any, ...]) -> list[Any]:
    return [weight for layer in layers for weight in layer.weights]
