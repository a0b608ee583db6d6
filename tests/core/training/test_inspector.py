"""What a trained network answers when it is asked."""

import numpy as np
import pytest
from msgspec.structs import replace

from core.datasets.catalog import mnist
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.network.summary import summarize
from core.plan.losses import SparseCategoricalCrossentropy
from tests.core.training.scripted import QUICK, Script, preparing

pytestmark = pytest.mark.keras

NETWORK = Architecture(
    (28, 28, 1),
    (
        Conv2D(4, (5, 5), activation="relu", padding=2),
        MaxPooling2D(),
        Dropout(0.5),
        Flatten(),
        Dense(12, "relu"),
        BatchNormalization(),
        Dense(10, "softmax"),
    ),
)


@pytest.fixture(scope="module")
def script():
    script = Script(NETWORK, QUICK)
    script.run()
    return script


@pytest.fixture(scope="module")
def inspector(script):
    return script.session.inspector()


def test_before_there_is_a_network_there_is_nothing_to_ask():
    script = Script(NETWORK, QUICK, (preparing, lambda session: session.stop()))
    assert script.session.inspector() is None


def test_the_results_are_those_of_the_final_test(script, inspector):
    results = inspector.results()
    ended = script.events[-2]
    assert results.accuracy == pytest.approx(ended.test_accuracy, abs=2e-4)
    assert results.loss == pytest.approx(ended.test_loss, rel=1e-4)
    digits = mnist.load()
    outputs = script.session.model.predict(digits.x_test[..., None] / np.float32(255), verbose=0)
    np.testing.assert_allclose(results.probabilities, outputs, atol=1e-5)
    confusion = np.zeros((10, 10), int)
    for true, row in zip(digits.y_test, results.probabilities, strict=True):
        confusion[true, row.argmax()] += 1
    assert np.array_equal(results.confusion, confusion)


def test_nobody_waits_for_results_that_are_not_wanted_any_more(inspector):
    asked = []
    assert inspector.results(lambda: asked.append(True) or len(asked) < 3) is None
    assert len(asked) == 3


@pytest.mark.parametrize("pixels", ["0..1", "0..255"])
def test_results_and_walks_see_the_pixels_as_training_did(pixels):
    script = Script(
        Architecture((784,), (Dense(10, "softmax"),)),
        replace(QUICK, pixels=pixels, loss=SparseCategoricalCrossentropy()),
    )
    ended = script.run()
    inspector = script.session.inspector()
    assert inspector.results().accuracy == pytest.approx(ended.test_accuracy, abs=2e-4)
    given, _ = inspector.walk(inspector.images[3])
    assert given.values.shape == (784,)
    assert given.values.max() == pytest.approx(inspector.images[3].max() / (255 if pixels == "0..1" else 1))


def test_the_images_are_the_test_sets(inspector):
    digits = mnist.load()
    assert np.array_equal(inspector.images, digits.x_test)
    assert np.array_equal(inspector.labels, digits.y_test)


def test_a_walk_leads_through_every_row_to_the_output(inspector):
    image = inspector.images[7]
    passages = inspector.walk(image)
    rows = summarize(NETWORK).rows
    assert [passage.row for passage in passages] == [row.index for row in rows]
    for passage, row in zip(passages, rows, strict=True):
        assert passage.values.shape == (row.facts.output if row.index else NETWORK.input_shape)
    np.testing.assert_allclose(passages[-1].values, inspector.outputs(image), rtol=1e-5)
    assert np.array_equal(passages[2].values, passages[3].values), "dropout lets everything through"
    assert passages[-1].values.sum() == pytest.approx(1)


def test_weights_are_told_before_and_after(script, inspector):
    from core.keras_runtime import keras_model

    weights = inspector.weights()
    begun = keras_model.build(NETWORK, QUICK.seed)
    assert [(weight.row, weight.name) for weight in weights][:4] == [
        (1, "kernel"),
        (1, "bias"),
        (5, "kernel"),
        (5, "bias"),
    ]
    assert {weight.name for weight in weights if weight.row == 6} == {"gamma", "beta", "moving_mean", "moving_variance"}
    for weight, before, after in zip(weights, begun.weights, script.session.model.weights, strict=True):
        assert np.array_equal(weight.before, before.numpy())
        assert np.array_equal(weight.after, after.numpy())
    kernel = weights[0]
    assert not np.array_equal(kernel.before, kernel.after)
