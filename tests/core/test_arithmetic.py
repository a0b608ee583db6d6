"""LayerLab's arithmetic against Keras's own: every layer, every argument offered, alone and in stacks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.learn.exercise import TOPICS, Topic
from core.learn.sheet import sheet
from core.network.architecture import Architecture
from core.network.formulas import total
from core.network.layers import Layer, LayerError
from core.network.summary import Row, summarize
from core.presets import loads
from tests.core.generated import LAYERS, instances, layers, shapes
from tests.core.learn.keras_answers import KerasAnswers

pytestmark = pytest.mark.keras

STRICTER = {("Resizing", "wrong-rank")}
"""Refusals of what Keras would build: on two axes it takes the batch for the height of one image."""

BIASES = {"bias", "beta"}
STATISTICS = {"moving_mean", "moving_variance"}
NOT_HERE = {"unequal-strides", "dilated-transpose"}
"""What LayerLab warns of: TensorFlow does not run it on every machine."""
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture(scope="module")
def build() -> Any:
    from core.keras_runtime.keras_model import build

    return build


@pytest.fixture(autouse=True)
def _forget(build: Any) -> Any:
    """Keras keeps every name that it ever gave: start over after each test."""
    yield
    import keras

    keras.backend.clear_session()


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_comes_to_what_keras_builds(name: str, build: Any) -> None:
    rank = _rank(Layer.members[name])

    @settings(max_examples=12, suppress_health_check=QUIET)
    @given(instances(Layer.members[name]), shapes(ranks=(rank,)))
    def check(layer: Layer, shape: tuple[int, ...]) -> None:
        assume(_fits(layer, shape))
        _compare(Architecture(shape, (layer,)), build)

    check()


@pytest.mark.parametrize("name", LAYERS)
def test_what_is_refused_keras_refuses_too(name: str, build: Any) -> None:
    @settings(max_examples=10, suppress_health_check=QUIET)
    @given(instances(Layer.members[name]), shapes(most=6))
    def check(layer: Layer, shape: tuple[int, ...]) -> None:
        architecture = Architecture(shape, (layer,))
        errors = summarize(architecture).errors
        if errors and (name, errors[0].code) not in STRICTER:
            with pytest.raises(Exception):  # noqa: B017, PT011  # Keras raises whatever comes up
                _run(build(architecture, 1), shape)

    check()


@settings(max_examples=40, suppress_health_check=QUIET)
@given(st.data())
def test_a_stack_comes_to_what_keras_builds(build: Any, data: st.DataObject) -> None:
    shape = data.draw(shapes(), "input")
    stack: list[Layer] = []
    present = shape
    for _ in range(data.draw(st.integers(1, 5), "layers")):
        layer = data.draw(layers(), "layer")
        if _fits(layer, present):
            stack.append(layer)
            present = layer.facts(present).output
    assume(stack)
    _compare(Architecture(shape, tuple(stack)), build)


@pytest.mark.parametrize("topic", TOPICS)
def test_an_exercise_has_the_answer_that_keras_gives(topic: Topic, build: Any) -> None:
    keras = KerasAnswers()
    for exercise in sheet(24, 1, [topic]):
        assert keras.answer(exercise) == exercise.answer, exercise.text
    for exercise in sheet(3, 2, [topic]):
        _compare(loads(exercise.preset, exercise.id).architecture, build)


def _rank(kind: type[Layer]) -> int:
    """A rank of input that the layer takes: an image for what takes any, since there most can go wrong."""
    layer = kind.initial()
    for rank in (3, 2, 1):
        try:
            layer.facts((8,) * rank)
        except LayerError as unfit:
            if unfit.code == "wrong-rank":
                continue
        return rank
    raise AssertionError(f"{kind.__name__} takes no input of 1 to 3 axes")


def _fits(layer: Layer, shape: tuple[int, ...]) -> bool:
    try:
        facts = layer.facts(shape)
    except LayerError:
        return False
    return np.prod(facts.output) < 10_000


def _compare(architecture: Architecture, build: Any) -> None:
    summary = summarize(architecture)
    assert not summary.errors
    model = build(architecture, 1)
    made = iter(model.layers)
    for row in summary.rows[1:]:
        _compare_row(row, [next(made) for _ in row.layer.calls()])
    assert summary.totals.params == model.count_params()
    assert summary.totals.trainable == _size(model.trainable_weights)
    assert summary.totals.non_trainable == _size(model.non_trainable_weights)
    if not NOT_HERE & {problem.code for problem in summary.problems}:
        assert _run(model, architecture.input_shape) == summary.output


def _compare_row(row: Row, parts: list[Any]) -> None:
    facts = row.facts
    assert facts is not None
    weights = [weight for part in parts for weight in part.weights]
    biases = _size(weight for weight in weights if weight.name in BIASES)
    statistics = _size(weight for weight in weights if weight.name in STATISTICS)
    assert facts.output == tuple(parts[-1].output.shape[1:])
    assert (total(facts.biases), total(facts.statistics)) == (biases, statistics)
    assert total(facts.weights) == _size(weights) - biases - statistics
    assert facts.params == sum(part.count_params() for part in parts)
    assert row.trainable == _size(weight for part in parts for weight in part.trainable_weights)


def _size(weights: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def _run(model: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of what comes out for one example, in training mode."""
    return tuple(model(np.full((1, *shape), 0.5, np.float32), training=True).shape[1:])
