"""Fed the same batches from the same weights, LayerLab's training and plain Keras's come to the same.

As long as no unit's input lies so close to zero that the order of additions decides on its sign: what ReLU makes of
that is a weight's whole step. Keras with XLA and without differ by it too, on one of a dozen such networks. Adam
with Keras's epsilon of 1e-7 does the same to a gradient of nothing but rounding, such as batch normalization leaves:
on some processors TensorFlow's own kernels differ by more than the bound then. A larger epsilon lets rounding be small.
"""

from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace

from core.datasets.catalog import mnist
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.network.regularizers import Regularizer
from core.plan.optimizers import SGD, Adam, Optimizer, RMSprop
from core.plan.plan import Plan
from tests.core.training.scripted import Script

pytestmark = pytest.mark.keras

PLAN = Plan(validation=0.8, batch_size=60, epochs=1, seed=1)
"""11,999 examples: 199 full batches and one of 59."""

PENALTY = Regularizer(l1=1e-5, l2=1e-3)
DENSE = (Flatten(), Dense(32, "relu", kernel_regularizer=PENALTY), Dense(10, "softmax", activity_regularizer=PENALTY))
WIDE = (Flatten(), Dense(160, "relu"), Dense(10, "softmax"))
"""Large enough for a fused update, where it is not compiled as a whole."""
NORMALIZED = (Flatten(), Dense(32, "relu"), BatchNormalization(), Dropout(0.5), Dense(10, "softmax"))
CONVOLUTIONAL = (Conv2D(6, (5, 5), activation="relu"), MaxPooling2D(), Dropout(0.25), Flatten(), Dense(10, "softmax"))


@cache
def examples(input_shape):
    """The images and labels that are trained on, as Keras takes them."""
    digits = mnist.load()
    # TensorFlow makes a product of a quotient by a constant: the very same pixels, and most cases agree bit for bit.
    x = (digits.x_train[:11_999] / np.float32(255)).reshape(-1, *input_shape)
    return x, np.eye(10, dtype=np.float32)[digits.y_train[:11_999]]


def plain(architecture, plan):
    """The model after one epoch of ``train_on_batch``, and the mean loss of its examples."""
    from core.keras_runtime import keras_model
    from core.training import resident_data

    order = resident_data.order(plan.seed, 0, 11_999, shuffle=True)
    model = keras_model.build(architecture, plan.seed)
    model.compile(keras_model.optimizer(plan), keras_model.loss(plan))
    # Built inside the training function, as ``fit`` does it, ScheduleFreeAdamW begins at zeros, not at the weights.
    model.optimizer.build(model.trainable_variables)
    x, y = examples(architecture.input_shape)
    total = 0.0
    for start in range(0, len(order), plan.batch_size):
        chosen = order[start : start + plan.batch_size]
        model.reset_metrics()
        total += float(model.train_on_batch(x[chosen], y[chosen])) * len(chosen)
    model.optimizer.finalize_variable_values(model.trainable_weights)
    return model, total / len(order)


@pytest.mark.parametrize(
    ("layers", "optimizer", "whole"),
    [
        (WIDE, RMSprop(), False),
        (DENSE, RMSprop(), True),
        (NORMALIZED, Adam(epsilon=1e-3), True),
        (DENSE, SGD(0.5, clipnorm=0.1, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=7), True),
        (DENSE, Optimizer.from_name("ScheduleFreeAdamW")(), False),
        (DENSE, Adam(clipnorm=0.1, gradient_accumulation_steps=3, loss_scale_factor=64.0), True),
        (WIDE, SGD(momentum=0.9, gradient_accumulation_steps=3, use_ema=True, ema_overwrite_frequency=7), False),
    ],
    ids=[
        "wide",
        "dense-compiled",
        "normalized-compiled",
        "clipped-averaged-compiled",
        "schedule-free",
        "accumulated-compiled",
        "accumulated-wide",
    ],
)
def test_two_hundred_steps_give_the_same_weights(layers, optimizer, whole, monkeypatch):
    from core.training import compiled, trainer

    monkeypatch.setattr(
        trainer, "_cache", trainer.NetworkCache()
    )  # what is lent again stays compiled, or not, as it was
    if not whole:
        monkeypatch.setattr(compiled, "benefits", lambda *_: False)
    architecture, plan = Architecture((28, 28, 1), layers), replace(PLAN, optimizer=optimizer)
    script = Script(architecture, plan)
    script.run()
    model, loss = plain(architecture, plan)
    (whole,) = [event for event in script.events if type(event).__name__ == "EpochEnded"]
    assert whole.step == 200
    assert whole.loss == pytest.approx(loss, rel=1e-5)
    for variable, expected in zip(script.session.model.variables, model.variables, strict=True):
        ours, theirs = variable.numpy(), expected.numpy()
        assert np.max(np.abs(ours - theirs)) <= 1e-5 * np.max(np.abs(theirs)), variable.path


RELUS = (Flatten(), *[Dense(units, "relu") for units in (400, 300, 200, 100, 50)], Dense(10, "softmax"))


@pytest.mark.parametrize("layers", [RELUS, NORMALIZED, CONVOLUTIONAL], ids=["relus", "normalized", "convolutional"])
def test_without_shuffling_fit_gives_the_same_weights_to_the_last_bit(layers):
    """Here no network and no bound has to be chosen: nothing is added in another order."""
    from core.keras_runtime import keras_model

    architecture, plan = Architecture((28, 28, 1), layers), replace(PLAN, shuffle=False)
    script = Script(architecture, plan)
    script.run()
    model = keras_model.build(architecture, plan.seed)
    model.compile(keras_model.optimizer(plan), keras_model.loss(plan))
    x, y = examples(architecture.input_shape)
    model.fit(x, y, plan.batch_size, shuffle=False, verbose=0)
    for variable, expected in zip(script.session.model.variables, model.variables, strict=True):
        assert np.array_equal(variable.numpy(), expected.numpy()), variable.path
