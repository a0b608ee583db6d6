"""Every number of a forward pass, of the gradients and of an optimizer's steps is Keras's, to 1e-6."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.backpropagation.passes import Pass, check, work
from core.backpropagation.state import SYMBOLS, State
from core.network.architecture import Architecture
from core.network.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    Reshape,
)
from core.network.layers.images import Rescaling
from core.network.regularizers import Regularizer
from core.network.summary import summarize
from core.plan.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from core.plan.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Optimizer, RMSprop
from core.plan.plan import Plan

pytestmark = pytest.mark.keras

CLASSES = 4
STEPS = 3
SEED = 11
ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "elu", "selu", "gelu", "softplus", "silu", "softmax", "log_softmax")
LOSSES: tuple[tuple[str, Loss], ...] = (
    ("softmax", CategoricalCrossentropy()),
    ("softmax", CategoricalCrossentropy(label_smoothing=0.2)),
    ("softmax", SparseCategoricalCrossentropy()),
    ("linear", CategoricalCrossentropy(from_logits=True)),
    ("linear", SparseCategoricalCrossentropy(from_logits=True)),
    ("sigmoid", CategoricalCrossentropy()),
    ("softplus", CategoricalCrossentropy()),
    ("sigmoid", SparseCategoricalCrossentropy()),
    ("sigmoid", BinaryCrossentropy()),
    ("sigmoid", BinaryCrossentropy(label_smoothing=0.1)),
    ("linear", BinaryCrossentropy(from_logits=True)),
    ("softmax", BinaryCrossentropy()),
    ("hard_sigmoid", BinaryCrossentropy()),
    ("softmax", MeanSquaredError()),
    ("tanh", MeanAbsoluteError()),
    ("linear", MeanSquaredError()),
)
OPTIMIZERS: tuple[Optimizer, ...] = (
    SGD(0.1),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.9, nesterov=True),
    SGD(0.1, weight_decay=0.05, clipnorm=0.2),
    SGD(0.1, clipvalue=0.01),
    SGD(0.1, momentum=0.5, global_clipnorm=0.3),
    Adagrad(0.05),
    RMSprop(0.01),
    RMSprop(0.01, momentum=0.5, centered=True),
    Adadelta(1.0),
    Adam(0.01),
    Adam(0.01, amsgrad=True),
    AdamW(0.01),
    Adamax(0.01),
)


@pytest.fixture(autouse=True)
def float64():
    """Keras computes in float64 meanwhile: in float32 its own rounding would be what is compared."""
    import keras

    from core.keras_runtime import keras_model  # which sets float32 when it is imported

    assert keras_model
    # The policy of dtypes is what layers take, and Keras derives it from floatx but once, for the first of them.
    policy = keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy(policy)


def _close(found, expected, what: object) -> None:
    """To a millionth of the largest of them: Keras rounds an optimizer's own numbers to float32."""
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max(), err_msg=str(what))


def _dense(activation: str = "tanh", loss_activation: str = "softmax") -> Architecture:
    return Architecture((5,), (Dense(6, activation), Dense(CLASSES, loss_activation)))


def _begun(architecture: Architecture, plan: Plan, seed: int = SEED):
    """A pass through a network of random weights, and the Keras model that has the same, with its optimizer."""
    from core.keras_runtime import keras_model

    model = keras_model.build(architecture, seed)
    optimizer = keras_model.optimizer(plan)
    random = np.random.default_rng(seed)
    weights = {}
    for row, layers in keras_model.parts(architecture, model).items():
        for weight in (weight for layer in layers for weight in layer.weights):
            values = random.normal(0, 0.7, weight.shape)
            weight.assign(np.abs(values) + 0.1 if weight.name == "moving_variance" else values)
            weights[row, weight.name] = weight.numpy()
    optimizer.build(model.trainable_variables)
    x = random.normal(0, 1, architecture.input_shape)
    right = int(random.integers(CLASSES))
    state = State(weights, {}, float(optimizer.learning_rate))  # which Keras keeps in float32
    return work(check(architecture), plan, state, x, right), model, optimizer


def _keras_step(pass_: Pass, architecture: Architecture, model, optimizer):
    """Loss, gradients by key and every layer's output by Keras, which takes the step."""
    import tensorflow as tf

    from core.keras_runtime import keras_model

    plan, outputs = pass_.plan, []
    label = pass_.right if plan.loss.takes_classes else np.eye(CLASSES)[pass_.right]
    keys = {}
    parts = keras_model.parts(architecture, model)
    with tf.GradientTape() as tape:
        values = tf.constant(pass_.x[None])
        for row, layers in parts.items():
            for layer in layers:
                values = layer(values, training=False)
                keys |= {id(weight): (row, weight.name) for weight in layer.trainable_weights}
            outputs.append(values)
        loss = keras_model.loss(plan)(np.asarray([label]), values) + sum(model.losses)
    weights = model.trainable_weights
    found = tape.gradient(loss, [weight.value for weight in weights])
    gradients = {keys[id(weight)]: np.asarray(gradient) for weight, gradient in zip(weights, found, strict=True)}
    optimizer.apply([tf.convert_to_tensor(each) for each in found], weights)
    return float(loss), gradients, [np.asarray(each)[0] for each in outputs]


def _weights(model, architecture: Architecture):
    from core.keras_runtime import keras_model

    parts = keras_model.parts(architecture, model)
    return {
        (row, weight.name): weight.numpy()
        for row, layers in parts.items()
        for layer in layers
        for weight in layer.weights
    }


def _same(architecture: Architecture, plan: Plan, steps: int = 1, seed: int = SEED) -> None:
    """The pass and Keras agree over that many steps, in the weights after each too."""
    pass_, model, optimizer = _begun(architecture, plan, seed)
    for _ in range(steps):
        loss, gradients, outputs = _keras_step(pass_, architecture, model, optimizer)
        assert pass_.loss == pytest.approx(loss, rel=1e-6)
        assert pass_.gradients.keys() == gradients.keys()
        for key, gradient in gradients.items():
            _close(pass_.gradients[key], gradient, key)
        by_row = {each.row: each.values for each in pass_.quantities if each.phase == "forward" and not each.is_given}
        for row, output in enumerate(outputs, start=1):
            _close(by_row[row], output, f"layer {row}")
        pass_ = pass_.stepped()
        for key, weight in _weights(model, architecture).items():
            _close(pass_.state.weights[key], weight, key)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_of_dense_layers(activation: str) -> None:
    _same(_dense(activation), Plan())


@pytest.mark.parametrize(("activation", "loss"), LOSSES, ids=str)
def test_losses(activation: str, loss: Loss) -> None:
    _same(_dense(loss_activation=activation), Plan(loss=loss))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_steps_of_optimizers(optimizer: Optimizer) -> None:
    _same(_dense(), Plan(optimizer=optimizer), STEPS)


def test_penalties_are_in_the_loss_and_in_the_gradients() -> None:
    penalties = Regularizer(l1=0.02), Regularizer(l2=0.03), Regularizer(l1=0.01, l2=0.05)
    first = Dense(6, "relu", kernel_regularizer=penalties[0], bias_regularizer=penalties[1])
    _same(Architecture((5,), (first, Dense(CLASSES, "softmax", kernel_regularizer=penalties[2]))), Plan(), STEPS)


def test_frozen_layers_keep_their_weights() -> None:
    layers = Dense(6, "relu"), Dense(5, "relu", trainable=False), Dense(CLASSES, "softmax")
    pass_, model, optimizer = _begun(Architecture((5,), layers), Plan())
    _keras_step(pass_, Architecture((5,), layers), model, optimizer)
    after = pass_.stepped().state.weights
    for key, weight in _weights(model, Architecture((5,), layers)).items():
        _close(after[key], weight, key)
    assert np.array_equal(after[2, "kernel"], pass_.state.weights[2, "kernel"])


_small = st.integers(1, 3)
_pairs = st.tuples(_small, _small)
_convolutions = st.builds(
    Conv2D,
    st.sampled_from([2, 4]),
    _pairs,
    strides=_pairs,
    padding=st.sampled_from(["valid", "same", 1, 2]),
    groups=st.sampled_from([1, 2]),
    activation=st.sampled_from(["linear", "relu", "tanh"]),
    use_bias=st.booleans(),
) | st.builds(Conv2D, st.just(3), _pairs, dilation_rate=_pairs, padding=st.sampled_from(["valid", "same"]))
_pooling = st.sampled_from([MaxPooling2D, AveragePooling2D]).flatmap(
    lambda kind: st.builds(kind, _pairs, st.none() | _pairs, st.sampled_from(["valid", "same", 1]))
)
_others = st.sampled_from(
    [
        BatchNormalization(),
        BatchNormalization(scale=False, axis=1),
        BatchNormalization(center=False, axis=2),
        LeakyReLU(0.1),
        ELU(0.7),
        Activation("sigmoid"),
        Activation("linear"),
        Dropout(0.5),
        Rescaling(2.0, -1.0),
    ]
)
_ends = st.sampled_from(
    [
        (Flatten(),),
        (GlobalAveragePooling2D(),),
        (GlobalMaxPooling2D(),),
        (GlobalAveragePooling2D(keepdims=True), Flatten()),
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.lists(_convolutions | _pooling | _others, min_size=1, max_size=4), _ends, st.integers(0, 2**31 - 1))
def test_images(layers: list[Layer], end: tuple[Layer, ...], seed: int) -> None:
    architecture = Architecture((7, 6, 2), (*layers, *end, Dense(CLASSES, "softmax")))
    if summarize(architecture).errors:
        return
    _same(architecture, Plan(optimizer=SGD(0.1)), seed=seed)


def test_a_dense_layer_works_along_the_last_axis() -> None:
    layers = Dense(4, "tanh"), Reshape((12,)), BatchNormalization(), Dense(CLASSES, "softmax")
    _same(Architecture((3, 5), layers), Plan(), STEPS)


def test_the_state_of_a_training_is_read_with_its_optimizer() -> None:
    """The next step of a Keras model that has been trained, as LayerLab writes it out."""
    import tensorflow as tf

    from core.keras_runtime import keras_model
    from core.training.step_state import read_state

    architecture, plan = _dense(), Plan(optimizer=Adam(0.01))
    model = keras_model.build(architecture, 3)
    model.compile(optimizer=keras_model.optimizer(plan), loss=keras_model.loss(plan))
    random = np.random.default_rng(3)
    xs, labels = random.normal(size=(6, 5)), np.eye(CLASSES)[random.integers(CLASSES, size=6)]
    for x, label in zip(xs[:-1], labels[:-1], strict=True):
        model.train_on_batch(x[None], label[None])
    state = read_state(architecture, plan, model, model.optimizer)
    assert state.steps == len(xs) - 1
    pass_ = work(
        check(architecture), plan, state, xs[-1].astype(np.float32).astype(np.float64), int(labels[-1].argmax())
    )
    loss = model.train_on_batch(xs[-1:], labels[-1:])
    assert pass_.loss == pytest.approx(float(tf.convert_to_tensor(loss)), abs=1e-6)
    for key, weight in _weights(model, architecture).items():
        np.testing.assert_allclose(pass_.stepped().state.weights[key], weight, atol=1e-6, err_msg=str(key))


def test_a_training_begins_with_the_weights_that_its_seed_gives() -> None:
    from core.keras_runtime import keras_model
    from core.training.step_state import initial_state

    architecture, plan = _dense(), replace(Plan(), seed=17)
    state = initial_state(architecture, plan)
    for key, weight in _weights(keras_model.build(architecture, 17), architecture).items():
        np.testing.assert_array_equal(state.weights[key], weight)
    assert (state.steps, state.learning_rate) == (0, pytest.approx(plan.optimizer.learning_rate))
    assert {name for _, name in state.weights} == set(SYMBOLS) & {"kernel", "bias"}
