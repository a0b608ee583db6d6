"""What is offered for an output that does not fit the dataset: the output layer changed, or one appended."""

import pytest
from msgspec.structs import replace

from core.diagnosis import static_findings
from core.diagnosis.problems import architecture_problems
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.initializers import HeNormal
from core.network.layers import (
    GRU,
    Activation,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    LayerFix,
    MaxPooling2D,
    Reshape,
)
from core.network.regularizers import Regularizer
from core.network.summary import summarize
from core.plan.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from core.plan.plan import Plan
from core.readiness import dataset_mismatches

PENALTY = Regularizer(l2=1e-4)
HIDDEN = Dense(64, "relu")
LOGITS = Plan(loss=CategoricalCrossentropy(from_logits=True))
BINARY = Plan(loss=BinaryCrossentropy(label_smoothing=0.1))


def dense(units: int, activation: str) -> Dense:
    """An output layer with arguments that are to stay."""
    return Dense(units, activation, kernel_initializer=HeNormal(), kernel_regularizer=PENALTY, use_bias=False)


def fixed(layers: tuple[Layer, ...], plan: Plan) -> tuple[str, tuple[Layer, ...], Plan]:
    """What the fix is called, and what it leads to."""
    architecture = Architecture((28, 28, 1), layers)
    (problem,) = dataset_mismatches(architecture, plan, summarize(architecture))
    assert problem.fix
    assert problem.layer is not None
    if isinstance(problem.fix, Fix):
        return problem.fix.label, problem.fix.architecture.layers, problem.fix.plan
    return problem.fix.label, architecture.apply_fix(problem.layer, problem.fix).layers, plan


SOFTMAX = dense(10, "softmax")
IN_PLACE = (
    (Plan(), (dense(1, "sigmoid"),), "set units=10, activation=softmax", (SOFTMAX,)),
    (Plan(), (dense(2, "softmax"),), "set units=10", (SOFTMAX,)),
    (Plan(), (dense(5, "softmax"),), "set units=10", (SOFTMAX,)),
    (Plan(), (dense(11, "softmax"),), "set units=10", (SOFTMAX,)),
    (Plan(), (dense(1000, "softmax"),), "set units=10", (SOFTMAX,)),
    (Plan(), (dense(1, "linear"),), "set units=10, activation=softmax", (SOFTMAX,)),
    (Plan(), (dense(11, "sigmoid"),), "set units=10, activation=softmax", (SOFTMAX,)),
    (Plan(), (dense(3, "relu"),), "set units=10, activation=softmax", (SOFTMAX,)),
    (Plan(), (dense(1, "linear"), Activation("sigmoid")), "set units=10, activation=softmax",
     (dense(10, "linear"), Activation("softmax"))),
    (Plan(), (dense(5, "linear"), Dropout(0.0), Activation("softmax")), "set units=10",
     (dense(10, "linear"), Dropout(0.0), Activation("softmax"))),
    (LOGITS, (dense(100, "linear"),), "set units=10", (dense(10, "linear"),)),
    (LOGITS, (dense(1, "sigmoid"),), "set units=10, activation=linear", (dense(10, "linear"),)),
    (Plan(loss=SparseCategoricalCrossentropy()), (dense(1, "sigmoid"),), "set units=10, activation=softmax",
     (SOFTMAX,)),
    (Plan(loss=MeanSquaredError()), (dense(1, "sigmoid"),), "set units=10, activation=softmax", (SOFTMAX,)),
    (Plan(loss=MeanSquaredError()), (dense(4, "tanh"),), "set units=10", (dense(10, "tanh"),)),
)  # fmt: skip


@pytest.mark.parametrize(("plan", "last", "label", "then"), IN_PLACE)
def test_an_output_layer_of_another_size_is_changed_in_place(
    plan: Plan, last: tuple[Layer, ...], label: str, then: tuple[Layer, ...]
) -> None:
    assert fixed((Flatten(), HIDDEN, *last), plan) == (label, (Flatten(), HIDDEN, *then), plan)
    mended = Architecture((28, 28, 1), (Flatten(), HIDDEN, *then))
    assert dataset_mismatches(mended, plan, summarize(mended)) == ()


def test_a_single_unit_for_yes_or_no_gets_the_loss_of_many_classes_too() -> None:
    label, layers, plan = fixed((Flatten(), dense(1, "sigmoid")), BINARY)
    assert label == "set units=10, activation=softmax, loss=categorical_crossentropy"
    assert layers == (Flatten(), SOFTMAX)
    assert plan == replace(BINARY, loss=CategoricalCrossentropy(label_smoothing=0.1))


def test_filters_that_are_the_classes_are_changed_in_place() -> None:
    pooled = (GlobalAveragePooling2D(), Activation("softmax"))
    label, layers, _ = fixed((Conv2D(12, (1, 1)), *pooled), Plan())
    assert (label, layers) == ("set filters=10", (Conv2D(10, (1, 1)), *pooled))


@pytest.mark.parametrize(
    "last",
    [
        (Flatten(),),
        (Flatten(), Dense(128, "relu")),
        (Flatten(), Dense(60, "sigmoid")),
        (Flatten(), Dense(32, "tanh"), Dropout(0.5)),
        (Flatten(), Dense(64)),
        (MaxPooling2D(), Conv2D(32, (3, 3), activation="relu"), GlobalAveragePooling2D()),
        (Reshape((28, 28)), GRU(4)),
    ],
)
def test_behind_a_hidden_layer_an_output_layer_is_appended(last: tuple[Layer, ...]) -> None:
    assert fixed(last, Plan())[:2] == ("append Dense 10 softmax", (*last, Dense(10, "softmax")))


def test_the_finding_about_an_output_offers_the_same_in_one_go() -> None:
    single = Architecture((28, 28, 1), (dense(1, "sigmoid"),))
    (finding,) = static_findings(single, Plan(), summarize(single))
    (remedy,) = finding.fixes
    assert remedy.label == "insert Flatten before it, set units=10, activation=softmax"
    assert remedy.architecture.layers == (Flatten(), SOFTMAX)


CONVOLVED = (Conv2D(32, (5, 5), activation="relu"), MaxPooling2D(), Flatten(), Dense(10, "softmax"))
TURNED = LayerFix("set input_shape=28x28x1", "replace", Input((28, 28, 1)))


def test_channels_that_come_first_are_put_last() -> None:
    first = Architecture((1, 28, 28), CONVOLVED)
    problems = architecture_problems(first, Plan(), summarize(first))
    assert [(problem.code, problem.severity, problem.layer) for problem in problems] == [
        ("window-too-large", "error", 1),
        ("channels-first", "warning", 0),
    ]
    assert [problem.fix for problem in problems] == [TURNED] * 2
    assert problems[0].message == "Conv2D 5x5 does not fit 1x28: the input 1x28x28 has its channels first"
    for problem in problems:
        assert isinstance(problem.fix, LayerFix)
        mended = first.apply_fix(problem.layer or 0, problem.fix)
        assert mended == Architecture((28, 28, 1), CONVOLVED)
        assert architecture_problems(mended, Plan(), summarize(mended)) == ()


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 28, 28), (3, 224, 256), (4, 64, 64)])
def test_channels_first_are_told_even_where_nothing_fails(shape: tuple[int, int, int]) -> None:
    same = Architecture(shape, (Conv2D(8, (3, 3), padding="same"), Flatten(), Dense(10, "softmax")))
    problem = summarize(same).problems[0]
    assert problem.code == "channels-first"
    assert isinstance(problem.fix, LayerFix)
    assert same.apply_fix(0, problem.fix).input_shape == (*shape[1:], shape[0])


@pytest.mark.parametrize(
    "shape", [(28, 28, 1), (3, 3, 1), (7, 7, 3), (3, 3, 64), (3, 5, 64), (28, 28), (784,), (4, 4, 4)]
)
def test_other_shapes_are_taken_as_they_are(shape: tuple[int, ...]) -> None:
    assert "channels-first" not in [problem.code for problem in summarize(Architecture(shape)).problems]
