"""The walk over an architecture: totals, problems, and mends that mend."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network.architecture import Architecture
from core.network.formulas import total
from core.network.initializers import Identity, Orthogonal
from core.network.layers import (
    LSTM,
    BatchNormalization,
    Bidirectional,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    PReLU,
    Reshape,
    Resizing,
    UpSampling2D,
)
from core.network.summary import Problem, summarize
from core.plan.plan import Plan
from core.readiness import blockers, dataset_mismatches
from tests.core.generated import architectures, layers, shapes

IMAGE = (28, 28, 1)


def problems(shape: tuple[int, ...], *stack: Layer) -> list[tuple[int | None, str, str]]:
    found = summarize(Architecture(shape, stack)).problems
    return [(problem.layer, problem.severity, problem.code) for problem in found]


def test_totals_are_the_sums_of_the_rows() -> None:
    stack = (Conv2D(8, (3, 3)), BatchNormalization(), Flatten(), Dense(10, trainable=False))
    summary = summarize(Architecture(IMAGE, stack))
    assert [row.facts and row.facts.params for row in summary.rows] == [0, 80, 32, 0, 54_090]
    totals = summary.totals
    assert (totals.weights, totals.biases, totals.statistics) == (72 + 8 + 54_080, 8 + 8 + 10, 16)
    assert totals.params == 54_202
    assert (totals.trainable, totals.non_trainable) == (96, 54_106)
    assert totals.parameter_bytes == 4 * 54_202
    assert totals.activation_bytes == 4 * (784 + 3 * 26 * 26 * 8 + 10)
    assert totals.multiply_adds == 26 * 26 * 72 + 26 * 26 * 8 + 26 * 26 * 8 * 10
    assert summary.output == (10,)


@given(architectures(wide=False))
def test_totals_add_up_whatever_the_stack(architecture: Architecture) -> None:
    summary = summarize(architecture)
    facts = [row.facts for row in summary.rows if row.facts]
    totals = summary.totals
    assert totals.params == sum(fact.params for fact in facts)
    assert 0 <= totals.trainable <= totals.params
    assert totals.multiply_adds == sum(total(fact.multiply_adds) for fact in facts)
    assert len(summary.rows) == len(architecture.layers) + 1
    assert (summary.output is None) == any(row.facts is None for row in summary.rows)


def test_after_a_misfit_nothing_is_known() -> None:
    summary = summarize(Architecture((4, 4, 1), (MaxPooling2D((5, 5)), Flatten(), Dense(10))))
    assert [row.facts is None for row in summary.rows] == [False, True, True, True]
    assert summary.output is None
    assert [problem.layer for problem in summary.errors] == [1]


def test_an_empty_architecture_asks_for_a_layer() -> None:
    empty = Architecture(IMAGE)
    (problem,) = summarize(empty).problems
    assert (problem.layer, problem.severity, problem.code) == (None, "error", "empty")
    assert problem.fix is not None
    assert empty.apply_fix(0, problem.fix).layers == (Flatten(),)
    (problem,) = summarize(Architecture((784,))).problems
    assert problem.fix is not None
    assert Architecture((784,)).apply_fix(0, problem.fix).layers == (Dense(10, "softmax"),)


def test_too_large_is_refused_with_the_memory_that_it_would_take() -> None:
    summary = summarize(Architecture(IMAGE, (Flatten(), Dense(10**12), Dense(10))))
    (problem,) = summary.errors
    assert (problem.layer, problem.code) == (2, "too-large")
    assert problem.message == (
        "Dense 1000000000000: its parameters would take 2.8 PiB of memory; the limit is 64.0 GiB"
    )
    assert summary.rows[3].facts is None


def test_an_output_may_be_too_large_too() -> None:
    assert problems(IMAGE, UpSampling2D((1000, 1000)), UpSampling2D((1000, 1000))) == [(2, "error", "too-large")]
    assert problems((10**18, 10**18, 10**18), Flatten()) == [(0, "error", "too-large")]


@settings(max_examples=200)
@given(architectures(wide=True))
def test_no_stack_whatever_its_sizes_brings_the_summary_down(architecture: Architecture) -> None:
    for problem in summarize(architecture).problems:
        assert len(problem.message.splitlines()) == 1
        assert problem.message.isprintable()


@pytest.mark.parametrize(
    ("shape", "layer", "code"),
    [
        ((784,), Conv2D(3, (3, 3)), "wrong-rank"),
        (IMAGE, LSTM(3), "wrong-rank"),
        ((2, 2, 1), MaxPooling2D((3, 3)), "window-too-large"),
        (IMAGE, Conv2D(3, (3, 3), groups=2), "uneven-groups"),
        (IMAGE, Conv2D(3, (3, 3), strides=(2, 2), dilation_rate=(2, 2)), "stride-and-dilation"),
        (IMAGE, Conv2DTranspose(3, (3, 3), strides=(2, 2), output_padding=(2, 2)), "output-padding"),
        (IMAGE, Conv2DTranspose(3, (2, 2), padding="same", output_padding=(0, 0)), "output-padding"),
        (IMAGE, Reshape((5, 5)), "wrong-count"),
        (IMAGE, Reshape((-1, 5)), "wrong-count"),
        (IMAGE, BatchNormalization(axis=4), "no-such-axis"),
        (IMAGE, LayerNormalization(axis=(3, -1)), "axis-twice"),
        (IMAGE, PReLU(shared_axes=(-3,)), "no-such-axis"),
        (IMAGE, Resizing(9, 9, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "crop-and-pad"),
        (IMAGE, Conv2D(3, (3, 3), kernel_initializer=Identity()), "initializer"),
        (IMAGE, Dense(3, bias_initializer=Orthogonal()), "initializer"),
        ((9, 3), Bidirectional(LSTM(3, bias_initializer=Identity())), "initializer"),
        ((9, 3), Bidirectional(LSTM(3, go_backwards=True)), "go-backwards"),
        ((9,), Bidirectional(LSTM(3)), "wrong-rank"),
    ],
)  # fmt: skip
def test_what_keras_would_refuse_is_refused_with_a_mend(shape: tuple[int, ...], layer: Layer, code: str) -> None:
    architecture = Architecture(shape, (layer,))
    (problem,) = summarize(architecture).errors
    assert (problem.layer, problem.code) == (1, code)
    assert problem.fix is not None
    assert {left.code for left in summarize(architecture.apply_fix(1, problem.fix)).errors} <= {"empty"}


@pytest.mark.parametrize(
    ("shape", "layer", "code"),
    [
        ((7, 7, 1), Conv2D(1, (3, 3), strides=(3, 3)), "uneven-stride"),
        (IMAGE, Dense(10), "dense-on-last-axis"),
        (IMAGE, DepthwiseConv2D((3, 3), strides=(1, 2), padding="same"), "unequal-strides"),
        (IMAGE, Conv2DTranspose(2, (3, 3), dilation_rate=(1, 2)), "dilated-transpose"),
        (IMAGE, PReLU(shared_axes=(-1,)), "negative-shared-axis"),
    ],
)
def test_what_keras_takes_and_nobody_may_mean_is_a_warning_with_a_mend(
    shape: tuple[int, ...], layer: Layer, code: str
) -> None:
    architecture = Architecture(shape, (layer,))
    (problem,) = summarize(architecture).problems
    assert (problem.severity, problem.code) == ("warning", code)
    assert problem.fix is not None
    assert summarize(architecture.apply_fix(1, problem.fix)).problems == ()


def test_a_bias_that_is_not_there_needs_no_fitting_initializer() -> None:
    assert problems((8,), Dense(3, use_bias=False, bias_initializer=Orthogonal())) == []


@given(layers(), shapes())
def test_every_mend_does_away_with_what_it_was_offered_for(layer: Layer, shape: tuple[int, ...]) -> None:
    architecture = Architecture(shape, (layer,))
    for problem in summarize(architecture).problems:
        if problem.fix is None:
            continue
        mended = summarize(architecture.apply_fix(problem.layer or 0, problem.fix))
        assert (problem.code, problem.message) not in [(left.code, left.message) for left in mended.problems]


@settings(max_examples=200)
@given(shapes(), st.lists(layers(), max_size=5))
def test_mending_on_and_on_ends_in_a_network_that_can_be_built(shape: tuple[int, ...], stack: list[Layer]) -> None:
    architecture = Architecture(shape, tuple(stack))
    for _ in range(5 * len(stack) + 5):
        summary = summarize(architecture)
        if not summary.errors:
            break
        architecture = _mend(architecture, summary.errors[0])
    assert not summarize(architecture).errors


@given(shapes(), layers())
def test_a_row_does_not_depend_on_what_comes_after(shape: tuple[int, ...], layer: Layer) -> None:
    alone = summarize(Architecture(shape, (layer,)))
    followed = summarize(Architecture(shape, (layer, Dropout(0.5), Dense(3))))
    assert followed.rows[:2] == alone.rows


def test_frozen_layers_count_as_not_trainable() -> None:
    for layer in (
        LSTM(4, trainable=False),
        Bidirectional(LSTM(4), trainable=False),
        Bidirectional(LSTM(4, trainable=False)),
    ):
        totals = summarize(Architecture((9, 3), (layer,))).totals
        assert totals.trainable == 0
        assert totals.non_trainable == totals.params > 0


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (784,)])
def test_mnist_feeds_an_image_with_or_without_channels_or_a_row(shape: tuple[int, ...]) -> None:
    assert _obstacles(Architecture(shape, (Flatten(), Dense(10, "softmax"))), Plan()) == []


@pytest.mark.parametrize(
    ("shape", "stack", "plan", "code"),
    [
        ((32, 32, 3), (Flatten(), Dense(10)), Plan(), "not-the-datasets-input"),
        (IMAGE, (Flatten(), Dense(9)), Plan(), "not-the-datasets-classes"),
        (IMAGE, (Flatten(),), Plan(), "not-the-datasets-classes"),
        (IMAGE, (Conv2D(10, (3, 3)),), Plan(), "not-the-datasets-classes"),
        (IMAGE, (Flatten(), Dense(10)), Plan(validation=1e-17), "empty-validation"),
        (IMAGE, (), Plan(), "empty"),
        (IMAGE, (MaxPooling2D((99, 99)),), Plan(), "window-too-large"),
    ],
)
def test_what_keeps_from_training_is_said(
    shape: tuple[int, ...], stack: tuple[Layer, ...], plan: Plan, code: str
) -> None:
    assert _obstacles(Architecture(shape, stack), plan) == [code]


def test_mends_of_the_output_end_in_ten_classes() -> None:
    for stack in ((Flatten(), Dense(9)), (Flatten(),), (Conv2D(10, (3, 3)),)):
        architecture = Architecture(IMAGE, stack)
        for _ in range(3):
            for problem in dataset_mismatches(architecture, Plan(), summarize(architecture)):
                architecture = _mend(architecture, problem)
        assert _obstacles(architecture, Plan()) == []


def _obstacles(architecture: Architecture, plan: Plan) -> list[str]:
    return [problem.code for problem in blockers(architecture, plan, summarize(architecture))]


def _mend(architecture: Architecture, problem: Problem) -> Architecture:
    assert problem.fix is not None
    return architecture.apply_fix(problem.layer or 0, problem.fix)
