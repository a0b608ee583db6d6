"""The Keras script of a preset: what it says, what Keras makes of it, and how it trains by itself."""

import ast
import inspect
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core import presets
from core.datasets.catalog import mnist
from core.export.script import script
from core.fields.struct import fields_of
from core.keras_call import Call
from core.network.architecture import Architecture
from core.network.initializers import Initializer
from core.network.layers import LSTM, BatchNormalization, Bidirectional, Dense, Dropout, Flatten, Layer
from core.network.summary import summarize
from core.plan.losses import SparseCategoricalCrossentropy
from core.plan.optimizers import Adam, Optimizer
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import ReduceLROnPlateau, Schedule, Step
from core.presets import Preset
from tests.core.generated import instances, texts
from tests.core.generated import presets as any_presets
from tests.core.test_keras_model import SAMPLES
from tests.core.training.scripted import Script

SHIPPED = [listed.id for listed in presets.listed()]
SMALL = Architecture((28, 28, 1), (Flatten(), Dense(10, "softmax")))


def shipped(name: str) -> Preset:
    return presets.load(presets.find(name))


# What a script says.


def calls_in(node: ast.expr) -> Any:
    """A call as (function, [(name or None, value), ...]); anything else as the value it stands for."""
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    given = [(None, calls_in(argument)) for argument in node.args]
    given += [(keyword.arg, calls_in(keyword.value)) for keyword in node.keywords]
    return ast.unparse(node.func).removeprefix("keras."), given


def assert_says(found: Any, meant: Any) -> None:
    """That ``found``, of `calls_in`, is the call ``meant``, whichever of its arguments are named."""
    if not isinstance(meant, Call):
        assert (found, type(found)) == (meant, type(meant))
        return
    function, given = found
    assert function == meant.function
    for (name, value), (meant_name, meant_value) in zip(given, meant.arguments, strict=True):
        assert name in (None, meant_name)
        assert_says(value, meant_value)


def statement(source: str, beginning: str) -> ast.Call:
    """The call in the only statement of ``source`` that begins so."""
    (found,) = [node for node in ast.parse(source).body if ast.unparse(node).startswith(beginning)]
    assert isinstance(found, ast.Expr | ast.Assign)
    assert isinstance(found.value, ast.Call)
    return found.value


def keywords(call: ast.Call) -> dict[str | None, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


@settings(max_examples=50)  # each has several layers
@given(any_presets())
def test_a_script_says_every_layer_of_any_architecture(preset: Preset) -> None:
    (listed,) = statement(script(preset), "model = ").args
    assert isinstance(listed, ast.List)
    entrance, *layers = map(calls_in, listed.elts)
    assert entrance == ("Input", [("shape", preset.architecture.input_shape)])
    meant = [call for layer in preset.architecture.layers for call in layer.calls()]
    for found, call in zip(layers, meant, strict=True):
        assert_says(found, call)


@given(instances(Plan, wide=True))
def test_a_script_says_all_of_any_plan(plan: Plan) -> None:
    source = script(Preset("any", SMALL, plan))
    assume("model.fit" in source)
    compiled, fitted = keywords(statement(source, "model.compile(")), keywords(statement(source, "model.fit("))
    assert_says(calls_in(compiled["optimizer"]), plan.optimizer.call())
    assert_says(calls_in(compiled["loss"]), plan.loss.call())
    assert calls_in(statement(source, "keras.utils.set_random_seed")) == ("utils.set_random_seed", [(None, plan.seed)])
    assert ast.literal_eval(fitted["batch_size"]) == plan.batch_size
    assert ast.literal_eval(fitted["epochs"]) == plan.epochs
    assert ("shuffle" in fitted) is not plan.shuffle
    split = fitted.get("validation_split")
    assert (ast.literal_eval(split) if split else plan.validation) == plan.validation
    assert ("validation_data" in fitted) is (plan.validation == "test")
    assert ("EarlyStopping" in source) is (plan.early_stopping is not None)
    assert ("to_categorical" in source) is not plan.loss.takes_classes
    assert (" / 255" in source) is (plan.pixels == "0..1")


@given(texts())
def test_no_name_is_more_than_a_comment(name: str) -> None:
    plain, named = (script(Preset(text, SMALL)) for text in ("plain", name))
    assert ast.dump(ast.parse(named.encode())) == ast.dump(ast.parse(plain))


@pytest.mark.parametrize(
    "name",
    [
        "coding: utf-7 +AAo-print(1)",
        "coding:coding: latin-1",
        "vim: set fileencoding=no_such_encoding :",
        "two\nprint(1)",
        "two\r\x0b\x0c\x85\u2028print(1)",
        "\x1b[31mred\x00",
        '"""',
    ],
)
def test_a_name_cannot_break_out_of_its_comment(name: str) -> None:
    source = script(Preset(name, SMALL)).encode()
    assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(script(Preset("plain", SMALL))))
    assert all(character.isprintable() for line in source.decode().split("\n") for character in line)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_preset_gives_a_short_script(name: str) -> None:
    source = script(shipped(name))
    compile(source, name, "exec")
    assert source.startswith(f"# {shipped(name).name}")
    assert source.count("\n") <= 70
    assert max(map(len, source.splitlines())) <= 88


def test_what_does_not_fit_the_dataset_is_built_and_not_trained() -> None:
    source = script(shipped("alexnet"))
    assert "model.summary()" in source
    assert "model.fit" not in source
    assert "# arithmetic only: the input is 227x227x3, MNIST's images are 28x28x1\n" in source


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (784,)])
def test_the_images_come_in_the_shape_of_the_input(shape: tuple[int, ...]) -> None:
    source = script(Preset("any", Architecture(shape, (Flatten(), Dense(10)))))
    images = np.zeros((2, 28, 28), np.uint8)
    (line,) = [line for line in source.splitlines() if line.startswith("x_train =")]
    made = eval(line.removeprefix("x_train = "), {"x_train": images})  # noqa: S307  # a line of the script under test
    assert made.shape == (2, *shape)
    assert made.dtype == np.float32


@pytest.mark.parametrize("kind", sorted(set(Schedule.members) - {"Constant", "ReduceLROnPlateau"}))
@given(st.data())
def test_a_schedule_is_the_same_epoch_by_epoch(kind: str, data: st.DataObject) -> None:
    """Keras's own callback stands for ReduceLROnPlateau: it is compared where it trains, below."""
    epochs = data.draw(st.integers(1, 200))
    plan = Plan(schedule=data.draw(instances(Schedule.members[kind])), epochs=epochs)
    source = script(Preset("any", SMALL, plan))
    (function,) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    names: dict[str, Any] = {"math": math}
    exec(compile(ast.unparse(function), "schedule", "exec"), names)  # noqa: S102  # the script under test
    assert ("import math" in source) is ("math" in ast.unparse(function))
    assert "keras.callbacks.LearningRateScheduler(schedule)" in source
    for epoch in range(epochs):
        meant = plan.optimizer.learning_rate * plan.schedule.multiplier(epoch, epochs, ())
        assert names["schedule"](epoch, 1.0) == pytest.approx(meant, rel=1e-12, abs=1e-300)


# What Keras makes of it.


def model_of(source: str, *also: str) -> Any:
    """The model that ``source`` builds; what comes after is left out but for statements that begin as ``also``."""
    wanted = ("import ", "from ", "keras.utils.set_random_seed", "model = ", *also)
    body = [node for node in ast.parse(source).body if ast.unparse(node).startswith(wanted)]
    names: dict[str, Any] = {}
    exec(compile(ast.Module(body, []), "script", "exec"), names)  # noqa: S102  # the script under test
    return names["model"]


def values(model: Any) -> list[Any]:
    """All variables, the states of random generators among them."""
    return [variable.numpy() for variable in model.variables]


@pytest.mark.keras
@pytest.mark.parametrize("name", SHIPPED)
def test_keras_counts_as_the_app_does_layer_by_layer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from core.keras_runtime.keras_model import parts

    def zeros(_: Any, shape: tuple[int, ...], dtype: str) -> Any:
        return keras.ops.zeros(shape, dtype)

    # Drawing the weights of the largest takes seconds; how many they are does not depend on their values.
    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", zeros)
    preset = shipped(name)
    summary, model = summarize(preset.architecture), model_of(script(preset))
    counted = {
        row: sum(layer.count_params() for layer in made) for row, made in parts(preset.architecture, model).items()
    }
    assert counted == {row: shown.facts.params for row, shown in enumerate(summary.rows) if row and shown.facts}
    assert model.count_params() == summary.totals.params
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == summary.totals.trainable


def assert_begins_alike(*layers: Layer, shape: tuple[int, ...]) -> None:
    from core.keras_runtime.keras_model import build

    architecture = Architecture(shape, layers)
    ours, theirs = build(architecture, 3), model_of(script(Preset("any", architecture, Plan(seed=3))))
    assert len(ours.trainable_weights) == len(theirs.trainable_weights)
    for found, meant in zip(values(ours), values(theirs), strict=True):
        assert np.array_equal(found, meant)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("shape", "layer"),
    [*SAMPLES, ((6, 4), Bidirectional(LSTM(3, dropout=0.5), trainable=False))],
    ids=lambda sample: getattr(sample, "type", ""),
)
def test_a_script_begins_where_the_app_does(shape: tuple[int, ...], layer: Layer) -> None:
    """The second layer draws from where the first one stopped."""
    assert_begins_alike(layer, Dropout(0.5), shape=shape)


@pytest.mark.keras
@pytest.mark.parametrize("name", Initializer.members)
def test_every_initializer_begins_where_the_app_has_it_begin(name: str) -> None:
    assert_begins_alike(Dense(4, kernel_initializer=Initializer.from_name(name)()), Dense(4), shape=(5,))


@pytest.mark.keras
@pytest.mark.parametrize("name", sorted(set(Layer.members) - {"Input"}))
def test_what_is_written_without_a_name_comes_first_in_keras(name: str) -> None:
    import keras

    required = [field.name for field in fields_of(Layer.members[name]) if field.required]
    assert list(inspect.signature(getattr(keras.layers, name)).parameters)[: len(required)] == required


@pytest.mark.keras
@pytest.mark.parametrize("name", Optimizer.members)
def test_every_optimizer_begins_where_the_app_has_it_begin(name: str) -> None:
    from core.keras_runtime import keras_model

    plan = Plan(optimizer=Optimizer.from_name(name)(), seed=2)
    x, y = np.random.default_rng(0).random((8, 28, 28, 1), np.float32), np.eye(10, dtype=np.float32)[:8]
    theirs = model_of(script(Preset("any", SMALL, plan)), "model.compile", "model.optimizer.build")
    theirs.fit(x, y, batch_size=8, verbose=0)
    ours = keras_model.build(SMALL, plan.seed)
    ours.compile(keras_model.optimizer(plan), keras_model.loss(plan))
    ours.optimizer.build(ours.trainable_variables)
    ours.train_on_batch(x, y)
    ours.optimizer.finalize_variable_values(ours.trainable_weights)
    for found, meant in zip(values(ours), values(theirs), strict=True):
        assert np.max(np.abs(found - meant)) <= 1e-6


# How it trains by itself.


def cases() -> dict[str, Preset]:
    def case(name: str, change: Callable[[tuple[Layer, ...]], tuple[Layer, ...]] = tuple, **plan: Any) -> Preset:
        preset = shipped(name)
        architecture = replace(preset.architecture, layers=change(preset.architecture.layers))
        return replace(preset, architecture=architecture, plan=replace(preset.plan, shuffle=False, **plan))

    def regularized(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        return (*layers[:-1], BatchNormalization(), Dropout(0.25), layers[-1])

    stopping = EarlyStopping(patience=2, min_delta=0.5)
    sparse = SparseCategoricalCrossentropy()
    plateau = ReduceLROnPlateau(
        factor=0.3, patience=1, min_delta=0.5, cooldown=1, min_lr=0.0002, monitor="val_accuracy"
    )
    return {
        "convolutional": case("lenet-5", regularized, validation=0.8, epochs=1),
        # Large batches, of which the last is a partial one: what is shown here does not depend on how many there are.
        "stopped": case(
            "ffnn-10",
            validation=0.8,
            batch_size=350,
            epochs=5,
            loss=sparse,
            schedule=Step(every=1, rate=0.5),
            early_stopping=stopping,
        ),
        "plateau": case("ffnn-10", validation="test", batch_size=350, epochs=4, schedule=plateau),
        "unvalidated": case("ffnn-10", validation="none", batch_size=350, epochs=1, pixels="0..255", optimizer=Adam()),
    }


CASES = cases()
BY_ITSELF = """
import json, pathlib, runpy, sys
import keras, numpy
with numpy.load(sys.argv[1]) as digits:
    data = tuple((digits["x_" + part], digits["y_" + part]) for part in ("train", "test"))
keras.datasets.mnist.load_data = lambda: data
for path in sorted(pathlib.Path().glob("*.py")):
    names = runpy.run_path(str(path))
    told = {"test_loss": names["test_loss"], **names["model"].history.history}
    path.with_suffix(".json").write_text(json.dumps(told))
"""
"""Runs scripts where there is no LayerLab, with the digits that Keras would download."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each script told, by case."""
    folder = tmp_path_factory.mktemp("scripts")
    for name, preset in CASES.items():
        (folder / f"{name}.py").write_text(script(preset), encoding="utf-8")
    command = [sys.executable, "-c", BY_ITSELF, str(mnist.FILE)]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=folder, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in CASES}


@pytest.mark.keras
@pytest.mark.parametrize("name", CASES)
def test_a_script_trains_as_the_app_does(name: str, trained: dict[str, Any]) -> None:
    preset, told = CASES[name], trained[name]
    session = Script(preset.architecture, preset.plan)
    ended = session.run()
    epochs = [event for event in session.events if type(event).__name__ == "EpochEnded"]
    assert len(epochs) == len(told["loss"])
    for figure in ("loss", "accuracy", "val_loss", "val_accuracy"):
        if figure in told:
            assert [getattr(epoch, figure) for epoch in epochs] == pytest.approx(told[figure], rel=1e-5), figure
    assert ("val_loss" in told) is (epochs[0].val_loss is not None)
    rates = told.get("learning_rate", [preset.plan.optimizer.learning_rate] * len(epochs))
    assert [epoch.learning_rate for epoch in epochs] == pytest.approx(rates, rel=1e-6)
    assert ended.test_loss == pytest.approx(told["test_loss"], rel=1e-5)


@pytest.mark.keras
def test_the_cases_show_what_they_are_for(trained: dict[str, Any]) -> None:
    assert len(trained["stopped"]["loss"]) < CASES["stopped"].plan.epochs
    assert len(set(trained["plateau"]["learning_rate"])) > 2
