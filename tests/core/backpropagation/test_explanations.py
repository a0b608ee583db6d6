"""Every number can be explained, and its explanation comes to that number."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.backpropagation.explanation import Explanation, Term, lines
from core.backpropagation.passes import Pass, check, work
from core.backpropagation.state import State
from core.fields.types import FieldError
from core.network.architecture import Architecture
from core.network.layers import (
    LSTM,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from core.network.regularizers import Regularizer
from core.plan.losses import BinaryCrossentropy, MeanSquaredError, Poisson
from core.plan.optimizers import Adam, Muon
from core.plan.plan import Plan

DENSE = Architecture((3,), (Dense(4, "relu", kernel_regularizer=Regularizer(l1=0.1, l2=0.2)), Dense(3, "softmax")))
IMAGES = Architecture(
    (8, 8, 2),
    (
        Conv2D(4, (3, 3), activation="relu", padding="same", groups=2),
        MaxPooling2D(),
        BatchNormalization(),
        Conv2D(3, (2, 2), strides=(2, 1), activation="gelu", padding=1),
        AveragePooling2D((2, 2), padding="same"),
        Flatten(),
        Dense(3, "softmax"),
    ),
)
GLOBAL = Architecture(
    (6, 6, 1), (Conv2D(3, (3, 3), activation="log_softmax"), GlobalMaxPooling2D(), Dense(3, "sigmoid"))
)
PASSES = [
    (DENSE, Plan(optimizer=Adam(amsgrad=True, clipnorm=0.1))),
    (IMAGES, Plan()),
    (GLOBAL, Plan(loss=BinaryCrossentropy(label_smoothing=0.1))),
    (DENSE, Plan(loss=MeanSquaredError())),
]


def _pass(architecture: Architecture, plan: Plan, seed: int = 5) -> Pass:
    """A pass with random weights."""
    random = np.random.default_rng(seed)
    summary = check(architecture)
    weights = {}
    for row in summary.rows[1:]:
        for kernel in row.layer.kernels(row.input):
            weights[row.index, "kernel"] = random.normal(size=kernel.shape)
            weights[row.index, "bias"] = random.normal(size=kernel.shape[-1])
        if isinstance(row.layer, BatchNormalization):
            for name in ("gamma", "beta", "moving_mean", "moving_variance"):
                weights[row.index, name] = random.random(row.input[-1]) + 0.1
    x = random.random(architecture.input_shape)
    return work(summary, plan, State(weights, {}, plan.optimizer.learning_rate), x, 1)


@pytest.fixture(scope="module", params=range(len(PASSES)))
def pass_(request: pytest.FixtureRequest) -> Pass:
    return _pass(*PASSES[request.param])


def test_every_number_is_what_its_explanation_comes_to(pass_: Pass) -> None:
    random = np.random.default_rng(1)
    assert {each.phase for each in pass_.quantities} == {"forward", "loss", "back", "update"}
    for quantity in pass_.quantities:
        for _ in range(12):
            index = tuple(int(random.integers(size)) for size in quantity.values.shape)
            explained = quantity.explain(index)
            assert explained[-1].value == pytest.approx(quantity.values[index], rel=1e-9, abs=1e-12), quantity.name
            for each in explained:
                if each.terms:
                    assert sum(term.value for term in each.terms) == pytest.approx(each.value, rel=1e-9, abs=1e-9)
                text = lines(each, 3)
                assert len(text) == 1 if quantity.is_given else 2 <= len(text) <= 3
                assert all(line.strip() for line in text)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1e200])
def test_a_network_that_has_diverged_is_worked_through_like_any_other(bad: float) -> None:
    pass_ = _pass(IMAGES, Plan())
    weights = {
        key: np.where(np.arange(values.size).reshape(values.shape) % 3, values, bad)
        for key, values in pass_.state.weights.items()
    }
    broken = work(pass_.summary, pass_.plan, replace(pass_.state, weights=weights), pass_.x, 1)
    for quantity in broken.quantities:
        for flat in (0, quantity.values.size - 1):
            for each in quantity.explain(tuple(int(place) for place in np.unravel_index(flat, quantity.values.shape))):
                assert all(lines(each, 3))
    assert not np.isfinite(broken.loss) or bad == -1e200


def test_what_would_overflow_is_computed_in_another_form_and_says_so() -> None:
    pass_ = _pass(Architecture((2,), (Dense(3, "softplus"), Dense(3, "sigmoid"), Dense(2, "softmax"))), Plan())
    weights = {**pass_.state.weights}
    weights[1, "bias"], weights[2, "bias"] = np.full(3, 2_000.0), np.full(3, -2e4)
    far = work(pass_.summary, pass_.plan, replace(pass_.state, weights=weights), pass_.x, 1)
    quantities = {quantity.name: quantity for quantity in far.quantities}
    assert all(np.isfinite(each.values).all() for each in quantities.values())
    outputs = quantities["a1"]
    assert outputs.values == pytest.approx(quantities["z1"].values)
    said = outputs.explain((0,))[-1]
    assert "softplus(x) = log(1 + exp(x)), computed as max(x, 0) + log(1 + exp(-abs(x)))" in said.formula
    assert said.text.startswith("max(200")
    assert not np.any(quantities["dL/dz2"].values)
    back = quantities["dL/dz2"].explain((0,))[-1]
    assert "sigmoid'(x) = exp(-x) / (1 + exp(-x))**2, computed as exp(-abs(x))" in back.formula
    near = {quantity.name: quantity for quantity in pass_.quantities}
    assert "computed as" not in near["a1"].explain((0,))[-1].formula


def test_names_are_there_once(pass_: Pass) -> None:
    names = [quantity.name for quantity in pass_.quantities]
    assert len(set(names)) == len(names)


def test_what_is_computed_names_only_what_was_there_before() -> None:
    names: set[str] = set()
    for quantity in (each for each in _pass(DENSE, Plan()).quantities if each.phase != "update"):
        used = re.findall(r"\b(?:dL/d)?[Wbza]\d", quantity.formula)
        assert used or quantity.is_given or quantity.name in ("L", "x")
        assert set(used) <= names
        names.add(quantity.name)


def test_a_step_lowers_the_loss_of_its_example(pass_: Pass) -> None:
    assert pass_.stepped().loss < pass_.loss
    assert pass_.stepped().state.steps == 1


def test_a_short_sum_is_shown_whole_and_a_long_one_by_its_largest_terms() -> None:
    terms = tuple(Term(f"{value}", float(value)) for value in (1, -9, 2, 8))
    explanation = Explanation("z", "sum of them", 2.0, terms=terms)
    assert lines(explanation, 4) == ("z = sum of them", "= 1 - 9 + 2 + 8", "= 2")
    assert lines(explanation, 2) == ("z = sum of them", "= -9 + 8 + 2 more, together 3", "= 2")


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=30), st.integers(1, 40))
@settings(deadline=None)
def test_what_is_left_out_of_a_sum_is_told(values: list[float], most: int) -> None:
    terms = tuple(Term(f"{value:.3f}", value) for value in values)
    _, shown, _ = lines(Explanation("z", "sum", sum(values), terms=terms), most)
    assert ("more, together" in shown) == (len(values) > most)


def test_an_optimizer_without_a_rule_leaves_out_its_step_and_says_why() -> None:
    pass_ = _pass(DENSE, Plan(optimizer=Muon()))
    assert not pass_.updates
    assert "Muon is not written out" in pass_.no_step
    assert {each.phase for each in pass_.quantities} == {"forward", "loss", "back"}


@pytest.mark.parametrize(
    ("architecture", "why"),
    [
        (Architecture((4, 4)), "no layers yet"),
        (Architecture((4, 4), (LSTM(3), Dense(3))), "layer 1, LSTM, is not written out"),
        (Architecture((4, 4, 1), (Conv2D(2, (9, 9)),)), "Conv2D"),
        (Architecture((4, 4, 1), (Conv2D(2, (2, 2)),)), "its output, 3x3x2, is not one number for each class"),
        (Architecture((4,), (Dense(3, "sparsemax"),)), "its activation sparsemax"),
        (Architecture((4,), (Dense(3, activity_regularizer=Regularizer(l2=0.1)),)), "activity_regularizer"),
        (Architecture((5000,), (Dense(5000), Dense(3))), "too many to look at"),
    ],
)
def test_what_cannot_be_written_out_is_refused_in_one_line(architecture: Architecture, why: str) -> None:
    with pytest.raises(FieldError, match=why) as refused:
        check(architecture)
    assert "\n" not in str(refused.value)


def test_a_loss_that_is_not_written_out_is_named() -> None:
    with pytest.raises(FieldError, match="the loss Poisson is not written out"):
        _pass(DENSE, Plan(loss=Poisson()))
