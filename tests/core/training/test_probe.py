"""Close looks at single steps: what they tell is what Keras would tell, and they change nothing."""

from math import inf, isfinite, isnan

import numpy as np
import pytest
from msgspec.structs import replace

from core.events import LayerSample, Progress, StepSampled
from core.network.architecture import Architecture
from core.network.initializers import Constant, Zeros
from core.network.layers import ELU, Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.network.regularizers import Regularizer
from core.plan.losses import MeanSquaredError
from core.plan.optimizers import SGD, Adam
from core.training import sampling
from core.training.sampling import Sampling
from core.training.step_pacer import StepPacer
from tests.core.training.scripted import QUICK, Script, progress
from tests.core.training.test_session import NOISY, figures, same

pytestmark = pytest.mark.keras

CONVOLUTIONAL = Architecture(
    (28, 28, 1),
    (Conv2D(4, (5, 5), activation="tanh"), MaxPooling2D(), Dropout(0.25), Flatten(), Dense(10, "softmax")),
)


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(sampling, "SHARE", inf)


def norm(arrays):
    return float(np.sqrt(sum(np.square(array, dtype=np.float64).sum() for array in arrays)))


@pytest.mark.parametrize("architecture", [NOISY, CONVOLUTIONAL], ids=["normalized", "convolutional"])
def test_norms_and_updates_are_those_of_the_step(architecture):
    import keras
    import tensorflow as tf

    from core.datasets.catalog import mnist
    from core.keras_runtime import keras_model
    from core.training import resident_data
    from core.training.metrics import ZERO
    from core.training.trainer import Trainer

    plan = replace(QUICK, optimizer=Adam())
    trainer = Trainer(architecture, plan)
    trainer.traced()
    before = trainer.variables()
    look = trainer.probe_before(0)
    assert same(trainer.variables(), before), "a look leaves weights, running means and random generators alone"
    trainer.train(0, 1, ZERO)
    seen = {sample.row: sample for sample in trainer.probe_after(look)}

    digits = mnist.load()
    chosen = resident_data.order(plan.seed, 0, trainer.examples, shuffle=True)[: plan.batch_size]
    model = keras_model.build(architecture, plan.seed)
    x = (digits.x_train[chosen] / np.float32(255)).reshape(-1, *architecture.input_shape)
    y = np.eye(10, dtype="f")[digits.y_train[chosen]]
    with tf.GradientTape() as tape:
        loss = keras.ops.mean(keras.losses.categorical_crossentropy(y, model(x, training=True)))
    weights = model.trainable_weights
    gradients = {weight.path: of for weight, of in zip(weights, tape.gradient(loss, weights), strict=True)}
    learning = [layer for layer in model.layers if layer.trainable_weights]
    assert len(seen) == len(learning)
    rows = [
        row for row, layers in keras_model.parts(architecture, trainer.model).items() if layers[0].trainable_weights
    ]
    for row, layer in zip(rows, learning, strict=True):
        assert seen[row].gradient == pytest.approx(norm([gradients[w.path] for w in layer.trainable_weights]), rel=1e-4)
        begun = [w.numpy() for w in layer.trainable_weights]
        moved = [
            w.numpy() for part in keras_model.parts(architecture, trainer.model)[row] for w in part.trainable_weights
        ]
        assert seen[row].weight == pytest.approx(norm(begun), rel=1e-5)
        way = norm([after - start for after, start in zip(moved, begun, strict=True)])
        assert seen[row].update == pytest.approx(way / norm(begun), rel=1e-4)


def test_looking_changes_nothing(often, monkeypatch):
    plan = replace(QUICK, epochs=2)
    looked = Script(NOISY, plan)
    looked.run()
    assert len(looked.told(StepSampled)) > 5
    weights, told = looked.weights, figures(looked)
    del looked  # its network is that of the next one
    monkeypatch.setattr(Sampling, "due", lambda *_: False)
    plain = Script(NOISY, plan)
    plain.run()
    assert not plain.told(StepSampled)
    assert same(plain.weights, weights)
    assert figures(plain) == told


def test_a_step_that_is_looked_at_is_no_point_of_its_own(often, monkeypatch):
    monkeypatch.setattr(StepPacer, "steps", lambda _, left: min(4, left))
    script = Script()
    script.run()
    steps = [event.step for event in script.told(Progress)]
    assert steps == [*range(4, 94, 4), 94]
    assert sum(event.step == 1 for event in script.told(StepSampled)) == 1


def test_a_single_batch_can_be_looked_at(often):
    script = Script(plan=replace(QUICK, batch_size=6000))
    script.session.step()
    script.run((progress(), lambda session: session.stop()))
    assert [event.step for event in script.told(StepSampled)] == [1]


def test_units_that_say_nothing_more_are_counted():
    dead = Dense(8, "relu", bias_initializer=Constant(-1000.0))
    saturated = Dense(8, "sigmoid", kernel_initializer=Zeros(), bias_initializer=Constant(5.0))
    curved = Dense(8, "tanh", kernel_initializer=Zeros(), bias_initializer=Constant(1.0))
    layers = (Flatten(), dead, saturated, curved, Activation("relu"), ELU(), Dense(10, "softmax"))
    script = Script(Architecture((28, 28), layers))
    script.run()
    first = {sample.row: sample for sample in script.told(StepSampled)[0].layers}
    assert sorted(first) == [2, 3, 4, 5, 7]
    assert (first[2].dead, first[2].saturated) == (1.0, None)
    assert (first[3].dead, first[3].saturated) == (None, 1.0)
    assert (first[4].dead, first[4].saturated) == (None, 0.0), "tanh(1) is 0.76"
    assert first[5] == LayerSample(5, None, None, None, 0.0, None)
    assert first[2].gradient == 0


def test_units_whose_sums_are_no_numbers_are_neither_dead_nor_saturated():
    import tensorflow as tf

    from core.training.metrics import ZERO
    from core.training.trainer import Trainer

    layers = (
        Flatten(),
        Dense(8, "relu", bias_initializer=Constant(-1000.0)),
        Dense(4, "sigmoid", kernel_initializer=Zeros(), bias_initializer=Constant(5.0)),
        Conv2D(3, (3, 3), activation="relu", kernel_initializer=Zeros()),
        Dense(10, "softmax"),
    )
    flat = Architecture((28, 28), (*layers[:3], layers[-1]))
    trainer = Trainer(flat, QUICK)
    trainer.traced()
    kernel, bias, others = (trainer.model.weights[index] for index in (0, 1, 2))
    kernel.assign(tf.tensor_scatter_nd_update(kernel, [[0, 0]], [np.nan]))
    bias.assign(tf.tensor_scatter_nd_update(bias, [[1]], [np.inf]))
    relu, sigmoid, _ = trainer.probe_after(trainer.probe_before(0))
    assert relu.dead == 1.0, "the six that are sound"
    assert isnan(sigmoid.saturated), "all of them see what the first relus give"
    trainer.train(0, 1, ZERO)
    kernel.assign(tf.fill(kernel.shape, np.nan))
    others.assign(others)
    assert isnan(trainer.probe_after(trainer.probe_before(0))[0].dead)
    convolved = Trainer(Architecture((28, 28, 1), (layers[3], Flatten(), layers[-1])), QUICK)
    convolved.traced()
    filters = convolved.model.weights[0]
    filters.assign(tf.tensor_scatter_nd_update(filters, [[0, 0, 0, 2]], [-np.inf]))
    assert convolved.probe_after(convolved.probe_before(0))[0].dead == 1.0, "the other two"


def test_penalties_are_told_as_a_share_of_the_loss():
    layers = (
        Flatten(),
        Dense(8, kernel_regularizer=Regularizer(l2=1.0), activity_regularizer=Regularizer(l1=0.1)),
        Dense(10, "softmax"),
    )
    script = Script(Architecture((28, 28), layers))
    script.session.step()
    script.run((progress(), lambda session: session.stop()))
    (first, second), loss = script.told(StepSampled)[0].layers, script.told(Progress)[0].loss
    assert second.penalty is None
    plain = Script(Architecture((28, 28), (Flatten(), Dense(8), Dense(10, "softmax"))))
    plain.session.step()
    plain.run((progress(), lambda session: session.stop()))
    assert first.penalty == pytest.approx(1 - plain.told(Progress)[0].loss / loss, rel=1e-4)


def test_the_lag_of_moving_averages_is_how_far_apart_the_outputs_are():
    import keras

    from core.training.trainer import Trainer

    trainer = Trainer(Architecture((28, 28), (Flatten(), BatchNormalization(), Dense(10, "softmax"))), QUICK)
    trainer.traced()
    before = trainer.variables()
    normalization, _ = trainer.probe_after(trainer.probe_before(0))
    assert same(trainer.variables(), before)
    layer = next(one for one in trainer.model.layers if isinstance(one, keras.layers.BatchNormalization))
    chosen = trainer._order.numpy()[: QUICK.batch_size]
    x = trainer._data.train.images.numpy()[chosen].reshape(-1, 784).astype("f") / np.float32(255)
    apart = layer(x, training=True).numpy()
    trainer.load_state(before)
    apart = apart - layer(x, training=False).numpy()
    # A pixel that is the same in all images has no spread to measure by: the formula takes epsilon for it.
    spread = x.var(axis=0)
    mean = np.square(apart).mean(axis=0)
    stretch = np.sqrt(spread + layer.epsilon) / np.sqrt(1 + layer.epsilon) - 1
    extra = np.square(stretch) * layer.epsilon / (spread + layer.epsilon)
    assert normalization.lag == pytest.approx(float(np.sqrt((mean + extra).mean())), rel=1e-3)


def test_a_filter_is_dead_where_it_is_silent_everywhere():
    silent = Conv2D(3, (3, 3), activation="relu", kernel_initializer=Zeros(), bias_initializer=Zeros())
    script = Script(Architecture((28, 28, 1), (silent, Flatten(), Dense(10, "softmax"))))
    script.run()
    assert script.told(StepSampled)[0].layers[0].dead == 1.0


def test_what_freezes_learns_nothing():
    script = Script(Architecture((28, 28), (Flatten(), Dense(8, trainable=False), Dense(10, "softmax"))))
    script.run()
    assert {sample.row for sample in script.told(StepSampled)[0].layers} == {3}


def test_the_last_look_of_a_training_that_fails_is_at_the_step_that_failed():
    plan = replace(QUICK, optimizer=SGD(learning_rate=1e30), loss=MeanSquaredError())
    script = Script(Architecture((28, 28, 1), (Flatten(), Dense(10), BatchNormalization(), Dense(10))), plan)
    assert script.run().reason == "failed"
    last = script.told(StepSampled)[-1]
    assert last.step > 1
    assert any(not isfinite(sample.gradient) or isnan(sample.gradient) for sample in last.layers)


def test_looks_keep_to_their_share_of_the_time():
    kept = Sampling()
    assert kept.due(0.0)
    kept.record(5.0)  # the first, which is made but once, counts for nothing
    assert not kept.due(0.01), "the second tells little right after the first"
    trained = spent = 0.0
    for _ in range(10_000):
        if kept.due(trained):
            kept.record(0.004)
            spent += 0.004
        trained += 0.04
    assert 0.9 * sampling.SHARE < spent / trained <= sampling.SHARE
