"""The formulas that the glossary draws activations and losses from, against Keras."""

import numpy as np
import pytest

from core.fields.struct import write
from core.formulas.activation_formulas import FORMULAS as ACTIVATIONS
from core.formulas.activation_formulas import ROWS
from core.formulas.loss_formulas import FORMULAS as LOSSES
from core.keras_call import Call
from core.plan.losses import BinaryFocalCrossentropy, Huber, Loss, Tversky

pytestmark = pytest.mark.keras

X = np.linspace(-6, 6, 97) + 0.013
"""Beside the kinks, where a slope is a matter of definition."""
CLASSES = 10
NUMBERS = {"SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"}
"""Losses that take the number of the class."""


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_slope_are_those_of_keras(name: str) -> None:
    import keras
    import tensorflow as tf

    rows = np.zeros((len(X), CLASSES))
    rows[:, 0] = X
    x = tf.constant(rows if name in ROWS else X, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.activations.get(name)(x)
        first = y[:, 0] if name in ROWS else y
        total = tf.reduce_sum(first)
    slopes = tape.gradient(total, x).numpy()
    formula = ACTIVATIONS[name]
    constants = {**formula.constants, "classes": CLASSES} if name in ROWS else formula.constants
    if name == "sparsemax":
        # What the glossary says of it is no longer so if this fails.
        assert min(tf.reduce_sum(y, axis=-1).numpy()) < 0.5
        return
    values = [formula.function(x=each, **constants) for each in X]
    assert values == pytest.approx(first.numpy(), rel=1e-6, abs=1e-6)
    ours = [formula.slope(x=each, **constants) for each in X]
    assert ours == pytest.approx(slopes[:, 0] if name in ROWS else slopes, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    "loss",
    [
        *(member.initial() for member in Loss.members.values() if member.__module__.startswith("core.")),
        Huber(delta=0.3),
        Tversky(alpha=0.2, beta=0.9),
        BinaryFocalCrossentropy(apply_class_balancing=True, gamma=1.5),
    ],
    ids=lambda loss: f"{loss.alias()} {write(loss) or ''}".strip(),
)
def test_a_loss_over_p_is_that_of_keras(loss: Loss) -> None:
    import keras

    call: Call = loss.call()
    theirs = getattr(keras.losses, type(loss).__name__)(**dict(call.arguments), dtype="float64")
    for p in np.linspace(0.02, 0.98, 25):
        outputs = np.full((1, CLASSES), (1 - p) / (CLASSES - 1))
        outputs[0, 3] = p
        labels = np.eye(CLASSES)[[3]]
        given = np.array([3]) if type(loss).__name__ in NUMBERS else labels
        value = float(theirs(keras.ops.cast(given, "float64"), keras.ops.cast(outputs, "float64")))
        assert LOSSES[type(loss).__name__].value(loss, float(p), CLASSES) == pytest.approx(value, rel=1e-6, abs=1e-6)
