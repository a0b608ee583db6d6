"""Every layer, optimizer and loss becomes Keras's; a seed makes a model reproducible."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Annotated

import numpy as np
import pytest

from core.fields.types import IntField
from core.keras_call import Call
from core.network.architecture import Architecture
from core.network.initializers import Initializer
from core.network.layers import (
    ELU,
    GRU,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Facts,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    LayerNormalization,
    LeakyReLU,
    MaxPooling1D,
    MaxPooling2D,
    PReLU,
    Rescaling,
    Reshape,
    Resizing,
    SeparableConv2D,
    SimpleRNN,
    SpatialDropout2D,
    UpSampling2D,
    ZeroPadding2D,
)
from core.network.shapes import Shape
from core.network.summary import summarize
from core.plan.losses import Loss
from core.plan.optimizers import Optimizer
from core.plan.plan import Plan

pytestmark = pytest.mark.keras

IMAGE, SEQUENCE, ROW = (8, 8, 3), (6, 4), (5,)
SAMPLES = [
    (IMAGE, Conv2D(4, (3, 3), padding=1)),
    (IMAGE, Conv2DTranspose(4, (3, 3))),
    (IMAGE, DepthwiseConv2D((3, 3))),
    (IMAGE, SeparableConv2D(4, (3, 3))),
    (IMAGE, ZeroPadding2D()),
    (IMAGE, MaxPooling2D(padding=1)),
    (IMAGE, AveragePooling2D()),
    (IMAGE, GlobalMaxPooling2D()),
    (IMAGE, GlobalAveragePooling2D()),
    (IMAGE, UpSampling2D()),
    (IMAGE, Resizing(4, 4)),
    (IMAGE, SpatialDropout2D(0.5)),
    (IMAGE, Flatten()),
    (IMAGE, Reshape((64, 3))),
    (IMAGE, Rescaling(0.5)),
    (IMAGE, BatchNormalization()),
    (IMAGE, LayerNormalization()),
    (IMAGE, PReLU(shared_axes=(1, 2))),
    (SEQUENCE, Conv1D(4, 3)),
    (SEQUENCE, MaxPooling1D()),
    (SEQUENCE, GlobalAveragePooling1D()),
    (SEQUENCE, SimpleRNN(3)),
    (SEQUENCE, LSTM(3, dropout=0.5)),
    (SEQUENCE, GRU(3, recurrent_dropout=0.5)),
    (SEQUENCE, Bidirectional(LSTM(3, dropout=0.5))),
    (ROW, Dense(4, "relu")),
    (ROW, Activation("tanh")),
    (ROW, Dropout(0.5)),
    (ROW, GaussianNoise(0.5)),
    (ROW, LeakyReLU()),
    (ROW, ELU()),
]


def values(model):
    """All variables, the states of random generators among them."""
    return [variable.numpy() for variable in model.variables]


def same(first, second):
    return len(first) == len(second) and all(map(np.array_equal, first, second))


def test_the_samples_cover_every_layer():
    assert {type(layer).__name__ for _, layer in SAMPLES} == set(Layer.members) - {"Input"}


@pytest.mark.parametrize(("shape", "layer"), SAMPLES, ids=lambda sample: getattr(sample, "type", ""))
def test_each_layer_is_built_as_summarized_and_twice_the_same(shape, layer):
    import keras

    from core.keras_runtime.keras_model import build

    architecture = Architecture(shape, (layer,))
    first = build(architecture, seed=3)
    keras.utils.set_random_seed(99)
    second = build(architecture, seed=3)

    totals = summarize(architecture).totals
    assert first.count_params() == totals.params
    assert sum(int(np.prod(weight.shape)) for weight in first.trainable_weights) == totals.trainable
    assert first.output_shape[1:] == summarize(architecture).output
    assert same(values(first), values(second))
    data = np.random.default_rng(0).random((4, *shape), dtype=np.float32)
    assert np.array_equal(first(data, training=True), second(data, training=True))


def test_a_model_begins_where_plain_keras_would():
    import keras

    from core.keras_runtime.keras_model import build

    lstm = LSTM(3, kernel_initializer=Initializer.from_name("HeNormal")(), dropout=0.5, return_sequences=True)
    stack = (
        Conv1D(4, 3),
        lstm,
        BatchNormalization(),
        Dropout(0.5),
        Bidirectional(GRU(3)),
        GaussianNoise(0.1),
        Dense(2),
    )
    keras.utils.set_random_seed(7)
    plain = keras.Sequential(
        [
            keras.Input(SEQUENCE),
            keras.layers.Conv1D(4, 3),
            keras.layers.LSTM(3, kernel_initializer="he_normal", dropout=0.5, return_sequences=True),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Bidirectional(keras.layers.GRU(3)),
            keras.layers.GaussianNoise(0.1),
            keras.layers.Dense(2),
        ]
    )
    assert same(values(build(Architecture(SEQUENCE, stack), seed=7)), values(plain))


@pytest.mark.parametrize("units", [4, 0], ids=["built", "refused"])
def test_building_leaves_pythons_random_numbers_alone(units):
    from core.keras_runtime.keras_model import build

    random.seed(5)
    state = random.getstate()
    with nullcontext() if units else pytest.raises(ValueError, match="units"):
        build(Architecture(ROW, (Dense(units),)), seed=1)
    assert random.getstate() == state


def test_models_built_at_the_same_time_are_as_if_built_alone():
    from core.keras_runtime.keras_model import build

    architecture = Architecture(ROW, (Dense(4), Dropout(0.5)) * 10)
    with ThreadPoolExecutor(8) as pool:
        built = list(pool.map(lambda seed: values(build(architecture, seed)), range(16)))
    for seed, found in enumerate(built):
        assert same(found, values(build(architecture, seed)))


def test_another_seed_gives_other_weights_and_other_dropout():
    from core.keras_runtime.keras_model import build

    architecture = Architecture(ROW, (Dense(4), Dropout(0.5), Dense(4)))
    kernel, _, state, last_kernel, _ = values(build(architecture, seed=1))
    other_kernel, _, other_state, *_ = values(build(architecture, seed=2))
    assert not np.array_equal(kernel, other_kernel)
    assert not np.array_equal(state, other_state)
    assert not np.array_equal(kernel[:4], last_kernel), "layers of one model start differently"


def test_a_seed_of_its_own_stays():
    from core.keras_runtime.keras_model import build

    glorot = Initializer.from_name("GlorotUniform")(seed=7)
    architecture = Architecture(ROW, (Dense(4, kernel_initializer=glorot), Dropout(0.5, seed=5)))
    first, second = build(architecture, seed=1), build(architecture, seed=2)
    assert same(values(first), values(second))
    assert list(values(first)[2]) == [5, 0]


def test_the_two_directions_start_differently():
    from core.keras_runtime.keras_model import build

    model = build(Architecture(SEQUENCE, (Bidirectional(SimpleRNN(3)),)), seed=1)
    (layer,) = model.layers
    assert not np.array_equal(layer.forward_layer.get_weights()[0], layer.backward_layer.get_weights()[0])


@pytest.mark.parametrize(
    "layer",
    [
        Bidirectional(LSTM(3), trainable=False),
        Bidirectional(LSTM(3, trainable=False)),
        LSTM(3, trainable=False),
        BatchNormalization(trainable=False),
        Conv1D(3, 2, trainable=False),
    ],
    ids=lambda layer: layer.label,
)
def test_a_frozen_layer_has_nothing_to_train(layer):
    from core.keras_runtime.keras_model import build

    model = build(Architecture(SEQUENCE, (layer, Dense(2))), seed=1)
    assert model.trainable_weights == model.layers[-1].weights


def test_a_layer_defined_elsewhere_is_built():
    from core.keras_runtime.keras_model import build

    class Doubled(Layer, frozen=True):
        """Two dense layers in a row."""

        units: Annotated[int, IntField(1), "Size of both"] = 2

        def derive(self, x: Shape) -> Facts:
            return Facts((self.units,))

        def calls(self) -> tuple[Call, ...]:
            return (Dense(self.units, "relu").call(), Dense(self.units).call())

    try:
        model = build(Architecture(ROW, (Doubled(3),)), seed=1)
    finally:
        del Layer.members["Doubled"]
    assert [layer.units for layer in model.layers] == [3, 3]
    assert model.count_params() == (5 * 3 + 3) + (3 * 3 + 3)


@pytest.mark.parametrize("name", Optimizer.members)
def test_each_optimizer_takes_its_arguments_along(name):
    from core.keras_runtime.keras_model import optimizer

    made = optimizer(Plan(optimizer=Optimizer.from_name(name)(learning_rate=0.25, clipnorm=2.0)))
    assert type(made).__name__ == name
    assert made.get_config()["learning_rate"] == 0.25
    assert made.get_config()["clipnorm"] == 2.0


@pytest.mark.parametrize("name", Loss.members)
def test_each_loss_gives_a_number(name):
    from core.keras_runtime.keras_model import loss

    made = loss(Plan(loss=Loss.from_name(name)()))
    sparse = name == "SparseCategoricalCrossentropy"
    truth = np.array([1, 0]) if sparse else np.eye(2, dtype=np.float32)[[1, 0]]
    assert type(made).__name__ == name
    assert np.isfinite(float(made(truth, np.array([[0.25, 0.75], [0.5, 0.5]], np.float32))))
