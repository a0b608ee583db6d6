"""What XLA makes of an optimizer is what the optimizer does."""

import numpy as np
import pytest

from core.architecture import Architecture
from core.layers import BatchNormalization, Dense
from core.optimizers import Optimizer
from core.plan import Plan

pytestmark = pytest.mark.keras

NETWORK = Architecture((6,), (Dense(5, "relu"), BatchNormalization(), Dense(4)))


@pytest.mark.parametrize("name", Optimizer.members)
def test_a_fused_update_changes_the_weights_as_a_plain_one(name):
    from core import keras_model
    from core.training import loops

    results = []
    for fused in (True, False):
        model = keras_model.build(NETWORK, seed=1)
        model.compile(keras_model.optimizer(Plan(optimizer=Optimizer.named(name)(clipnorm=0.5, use_ema=True))), "mse")
        model.optimizer.build(model.trainable_variables)
        update = loops.update(model, fused=fused)
        draw = np.random.default_rng(0)
        for _ in range(3):
            update(*(draw.normal(size=weight.shape).astype("f") for weight in model.trainable_weights))
        results.append([variable.numpy() for variable in (*model.variables, *model.optimizer.variables)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
