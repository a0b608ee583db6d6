"""The dynamic rules on made-up trainings: what they find, what they leave alone, and that they never fail."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import Struct
from msgspec.structs import replace

from core.diagnosis import Finding
from core.diagnosis.rule import TRAINING_RULES
from core.diagnosis.static_context import StaticContext
from core.diagnosis.training_context import TrainingContext
from core.diagnosis.training_rules import rule_findings
from core.events import Ended, EpochEnded, Event, LayerSample, LearningRateChanged, Progress, Started, StepSampled
from core.history import History
from core.network.architecture import Architecture
from core.network.initializers import Constant, HeNormal
from core.network.layers import (
    LSTM,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Reshape,
)
from core.network.regularizers import Regularizer
from core.network.summary import summarize
from core.plan.optimizers import SGD, Adam
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import Cosine
from tests.core.generated import architectures, instances

STEPS = 400
"""Steps of an epoch here."""

GRADIENT, WEIGHT, UPDATE = 0.1, 10.0, 2e-3


def net(*layers: Layer) -> Architecture:
    return Architecture((28, 28, 1), layers)


def mlp(*hidden: Layer) -> Architecture:
    return net(Flatten(), *hidden, Dense(10, "softmax"))


SIGMOIDS = mlp(*[Dense(64, "sigmoid")] * 4)
RELUS = mlp(Dense(64, "relu"), Dense(64, "relu"))
GENTLE = Plan(optimizer=SGD())


def started(plan: Plan) -> Started:
    return Started("cpu", 1, 60_000, 10_000, STEPS, plan.batch_size, 0, plan.epochs, 0.01, 1.0)


def layer(row: int, **told: Any) -> LayerSample:
    """A layer that learns as it should, but for what is told."""
    usual: dict[str, Any] = {"gradient": GRADIENT, "weight": WEIGHT, "update": UPDATE, "dead": None, "saturated": None}
    return LayerSample(row, **{**usual, **told})


def look(step: int, architecture: Architecture, told: dict[int, dict[str, Any]]) -> StepSampled:
    """A close look at a step: all kernels learn as they should, but for what is told of some rows."""
    rows = {row.index for row in StaticContext(architecture, Plan(), summarize(architecture)).kernel_rows} | set(told)
    return StepSampled(step, tuple(layer(row, **told.get(row, {})) for row in sorted(rows)))


def progress(step: int, loss: float, accuracy: float, rate: float) -> Progress:
    epoch = 1 + (step - 1) // STEPS
    return Progress(epoch, 9, step, step - STEPS * (epoch - 1), STEPS, loss, accuracy, rate, 1.0, 1.0, 1.0)


def ended_epoch(number: int, figures: tuple[float, float, float, float], rate: float, best: float) -> EpochEnded:
    loss, accuracy, val_loss, val_accuracy = figures
    return EpochEnded(
        number, 99, number * STEPS, loss, accuracy, val_loss, val_accuracy, rate, 1.0, best=val_loss <= best
    )


class Case(Struct, frozen=True):
    """A network, a plan and what training told: looks by step, (loss, accuracy) by step, figures by epoch."""

    code: str
    row: int | None
    evidence: str
    architecture: Architecture
    plan: Plan = GENTLE
    looks: dict[int, dict[int, dict[str, Any]]] = {}
    course: dict[int, tuple[float, float]] = {}
    epochs: tuple[tuple[float, float, float, float], ...] = ()
    remedies: tuple[str, ...] = ()

    @property
    def history(self) -> History:
        rate = self.plan.optimizer.learning_rate
        events: list[Event] = [started(self.plan)]
        events += [look(step, self.architecture, told) for step, told in self.looks.items()]
        events += [progress(step, *told, rate) for step, told in self.course.items()]
        bests = [min(one[2] for one in self.epochs[:number]) for number in range(1, len(self.epochs) + 1)]
        events += [
            ended_epoch(number, figures, rate, best)
            for number, (figures, best) in enumerate(zip(self.epochs, bests, strict=True), 1)
        ]
        return fold(events)

    def __str__(self) -> str:
        return f"{self.code}-{self.row}"


def fold(events: list[Event]) -> History:
    history = History()
    for event in events:
        history = history.after(event)
    return history


def found(case: Case) -> tuple[Finding, ...]:
    return rule_findings(case.architecture, case.plan, case.history)


STUCK = {1: (2.35, 0.1), 100: (2.31, 0.11), 200: (2.3, 0.11), 300: (2.3, 0.12), 400: (2.3, 0.11)}
LEARNS = {1: (2.35, 0.1), 100: (0.9, 0.75), 200: (0.5, 0.86), 300: (0.4, 0.9), 400: (0.3, 0.92), 401: (0.3, 0.93)}
SLOW = {1: (2.35, 0.1), 100: (2.3, 0.3), 200: (2.2, 0.4), 300: (2.1, 0.5), 400: (2.0, 0.6)}
STAYS = dict.fromkeys((1, 100, 200, 300, 400), (0.5, 0.85))
FADING: dict[int, dict[str, Any]] = {2: {"gradient": 1e-4}, 3: {"gradient": 4e-4}}
FALLING = tuple((0.3 / 2**n, 0.97, 0.2 - 0.01 * n, 0.96) for n in range(5))
RISING = tuple((0.01 / 2**n, 1.0, 0.17 + 0.01 * n, 0.97) for n in range(5))
LEVEL = tuple((0.4, 0.85 + n / 1000, 0.4, 0.85) for n in range(6))

CASES = (
    Case(
        "not-finite",
        2,
        "at step 3 the weights of layer 2 (Dense 64 relu) are infinite or NaN; those of 1 more layer too; step 1 moved "
        "layer 3 (Dense 64 relu) by 0.3 times its weights",
        RELUS,
        looks={
            1: {3: {"update": 0.3}},
            2: {4: {"update": 7.1}},
            3: {2: {"weight": inf, "gradient": nan}, 3: {"weight": nan, "gradient": nan}, 4: {"gradient": nan}},
        },
        remedies=("set learning_rate=0.001", "set clipnorm=1"),
    ),
    Case(
        "exploding-gradients",
        2,
        "at step 1 the gradient of layer 2 (Dense 64 relu) is 300, 30 times its weights; the loss rose from 83 to 900 "
        "by step 10; now it is 83, accuracy 13.7%",
        RELUS,
        Plan(optimizer=SGD(), pixels="0..255"),
        {1: {2: {"gradient": 300.0, "update": 0.3}}, 2: {2: {"gradient": 700.0}}},
        {1: (83.0, 0.1), 10: (900.0, 0.2), 40: (10.0, 0.11)},
        remedies=('set pixels="0..1"', "set clipnorm=1", "set learning_rate=0.001"),
    ),
    Case(
        "learning-rate-too-high",
        2,
        "learning_rate is 10: the loss rose from 2.33 to 4.47e+03 by step 5; now it is 5, accuracy 10.4%; one step "
        "moved layer 2 (Dense 64 relu) by 0.73 times its weights",
        RELUS,
        Plan(optimizer=SGD(learning_rate=10.0)),
        {1: {2: {"update": 0.73}}, 2: {}},
        {1: (2.33, 0.1), 5: (4470.0, 0.12), 40: (9.0, 0.1), 60: (5.0, 0.1), 80: (2.6, 0.1)},
        remedies=("set learning_rate=0.1",),
    ),
    Case(
        "learning-rate-too-high",
        3,
        "learning_rate is 0.03 and training diverges: after 400 steps loss is 2.3, accuracy 11.0%; one step moved "
        "layer 3 (Dense 64 tanh) by 0.5 times its weights",
        mlp(Dense(64, "tanh"), Dense(64, "tanh")),
        Plan(optimizer=Adam(learning_rate=0.03)),
        {1: {3: {"update": 0.5}}, 2: {}},
        STUCK,
        remedies=("set learning_rate=0.0003",),
    ),
    Case(
        "learning-rate-too-high",
        None,
        "learning_rate is 0.01 and training diverges: accuracy was 97.0% in epoch 1 and is 11.0% now",
        RELUS,
        looks={1: {}, 2: {}},
        course=STUCK,
        epochs=FALLING,
        remedies=("set learning_rate=0.001",),
    ),
    Case(
        "dead-relus",
        3,
        "all units of layer 3 (Dense 64 relu) gave 0 for every image of the batch at steps 2 and 300; the same in 1 "
        "more layer",
        mlp(Dense(64, "relu"), Dense(64, "relu", bias_initializer=Constant(-10.0))),
        looks={step: {2: {"dead": 0.75}, 3: {"dead": 1.0, "gradient": 0.0, "update": 0.0}} for step in (1, 2, 300)},
        course=STUCK,
        remedies=(
            "set bias_initializer=zeros and he_normal",
            "set activation=leaky_relu instead of relu",
        ),
    ),
    Case(
        "dead-relus",
        1,
        "at least 60% of the units of layer 1 (Conv2D 8@3x3 relu) gave 0 for every image of the batch at steps 2, 90 "
        "and 300",
        net(Conv2D(8, (3, 3), activation="relu"), MaxPooling2D(), Flatten(), Dense(10, "softmax")),
        looks={1: {1: {"dead": 0.0}}, **{step: {1: {"dead": 0.6}} for step in (2, 90, 300)}},
        course=LEARNS,
        remedies=("set learning_rate=0.001", "set learning_rate=0.001, activation=leaky_relu instead of relu"),
    ),
    Case(
        "vanishing-gradients",
        2,
        "at step 300 the gradient of layer 2 (Dense 64 sigmoid) is 0.0001, 1/1,000 of the 0.1 of layer 6 "
        "(Dense 10 softmax); accuracy is 11.0%",
        SIGMOIDS,
        looks={1: FADING, 2: FADING, 300: FADING},
        course=STUCK,
        remedies=(
            "set elu, he_normal and BatchNormalization in 4 layers, optimizer=adam",
            "set elu and he_normal in 4 layers, optimizer=adam",
        ),
    ),
    Case(
        "vanishing-gradients",
        2,
        "at step 2 the gradient of layer 2 (Dense 64 relu) is 0, against the 0.1 of layer 4 (Dense 10 softmax); "
        "accuracy is 11.0%",
        mlp(Dense(64, "relu", kernel_initializer=HeNormal()), Dense(64, "relu", kernel_initializer=HeNormal())),
        Plan(),
        {1: {2: {"gradient": 0.0}}, 2: {2: {"gradient": 0.0}}},
        STUCK,
        remedies=("set BatchNormalization in 2 layers",),
    ),
    Case(
        "saturated-units",
        2,
        "at least 95% of the outputs of layer 2 (Dense 64 sigmoid) were saturated at step 2, 97% at step 1",
        mlp(Dense(64, "sigmoid")),
        Plan(pixels="0..255"),
        {1: {2: {"saturated": 0.97}}, 2: {2: {"saturated": 0.95}}},
        LEARNS,
        remedies=('set elu, he_normal and BatchNormalization in 1 layer, pixels="0..1"', 'set pixels="0..1"'),
    ),
    Case(
        "saturated-units",
        3,
        "at least 90% of the outputs of layer 3 (Dense 64 tanh) were saturated at steps 200 and 300, 0% at step 1",
        mlp(Dense(64, "tanh"), Dense(64, "tanh")),
        looks={1: {3: {"saturated": 0.0}}, 200: {3: {"saturated": 0.95}}, 300: {3: {"saturated": 0.9}}},
        course=SLOW,
        remedies=(
            "set learning_rate=0.001",
            "set elu, he_normal and BatchNormalization in 2 layers, optimizer=adam",
        ),
    ),
    Case(
        "learning-rate-too-low",
        None,
        "learning_rate is 1e-05: a step moves no layer by more than 7e-07 of its weights (0.001 is usual); in 400 "
        "steps the loss went from 2.35 to 2.2",
        RELUS,
        Plan(optimizer=SGD(learning_rate=1e-5)),
        {step: {row: {"update": 7e-7} for row in (2, 3, 4)} for step in (1, 2, 300)},
        SLOW,
        remedies=("set learning_rate=0.01",),
    ),
    Case(
        "overfitting",
        None,
        "since epoch 5 the validation loss has risen from 0.16 to 0.19, the mean of the last 5 epochs, while the "
        "training loss fell from 0.0187 to 0.00063",
        RELUS,
        looks={1: {}, 2: {}},
        course=LEARNS,
        epochs=(*FALLING, *RISING),
        remedies=("insert Dropout 0.5 before layer 4", "set early_stopping to patience=3"),
    ),
    Case(
        "underfitting",
        None,
        "training accuracy levels off: in the last 3 epochs it went from 85.2% to 85.5%, validation accuracy 85.0%",
        mlp(Dense(12, "relu"), Dropout(0.5)),
        looks={1: {}, 2: {}},
        course=STAYS,
        epochs=LEVEL,
        remedies=("halve the dropout", "set units=256", "insert Dense 256 relu before layer 4"),
    ),
    Case(
        "no-progress",
        None,
        "after 400 steps accuracy is 11.0%: guessing among 10 classes gives 10%",
        RELUS,
        looks={1: {}, 2: {}},
        course=STUCK,
        epochs=((2.3, 0.11, 2.3, 0.11),),
        remedies=("set optimizer=adam", "set he_normal and BatchNormalization in 2 layers, optimizer=adam"),
    ),
    Case(
        "penalty-dominates",
        2,
        "activity_regularizer l1=1 of layer 2 (Dense 64 relu) is 95% of the loss at step 1 and 2% at step 300; "
        "accuracy is 11.0%",
        mlp(Dense(64, "relu", activity_regularizer=Regularizer(l1=1.0))),
        Plan(),
        {1: {2: {"penalty": 0.95}}, 2: {2: {"penalty": 0.9}}, 300: {2: {"penalty": 0.02}}},
        STUCK,
        remedies=("remove activity_regularizer", "set l1=0.0005 in activity_regularizer"),
    ),
    Case(
        "penalty-dominates",
        1,
        "kernel_regularizer l2=1 of layer 1 (Conv2D 4@3x3 relu), with 1 more regularizer, is 70% of the loss at step 1 "
        "and 80% at step 300; accuracy is 11.0%",
        net(
            Conv2D(4, (3, 3), activation="relu", kernel_regularizer=Regularizer(l2=1.0)),
            MaxPooling2D(),
            Flatten(),
            Dense(10, "softmax", activity_regularizer=Regularizer(l2=1.0)),
        ),
        Plan(),
        {1: {1: {"penalty": 0.7}}, 2: {1: {"penalty": 0.7}}, 300: {1: {"penalty": 0.7}, 4: {"penalty": 0.1}}},
        STUCK,
        remedies=("remove 2 regularizers", "multiply the factors of 2 regularizers by 4e-03"),
    ),
    Case(
        "bn-moving-averages-lag",
        3,
        "in epoch 1 accuracy is 96.0% in training and 62.0% in validation; at step 300 the outputs of layer 3 "
        "(BatchNormalization) with its moving averages are 0.8 standard deviations from those with the mean and "
        "variance of the batch",
        mlp(Dense(64), BatchNormalization(), Activation("relu")),
        Plan(),
        {1: {}, 300: {3: {"lag": 0.8}}},
        LEARNS,
        ((0.1, 0.96, 1.5, 0.62),),
        remedies=("set momentum=0.95",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_is_found_with_its_numbers_and_nothing_beside_it(case: Case) -> None:
    (finding,) = found(case)
    assert (finding.code, finding.layer, finding.evidence) == (case.code, case.row, case.evidence)
    assert tuple(remedy.label for remedy in finding.fixes) == case.remedies
    assert finding.cause


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_remedy_changes_something_and_can_be_built(case: Case) -> None:
    for finding in found(case):
        for remedy in finding.fixes:
            assert (remedy.architecture, remedy.plan) != (case.architecture, case.plan)
            assert not summarize(remedy.architecture).problems


@pytest.mark.parametrize("code", TRAINING_RULES)
def test_every_rule_has_a_case(code: str) -> None:
    rule = TRAINING_RULES[code]
    subjects = ((StaticContext(case.architecture, case.plan, summarize(case.architecture)), case) for case in CASES)
    findings = [one for subject, case in subjects for one in rule.find(TrainingContext(subject, case.history))]
    assert {one.code for one in findings} == {code}


@pytest.mark.parametrize("code", TRAINING_RULES)
def test_what_follows_from_a_rule_comes_after_it(code: str) -> None:
    order = list(TRAINING_RULES)
    rule = TRAINING_RULES[code]
    assert all(order.index(code) < order.index(hidden) for hidden in rule.hides)
    assert all(order.index(code) > order.index(cause) for cause in rule.hidden_by)


def case(code: str, at: int = 0) -> Case:
    """The ``at``-th case of ``code``."""
    return [one for one in CASES if one.code == code][at]


WELL: dict[str, Case] = {
    "it learns all the same": replace(case("vanishing-gradients"), course=LEARNS),
    "training has just begun": replace(case("vanishing-gradients"), course={1: (2.3, 0.1), 90: (2.3, 0.1)}),
    "few images were seen": replace(case("vanishing-gradients"), plan=replace(GENTLE, batch_size=8)),
    "few looks show it": replace(case("vanishing-gradients"), looks={1: FADING, 200: {}, 300: {}}, course=SLOW),
    "the jump was made good": replace(
        case("learning-rate-too-high"),
        course={1: (2.3, 0.1), 5: (9.0, 0.1), **dict.fromkeys(range(50, 60), (0.2, 0.95))},
    ),
    "a jump of a few examples": replace(
        case("learning-rate-too-high"),
        plan=replace(case("learning-rate-too-high").plan, batch_size=1),
        course={1: (2.3, 0.1), 2: (9.0, 0.0), 40: (2.0, 0.2)},
    ),
    "silent in few images": replace(case("dead-relus", 1), plan=replace(GENTLE, batch_size=8), course=LEARNS),
    "dead at one step only": replace(
        case("dead-relus", 1), looks={1: {}, 2: {1: {"dead": 0.9}}, 90: {1: {"dead": 0.1}}, 300: {1: {"dead": 0.9}}}
    ),
    "sure answers": replace(
        case("saturated-units"),
        architecture=mlp(Dense(64, "relu"), Dense(10, "sigmoid")),
        plan=Plan(),
        looks={step: {4: {"saturated": 0.99}} for step in (1, 2)},
    ),
    "saturated, and good": replace(case("saturated-units", 1), course={**LEARNS, 402: (0.1, 0.97), 403: (0.1, 0.98)}),
    "small steps at the end": replace(case("learning-rate-too-low"), course={**LEARNS, 402: (0.1, 0.97)}),
    "unsteady": replace(case("overfitting"), epochs=(*FALLING, *[(0.01, 1.0, 0.165, 0.97)] * 5)),
    "not long enough": replace(case("overfitting"), epochs=(*FALLING, *RISING[1:])),
    "no training loss falls": replace(case("overfitting"), epochs=(*FALLING, *[(0.02, 0.99, 0.25, 0.95)] * 5)),
    "training is harder": replace(case("overfitting"), epochs=((0.5, 0.96, 0.2, 0.96), *[(0.4, 0.96, 0.25, 0.96)] * 5)),
    "still learning": replace(case("underfitting"), epochs=tuple((0.4, 0.7 + n / 40, 0.4, 0.7) for n in range(6))),
    "penalties, but it learns": replace(case("penalty-dominates"), course=dict.fromkeys((1, 400), (0.1, 0.97))),
    "a small penalty": replace(
        case("penalty-dominates"), looks={step: {2: {"penalty": 0.5}} for step in (1, 2, 300)}, course=SLOW
    ),
    "no gap": replace(case("bn-moving-averages-lag"), epochs=((0.1, 0.96, 0.2, 0.95),)),
    "a gap, but no lag": replace(case("bn-moving-averages-lag"), looks={1: {}, 300: {3: {"lag": 0.05}}}),
    "good enough": replace(case("underfitting"), epochs=((0.1, 0.96, 0.1, 0.96),) * 6),
}


@pytest.mark.parametrize("name", WELL)
def test_what_is_sound_is_left_alone(name: str) -> None:
    assert found(WELL[name]) == ()


def test_small_steps_that_the_schedule_wants_are_left_alone() -> None:
    low = case("learning-rate-too-low")
    plan = replace(low.plan, optimizer=SGD(), schedule=Cosine())
    waning = progress(401, 2.0, 0.6, 1e-5)
    assert rule_findings(low.architecture, plan, low.history.after(waning)) == ()


def test_an_accuracy_that_levels_off_as_the_learning_rate_falls_is_left_alone() -> None:
    level = case("underfitting")
    history = level.history
    waning = tuple(replace(epoch, learning_rate=0.01 / epoch.epoch) for epoch in history.epochs)
    assert rule_findings(level.architecture, level.plan, replace(history, epochs=waning)) == ()


def test_clipping_is_no_cure_for_a_large_learning_rate() -> None:
    broken = replace(case("not-finite"), plan=Plan(optimizer=SGD(learning_rate=1.0)))
    assert [[remedy.label for remedy in finding.fixes] for finding in found(broken)] == [["set learning_rate=0.1"]]


def test_a_layer_whose_weights_are_zero_is_not_broken() -> None:
    looks = {1: {}, 3: {2: {"weight": 0.0, "gradient": nan, "update": None}, 3: {"weight": nan, "gradient": nan}}}
    (finding,) = found(replace(case("not-finite"), looks=looks))
    assert finding.layer == 3


def test_a_learning_rate_changed_by_hand_is_the_one_that_is_judged() -> None:
    low = case("learning-rate-too-low")
    events = LearningRateChanged(400, 2e-5), progress(401, 2.0, 0.6, 2e-5)
    history = low.history.after(events[0]).after(events[1])
    (finding,) = rule_findings(low.architecture, low.plan, history)
    assert finding.evidence.startswith("learning_rate is 2e-05: ")
    assert [remedy.label for remedy in finding.fixes] == ["set learning_rate=0.02"]


def test_what_can_be_told_without_training_is_explanation_enough() -> None:
    narrow = replace(case("underfitting"), architecture=mlp(Dense(2, "relu")))
    assert found(narrow) == ()


def test_the_gradient_that_is_mostly_the_smallest_counts_not_that_of_the_last_batch() -> None:
    odd = {**FADING, 3: {"gradient": 1e-6}}
    looks = {1: FADING, 2: FADING, 300: odd}
    assert found(replace(case("vanishing-gradients"), looks=looks))[0].layer == 2
    assert found(replace(case("vanishing-gradients"), looks=dict.fromkeys(looks, odd)))[0].layer == 3


def test_a_remedy_for_vanishing_gradients_leaves_recurrent_layers_and_the_output_alone() -> None:
    stack = (
        Reshape((28, 28)),
        LSTM(16, return_sequences=True),
        Flatten(),
        Dense(64),
        Activation("sigmoid"),
        Dense(64, "tanh"),
        BatchNormalization(),
        Dense(10, "sigmoid"),
    )
    fading = replace(case("vanishing-gradients"), architecture=net(*stack))
    finding = found(fading)[0]
    assert finding.fixes[0].architecture.layers == (
        *stack[:3],
        Dense(64, kernel_initializer=HeNormal()),
        BatchNormalization(),
        Activation("elu"),
        Dense(64, "elu", kernel_initializer=HeNormal()),
        *stack[6:],
    )


def test_a_stopped_training_without_dropout_to_add_is_offered_what_is_left() -> None:
    over = replace(case("overfitting"), architecture=mlp(Dense(64, "relu"), Dropout(0.2)))
    (finding,) = found(over)
    assert [remedy.plan.early_stopping for remedy in finding.fixes] == [EarlyStopping(patience=3)]
    stopped = replace(over, plan=replace(over.plan, early_stopping=EarlyStopping()))
    assert [finding.fixes for finding in found(stopped)] == [()]


def test_nothing_is_found_before_anything_is_told() -> None:
    assert rule_findings(RELUS, Plan(), History()) == ()
    assert rule_findings(Architecture((28, 28, 1)), Plan(), History()) == ()


FIGURES = st.floats() | st.sampled_from([0.0, 1.0, 0.1, 1e-9, nan, inf, -inf])
STEP = st.integers(0, 3000)


def events() -> SearchStrategy[list[Event]]:
    """What a training may tell, in any order, with any numbers."""
    maybe = st.none() | FIGURES
    whole = st.integers(0, 40)
    sample = st.builds(LayerSample, st.integers(-2, 9), maybe, maybe, maybe, maybe, maybe, maybe, maybe)
    texts = st.just("")
    counts = st.integers(0, 500)
    share = st.floats(0, 1) | FIGURES
    told: tuple[SearchStrategy[Any], ...] = (
        st.builds(Started, st.just("cpu"), counts, counts, counts, counts, whole, whole, whole, FIGURES, FIGURES),
        st.builds(
            Progress, whole, whole, STEP, STEP, counts, FIGURES, share, FIGURES, FIGURES, maybe, maybe
        ),
        st.builds(StepSampled, STEP, st.lists(sample, max_size=6).map(tuple)),
        st.builds(
            EpochEnded, whole, whole, STEP, FIGURES, FIGURES, maybe, maybe, FIGURES, FIGURES, st.booleans()
        ),
        st.builds(LearningRateChanged, STEP, st.floats(1e-9, 1e9)),
        st.builds(
            Ended, st.sampled_from(["finished", "stopped", "failed"]), whole, FIGURES, FIGURES, maybe, maybe, texts
        ),
    )  # fmt: skip
    return st.lists(st.one_of(*told), max_size=25)


def networks() -> SearchStrategy[Architecture]:
    """Any stacks, and such as can be trained."""
    hidden = st.lists(st.sampled_from([Dense(64, "relu"), Dense(9, "sigmoid"), Dense(64, "tanh")]), max_size=5)
    return architectures() | hidden.map(lambda stack: mlp(*stack))


@settings(max_examples=400)
@given(networks(), instances(Plan, wide=True), events())
def test_nothing_is_raised_whatever_is_told(architecture: Architecture, plan: Plan, told: list[Event]) -> None:
    for finding in rule_findings(architecture, plan, fold(told)):
        assert finding.evidence.isprintable()
        assert finding.layer is None or 0 < finding.layer <= len(architecture.layers)
        assert all(remedy.label for remedy in finding.fixes)


@settings(max_examples=100)
@given(st.sampled_from(CASES), events())
def test_nothing_is_raised_when_what_is_wrong_goes_on_anyhow(one: Case, told: list[Event]) -> None:
    history = one.history
    for event in told:
        history = history.after(event)
    for finding in rule_findings(one.architecture, one.plan, history):
        for remedy in finding.fixes:
            assert (remedy.architecture, remedy.plan) != (one.architecture, one.plan)
