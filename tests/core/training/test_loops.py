"""What XLA makes of an optimizer or of a whole step is what TensorFlow makes of it."""

import numpy as np
import pytest

from core.network.architecture import Architecture
from core.network.layers import (
    ELU,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerNormalization,
    LeakyReLU,
    PReLU,
    Rescaling,
    Reshape,
    SpatialDropout2D,
)
from core.network.layers.arguments import ACTIVATIONS
from core.plan.optimizers import SGD, Optimizer
from core.plan.plan import Plan

pytestmark = pytest.mark.keras

NETWORK = Architecture((6,), (Dense(5, "relu"), BatchNormalization(), Dense(4)))


@pytest.mark.parametrize("name", Optimizer.members)
def test_a_fused_update_changes_the_weights_as_a_plain_one(name):
    from core.keras_runtime import keras_model
    from core.training import loops

    results = []
    for fused in (True, False):
        model = keras_model.build(NETWORK, seed=1)
        model.compile(
            keras_model.optimizer(Plan(optimizer=Optimizer.from_name(name)(clipnorm=0.5, use_ema=True))), "mse"
        )
        model.optimizer.build(model.trainable_variables)
        update = loops.update(model, fused=fused)
        draw = np.random.default_rng(0)
        for _ in range(3):
            update(*(draw.normal(size=weight.shape).astype("f") for weight in model.trainable_weights))
        results.append([variable.numpy() for variable in (*model.variables, *model.optimizer.variables)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_compiled_steps_are_the_steps_that_they_stand_for():
    """Through every layer that is ever compiled; the masks of dropout are Keras's own."""
    import keras

    from core.keras_runtime import keras_model
    from core.training import compiled, loops

    some = (ELU(), LeakyReLU(), PReLU(), LayerNormalization(), Rescaling(2.0), Activation("tanh"), Reshape((2, 4)))
    others = (Dropout(0.25), Dense(8), BatchNormalization(), Dropout(0.5, seed=9), Flatten(), Dense(3, "softmax"))
    layers = (Flatten(), Dense(8, "relu"), *some, *others)
    draw = np.random.default_rng(0)
    images = draw.integers(0, 255, (60, 4, 5), dtype=np.uint8)
    labels, order = draw.integers(0, 3, 60, dtype=np.int32), draw.permutation(60).astype(np.int32)

    def batch(pixels, truth):
        return keras.ops.cast(pixels, "float32") / 255.0, truth

    results = []
    for compile_whole in (True, False):
        architecture = Architecture((4, 5), layers)
        model = keras_model.build(architecture, seed=1)
        model.compile(keras_model.optimizer(Plan(optimizer=SGD(momentum=0.5))), "sparse_categorical_crossentropy")
        model.optimizer.build(model.trainable_variables)
        assert {type(layer) for layer in layers} == {each for each in Layer.members.values() if each.faster_compiled}
        assert compiled.benefits(architecture, 10)
        task = loops.Task(model, batch, (4, 5), "/CPU:0")
        update = loops.update(model, fused=False)
        steps = compiled.steps(task, 10) if compile_whole else loops.steps(task, update, 10)
        sums = (np.float64(0), np.int64(0))
        for first, count in ((0, 0), (0, 2), (20, 4)):
            done, sums = steps(images, labels, order, first, count, sums)
            assert done == count
        results.append([float(sums[0]), *(variable.numpy() for variable in model.variables)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_xla_knows_every_activation_as_tensorflow_does(name):
    import keras
    import tensorflow as tf

    activation = keras.activations.get(name)
    x = tf.constant(2 * np.random.default_rng(0).normal(size=(64, 8)).astype("f"))

    def both_ways(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = activation(x)
        return y, tape.gradient(y, x, output_gradients=x)

    for xla, plain in zip(tf.function(both_ways, jit_compile=True)(x), tf.function(both_ways)(x), strict=True):
        np.testing.assert_allclose(xla, plain, rtol=1e-5, atol=1e-5)


def test_large_batches_and_other_layers_are_not_compiled():
    from core.training import compiled

    def gains(layer, size):
        return compiled.benefits(Architecture((4, 4, 1), (layer, Flatten(), Dense(2))), size)

    assert gains(Dropout(0.5), 128)
    assert not gains(Dropout(0.5), 1024)
    assert not gains(SpatialDropout2D(0.5), 128), "derives from Dropout"
    assert not gains(Conv2D(3, (2, 2)), 128)


def test_masks_are_drawn_for_the_steps_that_are_taken():
    """With batches of one example there is room for thousands of masks, and a call may take a single step."""
    import tensorflow as tf

    from core.keras_runtime import keras_model
    from core.training import masks

    drawn = []
    for steps, count in ((4096, 3), (3, 3)):
        model = keras_model.build(Architecture((50,), (Dropout(0.5),)), seed=1)
        (mask,) = masks.draw(model, 2, steps, tf.constant(count))
        assert mask.shape == (steps, 2, 50)
        assert int(model.layers[0].seed_generator.state[1]) == count
        drawn.append(mask.numpy())
    np.testing.assert_array_equal(drawn[0][:3], drawn[1])
    assert not drawn[0][3:].any(), "the rest is not drawn"


def test_wide_masks_are_drawn_for_fewer_steps_at_a_time():
    from core.keras_runtime import keras_model
    from core.training import compiled

    def picked(*layers):
        return compiled.steps_per_gather(keras_model.build(Architecture((28, 28, 1), layers), 1), 128)

    assert picked(Dense(64), Dropout(0.0)) == picked(Flatten(), Dropout(0.5)) == 32
    assert picked(Dense(64), Dropout(0.5)) == 2, "each step has 6.4 million values"
    assert picked(Dense(400), Dropout(0.5)) == 1
