"""The training accuracy of the final weights: what it is measured on, and that measuring changes nothing."""

import numpy as np
import pytest
from msgspec.structs import replace

from core.datasets.catalog import mnist
from core.datasets.stratified import stratified
from core.network.architecture import Architecture
from core.network.layers import BatchNormalization, Dense, Dropout, Flatten
from core.network.regularizers import Regularizer
from core.training.session import Session
from tests.core.training.scripted import QUICK, Script, progress, state

pytestmark = pytest.mark.keras

NOISY = Architecture(
    (28, 28),
    (
        Flatten(),
        Dense(16, "relu", kernel_regularizer=Regularizer(l2=0.001)),
        BatchNormalization(),
        Dropout(0.5),
        Dense(10, "softmax"),
    ),
)


@pytest.fixture(scope="module")
def trained() -> Script:
    """An epoch on all but a tenth, which is held back; 10,000 of those examples are measured on."""
    script = Script(NOISY, replace(QUICK, validation=0.1, batch_size=512, epochs=1))
    script.run()
    return script


def by_keras(script: Script, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    loss, accuracy = script.session.model.evaluate(
        images / np.float32(255), np.eye(10)[labels], batch_size=512, verbose=0
    )
    return loss, accuracy


def test_it_is_what_keras_finds_on_a_stratified_part_of_what_was_trained_on(trained: Script) -> None:
    digits, ended = mnist.load(), trained.events[-2]
    images, labels = digits.x_train[:54_000], digits.y_train[:54_000]
    chosen = stratified(labels, 10_000)
    loss, accuracy = by_keras(trained, images[chosen], labels[chosen])
    assert ended.final_train_examples == 10_000
    assert ended.final_train_accuracy == pytest.approx(accuracy, abs=1e-6)
    assert ended.final_train_loss == pytest.approx(loss, rel=1e-5), "with the penalties, as Keras's loss has them"
    assert ended.generalization_gap == ended.final_train_accuracy - ended.test_accuracy
    _, whole = by_keras(trained, images, labels)
    assert accuracy == pytest.approx(whole, abs=0.006), "the part stands for the whole"


def test_the_inspector_finds_the_same(trained: Script) -> None:
    ended, results = trained.events[-2], trained.session.inspector().results()
    assert results.training.accuracy == ended.final_train_accuracy
    assert results.training.examples == 10_000
    assert results.training.loss == pytest.approx(ended.final_train_loss, rel=1e-5)
    assert results.generalization_gap == pytest.approx(ended.generalization_gap)


def test_measuring_changes_nothing_of_what_training_goes_on_with() -> None:
    plain = Script(NOISY, replace(QUICK, epochs=2))
    plain.run()
    weights, ended = plain.weights, plain.events[-2]
    del plain  # its network is that of the next one
    broken = Script(NOISY, replace(QUICK, epochs=2))
    first = broken.run((progress(20), Session.stop))
    assert first.final_train_examples == 5_999, "all there are"
    before = broken.weights
    assert broken.session.inspector().results() is not None
    assert all(map(np.array_equal, before, broken.weights))
    broken.run()
    assert all(map(np.array_equal, weights, broken.weights))
    assert broken.events[-2].final_train_accuracy == ended.final_train_accuracy


def test_who_stops_twice_waits_for_no_measurement() -> None:
    script = Script(plan=replace(QUICK, epochs=2))
    ended = script.run((progress(5), lambda session: session.stop(evaluate=False)))
    assert (ended.test_accuracy, ended.final_train_accuracy, ended.final_train_examples) == (None, None, None)
    late = Script(plan=QUICK)
    ended = late.run((state("stopping"), lambda session: session.stop(evaluate=False)))
    assert (ended.test_accuracy, ended.final_train_accuracy) == (None, None)
