"""What differs between runs is told once, where it is, and nothing else."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core import presets
from core.fields.struct import Field, FieldStruct, fields_of
from core.history import History
from core.network.architecture import Architecture
from core.network.initializers import RandomNormal
from core.network.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
)
from core.network.regularizers import Regularizer
from core.plan.optimizers import SGD, Adam
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import Step
from core.presets import Preset
from core.runs.differences import Difference, differences, results
from core.runs.record import Environment, Label, Metrics, Run, RunDetails
from tests.core import generated

ENVIRONMENT = Environment(*["x"] * 7)
STACK = (Flatten(), Dense(500, "relu"), Dense(300, "relu"), Dense(10, "softmax"))


def preset(*layers: Layer, plan: Plan = Plan(), shape: tuple[int, ...] = (28, 28, 1)) -> Preset:  # noqa: B008  # frozen
    return Preset("any", Architecture(shape, layers), plan)


def told(*compared: RunDetails | Preset) -> list[tuple[str, str, tuple[str, ...]]]:
    """What differs, but for what follows from it."""
    return [(each.place, each.field, each.values) for each in differences(compared) if each.place != "whole"]


# Nothing, and everything


@settings(max_examples=25)
@given(generated.presets(), st.integers(0, 4))
def test_equal_runs_do_not_differ(one: Preset, copies: int) -> None:
    assert differences([one] * copies) == ()


def test_all_shipped_presets_can_be_compared_at_once() -> None:
    known = [presets.load(listed.path) for listed in presets.listed()]
    found = differences(known)
    assert all(len(each.values) == len(known) for each in found)
    assert all(value and value.isprintable() for each in found for value in each.values)


def test_runs_are_compared_by_what_they_trained() -> None:
    runs = [
        RunDetails(
            Run(f"id-{units}", Label("x"), "x", "finished", 1.0),
            preset(Flatten(), Dense(units)),
            History(),
            ENVIRONMENT,
        )
        for units in (10, 20)
    ]
    assert differences(runs) == (
        Difference("layer 2 Dense", "units", ("10", "20")),
        Difference("whole", "params", ("7,850", "15,700")),
    )
    assert differences([runs[0], runs[1].preset]) == differences(runs)


def test_the_results_come_in_their_order_whether_equal_or_not_unless_nobody_has_them() -> None:
    metrics = Metrics(seconds=12, best_val_accuracy=0.98, test_accuracy=0.97)
    runs = [
        RunDetails(Run(f"id-{number}", Label("x"), "x", "finished", 1.0, "", each), preset(), History(), ENVIRONMENT)
        for number, each in enumerate((metrics, replace(metrics, test_accuracy=None)))
    ]
    assert [(each.field, each.values) for each in results(runs)] == [
        ("test accuracy", ("97.00%", "-")),
        ("best val", ("98.00%", "98.00%")),
        ("time", ("12 s", "12 s")),
    ]


# One change


def drawn(data: st.DataObject, field: Field, held: Any) -> Any:
    """Another value for ``field``."""
    value = data.draw(generated.values(field.type, wide=True), label=field.name)
    assume(value != held)
    return value


def changed(data: st.DataObject, value: FieldStruct) -> tuple[str, Any]:
    field = data.draw(st.sampled_from(fields_of(type(value))))
    return field.name, replace(value, **{field.name: drawn(data, field, getattr(value, field.name))})


@settings(max_examples=60)
@given(generated.architectures(), st.data())
def test_one_field_changed_in_a_layer_is_all_that_is_told(stack: Architecture, data: st.DataObject) -> None:
    fit = [number for number, layer in enumerate(stack.layers, start=1) if fields_of(type(layer))]
    assume(fit)
    number = data.draw(st.sampled_from(fit))
    layer = stack.layers[number - 1]
    name, other = changed(data, layer)
    found = told(*(Preset("any", each) for each in (stack, stack.replace(number, other))))
    assert found
    assert {place for place, _, _ in found} == {f"layer {number} {layer.type}"}
    assert {field.partition(".")[0] for _, field, _ in found} == {name}


@settings(max_examples=60)
@given(generated.instances(Plan, wide=True), st.data())
def test_one_field_changed_in_the_plan_is_all_that_is_told(plan: Plan, data: st.DataObject) -> None:
    name, other = changed(data, plan)
    found = told(preset(plan=plan), preset(plan=other))
    assert found
    assert {(place, field.partition(".")[0]) for place, field, _ in found} == {("plan", name)}


@settings(max_examples=60)
@given(generated.architectures(), st.data())
def test_one_layer_put_in_is_one_line(stack: Architecture, data: st.DataObject) -> None:
    layer = data.draw(generated.layers(wide=True))
    number = data.draw(st.integers(1, len(stack.layers) + 1))
    found = told(*(Preset("any", each) for each in (stack, stack.insert(number, layer))))
    assert len(found) == 1
    place, field, values = found[0]
    assert place.startswith("layer ")
    assert place.endswith(layer.type)
    assert field == "layer"
    assert values[0] == "-" != values[1]


@settings(max_examples=50)
@given(st.lists(generated.layers(wide=True), unique_by=type, min_size=1, max_size=4), st.data())
def test_every_field_that_differs_is_told(layers: list[Layer], data: st.DataObject) -> None:
    others = [data.draw(generated.instances(type(layer), wide=True)) for layer in layers]
    found = {(place, field.partition(".")[0]) for place, field, _ in told(preset(*layers), preset(*others))}
    assert found == {
        (f"layer {number} {one.type}", field.name)
        for number, (one, other) in enumerate(zip(layers, others, strict=True), start=1)
        for field in fields_of(type(one))
        if getattr(one, field.name) != getattr(other, field.name)
    }


# As a person reads it


def test_the_input_and_the_whole() -> None:
    found = differences([preset(Flatten(), Dense(10)), preset(Flatten(), Dense(10), shape=(32, 32, 1))])
    assert found == (
        Difference("input", "input_shape", ("28 x 28 x 1", "32 x 32 x 1")),
        Difference("whole", "params", ("7,850", "10,250")),
    )
    unfit = differences([preset(Dense(10)), preset(Conv2D(1, (30, 30)))])
    assert unfit[-1] == Difference("whole", "params", ("20", "-"))


def test_a_layer_put_in_shifts_no_other() -> None:
    assert told(preset(*STACK), preset(STACK[0], Dropout(0.3), *STACK[1:])) == [
        ("layer 2 Dropout", "layer", ("-", "Dropout 0.3"))
    ]
    wider = preset(STACK[0], Dropout(0.3), Dense(600, "relu"), *STACK[2:])
    assert told(preset(*STACK), wider) == [
        ("layer 2 Dropout", "layer", ("-", "Dropout 0.3")),
        ("layer 2 Dense", "units", ("500", "600")),
    ]
    assert told(preset(*STACK), preset(STACK[0], Dense(500, "relu"), Dense(10, "softmax"))) == [
        ("layer 3 Dense", "layer", ("Dense 300 relu", "-"))
    ]


def test_layers_move_up_rather_than_stand_beside_strangers() -> None:
    plain = (Conv2D(6, (5, 5)), MaxPooling2D(), Conv2D(16, (5, 5)), MaxPooling2D(), Flatten(), Dense(10))
    other = (plain[0], BatchNormalization(), *plain[1:3], *plain[4:])
    assert [(place, field) for place, field, _ in told(preset(*plain), preset(*other))] == [
        ("layer 2 BatchNormalization", "layer"),
        ("layer 4 MaxPooling2D", "layer"),
    ]


def test_one_layer_in_anothers_place_is_another_type() -> None:
    found = told(preset(MaxPooling2D((2, 2)), Flatten()), preset(AveragePooling2D((3, 3)), Flatten()))
    assert found == [
        ("layer 1 MaxPooling2D", "type", ("MaxPooling2D", "AveragePooling2D")),
        ("layer 1 MaxPooling2D", "pool_size", ("2 x 2", "3 x 3")),
    ]


def test_epochs_that_were_added_later_count() -> None:
    ten, twenty = (preset(*STACK, plan=Plan(epochs=epochs)) for epochs in (10, 20))
    run = Run("x", Label("x"), "any", "finished", 0.0, metrics=Metrics(planned=20))
    environment = Environment("", "", "", "", "", "", "")
    further = RunDetails(run, ten, History(), environment)
    assert told(further, twenty) == []
    assert told(further, ten) == [("plan", "epochs", ("20", "10"))]
    assert told(replace(further, run=replace(run, metrics=Metrics())), ten) == []


def test_three_runs_stand_side_by_side() -> None:
    three = preset(*STACK), preset(STACK[0], STACK[1], STACK[3]), preset(*STACK[:3], Dropout(0.5), STACK[3])
    assert told(*three) == [
        ("layer 3 Dense", "layer", ("Dense 300 relu", "-", "Dense 300 relu")),
        ("layer 4 Dropout", "layer", ("-", "-", "Dropout 0.5")),
    ]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (Plan(), Plan(epochs=20), [("epochs", ("10", "20"))]),
        (
            Plan(),
            Plan(validation=0.1, shuffle=False),
            [("validation", ("test", "0.1")), ("shuffle", ("true", "false"))],
        ),
        (Plan(), Plan(optimizer=Adam(0.01)), [("optimizer.learning_rate", ("0.001", "0.01"))]),
        (
            Plan(),
            Plan(optimizer=SGD(momentum=0.9)),
            [
                ("optimizer", ("adam", "sgd")),
                ("optimizer.learning_rate", ("0.001", "0.01")),
                ("optimizer.momentum", ("-", "0.9")),
            ],
        ),
        (Plan(), Plan(optimizer=Adam(weight_decay=0.004)), [("optimizer.weight_decay", ("-", "0.004"))]),
        (
            Plan(schedule=Step(10)),
            Plan(schedule=Step(5, 0.1)),
            [("schedule.every", ("10", "5")), ("schedule.rate", ("0.5", "0.1"))],
        ),
        (
            Plan(early_stopping=EarlyStopping()),
            Plan(early_stopping=EarlyStopping(patience=3)),
            [("early_stopping.patience", ("5", "3"))],
        ),
        (Plan(), Plan(early_stopping=EarlyStopping(patience=3)), [("early_stopping", ("-", "patience=3"))]),
    ],
)
def test_plans_differ_field_by_field(one: Plan, other: Plan, found: list[tuple[str, tuple[str, ...]]]) -> None:
    layers = (Flatten(), Dense(10))
    assert told(preset(*layers, plan=one), preset(*layers, plan=other)) == [("plan", *each) for each in found]


def test_layers_differ_field_by_field_too() -> None:
    one = Dense(10, kernel_initializer=RandomNormal(stddev=0.1), kernel_regularizer=Regularizer(l2=0.001))
    other = Dense(10, kernel_initializer=RandomNormal(stddev=0.2), kernel_regularizer=Regularizer(l2=0.01))
    assert told(preset(Flatten(), one), preset(Flatten(), other)) == [
        ("layer 2 Dense", "kernel_initializer.stddev", ("0.1", "0.2")),
        ("layer 2 Dense", "kernel_regularizer.l2", ("0.001", "0.01")),
    ]
