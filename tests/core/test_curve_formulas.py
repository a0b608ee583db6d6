"""The formulas that the glossary draws activations and losses from, against Keras."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields.struct import write
from core.formulas.activation_formulas import FORMULAS as ACTIVATIONS
from core.formulas.activation_formulas import ROWS
from core.formulas.arrays import Array, over
from core.formulas.loss_formulas import FORMULAS as LOSSES
from core.formulas.real_formula import RealFormula
from core.keras_call import Call
from core.plan.losses import BinaryFocalCrossentropy, Huber, Loss, Tversky

pytestmark = pytest.mark.keras

X = np.linspace(-6, 6, 97) + 0.013
"""Beside the kinks, where a slope is a matter of definition."""
CLASSES = 10
NUMBERS = {"SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"}
"""Losses that take the number of the class."""


FAR = np.array([sign * x for sign in (-1, 1) for x in (38, 100, 400, 705, 710, 750, 1e3, 3e3, 1e4)])
"""Where exponentials overflow, and before."""


def keras_says(name: str, places: Array) -> tuple[Array, Array]:
    """The values of the activation called ``name`` at ``places``, of a row the first, and its slopes."""
    import keras
    import tensorflow as tf

    rows = np.zeros((len(places), CLASSES))
    rows[:, 0] = places
    x = tf.constant(rows if name in ROWS else places, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.activations.get(name)(x)
        first = y[:, 0] if name in ROWS else y
        total = tf.reduce_sum(first)
    slopes = tape.gradient(total, x).numpy()
    return first.numpy(), slopes[:, 0] if name in ROWS else slopes


def constants_of(name: str) -> dict[str, float]:
    return {**ACTIVATIONS[name].constants, **({"classes": CLASSES} if name in ROWS else {})}


@pytest.mark.parametrize("name", sorted(ACTIVATIONS.keys() - {"sparsemax"}))
def test_an_activation_and_its_slope_are_those_of_keras(name: str) -> None:
    formula, constants = ACTIVATIONS[name], constants_of(name)
    values, slopes = keras_says(name, X)
    assert [formula.function(x=each, **constants) for each in X] == pytest.approx(values, rel=1e-6, abs=1e-6)
    assert [formula.slope(x=each, **constants) for each in X] == pytest.approx(slopes, rel=1e-6, abs=1e-6)


def test_sparsemax_of_keras_is_none() -> None:
    import keras

    rows = np.zeros((len(X), CLASSES))
    rows[:, 0] = X
    # What the glossary says of it is no longer so if this fails.
    assert np.asarray(keras.activations.sparsemax(rows)).sum(axis=-1).min() < 0.5


@pytest.mark.parametrize("name", sorted(ACTIVATIONS.keys() - {"sparsemax"}))
def test_far_out_they_are_those_of_keras_too(name: str) -> None:
    formula, constants = ACTIVATIONS[name], constants_of(name)
    for each, theirs in zip((formula.function, formula.slope), keras_says(name, FAR), strict=True):
        assert np.isfinite(theirs).all() == (name != "exponential")
        assert [each(x=float(x), **constants) for x in FAR] == pytest.approx(theirs, rel=1e-6, abs=1e-6)
        assert np.broadcast_to(over(each, x=FAR, **constants), FAR.shape) == pytest.approx(theirs, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(x=st.floats(-1e4, 1e4))
def test_both_forms_of_a_formula_are_one(name: str, x: float) -> None:
    for each in (ACTIVATIONS[name].function, ACTIVATIONS[name].slope):
        if each.stable:
            value, stable = RealFormula(each.text)(x=x, classes=CLASSES), RealFormula(each.stable)(x=x, classes=CLASSES)
            assert value == pytest.approx(stable, rel=1e-9, abs=1e-12) or not np.isfinite(value)


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
