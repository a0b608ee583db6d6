"""Labels as each loss takes them: one-hot, or class numbers."""

import numpy as np
import pytest
from msgspec.structs import replace

from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.losses import CategoricalGeneralizedCrossEntropy, Loss
from core.plan.plan import Plan
from core.training.session import Session

pytestmark = pytest.mark.keras
SMALL = Architecture((28, 28), (Flatten(), Dense(10, "softmax")))
PLAN = Plan(validation=0.99, batch_size=100, epochs=1)


@pytest.mark.parametrize("name", sorted(Loss.members))
def test_every_loss_takes_the_labels_that_it_is_given(name):
    import tensorflow as tf

    from core.keras_runtime import keras_model
    from core.training.network import _preprocess

    plan = replace(PLAN, loss=Loss.members[name]())
    images = np.zeros((8, 28, 28), np.uint8)
    outputs = tf.nn.softmax(tf.random.stateless_normal((8, 10), (1, 2)))
    _, labels = _preprocess((28, 28), plan)(images, tf.constant(range(8)))
    value = keras_model.loss(plan)(labels, outputs)
    assert value.shape == ()
    assert np.isfinite(value)
    right = tf.one_hot(range(8), 10) * 0.9998 + 0.00001
    assert keras_model.loss(plan)(labels, right) < value, "it is lower for the right answer"


def test_one_that_takes_classes_trains():
    plan = replace(PLAN, loss=CategoricalGeneralizedCrossEntropy())
    ended = Session(SMALL, plan, lambda _: None).run()
    assert (ended.reason, ended.message) == ("finished", "")
    assert ended.test_accuracy > 0.15, "after six steps"
