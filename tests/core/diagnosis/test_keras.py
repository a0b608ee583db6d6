"""What the rules say of Keras, asked of Keras."""

from typing import Any

import numpy as np
import pytest

from core.diagnosis.kernels import fans, initial_stddev
from core.network.initializers import Initializer
from core.network.layers import (
    GRU,
    LSTM,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Layer,
    SeparableConv2D,
    SimpleRNN,
)

pytestmark = pytest.mark.keras

LAYERS = (
    (Dense(50), (30,)),
    (Conv1D(24, 5, groups=2), (20, 8)),
    (Conv2D(24, (3, 2), groups=2), (9, 9, 8)),
    (Conv2DTranspose(24, (3, 2), (2, 2)), (5, 5, 8)),
    (DepthwiseConv2D((3, 2), depth_multiplier=3), (9, 9, 8)),
    (SeparableConv2D(24, (3, 2), depth_multiplier=3), (9, 9, 8)),
    (SimpleRNN(20), (6, 8)),
    (LSTM(20), (6, 8)),
    (GRU(20), (6, 8)),
)
SHAPE = (7, 5, 30, 40)


@pytest.fixture(scope="module")
def keras_model() -> Any:
    from core.keras_runtime import keras_model

    return keras_model


@pytest.mark.parametrize(("layer", "x"), LAYERS)
def test_kernels_have_the_shapes_of_keras(keras_model: Any, layer: Layer, x: tuple[int, ...]) -> None:
    made = keras_model.make(layer.call())
    made.build((None, *x))
    held = {tuple(weight.shape) for weight in made.weights if len(weight.shape) > 1}
    assert {kernel.shape for kernel in layer.kernels(x)} <= held


@pytest.mark.parametrize("name", Initializer.members)
def test_initializers_spread_as_in_keras(keras_model: Any, name: str) -> None:
    initializer = Initializer.members[name].initial()
    stddev = initial_stddev(initializer, SHAPE)
    if stddev is None:
        assert name in ("Zeros", "Ones", "Constant", "Identity")
        return
    drawn = keras_model.make(initializer.call(seed=1))(SHAPE)
    assert stddev == pytest.approx(float(np.std(drawn)), rel=0.02)
    assert fans(SHAPE) == (7 * 5 * 30, 7 * 5 * 40)


def test_a_softmax_is_remembered_and_its_inputs_are_what_is_trained(keras_model: Any) -> None:
    """As the causes of logits-of-softmax, no-softmax and binary-loss-on-softmax tell it."""
    from core.network.architecture import Architecture
    from core.network.layers import Flatten
    from core.plan.losses import BinaryCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy, Loss
    from core.plan.plan import Plan

    x, y = np.array([[2.0, -1.0, 0.5]], np.float32), np.array([[0.0, 1.0, 0.0]], np.float32)

    def loss(activation: str, of: Loss, *behind: Layer) -> float:
        model = keras_model.build(Architecture((3,), (Dense(3, activation), *behind)), 1)
        model.layers[0].set_weights([np.eye(3, dtype=np.float32), np.zeros(3, np.float32)])
        model.compile(loss=keras_model.loss(Plan(loss=of)))
        return float(model.compute_loss(x=x, y=y, y_pred=model(x, training=True)))

    shares = np.exp(x) / np.exp(x).sum()
    right = float(-np.log(shares[0, 1]))
    twice = float(-np.log((np.exp(shares) / np.exp(shares).sum())[0, 1]))
    raw = CategoricalCrossentropy(from_logits=True)
    with pytest.warns(UserWarning, match="from_logits=True"):
        assert loss("softmax", raw) == pytest.approx(right)
    assert loss("softmax", raw, Flatten()) == pytest.approx(twice)
    assert loss("sigmoid", CategoricalCrossentropy()) == pytest.approx(right)
    focal = CategoricalFocalCrossentropy(alpha=1.0, gamma=0.0, from_logits=True)
    assert loss("softmax", focal) == pytest.approx(twice)
    sigmoids = 1 / (1 + np.exp(-x[0]))
    apart = float(-np.log([1 - sigmoids[0], sigmoids[1], 1 - sigmoids[2]]).mean())
    assert loss("softmax", BinaryCrossentropy()) == pytest.approx(apart, rel=1e-5)
